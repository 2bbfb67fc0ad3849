import Signalbox

/// What can hold other parts of a flow.
public enum FlowContainer: UInt8, Sendable, CaseIterable, Hashable {
  /// The whole flow.
  case run
  /// States inside a step, without events and times of their own.
  case machine
  /// States inside a step that wait for events or times.
  case chart
  /// States that are active together.
  case regions
  /// Tasks one after the other.
  case taskList
  /// Tasks that start together.
  case taskGroup
  /// Tasks that await others.
  case dependencies
  /// Nodes and edges.
  case graph
  /// A step for each element of a list.
  case forEach
  /// Another flow as a step.
  case childFlow
  /// Another flow as a run of its own.
  case detachedFlow
  /// A planner that asks a model; holds its fallback.
  case planner
  /// An agent that calls tools within its turns; holds what it may call.
  case turns
  /// A step that is a behavior tree.
  case tree
  /// See `TreeNode.Kind` for this and those that follow.
  case sequence
  case fallback
  case parallel
  case select
  case choose
  case ifThenElse
  case whileDoElse
  case tryCatch
  case inverter
  case forceSuccess
  case forceFailure
  case retry
  case rounds
  case keepRunning
  case timeout
  case delay
  case runOnce
  /// The tree of another flow put in.
  case subtree

  /// Where what it holds stands.
  public var site: FlowSite {
    switch self {
    case .run, .childFlow, .detachedFlow, .planner: .body
    case .machine, .chart: .state
    case .graph: .node
    case .regions: .region
    case .taskList, .taskGroup, .dependencies: .task
    case .forEach: .item
    case .turns: .offer
    case .tree, .sequence, .fallback, .parallel, .select, .choose, .ifThenElse, .whileDoElse,
      .tryCatch, .inverter, .forceSuccess, .forceFailure, .retry, .rounds, .keepRunning, .timeout,
      .delay, .runOnce, .subtree:
      .tree
    }
  }

  /// Whether it is a node of a tree, and no step.
  public var isTreeNode: Bool { self != .tree && site == .tree }

  /// Whether it has a header of its own.
  public var isFlow: Bool { self == .run || self == .childFlow || self == .detachedFlow }

  /// Whether names inside are its own: from outside, and through several levels, none is found.
  public var hidesNames: Bool {
    switch self {
    case .taskList, .taskGroup, .dependencies, .forEach, .childFlow, .detachedFlow, .planner: true
    case .run, .machine, .chart, .regions, .graph, .turns, .tree, .sequence, .fallback, .parallel,
      .select, .choose, .ifThenElse, .whileDoElse, .tryCatch, .inverter, .forceSuccess,
      .forceFailure, .retry, .rounds, .keepRunning, .timeout, .delay, .runOnce, .subtree:
      false
    }
  }

  /// Whether it consists of named states.
  public var holdsStates: Bool { self == .machine || self == .chart || self == .graph }

  /// Whether it becomes states inside a state, which edges of a chart may cross.
  var becomesStates: Bool {
    self == .taskList || self == .taskGroup || self == .dependencies || self == .planner
  }

  /// Whether a machine that holds it is a chart.
  var makesCharts: Bool { holdsStates || self == .regions }

  /// The container that a kind of tree node is; nil: it is a leaf, or the house form has no word
  /// for it.
  ///
  /// A new kind of node does not compile until it is named here, and is generated then.
  static func of(_ kind: TreeNode.Kind) -> FlowContainer? {
    switch kind {
    case .sequence: .sequence
    case .fallback: .fallback
    case .parallel: .parallel
    case .select: .select
    case .choose: .choose
    case .ifThenElse: .ifThenElse
    case .whileDoElse: .whileDoElse
    case .tryCatch: .tryCatch
    case .inverter: .inverter
    case .forceSuccess: .forceSuccess
    case .forceFailure: .forceFailure
    case .retry: .retry
    case .rounds: .rounds
    case .keepRunning: .keepRunning
    case .timeout: .timeout
    case .delay: .delay
    case .runOnce: .runOnce
    // Leaves; and what only importers make.
    case .step, .precondition, .mapStatus, .waitFor: nil
    }
  }
}

/// Where a part of a flow stands.
public enum FlowSite: UInt8, Sendable, CaseIterable, Hashable {
  /// The body of a flow or of a fallback.
  case body
  /// A state of a machine.
  case state
  /// A node of a graph.
  case node
  /// A state that is active together with others.
  case region
  /// A task of a list.
  case task
  /// What a step does for each element of a list.
  case item
  /// A node of a behavior tree.
  case tree
  /// What an agent may call.
  case offer
}
