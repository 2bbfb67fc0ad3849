/// A day of the Gregorian calendar in UTC, for the names of budget periods.
package struct CalendarDate {
  /// `2026-11-21`.
  package let day: String
  /// `2026-11`.
  package let month: String

  /// The day of a time; the civil-from-days algorithm with eras of 400 years.
  package init(atMilliseconds milliseconds: Int64) {
    let days = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds + 1) / 86_400_000 - 1
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    self.month = "\(year)-\(padded(month))"
    day = "\(self.month)-\(padded(dayOfMonth))"
  }
}
