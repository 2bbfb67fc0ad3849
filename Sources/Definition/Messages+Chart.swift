import Document
import Source

/// Findings about statecharts.
extension Messages {
  static func historyKey(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "\(quoted(entry.key)) belongs to a history",
      at: entry.keySpan,
      hint: "write `type: history` beside it, or remove it"
    )
  }

  static func keyOfHistory(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "a history has no \(quoted(entry.key))",
      at: entry.keySpan,
      hint: "a history is never active itself: it takes `default` and `deep` only"
    )
  }

  static func keyOfParallel(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "a parallel state has no \(quoted(entry.key))",
      at: entry.keySpan,
      hint: "all its states are entered; give a region of its own states that key"
    )
  }

  static func initialWithoutStates(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "\(quoted(entry.key)) stands in a step without `states`",
      at: entry.keySpan,
      hint: "write the states inside it, or check the indentation"
    )
  }

  static func conditionalStart(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      "\(quoted(entry.key)) has no condition",
      at: entry.value.span,
      hint: "start in a state that decides: give it `always: [{when: …, target: …}, …]`"
    )
  }

  static func badDescriptor(_ word: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      "\(quoted(word)) describes no event",
      at: span,
      hint: "write a name (`paid`), a prefix (`error` also takes `error.timeout`) or `*`"
    )
  }

  static func actionKind(_ node: Node) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "this is not an action",
      at: node.span,
      hint: "an action is one of `{assign: …}`, `{raise: …}`, `{send: …}`, `{cancel: …}`, "
        + "`{log: …}`, `{if: …, then: […]}`, `{for_each: …, as: …, do: […]}`"
    )
  }

  static func twoActions(_ verbs: [Node.Entry]) -> Diagnostic {
    Diagnostic(
      .flowTwoWorks,
      "an action has only one of \(list(verbs.map { quoted($0.key) }))",
      at: verbs[1].keySpan,
      hint: "write two actions: `- {\(verbs[0].key): …}`, `- {\(verbs[1].key): …}`"
    )
  }

  static func keyOfOtherAction(_ entry: Node.Entry, _ verb: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "\(quoted(entry.key)) does not belong to \(quoted(verb.key))",
      at: entry.keySpan,
      hint: "remove it, or write it in an action of its own"
    )
  }

  static func targetAndTargets(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowDuplicate,
      "an edge has `target` or `targets`",
      at: entry.keySpan,
      hint: "write all of them under `targets`"
    )
  }

  static func missingTarget(_ node: Node, mayStay: Bool) -> Diagnostic {
    missing(
      "target",
      in: "an edge",
      at: node.span,
      hint: mayStay
        ? "write the step it leads to, `target: …`, or what it does: `actions: […]`"
        : "write the step it leads to: `target: …`"
    )
  }
}
