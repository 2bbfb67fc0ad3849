import Table

/// Which results are written on every way to a place of one part: a forward must-analysis over bit
/// sets.
struct ResultWrites {
  private let words: Int
  private let facts: [Int: Int]
  private let own: [Int: [Int]]
  /// By place, the position of its set; places of other parts have none.
  private let position: [Int32]
  private var entry: [UInt64]
  private let writersOf: [[Int]]

  /// The sets of a part that is entered with `given` written.
  init(
    _ table: TransitionTable,
    _ graph: PlaceGraph,
    flow: ResultFlow,
    given: Set<Int>
  ) {
    facts = flow.facts
    writersOf = flow.writers
    words = (flow.factCount + 63) / 64
    var position = [Int32](repeating: -1, count: graph.nodeCount + 1)
    var own: [Int: [Int]] = [:]
    var count: Int32 = 0
    for place in 0...graph.nodeCount where graph.isLeaf[place] {
      position[place] = count
      count += 1
      if let written = flow.written[place] { own[place] = written.sorted() }
    }
    self.position = position
    self.own = own
    entry = [UInt64](repeating: .max, count: words * Int(count))
    solve(table, graph, given)
  }

  /// Lowers the sets until nothing changes; each round handles the places in breadth-first order.
  private mutating func solve(_ table: TransitionTable, _ graph: PlaceGraph, _ given: Set<Int>) {
    guard words > 0 else { return }
    var queue: [Int] = []
    var isQueued = [Bool](repeating: false, count: graph.nodeCount + 1)
    for place in [graph.start, graph.timeoutTarget] where place >= 0 && position[Int(place)] >= 0 {
      for word in 0..<words { entry[Int(position[Int(place)]) * words + word] = 0 }
      for fact in given {
        entry[Int(position[Int(place)]) * words + fact / 64] |= 1 << UInt64(fact % 64)
      }
      queue.append(Int(place))
      isQueued[Int(place)] = true
    }
    var visited = isQueued
    var next = 0
    while next < queue.count {
      let place = queue[next]
      next += 1
      isQueued[place] = false
      if next > 4_096 {
        queue.removeSubrange(..<next)
        next = 0
      }
      for edge in graph.edges[place] {
        let adds = edge.isSuccessOnly && table.nodes[place].when == noIndex
        flow(place, edge, adds, &visited, &queue, &isQueued)
      }
      guard graph.hasLimit(place) else { continue }
      for edge in graph.limitEdges[place] {
        flow(place, edge, false, &visited, &queue, &isQueued)
      }
    }
  }

  private mutating func flow(
    _ place: Int,
    _ edge: PlaceEdge,
    _ adds: Bool,
    _ visited: inout [Bool],
    _ queue: inout [Int],
    _ isQueued: inout [Bool]
  ) {
    let target = Int(edge.target)
    guard position[target] >= 0 else { return }
    var changed = !visited[target]
    visited[target] = true
    let (from, to) = (Int(position[place]) * words, Int(position[target]) * words)
    for word in 0..<words {
      var out = entry[from + word]
      if adds {
        for fact in own[place] ?? [] where fact / 64 == word { out |= 1 << UInt64(fact % 64) }
      }
      let old = entry[to + word]
      if old & out != old {
        entry[to + word] = old & out
        changed = true
      }
    }
    if changed, !isQueued[target] {
      isQueued[target] = true
      queue.append(target)
    }
  }

  func fact(ofSlot slot: Int) -> Int? { facts[slot] }

  func writers(_ fact: Int) -> [Int] { writersOf[fact] }

  func writes(_ place: Int, _ fact: Int) -> Bool { own[place]?.contains(fact) ?? false }

  func isWritten(_ fact: Int, at place: Int) -> Bool {
    guard position[place] >= 0 else { return false }
    let word = entry[Int(position[place]) * words + fact / 64]
    return word & (1 << UInt64(fact % 64)) != 0
  }

  /// The results that are written on every way to a place.
  func written(at place: Int, of count: Int) -> Set<Int> {
    Set((0..<count).filter { isWritten($0, at: place) })
  }
}
