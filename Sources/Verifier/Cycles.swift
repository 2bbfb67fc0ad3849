import Source
import Table

extension Inspection {
  /// Cycles that nothing bounds, and cycles that nothing even slows down.
  mutating func findUnboundedCycles() {
    let instant = cycles { table.isInstantaneous($0) }
    for cycle in instant { report.findings.append(instantCycle(cycle)) }
    let unbounded = cycles { _ in true }
    hasUnboundedCycle = !unbounded.isEmpty
    let steps = table.runLimits.maxSteps
    if unbounded.isEmpty {
      proofs.end(bounds())
      return
    }
    proofs.refute("ends on every way")
    if table.hasDeclaredMaxSteps {
      proofs.hold("ends on every way (max_steps \(steps))")
      return
    }
    let ways = waysFromStart()
    let instantPlaces = Set(instant.flatMap { $0.map(\.place) })
    for cycle in unbounded where !cycle.contains(where: { instantPlaces.contains($0.place) }) {
      let remedy =
        cycle.first { table.nodes[Int($0.place)].effect != noIndex && !$0.isOverLimit }
        ?? cycle[0]
      report.findings.append(
        Messages.unboundedCycle(
          cycle: text(ofCycle: cycle),
          way: ways.way(to: Int(cycle[0].place)).text(in: table),
          remedy: table.nodes[Int(remedy.place)].name,
          defaultSteps: steps,
          refusedDoor: cycle.first { $0.isOverLimit }.map { table.nodes[Int($0.place)].name },
          isRefused: options.isStrict,
          at: span(of: Int(remedy.place))
        )
      )
    }
  }

  private func instantCycle(_ cycle: [Way.Step]) -> Diagnostic {
    Messages.instantCycle(
      cycle: text(ofCycle: cycle),
      way: waysFromStart().way(to: Int(cycle[0].place)).text(in: table),
      remedy: table.nodes[Int(cycle[0].place)].name,
      at: span(of: Int(cycle[0].place))
    )
  }

  private func text(ofCycle cycle: [Way.Step]) -> String {
    Way(cycle + [cycle[0]]).text(in: table)
  }

  /// `write <= 2`: the limits of places that can be entered again.
  private func bounds() -> [String] {
    leaves.filter { graph.isReachable[$0] && graph.hasLimit($0) }.map {
      "\(table.nodes[$0].name) <= \(table.nodes[$0].maxVisits)"
    }
  }

  /// The edges that can be taken any number of times: of a place with a limit only those that
  /// refuse a further entry.
  private func lastingEdges(_ place: Int) -> ArraySlice<PlaceEdge> {
    graph.hasLimit(place) ? graph.limitEdges[place] : graph.edges[place]
  }

  /// One shortest cycle for each group of places that can go round for ever, among those admitted.
  private func cycles(among admits: (Int) -> Bool) -> [[Way.Step]] {
    let count = graph.nodeCount + 1
    let admitted = (0..<count).map {
      $0 < graph.nodeCount && graph.isReachable[$0] && graph.isLeaf[$0] && admits($0)
    }
    let groups = StrongComponents(count: count) { place, visit in
      guard admitted[place] else { return }
      for edge in lastingEdges(place) where admitted[Int(edge.target)] { visit(edge.target) }
    }
    var members: [Int32: [Int]] = [:]
    for place in 0..<count where admitted[place] && groups.isCyclic[place] {
      members[groups.component[place], default: []].append(place)
    }
    let sorted = members.values.sorted { $0[0] < $1[0] }
    return sorted.map { places in
      var best: [Way.Step] = []
      // The shortest over all starts, for groups of a size that people write.
      for start in places.prefix(64) {
        let cycle = shortestCycle(from: start) {
          admitted[$0] && groups.component[$0] == groups.component[start]
        }
        if best.isEmpty || cycle.count < best.count { best = cycle }
      }
      return best
    }
  }

  private func shortestCycle(from start: Int, within: (Int) -> Bool) -> [Way.Step] {
    var parents: [Int: (place: Int, edge: PlaceEdge)] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count, parents[start] == nil {
      let place = queue[next]
      next += 1
      for edge in lastingEdges(place) where within(Int(edge.target)) {
        guard parents[Int(edge.target)] == nil else { continue }
        parents[Int(edge.target)] = (place, edge)
        queue.append(Int(edge.target))
      }
    }
    var steps: [Way.Step] = []
    var current = start
    while let (place, edge) = parents[current] {
      steps.append(
        Way.Step(
          place: Int32(current),
          row: edge.row,
          isOverLimit: graph.hasLimit(current),
          followsFailure: edge.successRows == 0 && edge.failureRows > 0
        )
      )
      current = place
      if current == start { break }
    }
    if steps.isEmpty { return [Way.Step(place: Int32(start), row: noIndex)] }
    // Collected backwards from the start, which comes first again.
    let rest = steps.dropFirst().reversed()
    return [steps[0]] + rest
  }
}

extension TransitionTable {
  /// Whether a place is left in the moment in which it is entered: it calls and awaits nothing.
  package func isInstantaneous(_ place: Int) -> Bool {
    let node = nodes[place]
    guard node.effect == noIndex else { return false }
    switch node.kind {
    case .decision, .pass, .check, .action: break
    default: return false
    }
    return !rows[Int(node.rows.lowerBound)..<Int(node.rows.upperBound)].contains {
      $0.event == .external || $0.event == .after || $0.event == .changed
    }
  }
}
