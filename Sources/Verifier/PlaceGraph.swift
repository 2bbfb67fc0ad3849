import Relation
import Table

/// One way from a place to another; parallel rows to one target are one edge.
package struct PlaceEdge: Sendable, Hashable {
  /// Where it leads.
  package var target: Int32
  /// The first row that takes it; `noIndex`: the run's own rule.
  package var row: RowIndex
  /// How many rows take it after success.
  package var successRows: Int32 = 0
  /// How many rows (or the lack of one) take it after a failure.
  package var failureRows: Int32 = 0
  /// How many rows take it for other events: cancellation, delays, events from outside.
  package var otherRows: Int32 = 0
  /// How many of the rows taken after a success follow a step that `when` has skipped.
  package var skippedRows: Int32 = 0

  /// Whether nothing but success takes it.
  package var isSuccessOnly: Bool {
    successRows > 0 && failureRows == 0 && otherRows == 0 && skippedRows == 0
  }
}

/// One thread of a flow as a graph of places: a view of the relation.
///
/// Places are the thread's positions, numbered from 1 in their order; 0 is where the thread begins.
/// The last place stands for all rows that lead out of the thread. Guards are not looked at, which
/// makes everything said about "no way" a proof, and every bound over all ways sound.
package struct PlaceGraph: Sendable {
  /// The thread.
  package let thread: Int
  /// By place, the position; -1: where the thread begins, and where rows leave it.
  package let positions: [Int32]
  /// By place, the node whose work is done there; the number of nodes: none.
  package let works: [Int32]
  /// By node, the first place at which its work is done.
  private let placeOfWork: [Int32: Int]
  /// Number of nodes of the table.
  package let nodeCount: Int
  /// Where the thread starts.
  package let start: Int32 = 0
  /// The place of a failure that nothing in the thread takes.
  package let failsPlace: Int32
  /// Ways out of a place that was entered within its limit.
  package let edges: EdgeList
  /// Ways out of a place that was entered once too often: its failure rows of kind `max_visits`.
  package let limitEdges: EdgeList
  /// By place, the number of the counter of its visits; -1: none counts.
  package private(set) var counters: [Int32]
  /// By counter, the entries allowed.
  package let limits: [Int32]
  /// Whether the thread ends at a place.
  package let isEnd: [Bool]
  /// Where the run goes when it takes too long; empty: it fails, or this is not the run's thread.
  package let timeoutTargets: [Int32]
  /// Whether some way leads from the start to a place.
  package private(set) var isReachable: [Bool]
  /// The group of places, by place, that can all reach each other.
  package private(set) var component: [Int32]
  /// Whether a place can be entered again after it was left.
  package private(set) var isCyclic: [Bool]

  /// Number of places.
  package var count: Int { positions.count }
  /// The place of rows that lead out of the thread.
  package var leavesPlace: Int32 { Int32(count - 1) }

  /// The view of one thread; `mayRepeat`: it may run several times while its visits are counted on.
  ///
  /// O(positions + moves).
  package init(_ relation: FlowRelation, thread: Int, mayRepeat: Bool) {
    var builder = PlaceGraphBuilder(relation, thread: thread, mayRepeat: mayRepeat)
    builder.addEdges()
    self.thread = thread
    positions = builder.positions
    works = builder.works
    nodeCount = relation.table.nodes.count
    var placeOfWork: [Int32: Int] = [:]
    for (place, node) in works.enumerated() where placeOfWork[node] == nil {
      placeOfWork[node] = place
    }
    self.placeOfWork = placeOfWork
    failsPlace = builder.place(of: relation.threads[thread].failed)
    (edges, limitEdges) = builder.lists()
    counters = builder.counters
    limits = builder.limits
    isEnd = builder.isEnd
    timeoutTargets = thread == 0 ? relation.overdueTargets.map { builder.place(of: $0) } : []
    isReachable = []
    component = []
    isCyclic = []
    let components = StrongComponents(count: count) { [edges, limitEdges] place, visit in
      for edge in edges[place] { visit(edge.target) }
      for edge in limitEdges[place] { visit(edge.target) }
    }
    component = components.component
    isCyclic = components.isCyclic
    // Once the run is overdue its timeout's target may enter any place again.
    if timeoutTargets.isEmpty, !mayRepeat {
      for place in 0..<count where !isCyclic[place] { counters[place] = -1 }
    }
    isReachable = reachable()
  }

  /// Entries allowed of a place; 0: no limit counts.
  package func maxVisits(_ place: Int) -> Int32 {
    counters[place] < 0 ? 0 : limits[Int(counters[place])]
  }

  /// Whether entering a place can exceed its limit.
  package func hasLimit(_ place: Int) -> Bool { counters[place] >= 0 }

  /// The node whose work is done at a place; nil: it only holds others together.
  package func node(_ place: Int) -> Int? {
    let node = Int(works[place])
    return node < nodeCount ? node : nil
  }

  /// The place of a position; nil: it belongs to another thread.
  ///
  /// O(1), but for positions that stand for blocked events: O(log positions).
  package func place(of position: Int32) -> Int? {
    // Positions of a thread follow each other, but for a few at the end; those are in order too.
    let first = positions.count > 1 ? positions[1] : -1
    let guess = Int(position - first) + 1
    if guess > 0, guess < positions.count, positions[guess] == position { return guess }
    var (low, high) = (1, positions.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < positions.count - 1 && positions[low] == position ? low : nil
  }

  /// The places at which a node's work is done: one, or two of a host into which rows lead.
  package func places(ofWork node: Int) -> [Int] {
    let place = placeOfWork[Int32(node)] ?? -1
    guard place >= 0 else { return [] }
    let next = place + 1
    return next < works.count && works[next] == Int32(node) ? [place, next] : [place]
  }

  private func reachable() -> [Bool] {
    var seen = [Bool](repeating: false, count: count)
    var queue = [start] + timeoutTargets
    for place in queue { seen[Int(place)] = true }
    var next = 0
    while next < queue.count {
      let place = Int(queue[next])
      next += 1
      for edge in edges[place] where !seen[Int(edge.target)] {
        seen[Int(edge.target)] = true
        queue.append(edge.target)
      }
      guard hasLimit(place) else { continue }
      for edge in limitEdges[place] where !seen[Int(edge.target)] {
        seen[Int(edge.target)] = true
        queue.append(edge.target)
      }
    }
    return seen
  }
}

/// Edges of every place, one after the other.
package struct EdgeList: Sendable {
  /// The edges, by place.
  package let edges: [PlaceEdge]
  /// Where each place's edges start, and one past the end.
  package let starts: [Int32]

  /// The edges of a place.
  package subscript(place: Int) -> ArraySlice<PlaceEdge> {
    edges[Int(starts[place])..<Int(starts[place + 1])]
  }

  /// The numbers of a place's edges.
  package func indices(_ place: Int) -> Range<Int> {
    Int(starts[place])..<Int(starts[place + 1])
  }
}
