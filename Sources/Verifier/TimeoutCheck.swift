import Relation
import Source
import Table

extension ThreadGraphs {
  /// Longest times by node, those of threads added up at their hosts; `unbounded`: without a bound.
  ///
  /// The last entry stands for places without work. `maximum` limits the states of each thread's
  /// unfolding.
  package func times(maximum: Int) -> [Int64] {
    var weights = [Int64](repeating: 0, count: table.nodes.count + 1)
    var times = [Int64](repeating: 0, count: graphs.count)
    for thread in innerFirst {
      for node in nodes(of: thread) {
        weights[node] =
          relation.roles[node] == .host
          ? relation.time(of: node, threads: times, nodes: weights)
          : relation.longestMilliseconds(of: node)
      }
      guard thread > 0, relation.threads[thread].kind != .tree else { continue }
      times[thread] = longest(thread, weights, maximum: maximum)
    }
    return weights
  }

  private func longest(_ thread: Int, _ weights: [Int64], maximum: Int) -> Int64 {
    let part = relation.threads[thread]
    let root = Int(part.root)
    if part.kind == .region, table.isTreeStructure(Int(part.host)) {
      // A part of a tree: bounded by the tree's shape, which its tree adds up.
      return 0
    }
    if part.holdsOnlyRoot(in: relation) { return weights[root] }
    guard let unfolding = Unfolding(graphs[thread], maximum: maximum) else {
      return Saturating.unbounded
    }
    return WayFigures(graphs[thread], unfolding).longest(weights).max() ?? 0
  }
}

extension FlowThread {
  /// Whether its root is a host and so all there is.
  package func holdsOnlyRoot(in relation: FlowRelation) -> Bool {
    switch kind {
    case .region, .instance: relation.roles[Int(root)] == .host && otherStarts.isEmpty
    case .run, .body, .tree: false
    }
  }
}

extension Inspection {
  /// Compares the longest time of a run with the flow's timeout.
  mutating func compareTimeout(_ figures: WayFigures, _ weights: [Int64]) {
    let dearest = figures.dearest(weights, then: weights)
    var last = -1
    for state in 0..<figures.unfolding.count {
      guard graph.isEnd[Int(figures.unfolding.places[state])] else { continue }
      if last < 0 || dearest.isDearer(state, than: last) { last = state }
    }
    guard last >= 0, dearest.sums[last] < Saturating.unbounded / 8 else { return }
    let longest = dearest.sums[last]
    let timeout = table.runLimits.timeoutMilliseconds
    // With a target the timeout is one of the flow's own ways, and its time is the grace.
    guard graph.timeoutTargets.isEmpty else { return }
    report.longestMilliseconds = longest
    guard timeout >= 0 else { return }
    if longest <= timeout {
      proofs.hold(
        "longest time \(DurationText.text(longest)) <= timeout \(DurationText.text(timeout)): "
          + "it can't be reached"
      )
      return
    }
    // A plan without a deadline of its own ends with the flow's timeout, as its author knows.
    let way = figures.way(to: last, in: dearest)
    let isOpen = way.steps.contains { step in
      Int(step.place) < table.nodes.count && table.nodes[Int(step.place)].kind == .plan
        && table.nodes[Int(step.place)].deadlineMilliseconds < 0
    }
    if isOpen { return }
    report.findings.append(
      tooShort(way, weights, longest: longest, timeout: timeout)
    )
  }

  private func tooShort(
    _ way: Way,
    _ weights: [Int64],
    longest: Int64,
    timeout: Int64
  ) -> Diagnostic {
    var visits: [NodeIndex: Int64] = [:]
    var elapsed: Int64 = 0
    var hit: (place: Int, visit: Int64)?
    for step in way.steps where !step.isOverLimit && Int(step.place) < table.nodes.count {
      visits[step.place, default: 0] += 1
      elapsed = Saturating.sum(elapsed, weights[Int(step.place)])
      if hit == nil, elapsed > timeout { hit = (Int(step.place), visits[step.place, default: 0]) }
    }
    // The step that takes most of the time is the one whose deadline is worth shortening.
    let slowest = visits.max { left, right in
      let (leftTime, rightTime) = (
        Saturating.product(left.value, weights[Int(left.key)]),
        Saturating.product(right.value, weights[Int(right.key)])
      )
      return (leftTime, right.key) < (rightTime, left.key)
    }
    var shorter: (String, String)?
    if let slowest { shorter = self.shorter(slowest, weights, longest: longest, timeout: timeout) }
    return Messages.timeoutTooShort(
      longest: longest,
      timeout: timeout,
      hit: hit.map { (name(of: $0.place), $0.visit) },
      each: hit.map { table.nodes[$0.place].deadlineMilliseconds } ?? -1,
      way: text(way, showsGuards: false),
      shorter: shorter,
      at: table.debug.header["timeout"] ?? table.debug.flow
    )
  }

  /// The deadline of the slowest step with which the longest way meets the timeout.
  private func shorter(
    _ slowest: (key: NodeIndex, value: Int64),
    _ weights: [Int64],
    longest: Int64,
    timeout: Int64
  ) -> (String, String)? {
    let place = Int(slowest.key)
    let deadline = table.nodes[place].deadlineMilliseconds
    let attempts = Int64(table.attempts(of: place))
    // A step that holds others has one deadline for all of its work.
    guard deadline > 0, attempts > 0 else { return nil }
    let spent = Saturating.product(slowest.value, weights[place])
    let calls = Saturating.product(slowest.value, attempts)
    let pauses = max(0, weights[place] - Saturating.product(attempts, deadline))
    let others = longest - min(longest, spent)
    let taken = Saturating.sum(others, Saturating.product(slowest.value, pauses))
    guard taken < timeout, (timeout - taken) / calls >= 1 else { return nil }
    return (name(of: place), DurationText.roundedDown((timeout - taken) / calls))
  }
}
