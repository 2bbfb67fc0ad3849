import Document
import Source

/// Findings about the flow as a whole.
extension Messages {
  static func moreFindings(_ count: Int, hasErrors: Bool) -> Diagnostic {
    Diagnostic(
      .flowMoreFindings,
      hasErrors ? .error : .note,
      count == 1 ? "one more finding was left out" : "\(count) more findings were left out",
      at: nil,
      hint: "correct those above and check again"
    )
  }

  static func notAMapping(_ root: Node) -> Diagnostic {
    if case .null = root.content {
      return Diagnostic(
        .flowBody,
        "the file is empty",
        at: root.span,
        hint: "a flow is a mapping: `signalbox: 1`, a header and a body such as `states:`"
      )
    }
    return Diagnostic(
      .flowWrongKind,
      "a flow is a mapping, not \(root.kindName)",
      at: root.span,
      hint: "write keys and values: `signalbox: 1`, a header and a body such as `states:`"
    )
  }

  static func version(_ node: Node) -> Diagnostic {
    Diagnostic(
      .flowVersion,
      "this version of the flow format is not known",
      at: node.span,
      hint: "write `signalbox: 1`"
    )
  }

  static func overlayKind(_ root: Node) -> Diagnostic {
    Diagnostic(
      .flowOverlay,
      "an overlay is a mapping, not \(root.kindName)",
      at: root.span,
      hint: "write the keys of the flow that it changes"
    )
  }

  static func overlayForm(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowOverlay,
      "an overlay cannot change the form of the flow",
      at: entry.keySpan,
      hint: "the flow's own file has no `signalbox: 1`; delete it here"
    )
  }

  static func twoBodies(_ bodies: [Node.Entry]) -> Diagnostic {
    Diagnostic(
      .flowBody,
      "a flow has exactly one body, not \(list(bodies.map { quoted($0.key) }))",
      at: bodies[1].keySpan,
      notes: [.init("the first is here", span: bodies[0].keySpan)],
      hint: "keep one of them"
    )
  }

  static func noBody(_ header: Mapping, form: FlowForm) -> Diagnostic {
    let half = ["initial_state", "final_states", "entry"].compactMap { header.entry($0) }.first
    return Diagnostic(
      .flowBody,
      "the flow has no body: nothing says what it does",
      at: half?.keySpan
        ?? SourceSpan(
          file: header.span.file,
          start: header.span.start,
          end: header.span.start
        ),
      hint: form == .house
        ? "write `states:` and `initial_state:`"
        : "write `states:` and `initial_state:`, a `planner:`, or an agent with a `planner:`"
    )
  }

  static func unknownEntry(_ entry: Located<String>, planning: [String]) -> Diagnostic {
    let near = Suggestion.nearest(to: entry.value, in: planning)
    return Diagnostic(
      .flowEntry,
      "`entry` names no agent: \(quoted(entry.value))",
      at: entry.span,
      hint: near.map { "did you mean `\($0)`?" } ?? plannersHint(planning)
    )
  }

  static func unknownAgent(_ name: Located<String>, inOrderOf agents: [String]) -> Diagnostic {
    let near = Suggestion.nearest(to: name.value, in: agents)
    return Diagnostic(
      .flowEntry,
      "`entry` names no agent: \(quoted(name.value))",
      at: name.span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "the agents are \(list(agents.prefix(8).map { quoted($0) }))"
    )
  }

  static func entryWithoutPlanner(_ entry: Located<String>, planning: [String]) -> Diagnostic {
    Diagnostic(
      .flowEntry,
      "the agent \(quoted(entry.value)) has no planner",
      at: entry.span,
      hint: plannersHint(planning)
    )
  }

  private static func plannersHint(_ planning: [String]) -> String {
    planning.isEmpty
      ? "no agent has a `planner:`"
      : "agents with a planner: \(list(planning.prefix(5).map { quoted($0) }))"
  }

  static func severalPlanners(_ agents: [Node.Entry], of all: [String]) -> Diagnostic {
    Diagnostic(
      .flowEntry,
      "several agents have a planner, and nothing says which is the flow's: "
        + list(agents.prefix(5).map { quoted($0.key) }),
      at: agents[0].keySpan,
      notes: agents.dropFirst().prefix(4).map {
        .init("\(quoted($0.key)) has one too", span: $0.keySpan)
      },
      hint: "write the order in which they run, in the file or in an overlay (`--with`), "
        + "`entry: [\(all.prefix(8).map { shortened($0) }.joined(separator: ", "))]` "
        + "(a list inside it runs side by side), or `entry: "
        + "\(shortened(agents[agents.count - 1].key))` for that one's planner alone"
    )
  }

  static func plannerWithoutDefinition(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "the planner has no `definition`",
      at: entry.keySpan,
      hint: "write the states in place, as text, or as the name of a file: `definition: …`"
    )
  }

  static func definitionKind(_ node: Node) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "a planner's definition is a mapping, not \(node.kindName)",
      at: node.span
    )
  }

  static func include(_ path: Located<String>, _ reason: String, hint: String?) -> Diagnostic {
    Diagnostic(
      .flowInclude,
      "\(quoted(path.value)) cannot be included: \(reason)",
      at: path.span,
      hint: hint
    )
  }

  // MARK: Header

  static func currency(_ currency: Located<String>) -> Diagnostic {
    Diagnostic(
      .moneySyntax,
      "amounts in \(quoted(currency.value)) are not supported",
      at: currency.span,
      hint: "write amounts in US dollars"
    )
  }

  static func softAboveHard(_ soft: Located<Int64>, _ hard: Located<Int64>) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      .warning,
      "the soft budget is above the hard one, so it never warns",
      at: soft.span,
      notes: [.init("the hard budget is here", span: hard.span)],
      hint: "make it smaller than `hard`"
    )
  }

  static func keyInFlow(_ key: String, _ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .flowSecret,
      "`\(key)` is not the name of an environment variable",
      at: span,
      hint: "write the name of the variable that holds the key, as in `key: OPENAI_API_KEY`"
    )
  }

  static func fieldKind(_ field: Node.Entry) -> Diagnostic {
    let types = ["string", "number", "integer", "boolean", "array", "object", "null"]
    let hint = field.value.string.flatMap { text in
      types.contains(text) ? "write `\(field.key): {type: \(text)}`" : nil
    }
    return Diagnostic(
      .flowWrongKind,
      "field \(quoted(field.key)) must be a JSON Schema, not \(field.value.kindName)",
      at: field.value.span,
      hint: hint ?? "write it as in `{type: string}`"
    )
  }

  static func schemaFormat(_ name: String, at span: SourceSpan) -> Diagnostic {
    let near = Suggestion.nearest(to: name, in: SchemaFormat.names)
    return Diagnostic(
      .flowSchemaKeyword,
      .warning,
      "\(quoted(name)) is not a format of JSON Schema, so it checks nothing",
      at: span,
      hint: near.map { "did you mean `\($0)`?" } ?? "write a `pattern`",
      fix: near.map { Diagnostic.Fix(span: span, replacement: $0) }
    )
  }

  static func schemaKeyword(_ entry: Node.Entry, near: String?) -> Diagnostic {
    Diagnostic(
      .flowSchemaKeyword,
      .warning,
      "\(quoted(entry.key)) is not a keyword of JSON Schema, so it checks nothing",
      at: entry.keySpan,
      hint: near.map { "did you mean `\($0)`?" },
      fix: near.map { Diagnostic.Fix(span: entry.keySpan, replacement: $0) }
    )
  }
}
