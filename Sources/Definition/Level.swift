import Values

/// A kind of mapping in a flow file; each has its own table of keys.
enum Level: CaseIterable, Sendable {
  case flow
  case definition
  case planner
  case modelPlanner
  case plannerLimits
  case mayUse
  case replan
  case workflow
  case policies
  case agentPolicies
  case toolConfig
  case registry
  case step
  case edge
  case eventEdge
  case delayedEdge
  case act
  case sending
  case treeNode
  case choice
  case connection
  case invariant
  case selector
  case finalState
  case retry
  case budget
  case flowTimeout
  case agent
  case agentLimits
  case action
  case model
  case tool
  case permissions

  /// Whether a key that stands elsewhere may have slipped out of such a mapping: small mappings
  /// that are written on one line lose no keys.
  var losesKeys: Bool {
    switch self {
    case .eventEdge, .delayedEdge, .act, .sending, .choice, .treeNode, .connection, .invariant,
      .selector, .mayUse, .replan, .plannerLimits, .agentPolicies, .toolConfig:
      false
    default: true
    }
  }

  /// What a message calls it.
  var title: String {
    switch self {
    case .flow: "the flow's header"
    case .definition: "a planner's definition"
    case .planner, .modelPlanner: "`planner`"
    case .plannerLimits: "a planner's `limits`"
    case .mayUse: "`may_use`"
    case .replan: "`replan`"
    case .workflow: "`workflow`"
    case .policies: "`policies`"
    case .agentPolicies: "an agent's `policies`"
    case .toolConfig: "a tool's `config`"
    case .registry: "`tool_registry`"
    case .step: "a step"
    case .edge: "an edge"
    case .eventEdge: "an entry of `on_event`"
    case .delayedEdge: "an entry of `after`"
    case .act: "an action"
    case .sending: "`send`"
    case .treeNode: "a node of a tree"
    case .choice: "an entry of `conditions`"
    case .connection: "an edge of a graph"
    case .invariant: "an invariant"
    case .selector: "a selector"
    case .finalState: "a final state"
    case .retry: "`retry`"
    case .budget: "`budget`"
    case .flowTimeout: "the flow's `timeout`"
    case .agent: "an agent"
    case .agentLimits: "an agent's `limits`"
    case .action: "an agent's action"
    case .model: "a model"
    case .tool: "a tool"
    case .permissions: "an agent's `permissions`"
    }
  }
}

/// One key of a table.
struct KeyRule: Sendable {
  /// What the key does.
  enum Use: Sendable {
    /// It is read.
    case active
    /// It is accepted and has no effect yet.
    case inert
    /// It belongs to a part of the format that comes later: that part's name, in the plural.
    case later(String)
    /// It belongs to the seed form; with what the house form says instead.
    case seedOnly(String)
  }

  /// The key.
  let name: String
  /// What it does.
  let use: Use
  /// Whether it is a second spelling that suggestions leave out.
  var isAlias = false
}

/// The keys that one kind of mapping may hold, in one form.
struct KeyTable: Sendable {
  /// The keys in the order of the format's description.
  let rules: [KeyRule]
  /// Whether keys that are not listed are accepted without effect.
  let isOpen: Bool

  /// The rule of `key`.
  ///
  /// O(rules).
  func rule(of key: String) -> KeyRule? {
    rules.first { $0.name.sameScalars(as: key) }
  }

  /// The keys that a suggestion may name.
  var suggestions: [String] {
    rules.compactMap { rule in
      if case .seedOnly = rule.use { return nil }
      return rule.isAlias ? nil : rule.name
    }
  }

  /// Whether `key` is one that this mapping reads.
  func reads(_ key: String) -> Bool {
    if case .active? = rule(of: key)?.use { true } else { false }
  }

  /// The table of `level` in `form`.
  static func of(_ level: Level, _ form: FlowForm) -> KeyTable {
    (form == .house ? house : seed)[level] ?? KeyTable(rules: [], isOpen: true)
  }

  private static let house = Dictionary(
    uniqueKeysWithValues: Level.allCases.map {
      ($0, KeyTable(rules: rules($0, .house), isOpen: false))
    }
  )
  /// The mappings of the seed form that take any key.
  private static let open: Set<Level> = [.policies, .agentPolicies, .toolConfig, .registry]

  private static let seed = Dictionary(
    uniqueKeysWithValues: Level.allCases.map {
      ($0, KeyTable(rules: rules($0, .seed), isOpen: open.contains($0)))
    }
  )
}
