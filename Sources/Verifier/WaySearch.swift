import Table

/// Shortest ways in a place graph, by number of places; of equals the one by the earliest rows.
package struct WaySearch: Sendable {
  private let graph: PlaceGraph
  private var parent: [Int32]
  private var row: [RowIndex]
  private var failed: [Bool]
  private var seen: [Bool]

  /// Searches from `sources` along the edges that `allows` accepts.
  ///
  /// O(places + edges).
  package init(
    _ graph: PlaceGraph,
    from sources: [Int32],
    allows: (_ place: Int, _ edge: PlaceEdge) -> Bool = { _, _ in true }
  ) {
    self.graph = graph
    let count = graph.count
    parent = [Int32](repeating: -1, count: count)
    row = [RowIndex](repeating: noIndex, count: count)
    failed = [Bool](repeating: false, count: count)
    seen = [Bool](repeating: false, count: count)
    var queue: [Int32] = []
    for source in sources where source >= 0 && !seen[Int(source)] {
      seen[Int(source)] = true
      queue.append(source)
    }
    var next = 0
    while next < queue.count {
      let place = Int(queue[next])
      next += 1
      for edge in graph.edges[place] where allows(place, edge) { visit(edge, place, &queue) }
      if graph.hasLimit(place) {
        for edge in graph.limitEdges[place] where allows(place, edge) { visit(edge, place, &queue) }
      }
    }
  }

  private mutating func visit(_ edge: PlaceEdge, _ place: Int, _ queue: inout [Int32]) {
    let target = Int(edge.target)
    guard !seen[target] else { return }
    seen[target] = true
    parent[target] = Int32(place)
    row[target] = edge.row
    failed[target] = edge.successRows == 0 && edge.failureRows > 0
    queue.append(edge.target)
  }

  /// The shortest way to a place that was reached.
  package func way(to place: Int) -> Way {
    var steps: [WayBuilder.Step] = []
    var current = Int32(place)
    while current >= 0 {
      let index = Int(current)
      steps.append(
        WayBuilder.Step(place: index, row: row[index], followsFailure: failed[index])
      )
      current = parent[index]
    }
    return WayBuilder(graph).way(steps.reversed())
  }
}
