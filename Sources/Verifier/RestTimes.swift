import Relation
import Table

// How long a token may stay at a place.
extension FlowRelation {
  /// Longest time that one entry of a leaf takes: attempts, deadlines, pauses, rest; `unbounded`
  /// where nothing ends it.
  package func longestMilliseconds(of node: Int) -> Int64 {
    let entry = table.nodes[node]
    if entry.kind == .park || entry.kind == .join { return 0 }
    if entry.kind == .final {
      // In a chart a token stays in the final of a compound that has no way on of its own.
      let parent = Int(entry.parent)
      guard parent > 0, roles[parent] == .compound, mayRest[parent] else { return 0 }
      return min(Saturating.unbounded, occasionBound(of: parent))
    }
    let work = entry.kind == .rest ? 0 : table.longestMilliseconds(of: node)
    return min(Saturating.sum(work, restMilliseconds(of: node)), occasionBound(of: node))
  }

  /// How long a token may rest at a node once its own work is over; 0: it goes on at once.
  package func restMilliseconds(of node: Int) -> Int64 {
    guard mayRest[node] else { return 0 }
    let entry = table.nodes[node]
    if isLeftAtOnce(node) { return 0 }
    if entry.kind == .rest, entry.deadlineMilliseconds >= 0 { return entry.deadlineMilliseconds }
    return Saturating.unbounded
  }

  /// The shortest delay that leads away from a node whatever happens there: of its own rows and of
  /// the compounds around it.
  package func occasionBound(of node: Int) -> Int64 {
    var bound = Saturating.unbounded
    var current = node
    let thread = threadOfNode[node]
    while current >= 0, threadOfNode[current] == thread {
      for index in table.nodes[current].rows {
        let row = table.rows[Int(index)]
        guard row.event == .after, row.tree == nil, row.delay == noIndex, row.target != noIndex,
          table.isUnconditional(Int(index))
        else { continue }
        bound = min(bound, row.detail)
      }
      current = Int(table.nodes[current].parent)
      guard current >= 0, roles[current] == .compound else { break }
    }
    return bound
  }

  /// Whether an eventless row leads away at once.
  private func isLeftAtOnce(_ node: Int) -> Bool {
    table.nodes[node].rows.contains { index in
      let row = table.rows[Int(index)]
      return row.event == .always && row.target != noIndex && table.isUnconditional(Int(index))
    }
  }
}

extension TransitionTable {
  /// Longest time that the work of one entry of a place takes: attempts, deadlines, pauses;
  /// `unbounded` where an effect has no deadline.
  package func longestMilliseconds(of place: Int) -> Int64 {
    let node = nodes[place]
    var time = node.kind == .wait ? node.waitMilliseconds : 0
    guard node.effect != noIndex else { return time }
    if node.kind == .plan, node.deadlineMilliseconds < 0, runLimits.timeoutMilliseconds >= 0 {
      return runLimits.timeoutMilliseconds
    }
    guard node.deadlineMilliseconds >= 0 else { return Saturating.unbounded }
    let attempts = attempts(of: place)
    time = Saturating.sum(time, Saturating.product(Int64(attempts), node.deadlineMilliseconds))
    return Saturating.sum(time, pauses(of: place, attempts: attempts))
  }

  /// Attempts of one entry of a place.
  package func attempts(of place: Int) -> Int32 {
    let node = nodes[place]
    guard node.effect != noIndex else { return 0 }
    guard node.retry != noIndex else { return 1 }
    let policy = retries[Int(node.retry)]
    return policy.kinds.isEmpty ? 1 : max(1, policy.maxAttempts)
  }
}
