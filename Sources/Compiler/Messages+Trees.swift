import Source

/// Findings about trees.
extension Messages {
  static func endlessLoop(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treeEndless,
      "nothing limits how often this runs",
      at: span,
      hint: "write how often at most: `\(key): 100`"
    )
  }

  static func impureQuestion(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treeImpure,
      "this would be done again at every change, as it stands before what a reactive node runs",
      at: span,
      hint: "only checks may stand there, or an action behind a check of its own"
    )
  }

  static func alternation(_ count: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treeAlternation,
      "\(count) children that act may take turns for ever",
      at: span,
      hint: "write how often it may switch: `max_switches: 3`"
    )
  }

  static func unreachableChild(at span: SourceSpan, behind other: SourceSpan) -> Diagnostic {
    Diagnostic(
      .treeUnreachable,
      "this child can never run: the one before it always ends the node",
      at: span,
      notes: [.init("the one before it is here", span: other)],
      hint: "remove one of them, or change their order"
    )
  }

  static func nothingToPlanWith(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .planNobody,
      .error,
      "the planner may use neither agents nor tools",
      at: span,
      hint: "write what a plan may call: `may_use: {agents: […], tools: […]}`"
    )
  }
}
