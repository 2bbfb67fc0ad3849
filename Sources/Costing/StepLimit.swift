import Table
import Verifier

/// What a declared `max_steps` bounds by itself: the dearest walk of so many places.
struct StepLimit {
  let table: TransitionTable
  let graph: PlaceGraph
  let weights: CostWeights

  /// Lowers the report's bounds where the limit is the smaller one.
  func tighten(_ report: inout CostReport) {
    let money = dearestWalk(weights.money)
    let isMoneyKnown: Bool
    if case .unknown = report.worst.picodollars {
      isMoneyKnown = false
    } else {
      isMoneyKnown = true
    }
    if isMoneyKnown, money < (report.worst.picodollars.value ?? .max) {
      report.worst.picodollars = Figure(money)
      report.method = .maxSteps
      report.dearestWay = nil
      for index in report.outcomes.indices { report.outcomes[index].dearestWay = nil }
      for index in report.steps.indices {
        report.steps[index].visits = min(report.steps[index].visits, table.runLimits.maxSteps)
        report.steps[index].worstPicodollars = Picodollars.product(
          report.steps[index].unit.visitPicodollars,
          report.steps[index].visits
        )
        report.steps[index].share =
          money > 0 ? Double(report.steps[index].worstPicodollars) / Double(money) : 0
      }
    }
    lower(&report.worst.tokens, weights.tokens)
    lower(&report.worst.workMilliseconds, weights.work)
    lower(&report.worst.elapsedMilliseconds, weights.elapsed)
    for index in report.outcomes.indices {
      report.outcomes[index].worst.picodollars = lower(
        report.outcomes[index].worst.picodollars,
        to: report.worst.picodollars
      )
      report.outcomes[index].worst.tokens = lower(
        report.outcomes[index].worst.tokens,
        to: report.worst.tokens
      )
      report.outcomes[index].worst.workMilliseconds = lower(
        report.outcomes[index].worst.workMilliseconds,
        to: report.worst.workMilliseconds
      )
      report.outcomes[index].worst.elapsedMilliseconds = lower(
        report.outcomes[index].worst.elapsedMilliseconds,
        to: report.worst.elapsedMilliseconds
      )
    }
    let limit = report.worst.picodollars.value ?? .max
    for place in report.maxToGo.indices {
      report.maxToGo[place] = min(report.maxToGo[place], limit)
    }
  }

  private func lower(_ figure: inout Figure, _ weights: [Int64]) {
    figure = lower(figure, to: Figure(dearestWalk(weights)))
  }

  private func lower(_ figure: Figure, to other: Figure) -> Figure {
    switch (figure, other) {
    case (.unknown, _), (_, .unknown), (_, .unbounded): figure
    case (.unbounded, _): other
    case (.known(let left), .known(let right)): .known(min(left, right))
    }
  }

  /// The dearest walk of at most `max_steps` places; where that takes too long to find, so many
  /// times the dearest place.
  private func dearestWalk(_ weights: [Int64]) -> Int64 {
    let steps = table.runLimits.maxSteps
    var dearest: Int64 = 0
    for place in 0..<graph.count where graph.isReachable[place] {
      dearest = max(dearest, weights[Int(graph.works[place])])
    }
    let work = Saturating.product(steps, Int64(graph.edges.edges.count + graph.count))
    guard work <= 1_000_000, dearest < Saturating.unbounded else {
      return Saturating.product(dearest, max(0, steps))
    }
    var sums = [Int64](repeating: 0, count: graph.count)
    for _ in 0..<max(0, steps) {
      var next = sums
      for place in 0..<graph.count where graph.isReachable[place] && graph.node(place) != nil {
        next[place] = Saturating.sum(weights[Int(graph.works[place])], most(sums, from: place))
      }
      guard settle(&next) else { return Saturating.product(dearest, max(0, steps)) }
      if next == sums { break }
      sums = next
    }
    return sums[Int(graph.start)]
  }

  private func most(_ sums: [Int64], from place: Int) -> Int64 {
    var rest: Int64 = 0
    for edge in graph.edges[place] { rest = max(rest, sums[Int(edge.target)]) }
    for edge in graph.limitEdges[place] { rest = max(rest, sums[Int(edge.target)]) }
    guard !graph.isEnd[place] else { return rest }
    for target in graph.timeoutTargets { rest = max(rest, sums[Int(target)]) }
    return rest
  }

  /// Places that only hold others together count no step; false when they do not settle soon.
  private func settle(_ sums: inout [Int64]) -> Bool {
    for _ in 0..<64 {
      var isChanged = false
      for place in (0..<graph.count).reversed()
      where graph.isReachable[place] && graph.node(place) == nil {
        let rest = most(sums, from: place)
        guard rest != sums[place] else { continue }
        sums[place] = rest
        isChanged = true
      }
      if !isChanged { return true }
    }
    return false
  }
}
