import Table

/// The place graphs of all parts of a table, and what escapes from each.
package struct PartGraphs: Sendable {
  /// The parts.
  package let parts: TableParts
  /// The graph of each part.
  package private(set) var graphs: [PlaceGraph]
  /// By place that runs parts: the kinds of failure that come out of them.
  package private(set) var failures: [Int: ErrorKindSet] = [:]
  /// The kinds of failure that end each part.
  private var escaping: [ErrorKindSet]

  /// The graphs of a table.
  ///
  /// O(parts × nodes + rows).
  package init(_ table: TransitionTable) {
    let parts = TableParts(table)
    self.parts = parts
    var graphs = [PlaceGraph?](repeating: nil, count: parts.parts.count)
    escaping = [ErrorKindSet](repeating: ErrorKindSet([]), count: parts.parts.count)
    self.graphs = []
    for part in parts.bottomUp {
      let places = parts.places(of: part)
      for place in places where parts.runsParts(place) {
        failures[place] = kinds(outOf: place, table)
      }
      let graph = PlaceGraph(table, parts, part: part, failures: failures)
      escaping[part] = escaping(from: graph, places, table)
      graphs[part] = graph
    }
    self.graphs = graphs.compactMap(\.self)
  }

  /// The part's graph.
  package func graph(of part: Int) -> PlaceGraph { graphs[part] }

  private func escaping(
    from graph: PlaceGraph,
    _ places: [Int],
    _ table: TransitionTable
  ) -> ErrorKindSet {
    var fails = graph.isReachable[Int(graph.failsPlace)]
    var kinds = ErrorKindSet([.failed])
    for place in places where graph.isReachable[place] {
      if table.nodes[place].kind == .final, table.nodes[place].isFailure { fails = true }
      kinds.formUnion(table.possibleFailures(of: place))
      kinds.formUnion(failures[place] ?? ErrorKindSet([]))
      if graph.hasLimit(place) { kinds.formUnion(ErrorKindSet([.maxVisits])) }
    }
    return fails ? kinds : ErrorKindSet([])
  }

  private func kinds(outOf place: Int, _ table: TransitionTable) -> ErrorKindSet {
    var kinds = ErrorKindSet([])
    for part in parts.inner[place] ?? [] { kinds.formUnion(escaping[part]) }
    let node = table.nodes[place]
    // Nobody waits for a detached flow.
    if node.kind == .call, table.frames[Int(node.template)].maxInstances == 0 {
      return ErrorKindSet([])
    }
    guard node.join != noIndex else { return kinds }
    let join = table.joins[Int(node.join)]
    if join.kind == .finished || join.kind == .chart || join.itemError != .fails {
      return ErrorKindSet([])
    }
    return kinds
  }

  /// Whether a failure that ends a part is taken by an edge of what runs it, or by its join.
  package func isTaken(outOf part: Int, _ table: TransitionTable) -> Bool {
    var part = part
    for _ in parts.parts {
      let owner = parts.parts[part].owner
      guard part > 0, owner >= 0 else { return false }
      guard let open = failures[owner], !open.isEmpty else { return true }
      var left = open
      for node in [owner] + parts.composites(around: owner, table) {
        for index in table.nodes[node].rows {
          let row = table.rows[Int(index)]
          if row.event == .failure, row.guardProgram == noIndex { left.subtract(row.kinds) }
        }
      }
      if left.isEmpty { return true }
      part = Int(parts.partOf[owner])
    }
    return false
  }

  /// Longest times by place, those of parts added up; `unbounded` where nothing bounds them.
  ///
  /// `maximum` limits the states of each part's unfolding.
  package func times(_ table: TransitionTable, maximum: Int) -> [Int64] {
    var weights = table.nodes.indices.map { table.longestMilliseconds(of: $0) } + [0]
    var times = [Int64](repeating: 0, count: parts.parts.count)
    guard !parts.isRecursive else {
      return [Int64](repeating: Saturating.unbounded, count: weights.count)
    }
    for part in parts.bottomUp {
      for place in parts.places(of: part) where parts.runsParts(place) {
        weights[place] = parts.time(of: place, table, times)
      }
      guard part > 0 else { continue }
      if let unfolding = Unfolding(graphs[part], maximum: maximum) {
        let sums = WayFigures(graphs[part], unfolding).longest(weights)
        times[part] = sums.max() ?? 0
      } else {
        times[part] = Saturating.unbounded
      }
    }
    return weights
  }
}
