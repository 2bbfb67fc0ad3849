import Definition
import Expression
import Source
import Table
import Values

/// The compiler's findings, worded in one place.
enum Messages {
  static func didYouMean(_ name: String, _ candidates: [String]) -> String? {
    Suggestion.question(name, meant: Suggestion.nearest(to: name, in: candidates))
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
      notes: names.isEmpty ? [] : [Diagnostic.Note("declared: \(list(names))")],
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

  static func nothingToRun(_ name: String, near: String?, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .nothingToRun,
      .error,
      "the state `\(name)` has ways out but nothing to run",
      at: span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "write `agent:` or `tool:` in it, or declare an agent or tool `\(name)` in an overlay "
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

  static func tooManyStates(
    _ limit: Int,
    withChildren: Bool,
    at span: SourceSpan
  ) -> Diagnostic {
    let children = withChildren ? ", those of a child flow counted at each call of it" : ""
    return Diagnostic(
      .flowTooLarge,
      .error,
      "the flow has more than \(limit) states\(children)",
      at: span
    )
  }

  static func tooManyRows(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.flowTooLarge, .error, "the flow needs more than \(limit) rows", at: span)
  }

  static func tooDeep(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowTooLarge,
      .error,
      "more than \(limit) steps stand inside each other here, a child flow's call counted as two",
      at: span,
      hint: "let flows follow each other rather than call each other"
    )
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
      "`\(name)` is a name that guards read already",
      at: span,
      hint: "choose another name, such as `handle_\(name)`"
    )
  }

  static func repeatedState(
    _ name: String,
    first: SourceSpan,
    at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      .flowRepeatedState,
      .error,
      "two states are called `\(name)`",
      at: span,
      notes: [Diagnostic.Note("the first is here", span: first)],
      hint: "give one of them another name: ids are unique in a flow, also inside other states"
    )
  }

  static func emptyState(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowEmptyState,
      .error,
      "`\(name)` has states inside but starts in none of them",
      at: span,
      hint: "write `initial_state:` beside `states:`"
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
    witness: String?,
    at span: SourceSpan,
    isError: Bool
  ) -> Diagnostic {
    Diagnostic(
      .incompleteGuards,
      isError ? .error : .warning,
      witness.map { "no edge of `\(name)` is open when \($0)" }
        ?? "when none of the guards of `\(name)` is true, there is no way on",
      at: span,
      hint: witness == nil
        ? "end the list with an edge without `when`, or test every value of an enum"
        : "add an edge for it, or end the list with an edge without `when`"
    )
  }

  static func noResult(_ name: String) -> Environment.Refusal {
    Environment.Refusal(
      name: name,
      message: "the step `\(name)` calls nobody, so it has no result",
      hint: "read `steps.\(name).status`, or the step that called"
    )
  }

  static func stepsAsAWhole(_ names: [String]) -> Environment.Refusal {
    Environment.Refusal(
      name: "steps",
      message: "`steps` is read by step",
      hint: names.isEmpty ? nil : "write `steps.ID.status`; the steps are \(list(names))"
    )
  }

  static func badDefault(_ name: String, _ why: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .badDefault,
      .error,
      "the default of `\(name)` does not fit: \(why)",
      at: span,
      hint: "change the default, or what the field allows"
    )
  }

  static func finalEdges(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .finalEdges,
      .warning,
      "`\(name)` is a final state: its edges for success are never taken",
      at: span,
      hint: "take it off `final_states`, or remove the edge"
    )
  }

  static func unknownInput(
    _ name: String,
    of performer: String,
    among names: [String],
    at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      .callInput,
      .error,
      "`\(performer)` takes no input `\(name)`",
      at: span,
      notes: names.isEmpty ? [] : [Diagnostic.Note("it takes \(list(names))")],
      hint: didYouMean(name, names) ?? "declare it under the `input` of `\(performer)`"
    )
  }

  static func missingInput(
    _ name: String,
    of performer: String,
    declared: SourceSpan,
    at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      .callInput,
      .error,
      "the input `\(name)` of `\(performer)` is not given",
      at: span,
      notes: [Diagnostic.Note("declared here", span: declared)],
      hint: "write `with: {\(name): …}`, or declare it `optional: true`"
    )
  }

  static func unused(_ kind: String, _ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .unusedPerformer,
      .note,
      "no step calls the \(kind) `\(name)`",
      at: span,
      hint: "write `\(kind): \(name)` in a step, or remove it"
    )
  }

  static func unreached(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .unusedPerformer,
      .warning,
      "no way of the flow reaches the agent `\(name)`",
      at: span,
      hint: "name it in the order of the agents, `entry: […, \(name)]`, or call it in a step"
    )
  }

  static func childFlow(_ name: Located<String>) -> Diagnostic {
    Diagnostic(
      .childFlow,
      .error,
      "a plan cannot call `\(name.value)`, which has a planner of its own",
      at: name.span,
      hint: "name agents and tools without a planner, or call it in a step of the flow"
    )
  }

  static func unknownFlow(_ name: Located<String>, among names: [String]) -> Diagnostic {
    Diagnostic(
      .taskUnknownFlow,
      "there is no flow `\(name.value)`",
      at: name.span,
      notes: names.isEmpty ? [] : [Diagnostic.Note("the flows are \(list(names))")],
      hint: didYouMean(name.value, names) ?? "declare it under `flows`"
    )
  }

  static func recursiveFlow(_ name: Located<String>, through open: [String]) -> Diagnostic {
    let way = (open + [name.value]).map { "`\($0)`" }.joined(separator: " > ")
    return Diagnostic(
      .taskRecursiveFlow,
      "the flow `\(name.value)` runs itself: \(way)",
      at: name.span,
      hint: "a flow that runs itself has no bound; write the repetition as a state machine with "
        + "`max_visits`"
    )
  }

  static func retriedChart(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .taskRetriedChart,
      "`\(name)` holds states that edges may cross, so it can't be tried again as a whole",
      at: span,
      hint: "an `on_error` edge back to it with `max_visits`, or `retry` on the steps inside"
    )
  }

  static func onlyOfWholeRuns(_ key: String, _ hint: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .runOnly,
      .error,
      "\(key) belongs to a whole run; a flow that a step calls has none of its own",
      at: span,
      hint: hint
    )
  }

  static func onlyHardHere(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .capOnlyHard,
      .note,
      "the budget of a step, child flow or agent has a hard limit and a period; this has no effect",
      at: span,
      hint: "write it in the `budget` of the whole flow"
    )
  }

  static func unknownModel(_ name: Located<String>, near: String) -> Diagnostic {
    Diagnostic(
      .unknownModel,
      .warning,
      "no model `\(name.value)` is declared; it is taken as the name of a priced model",
      at: name.span,
      hint: "did you mean `\(near)`?"
    )
  }

  static func lateBinding(
    _ name: String,
    of performer: String,
    at span: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .lateBinding,
      .error,
      "the address or a header of `\(performer)` reads `\(name)`",
      at: span,
      hint: "addresses and headers hold `{{ env.NAME }}` and `{{ secrets.NAME }}` only"
    )
  }

  static func wrongType(
    _ field: String,
    wants wanted: String,
    gets given: String,
    conversion: String?,
    at span: SourceSpan?
  ) -> Diagnostic {
    Diagnostic(
      .wrongType,
      .error,
      "`\(field)` takes \(wanted), this is \(given)",
      at: span,
      hint: conversion.map { "convert it with `\($0)(…)`" }
    )
  }

  static func notBoolean(_ type: String, hint: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .celNotBoolean,
      "a guard is true or false, this is \(type)",
      at: span,
      hint: hint
    )
  }

  /// `cost` is that of the whole guard; the span is its costliest part.
  static func costlyGuard(
    _ cost: CostInterval,
    limit: Int,
    assumedSize: Int,
    at span: SourceSpan?
  ) -> Diagnostic {
    let isCertain = cost.least > limit
    let worst = cost.worst == .max ? "more than can be counted" : "\(cost.worst) units"
    return Diagnostic(
      .celCostly,
      isCertain ? .error : .warning,
      isCertain
        ? "the guard costs at least \(cost.least) units; an evaluation may use \(limit)"
        : "the guard may cost \(worst); an evaluation may use \(limit)",
      at: span,
      hint: "bound what it walks with `maxItems` or `maxLength` in the schema (what declares no"
        + " bound counts as \(assumedSize)), or compute the answer in a step"
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
