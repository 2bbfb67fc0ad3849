import Journal
import Source
import Values

/// The words of everything that running says to people.
enum Messages {
  static func overBudget(_ shortage: LedgerShortage) -> String {
    let free =
      shortage.limitPicodollars - shortage.account.spentPicodollars
      - shortage.account.reservedPicodollars
    let wanted =
      shortage.wantedPicodollars == .max ? "without bound" : dollars(shortage.wantedPicodollars)
    return "the call may cost \(wanted); \(dollars(max(0, free))) of the hard limit of "
      + "\(dollars(shortage.limitPicodollars)) is left"
  }

  static func overlongPrompt(_ performer: String, _ tokens: Int64, limit: Int64) -> String {
    "the prompt of `\(performer)` may take \(tokens) tokens, its limit is \(limit); it was not sent"
  }

  static func noQuestion(_ step: String?, open: [String]) -> String {
    let list =
      open.isEmpty
      ? "no question is open" : "open: \(open.map { "`\($0)`" }.joined(separator: ", "))"
    guard let step else { return "the run waits for nobody's answer" }
    return "`\(step)` waits for nobody's answer; \(list)"
  }

  static func manyQuestions(_ steps: [String]) -> String {
    "several questions are open, say which step is answered: "
      + steps.map { "`\($0)`" }.joined(separator: ", ")
  }

  static func missingRole(_ step: String, wanted: [String]) -> String {
    "`\(step)` is answered by \(wanted.map { "`\($0)`" }.joined(separator: " or ")); "
      + "say which role you have"
  }

  static func unfitAnswer(_ step: String, _ violation: String) -> String {
    "the answer to `\(step)` does not fit: \(violation)"
  }

  static func noDecision(_ step: String?, open: [String]) -> String {
    if open.isEmpty { return "no decision is open" }
    return "say which step is decided: \(open.map { "`\($0)`" }.joined(separator: ", "))"
  }

  static func neverStarted(_ runID: String) -> String {
    "run `\(runID)` was created but never started; start it anew"
  }

  /// Pico-dollars as dollars with at least six digits after the point.
  static func dollars(_ picodollars: Int64) -> String {
    let sign = picodollars < 0 ? "-" : ""
    let magnitude = picodollars.magnitude
    var fraction = String(magnitude % 1_000_000_000_000)
    fraction = String(repeating: "0", count: 12 - fraction.utf8.count) + fraction
    while fraction.utf8.count > 6, fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(sign)$\(magnitude / 1_000_000_000_000).\(fraction)"
  }
}
