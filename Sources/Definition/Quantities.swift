/// A share in millionths, as in `99.9%` (FLOW-SEMANTICS 20).
package enum Percentage {
  /// The millionths of `text`, 0 to 1,000,000; nil when it is no percentage or finer than that.
  package static func millionths(_ text: String) -> Int64? {
    var bytes = Array(text.utf8)
    guard bytes.last == UInt8(ascii: "%") else { return nil }
    bytes.removeLast()
    var index = 0
    guard let number = DecimalDigits(bytes, &index), index == bytes.count else { return nil }
    guard case .exact(let value) = number.times(10_000), value <= 1_000_000 else { return nil }
    return value
  }
}

/// A count per period, as in `100/hour` (FLOW-SEMANTICS 20).
package struct Rate: Equatable {
  /// How many.
  package var count: Int64
  /// In which time.
  package var periodMilliseconds: Int64

  /// The rate that `text` spells; nil when it is none.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    var index = 0
    guard let number = DecimalDigits(bytes, &index), index < bytes.count,
      bytes[index] == UInt8(ascii: "/"),
      case .exact(let count) = number.times(1)
    else { return nil }
    switch String(decoding: bytes[(index + 1)...], as: UTF8.self) {
    case "s", "second": periodMilliseconds = 1_000
    case "m", "minute": periodMilliseconds = 60_000
    case "h", "hour": periodMilliseconds = 3_600_000
    case "d", "day": periodMilliseconds = 86_400_000
    default: return nil
    }
    self.count = count
  }
}

/// A size in bytes, as in `512MB`: decimal units in thousands, `KiB` and its kin in 1,024s.
package enum ByteSize {
  /// The bytes that `text` spells; nil when it is no size, has a fraction of a byte or overflows.
  package static func bytes(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    var index = 0
    guard let number = DecimalDigits(bytes, &index) else { return nil }
    let unit: Int64
    switch String(decoding: bytes[index...], as: UTF8.self) {
    case "B": unit = 1
    case "KB": unit = 1_000
    case "MB": unit = 1_000_000
    case "GB": unit = 1_000_000_000
    case "TB": unit = 1_000_000_000_000
    case "KiB": unit = 1 << 10
    case "MiB": unit = 1 << 20
    case "GiB": unit = 1 << 30
    case "TiB": unit = 1 << 40
    default: return nil
    }
    guard case .exact(let value) = number.times(unit) else { return nil }
    return value
  }
}
