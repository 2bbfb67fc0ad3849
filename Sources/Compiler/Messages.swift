import Definition
import Source
import Table
import Values

/// The compiler's findings, worded in one place.
enum Messages {
  static func didYouMean(_ name: String, _ candidates: [String]) -> String? {
    Suggestion.nearest(to: name, in: candidates).map { "did you mean `\($0)`?" }
  }

  static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }

  static func unknownTarget(
    _ target: Located<String>,
    among names: [String],
    isHouse: Bool
  ) -> Diagnostic {
    let remedy =
      isHouse
      ? "declare it under `states`, or under `final_states` if the flow ends there"
      : "declare it under `states` or `final_states`, or as an agent or tool in an overlay"
    return Diagnostic(
      .unknownTarget,
      .error,
      "there is no state `\(target.value)`",
      at: target.span,
      notes: names.isEmpty ? [] : [Diagnostic.Note("the states are \(list(names))")],
      hint: didYouMean(target.value, names) ?? remedy
    )
  }

  static func unknownPerformer(
    _ kind: String,
    _ name: Located<String>,
    among names: [String],
    others: [String],
    otherKind: String
  ) -> Diagnostic {
    let isOther = others.contains { $0.sameScalars(as: name.value) }
    let hint =
      isOther
      ? "`\(name.value)` is declared as \(otherKind == "agent" ? "an agent" : "a tool"): "
        + "write `\(otherKind): \(name.value)`"
      : didYouMean(name.value, names) ?? "declare it under `\(kind)s`"
    return Diagnostic(
      .unknownPerformer,
      .error,
      "there is no \(kind) `\(name.value)`",
      at: name.span,
      notes: names.isEmpty ? [] : [Diagnostic.Note("declared are \(list(names))")],
      hint: hint
    )
  }

  static func unknownAction(
    _ action: Located<String>,
    of agent: String,
    among names: [String]
  ) -> Diagnostic {
    Diagnostic(
      .unknownPerformer,
      .error,
      "the agent `\(agent)` has no action `\(action.value)`",
      at: action.span,
      hint: didYouMean(action.value, names)
        ?? (names.isEmpty ? "declare it under `actions`" : "its actions are \(list(names))")
    )
  }

  static func agentBeforeTool(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .agentBeforeTool,
      .note,
      "`\(name)` is an agent and a tool: the agent runs",
      at: span,
      hint: "write `tool: \(name)` if the tool is meant"
    )
  }

  static func nothingToRun(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .nothingToRun,
      .error,
      "the state `\(name)` has ways out but nothing to run",
      at: span,
      hint: "write `agent:` or `tool:` in it, or declare an agent or tool `\(name)` in an overlay "
        + "(--with FILE)"
    )
  }

  static func finalWithBody(
    _ name: String,
    final: SourceSpan,
    body: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      .finalWithBody,
      .error,
      "`\(name)` is a final state and has a body",
      at: body,
      notes: [Diagnostic.Note("declared final here", span: final)],
      hint: "final states never act: give the ending a name of its own and lead `on_success` there"
    )
  }

  static func tooManyStates(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.flowTooLarge, .error, "the flow has more than \(limit) states", at: span)
  }

  static func tooManyRows(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.flowTooLarge, .error, "the flow needs more than \(limit) rows", at: span)
  }

  static func noInitialState(_ first: String?, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .noInitialState,
      .error,
      "the flow does not say where it starts",
      at: span,
      hint: first.map { "write `initial_state: \($0)`" } ?? "write `initial_state:`"
    )
  }

  static func reservedName(_ name: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .reservedName,
      .error,
      "`\(name)` is a name that guards read something else by",
      at: span,
      hint: "give the state another name"
    )
  }

  static func unknownStateField(_ field: Located<String>, among names: [String]) -> Diagnostic {
    Diagnostic(
      .unknownStateField,
      .error,
      "the flow's state has no field `\(field.value)`",
      at: field.span,
      hint: didYouMean(field.value, names) ?? "declare it under `state:`"
    )
  }

  static func unknownKind(_ kind: Located<String>) -> Diagnostic {
    let names = ErrorKind.allCases.map(\.name)
    return Diagnostic(
      .unknownErrorKind,
      .error,
      "`\(kind.value)` is no kind of error",
      at: kind.span,
      notes: [Diagnostic.Note("the kinds are \(names.joined(separator: ", "))")],
      hint: didYouMean(kind.value, names)
    )
  }

  static func noWayOn(_ name: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .noWayOn,
      .error,
      "the state `\(name)` has no way on after its success",
      at: span,
      hint: "write `on_success:`, or list it under `final_states` if the flow ends there"
    )
  }

  static func incompleteGuards(
    _ name: String,
    at span: SourceSpan,
    isError: Bool
  ) -> Diagnostic {
    Diagnostic(
      .incompleteGuards,
      isError ? .error : .warning,
      "when none of the guards of `\(name)` is true, there is no way on",
      at: span,
      hint: "end the list with an edge without `when`, or test every value of an enum"
    )
  }

  static func openAddress(_ id: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .openAddress,
      .error,
      "the address of `\(id)` is made at run time and no host is granted",
      at: span,
      hint: "write `permissions: {\(id): {hosts: [api.example.com]}}`"
    )
  }
}
