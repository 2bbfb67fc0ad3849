/// A part that runs no other.
public enum FlowLeaf: UInt8, Sendable, CaseIterable, Hashable {
  /// An agent without a model.
  case agent
  /// A language model.
  case model
  /// A person.
  case human
  /// A tool that changes the world.
  case writeTool
  /// One that may be called twice.
  case idempotentTool
  /// A tool that only looks.
  case readTool
  /// A wait step.
  case wait
  /// A check.
  case check
  /// A step without work.
  case pass
  /// `condition`, `on_true`, `on_false`.
  case decision
  /// A state that waits for events.
  case rest
}

/// What a container can hold: a leaf, or another container.
public enum FlowContent: Sendable, CaseIterable, Hashable {
  /// A leaf.
  case leaf(FlowLeaf)
  /// A container inside.
  case container(FlowContainer)

  /// Leaves first; the whole flow is held by nothing.
  public static let allCases =
    FlowLeaf.allCases.map { FlowContent.leaf($0) }
    + FlowContainer.allCases.filter { $0 != .run }.map { .container($0) }

  /// Its name.
  public var name: String {
    switch self {
    case .leaf(let leaf): "\(leaf)"
    case .container(let container): "\(container)"
    }
  }

  /// A number of its own, below 64.
  var number: Int {
    switch self {
    case .leaf(let leaf): Int(leaf.rawValue)
    case .container(let container): 20 + Int(container.rawValue)
    }
  }

  /// The container that it is.
  public var container: FlowContainer? {
    if case .container(let container) = self { container } else { nil }
  }

  /// Whether it calls somebody.
  var isCall: Bool {
    switch self {
    case .leaf(let leaf): leaf.isCall
    case .container(let container): container == .turns
    }
  }
}

extension FlowLeaf {
  /// Whether it calls somebody.
  var isCall: Bool {
    switch self {
    case .agent, .model, .human, .writeTool, .idempotentTool, .readTool: true
    case .wait, .check, .pass, .decision, .rest: false
    }
  }

  /// Whether it is a tool.
  var isTool: Bool {
    switch self {
    case .writeTool, .idempotentTool, .readTool: true
    case .agent, .model, .human, .wait, .check, .pass, .decision, .rest: false
    }
  }
}

extension FlowContainer {
  /// Why it holds no such part; nil: it does.
  ///
  /// What it holds compiles; what it does not has no spelling, or the loader refuses it.
  public func obstacle(to content: FlowContent) -> String? {
    switch site {
    case .body: Self.obstacle(inBodyTo: content)
    case .state, .node, .region, .task: Self.obstacle(inStepsTo: content, site)
    case .item:
      content == .container(.forEach)
        ? "a step has one list" : Self.obstacle(inStepsTo: content, .item)
    case .offer:
      if case .leaf(let leaf) = content, leaf.isTool { nil } else { "agents call tools only" }
    case .tree: obstacle(inTreeTo: content)
    }
  }

  private static func obstacle(inBodyTo content: FlowContent) -> String? {
    switch content {
    case .leaf: "a leaf is no body"
    case .container(let container):
      switch container {
      case .machine, .chart, .graph, .taskList, .dependencies, .planner, .tree: nil
      case .regions, .taskGroup: "`type` is a key of steps"
      case .forEach, .childFlow, .detachedFlow, .turns: "this is a step, and no body"
      default: "a node stands in a tree"
      }
    }
  }

  private static func obstacle(inStepsTo content: FlowContent, _ site: FlowSite) -> String? {
    switch content {
    case .leaf(let leaf):
      switch leaf {
      case .decision: site == .state || site == .node ? nil : "only states decide by `condition`"
      case .rest: site == .state || site == .region ? nil : "only states wait for events"
      case .agent, .model, .human, .writeTool, .idempotentTool, .readTool, .wait, .check, .pass: nil
      }
    case .container(let container):
      if container.isTreeNode {
        "a node stands in a tree"
      } else {
        container == .run ? "it holds everything" : nil
      }
    }
  }

  private func obstacle(inTreeTo content: FlowContent) -> String? {
    switch content {
    case .leaf(let leaf):
      switch leaf {
      case .decision, .rest: "leaves have no edges"
      case .agent, .model, .human, .writeTool, .idempotentTool, .readTool, .wait, .check, .pass: nil
      }
    case .container(let container):
      switch container {
      case .regions, .taskList, .taskGroup, .dependencies, .graph, .planner:
        "a leaf holds states, a tree or a flow"
      case .machine, .chart, .tree: self == .subtree ? "leaves of subtrees hold no bodies" : nil
      case .run: "it holds everything"
      case .forEach, .childFlow, .detachedFlow, .turns, .sequence, .fallback, .parallel, .select,
        .choose, .ifThenElse, .whileDoElse, .tryCatch, .inverter, .forceSuccess, .forceFailure,
        .retry, .rounds, .keepRunning, .timeout, .delay, .runOnce, .subtree:
        nil
      }
    }
  }
}
