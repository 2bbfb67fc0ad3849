public import Table
import Verifier

/// Bounds and expectation of what a run of a flow can cost.
///
/// Every way that the rows allow is taken to be possible. Where the visit limits allow it the
/// graph is unrolled by its visit counters and every way is looked at; else loops are summed up by
/// their limits, which is a bound that no way need attain.
public enum CostAnalysis {
  /// Analyses a linked table.
  public static func analyse(
    _ linked: LinkedTable,
    prices: PriceBook = .standard,
    assumptions: CostReport.Assumptions = CostReport.Assumptions(),
    unfoldedStates: Int = 20_000
  ) -> CostReport {
    analyse(
      linked.table,
      prices: prices,
      assumptions: assumptions,
      unfoldedStates: unfoldedStates
    )
  }

  /// Analyses a table.
  ///
  /// O(states + edges of the unrolled graph), which has at most `unfoldedStates` states.
  public static func analyse(
    _ table: TransitionTable,
    prices: PriceBook = .standard,
    assumptions: CostReport.Assumptions = CostReport.Assumptions(),
    unfoldedStates: Int = 20_000
  ) -> CostReport {
    let graph = PlaceGraph(table)
    let units = UnitCosts(table, prices)
    let weights = units.weights(table, used: assumptions.usedPart)
    let shares = EdgeShares(table, graph, failureShare: assumptions.failureShare)
    var report = CostReport(
      table: table,
      prices: prices,
      method: .none,
      assumptions: assumptions,
      least: .zero,
      expected: nil,
      worst: .zero,
      outcomes: [],
      steps: [],
      dearestWay: nil,
      unknown: [],
      minToGo: [],
      maxToGo: []
    )
    report.unknown = units.units.compactMap { unit in
      guard let unit, graph.isReachable[Int(unit.place)], !unit.isKnown else { return nil }
      return unit
    }
    if let unfolding = Unfolding(graph, maximum: unfoldedStates) {
      let ways = WayAnalysis(
        table: table,
        graph: graph,
        figures: WayFigures(graph, unfolding),
        weights: weights,
        shares: shares
      )
      ways.fill(&report, units.units)
    } else {
      let sums = LoopSums(table: table, graph: graph, weights: weights, shares: shares)
      sums.fill(&report, units.units)
    }
    if table.hasDeclaredMaxSteps {
      StepLimit(table: table, graph: graph, weights: weights).tighten(&report)
    }
    return report
  }
}

/// How often each edge is taken, by assumption: calls fail rarely, open rows are taken equally
/// often.
struct EdgeShares {
  /// By edge of the graph.
  var shares: [Double]
  /// By edge beyond the limits.
  var limitShares: [Double]

  init(_ table: TransitionTable, _ graph: PlaceGraph, failureShare: Double) {
    shares = [Double](repeating: 0, count: graph.edges.edges.count)
    limitShares = [Double](repeating: 0, count: graph.limitEdges.edges.count)
    for place in table.nodes.indices {
      let range = graph.edges.indices(place)
      var successes = 0.0
      var failures = 0.0
      for edge in graph.edges[place] {
        successes += Double(edge.successRows)
        failures += Double(edge.failureRows)
      }
      let node = table.nodes[place]
      var failing = node.effect != noIndex ? failureShare : node.kind == .check ? 0.5 : 0
      if failures == 0 { failing = 0 }
      if successes == 0 { failing = 1 }
      for index in range {
        let edge = graph.edges.edges[index]
        if successes > 0 {
          shares[index] += (1 - failing) * Double(edge.successRows) / successes
        }
        if failures > 0 { shares[index] += failing * Double(edge.failureRows) / failures }
      }
      let limits = graph.limitEdges.indices(place)
      for index in limits { limitShares[index] = 1 / Double(limits.count) }
    }
  }
}
