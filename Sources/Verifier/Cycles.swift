import Relation
import Source
import Table

extension Inspection {
  /// Cycles that nothing bounds, and cycles that nothing even slows down.
  mutating func findUnboundedCycles() {
    if relation.threads[thread].kind == .tree || isPartOfTree {
      boundTree()
      return
    }
    let instant = cycles(isInstant: true)
    for cycle in instant { report.findings.append(instantCycle(cycle)) }
    let unbounded = cycles(isInstant: false)
    hasUnboundedCycle = !unbounded.isEmpty
    let steps = table.runLimits.maxSteps
    if unbounded.isEmpty {
      proofs.end(bounds())
      return
    }
    proofs.refute(Proofs.ends)
    if table.hasDeclaredMaxSteps {
      proofs.hold("ends on every way (max_steps \(steps))")
      return
    }
    let instantPlaces = Set(instant.flatMap { $0.map(\.place) })
    for cycle in unbounded where !cycle.contains(where: { instantPlaces.contains($0.place) }) {
      report.findings.append(unboundedCycle(cycle, steps))
    }
  }

  /// Loops of trees are bounded by their own registers; those without a number are not.
  private mutating func boundTree() {
    guard relation.threads[thread].kind == .tree else { return }
    let root = Int(relation.threads[thread].root)
    let shape = table.nodes[root].tree?.shape ?? []
    let figure = TreeShape.fold(
      shape,
      leaf: { _ in 1 },
      unbounded: Saturating.unbounded,
      together: { $0.reduce(0) { Saturating.sum($0, $1) } }
    )
    if max(figure.success, figure.failure) == Saturating.unbounded {
      hasUnboundedCycle = true
      proofs.refute(Proofs.ends)
    } else {
      proofs.end([])
    }
  }

  private var isPartOfTree: Bool {
    let part = relation.threads[thread]
    return part.kind == .region && table.isTreeStructure(Int(part.host))
  }

  private func unboundedCycle(_ cycle: [CycleStep], _ steps: Int64) -> Diagnostic {
    let remedy =
      cycle.first { step in
        guard let node = graph.node(step.place), !step.isOverLimit else { return false }
        return table.nodes[node].effect != noIndex
      } ?? cycle.first { graph.node($0.place) != nil } ?? cycle[0]
    let refused = cycle.first { $0.isOverLimit }.flatMap { graph.node($0.place) }
    let node = graph.node(remedy.place) ?? Int(relation.threads[thread].root)
    return Messages.unboundedCycle(
      cycle: text(of: cycle),
      way: text(waysFromStart().way(to: cycle[0].place)),
      remedy: shownName(node),
      defaultSteps: steps,
      refusedDoor: refused.map { name(of: $0) },
      // A cycle that only waits and calls nothing spends nothing.
      isRefused: options.isStrict && cycle.contains { isSpending($0.place) },
      at: span(of: node)
    )
  }

  private func isSpending(_ place: Int) -> Bool {
    guard let node = graph.node(place) else { return false }
    if table.nodes[node].effect != noIndex { return true }
    guard relation.roles[node] == .host else { return false }
    return (node..<Int(table.nodes[node].subtreeEnd)).contains {
      table.nodes[$0].effect != noIndex
    }
  }

  private func instantCycle(_ cycle: [CycleStep]) -> Diagnostic {
    let node = cycle.lazy.compactMap { graph.node($0.place) }.first ?? 0
    return Messages.instantCycle(
      cycle: text(of: cycle),
      way: text(waysFromStart().way(to: cycle[0].place)),
      remedy: shownName(node),
      at: span(of: node)
    )
  }

  /// One step of a cycle.
  private struct CycleStep {
    var place: Int
    var row: RowIndex
    var isOverLimit: Bool
    var followsFailure: Bool
  }

  private func text(of cycle: [CycleStep]) -> String {
    // A cycle begins at a place that people know.
    let first = cycle.firstIndex { graph.node($0.place).map { table.isShown($0) } ?? false } ?? 0
    let turned = cycle[first...] + cycle[..<first]
    let steps = (turned + [turned[turned.startIndex]]).map { step in
      WayBuilder.Step(
        place: step.place,
        row: step.row,
        isOverLimit: step.isOverLimit,
        followsFailure: step.followsFailure
      )
    }
    return text(WayBuilder(graph).way(steps))
  }

  /// `write <= 2`: the limits of places that can be entered again.
  private func bounds() -> [String] {
    workPlaces.filter { graph.isReachable[$0] && graph.hasLimit($0) }.compactMap { place in
      graph.node(place).map { "\(name(of: $0)) <= \(table.nodes[$0].maxVisits)" }
    }
  }

  /// The edges that can be taken any number of times; `isInstant`: those that are taken at once.
  ///
  /// Of a place with a limit only those that refuse a further entry are.
  private func lastingEdges(_ place: Int, isInstant: Bool) -> ArraySlice<PlaceEdge> {
    if graph.hasLimit(place) { return graph.limitEdges[place] }
    let edges = graph.edges[place]
    guard isInstant else { return edges }
    return ArraySlice(
      edges.filter { isTakenAtOnce($0, from: place) && !changesGuards($0, from: place) }
    )
  }

  /// Whether what guards read is otherwise once an edge was taken: then the cycle may end itself.
  private func changesGuards(_ edge: PlaceEdge, from place: Int) -> Bool {
    // Of several rows to one place another may change nothing.
    guard edge.successRows + edge.failureRows + edge.otherRows == 1 else { return false }
    let changes = inspected.changes
    if edge.row != noIndex, changes.isChanged(byTaking: edge.row) { return true }
    if let source = graph.node(place), edge.successRows == 1,
      changes.isChanged(byLeaving: source)
    {
      return true
    }
    let position = graph.positions[Int(edge.target)]
    guard position >= 0, relation.positions[Int(position)].phase == .entry else { return false }
    return changes.isChanged(byEntering: Int(relation.positions[Int(position)].node))
  }

  private func isTakenAtOnce(_ edge: PlaceEdge, from place: Int) -> Bool {
    if edge.row != noIndex, table.rows[Int(edge.row)].event == .always { return true }
    if edge.otherRows > 0, edge.successRows == 0, edge.failureRows == 0 {
      // What is under way inside a node may be moved by an eventless row of the node.
      return edge.row == noIndex && graph.node(place) != nil
    }
    guard let node = graph.node(place) else { return true }
    return table.isInstantaneous(node)
  }

  /// One shortest cycle for each group of places that can go round for ever, among those admitted.
  private func cycles(isInstant: Bool) -> [[CycleStep]] {
    let groups = StrongComponents(count: graph.count) { place, visit in
      guard graph.isReachable[place] else { return }
      for edge in lastingEdges(place, isInstant: isInstant) { visit(edge.target) }
    }
    var members: [Int32: [Int]] = [:]
    for place in 0..<graph.count where graph.isReachable[place] && groups.isCyclic[place] {
      members[groups.component[place], default: []].append(place)
    }
    let sorted = members.values.sorted { $0[0] < $1[0] }
    return sorted.map { places in
      var best: [CycleStep] = []
      let works = places.filter { graph.node($0) != nil }
      // The shortest over all starts, for groups of a size that people write.
      for start in (works.isEmpty ? places : works).prefix(64) {
        let cycle = shortestCycle(from: start, isInstant: isInstant) {
          groups.component[$0] == groups.component[start]
        }
        if best.isEmpty || cycle.count < best.count { best = cycle }
        if places.count > 1_000 { break }
      }
      return best
    }
  }

  private func shortestCycle(
    from start: Int,
    isInstant: Bool,
    within: (Int) -> Bool
  ) -> [CycleStep] {
    var parents: [Int: (place: Int, edge: PlaceEdge)] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count, parents[start] == nil {
      let place = queue[next]
      next += 1
      for edge in lastingEdges(place, isInstant: isInstant) where within(Int(edge.target)) {
        guard parents[Int(edge.target)] == nil else { continue }
        parents[Int(edge.target)] = (place, edge)
        queue.append(Int(edge.target))
      }
    }
    var steps: [CycleStep] = []
    var current = start
    while let (place, edge) = parents[current] {
      steps.append(
        CycleStep(
          place: current,
          row: edge.row,
          isOverLimit: graph.hasLimit(current),
          followsFailure: edge.successRows == 0 && edge.failureRows > 0
        )
      )
      current = place
      if current == start { break }
    }
    if steps.isEmpty {
      return [CycleStep(place: start, row: noIndex, isOverLimit: false, followsFailure: false)]
    }
    // Collected backwards from the start, which comes first again.
    return [steps[0]] + steps.dropFirst().reversed()
  }
}

extension TransitionTable {
  /// Whether a place is left in the moment in which it is entered: it calls and awaits nothing.
  package func isInstantaneous(_ place: Int) -> Bool {
    let node = nodes[place]
    guard node.effect == noIndex else { return false }
    switch node.kind {
    case .decision, .pass, .check, .action: return true
    default: return false
    }
  }
}
