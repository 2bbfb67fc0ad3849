import Relation
import Table

/// Collects the places and edges of one thread from its positions and moves.
struct PlaceGraphBuilder {
  private let relation: FlowRelation
  private let thread: Int
  private let mayRepeat: Bool
  private let first: Int32
  private let regular: Int
  /// The places of positions apart from the others.
  private let extraPlaces: [Int32: Int32]
  private(set) var positions: [Int32]
  private(set) var works: [Int32] = []
  private(set) var isEnd: [Bool] = []
  private(set) var counters: [Int32]
  private(set) var limits: [Int32] = []
  private var edges: [PlaceEdge] = []
  private var starts: [Int32] = [0]
  private var limitEdges: [PlaceEdge] = []
  private var limitStarts: [Int32] = [0]
  /// By target, the number of the edge made last; of this place when at or after its start.
  private var latest: [Int]

  init(_ relation: FlowRelation, thread: Int, mayRepeat: Bool) {
    self.relation = relation
    self.thread = thread
    self.mayRepeat = mayRepeat
    let part = relation.threads[thread]
    first = part.positions.lowerBound
    let regular = part.positions.count
    self.regular = regular
    extraPlaces = Dictionary(
      uniqueKeysWithValues: part.extraPositions.enumerated().map { offset, position in
        (position, Int32(regular + 1 + offset))
      }
    )
    positions = [-1] + part.allPositions + [-1]
    latest = [Int](repeating: -1, count: positions.count)
    counters = [Int32](repeating: -1, count: positions.count)
    let table = relation.table
    var counterOfNode: [Int32: Int32] = [:]
    for (place, number) in positions.enumerated() {
      guard number >= 0 else {
        works.append(Int32(table.nodes.count))
        isEnd.append(place > 0)
        continue
      }
      let position = relation.positions[Int(number)]
      let role = relation.roles[Int(position.node)]
      let isWork = position.phase == .entry && role != .compound && role != .branch
      works.append(isWork ? position.node : Int32(table.nodes.count))
      isEnd.append(ends(position, role))
      let limit = table.nodes[Int(position.node)].maxVisits
      guard limit > 0, position.phase == .entry else { continue }
      let counter = counterOfNode[position.node] ?? Int32(limits.count)
      if counterOfNode.updateValue(counter, forKey: position.node) == nil { limits.append(limit) }
      counters[place] = counter
    }
  }

  private func ends(_ position: Position, _ role: FlowRelation.Role) -> Bool {
    switch position.phase {
    case .threadFailed: return true
    // The run ends in its final states.
    case .threadSucceeded, .threadSkipped: return thread > 0
    case .entry:
      return thread == 0 && role == .final && relation.table.nodes[Int(position.node)].parent <= 0
    default: return false
    }
  }

  func place(of position: Int32) -> Int32 {
    let offset = position - first
    if offset >= 0, Int(offset) < regular { return offset + 1 }
    return extraPlaces[position] ?? Int32(positions.count - 1)
  }

  mutating func addEdges() {
    let part = relation.threads[thread]
    for start in part.starts + part.otherStarts { add(place(of: start), noIndex, .began) }
    close()
    for place in 1..<positions.count - 1 {
      let moves = relation.moves(from: positions[place])
      for move in moves where move.cause != .refused {
        let target = self.place(of: move.target)
        // The run's ends are its final states.
        if thread == 0, move.target == part.succeeded { continue }
        add(target, move.row, move.cause)
      }
      if mayRepeat {
        for move in moves where move.cause == .refused {
          add(self.place(of: move.target), move.row, .failed)
        }
      }
      for move in moves where move.cause == .refused {
        let target = self.place(of: move.target)
        if limitEdges[Int(limitStarts[place])...].contains(where: { $0.target == target }) {
          continue
        }
        limitEdges.append(PlaceEdge(target: target, row: move.row, failureRows: 1))
      }
      close()
    }
    close()
  }

  private mutating func close() {
    starts.append(Int32(edges.count))
    limitStarts.append(Int32(limitEdges.count))
  }

  private mutating func add(_ target: Int32, _ row: RowIndex, _ cause: MoveCause) {
    var at = latest[Int(target)]
    if at < Int(starts[starts.count - 1]) {
      at = edges.count
      latest[Int(target)] = at
      edges.append(PlaceEdge(target: target, row: row))
    }
    switch cause {
    case .succeeded, .began, .completed, .always, .skipped:
      // The row shown for an edge is one of success when there is one.
      if edges[at].successRows == 0, row != noIndex { edges[at].row = row }
      edges[at].successRows += 1
      if cause == .skipped { edges[at].skippedRows += 1 }
    case .failed, .refused, .switched: edges[at].failureRows += 1
    default: edges[at].otherRows += 1
    }
  }

  /// The edges within limits and beyond them.
  func lists() -> (EdgeList, EdgeList) {
    (EdgeList(edges: edges, starts: starts), EdgeList(edges: limitEdges, starts: limitStarts))
  }
}
