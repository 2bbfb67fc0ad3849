import Table

/// One way from a place to another; parallel rows to one target are one edge.
package struct PlaceEdge: Sendable, Hashable {
  /// Where it leads: a node, or the graph's `failsPlace`.
  package var target: Int32
  /// The first row that takes it; `noIndex`: the run's own rule.
  package var row: RowIndex
  /// How many rows take it after success.
  package var successRows: Int32 = 0
  /// How many rows (or the lack of one) take it after a failure.
  package var failureRows: Int32 = 0
  /// How many rows take it for other events: cancellation, delays, events from outside.
  package var otherRows: Int32 = 0

  /// Whether nothing but success takes it.
  package var isSuccessOnly: Bool { successRows > 0 && failureRows == 0 && otherRows == 0 }
}

/// The places of a table with every way between them that its rows allow, guards not looked at.
///
/// A run that fails because no row takes an error ends in one more place, `failsPlace`. Ignoring
/// guards makes everything said about "no way" a proof, and every bound over all ways sound.
package struct PlaceGraph: Sendable {
  /// Number of nodes; `failsPlace` is this number.
  package let nodeCount: Int
  /// Where the run starts.
  package let start: Int32
  /// Ways out of a place that was entered within its limit.
  package let edges: EdgeList
  /// Ways out of a place that was entered once too often: its failure rows of kind `max_visits`.
  package let limitEdges: EdgeList
  /// Entries allowed by place; 0 where there is no limit or the place can't be entered twice.
  package private(set) var maxVisits: [Int32]
  /// Whether the run ends at a place; holds for `failsPlace`.
  package let isEnd: [Bool]
  /// Whether a place is a leaf of the table.
  package let isLeaf: [Bool]
  /// Where the run goes when it takes too long; `noIndex`: it fails.
  package let timeoutTarget: Int32
  /// Whether some way leads from the start to a place.
  package private(set) var isReachable: [Bool]
  /// The group of places, by place, that can all reach each other.
  package private(set) var component: [Int32]
  /// Whether a place can be entered again after it was left.
  package private(set) var isCyclic: [Bool]

  /// The place in which a run ends when no row takes an error.
  package var failsPlace: Int32 { Int32(nodeCount) }

  /// The graph of what the run itself does; places that run parts are passed as a whole.
  ///
  /// O(nodes + rows).
  package init(_ table: TransitionTable) { self = PartGraphs(table).graph(of: 0) }

  /// The graph of one part of a table.
  init(
    _ table: TransitionTable,
    _ parts: TableParts,
    part: Int,
    failures: [Int: ErrorKindSet]
  ) {
    let count = table.nodes.count
    nodeCount = count
    start = parts.places(of: parts.parts[part].start, in: part, table).first ?? table.start
    let target = table.runLimits.timeoutTarget
    timeoutTarget =
      part == 0 && target != noIndex
      ? parts.places(of: target, in: part, table).first ?? noIndex : noIndex
    var builder = EdgeBuilder(table, parts, part: part, failures: failures)
    var leaves = table.nodes.indices.map { node in
      Int(parts.partOf[node]) == part && table.nodes[node].kind != .history
    }
    isEnd = table.nodes.indices.map { leaves[$0] && builder.isEnding($0) } + [true]
    for place in 0..<count where leaves[place] { builder.addPlace(place) }
    leaves.append(true)
    isLeaf = leaves
    (edges, limitEdges) = builder.finish(placeCount: count + 1)
    maxVisits = table.nodes.map(\.maxVisits) + [0]
    isReachable = []
    component = []
    isCyclic = []
    let components = StrongComponents(count: count + 1) { [edges, limitEdges] place, visit in
      for edge in edges[place] { visit(edge.target) }
      for edge in limitEdges[place] { visit(edge.target) }
    }
    component = components.component
    isCyclic = components.isCyclic
    // Once the run is overdue its timeout's target may enter any place again.
    if timeoutTarget == noIndex {
      for place in 0...count where !isCyclic[place] { maxVisits[place] = 0 }
    }
    isReachable = reachable()
  }

  /// Whether entering a place can exceed its limit.
  package func hasLimit(_ place: Int) -> Bool { maxVisits[place] > 0 }

  private func reachable() -> [Bool] {
    var seen = [Bool](repeating: false, count: nodeCount + 1)
    guard start >= 0, Int(start) < nodeCount else { return seen }
    var queue = [start]
    if timeoutTarget >= 0, Int(timeoutTarget) < nodeCount { queue.append(timeoutTarget) }
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
