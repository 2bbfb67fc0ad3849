/// The rule that a zone file gives for times after its last transition.
///
/// It is a POSIX `TZ` string, such as `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 9636, section 3.3.2).
struct ZoneRule: Sendable {
  /// Seconds east of UTC, outside of daylight saving time.
  private let standard: Int
  private let daylight: Daylight?

  /// When daylight saving time applies.
  private struct Daylight {
    var offset: Int
    var start: Moment
    var end: Moment
  }

  /// A local time of the year.
  private struct Moment {
    enum Day {
      /// 1 to 365; February 29 is never counted.
      case withoutLeapDay(Int)
      /// 0 to 365.
      case ofYear(Int)
      /// The week is 5 for the last; Sunday is 0.
      case ofMonth(Int, week: Int, weekday: Int)
    }

    var day: Day
    var seconds: Int

    /// Seconds since 1970 in local time, in a year.
    func time(in year: Int) -> Int64 {
      let january = Civil.days(year: year, month: 1, day: 1)
      let days: Int64
      switch day {
      case .withoutLeapDay(let number):
        let isLeap = Civil.length(ofMonth: 2, year) == 29
        days = january + Int64(number - 1) + (isLeap && number > 59 ? 1 : 0)
      case .ofYear(let number): days = january + Int64(number)
      case .ofMonth(let month, let week, let weekday):
        let first = Civil.days(year: year, month: month, day: 1)
        let firstWeekday = Int(((first % 7) + 11) % 7)
        var date = (weekday - firstWeekday + 7) % 7 + 7 * (week - 1)
        while date >= Civil.length(ofMonth: month, year) { date -= 7 }
        days = first + Int64(date)
      }
      return days * 86_400 + Int64(seconds)
    }
  }

  /// Reads a rule; nil when it is malformed.
  init?(_ text: some Sequence<UInt8>) {
    var reader = RuleReader(Array(text))
    guard reader.name(), let offset = reader.offset() else { return nil }
    // POSIX counts to the west.
    standard = -offset
    guard !reader.isAtEnd else {
      daylight = nil
      return
    }
    guard reader.name() else { return nil }
    var shift = standard + 3_600
    if !reader.isAt(0x2C) {
      guard let offset = reader.offset() else { return nil }
      shift = -offset
    }
    guard let start = ZoneRule.moment(&reader), let end = ZoneRule.moment(&reader), reader.isAtEnd
    else { return nil }
    daylight = Daylight(offset: shift, start: start, end: end)
  }

  private static func moment(_ reader: inout RuleReader) -> Moment? {
    guard reader.take(0x2C) else { return nil }
    let day: Moment.Day
    if reader.take(0x4D) {
      guard let month = reader.number(1...12), reader.take(0x2E), let week = reader.number(1...5),
        reader.take(0x2E), let weekday = reader.number(0...6)
      else { return nil }
      day = .ofMonth(month, week: week, weekday: weekday)
    } else if reader.take(0x4A) {
      guard let number = reader.number(1...365) else { return nil }
      day = .withoutLeapDay(number)
    } else {
      guard let number = reader.number(0...365) else { return nil }
      day = .ofYear(number)
    }
    guard reader.take(0x2F) else { return Moment(day: day, seconds: 7_200) }
    guard let seconds = reader.offset() else { return nil }
    return Moment(day: day, seconds: seconds)
  }

  /// Seconds east of UTC at a moment.
  func offset(at seconds: Int64) -> Int {
    guard let daylight else { return standard }
    // Rules may reach into the next year by some days, so the years around decide as well.
    let year = Civil.fields(seconds + Int64(standard)).year
    var latest = Int64.min
    var isDaylight = false
    for year in (year - 1)...(year + 1) {
      let end = daylight.end.time(in: year) - Int64(daylight.offset)
      if end <= seconds, end > latest {
        latest = end
        isDaylight = false
      }
      let start = daylight.start.time(in: year) - Int64(standard)
      if start <= seconds, start >= latest {
        latest = start
        isDaylight = true
      }
    }
    return isDaylight ? daylight.offset : standard
  }
}

/// Reads the parts of a `TZ` string.
private struct RuleReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  func isAt(_ byte: UInt8) -> Bool { position < bytes.count && bytes[position] == byte }

  mutating func take(_ byte: UInt8) -> Bool {
    guard isAt(byte) else { return false }
    position += 1
    return true
  }

  /// Skips the name of a time, plain or in angle brackets.
  mutating func name() -> Bool {
    let start = position
    if take(0x3C) {
      while position < bytes.count, bytes[position] != 0x3E { position += 1 }
      return take(0x3E)
    }
    while position < bytes.count, Lexer.isLetter(bytes[position]), bytes[position] != 0x5F {
      position += 1
    }
    return position - start >= 3
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int? {
    var result = 0
    let start = position
    while position < bytes.count, Lexer.isDigit(bytes[position]), position - start < 4 {
      result = result * 10 + Int(bytes[position] - 0x30)
      position += 1
    }
    return position > start && range.contains(result) ? result : nil
  }

  /// `[+-]hh[:mm[:ss]]` in seconds; a week of hours at most.
  mutating func offset() -> Int? {
    let isNegative = take(0x2D)
    if !isNegative { _ = take(0x2B) }
    guard let hours = number(0...167) else { return nil }
    var seconds = hours * 3_600
    if take(0x3A) {
      guard let minutes = number(0...59) else { return nil }
      seconds += minutes * 60
      if take(0x3A) {
        guard let rest = number(0...59) else { return nil }
        seconds += rest
      }
    }
    return isNegative ? -seconds : seconds
  }
}
