import Values

/// What a planner's places share: whom a plan may call, and within which limits.
///
/// A planner is two places: one that asks the model (`planner`), and one that runs what was
/// accepted (`plan`). The table holds everything that judging a proposal needs, so that a run that
/// is pinned to its digest judges as the flow's author was shown.
public struct PlannerEntry: Sendable, Hashable {
  /// An agent or tool that a plan may call, or that one of these may call by itself.
  public struct Callee: Sendable, Hashable {
    /// Who, in the performers pool.
    public var performer: PoolIndex
    /// Deadline of one attempt unless the plan says another; -1: none.
    public var timeoutMilliseconds: Int64
    /// Whether a plan may name it; else only agents call it within their turns.
    public var isNamed: Bool

    /// A callee.
    public init(performer: PoolIndex, timeoutMilliseconds: Int64, isNamed: Bool) {
      self.performer = performer
      self.timeoutMilliseconds = timeoutMilliseconds
      self.isNamed = isNamed
    }
  }

  /// An argument with the values that a plan may give it.
  public struct AllowedValues: Sendable, Hashable {
    /// The argument's name.
    public var name: String
    /// The values.
    public var values: [String]

    /// A rule for one argument.
    public init(name: String, values: [String]) {
      self.name = name
      self.values = values
    }
  }

  /// What is tried when an accepted plan does not succeed.
  public enum Strategy: UInt8, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// The same plan, without its steps that are done.
    case conservative
    /// Another plan.
    case adaptive
    /// The fallback.
    case escalation
    /// What a person says.
    case human
  }

  /// The place that asks the model.
  public var asking: NodeIndex
  /// The place that runs the accepted plan.
  public var running: NodeIndex
  /// Whom a plan may call.
  public var callees: [Callee]
  /// Steps that a plan may have.
  public var maxSteps: Int32
  /// What a plan may cost; -1: not declared.
  public var hardPicodollars: Int64
  /// What a plan should cost; -1: not declared.
  public var softPicodollars: Int64
  /// Tokens that a plan may use; -1: not declared.
  public var tokens: Int64
  /// Which figure `hardPicodollars` is compared with.
  public var gate: RunLimits.Gate
  /// The question as a seed words it; empty: the usual one.
  public var template: String
  /// Whether the form of the answer is asked for by a JSON Schema.
  public var isScaffolded: Bool
  /// Whether a plan that succeeded is tried again before the model is asked.
  public var isCached: Bool
  /// Arguments whose values are given.
  public var constraints: [AllowedValues]
  /// The flow's invariants as JSON, in the house form.
  public var invariants: String
  /// Schema of the input that a plan gets, in the schemas pool; `noIndex`: anything.
  public var inputSchema: PoolIndex
  /// What is tried when an accepted plan does not succeed.
  public var strategy: Strategy
  /// Places that lead from a plan that did not succeed to another one; `asking` is among them.
  public var detours: [NodeIndex]

  /// A planner of two places.
  public init(asking: NodeIndex, running: NodeIndex) {
    self.asking = asking
    self.running = running
    callees = []
    maxSteps = 0
    hardPicodollars = -1
    softPicodollars = -1
    tokens = -1
    gate = .worst
    template = ""
    isScaffolded = true
    isCached = false
    constraints = []
    invariants = "[]"
    inputSchema = noIndex
    strategy = .none
    detours = []
  }
}

extension TransitionTable {
  /// Whom a run may call: steps, and plans.
  public var usedPerformers: Set<PoolIndex> {
    var used = Set(effects.map(\.performer))
    for planner in planners { used.formUnion(planner.callees.map(\.performer)) }
    return used
  }

  /// The planner that one of these places belongs to.
  ///
  /// O(planners).
  public func planner(at place: NodeIndex) -> PlannerEntry? {
    planners.first { $0.asking == place || $0.running == place }
  }
}

// MARK: Binary form

extension BinaryWriter {
  mutating func write(planner: PlannerEntry) {
    write(index: planner.asking)
    write(index: planner.running)
    write(list: planner.callees) { writer, callee in
      writer.write(index: callee.performer)
      writer.write(signed: callee.timeoutMilliseconds)
      writer.write(bool: callee.isNamed)
    }
    write(index: planner.maxSteps)
    write(signed: planner.hardPicodollars)
    write(signed: planner.softPicodollars)
    write(signed: planner.tokens)
    write(byte: planner.gate.rawValue)
    write(text: planner.template)
    write(bool: planner.isScaffolded)
    write(bool: planner.isCached)
    write(list: planner.constraints) { writer, rule in
      writer.write(text: rule.name)
      writer.write(list: rule.values) { $0.write(text: $1) }
    }
    write(text: planner.invariants)
    write(index: planner.inputSchema)
    write(byte: planner.strategy.rawValue)
    write(list: planner.detours) { $0.write(index: $1) }
  }
}

extension BinaryReader {
  mutating func readPlanner() throws(BinaryError) -> PlannerEntry {
    var planner = PlannerEntry(asking: try readIndex(), running: try readIndex())
    planner.callees = try readList { (reader) throws(BinaryError) in
      PlannerEntry.Callee(
        performer: try reader.readIndex(),
        timeoutMilliseconds: try reader.readSigned(),
        isNamed: try reader.readBool()
      )
    }
    planner.maxSteps = try readIndex()
    planner.hardPicodollars = try readSigned()
    planner.softPicodollars = try readSigned()
    planner.tokens = try readSigned()
    planner.gate = try readCase(RunLimits.Gate.self)
    planner.template = try readText()
    planner.isScaffolded = try readBool()
    planner.isCached = try readBool()
    planner.constraints = try readList { (reader) throws(BinaryError) in
      PlannerEntry.AllowedValues(
        name: try reader.readText(),
        values: try reader.readList { (reader) throws(BinaryError) in try reader.readText() }
      )
    }
    planner.invariants = try readText()
    planner.inputSchema = try readIndex()
    planner.strategy = try readCase(PlannerEntry.Strategy.self)
    planner.detours = try readList { (reader) throws(BinaryError) in try reader.readIndex() }
    return planner
  }
}

// MARK: Validation

extension TableValidator {
  /// Every place of a planner belongs to exactly one entry, which says whom a plan may call.
  func checkPlanners() throws(TableError) {
    for (position, planner) in table.planners.enumerated() {
      let name = "planner \(position)"
      for (place, kind) in [
        (planner.asking, PlaceNode.Kind.planner), (planner.running, .plan),
      ] {
        try index(place, below: table.nodes.count, optional: false, "a place of \(name)")
        guard table.nodes[Int(place)].kind == kind, table.nodes[Int(place)].effect != noIndex else {
          throw TableError("a place of \(name) is none of a planner's")
        }
      }
      for callee in planner.callees {
        try index(
          callee.performer,
          below: table.performers.count,
          optional: false,
          "whom \(name) may call"
        )
        guard callee.timeoutMilliseconds >= -1 else {
          throw TableError("a limit of \(name) is negative")
        }
      }
      for place in planner.detours {
        try index(place, below: table.nodes.count, optional: false, "a detour of \(name)")
      }
      try index(planner.inputSchema, below: table.schemas.count, "the input of \(name)")
      guard planner.maxSteps >= 0, planner.hardPicodollars >= -1, planner.softPicodollars >= -1,
        planner.tokens >= -1
      else { throw TableError("a limit of \(name) is negative") }
    }
    for (position, node) in table.nodes.enumerated()
    where node.kind == .planner || node.kind == .plan {
      guard table.planners.filter({ $0.asking == position || $0.running == position }).count == 1
      else { throw TableError("node \(position) belongs to no planner") }
    }
  }
}
