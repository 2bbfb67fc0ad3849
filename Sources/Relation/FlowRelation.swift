public import Source
public import Table

/// The one reading of a table: where control can be, where it can go from there and why.
///
/// Everything that is said about a flow before it runs stands on it: reachability, traps, loops,
/// invariants, data flow, bounds of cost and time. It holds more than the executor does, never
/// less: guards may be true or false, registers of trees and visit counters have any value, events
/// come at any time. What holds it to the executor is `RelationCheck`.
///
/// Parts of a flow that run at the same time are threads of their own, each with a host in the
/// thread around it. A row that crosses the border of a thread is a move of the source's thread to
/// a position outside it, and the host's move in each thread around.
public struct FlowRelation: Sendable {
  /// What a node is in its thread.
  public enum Role: UInt8, Sendable, CaseIterable {
    /// Nothing lies inside: a token rests there.
    case leaf
    /// It runs threads of its own.
    case host
    /// Control goes through it to what lies inside.
    case compound
    /// The same inside a behavior tree.
    case branch
    /// It ends what is around it.
    case final
    /// It stands for what its parent remembers.
    case history
    /// It is like a node of the thread that stands for its child flow.
    case copy
  }

  /// The table that was read.
  public let table: TransitionTable
  /// What places may fail with by what they do themselves.
  public let failures: FailureSources
  /// The threads, each before those inside it; 0 is the run.
  public internal(set) var threads: [FlowThread]
  /// By node, what it is.
  public internal(set) var roles: [Role]
  /// By node, the thread whose position it is; -1: a copy.
  public internal(set) var threadOfNode: [Int32]
  /// By host, the threads that it runs, in order.
  public internal(set) var innerThreads: [[Int32]]
  /// By node, its first position; -1: it has none.
  public internal(set) var entryOfNode: [Int32]
  /// By node that is a copy, the distance to the node that stands for it; else 0.
  public internal(set) var copyOffset: [Int32]
  /// The positions.
  public internal(set) var positions: [Position]
  /// The moves by source.
  public internal(set) var moves: [Move]
  /// Where the moves of each position start, and one past the end.
  public internal(set) var moveStarts: [Int32]
  /// By node, the kinds of failure that its own work or inside may end with, `max_visits` apart.
  public internal(set) var failureKinds: [ErrorKindSet]
  /// By leaf and host, whether its work may succeed.
  public internal(set) var canSucceed: [Bool]
  /// By leaf and host, whether it may end as skipped.
  public internal(set) var canSkip: [Bool]
  /// Whether some way leads to a position.
  public internal(set) var isReachable: [Bool]
  /// By node, whether some way leads to it or, of a compound, into it.
  var reachedNodes: [Bool]
  /// By row, whether it is a move of some position.
  public internal(set) var isRowTaken: [Bool]
  /// By row that never is, the row that always goes first.
  public internal(set) var rowBefore: [RowIndex: RowIndex]
  /// Where the run goes when its timeout has passed; empty: it fails.
  public internal(set) var overdueTargets: [Int32]
  /// By node, whether a token may rest there after its own work is over.
  public internal(set) var mayRest: [Bool]

  /// Reads a table.
  ///
  /// O(nodes × depth + rows + moves), of which a row has one for each place that it leads to from
  /// each position at which it may be taken: to a history node, for all that it may stand for.
  public init(_ table: TransitionTable, limits: Limits = Limits()) {
    self.init(table, dropping: nil, limits: limits)
  }

  /// The same; `dropped`, for tests, leaves out every move of one cause.
  package init(
    _ table: TransitionTable,
    dropping dropped: MoveCause?,
    limits: Limits = Limits()
  ) {
    var builder = RelationBuilder(
      table,
      dropping: dropped,
      maximumShadowedRows: limits.shadowedRows
    )
    self = builder.build()
  }

  init(empty table: TransitionTable) {
    self.table = table
    failures = FailureSources(table)
    threads = []
    roles = []
    threadOfNode = []
    innerThreads = []
    entryOfNode = []
    copyOffset = []
    positions = []
    moves = []
    moveStarts = [0]
    failureKinds = []
    canSucceed = []
    canSkip = []
    isReachable = []
    reachedNodes = []
    isRowTaken = []
    rowBefore = [:]
    overdueTargets = []
    mayRest = []
  }

  /// The moves from a position.
  public func moves(from position: Int32) -> ArraySlice<Move> {
    moves[Int(moveStarts[Int(position)])..<Int(moveStarts[Int(position) + 1])]
  }

  /// The node that stands for a node: itself unless it is a copy.
  public func original(_ node: Int) -> Int { node + Int(copyOffset[node]) }

  /// The position of a leaf or host, the entry of a compound; nil: history nodes have none.
  public func entry(of node: Int) -> Int32? {
    let position = entryOfNode[original(node)]
    return position < 0 ? nil : position
  }

  /// The threads that a node runs.
  public func threads(of node: Int) -> [Int32] { innerThreads[original(node)] }

  /// Whether some way leads to a node.
  ///
  /// A compound is reached together with whatever it holds in its thread.
  public func isReached(_ node: Int) -> Bool { reachedNodes[original(node)] }
}
