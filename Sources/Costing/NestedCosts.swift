import Table
import Verifier

/// What the parts of a table take, put together at the places that run them.
struct NestedCosts {
  let table: TransitionTable
  let graphs: PartGraphs
  let units: [UnitCost?]
  /// What each place takes; of places that run parts, once those are known.
  var weights: CostWeights
  /// The reports of the parts inside others.
  var reports: [Int: CostReport] = [:]

  private var parts: TableParts { graphs.parts }

  /// Makes the weights of the places of `part` that run parts themselves.
  mutating func addPlaces(of part: Int, used: Double) {
    for place in parts.places(of: part) where parts.runsParts(place) {
      let inner = (parts.inner[place] ?? []).compactMap { reports[$0] }
      weights.money[place] = total(place) { $0.picodollars }
      weights.tokens[place] = total(place) { $0.tokens }
      weights.work[place] = time(place) { $0.workMilliseconds }
      weights.elapsed[place] = time(place) { $0.elapsedMilliseconds }
      weights.isUnknown[place] = inner.contains { $0.worst.picodollars == .unknown }
      weights.lacksLimits[place] = inner.contains { $0.worst.tokens == .unknown }
      weights.leastMoney[place] = least(place)
      addExpected(place, inner, used: used)
    }
  }

  private func bound(_ figure: Figure) -> Int64 {
    switch figure {
    case .known(let value): value
    case .unbounded: Saturating.unbounded
    // What is unknown is marked so by itself.
    case .unknown: 0
    }
  }

  private func bounds(_ figure: (CostFigures) -> Figure) -> [Int64] {
    parts.parts.indices.map { part in reports[part].map { bound(figure($0.worst)) } ?? 0 }
  }

  private func total(_ place: Int, _ figure: (CostFigures) -> Figure) -> Int64 {
    parts.total(of: place, table, bounds(figure))
  }

  private func time(_ place: Int, _ figure: (CostFigures) -> Figure) -> Int64 {
    parts.time(of: place, table, bounds(figure))
  }

  /// The least that a success of a place takes.
  private func least(_ place: Int) -> Int64 {
    let node = table.nodes[place]
    guard node.when == noIndex else { return 0 }
    let sums = (parts.inner[place] ?? []).map { part -> Int64 in
      let outcomes = (reports[part]?.outcomes ?? []).filter { !$0.isFailure }
      return outcomes.map { bound($0.least.picodollars) }.min() ?? 0
    }
    switch node.kind {
    case .compound, .call: return sums.reduce(0) { Saturating.sum($0, $1) }
    case .parallel:
      guard node.join != noIndex else { return 0 }
      switch table.joins[Int(node.join)].kind {
      case .all: return sums.reduce(0) { Saturating.sum($0, $1) }
      case .any, .first: return sums.min() ?? 0
      case .count, .finished, .chart: return 0
      }
    // A list may be empty.
    default: return 0
    }
  }

  /// Means of the parts: a map is taken to have so much of its items as a call uses of its limits.
  private mutating func addExpected(_ place: Int, _ inner: [CostReport], used: Double) {
    let node = table.nodes[place]
    var instances = 1.0
    var rounds = 1.0
    if node.kind == .fork {
      let most = Double(table.frames[Int(node.template)].maxInstances)
      instances = max(1, most * used)
      let limit = node.join == noIndex ? 0 : Double(table.joins[Int(node.join)].concurrency)
      rounds = limit > 0 ? max(1, instances / limit) : 1
    }
    func mean(_ report: CostReport, _ figure: (CostFigures) -> Figure) -> Double {
      report.expected.flatMap { figure($0).value }.map { Double($0) } ?? 0
    }
    let isParallel = node.kind == .parallel
    weights.expectedMoney[place] = inner.reduce(0) { $0 + mean($1) { $0.picodollars } * instances }
    weights.expectedTokens[place] = inner.reduce(0) { $0 + mean($1) { $0.tokens } * instances }
    // Nobody waits for a detached flow.
    if node.kind == .call, table.frames[Int(node.template)].maxInstances == 0 { return }
    let works = inner.map { mean($0) { $0.workMilliseconds } * rounds }
    let elapsed = inner.map { mean($0) { $0.elapsedMilliseconds } * rounds }
    weights.expectedWork[place] = isParallel ? works.max() ?? 0 : works.reduce(0, +)
    weights.expectedElapsed[place] = isParallel ? elapsed.max() ?? 0 : elapsed.reduce(0, +)
  }

  /// Adds to a report what happens inside the places that run parts.
  func complete(_ report: inout CostReport) {
    guard !reports.isEmpty else { return }
    let total = report.worst.picodollars.value ?? 0
    report.steps = steps(of: report, part: 0, depth: 0).map { step in
      var step = step
      step.worstPicodollars = Picodollars.product(step.unit.visitPicodollars, step.visits)
      step.share = total > 0 ? Double(step.worstPicodollars) / Double(total) : 0
      return step
    }
    for part in parts.bottomUp where part != 0 {
      report.unknown += reports[part]?.unknown ?? []
      switch reports[part]?.method {
      case .some(.none): report.method = .none
      case .summedLoops?:
        if case .everyWay = report.method { report.method = .summedLoops }
      default: break
      }
      fillToGo(part, &report)
    }
  }

  /// The lines of a part, and those of the parts inside as often as the dearest run enters them.
  private func steps(of report: CostReport, part: Int, depth: Int) -> [StepCost] {
    var lines = report.steps
    guard depth < 64 else { return lines }
    let visits = visits(in: report)
    for place in parts.places(of: part) where parts.runsParts(place) {
      let node = table.nodes[place]
      let times =
        node.kind == .fork ? Int64(table.frames[Int(node.template)].maxInstances) : 1
      for inner in parts.inner[place] ?? [] {
        guard let own = reports[inner] else { continue }
        for var step in steps(of: own, part: inner, depth: depth + 1) {
          let rounds = Saturating.product(
            parts.rounds(of: inner, table),
            table.wholeAttempts(of: place)
          )
          let entered = Saturating.product(
            Saturating.product(visits[place] ?? 0, times),
            rounds
          )
          step.visits = Saturating.product(step.visits, entered)
          lines.append(step)
        }
      }
    }
    return lines
  }

  /// How often the dearest run enters each place; without one, once.
  private func visits(in report: CostReport) -> [Int: Int64] {
    var visits: [Int: Int64] = [:]
    guard let way = report.dearestWay else {
      for place in table.nodes.indices {
        visits[place] = max(1, Int64(table.nodes[place].maxVisits))
      }
      return visits
    }
    for step in way.steps where !step.isOverLimit { visits[Int(step.place), default: 0] += 1 }
    return visits
  }

  private func fillToGo(_ part: Int, _ report: inout CostReport) {
    var owner = parts.parts[part].owner
    while owner >= 0, parts.partOf[owner] > 0 {
      owner = parts.parts[Int(parts.partOf[owner])].owner
    }
    guard owner >= 0, report.maxToGo.indices.contains(owner) else { return }
    for place in parts.places(of: part) {
      report.maxToGo[place] = report.maxToGo[owner]
      report.minToGo[place] = 0
    }
  }

  /// A flow that runs itself has no bounds.
  func unbound(_ report: inout CostReport) {
    report.method = .none
    report.worst = CostFigures(
      picodollars: .unbounded,
      tokens: .unbounded,
      workMilliseconds: .unbounded,
      elapsedMilliseconds: .unbounded
    )
  }
}
