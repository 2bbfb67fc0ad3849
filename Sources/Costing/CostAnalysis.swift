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
    let graphs = PartGraphs(table)
    let units = UnitCosts(table, prices)
    var nested = NestedCosts(
      table: table,
      graphs: graphs,
      units: units.units,
      weights: units.weights(table, used: assumptions.usedPart)
    )
    func analysed(_ part: Int) -> CostReport {
      analyse(part, nested, prices, assumptions, unfoldedStates: unfoldedStates)
    }
    guard !graphs.parts.isRecursive else {
      var report = analysed(0)
      nested.unbound(&report)
      return report
    }
    for part in graphs.parts.bottomUp where part != 0 {
      nested.addPlaces(of: part, used: assumptions.usedPart)
      nested.reports[part] = analysed(part)
    }
    nested.addPlaces(of: 0, used: assumptions.usedPart)
    var report = analysed(0)
    if table.hasDeclaredMaxSteps {
      StepLimit(table: table, graph: graphs.graph(of: 0), weights: nested.weights)
        .tighten(&report)
    }
    nested.complete(&report)
    return report
  }

  /// One part, places that run parts taken for what those were found to take.
  private static func analyse(
    _ part: Int,
    _ nested: NestedCosts,
    _ prices: PriceBook,
    _ assumptions: CostReport.Assumptions,
    unfoldedStates: Int
  ) -> CostReport {
    let table = nested.table
    let graph = nested.graphs.graph(of: part)
    let shares = EdgeShares(table, nested.graphs, part, failureShare: assumptions.failureShare)
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
    report.unknown = nested.units.compactMap { unit in
      guard let unit, graph.isLeaf[Int(unit.place)], graph.isReachable[Int(unit.place)],
        !unit.isKnown
      else { return nil }
      return unit
    }
    if let unfolding = Unfolding(graph, maximum: unfoldedStates) {
      let ways = WayAnalysis(
        table: table,
        graph: graph,
        figures: WayFigures(graph, unfolding),
        weights: nested.weights,
        shares: shares
      )
      ways.fill(&report, nested.units)
    } else {
      let sums = LoopSums(table: table, graph: graph, weights: nested.weights, shares: shares)
      sums.fill(&report, nested.units)
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

  init(_ table: TransitionTable, _ graphs: PartGraphs, _ part: Int, failureShare: Double) {
    let graph = graphs.graph(of: part)
    shares = [Double](repeating: 0, count: graph.edges.edges.count)
    limitShares = [Double](repeating: 0, count: graph.limitEdges.edges.count)
    for place in table.nodes.indices where graph.isLeaf[place] {
      let range = graph.edges.indices(place)
      var successes = 0.0
      var failures = 0.0
      for edge in graph.edges[place] {
        successes += Double(edge.successRows)
        failures += Double(edge.failureRows)
      }
      let node = table.nodes[place]
      let calls = node.effect != noIndex || graphs.parts.runsParts(place)
      var failing = calls ? failureShare : node.kind == .check ? 0.5 : 0
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
