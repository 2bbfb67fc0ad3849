import Table
import Verifier

/// The analysis for graphs too large to unroll, or with cycles that nothing bounds.
///
/// A group of places that reach each other is passed once. Within it a run is a chain of stretches
/// that begin at the entry or after a visit of a limited place; in a stretch no other place comes
/// twice, since without the limited places the group has no cycle. So the group adds at most its
/// longest stretch, and for each allowed visit of each limited place that visit and the longest
/// stretch after it.
struct LoopSums {
  let table: TransitionTable
  let graph: PlaceGraph
  let weights: CostWeights
  let shares: EdgeShares
  /// What is left of the groups when visits within limits are cut: the edges of other places, and
  /// the refusals of limited ones.
  private let rest: StrongComponents

  init(table: TransitionTable, graph: PlaceGraph, weights: CostWeights, shares: EdgeShares) {
    self.table = table
    self.graph = graph
    self.weights = weights
    self.shares = shares
    rest = StrongComponents(count: graph.count) { place, visit in
      guard graph.isReachable[place] else { return }
      for edge in graph.hasLimit(place) ? graph.limitEdges[place] : graph.edges[place] {
        visit(edge.target)
      }
    }
  }

  /// Puts the figures into the report.
  func fill(_ report: inout CostReport, _ units: [UnitCost?]) {
    let isBounded = !rest.isCyclic.contains(true)
    report.method = isBounded ? .summedLoops : .none
    let overdue = graph.timeoutTargets
    func bound(_ weights: [Int64]) -> Int64 {
      let sums = mostToGo(weights)
      let first = sums[Int(graph.start)]
      return Saturating.sum(first, overdue.map { sums[Int($0)] }.max() ?? 0)
    }
    let isUnknown = graph.isReachable.indices.contains {
      graph.isReachable[$0] && weights.isUnknown[Int(graph.works[$0])]
    }
    let lacksLimits = graph.isReachable.indices.contains {
      graph.isReachable[$0] && weights.lacksLimits[Int(graph.works[$0])]
    }
    let money = bound(weights.money)
    report.worst = CostFigures(
      picodollars: Figure(money, isKnown: !isUnknown),
      tokens: Figure(bound(weights.tokens), isKnown: !lacksLimits),
      workMilliseconds: Figure(bound(weights.work)),
      elapsedMilliseconds: Figure(bound(weights.elapsed))
    )
    let least = leastFromStart(weights.leastMoney)
    let leastElapsed = leastFromStart(weights.leastElapsed)
    let means = expectation()
    var total = MeanMass()
    var cheapest = Int64.max
    var quickest = Int64.max
    for place in 0..<graph.count where graph.isEnd[place] && graph.isReachable[place] {
      let end = EndOfThread(graph, place, table)
      cheapest = min(cheapest, least[place])
      quickest = min(quickest, leastElapsed[place])
      total.probability += means?[place] ?? 0
      report.outcomes.append(
        OutcomeCost(
          place: end.node,
          name: end.name,
          isFailure: end.isFailure,
          share: means?[place],
          least: figures(least[place], leastElapsed[place]),
          expected: nil,
          worst: report.worst,
          dearestWay: nil
        )
      )
    }
    report.least = LeastOfRuns.least(report.outcomes) ?? figures(cheapest, quickest)
    if let means, total.probability > 0.99 {
      for place in 0..<graph.count {
        var mass = MeanMass()
        mass.probability = means[place]
        mass.enter(Int(graph.works[place]), weights)
        mass.probability = 0
        total.join(mass)
      }
      total.probability = 1
      report.expected = total.figures(isKnown: !isUnknown, hasLimits: !lacksLimits)
    }
    report.steps = WayAnalysis.lines(units, mostVisits(), total: money, graph)
    report.minToGo = [Int64](repeating: 0, count: table.nodes.count)
    report.maxToGo = report.minToGo
    let toGo = mostToGo(weights.money)
    let extra = overdue.map { toGo[Int($0)] }.max() ?? 0
    for place in 0..<graph.count {
      guard let node = graph.node(place) else { continue }
      report.maxToGo[node] = max(report.maxToGo[node], Saturating.sum(toGo[place], extra))
    }
  }

  private func figures(_ money: Int64, _ elapsed: Int64) -> CostFigures {
    CostFigures(
      picodollars: .known(money == .max ? 0 : money),
      tokens: .known(0),
      workMilliseconds: .known(elapsed == .max ? 0 : elapsed),
      elapsedMilliseconds: .known(elapsed == .max ? 0 : elapsed)
    )
  }

  /// By place, the most that a run can take from entering it to its end.
  ///
  /// O(places + edges): groups in order, each after those it leads to.
  private func mostToGo(_ weights: [Int64]) -> [Int64] {
    let count = graph.count
    var members: [[Int]] = []
    for place in 0..<count where graph.isReachable[place] {
      let group = Int(graph.component[place])
      while members.count <= group { members.append([]) }
      members[group].append(place)
    }
    var result = [Int64](repeating: 0, count: count)
    let stretches = longestStretches(weights)
    for places in members {
      guard let first = places.first else { continue }
      var after: Int64 = 0
      for place in places {
        for edge in graph.edges[place] where !isInside(edge.target, of: place) {
          after = max(after, result[Int(edge.target)])
        }
        for edge in graph.limitEdges[place] where !isInside(edge.target, of: place) {
          after = max(after, result[Int(edge.target)])
        }
      }
      guard graph.isCyclic[first] else {
        result[first] = Saturating.sum(weights[Int(graph.works[first])], after)
        continue
      }
      var sum: Int64 = 0
      var entry: Int64 = 0
      for place in places {
        entry = max(entry, stretches[place])
        guard graph.hasLimit(place) else { continue }
        var next: Int64 = 0
        for edge in graph.edges[place] where isInside(edge.target, of: place) {
          next = max(next, stretches[Int(edge.target)])
        }
        let visit = Saturating.sum(weights[Int(graph.works[place])], next)
        sum = Saturating.sum(sum, Saturating.product(visit, Int64(graph.maxVisits(place))))
      }
      let total = Saturating.sum(Saturating.sum(sum, entry), after)
      for place in places { result[place] = total }
    }
    return result
  }

  private func isInside(_ target: Int32, of place: Int) -> Bool {
    graph.component[Int(target)] == graph.component[place]
  }

  /// By place, the longest way from it that makes no visit of a limited place within its limit.
  private func longestStretches(_ weights: [Int64]) -> [Int64] {
    let count = graph.count
    var order = Array(0..<count)
    order.sort { rest.component[$0] < rest.component[$1] }
    var result = [Int64](repeating: 0, count: count)
    var endless = [Bool](repeating: false, count: rest.count)
    for place in order
    where rest.isCyclic[place] && weights[Int(graph.works[place])] > 0 && !graph.hasLimit(place) {
      endless[Int(rest.component[place])] = true
    }
    var position = 0
    while position < order.count {
      let group = rest.component[order[position]]
      var end = position
      var largest: Int64 = 0
      while end < order.count, rest.component[order[end]] == group {
        let place = order[end]
        end += 1
        guard graph.isReachable[place] else { continue }
        var next: Int64 = endless[Int(group)] ? Saturating.unbounded : 0
        let edges = graph.hasLimit(place) ? graph.limitEdges[place] : graph.edges[place]
        for edge in edges where isInside(edge.target, of: place) {
          next = max(next, result[Int(edge.target)])
        }
        result[place] =
          graph.hasLimit(place)
          ? next : Saturating.sum(weights[Int(graph.works[place])], next)
        largest = max(largest, result[place])
      }
      // The places of a cycle that costs nothing itself reach whatever one of them reaches.
      for place in order[position..<end] where rest.isCyclic[place] { result[place] = largest }
      position = end
    }
    return result
  }

  /// By node, the most often that it can be entered within its limit.
  private func mostVisits() -> [Int64] {
    var allowed: [Int32: Int64] = [:]
    for place in 0..<graph.count where graph.hasLimit(place) {
      allowed[graph.component[place], default: 0] += Int64(graph.maxVisits(place))
    }
    var visits = [Int64](repeating: 0, count: graph.nodeCount)
    for place in 0..<graph.count where graph.isReachable[place] {
      guard let node = graph.node(place) else { continue }
      let most: Int64
      if !graph.isCyclic[place] {
        most = 1
      } else if graph.hasLimit(place) {
        most = Int64(graph.maxVisits(place))
      } else if rest.isCyclic[place] {
        most = Saturating.unbounded
      } else {
        most = Saturating.sum(1, allowed[graph.component[place], default: 0])
      }
      visits[node] = max(visits[node], most)
    }
    return visits
  }

  /// By place, the least that a run takes before it leaves it.
  private func leastFromStart(_ weights: [Int64]) -> [Int64] {
    var sums = [Int64](repeating: .max, count: graph.count)
    var queue = LeastFirst<Int32>()
    sums[Int(graph.start)] = 0
    queue.insert(graph.start, 0)
    for target in graph.timeoutTargets {
      sums[Int(target)] = 0
      queue.insert(target, 0)
    }
    while let (place, sum) = queue.removeFirst() {
      guard sum == sums[Int(place)] else { continue }
      for list in [graph.edges[Int(place)], graph.limitEdges[Int(place)]] {
        for edge in list {
          let next = Saturating.sum(
            sum,
            edge.isSuccessOnly ? weights[Int(graph.works[Int(place)])] : 0
          )
          guard next < sums[Int(edge.target)] else { continue }
          sums[Int(edge.target)] = next
          queue.insert(edge.target, next)
        }
      }
    }
    return sums
  }

  /// Expected visits by place, limits respected by capping; nil when they do not settle.
  private func expectation() -> [Double]? {
    let count = graph.count
    var visits = [Double](repeating: 0, count: count)
    var wave = visits
    wave[Int(graph.start)] = 1
    for _ in 0..<2_000 {
      var next = [Double](repeating: 0, count: count)
      var mass = 0.0
      for place in 0..<count where wave[place] > 0 {
        var entering = wave[place]
        visits[place] += entering
        if graph.isEnd[place] { continue }
        if graph.hasLimit(place) {
          let over = max(0, visits[place] - Double(graph.maxVisits(place)))
          let refused = min(entering, over)
          visits[place] -= refused
          entering -= refused
          for index in graph.limitEdges.indices(place) {
            let edge = graph.limitEdges.edges[index]
            next[Int(edge.target)] += refused * shares.limitShares[index]
          }
        }
        for index in graph.edges.indices(place) {
          let edge = graph.edges.edges[index]
          next[Int(edge.target)] += entering * shares.shares[index]
        }
      }
      for value in next { mass += value }
      wave = next
      if mass < 1e-12 { return visits }
    }
    return nil
  }
}
