import Table

/// Reads a table into a relation: first the threads and positions, then the moves of each node,
/// inner nodes before those around them.
struct RelationBuilder {
  let table: TransitionTable
  let dropped: MoveCause?
  var relation: FlowRelation
  /// By node, the thread that its children are in, when they are in one.
  var insideThread: [Int32]
  /// By host, whether a row leads inside.
  var isEnteredInside: [Bool]
  /// By row, the thread in which it lands.
  var landingThread: [Int32]
  /// By row, the positions to which it leads.
  var landings: [[Int32]] = []
  /// By compound, the kinds of failure that come to it.
  var arrivingKinds: [ErrorKindSet]
  /// Positions of compounds at which some events were taken inside already.
  var blockedInside: [BlockedKey: Int32] = [:]
  /// By row, which events it takes.
  let descriptors: [[EventDescriptor]]
  /// By node around others, its rows for events.
  var offered: [Int: OfferedRows] = [:]
  /// Rows that were told apart by what steps inside take, and how many may be.
  var shadowedRows = 0
  let maximumShadowedRows: Int
  /// By history node, what it may stand for.
  var remembered: [NodeIndex: [NodeIndex]] = [:]
  /// Where rows land that lead to a history node alone.
  var rememberedLandings: [LandingKey: [Int32]] = [:]
  /// Where threads start besides their own starts.
  var knownStarts: Set<OtherStart> = []
  /// The first move of each position, and the next one of each move.
  var firstMove: [Int32] = []
  var lastMove: [Int32] = []
  var nextMove: [Int32] = []
  private var crossings: Set<Move> = []

  struct BlockedKey: Hashable {
    var node: Int
    var rows: [RowIndex]
  }

  struct LandingKey: Hashable {
    var target: NodeIndex
    var thread: Int32
    var domain: Range<NodeIndex>
  }

  struct OtherStart: Hashable {
    var thread: Int32
    var start: Int32
  }

  init(_ table: TransitionTable, dropping dropped: MoveCause?, maximumShadowedRows: Int) {
    self.table = table
    self.dropped = dropped
    self.maximumShadowedRows = maximumShadowedRows
    descriptors = Self.descriptors(of: table)
    let count = table.nodes.count
    relation = FlowRelation(empty: table)
    insideThread = [Int32](repeating: -1, count: count)
    isEnteredInside = [Bool](repeating: false, count: count)
    landingThread = [Int32](repeating: -1, count: table.rows.count)
    arrivingKinds = [ErrorKindSet](repeating: ErrorKindSet([]), count: count)
  }

  mutating func build() -> FlowRelation {
    guard !table.nodes.isEmpty else { return relation }
    relation.isRowTaken = [Bool](repeating: false, count: table.rows.count)
    relation.failureKinds = arrivingKinds
    relation.mayRest = isEnteredInside
    relation.canSucceed = isEnteredInside
    relation.canSkip = isEnteredInside
    layOutThreads()
    findLandingThreads()
    layOutPositions()
    findLandings()
    for node in table.nodes.indices.reversed() { addMoves(of: node) }
    finish(thread: 0)
    addOverdueMoves()
    sortMoves()
    findReachable()
    findReachedNodes()
    return relation
  }

  // MARK: Moves

  /// Adds a move unless its cause is left out; the same one is added once.
  mutating func add(
    _ source: Int32,
    _ target: Int32,
    _ cause: MoveCause,
    row: RowIndex = noIndex,
    isFromInside: Bool = false
  ) {
    if row != noIndex { relation.isRowTaken[Int(row)] = true }
    guard cause != dropped else { return }
    let move = Move(
      source: source,
      target: target,
      row: row,
      cause: cause,
      isFromInside: isFromInside
    )
    if isFromInside, !crossings.insert(move).inserted { return }
    let number = Int32(relation.moves.count)
    relation.moves.append(move)
    nextMove.append(-1)
    let last = lastMove[Int(source)]
    if last < 0 { firstMove[Int(source)] = number } else { nextMove[Int(last)] = number }
    lastMove[Int(source)] = number
  }

  /// Adds the moves of a row from a position; one that leaves its thread is its hosts' as well.
  mutating func add(row index: Int, from source: Int32, _ cause: MoveCause) {
    relation.isRowTaken[index] = true
    let landing = landingThread[index]
    for target in landings[index] {
      add(source, target, cause, row: RowIndex(index))
      var thread = relation.positions[Int(source)].thread
      while thread != landing, thread > 0 {
        let host = Int(relation.threads[Int(thread)].host)
        for position in entries(of: host) {
          add(position, target, cause, row: RowIndex(index), isFromInside: true)
        }
        thread = relation.threads[Int(thread)].outer
      }
    }
  }

  /// The positions at which a host is under way.
  func entries(of host: Int) -> [Int32] {
    let entry = relation.entryOfNode[host]
    guard entry >= 0 else { return [] }
    return isEnteredInside[host] ? [entry, entry + 1] : [entry]
  }

  /// Puts the moves of each position together, in the order in which they were found.
  private mutating func sortMoves() {
    var sorted: [Move] = []
    sorted.reserveCapacity(relation.moves.count)
    relation.moveStarts = []
    relation.moveStarts.reserveCapacity(relation.positions.count + 1)
    for position in relation.positions.indices {
      relation.moveStarts.append(Int32(sorted.count))
      var number = firstMove[position]
      while number >= 0 {
        sorted.append(relation.moves[Int(number)])
        number = nextMove[Int(number)]
      }
    }
    relation.moveStarts.append(Int32(sorted.count))
    relation.moves = sorted
  }

  // MARK: Reachability

  /// Whether some way inside a thread leads to each of its ends.
  mutating func finish(thread: Int) {
    var seen: Set<Int32> = []
    let part = relation.threads[thread]
    var queue = part.starts + part.otherStarts
    seen.formUnion(queue)
    while let position = queue.popLast() {
      var number = firstMove[Int(position)]
      while number >= 0 {
        let target = relation.moves[Int(number)].target
        if relation.positions[Int(target)].thread == Int32(thread), seen.insert(target).inserted {
          queue.append(target)
        }
        number = nextMove[Int(number)]
      }
    }
    relation.threads[thread].canSucceed = seen.contains(part.succeeded)
    relation.threads[thread].canSkip = seen.contains(part.skipped)
    relation.threads[thread].canFail = seen.contains(part.failed)
  }

  private mutating func findReachable() {
    relation.isReachable = [Bool](repeating: false, count: relation.positions.count)
    var queue: [Int32] = []
    func enter(_ position: Int32, _ relation: inout FlowRelation) {
      guard !relation.isReachable[Int(position)] else { return }
      relation.isReachable[Int(position)] = true
      queue.append(position)
    }
    for start in relation.threads[0].starts { enter(start, &relation) }
    for target in relation.overdueTargets { enter(target, &relation) }
    while let position = queue.popLast() {
      let here = relation.positions[Int(position)]
      // What crosses a border counts where it starts, not where its host has it as well.
      for move in relation.moves(from: position) where !move.isFromInside {
        enter(move.target, &relation)
      }
      guard here.phase == .entry, relation.roles[Int(here.node)] == .host else { continue }
      for inner in relation.innerThreads[Int(here.node)] {
        for start in relation.threads[Int(inner)].starts { enter(start, &relation) }
        guard here.isEnteredInside else { continue }
        for start in relation.threads[Int(inner)].otherStarts { enter(start, &relation) }
      }
    }
  }

  /// Nodes with a position that some way leads to, and the compounds around them in their thread.
  private mutating func findReachedNodes() {
    relation.reachedNodes = [Bool](repeating: false, count: table.nodes.count)
    for (number, position) in relation.positions.enumerated()
    where position.phase == .entry && relation.isReachable[number] {
      relation.reachedNodes[Int(position.node)] = true
    }
    for node in table.nodes.indices.reversed() where node > 0 && relation.reachedNodes[node] {
      let parent = Int(table.nodes[node].parent)
      guard relation.threadOfNode[parent] == relation.threadOfNode[node] else { continue }
      switch relation.roles[parent] {
      case .compound, .branch: relation.reachedNodes[parent] = true
      default: continue
      }
    }
  }

  private mutating func addOverdueMoves() {
    let limits = table.runLimits
    guard limits.timeoutMilliseconds >= 0, limits.timeoutTarget != noIndex, dropped != .overdue
    else { return }
    relation.overdueTargets = place(limits.timeoutTarget, in: 0, entering: 0..<0)
  }
}
