import Document
import Journal
import Source
import Table
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

  static func notRepeated(_ id: String) -> String {
    "an earlier plan called `\(id)` with the same input and nobody knows what came of it; it is "
      + "not called again"
  }

  static func noChildTable(_ runID: String) -> String {
    "there is no table for the run `\(runID)` that was to be started"
  }

  static func childFailed(_ runID: String) -> String { "the run `\(runID)` failed" }

  static let childCancelled = "the run that started this one does not want it any more"

  static func askedToWait(_ performer: String, milliseconds: Int64) -> String {
    "`\(performer)` asked not to be called for \(milliseconds) ms more, beyond the deadline"
  }

  static func overTokens(_ wanted: Int64, used: Int64, limit: Int64) -> String {
    "the call may take \(wanted) tokens; \(used) of the budget's \(limit) are used or under way"
  }

  static func overlongPrompt(_ performer: String, _ tokens: Int64, limit: Int64) -> String {
    "the prompt of `\(performer)` may take \(tokens) tokens, its limit is \(limit); it was not sent"
  }

  static func breached(_ breach: Breach) -> String {
    "`\(breach.performer)` billed \(dollars(breach.billedPicodollars)) where at most "
      + "\(dollars(breach.reservedPicodollars)) could be due; nothing more that costs "
      + "money is called"
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

  static func drivenElsewhere(_ runID: String, _ process: Int32) -> String {
    "run `\(runID)` is being driven by process \(process); stop it first"
  }

  static func abandoned(_ runID: String) -> String {
    "driving run `\(runID)` was stopped; resume it"
  }

  static func missingRecords(_ wanted: Int64, _ found: Int64) -> String {
    wanted == found
      ? "the run's head is another than its last record"
      : "the run has \(wanted) records, its journal \(found)"
  }

  static func otherReservations(
    _ held: [Int64: Int64],
    _ expected: [Int64: Int64]
  ) -> String {
    let calls = Set(held.keys).union(expected.keys).filter { held[$0] != expected[$0] }.sorted()
    return "the ledger holds back another sum than the journal says, for "
      + (calls.count == 1 ? "call " : "calls ")
      + calls.prefix(5).map(String.init).joined(separator: ", ")
      + "; `signalbox store check` says more"
  }

  static func ended(_ runID: String) -> String { "run `\(runID)` has ended" }

  static func unknownEvent(_ name: String, known: [String]) -> String {
    let near = Suggestion.nearest(to: name, in: known).map { "; did you mean `\($0)`?" }
    let names = known.map { "`\($0)`" }.joined(separator: ", ")
    let others = known.isEmpty ? "; it takes none" : "; it takes \(names)"
    return "the flow takes no event `\(name)`" + (near ?? others)
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

  // MARK: Scenarios

  static func noAnswer(_ step: String) -> String {
    "the script has no answer, or no further one, for `\(step)`"
  }

  static func form(_ message: String, _ span: SourceSpan) -> Diagnostic {
    Diagnostic(.scenarioForm, message, at: span)
  }

  static func oneAnswer(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .scenarioForm,
      "a scripted answer has exactly one of `output`, `error`, `never`, `proposal`",
      at: span,
      hint: "{output: {...}}"
    )
  }

  static func quantity(_ message: String, _ example: String, _ span: SourceSpan) -> Diagnostic {
    Diagnostic(.scenarioQuantity, message, at: span, hint: "for example \(example)")
  }

  static func unknownErrorKind(_ node: Node) -> Diagnostic {
    let name = node.string ?? ""
    let names = ErrorKind.allCases.map(\.name)
    let nearest = Suggestion.nearest(to: name, in: names)
    return Diagnostic(
      .scenarioForm,
      "`\(name)` is no kind of error",
      at: node.span,
      hint: nearest.map { "did you mean `\($0)`?" } ?? names.joined(separator: ", ")
    )
  }

  static func unknownName(
    _ name: Scenario.Name,
    _ what: String,
    _ candidates: [String]
  ) -> Diagnostic {
    Diagnostic(
      .scenarioUnknownName,
      "the flow has no \(what) `\(name.text)`",
      at: name.span,
      hint: Suggestion.nearest(to: name.text, in: candidates).map { "did you mean `\($0)`?" }
    )
  }

  static func modelPolicy(_ message: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.modelPolicy, message, at: span)
  }

  static func notRunnable(
    _ id: String,
    _ obstacle: RunObstacle,
    at span: SourceSpan?
  ) -> Diagnostic {
    let code: DiagnosticCode =
      switch obstacle.matter {
      case .performer: .performerNotRunnable
      case .secret: .secretMissing
      case .program: .programMissing
      case .address: .addressUnusable
      case .header: .headerUnusable
      }
    return Diagnostic(
      code,
      "`\(id)` can be checked, planned and tested, not run: \(obstacle.message)",
      at: span
    )
  }
}
