import Document
import Source

/// Findings about states, steps and edges.
extension Messages {
  static func noStates(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "`states` is empty",
      at: entry.keySpan,
      hint: "write at least one: `name: {agent: …, on_success: …}`"
    )
  }

  static func tooMany(_ things: String, _ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowTooMany,
      "there are more than \(limit) \(things)",
      at: span,
      hint: "an application that embeds the engine can raise the limit"
    )
  }

  static func duplicate(_ name: String, in title: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowDuplicate,
      "\(quoted(name)) stands twice in \(title)",
      at: span,
      hint: "rename one of them, or remove it"
    )
  }

  static func twoSpellings(_ second: Node.Entry, of first: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowDuplicate,
      "\(quoted(second.key)) says the same as \(quoted(first.key))",
      at: second.keySpan,
      notes: [.init("\(quoted(first.key)) is here", span: first.keySpan)],
      hint: "write one of them"
    )
  }

  static func actingFinal(_ final: Named<FinalState>, state: Named<Step>) -> Diagnostic {
    Diagnostic(
      .flowFinalState,
      "\(quoted(final.name)) is a final state and a step",
      at: final.nameSpan,
      notes: [.init("the step is here", span: state.nameSpan)],
      hint: "final states do nothing: let the step lead to a final state of another name"
    )
  }

  static func badName(_ entry: Node.Entry, reserved: Bool) -> Diagnostic {
    Diagnostic(
      .flowName,
      reserved
        ? "\(quoted(entry.key)) is a name that guards read already"
        : "\(quoted(entry.key)) cannot be a name",
      at: entry.keySpan,
      hint: reserved
        ? "choose another name, such as `handle_\(entry.key)`"
        : "names are letters, digits, `_` and `-`, and start with a letter or `_`"
    )
  }

  static func emptyState(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "state \(quoted(entry.key)) is empty",
      at: entry.keySpan,
      hint: "if the run ends there, list it under `final_states`: `\(shortened(entry.key)): {}`"
    )
  }

  static func stateKind(_ entry: Node.Entry) -> Diagnostic {
    let target = entry.value.string.map { "write `{on_success: \(shortened($0))}`" }
    return Diagnostic(
      .flowWrongKind,
      "state \(quoted(entry.key)) must be a mapping, not \(entry.value.kindName)",
      at: entry.value.span,
      hint: target
    )
  }

  static func typeFinal(_ type: Located<String>) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      "a step has no type `final`",
      at: type.span,
      hint: "list the state's name under `final_states`"
    )
  }

  static func leafType(_ type: Located<String>) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      "\(quoted(type.value)) is not a type of step",
      at: type.span,
      hint: "steps that call something need no `type`: write `agent:` or `tool:`"
    )
  }

  static func twoWorks(_ kinds: [String], at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowTwoWorks,
      "a step has only one of \(list(kinds.map { "`\($0)`" }))",
      at: span,
      hint: "write two steps, one after the other"
    )
  }

  static func actionAlone(_ action: Located<String>) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "`action` says what to do, but not who does it",
      at: action.span,
      hint: "write `agent:` or `tool:` beside it"
    )
  }

  static func halfDecision(_ missing: [String], at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "a decision needs `condition`, `on_true` and `on_false`; "
        + "\(list(missing.map { "`\($0)`" })) \(missing.count == 1 ? "is" : "are") missing",
      at: span,
      hint: missing.count == 2 && missing.contains("condition") == false
        ? "or use `when:`, which skips the step when it is false"
        : "write \(missing.map { "`\($0): …`" }.joined(separator: " and ")) beside it"
    )
  }

  static func decisionAndSuccess(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowEdgeOrder,
      "`on_success` is never taken, since the decision replaces it",
      at: entry.keySpan,
      hint: "delete `on_success`, or write the decision as edges in it"
    )
  }

  static func retryHint(_ entry: Node.Entry) -> String? {
    if case .int(let count) = entry.value.content {
      return "write `retry: {max_attempts: \(count)}`; the first attempt counts too"
    }
    return nil
  }

  static func retryUnknown(_ kind: Located<String>) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      "a failure of kind `unknown` is never tried again by itself",
      at: kind.span,
      hint: "take an edge instead: `on_error: [{when: unknown, target: …}, …]`"
    )
  }

  static func assumedBackoff(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowNoEffect,
      .note,
      "no first pause is given; it is taken to be 1s",
      at: entry.keySpan,
      hint: "write `backoff: 1s` beside it"
    )
  }

  static func emptyEdges(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(.flowMissingKey, "\(quoted(entry.key)) lists no edge", at: entry.value.span)
  }

  static func edgeKind(_ node: Node) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "an edge is a target or a mapping, not \(node.kindName)",
      at: node.span,
      hint: "write `{when: \"…\", target: …}`"
    )
  }

  static func deadEdge(_ edge: Edge, after always: Edge) -> Diagnostic {
    Diagnostic(
      .flowEdgeOrder,
      "this edge is never taken",
      at: edge.span,
      notes: [.init("this one has no `when`, so it is always taken", span: always.span)],
      hint: "put the edge without `when` last"
    )
  }

  static func conditionMissing(_ edge: Edge) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "an entry of `conditional_transitions` has no `condition`",
      at: edge.span,
      hint: "the way without a condition is `on_success`"
    )
  }
}
