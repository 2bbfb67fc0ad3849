import Glibc
import Synchronization

/// Offsets of time zones, from the system's zone files.
// INVARIANT: the file descriptor is closed on every path; the buffer is read within its count.
struct Zone: Sendable {
  private let transitions: [Int64]
  private let kinds: [UInt8]
  private let offsets: [Int32]
  /// What applies after the last transition.
  private let rule: ZoneRule?

  private static let cache = Mutex<[String: Zone?]>([:])

  /// The zone of a name such as `Australia/Sydney`; nil when unknown.
  static func named(_ name: String) -> Zone? {
    if let known = cache.withLock({ $0[name] }) { return known }
    let zone = load(name)
    cache.withLock { if $0.count < 1_024 { $0[name] = .some(zone) } }
    return zone
  }

  /// Seconds east of UTC at a moment.
  func offset(at seconds: Int64) -> Int {
    if let rule, transitions.last.map({ seconds >= $0 }) ?? true {
      return rule.offset(at: seconds)
    }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    let kind = low == 0 ? 0 : Int(kinds[low - 1])
    return kind < offsets.count ? Int(offsets[kind]) : 0
  }

  private static func load(_ name: String) -> Zone? {
    let isName = name.utf8.allSatisfy {
      Lexer.isLetter($0) || Lexer.isDigit($0) || $0 == 0x2F || $0 == 0x2D || $0 == 0x2B
    }
    guard isName, !name.isEmpty, name.utf8.count < 64, name.utf8.first != 0x2F else { return nil }
    let descriptor = unsafe open("/usr/share/zoneinfo/" + name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    guard count > 44 else { return nil }
    return parse(Array(bytes[..<count]))
  }

  /// RFC 9636: the 64-bit block of versions 2 and later, and the footer after it.
  private static func parse(_ bytes: [UInt8]) -> Zone? {
    func word(_ offset: Int) -> Int {
      guard offset + 4 <= bytes.count else { return 0 }
      return bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard bytes.starts(with: [0x54, 0x5A, 0x69, 0x66]), bytes[4] >= 0x32 else { return nil }
    func size(_ header: Int, _ width: Int) -> Int {
      word(header + 32) * (width + 1) + word(header + 36) * 6 + word(header + 40)
        + word(header + 28) * (width + 4) + word(header + 24) + word(header + 20)
    }
    let header = 44 + size(0, 4)
    guard header + 44 + size(header, 8) <= bytes.count else { return nil }
    let timeCount = word(header + 32)
    let typeCount = word(header + 36)
    let times = header + 44
    let transitions = (0..<timeCount).map { index -> Int64 in
      bytes[(times + index * 8)..<(times + index * 8 + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    let kinds = times + timeCount * 8
    let types = kinds + timeCount
    let offsets = (0..<typeCount).map { Int32(truncatingIfNeeded: word(types + $0 * 6)) }
    let footer = bytes[(header + 44 + size(header, 8))...]
    let rule = footer.first == 0x0A ? ZoneRule(footer.dropFirst().prefix { $0 != 0x0A }) : nil
    return Zone(
      transitions: transitions,
      kinds: Array(bytes[kinds..<types]),
      offsets: offsets,
      rule: rule
    )
  }
}
