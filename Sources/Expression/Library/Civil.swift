import Values

/// Dates of the proleptic Gregorian calendar, without any library.
enum Civil {
  struct Fields {
    var year = 1970
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    /// Sunday is 0.
    var weekday = 4
    /// January 1 is 0.
    var dayOfYear = 0
  }

  static let minimumSeconds: Int64 = -62_135_596_800
  static let maximumSeconds: Int64 = 253_402_300_799

  /// Days from 1970-01-01 to a date.
  static func days(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func fields(_ seconds: Int64) -> Fields {
    var days = seconds / 86_400
    var rest = Int(seconds % 86_400)
    if rest < 0 {
      rest += 86_400
      days -= 1
    }
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    var result = Fields()
    result.day = Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    result.month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
    result.year = Int(yearOfEra + era * 400) + (result.month <= 2 ? 1 : 0)
    result.hour = rest / 3_600
    result.minute = rest / 60 % 60
    result.second = rest % 60
    result.weekday = Int(((days % 7) + 11) % 7)
    result.dayOfYear = Int(days - Civil.days(year: result.year, month: 1, day: 1))
    return result
  }

  static func shift(_ timestamp: Timestamp, by nanoseconds: Int64) -> Timestamp? {
    let parts = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    var seconds = timestamp.seconds + parts.quotient
    var rest = Int64(timestamp.nanoseconds) + parts.remainder
    if rest < 0 {
      rest += 1_000_000_000
      seconds -= 1
    } else if rest >= 1_000_000_000 {
      rest -= 1_000_000_000
      seconds += 1
    }
    guard seconds >= minimumSeconds, seconds <= maximumSeconds else { return nil }
    return Timestamp(seconds: seconds, nanoseconds: Int32(rest))
  }

  static func difference(_ left: Timestamp, _ right: Timestamp) -> Int64? {
    let (product, overflow) = (left.seconds - right.seconds).multipliedReportingOverflow(
      by: 1_000_000_000
    )
    let (sum, carry) = product.addingReportingOverflow(
      Int64(left.nanoseconds) - Int64(right.nanoseconds)
    )
    return overflow || carry ? nil : sum
  }

  // MARK: Text

  /// RFC 3339 text to a timestamp; nil when malformed or out of range.
  static func parse(_ bytes: [UInt8]) -> Timestamp? {
    var reader = DigitReader(bytes)
    guard let year = reader.digits(4), reader.take(0x2D), let month = reader.digits(2),
      reader.take(0x2D), let day = reader.digits(2), reader.takeAny(0x54, 0x74),
      let hour = reader.digits(2), reader.take(0x3A), let minute = reader.digits(2),
      reader.take(0x3A), let second = reader.digits(2)
    else { return nil }
    guard (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var nanoseconds: Int32 = 0
    if reader.take(0x2E) {
      guard let fraction = reader.fraction() else { return nil }
      nanoseconds = Int32(fraction)
    }
    guard let offset = reader.zone(), reader.isAtEnd else { return nil }
    let seconds =
      days(year: year, month: month, day: day) * 86_400
      + Int64(hour * 3_600 + minute * 60 + second) - Int64(offset)
    guard seconds >= minimumSeconds, seconds <= maximumSeconds else { return nil }
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
  }

  static func length(ofMonth month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// RFC 3339 in UTC with as many decimals as needed.
  static func text(_ timestamp: Timestamp) -> String {
    let fields = fields(timestamp.seconds)
    return padded(fields.year, 4) + "-" + padded(fields.month, 2) + "-" + padded(fields.day, 2)
      + "T" + padded(fields.hour, 2) + ":" + padded(fields.minute, 2) + ":"
      + padded(fields.second, 2) + decimals(Int64(timestamp.nanoseconds)) + "Z"
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  private static func decimals(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "" }
    var text = padded(Int(nanoseconds), 9)
    while text.utf8.last == 0x30 { text.removeLast() }
    return "." + text
  }

  /// Seconds with as many decimals as needed, and `s`.
  static func text(durationNanoseconds nanoseconds: Int64) -> String {
    let magnitude = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    return sign + String(magnitude / 1_000_000_000)
      + decimals(Int64(magnitude % 1_000_000_000)) + "s"
  }

  /// `1h30m`, `-1.5s`, `300ms`: nanoseconds, or nil when malformed or out of range.
  static func parseDuration(_ bytes: [UInt8]) -> Int64? {
    var index = 0
    var isNegative = false
    if let first = bytes.first, first == 0x2D || first == 0x2B {
      isNegative = first == 0x2D
      index = 1
    }
    if bytes.count == index + 1, bytes[index] == 0x30 { return 0 }
    guard index < bytes.count else { return nil }
    var total: UInt64 = 0
    while index < bytes.count {
      var whole: UInt64 = 0
      var fraction: UInt64 = 0
      var scale: UInt64 = 1
      let start = index
      var digits = 0
      while index < bytes.count, Lexer.isDigit(bytes[index]) {
        let (product, overflow) = whole.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] - 0x30))
        if overflow || carry { return nil }
        whole = sum
        index += 1
        digits += 1
      }
      if index < bytes.count, bytes[index] == 0x2E {
        index += 1
        while index < bytes.count, Lexer.isDigit(bytes[index]) {
          if scale < 1_000_000_000_000_000 {
            fraction = fraction * 10 + UInt64(bytes[index] - 0x30)
            scale *= 10
          }
          index += 1
          digits += 1
        }
      }
      guard digits > 0, index > start, let unit = unit(bytes, &index) else { return nil }
      let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
      let wide = fraction.multipliedFullWidth(by: unit)
      let part = scale.dividingFullWidth(wide).quotient
      let (sum, carry) = total.addingReportingOverflow(product)
      let (sum2, carry2) = sum.addingReportingOverflow(part)
      if overflow || carry || carry2 { return nil }
      total = sum2
    }
    if isNegative {
      return total <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- total) : nil
    }
    return Int64(exactly: total)
  }

  private static func unit(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
    let start = index
    while index < bytes.count, !Lexer.isDigit(bytes[index]), bytes[index] != 0x2E { index += 1 }
    switch String(decoding: bytes[start..<index], as: UTF8.self) {
    case "ns": return 1
    case "us", "\u{B5}s", "\u{3BC}s": return 1_000
    case "ms": return 1_000_000
    case "s": return 1_000_000_000
    case "m": return 60_000_000_000
    case "h": return 3_600_000_000_000
    default: return nil
    }
  }
}

/// Reads digits of fixed width.
struct DigitReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func digits(_ count: Int) -> Int? {
    guard offset + count <= bytes.count else { return nil }
    var result = 0
    for _ in 0..<count {
      guard Lexer.isDigit(bytes[offset]) else { return nil }
      result = result * 10 + Int(bytes[offset] - 0x30)
      offset += 1
    }
    return result
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  mutating func takeAny(_ one: UInt8, _ other: UInt8) -> Bool { take(one) || take(other) }

  /// Up to nine decimals as nanoseconds; further ones are cut.
  mutating func fraction() -> Int? {
    var result = 0
    var count = 0
    while offset < bytes.count, Lexer.isDigit(bytes[offset]) {
      if count < 9 { result = result * 10 + Int(bytes[offset] - 0x30) }
      count += 1
      offset += 1
    }
    guard count > 0 else { return nil }
    for _ in 0..<max(0, 9 - count) { result *= 10 }
    return result
  }

  /// `Z` or an offset such as `+02:00`, in seconds.
  mutating func zone() -> Int? {
    if takeAny(0x5A, 0x7A) { return 0 }
    guard offset < bytes.count, bytes[offset] == 0x2B || bytes[offset] == 0x2D else { return nil }
    return offsetSeconds()
  }

  /// `+02:00`, `-02:30` or `02:00`, in seconds.
  mutating func offsetSeconds() -> Int? {
    let isNegative = take(0x2D)
    if !isNegative { _ = take(0x2B) }
    guard let hours = digits(2), take(0x3A), let minutes = digits(2), hours < 24, minutes < 60
    else { return nil }
    return (hours * 3_600 + minutes * 60) * (isNegative ? -1 : 1)
  }
}
