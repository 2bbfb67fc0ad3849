/// What a part of a flow can have besides what it is.
public enum FlowFeature: Sendable, CaseIterable, Hashable {
  /// A key of steps.
  case step(StepFeature)
  /// A way out after success, failure or cancellation.
  case edge(EdgeFeature)
  /// Something of statecharts.
  case chart(ChartFeature)
  /// How parts that run together come together.
  case group(GroupFeature)
  /// A key of a flow's header.
  case run(RunFeature)
  /// Something of behavior trees.
  case tree(TreeFeature)
  /// A key of planners.
  case planner(PlannerFeature)

  /// Every feature.
  public static let allCases =
    StepFeature.allCases.map { FlowFeature.step($0) } + EdgeFeature.allCases.map { .edge($0) }
    + ChartFeature.allCases.map { .chart($0) } + GroupFeature.allCases.map { .group($0) }
    + RunFeature.allCases.map { .run($0) } + TreeFeature.allCases.map { .tree($0) }
    + PlannerFeature.allCases.map { .planner($0) }

  /// Its name.
  public var name: String {
    switch self {
    case .step(let feature): "step.\(feature)"
    case .edge(let feature): "edge.\(feature)"
    case .chart(let feature): "chart.\(feature)"
    case .group(let feature): "group.\(feature)"
    case .run(let feature): "run.\(feature)"
    case .tree(let feature): "tree.\(feature)"
    case .planner(let feature): "planner.\(feature)"
    }
  }

  /// Whether it always fails.
  var isFailing: Bool {
    switch self {
    case .step(.failingWhen), .step(.failingRequire), .step(.failingResult), .step(.failingAssign),
      .edge(.failingGuard), .chart(.failingDelay), .chart(.failingAction), .run(.failingResult),
      .tree(.failingGuard):
      true
    default: false
    }
  }

  /// Whether a machine with it is a chart.
  var isOfCharts: Bool { if case .chart = self { true } else { false } }

  /// A number of its own, below 256.
  var number: Int {
    switch self {
    case .step(let feature): Int(feature.rawValue)
    case .edge(let feature): 32 + Int(feature.rawValue)
    case .chart(let feature): 64 + Int(feature.rawValue)
    case .group(let feature): 112 + Int(feature.rawValue)
    case .run(let feature): 128 + Int(feature.rawValue)
    case .tree(let feature): 160 + Int(feature.rawValue)
    case .planner(let feature): 208 + Int(feature.rawValue)
    }
  }
}

/// Keys of steps.
public enum StepFeature: UInt8, Sendable, CaseIterable, Hashable {
  case when
  /// A `when` that cannot be evaluated.
  case failingWhen
  case require
  case failingRequire
  /// Attempts without a pause.
  case retry
  /// Attempts with pauses.
  case pausedRetry
  /// Attempts after some kinds of failure.
  case retryOfKinds
  case maxVisits
  /// `timeout`.
  case deadline
  case budget
  /// A budget of a day.
  case dailyBudget
  /// `with`.
  case input
  case result
  /// A `result` that cannot be rendered.
  case failingResult
  case assign
  /// An `assign` that cannot be evaluated.
  case failingAssign
}

/// Ways out.
public enum EdgeFeature: UInt8, Sendable, CaseIterable, Hashable {
  case onError
  /// `on_error` by kinds.
  case errorKinds
  /// `on_error` by expressions.
  case errorGuard
  case onTimeout
  case onCancel
  /// `on_success` by expressions.
  case guardedSuccess
  /// An `on_success` whose guard cannot be evaluated.
  case failingGuard
  /// Assignments on the way.
  case assigningEdge
  /// A way back to where the run was before.
  case wayBack
}

/// What statecharts have.
public enum ChartFeature: UInt8, Sendable, CaseIterable, Hashable {
  case onEvent
  case guardedEvent
  /// `*`, and prefixes.
  case wildcardEvent
  /// An edge that only acts.
  case targetlessEvent
  case after
  /// Two delays.
  case secondAfter
  case computedDelay
  /// A delay that cannot be evaluated.
  case failingDelay
  case always
  case onEntry
  case onExit
  case edgeActions
  /// An action that cannot be done.
  case failingAction
  case internalEdge
  /// `done.state.…`
  case doneEvent
  /// `error.*`
  case errorEvent
  case raise
  case send
  case delayedSend
  case cancelledSend
  /// To the flow that runs this one.
  case sendToParent
  /// To the flow that this step runs.
  case sendToChild
  case shallowHistory
  case deepHistory
  /// Actions on the way to the first state.
  case initialActions
  /// A first state deep inside.
  case deepInitial
  /// First states in several regions.
  case severalInitials
  /// From inside to a state outside.
  case edgeOut
  /// From outside to a state inside.
  case edgeIn
  /// From one region into another.
  case edgeAcross
  /// To states in several regions.
  case severalTargets
  case finalResult
  case finalActions
}

/// How parts come together.
public enum GroupFeature: UInt8, Sendable, CaseIterable, Hashable {
  case joinAll
  case joinAny
  case joinFirst
  case joinFinished
  case joinCount
  case concurrency
  case itemFails
  case itemCollected
  case itemSkipped
  /// Lists that may be longer than allowed.
  case fewItems
}

/// Keys of headers.
public enum RunFeature: UInt8, Sendable, CaseIterable, Hashable {
  case timeout
  case timeoutTarget
  case maxSteps
  case hardBudget
  case tokenBudget
  case dailyBudget
  /// `on_error` of the flow.
  case errorDefault
  case cancelDefault
  case budgetDefault
  case result
  case failingResult
  /// An input that callers may miss.
  case narrowInput
  case invariants
  case environment
}

/// What behavior trees have.
public enum TreeFeature: UInt8, Sendable, CaseIterable, Hashable {
  case failureIf
  case successIf
  case skipIf
  case whileGuard
  /// A guard that cannot be evaluated.
  case failingGuard
  case successWrite
  case failureWrite
  case haltWrite
  case reactive
  case keep
  case maxSwitches
  case catchOnHalt
  /// `success_count` and `failure_count`.
  case thresholds
  /// `join: finished` with `failure_count`.
  case countedFailures
  case defaultChoice
  case rememberEnding
  case rememberSuccess
  case rememberFailure
  case rememberSkip
  case ports
  case inverted
  case forcedSuccess
  case forcedFailure
  case retried
  case repeated
  case keptRunning
  case limited
  case delayed
  case onceOnly
}

/// Keys of planners.
public enum PlannerFeature: UInt8, Sendable, CaseIterable, Hashable {
  case repairs
  case planBudget
  case planTimeout
  case questionTimeout
  case cached
  case constraints
  case conservative
  case adaptive
  case escalation
  case human
  case triggers
  case replanEvent
  case quality
}
