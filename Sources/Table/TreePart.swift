/// What a node inside a behavior tree has besides what every node has.
public struct TreePart: Sendable, Hashable {
  /// Whether the other children are halted as soon as one of them runs (reactive nodes).
  public var isReactive: Bool
  /// Whether `after` rows are looked at only when what lies inside is still running (py_trees).
  public var isLate: Bool
  /// Whether a final node ends its node as skipped.
  public var isSkip: Bool
  /// Made when the node is halted while it runs, in the assignments pool.
  public var haltAssignments: Range<PoolIndex>
  /// What is started when the node is halted before it got there (`catch_on_halt`).
  public var cleanup: NodeIndex
  /// How the children of a parallel node ended: one register each.
  public var votes: Range<RegisterIndex>
  /// When a timeout or delay is over: a register.
  public var due: RegisterIndex
  /// Registers of a tree that are zeroed only when a tick halts the whole tree.
  public var memory: Range<RegisterIndex>
  /// When the parts of a parallel node have ended together.
  public var rule: VoteRule
  /// How often a node may switch from one child to another; 0: as often as it likes.
  public var maxSwitches: Int32
  /// Counts switches.
  public var switches: RegisterIndex
  /// What the tree is made of, for its cost: see `TreeShape`.
  public var shape: [Int32]

  /// A node without any of it.
  public init() {
    isReactive = false
    isLate = false
    isSkip = false
    haltAssignments = 0..<0
    cleanup = noIndex
    votes = 0..<0
    due = noIndex
    memory = 0..<0
    rule = VoteRule(.all)
    maxSwitches = 0
    switches = noIndex
    shape = []
  }
}

/// What a row inside a behavior tree has besides what every row has.
public struct TreeMove: Sendable, Hashable {
  /// What an operation does with its register.
  public enum Operation: Int32, Sendable, CaseIterable {
    /// The row is open only while the register is below the number.
    case isBelow
    /// The register grows by the number.
    case add
    /// The register becomes the number.
    case set
  }

  /// Operations in the lists pool: triples of operation, register, number; tests come first.
  public var operations: Range<PoolIndex>
  /// Whether what is active inside the target stays when the domain is halted.
  public var keepsTarget: Bool
  /// Whether the row halts its own node (`while` turned false) instead of ending it.
  public var haltsPlace: Bool

  /// A row that only leads somewhere.
  public init() {
    operations = 0..<0
    keepsTarget = false
    haltsPlace = false
  }
}

/// When the parts of a parallel node of a tree have ended together.
public struct VoteRule: Sendable, Hashable {
  /// The kinds of rules.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// All must succeed.
    case all
    /// So many successes, so many failures.
    case threshold
    /// The first to end decides.
    case first
    /// All must end; failure when so many failed, if a number is given.
    case finished
    /// These parts must succeed; decided after all were asked.
    case positions
  }

  /// The kind.
  public var kind: Kind
  /// Successes needed.
  public var successes: Int32
  /// Failures that decide; 0: none do by their number alone.
  public var failures: Int32
  /// Whether skipped parts count as successes.
  public var countsSkips: Bool
  /// Whether one of the positions is enough.
  public var isOneEnough: Bool
  /// Whether parts that succeeded run again while others do.
  public var repeatsSuccesses: Bool
  /// Parts that run at a time; 0: all.
  public var concurrency: Int32
  /// The positions; empty: all parts.
  public var positions: [Int32]

  /// A rule.
  public init(_ kind: Kind, successes: Int32 = 0, failures: Int32 = 0) {
    self.kind = kind
    self.successes = successes
    self.failures = failures
    countsSkips = false
    isOneEnough = false
    repeatsSuccesses = false
    concurrency = 0
    positions = []
  }
}
