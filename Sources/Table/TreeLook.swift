import Expression

/// What a reactive node reads when it decides again, in small plain records: most of the time
/// nothing comes of it, and finding that out must count no references.
public struct TreeLook: Sendable {
  /// A node as far as looking goes.
  public struct Node: Sendable {
    /// What it does.
    public var kind: PlaceNode.Kind
    /// Whether it is a part of a tree with something of its own to tell: an id, timers.
    public var leavesTraces: Bool
    /// Whether other children are halted as soon as one runs.
    public var isReactive: Bool
    /// Whether rows are taken while what lies inside runs.
    public var hasRunningRows: Bool
    /// Whether it is a parallel node of a tree.
    public var isTreeParallel: Bool
    /// How a final node ends.
    public var ending: EventClass
    /// The enclosing node.
    public var parent: NodeIndex
    /// One past the last node inside.
    public var subtreeEnd: NodeIndex
    /// Its rows.
    public var firstRow: Int32
    /// One past its last row.
    public var endRow: Int32
    /// What it checks, among `guards`; `noIndex`: nothing.
    public var condition: Int32
  }

  /// A row as far as looking goes.
  public struct Row: Sendable {
    /// What takes it.
    public var event: EventClass
    /// Whether it is taken when the guard is false.
    public var isNegated: Bool
    /// Whether what is active in the target stays.
    public var keepsTarget: Bool
    /// Whether it writes or counts.
    public var acts: Bool
    /// Where it leads.
    public var target: NodeIndex
    /// The guard among `guards`; `noIndex` is true.
    public var guardIndex: Int32
    /// The first node that it halts.
    public var domainStart: NodeIndex
    /// One past the last node that it halts.
    public var domainEnd: NodeIndex
    /// The first register that it sets to zero.
    public var resetStart: RegisterIndex
    /// One past the last register that it sets to zero.
    public var resetEnd: RegisterIndex
    /// Where its tests of registers start in the lists pool.
    public var testStart: PoolIndex
    /// Where its tests end.
    public var testEnd: PoolIndex
  }

  /// By node; empty without trees.
  public let nodes: [Node]
  /// By row.
  public let rows: [Row]
  /// Guards and checks, so that evaluating one copies nothing.
  public let guards: [GuardReference]
  /// Keeps what `guards` refers to.
  private let programs: [Program]

  init(_ table: TransitionTable, _ programs: [CompiledProgram?]) {
    guard table.nodes.contains(where: { $0.kind == .tree }) else {
      (nodes, rows, guards, self.programs) = ([], [], [], [])
      return
    }
    var guards: [Program] = []
    var numbers = [Int32](repeating: noIndex, count: programs.count)
    func number(_ program: PoolIndex) -> Int32 {
      guard program != noIndex, case .expression(let expression) = programs[Int(program)] else {
        return noIndex
      }
      if numbers[Int(program)] == noIndex {
        numbers[Int(program)] = Int32(guards.count)
        guards.append(expression)
      }
      return numbers[Int(program)]
    }
    nodes = table.nodes.map { node in
      let rows = node.rows.map { table.rows[Int($0)].event }
      return Node(
        kind: node.kind,
        leavesTraces: !node.isUnnamed || rows.contains(.after),
        isReactive: node.tree?.isReactive ?? false,
        hasRunningRows: rows.contains(.running),
        isTreeParallel: node.kind == .parallel && node.tree != nil,
        ending: node.tree?.isSkip == true ? .skipped : node.isFailure ? .failure : .success,
        parent: node.parent,
        subtreeEnd: node.subtreeEnd,
        firstRow: node.rows.lowerBound,
        endRow: node.rows.upperBound,
        condition: number(node.condition)
      )
    }
    rows = table.rows.map { row in
      var (tests, acts) = (row.tree?.operations ?? 0..<0, !row.assignments.isEmpty)
      // Tests come first; what follows changes registers.
      var end = tests.lowerBound
      while end < tests.upperBound,
        table.lists[Int(end)] == TreeMove.Operation.isBelow.rawValue
      {
        end += 3
      }
      if end < tests.upperBound { acts = true }
      tests = tests.lowerBound..<end
      let isOpaque = row.guardProgram != noIndex && number(row.guardProgram) == noIndex
      return Row(
        event: row.event,
        isNegated: row.isNegated,
        keepsTarget: row.tree?.keepsTarget ?? false,
        acts: acts || isOpaque,
        target: row.target,
        guardIndex: number(row.guardProgram),
        domainStart: row.domain.lowerBound,
        domainEnd: row.domain.upperBound,
        resetStart: row.resets.lowerBound,
        resetEnd: row.resets.upperBound,
        testStart: tests.lowerBound,
        testEnd: tests.upperBound
      )
    }
    self.programs = guards
    self.guards = guards.map { GuardReference($0) }
  }
}

extension PlaceNode {
  /// Whether nobody wrote its name.
  fileprivate var isUnnamed: Bool { name.isEmpty || name.utf8.first == UInt8(ascii: "/") }
}
