import Signalbox

/// Which of the closed kinds of tables and runs were seen, and which should have been.
///
/// Each kind is named in an exhaustive switch: a new one does not compile until it is said here
/// whether generated flows have it.
public struct KindCensus: Sendable {
  private var places: Set<PlaceNode.Kind> = []
  private var events: Set<EventClass> = []
  private var joins: Set<JoinPolicy.Kind> = []
  private var itemErrors: Set<JoinPolicy.ItemError> = []
  private var votes: Set<VoteRule.Kind> = []
  private var actions: Set<ActionEntry.Kind> = []
  private var errors: Set<ErrorKind> = []
  private var timers: Set<TimerIntent.Purpose> = []
  private var phases: Set<Token.Phase> = []
  private var statuses: Set<StepStatus> = []
  private var trees: Set<FlowContainer> = []

  /// Nothing seen.
  public init() {}

  /// Counts the kinds of a flow's trees.
  public mutating func count(_ flow: Flow) {
    guard case .tree(let tree) = flow.body else { return }
    var nodes = [tree.root]
    while let node = nodes.popLast() {
      if let container = FlowContainer.of(node.kind) { trees.insert(container) }
      nodes += node.children
    }
  }

  /// Counts the kinds of a table.
  public mutating func count(_ table: TransitionTable) {
    for node in table.nodes {
      places.insert(node.kind)
      if node.kind == .parallel, let part = node.tree { votes.insert(part.rule.kind) }
    }
    for row in table.rows { events.insert(row.event) }
    for join in table.joins {
      joins.insert(join.kind)
      itemErrors.insert(join.itemError)
    }
    for action in table.actions { actions.insert(action.kind) }
  }

  /// Counts the kinds of a step of a run.
  public mutating func count(_ state: RunState, _ output: StepOutput) {
    for token in state.tokens { phases.insert(token.phase) }
    for entry in output.trace {
      guard case .finished(_, _, let status, let error) = entry else { continue }
      statuses.insert(status)
      if let error { errors.insert(error.kind) }
    }
    if case .failure(_, let error?, _) = state.outcome { errors.insert(error.kind) }
    for effect in output.effects {
      if case .startTimer(let timer) = effect { timers.insert(timer.purpose) }
    }
  }

  /// Kinds that were not seen though generated flows have them.
  public var missing: [String] {
    missing(places, Self.absence(of:)) + missing(events, Self.absence(of:))
      + missing(joins, Self.absence(of:)) + missing(votes, Self.absence(of:))
      + missing(itemErrors, { _ in nil })
      + missing(actions, { _ in nil }) + missing(errors, Self.absence(of:))
      + missing(timers, { _ in nil }) + missing(phases, Self.absence(of:))
      + missing(statuses, Self.absence(of:))
      + treeNodes.filter { !trees.contains($0) }.map { "\($0) of a tree" }
  }

  /// The nodes of trees; a subtree is put in as a sequence.
  private var treeNodes: [FlowContainer] {
    FlowContainer.allCases.filter { $0.isTreeNode && $0 != .subtree }
  }

  /// Kinds that were seen though they are said to be absent.
  public var unexpected: [String] {
    unexpected(places, Self.absence(of:)) + unexpected(events, Self.absence(of:))
      + unexpected(joins, Self.absence(of:)) + unexpected(votes, Self.absence(of:))
      + unexpected(errors, Self.absence(of:)) + unexpected(statuses, Self.absence(of:))
      + unexpected(phases, Self.absence(of:))
  }

  private func missing<Kind: CaseIterable & Hashable>(
    _ seen: Set<Kind>,
    _ absence: (Kind) -> String?
  ) -> [String] {
    let kinds = Kind.allCases.filter { !seen.contains($0) && absence($0) == nil }
    return kinds.map { "\(String(reflecting: Kind.self)).\($0)" }
  }

  private func unexpected<Kind: CaseIterable & Hashable>(
    _ seen: Set<Kind>,
    _ absence: (Kind) -> String?
  ) -> [String] {
    let kinds = Kind.allCases.filter { seen.contains($0) && absence($0) != nil }
    return kinds.map { "\(String(reflecting: Kind.self)).\($0)" }
  }

  // MARK: What is absent

  /// Why no generated flow has such a node; nil: some have.
  static func absence(of kind: PlaceNode.Kind) -> String? {
    switch kind {
    case .compound, .parallel, .action, .decision, .check, .wait, .human, .pass, .rest, .planner,
      .fork, .join, .call, .final, .history, .tree, .branch, .plan, .park:
      nil
    }
  }

  /// Why no generated flow has such a row; nil: some have.
  static func absence(of event: EventClass) -> String? {
    switch event {
    case .always, .success, .failure, .changed, .cancel, .after, .external, .enter, .skipped: nil
    case .done: "endings of regions are events by name"
    case .running: "only importers make nodes that show another status for running"
    }
  }

  /// Why no generated flow has such a join; nil: some have.
  static func absence(of kind: JoinPolicy.Kind) -> String? {
    switch kind {
    case .all, .any, .first, .finished, .count: nil
    case .chart: "the compiler writes none"
    }
  }

  /// Why no generated tree votes so; nil: some do.
  static func absence(of kind: VoteRule.Kind) -> String? {
    switch kind {
    case .all, .threshold, .first, .finished: nil
    case .positions: "only importers make parallel nodes that count some parts"
    }
  }

  /// Why no run fails so; nil: some do.
  static func absence(of kind: ErrorKind) -> String? {
    switch kind {
    case .timeout, .unavailable, .rateLimited, .invalidOutput, .require, .check, .guardError,
      .maxVisits, .maxSteps, .budget, .denied, .cancelled, .unknown, .failed, .inputRejected:
      nil
    }
  }

  /// Why no token is so at the end of a step; nil: some are.
  static func absence(of phase: Token.Phase) -> String? {
    phase == .entered ? "what was entered has begun, rests or has ended by then" : nil
  }

  /// Why no step ends so; nil: some do.
  static func absence(of status: StepStatus) -> String? {
    switch status {
    case .success, .failure, .skipped, .cancelled, .unknown: nil
    case .pending: "what is pending has not ended"
    }
  }
}
