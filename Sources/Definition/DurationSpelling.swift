/// Reads durations as people write them, exactly, into milliseconds (FLOW-SEMANTICS 19).
///
/// Accepted are numbers with a unit (`250ms`, `1.5s`, `5m`, `4h`, `7d`), such parts joined from the
/// larger unit to the smaller (`1h30m`, `48h 2m 25s`), and ISO 8601 without years and months
/// (`PT5M`, `P1DT2H`, `P2W`).
package enum DurationSpelling {
  /// Why a text is no duration.
  package enum Fault: Error, Equatable {
    /// It is not of any accepted form.
    case syntax
    /// It is a number without a unit.
    case noUnit
    /// It names a unit that is not accepted, such as `min` or `us`; with the one to write, if any.
    case unknownUnit(String, instead: String?)
    /// It is below zero.
    case negative
    /// It has a fraction of a millisecond.
    case tooFine
    /// It is longer than `maximumMilliseconds`.
    case tooLong
    /// ISO 8601 years or months, whose length is not fixed.
    case calendarUnit
  }

  /// The longest duration: 36,500 days, so that sums in nanoseconds stay far from overflow.
  package static let maximumMilliseconds: Int64 = 36_500 * 86_400_000

  /// The milliseconds of `text`.
  ///
  /// O(length).
  package static func milliseconds(_ text: String) throws(Fault) -> Int64 {
    let bytes = Array(text.utf8)
    guard let first = bytes.first else { throw .syntax }
    if first == UInt8(ascii: "-") { throw .negative }
    return first == UInt8(ascii: "P") ? try iso8601(bytes) : try units(bytes)
  }

  /// The milliseconds of a number that stands under a key naming its unit.
  package static func milliseconds(
    number text: String,
    unitMilliseconds: Int64
  ) throws(Fault) -> Int64 {
    let bytes = Array(text.utf8)
    if bytes.first == UInt8(ascii: "-") { throw .negative }
    var index = 0
    guard let number = DecimalDigits(bytes, &index), index == bytes.count else { throw .syntax }
    return try checked(number, unitMilliseconds)
  }

  private static func units(_ bytes: [UInt8]) throws(Fault) -> Int64 {
    var index = 0
    var total: Int64 = 0
    var previousUnit = Int64.max
    while index < bytes.count {
      guard let number = DecimalDigits(bytes, &index) else { throw .syntax }
      let unitStart = index
      while index < bytes.count, isLetter(bytes[index]) { index += 1 }
      let name = String(decoding: bytes[unitStart..<index], as: UTF8.self)
      if name.isEmpty {
        guard index == bytes.count, total == 0, previousUnit == .max else { throw .syntax }
        throw .noUnit
      }
      guard let unit = unitMilliseconds(name) else {
        throw .unknownUnit(name, instead: instead(of: name))
      }
      guard unit < previousUnit else { throw .syntax }
      previousUnit = unit
      total = try sum(total, checked(number, unit))
      if index < bytes.count, bytes[index] == UInt8(ascii: " ") {
        index += 1
        if index == bytes.count { throw .syntax }
      }
    }
    return total
  }

  private static func iso8601(_ bytes: [UInt8]) throws(Fault) -> Int64 {
    var index = 1
    var total: Int64 = 0
    var inTime = false
    var previousUnit = Int64.max
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "T") {
        guard !inTime, index + 1 < bytes.count else { throw .syntax }
        inTime = true
        index += 1
      }
      guard let number = DecimalDigits(bytes, &index), index < bytes.count else { throw .syntax }
      let unit: Int64
      switch (inTime, bytes[index]) {
      case (false, UInt8(ascii: "Y")), (false, UInt8(ascii: "M")): throw .calendarUnit
      case (false, UInt8(ascii: "W")): unit = 7 * 86_400_000
      case (false, UInt8(ascii: "D")): unit = 86_400_000
      case (true, UInt8(ascii: "H")): unit = 3_600_000
      case (true, UInt8(ascii: "M")): unit = 60_000
      case (true, UInt8(ascii: "S")): unit = 1_000
      default: throw .syntax
      }
      index += 1
      guard unit < previousUnit else { throw .syntax }
      previousUnit = unit
      total = try sum(total, checked(number, unit))
    }
    guard previousUnit != .max else { throw .syntax }
    return total
  }

  private static func checked(_ number: DecimalDigits, _ unit: Int64) throws(Fault) -> Int64 {
    switch number.times(unit) {
    case .exact(let value) where value <= maximumMilliseconds: return value
    case .exact, .overflow: throw .tooLong
    case .fraction: throw .tooFine
    }
  }

  private static func sum(_ left: Int64, _ right: Int64) throws(Fault) -> Int64 {
    guard left + right <= maximumMilliseconds else { throw .tooLong }
    return left + right
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
  }

  private static func unitMilliseconds(_ name: String) -> Int64? {
    switch name {
    case "ms": 1
    case "s": 1_000
    case "m": 60_000
    case "h": 3_600_000
    case "d": 86_400_000
    default: nil
    }
  }

  private static func instead(of unit: String) -> String? {
    switch unit.lowercased() {
    case "msec", "msecs", "millis", "millisecond", "milliseconds": "ms"
    case "s", "sec", "secs", "second", "seconds": "s"
    case "m", "min", "mins", "minute", "minutes": "m"
    case "h", "hr", "hrs", "hour", "hours": "h"
    case "d", "day", "days", "w", "week", "weeks": "d"
    default: nil
    }
  }
}
