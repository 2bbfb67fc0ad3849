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
  /// The node is entered (branches of trees).
  case enter
  /// What lies inside is still under way after it was looked at (branches of trees).
  case running
  /// The node was skipped (trees).
  case skipped
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
/// Rows of a place stand together in priority order; the first whose guard is true is taken. Rows
/// of enclosing nodes are looked at after those of the nodes inside (SCXML 3.13).
public struct Row: Sendable, Hashable {
  /// The node whose row it is: a leaf, or a node around the leaves that it leaves.
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
  /// All targets when there are several, in the lists pool; empty: `target` alone.
  public var targets: Range<PoolIndex>
  /// Actions done between exit and entry, in the actions pool.
  public var actions: Range<PoolIndex>
  /// Event descriptors (`external` rows) in the names pool, by the lists pool; SCXML 3.12.1.
  ///
  /// Empty: `detail` alone is the name.
  public var descriptors: Range<PoolIndex>
  /// The delay (`after` rows) in milliseconds or as a duration, in the programs pool; `noIndex`:
  /// `detail`.
  public var delay: PoolIndex
  /// Whether targets inside the place leave the place itself active (SCXML `internal`).
  public var isInternal: Bool
  /// A register that must be below `counterLimit` for the row to be taken, and then counts on.
  public var counter: RegisterIndex
  /// See `counter`.
  public var counterLimit: Int64
  /// Registers set to zero when the row is taken.
  public var resets: Range<RegisterIndex>
  /// What it does inside a behavior tree; nil: it is no row of a tree.
  public var tree: TreeMove?

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
    targets = 0..<0
    actions = 0..<0
    descriptors = 0..<0
    delay = noIndex
    isInternal = false
    counter = noIndex
    counterLimit = 0
    resets = 0..<0
    tree = nil
  }
}

extension TransitionTable {
  /// The events that an `external` row takes, as written.
  public func eventNames(of row: Row) -> String {
    guard !row.descriptors.isEmpty else { return names[Int(row.detail)] }
    return row.descriptors.map { names[Int(lists[Int($0)])] }.joined(separator: " ")
  }
}
