import Source
import Table

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
    guard graph.timeoutTarget < 0 else { return }
    report.longestMilliseconds = longest
    guard timeout >= 0 else { return }
    if longest <= timeout {
      let claim =
        "longest time \(DurationText.text(longest)) <= timeout \(DurationText.text(timeout)): "
        + "it can't be reached"
      report.proofs.append(Proof(claim: claim, basis: .abstracted, restsOn: []))
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
      elapsed += weights[Int(step.place)]
      if hit == nil, elapsed > timeout { hit = (Int(step.place), visits[step.place, default: 0]) }
    }
    // The step that takes most of the time is the one whose deadline is worth shortening.
    let slowest = visits.max { left, right in
      let (leftTime, rightTime) = (
        left.value * weights[Int(left.key)], right.value * weights[Int(right.key)]
      )
      return (leftTime, right.key) < (rightTime, left.key)
    }
    var shorter: (String, String)?
    if let slowest, table.nodes[Int(slowest.key)].deadlineMilliseconds > 0 {
      let place = Int(slowest.key)
      let others = longest - slowest.value * weights[place]
      let calls = slowest.value * Int64(table.attempts(of: place))
      let pauses =
        weights[place]
        - Int64(table.attempts(of: place)) * table.nodes[place].deadlineMilliseconds
      let available = (timeout - others - slowest.value * pauses) / calls
      if available >= 1 {
        shorter = (table.nodes[place].name, DurationText.roundedDown(available))
      }
    }
    return Messages.timeoutTooShort(
      longest: longest,
      timeout: timeout,
      hit: hit.map { (table.nodes[$0.place].name, $0.visit) },
      each: hit.map { table.nodes[$0.place].deadlineMilliseconds } ?? -1,
      way: way.text(in: table, showsGuards: false),
      shorter: shorter,
      at: table.debug.header["timeout"] ?? table.debug.flow
    )
  }
}
