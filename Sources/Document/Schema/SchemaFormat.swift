import RegularExpression

/// Formats that assert when asked to; unknown ones accept everything.
///
/// JSON Schema 2020-12, validation, section 7.3. Of internationalised names and addresses the
/// characters are checked, not the tables of IDNA.
package enum SchemaFormat {
  /// The formats that are checked.
  package static let names = (Array(sources.keys) + ["ipv6", "regex"]).sorted()

  private static let sources: [String: String] = [
    "date": date,
    "time": time,
    "date-time": date + "[Tt]" + time,
    "duration": duration,
    "email": "(\(atoms)|\(quotedLocal))@(\(hostname)|\\[\(ipv4)\\]|\\[IPv6:[0-9a-fA-F:.]+\\])",
    "idn-email": #"([^\s@"\x00-\x1f]+|"[^"\\]*")@[^\s@]+"#,
    "hostname": hostname,
    "idn-hostname": #"[\p{L}\p{M}\p{N}·-]+([.。．｡][\p{L}\p{M}\p{N}·-]+)*"#,
    "ipv4": ipv4,
    "uuid": "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    "uri": scheme + hierarchy(ascii),
    "uri-reference": "(\(scheme)\(hierarchy(ascii))|\(relative(ascii)))",
    "iri": scheme + hierarchy(international),
    "iri-reference": "(\(scheme)\(hierarchy(international))|\(relative(international)))",
    "uri-template": #"([^\s"'<>\\^`{|}%]|%[0-9a-fA-F]{2}|\{[+#./;?&=,!@|]?\#(variables)\})*"#,
    "json-pointer": pointer,
    "relative-json-pointer": "(0|[1-9][0-9]*)(#|\(pointer))",
  ]

  // MARK: Times

  private static let date = #"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"#
  private static let time =
    #"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"#
  private static let clock = #"T(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S)"#
  private static let days = #"(\d+D|\d+M(\d+D)?|\d+Y(\d+M(\d+D)?)?)"#
  private static let duration = #"P(\#(days)(\#(clock))?|\#(clock)|\d+W)"#

  // MARK: Names and addresses

  private static let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
  private static let hostname = #"\#(label)(\.\#(label))*"#
  private static let octet = #"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"#
  private static let ipv4 = #"(\#(octet)\.){3}\#(octet)"#
  private static let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
  private static let atoms = #"\#(atom)(\.\#(atom))*"#
  private static let quotedLocal = #""([^"\\\x00-\x1f]|\\.)*""#

  // MARK: References

  private static let scheme = "[A-Za-z][A-Za-z0-9+.-]*:"
  private static let ascii = "[A-Za-z0-9._~!$&'()*+,;=:@-]"
  private static let international = #"[A-Za-z0-9._~!$&'()*+,;=:@\x{A0}-\x{10FFFD}-]"#
  private static let pointer = "(/([^~/]|~[01])*)*"
  private static let variable = #"([A-Za-z0-9_]|%[0-9a-fA-F]{2})([A-Za-z0-9_.]|%[0-9a-fA-F]{2})*"#
  private static let variables = #"\#(variable)(:\d{1,4}|\*)?(,\#(variable)(:\d{1,4}|\*)?)*"#

  private static func part(_ characters: String, _ more: String) -> String {
    "(\(characters)|%[0-9a-fA-F]{2}|[\(more)])*"
  }

  private static func tail(_ characters: String) -> String {
    #"(\?\#(part(characters, "/?")))?(#\#(part(characters, "/?")))?"#
  }

  /// What follows a scheme: an authority may hold an address in brackets.
  private static func hierarchy(_ characters: String) -> String {
    let authority =
      "//(\(part(characters, "_"))@)?(\\[[0-9a-fA-F:.v]+\\](:[0-9]*)?|\(part(characters, "_")))"
    return "(\(authority)(/\(part(characters, "/")))?|\(part(characters, "/")))\(tail(characters))"
  }

  /// A reference without a scheme: its first part holds no colon.
  private static func relative(_ characters: String) -> String {
    let authority = "//(\\[[0-9a-fA-F:.v]+\\](:[0-9]*)?|\(part(characters, "_")))"
    let first = characters.replacing(":", with: "")
    let path = "(\(first)|%[0-9a-fA-F]{2})*(/\(part(characters, "/")))?"
    return "((\(authority)(/\(part(characters, "/")))?|\(path))\(tail(characters)))"
  }

  private static let patterns: [String: Pattern] = sources.compactMapValues { try? Pattern($0) }

  /// Whether a text has the format.
  ///
  /// Linear.
  static func accepts(_ text: String, _ format: String) -> Bool {
    switch format {
    case "regex": return (try? Pattern(SchemaPattern.translated(text))) != nil
    case "ipv6": return isIPv6(Array(text.utf8))
    default: break
    }
    guard let pattern = patterns[format] else { return true }
    guard pattern.matches(text, anchored: true) else { return false }
    switch format {
    case "date": return isRealDay(Array(text.utf8))
    case "date-time":
      let bytes = Array(text.utf8)
      return isRealDay(bytes) && isRealSecond(bytes.dropFirst(11))
    case "time": return isRealSecond(Array(text.utf8)[...])
    case "hostname", "idn-hostname": return text.utf8.count <= 253
    default: return true
    }
  }

  /// Whether the day of a date that has its form exists.
  private static func isRealDay(_ text: [UInt8]) -> Bool {
    let digits = text.prefix(10).map { Int($0) - 0x30 }
    let year = digits[0] * 1_000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    let month = digits[5] * 10 + digits[6]
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return digits[8] * 10 + digits[9] <= days[month - 1]
  }

  /// Whether the second of a time that has its form exists: leap seconds end a day of UTC.
  private static func isRealSecond(_ text: ArraySlice<UInt8>) -> Bool {
    let bytes = Array(text)
    func number(_ offset: Int) -> Int {
      Int(bytes[offset] - 0x30) * 10 + Int(bytes[offset + 1] - 0x30)
    }
    guard number(6) == 60 else { return true }
    var minutes = number(0) * 60 + number(3)
    if bytes[bytes.count - 1] | 0x20 != 0x7A {
      let zone = number(bytes.count - 5) * 60 + number(bytes.count - 2)
      minutes += bytes[bytes.count - 6] == 0x2B ? -zone : zone
    }
    return (minutes % 1_440 + 1_440) % 1_440 == 1_439
  }

  /// An address of RFC 4291, section 2.2, without a zone.
  private static func isIPv6(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 2, bytes.count <= 45 else { return false }
    var groups = 0
    var hasGap = false
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0x3A {
        guard index + 1 < bytes.count else { return false }
        if bytes[index + 1] == 0x3A {
          guard !hasGap else { return false }
          hasGap = true
          index += 2
          continue
        }
        guard index > 0, groups > 0, bytes[index - 1] != 0x3A else { return false }
        index += 1
        guard bytes[index] != 0x3A else { return false }
      }
      let digits = bytes[index...].prefix { byte in
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
      }.count
      if index + digits < bytes.count, bytes[index + digits] == 0x2E {
        let rest = String(decoding: bytes[index...], as: UTF8.self)
        guard patterns["ipv4"]?.matches(rest, anchored: true) ?? false else { return false }
        groups += 2
        break
      }
      guard (1...4).contains(digits) else { return false }
      groups += 1
      index += digits
      if index < bytes.count, bytes[index] != 0x3A { return false }
    }
    return hasGap ? groups <= 7 : groups == 8
  }
}
