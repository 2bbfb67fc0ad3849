import Table

extension Inspection {
  /// Steps that call something and whose failure no edge takes.
  mutating func findMissingErrorEdges() {
    var isComplete = true
    var hasSteps = false
    for place in leaves where graph.isReachable[place] && table.nodes[place].effect != noIndex {
      hasSteps = true
      let node = table.nodes[place]
      var open = table.possibleFailures(of: place)
      if graph.hasLimit(place) { open.formUnion(ErrorKindSet([.maxVisits])) }
      for owner in [place] + graphs.parts.composites(around: place, table) {
        for index in table.nodes[owner].rows {
          let row = table.rows[Int(index)]
          if row.event == .failure, row.guardProgram == noIndex { open.subtract(row.kinds) }
        }
      }
      if graphs.isTaken(outOf: part, table) { open = ErrorKindSet([]) }
      guard !open.isEmpty else { continue }
      // The failure of a planner's places is the planner's.
      if node.kind == .planner || node.kind == .plan { continue }
      isComplete = false
      guard !isTask(place) else { continue }
      let kinds = ErrorKind.allCases.filter { open.contains($0) }.map(\.name)
      let hasSome = graph.edges[place].contains { edge in
        edge.failureRows > 0 && edge.target != graph.failsPlace
      }
      report.findings.append(
        Messages.noErrorEdge(
          node.name,
          kinds: kinds,
          hasSome: hasSome,
          limit: graph.hasLimit(place) ? Int(node.maxVisits) : nil,
          at: span(of: place)
        )
      )
    }
    let line = "every step has an error edge"
    if !isComplete { proofs.refute(line) } else if hasSteps { proofs.hold(line) }
  }

  /// Steps that call something and may take as long as they like.
  mutating func findMissingDeadlines() {
    var isComplete = true
    var hasSteps = false
    let hasHardBudget = table.runLimits.hardPicodollars >= 0
    for place in leaves where graph.isReachable[place] && table.nodes[place].effect != noIndex {
      // Every call of a plan has a deadline of its own, or the plan is refused.
      if table.nodes[place].kind == .plan { continue }
      hasSteps = true
      guard table.nodes[place].deadlineMilliseconds < 0 else { continue }
      isComplete = false
      report.findings.append(
        Messages.noDeadline(
          table.nodes[place].name,
          isPeople: table.isPeople(place),
          isRefused: hasHardBudget && options.isStrict,
          at: span(of: place)
        )
      )
    }
    let line = "every call has a deadline"
    if !isComplete { proofs.refute(line) } else if hasSteps { proofs.hold(line) }
  }
}
