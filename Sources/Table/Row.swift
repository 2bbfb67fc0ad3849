/// What can move a token.
public enum EventClass: UInt8, Sendable, CaseIterable, Hashable {
  /// No event: taken as soon as its guard is true.
  case always
  /// The place's work succeeded (a skipped step counts as one).
  case success
  /// The place's work failed; `kinds` says which failures.
  case failure
  /// A path read by a watch changed.
  case changed
  /// A region finished.
  case done
  /// The run is being cancelled.
  case cancel
  /// A delay since entry has passed.
  case after
  /// A named event from outside or raised inside.
  case external
}

/// What a guard that can't be evaluated means (FLOW-SEMANTICS 26).
public enum GuardErrorMode: UInt8, Sendable, CaseIterable, Hashable {
  /// The place fails, kind `guard_error`, and its failure rows decide.
  case fails
  /// The guard counts as false and `error.execution` is raised.
  case raisesEvent
  /// The guard counts as false.
  case isFalse
}

/// One transition: place, event, guard, assignments, target.
///
/// Rows of a place stand together, sorted by (event, priority); the first whose guard is true is
/// taken. Rows of enclosing states are already merged in.
public struct Row: Sendable, Hashable {
  /// The leaf that the row leaves.
  public var place: NodeIndex
  /// The event.
  public var event: EventClass
  /// The kinds of failure it takes (`failure` rows).
  public var kinds: ErrorKindSet
  /// The event's name in the names pool (`external` rows), the delay in milliseconds (`after`).
  public var detail: Int64
  /// The guard in the programs pool; `noIndex` is true.
  public var guardProgram: PoolIndex
  /// Whether the row is taken when the guard is false: the `on_false` side of a decision, which
  /// shares the program of its `on_true` side.
  public var isNegated: Bool
  /// What a failing guard means.
  public var guardErrorMode: GuardErrorMode
  /// Assignments made on the way, in the assignments pool.
  public var assignments: Range<PoolIndex>
  /// The target; `noIndex` for a targetless row.
  public var target: NodeIndex
  /// The nodes that may be exited: active nodes of this preorder range, deepest first.
  public var domain: Range<NodeIndex>

  /// A row that is always taken.
  public init(place: NodeIndex, event: EventClass, target: NodeIndex) {
    self.place = place
    self.event = event
    self.target = target
    kinds = .all
    detail = 0
    guardProgram = noIndex
    isNegated = false
    guardErrorMode = .fails
    assignments = 0..<0
    domain = 0..<0
  }
}
