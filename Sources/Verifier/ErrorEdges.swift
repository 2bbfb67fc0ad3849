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
      for index in Int(node.rows.lowerBound)..<Int(node.rows.upperBound) {
        let row = table.rows[index]
        if row.event == .failure, row.guardProgram == noIndex { open.subtract(row.kinds) }
      }
      guard !open.isEmpty else { continue }
      isComplete = false
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
    if isComplete, hasSteps { report.proven.append("every step has an error edge") }
  }

  /// Steps that call something and may take as long as they like.
  mutating func findMissingDeadlines() {
    var isComplete = true
    var hasSteps = false
    let hasHardBudget = table.runLimits.hardPicodollars >= 0
    for place in leaves where graph.isReachable[place] && table.nodes[place].effect != noIndex {
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
    if isComplete, hasSteps { report.proven.append("every call has a deadline") }
  }
}
