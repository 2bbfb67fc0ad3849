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
    for place in weights.indices where graph.isReachable[place] {
      dearest = max(dearest, weights[place])
    }
    let work = Saturating.product(steps, Int64(graph.edges.edges.count + graph.nodeCount))
    guard work <= 1_000_000, dearest < Saturating.unbounded else {
      return Saturating.product(dearest, max(0, steps))
    }
    var sums = [Int64](repeating: 0, count: weights.count)
    var next = sums
    for _ in 0..<max(0, steps) {
      var isChanged = false
      for place in weights.indices where graph.isReachable[place] {
        var rest: Int64 = 0
        for edge in graph.edges[place] { rest = max(rest, sums[Int(edge.target)]) }
        for edge in graph.limitEdges[place] { rest = max(rest, sums[Int(edge.target)]) }
        if graph.timeoutTarget >= 0, !graph.isEnd[place] {
          rest = max(rest, sums[Int(graph.timeoutTarget)])
        }
        next[place] = Saturating.sum(weights[place], rest)
        isChanged = isChanged || next[place] != sums[place]
      }
      swap(&sums, &next)
      if !isChanged { break }
    }
    return sums[Int(graph.start)]
  }
}
