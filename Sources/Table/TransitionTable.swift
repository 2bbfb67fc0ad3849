/// The one intermediate representation: what every planner compiles to, and what the verifier,
/// the cost analysis, the executor, the drawing and the replay read.
///
/// Dense arrays of integers; texts stand in pools. It is plain data: `LinkedTable` adds the
/// compiled programs. The digest covers everything but `debug`.
public struct TransitionTable: Sendable {
  /// The flow's name.
  public var name: String
  /// Nodes in preorder; 0 is the root.
  public var nodes: [PlaceNode]
  /// Rows by place, event, priority.
  public var rows: [Row]
  /// Frame templates; 0 is the root frame.
  public var frames: [FrameTemplate]
  /// How parts come together.
  public var joins: [JoinPolicy]
  /// Registers.
  public var registers: [RegisterEntry]
  /// Number of configurations that a run remembers (history nodes).
  public var historyCount: Int32
  /// Lists of node and name numbers, one after the other.
  public var lists: [Int32]
  /// Actions of entries, exits and rows.
  public var actions: [ActionEntry]
  /// Blocks of actions: ranges of the actions pool.
  public var blocks: [Range<PoolIndex>]
  /// Scopes of names; 0 is the flow's.
  public var scopes: [ScopeEntry]
  /// Guards, templates, assignments.
  public var programs: [ProgramSource]
  /// Assignments.
  public var assignments: [AssignmentEntry]
  /// Entries of inputs and results.
  public var fields: [FieldEntry]
  /// Effects.
  public var effects: [EffectDescriptor]
  /// Agents and tools.
  public var performers: [Performer]
  /// Planners that ask a model.
  public var planners: [PlannerEntry]
  /// Retry policies.
  public var retries: [RetryPolicy]
  /// JSON Schemas as JSON text, self-contained but for `$ref` to `schemaNames`.
  public var schemas: [String]
  /// Names under which flows refer to schemas: name and index.
  public var schemaNames: [FieldText]
  /// Names of external events.
  public var names: [String]
  /// Memory slots.
  public var slots: [SlotEntry]
  /// Bare names.
  public var aliases: [AliasEntry]
  /// Where the run starts.
  public var start: NodeIndex
  /// Initial `state` as JSON text.
  public var initialState: String
  /// Defaults of input fields that a caller may leave out, as JSON text.
  public var inputDefaults: String
  /// Result templates in the fields pool; empty: the last result.
  public var result: Range<PoolIndex>
  /// Environment names that guards may read.
  public var publicEnvironment: [String]
  /// Limits of the run.
  public var runLimits: RunLimits
  /// Limits on what steps, child flows and agents may spend.
  public var caps: [BudgetCap]
  /// Tables of detached flows, by the frame templates that stand for them.
  ///
  /// The template says what the flow may do, for the verifier and the cost analysis; what runs is
  /// a run of its own, pinned to this table.
  public var children: [ChildTable]
  /// The behavior trees as they were written, for people.
  public var outlines: [TreeOutline]
  /// Positions; not part of the identity.
  public var debug: DebugSection

  /// An empty table.
  public init(name: String) {
    self.name = name
    nodes = []
    rows = []
    frames = []
    joins = []
    registers = []
    historyCount = 0
    lists = []
    actions = []
    blocks = []
    scopes = [ScopeEntry(parent: noIndex)]
    programs = []
    assignments = []
    fields = []
    effects = []
    performers = []
    planners = []
    retries = []
    schemas = []
    schemaNames = []
    names = []
    slots = []
    aliases = []
    outlines = []
    start = 0
    initialState = "{}"
    inputDefaults = "{}"
    result = 0..<0
    publicEnvironment = []
    runLimits = RunLimits()
    caps = []
    children = []
    debug = DebugSection()
  }
}

/// The table of a detached flow.
public struct ChildTable: Sendable {
  /// The frame template that stands for it in its caller's table.
  public var template: PoolIndex
  /// The table that its runs are pinned to.
  public var table: TransitionTable

  /// A child's table.
  public init(template: PoolIndex, table: TransitionTable) {
    self.template = template
    self.table = table
  }
}

/// Limits that a flow sets for its runs.
public struct RunLimits: Sendable, Hashable {
  /// Which figure the hard limit is compared with.
  public enum Gate: UInt8, Sendable, CaseIterable {
    /// The worst case.
    case worst
    /// The 95th percentile.
    case p95
  }

  /// The period of a budget.
  public enum Period: UInt8, Sendable, CaseIterable {
    /// One run.
    case run
    /// A calendar day.
    case day
    /// A calendar month.
    case month
  }

  /// Places entered at most.
  public var maxSteps: Int64
  /// Time the run may take; -1: no limit.
  public var timeoutMilliseconds: Int64
  /// Time the timeout's target has after that.
  public var graceMilliseconds: Int64
  /// Where the run goes at the timeout; `noIndex`: it fails.
  public var timeoutTarget: NodeIndex
  /// Hard limit; -1: none.
  public var hardPicodollars: Int64
  /// Soft limit; -1: none.
  public var softPicodollars: Int64
  /// Limit on tokens; -1: none.
  public var tokens: Int64
  /// Period of the limits.
  public var period: Period
  /// What `hard` is compared with.
  public var gate: Gate

  /// No limits but the default number of steps.
  public init() {
    maxSteps = 1_000
    timeoutMilliseconds = -1
    graceMilliseconds = 0
    timeoutTarget = noIndex
    hardPicodollars = -1
    softPicodollars = -1
    tokens = -1
    period = .run
    gate = .worst
  }
}
