import Relation
public import Source
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
    unfoldedStates: Int = Limits().unfoldedStates
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
    unfoldedStates: Int = Limits().unfoldedStates
  ) -> CostReport {
    let graphs = ThreadGraphs(table)
    let units = UnitCosts(table, prices)
    var nested = NestedCosts(
      table: table,
      graphs: graphs,
      units: units.units,
      weights: units.weights(graphs.relation, used: assumptions.usedPart)
    )
    for thread in graphs.innerFirst {
      nested.addHosts(of: thread, used: assumptions.usedPart)
      let report = analyse(
        thread,
        nested,
        prices,
        assumptions,
        unfoldedStates: unfoldedStates
      )
      nested.add(report, of: thread)
    }
    guard var report = nested.reports[0] else {
      return empty(table, prices, assumptions)
    }
    nested.fillToGo(&report)
    if table.hasDeclaredMaxSteps {
      StepLimit(table: table, graph: graphs.graphs[0], weights: nested.weights).tighten(&report)
    }
    nested.complete(&report)
    report.keepExpectedWithinBounds()
    return report
  }

  private static func empty(
    _ table: TransitionTable,
    _ prices: PriceBook,
    _ assumptions: CostReport.Assumptions
  ) -> CostReport {
    CostReport(
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
  }

  /// One thread, hosts taken for what their threads were found to take.
  private static func analyse(
    _ thread: Int,
    _ nested: NestedCosts,
    _ prices: PriceBook,
    _ assumptions: CostReport.Assumptions,
    unfoldedStates: Int
  ) -> CostReport {
    let table = nested.table
    let graph = nested.graphs.graphs[thread]
    var report = empty(table, prices, assumptions)
    report.unknown = nested.graphs.nodes(of: thread).compactMap { node in
      guard let unit = nested.units[node], !unit.isKnown,
        graph.places(ofWork: node).contains(where: { graph.isReachable[$0] })
      else { return nil }
      return unit
    }
    if nested.isOfTree(thread) {
      nested.fillTree(&report, thread)
      return report
    }
    let shares = EdgeShares(nested.graphs, thread, failureShare: assumptions.failureShare)
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

  init(_ graphs: ThreadGraphs, _ thread: Int, failureShare: Double) {
    let graph = graphs.graphs[thread]
    let table = graphs.table
    shares = [Double](repeating: 0, count: graph.edges.edges.count)
    limitShares = [Double](repeating: 0, count: graph.limitEdges.edges.count)
    for place in graph.positions.indices {
      let range = graph.edges.indices(place)
      var successes = 0.0
      var failures = 0.0
      var others = 0.0
      for edge in graph.edges[place] {
        successes += Double(edge.successRows)
        failures += Double(edge.failureRows)
        others += Double(edge.otherRows)
      }
      // An end is an end: that a result cannot be rendered is not expected.
      if graph.isEnd[place] { continue }
      let node = graph.node(place)
      let calls = node.map {
        table.nodes[$0].effect != noIndex || graphs.relation.roles[$0] == .host
      }
      var failing = calls == true ? failureShare : 0
      if let node, table.nodes[node].kind == .check { failing = 0.5 }
      if failures == 0 { failing = 0 }
      if successes == 0, failures > 0 { failing = 1 }
      // Where nothing of its own leads on, what may happen is taken equally often.
      let waits = successes == 0 && failures == 0
      for index in range {
        let edge = graph.edges.edges[index]
        if successes > 0 {
          shares[index] += (1 - failing) * Double(edge.successRows) / successes
        }
        if failures > 0 { shares[index] += failing * Double(edge.failureRows) / failures }
        if waits, others > 0 { shares[index] += Double(edge.otherRows) / others }
      }
      let limits = graph.limitEdges.indices(place)
      for index in limits { limitShares[index] = 1 / Double(limits.count) }
    }
  }
}
