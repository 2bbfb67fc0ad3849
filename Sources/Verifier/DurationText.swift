/// Writes milliseconds as people write durations in flows: `250ms`, `1.5s`, `2m 25s`, `48h`.
package enum DurationText {
  /// The text of a duration; parts that are zero are left out.
  ///
  /// Fractions of a second are shown below ten seconds only.
  package static func text(_ milliseconds: Int64) -> String {
    if milliseconds <= 0 { return "0s" }
    if milliseconds < 1_000 { return "\(milliseconds)ms" }
    if milliseconds < 10_000, milliseconds % 1_000 != 0 {
      var digits = String(milliseconds % 1_000 + 1_000).dropFirst()
      while digits.last == "0" { digits.removeLast() }
      return "\(milliseconds / 1_000).\(digits)s"
    }
    let seconds = milliseconds / 1_000 + (milliseconds % 1_000 >= 500 ? 1 : 0)
    var parts: [String] = []
    if seconds >= 3_600 { parts.append("\(seconds / 3_600)h") }
    if seconds / 60 % 60 != 0 { parts.append("\(seconds / 60 % 60)m") }
    if seconds % 60 != 0 { parts.append("\(seconds % 60)s") }
    return parts.joined(separator: " ")
  }

  /// A duration of at least `milliseconds` in whole units of a size that suits it.
  package static func roundedUp(_ milliseconds: Int64) -> String {
    let unit = unit(milliseconds)
    return text(Saturating.product((milliseconds - 1) / unit + 1, unit))
  }

  /// A duration of at most `milliseconds` in whole units of a size that suits it.
  package static func roundedDown(_ milliseconds: Int64) -> String {
    let unit = unit(milliseconds)
    return text(milliseconds / unit * unit)
  }

  private static func unit(_ milliseconds: Int64) -> Int64 {
    switch milliseconds {
    case 7_200_000...: 3_600_000
    case 120_000...: 60_000
    case 2_000...: 1_000
    default: 1
    }
  }
}
