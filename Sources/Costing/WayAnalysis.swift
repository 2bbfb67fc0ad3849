import Table
import Verifier

/// The analysis that looks at every way.
struct WayAnalysis {
  let table: TransitionTable
  let graph: PlaceGraph
  let figures: WayFigures
  let weights: CostWeights
  let shares: EdgeShares

  /// Puts the figures into the report.
  func fill(_ report: inout CostReport, _ units: [UnitCost?]) {
    let unfolding = figures.unfolding
    report.method = .everyWay(states: unfolding.count)
    let dearest = figures.dearest(weights.money, then: weights.elapsed)
    let tokens = figures.longest(weights.tokens)
    let work = figures.longest(weights.work)
    let elapsed = figures.longest(weights.elapsed)
    let leastMoney = figures.shortest(weights.leastMoney)
    let leastElapsed = figures.shortest(weights.leastElapsed)
    let unknown = touched(weights.isUnknown)
    let unlimited = touched(weights.lacksLimits)
    let expectation = Expectation(self)
    var outcomes: [Int32: Ending] = [:]
    for state in 0..<unfolding.count {
      let place = unfolding.places[state]
      guard graph.isEnd[Int(place)] else { continue }
      var ending = outcomes[place] ?? Ending()
      ending.tokens = max(ending.tokens, tokens[state])
      ending.work = max(ending.work, work[state])
      ending.elapsed = max(ending.elapsed, elapsed[state])
      ending.leastMoney = min(ending.leastMoney, leastMoney[state])
      ending.leastElapsed = min(ending.leastElapsed, leastElapsed[state])
      ending.isUnknown = ending.isUnknown || unknown[state]
      ending.lacksLimits = ending.lacksLimits || unlimited[state]
      if ending.state < 0 || dearest.isDearer(state, than: ending.state) { ending.state = state }
      ending.mean.join(expectation.masses[state])
      outcomes[place] = ending
    }
    var dearestState = -1
    var total = Ending()
    for place in outcomes.keys.sorted() {
      guard let ending = outcomes[place] else { continue }
      report.outcomes.append(outcome(place, ending, dearest))
      if dearestState < 0 || dearest.isDearer(ending.state, than: dearestState) {
        dearestState = ending.state
      }
      total.join(ending)
    }
    guard dearestState >= 0 else { return }
    report.least = LeastOfRuns.least(report.outcomes) ?? total.least
    report.worst = total.worst(money: dearest.sums[dearestState])
    report.expected = total.expected
    let way = figures.way(to: dearestState, in: dearest)
    report.dearestWay = way
    report.steps = Self.steps(way, units, total: dearest.sums[dearestState], graph)
    fillToGo(&report)
  }

  private func outcome(_ place: Int32, _ ending: Ending, _ dearest: Dearest) -> OutcomeCost {
    let end = EndOfThread(graph, Int(place), table)
    return OutcomeCost(
      place: end.node,
      name: end.name,
      isFailure: end.isFailure,
      share: ending.mean.probability,
      least: ending.least,
      expected: ending.expected,
      worst: ending.worst(money: dearest.sums[ending.state]),
      dearestWay: figures.way(to: ending.state, in: dearest)
    )
  }

  /// The multiplication: visits of the dearest way by step.
  static func steps(
    _ way: Way,
    _ units: [UnitCost?],
    total: Int64,
    _ graph: PlaceGraph
  ) -> [StepCost] {
    var visits = [Int64](repeating: 0, count: units.count)
    for step in way.steps where !step.isOverLimit && Int(step.place) < units.count {
      visits[Int(step.place)] += 1
    }
    return lines(units, visits, total: total, graph)
  }

  /// Lines for all reachable steps that call something, the dearest first.
  static func lines(
    _ units: [UnitCost?],
    _ visits: [Int64],
    total: Int64,
    _ graph: PlaceGraph
  ) -> [StepCost] {
    var steps: [StepCost] = []
    for place in graph.positions.indices {
      guard let node = graph.node(place), let unit = units[node], graph.isReachable[place] else {
        continue
      }
      let count = visits[Int(unit.place)]
      let worst = Picodollars.product(unit.visitPicodollars, count)
      steps.append(
        StepCost(
          unit: unit,
          visits: count,
          worstPicodollars: worst,
          share: total > 0 ? Double(worst) / Double(total) : 0
        )
      )
    }
    return steps
  }

  /// By state, whether some way to it passes a marked place.
  private func touched(_ marks: [Bool]) -> [Bool] {
    let unfolding = figures.unfolding
    var result = [Bool](repeating: false, count: unfolding.count)
    guard graph.works.contains(where: { marks[Int($0)] }) else { return result }
    for state in unfolding.order {
      let index = Int(state)
      let work = Int(graph.works[Int(unfolding.places[index])])
      if marks[work], !unfolding.isOver[index] { result[index] = true }
      guard result[index] else { continue }
      for edge in unfolding.edges(of: index) { result[Int(unfolding.targets[edge])] = true }
    }
    return result
  }

  private func fillToGo(_ report: inout CostReport) {
    let unfolding = figures.unfolding
    let most = figures.longestToGo(weights.money)
    let least = figures.shortestToGo(weights.leastMoney)
    report.minToGo = [Int64](repeating: .max, count: table.nodes.count)
    report.maxToGo = [Int64](repeating: 0, count: table.nodes.count)
    for state in 0..<unfolding.count {
      guard let place = graph.node(Int(unfolding.places[state])) else { continue }
      report.minToGo[place] = min(report.minToGo[place], least[state])
      report.maxToGo[place] = max(report.maxToGo[place], most[state])
    }
    for place in table.nodes.indices where report.minToGo[place] == .max {
      report.minToGo[place] = 0
    }
  }
}

/// The least that a run takes which succeeds.
enum LeastOfRuns {
  static func least(_ outcomes: [OutcomeCost]) -> CostFigures? {
    let least = outcomes.filter { !$0.isFailure }.map(\.least)
    guard var first = least.first else { return nil }
    for figures in least.dropFirst() {
      first.picodollars = lower(first.picodollars, figures.picodollars)
      first.tokens = lower(first.tokens, figures.tokens)
      first.workMilliseconds = lower(first.workMilliseconds, figures.workMilliseconds)
      first.elapsedMilliseconds = lower(first.elapsedMilliseconds, figures.elapsedMilliseconds)
    }
    return first
  }

  private static func lower(_ left: Figure, _ right: Figure) -> Figure {
    switch (left, right) {
    case (.known(let left), .known(let right)): .known(min(left, right))
    case (.known, _): left
    default: right
    }
  }
}

/// How a thread ends at a place, as people know it.
struct EndOfThread {
  /// The final state; nil: the run fails, or this is the end of a part.
  let node: NodeIndex?
  let name: String
  let isFailure: Bool

  init(_ graph: PlaceGraph, _ place: Int, _ table: TransitionTable) {
    let fails = Int32(place) == graph.failsPlace
    node = graph.node(place).map { NodeIndex($0) }
    name = node.map { table.endName(Int($0)) } ?? (fails ? "(fails)" : "(ends)")
    isFailure = fails || (node.map { table.nodes[Int($0)].isFailure } ?? false)
  }
}

/// What is known of one ending while it is collected.
private struct Ending {
  var tokens: Int64 = 0
  var work: Int64 = 0
  var elapsed: Int64 = 0
  var leastMoney = Int64.max
  var leastElapsed = Int64.max
  var isUnknown = false
  var lacksLimits = false
  var state = -1
  var mean = MeanMass()

  mutating func join(_ other: Ending) {
    tokens = max(tokens, other.tokens)
    work = max(work, other.work)
    elapsed = max(elapsed, other.elapsed)
    leastMoney = min(leastMoney, other.leastMoney)
    leastElapsed = min(leastElapsed, other.leastElapsed)
    isUnknown = isUnknown || other.isUnknown
    lacksLimits = lacksLimits || other.lacksLimits
    mean.join(other.mean)
  }

  var least: CostFigures {
    CostFigures(
      picodollars: Figure(leastMoney == .max ? 0 : leastMoney),
      tokens: .known(0),
      workMilliseconds: .known(leastElapsed == .max ? 0 : leastElapsed),
      elapsedMilliseconds: .known(leastElapsed == .max ? 0 : leastElapsed)
    )
  }

  func worst(money: Int64) -> CostFigures {
    CostFigures(
      picodollars: Figure(money, isKnown: !isUnknown),
      tokens: Figure(tokens, isKnown: !lacksLimits),
      workMilliseconds: Figure(work),
      elapsedMilliseconds: Figure(elapsed)
    )
  }

  var expected: CostFigures? {
    mean.figures(isKnown: !isUnknown, hasLimits: !lacksLimits)
  }
}

/// Expected sums of runs that come to a point, weighed by the probability of coming there.
struct MeanMass {
  var probability = 0.0
  var money = 0.0
  var tokens = 0.0
  var work = 0.0
  var elapsed = 0.0

  mutating func join(_ other: MeanMass) {
    probability += other.probability
    money += other.money
    tokens += other.tokens
    work += other.work
    elapsed += other.elapsed
  }

  mutating func add(_ other: MeanMass, times share: Double) {
    probability += other.probability * share
    money += other.money * share
    tokens += other.tokens * share
    work += other.work * share
    elapsed += other.elapsed * share
  }

  /// Adds what a place takes of each run that enters it.
  mutating func enter(_ place: Int, _ weights: CostWeights) {
    money += probability * weights.expectedMoney[place]
    tokens += probability * weights.expectedTokens[place]
    work += probability * weights.expectedWork[place]
    elapsed += probability * weights.expectedElapsed[place]
  }

  /// The mean of the runs that come here; nil when none does.
  func figures(isKnown: Bool, hasLimits: Bool) -> CostFigures? {
    guard probability > 1e-12 else { return nil }
    func rounded(_ mass: Double) -> Int64 {
      let mean = mass / probability
      return mean < 9e18 ? Int64(mean.rounded()) : .max
    }
    return CostFigures(
      picodollars: Figure(rounded(money), isKnown: isKnown),
      tokens: Figure(rounded(tokens), isKnown: hasLimits),
      workMilliseconds: Figure(rounded(work)),
      elapsedMilliseconds: Figure(rounded(elapsed))
    )
  }
}

/// Probabilities and expected sums by state: one pass over an unfolding, which has no cycles, is
/// the exact solution of its absorbing chain.
private struct Expectation {
  var masses: [MeanMass]

  init(_ analysis: WayAnalysis) {
    let unfolding = analysis.figures.unfolding
    let graph = analysis.graph
    masses = [MeanMass](repeating: MeanMass(), count: unfolding.count)
    guard unfolding.count > 0 else { return }
    masses[0].probability = 1
    for state in unfolding.order {
      let index = Int(state)
      let place = Int(unfolding.places[index])
      if !unfolding.isOver[index] {
        masses[index].enter(Int(graph.works[place]), analysis.weights)
      }
      guard !graph.isEnd[place] else { continue }
      let list = unfolding.isOver[index] ? analysis.shares.limitShares : analysis.shares.shares
      for edge in unfolding.edges(of: index) {
        let origin = Int(unfolding.origins[edge])
        guard origin >= 0, list[origin] > 0 else { continue }
        masses[Int(unfolding.targets[edge])].add(masses[index], times: list[origin])
      }
    }
  }
}
