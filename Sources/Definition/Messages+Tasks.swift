import Document
import Source
import Values

/// Findings about task lists, graphs and child flows.
extension Messages {
  static func emptyList(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMissingKey,
      "\(quoted(entry.key)) is empty",
      at: entry.keySpan,
      hint: "write at least one"
    )
  }

  static func neverRouted(_ route: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowBadValue,
      .warning,
      "the route \(quoted(route.key)) is never taken: the condition is true or false",
      at: route.keySpan,
      hint: "routes are compared with the condition as texts: write `true:`, or a condition that "
        + "gives \(quoted(route.key))"
    )
  }

  static func unknownDependency(
    _ name: Located<String>,
    of task: String,
    among names: [String]
  ) -> Diagnostic {
    let near = Suggestion.nearest(to: name.value, in: names.filter { !$0.sameScalars(as: task) })
    return Diagnostic(
      .taskUnknownDependency,
      "\(quoted(task)) depends on \(quoted(name.value)), which is no task of its list",
      at: name.span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "tasks depend on tasks that stand in the same list",
      fix: near.map { Diagnostic.Fix(span: name.span, replacement: $0) }
    )
  }

  static func dependencyCycle(_ names: [String], at span: SourceSpan) -> Diagnostic {
    if names.count == 1 {
      return Diagnostic(
        .taskCycle,
        "\(quoted(names[0])) depends on itself",
        at: span,
        hint: "remove it from `depends_on`"
      )
    }
    let way = (names + [names[0]]).prefix(12).map { quoted($0) }.joined(separator: " on ")
    return Diagnostic(
      .taskCycle,
      "tasks depend on each other in a circle: \(way)",
      at: span,
      hint: "none of them could ever start: take one of these dependencies out"
    )
  }

  static func edgeInTasks(_ task: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .taskEdge,
      "task \(quoted(task)) says itself where to go on",
      at: span,
      hint: "tasks run in the order of the list or by `depends_on`, and `when` skips one; for "
        + "edges give the task `states` of its own"
    )
  }

  static func noMaxItems(_ path: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .itemsWithoutLimit,
      "`for_each` has no `max_items`",
      at: span,
      hint: "write the most items there may be, such as `max_items: 20`: cost and time are "
        + "bounded by it, and a longer list fails the step"
    )
  }

  static func assumedMaxItems(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .itemsWithoutLimit,
      .note,
      "nothing bounds the items; at most \(limit) are taken",
      at: span,
      hint: "write `max: …`"
    )
  }

  static func withoutEffect<Content: Sendable>(
    _ key: String,
    of place: String,
    _ found: Located<Content>
  ) -> Diagnostic {
    Diagnostic(
      .partsKeyWithoutParts,
      "`\(key)` says nothing about \(place)",
      at: found.span,
      hint: key == "max_items" || key == "on_item_error"
        ? "it belongs beside `for_each`"
        : "remove it, or let the tasks run at the same time: `type: parallel`, or `depends_on`"
    )
  }

  static func badUse(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "`$use` names no agent and no tool",
      at: entry.value.span,
      hint: "write `$use: agent(local::agents.#(id=\"analyst\"))`, or `agent: analyst`"
    )
  }

  static func badReference(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowWrongKind,
      "`$ref` selects no model",
      at: entry.value.span,
      hint: "write `$ref: global::models.#(provider==\"openai\" && model==\"gpt-4\")`, "
        + "or `model: …`"
    )
  }

  static func notOneModel(
    _ entry: Node.Entry,
    fitting: [String],
    among known: [String]
  ) -> Diagnostic {
    let found = fitting.isEmpty ? "no entry of `models`" : "more than one entry of `models`"
    let names = (fitting.isEmpty ? known : fitting).map { quoted($0) }.joined(separator: ", ")
    return Diagnostic(
      .flowBadValue,
      "\(found) fits \(quoted(entry.value.string ?? ""))",
      at: entry.value.span,
      hint: names.isEmpty ? "declare the model under `models`" : "there are \(names)"
    )
  }

  static func headerOfChild(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "\(quoted(entry.key)) does not belong in a child flow",
      at: entry.keySpan,
      hint: "it stands once, at the top of the file, and holds for all its flows"
    )
  }

  static func listedKey(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      .flowMisplacedKey,
      "\(quoted(entry.key)) does not belong in a state",
      at: entry.keySpan,
      hint: entry.key == "id"
        ? "a state's name is its id" : "states follow each other by their edges"
    )
  }

  // MARK: Invariants

  static func invariantForm(_ keys: [String], at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .invariantForm,
      keys.isEmpty
        ? "the invariant says nothing" : "\(list(keys.map { quoted($0) })) are two invariants",
      at: span,
      hint: keys.isEmpty
        ? "write `never`, `after` with `always`, `at_most` with `of`, `never_together` or "
          + "`eventually`" : "write two entries"
    )
  }

  static func invariantKey(_ entry: Node.Entry, form: String) -> Diagnostic {
    Diagnostic(
      .invariantForm,
      "\(quoted(entry.key)) does not go with `\(form)`",
      at: entry.keySpan,
      hint: "`without` and `since` go with `never`, `always` with `after`, `of` with `at_most`"
    )
  }

  static func selectorSubject(_ keys: [String], at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .invariantForm,
      keys.isEmpty ? "the selector selects nothing" : "a selector has only one subject",
      at: span,
      hint: "write one of `step`, `agent`, `tool`: `{tool: deploy}`"
    )
  }

  // MARK: Graphs

  static func noEntryPoint(_ first: String?, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .graphEntry,
      "the graph has no `entry_point`",
      at: span,
      hint: first.map { "write `entry_point: \($0)`, if it starts there" }
    )
  }

  static func unknownNode(
    _ name: Located<String>,
    as place: String,
    among names: [String]
  ) -> Diagnostic {
    let near = Suggestion.nearest(to: name.value, in: names)
    return Diagnostic(
      place == "`entry_point`" ? .graphEntry : .graphUnknownNode,
      "\(place) names \(quoted(name.value)), which is no node",
      at: name.span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "the nodes are \(list(names.prefix(8).map { quoted($0) }))",
      fix: near.map { Diagnostic.Fix(span: name.span, replacement: $0) }
    )
  }

  static func unreachableNode(_ node: Named<Step>, isOrphan: Bool) -> Diagnostic {
    Diagnostic(
      .graphUnreachable,
      isOrphan
        ? "no edge leads to \(quoted(node.name))"
        : "no way leads from the entry point to \(quoted(node.name))",
      at: node.nameSpan,
      hint: "add an edge to it, or remove it"
    )
  }

  static func twoWays(
    _ node: Named<Step>,
    _ first: Graph.Connection,
    _ second: Graph.Connection
  ) -> Diagnostic {
    Diagnostic(
      .graphTwoWays,
      "two edges without `condition` leave \(quoted(node.name))",
      at: second.span,
      notes: [.init("the first is here", span: first.span)],
      hint: "a graph is at one node at a time; for work side by side write `tasks` with "
        + "`depends_on`"
    )
  }

  static func nodeWithEdges(_ node: Named<Step>, _ edge: Edge) -> Diagnostic {
    Diagnostic(
      .graphTwoWays,
      "node \(quoted(node.name)) has `on_success` beside the graph's edges",
      at: edge.span,
      hint: "write it under `edges`: `{from: \(node.name), to: \(edge.target.value)}`"
    )
  }

  static func operatorContradicts(_ word: String, sign: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .graphOperator,
      .warning,
      "`operator: \(word)` says something else than its `expression`",
      at: span,
      hint: "the expression decides; `\(word)` would be `\(sign)`"
    )
  }
}
