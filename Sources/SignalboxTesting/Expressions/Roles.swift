import Expression

/// What a text is for: random letters are hardly ever a time or a pattern.
enum Role: Sendable {
  case timestamp, duration, pattern, replacement, address, network, base64, zone, number, truth

  // Of each list, the first ones serve in any place.
  private static let timestamps = [
    "2024-02-29T12:30:45Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z", "2009-02-13T23:31:30.123456789+02:00",
    "2011-08-18T00:00:00.019-08:00", "1969-12-31T23:59:59.5Z", "2024-02-30T00:00:00Z",
    "2024-01-01", "x",
  ]
  private static let durations = [
    "1s", "0s", "-1.5h", "1h30m", "100ms", "3us", "7ns", "2562047h47m16.854775807s", "-3m",
    "1.000000001s", ".5s", "1", "315576000001s",
  ]
  private static let patterns = [
    "a", "^a.*b$", "(a)(b)?", "[a-c]+", "\\\\d+", "x*", "^$", "(?i)A", "é", "a|b", "(a+)+$", "(",
  ]
  private static let addresses = [
    "127.0.0.1", "::1", "2001:db8::68", "0.0.0.0", "ff02::1", "192.168.1.1", "10.0.0.300",
    "::ffff:1.2.3.4", "fe80::1%eth0", "1.2.3",
  ]
  private static let networks = [
    "10.0.0.0/8", "::/0", "192.168.1.5/24", "10.0.0.0/33", "2001:db8::/32", "10.0.0.0",
    "1.2.3.4/32",
  ]
  private static let zones = [
    "UTC", "America/New_York", "Europe/Berlin", "+02:00", "-00:30", "Asia/Kolkata",
    "Australia/Sydney", "02:00", "Nowhere",
  ]
  private static let numbers = [
    "1", "0", "9223372036854775807", "12", "-1", "9223372036854775808", "1.5", "1e3", "-0", "0x10",
    " 1", "NaN", "18446744073709551615", "+1", "Infinity", "1_000",
  ]

  private static let truths = ["true", "false", "True", "t", "1", "TRUE", "F", "yes", "tRUE"]
  private static let replacements = ["x", "", "é", "\\\\1", "\\\\2", "<\\\\0>"]
  private static let encoded = ["", "YQ==", "YWJj", "aGVsbG8=", "YQ", "!"]

  /// The texts, and how many of the first serve.
  private var texts: (all: [String], good: Int) {
    switch self {
    case .timestamp: (Role.timestamps, 7)
    case .duration: (Role.durations, 11)
    case .pattern: (Role.patterns, 11)
    case .replacement: (Role.replacements, 3)
    case .address: (Role.addresses, 6)
    case .network: (Role.networks, 5)
    case .base64: (Role.encoded, 4)
    case .zone: (Role.zones, 7)
    case .number: (Role.numbers, 4)
    case .truth: (Role.truths, 7)
    }
  }

  /// A text that mostly serves, and always in a flow.
  func text(_ random: inout RandomSource, isFlow: Bool) -> String {
    let (all, good) = texts
    return random.one(of: isFlow || random.chance(60) ? all.prefix(good) : all[...])
  }
}

/// The roles of parameters.
enum Roles {
  static func role(_ function: Environment.Function, _ position: Int) -> Role? {
    let isZoned = function.name.hasPrefix("get") && position == 1
    if isZoned { return .zone }
    switch (function.name, position) {
    case ("timestamp", 0): return .timestamp
    case ("duration", 0): return .duration
    case ("int", 0), ("uint", 0), ("double", 0): return .number
    case ("bool", 0): return .truth
    case ("matches", 1), ("regex.replace", 1), ("regex.extract", 1), ("regex.extractAll", 1):
      return .pattern
    case ("regex.replace", 2): return .replacement
    case ("ip", 0), ("isIP", 0), ("ip.isCanonical", 0), ("containsIP", 1): return .address
    case ("cidr", 0), ("isCIDR", 0), ("containsCIDR", 1): return .network
    case ("base64.decode", 0): return .base64
    default: return nil
    }
  }
}
