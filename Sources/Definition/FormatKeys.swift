/// The keys of the house form by the names of `flow.schema.json`, so that a test can compare them.
package enum FormatKeys {
  /// The kinds of mapping that the schema describes, by its definitions' names; `flow` is its root.
  package static let definitions = [
    "flow", "step", "edge", "eventEdge", "delayedEdge", "act", "sending", "connection", "invariant",
    "selector", "finalState", "retry",
    "budget", "flowTimeout", "agent", "agentLimits", "action", "model", "tool", "permissions",
    "modelPlanner", "plannerLimits",
    "mayUse", "replan",
  ]

  /// The keys of the house form in one kind of mapping; those of the seed form are left out.
  package static func keys(_ definition: String) -> [String] {
    guard let level = Level.allCases.first(where: { "\($0)" == definition }) else { return [] }
    return KeyTable.of(level, .house).rules.compactMap { rule in
      if case .seedOnly = rule.use { nil } else { rule.name }
    }
  }
}
