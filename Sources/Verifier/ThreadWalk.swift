import Relation
import Table

/// The frontier of a search through one thread: positions with a state and counters.
struct ThreadWalk {
  /// A position in a state.
  struct Item {
    var position: Int32
    var state: UInt64
    var counters: UInt64
    /// Whether the flow's timeout has led to its target; it does so once in a run.
    var isOverdue: Bool
    var visit: Int
    var isOver: Bool
  }

  private struct Seen: Hashable {
    var position: Int32
    var state: UInt64
    var counters: UInt64
    var isOverdue: Bool
  }

  /// Combinations with counters that are looked at, at most.
  private let maximum: Int
  /// What counts; nil: counters are left open.
  let counters: WalkCounters?
  private let graph: PlaceGraph
  private var seen: Set<Seen> = []
  private var queue: [Item] = []
  private var position = 0

  init(_ counters: WalkCounters?, graph: PlaceGraph, maximum: Int) {
    self.maximum = maximum
    self.counters = counters
    self.graph = graph
  }

  /// Whether there were too many combinations of counters.
  var isTooLarge: Bool { counters != nil && queue.count > maximum }

  /// Adds a position unless it is known; its visit is counted.
  mutating func add(
    _ position: Int32,
    _ state: UInt64,
    _ kept: UInt64,
    isOverdue: Bool,
    visit: Int
  ) -> Bool {
    var (value, isOver) = (kept, false)
    if let counters, let place = graph.place(of: position) {
      (value, isOver) = counters.visits.entering(place, kept)
    }
    let key = Seen(position: position, state: state, counters: value, isOverdue: isOverdue)
    guard seen.insert(key).inserted else { return false }
    queue.append(
      Item(
        position: position,
        state: state,
        counters: value,
        isOverdue: isOverdue,
        visit: visit,
        isOver: isOver
      )
    )
    return true
  }

  /// The next one.
  mutating func next() -> Item? {
    guard position < queue.count else { return nil }
    position += 1
    return queue[position - 1]
  }

  /// Whether a place was entered once too often.
  func isRefused(_ item: Item) -> Bool { item.isOver }

  /// The counters after a move; nil: a register does not let it be taken.
  func counters(_ value: UInt64, after move: Move, _ table: TransitionTable) -> UInt64? {
    guard let counters else { return value }
    var value = value
    // A group of places that was left is not entered again, so its visits do not matter any more.
    if counters.visits.bits > 0, graph.timeoutTargets.isEmpty,
      let source = graph.place(of: move.source), let target = graph.place(of: move.target),
      graph.component[source] != graph.component[target]
    {
      value &= ~counters.visits.allBits
    }
    guard move.row != noIndex else { return value }
    return counters.registers.after(table.rows[Int(move.row)], value, table)
  }
}

/// Visits and registers of one thread, packed into the bits of a number.
struct WalkCounters {
  let visits: VisitCounters
  let registers: TreeRegisters

  /// Nil when they need too many bits.
  init?(_ graph: PlaceGraph, _ relation: FlowRelation) {
    guard let visits = VisitCounters(graph) else { return nil }
    self.visits = visits
    let part = relation.threads[graph.thread]
    registers =
      part.kind == .tree
      ? TreeRegisters(relation.table, tree: Int(part.root), free: 64 - visits.bits)
      : TreeRegisters()
  }
}

/// The registers of a tree that its loops test, as bits above those of visits.
struct TreeRegisters {
  private var shift: [RegisterIndex: Int] = [:]
  private var most: [RegisterIndex: Int64] = [:]

  /// None.
  init() {}

  /// Those that are zero when the tree is entered; none when they need more than `free` bits.
  init(_ table: TransitionTable, tree: Int, free: Int) {
    var zeroed: Set<RegisterIndex> = []
    for index in table.nodes[tree].rows where table.rows[Int(index)].event == .enter {
      zeroed.formUnion(table.rows[Int(index)].resets)
    }
    var largest: [RegisterIndex: Int64] = [:]
    for node in tree..<Int(table.nodes[tree].subtreeEnd) {
      for index in table.nodes[node].rows {
        for entry in Self.operations(of: table.rows[Int(index)], table)
        where entry.operation == .isBelow && zeroed.contains(entry.register) {
          largest[entry.register] = max(largest[entry.register] ?? 0, Int64(entry.number))
        }
      }
    }
    var used = 0
    for (register, limit) in largest.sorted(by: { $0.key < $1.key }) {
      let bits = Int64.bitWidth - limit.leadingZeroBitCount
      guard used + bits <= free else {
        (shift, most) = ([:], [:])
        return
      }
      used += bits
      shift[register] = 64 - used
      most[register] = limit
    }
  }

  private static func operations(
    of row: Row,
    _ table: TransitionTable
  ) -> [(operation: TreeMove.Operation, register: RegisterIndex, number: Int32)] {
    guard let range = row.tree?.operations, !range.isEmpty else { return [] }
    let starts = stride(from: Int(range.lowerBound), to: Int(range.upperBound), by: 3)
    return starts.compactMap { start in
      guard let operation = TreeMove.Operation(rawValue: table.lists[start]) else { return nil }
      return (operation, table.lists[start + 1], table.lists[start + 2])
    }
  }

  /// The registers after a row was taken; nil: it is not open.
  func after(_ row: Row, _ value: UInt64, _ table: TransitionTable) -> UInt64? {
    guard !shift.isEmpty, row.tree != nil else { return value }
    var value = value
    for entry in Self.operations(of: row, table) {
      guard let limit = most[entry.register] else { continue }
      let now = read(entry.register, value)
      switch entry.operation {
      case .isBelow: if now >= Int64(entry.number) { return nil }
      case .add: value = write(entry.register, min(limit, max(0, now + Int64(entry.number))), value)
      case .set: value = write(entry.register, min(limit, max(0, Int64(entry.number))), value)
      }
    }
    for register in row.resets where most[register] != nil { value = write(register, 0, value) }
    return value
  }

  private func mask(_ register: RegisterIndex) -> (shift: UInt64, mask: UInt64) {
    let limit = most[register] ?? 0
    let bits = Int64.bitWidth - limit.leadingZeroBitCount
    return (UInt64(shift[register] ?? 0), bits >= 64 ? .max : 1 << UInt64(bits) - 1)
  }

  private func read(_ register: RegisterIndex, _ value: UInt64) -> Int64 {
    let (shift, mask) = mask(register)
    return Int64(value >> shift & mask)
  }

  private func write(_ register: RegisterIndex, _ number: Int64, _ value: UInt64) -> UInt64 {
    let (shift, mask) = mask(register)
    return value & ~(mask << shift) | UInt64(number) << shift
  }
}
