import Definition
import Source
import Table

/// The wording of findings about invariants.
extension Messages {
  static func brokenInvariant(
    _ invariant: Invariant,
    _ way: Way,
    _ table: TransitionTable
  ) -> Diagnostic {
    let (code, message) = text(of: invariant)
    var notes = [Diagnostic.Note("shortest way: \(way.text(in: table, showsGuards: false))")]
    for step in way.steps where step.row != noIndex {
      let row = table.rows[Int(step.row)]
      guard row.guardProgram != noIndex, notes.count < 5 else { continue }
      let text = table.programs[Int(row.guardProgram)].text
      let position = Int(step.row)
      notes.append(
        Diagnostic.Note(
          "taken when \(row.isNegated ? "not (\(text))" : text)",
          span: position < table.debug.rows.count ? table.debug.rows[position] : nil
        )
      )
    }
    return Diagnostic(code, .error, message, at: invariant.span, notes: notes)
  }

  private static func text(of invariant: Invariant) -> (DiagnosticCode, String) {
    switch invariant.rule {
    case .never(let forbidden, let required, let since):
      let without = required.map { " without \($0.title)" } ?? ""
      let after = since.map { " since \($0.title)" } ?? ""
      return (.invariantNever, "`\(forbidden.title)` is reachable\(without)\(after)")
    case .after(let cause, let answer):
      return (.invariantAlways, "after `\(cause.title)` a run may end without `\(answer.title)`")
    case .atMost(let count, let selector):
      let times = count == 1 ? "once" : "\(count) times"
      return (.invariantAtMost, "`\(selector.title)` may happen more than \(times)")
    case .neverTogether(let selectors):
      let names = selectors.map { "`\($0.title)`" }.joined(separator: " and ")
      return (.invariantTogether, "\(names) may happen in one run")
    case .eventually(let selector):
      return (.invariantEventually, "a run may end without `\(selector.title)`")
    }
  }

  static func unknownSelector(_ selector: Selector, among names: [String]) -> Diagnostic {
    let kind = selector.subject.rawValue
    let near = Suggestion.nearest(to: selector.name.value, in: names)
    return Diagnostic(
      .invariantName,
      .error,
      selector.subject == .step
        ? "there is no step `\(selector.name.value)`"
        : "no step calls \(kind == "agent" ? "an agent" : "a tool") `\(selector.name.value)`",
      at: selector.name.span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "an invariant about what never happens says nothing"
    )
  }
}
