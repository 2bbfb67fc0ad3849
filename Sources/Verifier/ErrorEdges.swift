import Relation
import Table

extension Inspection {
  /// Steps that call something and whose failure no edge takes.
  mutating func findMissingErrorEdges() {
    let line = "every step has an error edge"
    var isComplete = true
    var hasSteps = false
    for place in workPlaces {
      guard let node = graph.node(place), isReached(node) else { continue }
      var kinds = relation.failureKinds[node]
      if graph.hasLimit(place) { kinds.formUnion(ErrorKindSet([.maxVisits])) }
      guard !kinds.isEmpty, relation.roles[node] != .final else { continue }
      hasSteps = true
      let open = kinds.intersection(openKinds(of: node))
      if open.isEmpty {
        // An edge that takes the failure may fail in its turn, and then nothing takes that.
        if mayBreakOnItsEdges(node) { isComplete = false }
        continue
      }
      isComplete = false
      // The failure of a planner's places is the planner's.
      let entry = table.nodes[node]
      guard entry.effect != noIndex, entry.kind != .planner, entry.kind != .plan, !isTask(node),
        !table.isInTree(node)
      else { continue }
      let kindNames = ErrorKind.allCases.filter { open.contains($0) }.map(\.name)
      let hasSome = graph.edges[place].contains { edge in
        edge.failureRows > 0 && edge.target != graph.failsPlace
      }
      report.findings.append(
        Messages.noErrorEdge(
          name(of: node),
          kinds: kindNames,
          hasSome: hasSome,
          limit: graph.hasLimit(place) ? Int(entry.maxVisits) : nil,
          at: span(of: node)
        )
      )
    }
    if !isComplete { proofs.refute(line) } else if hasSteps { proofs.hold(line) }
  }

  /// Whether what the error edges of a node, or of those around it, assign may fail.
  private func mayBreakOnItsEdges(_ node: Int) -> Bool {
    var current = node
    while current > 0 {
      let breaks = table.nodes[current].rows.contains { index in
        let row = table.rows[Int(index)]
        return row.event == .failure && row.tree == nil
          && relation.failures.mayFail(assignments: row.assignments)
      }
      if breaks { return true }
      current = Int(table.nodes[current].parent)
    }
    return false
  }

  /// The kinds of failure of a node that would end the run: no row of it or around it takes them.
  private func openKinds(of node: Int) -> ErrorKindSet {
    var open = ErrorKindSet.all
    var current = node
    while current > 0, !open.isEmpty {
      if table.isInTree(current) {
        // The tree's rows take every ending; what is left is whether the tree fails.
        let number = Int(relation.threadOfNode[current])
        var tree = number
        while tree > 0, relation.threads[tree].kind != .tree {
          tree = Int(relation.threads[tree].outer)
        }
        guard tree > 0, relation.threads[tree].canFail else { return ErrorKindSet([]) }
        current = Int(relation.threads[tree].host)
        open = relation.failureKinds[current]
        if table.isInTree(current) { continue }
      }
      for index in table.nodes[current].rows {
        let row = table.rows[Int(index)]
        guard row.event == .failure, row.tree == nil else { continue }
        if row.guardProgram == noIndex, row.counter == noIndex { open.subtract(row.kinds) }
      }
      let parent = Int(table.nodes[current].parent)
      if parent > 0, absorbs(parent) { return ErrorKindSet([]) }
      current = parent
    }
    return open
  }

  /// Whether the failure of a part never is the failure of the node that runs it.
  private func absorbs(_ host: Int) -> Bool {
    let node = table.nodes[host]
    if node.kind == .call, table.frames[Int(node.template)].maxInstances == 0 { return true }
    guard node.join != noIndex, node.tree == nil || node.kind == .fork else { return false }
    let join = table.joins[Int(node.join)]
    if join.failures > 0 { return false }
    return join.kind == .finished || join.kind == .chart || join.itemError != .fails
  }

  /// Writes that are to be tried again after failures that leave their outcome unknown.
  mutating func findDoubtfulRetries() {
    for place in workPlaces {
      guard let node = graph.node(place), isReached(node) else { continue }
      let entry = table.nodes[node]
      guard entry.effect != noIndex, entry.retry != noIndex else { continue }
      let performer = table.performers[Int(table.effects[Int(entry.effect)].performer)]
      let retry = table.retries[Int(entry.retry)]
      guard performer.role == .tool, performer.isWrite, !performer.isIdempotent,
        retry.maxAttempts > 1, retry.kinds.contains(.timeout)
      else { continue }
      report.findings.append(
        Messages.doubtfulRetry(
          name(of: node),
          tool: performer.id,
          at: span(of: node, key: .retry)
        )
      )
    }
  }

  /// Steps that call something and may take as long as they like.
  mutating func findMissingDeadlines() {
    var isComplete = true
    var hasSteps = false
    let hasHardBudget = table.runLimits.hardPicodollars >= 0
    for place in workPlaces {
      guard let node = graph.node(place), isReached(node), table.nodes[node].effect != noIndex
      else { continue }
      // Every call of a plan has a deadline of its own, or the plan is refused.
      if table.nodes[node].kind == .plan { continue }
      hasSteps = true
      guard table.nodes[node].deadlineMilliseconds < 0 else { continue }
      isComplete = false
      report.findings.append(
        Messages.noDeadline(
          name(of: node),
          isPeople: table.isPeople(node),
          isRefused: hasHardBudget && options.isStrict,
          at: span(of: node)
        )
      )
    }
    let line = "every call has a deadline"
    if !isComplete { proofs.refute(line) } else if hasSteps { proofs.hold(line) }
  }

  /// Waits that nothing bounds: for an event, a person or an answer.
  mutating func findOpenWaits() {
    for place in workPlaces {
      guard let node = graph.node(place), isReached(node), relation.roles[node] != .host else {
        continue
      }
      guard relation.longestMilliseconds(of: node) == Saturating.unbounded,
        !isEndedFromOutside(node)
      else { continue }
      let entry = table.nodes[node]
      let what =
        entry.effect == noIndex
        ? "waits for an event" : table.isPeople(node) ? "waits for a person" : "waits for an answer"
      report.openWaits.append("`\(shownName(node))` \(what) without a deadline")
    }
    let rests = hostsThatRest
    for node in rests {
      report.openWaits.append("`\(shownName(node))` waits for an event without a deadline")
    }
  }

  /// Hosts that may stay as they are once what they hold has ended.
  private var hostsThatRest: [Int] {
    inspected.graphs.hosts(of: thread).filter { node in
      isReached(node) && relation.mayRest[node]
        && relation.restMilliseconds(of: node) == Saturating.unbounded
        && relation.occasionBound(of: node) == Saturating.unbounded && !isEndedFromOutside(node)
    }
  }

  /// Whether a deadline or delay around a node ends it whatever happens inside.
  private func isEndedFromOutside(_ node: Int) -> Bool {
    var number = Int(relation.threadOfNode[node])
    while number > 0 {
      let host = Int(relation.threads[number].host)
      if table.nodes[host].deadlineMilliseconds >= 0 { return true }
      if relation.occasionBound(of: host) < Saturating.unbounded { return true }
      number = Int(relation.threads[number].outer)
    }
    return false
  }
}
