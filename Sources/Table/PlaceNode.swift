/// One node of the statechart in preorder; leaves are the places where a token can rest.
public struct PlaceNode: Sendable, Hashable {
  /// What a node does.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// Encloses other nodes; never holds a token itself.
    case compound
    /// Encloses regions that are active together.
    case parallel
    /// Calls an agent or a tool.
    case action
    /// Evaluates a guard and goes on.
    case decision
    /// Succeeds or fails by its `check` expression.
    case check
    /// Waits for a time.
    case wait
    /// Asks a person.
    case human
    /// Does nothing and goes on (a pure step).
    case pass
    /// Does nothing and waits for events.
    case rest
    /// Asks a model for a plan.
    case planner
    /// Runs a frame template once for each item of a list.
    case fork
    /// Goes on as soon as the places it awaits have ended.
    case join
    /// Runs a frame template once: a child flow.
    case call
    /// Ends its enclosing node; directly below the root, the run.
    case final
    /// Stands for what its parent remembers of its last visit; never holds a token.
    case history
    /// A behavior tree: runs what lies inside by its own rules, and holds a token meanwhile.
    case tree
    /// Encloses part of a behavior tree; never holds a token itself.
    case branch
    /// Waits for the next occasion to go on (behavior trees).
    case park
    /// Runs the plan that was accepted: a run of its own.
    case plan
  }

  /// Whether other nodes lie inside, so that no token ever rests on it.
  public var isComposite: Bool { kind == .compound || kind == .parallel }

  /// Whether its retry policy is about all that it holds, rather than about calls.
  public var isTriedAsAWhole: Bool {
    switch kind {
    case .compound, .parallel: !isChart
    case .fork, .call, .tree: true
    default: false
    }
  }

  /// The node's id as people wrote it.
  ///
  /// Unique in a flow, but that a final state which acts (seed form) is two nodes of one name: the
  /// action, and the final node right after it.
  public var name: String
  /// What it does.
  public var kind: Kind
  /// The enclosing node; `noIndex` for the root, which is node 0.
  public var parent: NodeIndex
  /// One past the last node of the subtree.
  public var subtreeEnd: NodeIndex
  /// The effect started on entry.
  public var effect: PoolIndex
  /// False skips the node: expression in the programs pool.
  public var when: PoolIndex
  /// Must be true of the result, else failure of kind `require`.
  public var require: PoolIndex
  /// The guard of a decision, the expression of a check.
  public var condition: PoolIndex
  /// Assignments made when the work succeeded, before rows are looked at.
  public var assignments: Range<PoolIndex>
  /// Duration of a wait.
  public var waitMilliseconds: Int64
  /// Deadline of one attempt; -1: none.
  public var deadlineMilliseconds: Int64
  /// The retry policy.
  public var retry: PoolIndex
  /// Counts entries; every node that has an id in `steps` owns one.
  public var visitsRegister: RegisterIndex
  /// Entries allowed; 0: no limit.
  public var maxVisits: Int32
  /// Memory slot of the latest result (`<step id>`).
  public var resultSlot: SlotIndex
  /// Memory slot of `steps.<id>`.
  public var stepSlot: SlotIndex
  /// Memory slot of the latest result of the performer (`<agent id>`, seed form).
  public var performerSlot: SlotIndex
  /// Keys of an object result that are also merged into `state` (seed form).
  public var mergedKeys: [String]
  /// The state field that receives the whole result instead (`save_as`, seed form); empty: none.
  public var saveAs: String
  /// Templates that replace the answer as the step's result, in the fields pool; empty: none.
  public var result: Range<PoolIndex>
  /// Whether ending here is a failure (final nodes).
  public var isFailure: Bool
  /// The node's own rows in priority order; those of enclosing nodes follow by `parent`.
  public var rows: Range<RowIndex>
  /// Where a compound starts, what a history stands for at first: nodes in the lists pool.
  public var initial: Range<PoolIndex>
  /// Done between entering a compound and its initial nodes, or with a history's default.
  public var initialActions: Range<PoolIndex>
  /// Blocks of actions done on entry, in the blocks pool; an error ends its block only.
  public var entryBlocks: Range<PoolIndex>
  /// Blocks of actions done on exit.
  public var exitBlocks: Range<PoolIndex>
  /// How the parts of a parallel node or the items of a fork join, in the joins pool.
  public var join: PoolIndex
  /// What a fork or call runs, in the frames pool.
  public var template: PoolIndex
  /// What a call passes to its flow as `input`, in the fields pool.
  public var input: Range<PoolIndex>
  /// The list whose items a fork runs over: an expression in the programs pool.
  public var items: PoolIndex
  /// Nodes that a join awaits, in the lists pool.
  public var awaited: Range<PoolIndex>
  /// What a final node hands to its enclosing node, instead of `result`: in the programs pool.
  public var content: PoolIndex
  /// Place among the run's remembered configurations (history nodes).
  public var history: Int32
  /// Whether a history remembers leaves rather than children.
  public var isDeep: Bool
  /// Whether the node follows the W3C algorithm: `done.state` events, failing guards as events.
  public var isChart: Bool
  /// What it is inside a behavior tree; nil: it is none of a tree's own.
  public var tree: TreePart?

  /// A node that does nothing.
  public init(name: String, kind: Kind, parent: NodeIndex) {
    self.name = name
    self.kind = kind
    self.parent = parent
    subtreeEnd = noIndex
    effect = noIndex
    when = noIndex
    require = noIndex
    condition = noIndex
    assignments = 0..<0
    waitMilliseconds = 0
    deadlineMilliseconds = -1
    retry = noIndex
    visitsRegister = noIndex
    maxVisits = 0
    resultSlot = noIndex
    stepSlot = noIndex
    performerSlot = noIndex
    mergedKeys = []
    saveAs = ""
    result = 0..<0
    isFailure = false
    rows = 0..<0
    initial = 0..<0
    initialActions = 0..<0
    entryBlocks = 0..<0
    exitBlocks = 0..<0
    join = noIndex
    template = noIndex
    input = 0..<0
    items = noIndex
    awaited = 0..<0
    content = noIndex
    history = noIndex
    isDeep = false
    isChart = false
    tree = nil
  }
}
