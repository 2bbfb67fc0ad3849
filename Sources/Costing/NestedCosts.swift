import Relation
import Table
import Verifier

/// What the threads of a flow take, put together at the nodes that run them.
struct NestedCosts {
  let table: TransitionTable
  let graphs: ThreadGraphs
  let units: [UnitCost?]
  /// What each node takes; of hosts, once what they run is known.
  var weights: CostWeights
  /// The reports of the threads; nil: not yet.
  private(set) var reports: [CostReport?]
  /// By node inside the run's parts, what is to go from it to the end of its part; -1: not known.
  private(set) var toGoInPart: [Int64]
  /// By thread, bounds of its figures.
  private var money: [Int64]
  private var tokens: [Int64]
  private var work: [Int64]
  private var elapsed: [Int64]

  init(table: TransitionTable, graphs: ThreadGraphs, units: [UnitCost?], weights: CostWeights) {
    self.table = table
    self.graphs = graphs
    self.units = units
    self.weights = weights
    let count = graphs.graphs.count
    reports = [CostReport?](repeating: nil, count: count)
    toGoInPart = [Int64](repeating: -1, count: table.nodes.count)
    let zeros = [Int64](repeating: 0, count: count)
    (money, tokens, work, elapsed) = (zeros, zeros, zeros, zeros)
  }

  /// Keeps the report of a thread, of its figures by node only those of its own nodes: with those
  /// of all nodes, many parts would take memory by the square.
  mutating func add(_ report: CostReport, of thread: Int) {
    var report = report
    money[thread] = bound(report.worst.picodollars)
    tokens[thread] = bound(report.worst.tokens)
    work[thread] = bound(report.worst.workMilliseconds)
    elapsed[thread] = bound(report.worst.elapsedMilliseconds)
    if thread != 0 {
      // A part without an end has no figures of its own.
      for node in graphs.nodes(of: thread) where report.maxToGo.indices.contains(node) {
        toGoInPart[node] = report.maxToGo[node]
      }
      report.minToGo = []
      report.maxToGo = []
    }
    reports[thread] = report
  }

  var relation: FlowRelation { graphs.relation }

  /// Makes the weights of the hosts of a thread, whose own threads are known.
  mutating func addHosts(of thread: Int, used: Double) {
    for host in graphs.hosts(of: thread) {
      let inner = relation.innerThreads[host].compactMap { reports[Int($0)] }
      weights.money[host] = relation.total(of: host, threads: money, nodes: weights.money)
      weights.tokens[host] = relation.total(of: host, threads: tokens, nodes: weights.tokens)
      weights.work[host] = relation.time(of: host, threads: work, nodes: weights.work)
      weights.elapsed[host] = relation.time(of: host, threads: elapsed, nodes: weights.elapsed)
      weights.isUnknown[host] = inner.contains { $0.worst.picodollars == .unknown }
      weights.lacksLimits[host] = inner.contains { $0.worst.tokens == .unknown }
      weights.leastMoney[host] = least(host)
      addExpected(host, inner, used: used)
    }
  }

  func bound(_ figure: Figure) -> Int64 {
    switch figure {
    case .known(let value): value
    case .unbounded: Saturating.unbounded
    // What is unknown is marked so by itself.
    case .unknown: 0
    }
  }

  /// Whether a thread is a tree or a part of one, whose figures follow from the tree's shape.
  func isOfTree(_ thread: Int) -> Bool {
    let part = relation.threads[thread]
    return part.kind == .tree || part.kind == .region && table.isTreeStructure(Int(part.host))
  }

  /// What a tree's thread takes: what its host does, by the shape of the tree.
  func fillTree(_ report: inout CostReport, _ thread: Int) {
    report.method = .summedLoops
    let nodes = graphs.nodes(of: thread)
    let root = Int(relation.threads[thread].root)
    let isWhole = relation.threads[thread].kind == .tree
    report.steps = nodes.compactMap { node in
      guard let unit = units[node] else { return nil }
      let visits = TreeVisits(table, root: treeRoot(of: thread)).most(of: node)
      let worst = Picodollars.product(unit.visitPicodollars, visits)
      return StepCost(unit: unit, visits: visits, worstPicodollars: worst, share: 0)
    }
    let isUnknown = nodes.contains { weights.isUnknown[$0] }
    let lacksLimits = nodes.contains { weights.lacksLimits[$0] }
    let once = CostWeightsOnce(relation, tree: root, weights)
    report.worst = CostFigures(
      picodollars: Figure(isWhole ? once.money : 0, isKnown: !isUnknown),
      tokens: Figure(isWhole ? once.tokens : 0, isKnown: !lacksLimits),
      workMilliseconds: .known(0),
      elapsedMilliseconds: .known(0)
    )
    report.minToGo = [Int64](repeating: 0, count: table.nodes.count)
    report.maxToGo = [Int64](repeating: isWhole ? once.money : 0, count: table.nodes.count)
    if isWhole { fillTreeExpectation(&report, root) }
  }

  private func treeRoot(of thread: Int) -> Int {
    var thread = thread
    while relation.threads[thread].kind != .tree, thread > 0 {
      thread = Int(relation.threads[thread].outer)
    }
    return Int(relation.threads[thread].root)
  }

  /// By assumption a tree takes what its leaves take once each, those of choices on average.
  private func fillTreeExpectation(_ report: inout CostReport, _ root: Int) {
    let shape = table.nodes[root].tree?.shape ?? []
    func mean(_ values: [Double], _ worst: Int64) -> Figure {
      let figure = TreeMeans.fold(shape, leaf: { values[$0] })
      let bounded = min(figure, Double(worst))
      return Figure(bounded < 9e18 ? Int64(bounded.rounded()) : .max)
    }
    let once = CostWeightsOnce(relation, tree: root, weights)
    report.expected = CostFigures(
      picodollars: mean(weights.expectedMoney, once.money),
      tokens: mean(weights.expectedTokens, once.tokens),
      workMilliseconds: mean(weights.expectedWork, .max),
      elapsedMilliseconds: mean(weights.expectedElapsed, .max)
    )
  }

  /// The least that a success of a host takes.
  private func least(_ host: Int) -> Int64 {
    let node = table.nodes[host]
    guard node.when == noIndex else { return 0 }
    let inner = relation.innerThreads[host].map { Int($0) }
    let sums = inner.map { thread -> Int64 in
      // A part that may be skipped, or left by a row, takes nothing.
      let part = relation.threads[thread]
      if part.canSkip || !part.otherStarts.isEmpty { return 0 }
      let outcomes = (reports[thread]?.outcomes ?? []).filter { !$0.isFailure }
      return outcomes.map { bound($0.least.picodollars) }.min() ?? 0
    }
    switch node.kind {
    case .call where table.frames[Int(node.template)].maxInstances == 0: return 0
    case .compound, .call: return sums.reduce(0) { Saturating.sum($0, $1) }
    case .parallel where node.tree == nil:
      guard node.join != noIndex else { return 0 }
      switch table.joins[Int(node.join)].kind {
      case .all: return sums.reduce(0) { Saturating.sum($0, $1) }
      case .any, .first: return sums.min() ?? 0
      case .count, .finished, .chart: return 0
      }
    // A list may be empty; a tree may decide early.
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

  /// Adds to a report what happens inside the hosts.
  func complete(_ report: inout CostReport) {
    guard graphs.graphs.count > 1 else { return }
    let total = report.worst.picodollars.value ?? 0
    report.steps = steps(of: report).map { step in
      var step = step
      step.worstPicodollars = Picodollars.product(step.unit.visitPicodollars, step.visits)
      step.share = total > 0 ? Double(step.worstPicodollars) / Double(total) : 0
      return step
    }
    for thread in graphs.innerFirst where thread != 0 {
      report.unknown += reports[thread]?.unknown ?? []
      switch reports[thread]?.method {
      case .some(.none): report.method = .none
      case .summedLoops?:
        if case .everyWay = report.method { report.method = .summedLoops }
      default: break
      }
    }
  }

  /// The lines of all threads, each as often as the dearest run enters what runs it: one pass,
  /// outer threads first.
  private func steps(of report: CostReport) -> [StepCost] {
    var entered = [Int64](repeating: 0, count: graphs.graphs.count)
    entered[0] = 1
    var lines: [StepCost] = []
    for thread in graphs.graphs.indices {
      guard let own = thread == 0 ? report : reports[thread] else { continue }
      for var step in own.steps {
        step.visits = Saturating.product(step.visits, entered[thread])
        lines.append(step)
      }
      let visits = visits(in: own, thread)
      for host in graphs.hosts(of: thread) {
        let node = table.nodes[host]
        let times = node.kind == .fork ? Int64(table.frames[Int(node.template)].maxInstances) : 1
        let rounds = Saturating.product(times, table.wholeAttempts(of: host))
        let each = Saturating.product(visits[host] ?? 0, rounds)
        for inner in relation.innerThreads[host] {
          let more = Saturating.product(entered[thread], each)
          // Parts of a tree are counted by the tree's shape as a whole.
          let isPart = isOfTree(Int(inner)) && relation.threads[Int(inner)].kind == .region
          let sum = Saturating.sum(entered[Int(inner)], isPart ? entered[thread] : more)
          entered[Int(inner)] = sum
        }
      }
    }
    return lines
  }

  /// How often the dearest run of a thread enters each host; without one, as often as it may.
  private func visits(in report: CostReport, _ thread: Int) -> [Int: Int64] {
    var visits: [Int: Int64] = [:]
    if isOfTree(thread) {
      let counts = TreeVisits(table, root: treeRoot(of: thread))
      for host in graphs.hosts(of: thread) { visits[host] = counts.most(of: host) }
      return visits
    }
    guard let way = report.dearestWay else {
      for host in graphs.hosts(of: thread) {
        visits[host] = max(1, Int64(table.nodes[host].maxVisits))
      }
      return visits
    }
    for step in way.steps where !step.isOverLimit { visits[Int(step.place), default: 0] += 1 }
    return visits
  }
}

/// What one run of a tree takes at worst.
private struct CostWeightsOnce {
  let money: Int64
  let tokens: Int64

  init(_ relation: FlowRelation, tree root: Int, _ weights: CostWeights) {
    let shape = relation.table.nodes[root].tree?.shape ?? []
    func figure(_ values: [Int64]) -> Int64 {
      let pair = TreeShape.fold(
        shape,
        leaf: { values[Int($0)] },
        unbounded: Saturating.unbounded,
        together: { $0.reduce(0) { Saturating.sum($0, $1) } }
      )
      return max(pair.success, pair.failure)
    }
    money = figure(weights.money)
    tokens = figure(weights.tokens)
  }
}

/// How often each leaf of a tree may be entered in one run of it.
private struct TreeVisits {
  private let shape: [Int32]

  init(_ table: TransitionTable, root: Int) { shape = table.nodes[root].tree?.shape ?? [] }

  func most(of leaf: Int) -> Int64 {
    let pair = TreeShape.fold(
      shape,
      leaf: { Int($0) == leaf ? 1 : 0 },
      unbounded: Saturating.unbounded,
      together: { $0.reduce(0) { Saturating.sum($0, $1) } }
    )
    return max(pair.success, pair.failure)
  }
}

/// Means over a tree: every leaf once, of choices and fallbacks the mean of the sides.
private enum TreeMeans {
  static func fold(_ shape: [Int32], leaf: (Int) -> Double) -> Double {
    var stack: [Double] = []
    for position in stride(from: 0, to: shape.count - 1, by: 2) {
      let number = Int(shape[position + 1])
      let count = max(0, min(number, stack.count))
      switch TreeShape(rawValue: shape[position]) {
      case .leaf?: stack.append(leaf(number))
      case .sequence?, .parallel?, .recovery?:
        let parts = stack.suffix(count)
        stack.removeLast(count)
        stack.append(parts.reduce(0, +))
      case .fallback?, .choice?:
        let parts = stack.suffix(count)
        stack.removeLast(count)
        stack.append(parts.isEmpty ? 0 : parts.reduce(0, +) / Double(parts.count))
      case .chain?:
        guard stack.count > 1 else { continue }
        let second = stack.removeLast()
        stack[stack.count - 1] += second
      case .rounds? where number > 0:
        guard let last = stack.popLast() else { continue }
        stack.append(last * Double(number))
      default: continue
      }
    }
    return stack.last ?? 0
  }
}
