import Table

/// One sequential part of a flow: control is at one of its positions at a time.
public struct FlowThread: Sendable {
  /// What runs it.
  public enum Kind: Sendable, Hashable {
    /// The run.
    case run
    /// A part of a parallel node.
    case region
    /// The inside of a compound that is passed as a whole.
    case body
    /// The inside of a behavior tree.
    case tree
    /// An item of a map or a child flow: an instance of that frame template.
    case instance(PoolIndex)
  }

  /// What runs it.
  public var kind: Kind
  /// The node whose subtree it is; of a body and a tree the host itself.
  public var root: NodeIndex
  /// The node that runs it, of a shared one the last that does; `noIndex` for the run.
  public var host: NodeIndex
  /// The thread of the host; -1 for the run.
  public var outer: Int32
  /// Its positions, but for those that stand for blocked events.
  public var positions: Range<Int32>
  /// Positions beside those.
  public var extraPositions: [Int32]
  /// Where it starts.
  public var starts: [Int32]
  /// Where it starts when a row leads inside, besides `starts`.
  public var otherStarts: [Int32]
  /// The position of its success.
  public var succeeded: Int32
  /// The position of its end as skipped.
  public var skipped: Int32
  /// The position of its failure.
  public var failed: Int32
  /// Kinds of failure that it may end with.
  public var failureKinds: ErrorKindSet
  /// Whether it may end well.
  public var canSucceed: Bool
  /// Whether it may end as skipped.
  public var canSkip: Bool
  /// Whether it may fail.
  public var canFail: Bool

  init(_ kind: Kind, root: Int, host: Int, outer: Int) {
    self.kind = kind
    self.root = NodeIndex(root)
    self.host = NodeIndex(host)
    self.outer = Int32(outer)
    positions = 0..<0
    extraPositions = []
    starts = []
    otherStarts = []
    succeeded = noIndex
    skipped = noIndex
    failed = noIndex
    failureKinds = ErrorKindSet([])
    canSucceed = false
    canSkip = false
    canFail = false
  }

  /// All positions, in order.
  package var allPositions: [Int32] { Array(positions) + extraPositions }

  /// Whether the first node of it is one of its own positions, rather than its host's.
  var holdsRoot: Bool {
    switch kind {
    case .run, .region, .instance: true
    case .body, .tree: false
    }
  }
}
