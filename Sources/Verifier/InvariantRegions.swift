import Definition
import Relation
import Source
import Table

extension InvariantSearch {
  /// What comes of threads that run at the same time, taken one by one with the others beside.
  func regions(of caller: Caller, _ threads: [Int], _ state: UInt64) -> Exits {
    let order = regionOrder(of: caller.node)
    let state = begun(caller, threads, order, state)
    let masks = threads.map { possible(in: $0) }
    let plan = RegionPlan(masks: masks, order: order, beside: caller.beside)
    var left = [Set<UInt64>](repeating: [], count: threads.count)
    var ends = left
    var lost = left
    var exits = Exits()
    var alternatives: Set<UInt64> = []
    let join = RegionJoin(table.nodes[caller.node], table)
    if !join.needsAll, order.dependencies.contains(where: { !$0.isEmpty }) {
      restsOnDependencies = true
    }
    for region in order.sorted {
      guard witness == nil, !isExhausted else { break }
      let dependencies = order.dependencies[region]
      var start: Set<UInt64>? = dependencies.isEmpty ? [state] : nil
      for other in dependencies {
        // What it awaits has ended; it and what awaits it have not begun.
        let ended = closure(left[other], plan.between(other, region))
        start = start.map { $0.intersection(ended) } ?? ended
      }
      var own = Exits()
      for state in closure(start ?? [], plan.during(region)).sorted() where witness == nil {
        own.formUnion(
          explore(
            thread: threads[region],
            caller.isEnteredInside,
            state: state,
            beside: plan.during(region),
            from: caller.visit
          )
        )
      }
      // What is awaited may fail: then the gate fails, and nothing behind it was begun.
      for other in dependencies {
        own.failures.formUnion(closure(lost[other], plan.after(region)))
      }
      let after = plan.after(region)
      lost[region] = own.failures
      left[region] = own.successes.union(own.skips)
      ends[region] = closure(
        join.countsFailures ? left[region].union(own.failures) : left[region],
        after
      )
      if join.mayFail { exits.failures.formUnion(closure(own.failures, after)) }
      alternatives.formUnion(ends[region])
      exits.cut.formUnion(closure(own.cut, after))
      if join.maySkip { exits.skips.formUnion(closure(own.skips, after)) }
      for (leave, states) in own.leaves {
        exits.leaves[leave, default: []].formUnion(closure(states, after))
      }
    }
    if join.needsAll {
      exits.successes = ends.dropFirst().reduce(ends.first ?? [state]) { $0.intersection($1) }
    } else {
      exits.successes = alternatives
      // Whatever part decides, others may have failed before.
      if join.mayFail { exits.successes.formUnion(exits.failures) }
    }
    if !join.mayFail { return exits }
    // A verdict against it may come with any part's end.
    if !join.needsAll { exits.failures.formUnion(alternatives) }
    return exits
  }
}

extension InvariantSearch {
  /// The state once all parts have begun that surely do, whatever decides their host: a call
  /// answers later, so that those behind it begin before it has ended.
  private func begun(
    _ caller: Caller,
    _ threads: [Int],
    _ order: RegionOrder,
    _ state: UInt64
  ) -> UInt64 {
    guard !caller.isEnteredInside, opensAll(caller.node) else { return state }
    var state = state
    for (region, thread) in threads.enumerated() {
      let node = Int(relation.threads[thread].root)
      guard order.dependencies[region].isEmpty, rests(node) else { break }
      for event in events.fulfilments(atStartOf: node) { state = automaton.next(state, event) }
    }
    return state
  }

  /// Whether parts begin without waiting for others to end.
  private func opensAll(_ host: Int) -> Bool {
    let node = table.nodes[host]
    if let tree = node.tree, node.kind == .parallel { return tree.rule.concurrency == 0 }
    return node.join == noIndex || table.joins[Int(node.join)].concurrency == 0
  }

  /// Whether a part is one call that is made for sure, and nothing leads on before its answer.
  private func rests(_ node: Int) -> Bool {
    let entry = table.nodes[node]
    guard relation.roles[node] == .leaf, entry.effect != noIndex, entry.when == noIndex,
      entry.maxVisits <= 0, !events.mayFailBefore(node)
    else { return false }
    return entry.rows.allSatisfy { index in
      [.success, .failure, .skipped].contains(table.rows[Int(index)].event)
    }
  }
}

/// How the ends of parts are those of their host.
private struct RegionJoin {
  /// Whether a success needs every part to have ended.
  let needsAll: Bool
  /// Whether a part that failed has ended as well as any.
  let countsFailures: Bool
  /// Whether the host may fail for a part's failure.
  let mayFail: Bool
  /// Whether parts may be skipped.
  let maySkip = true

  init(_ node: PlaceNode, _ table: TransitionTable) {
    if let tree = node.tree, node.kind == .parallel {
      needsAll = tree.rule.kind == .all || tree.rule.kind == .finished
      countsFailures = tree.rule.kind == .finished
      mayFail = true
      return
    }
    let join = node.join == noIndex ? JoinPolicy(kind: .all) : table.joins[Int(node.join)]
    switch join.kind {
    case .all:
      needsAll = true
      // With a number of failures allowed, a part that failed has ended.
      countsFailures = join.failures > 0
      mayFail = true
    case .finished, .chart:
      (needsAll, countsFailures) = (true, true)
      mayFail = join.failures > 0
    case .any, .first, .count: (needsAll, countsFailures, mayFail) = (false, true, true)
    }
  }
}

/// What regions await of each other.
struct RegionOrder {
  let dependencies: [[Int]]
  /// The regions, each after those that it awaits.
  let sorted: [Int]
  /// By region, those that have ended before it goes on; nil: there are too many to tell.
  fileprivate let before: [RegionSet]?
  /// By region, those that begin after it has ended.
  fileprivate let behind: [RegionSet]

  /// Works out who precedes whom, among `maximum` regions at most; of more, everything is beside.
  ///
  /// O(regions × dependencies) words.
  init(_ relation: FlowRelation, host: Int, maximum: Int) {
    let dependencies = relation.dependencies(of: host)
    self.dependencies = dependencies
    var waiting = dependencies.map(\.count)
    var dependants = [[Int]](repeating: [], count: dependencies.count)
    for (region, list) in dependencies.enumerated() {
      for other in list { dependants[other].append(region) }
    }
    var queue = waiting.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < queue.count {
      for other in dependants[queue[next]] {
        waiting[other] -= 1
        if waiting[other] == 0 { queue.append(other) }
      }
      next += 1
    }
    sorted = queue
    guard dependencies.count <= maximum, dependencies.contains(where: { !$0.isEmpty }) else {
      before = nil
      behind = []
      return
    }
    var before = [RegionSet](
      repeating: RegionSet(count: dependencies.count),
      count: dependencies.count
    )
    var behind = before
    for region in queue {
      for other in dependencies[region] {
        before[region].insert(other)
        before[region].formUnion(before[other])
      }
    }
    for region in queue.reversed() {
      for other in dependants[region] {
        behind[region].insert(other)
        behind[region].formUnion(behind[other])
      }
    }
    self.before = before
    self.behind = behind
  }
}

/// A set of regions, a bit each.
private struct RegionSet {
  private(set) var words: [UInt64]

  /// An empty set among `count` regions.
  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  mutating func insert(_ region: Int) { words[region / 64] |= 1 << UInt64(region % 64) }

  mutating func formUnion(_ other: RegionSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Whether every region of it is in another set.
  func isSubset(of other: RegionSet) -> Bool {
    words.indices.allSatisfy { words[$0] & ~other.words[$0] == 0 }
  }
}

/// Which events may happen beside each region, and when.
private struct RegionPlan {
  private let order: RegionOrder
  private let beside: InvariantEventSet
  /// By region, the events of all others.
  private let others: [InvariantEventSet]
  /// Regions by what may happen in them.
  private var groups: [InvariantEventSet: RegionSet] = [:]

  init(masks: [InvariantEventSet], order: RegionOrder, beside: InvariantEventSet) {
    self.order = order
    self.beside = beside
    var suffix = [InvariantEventSet](repeating: [], count: masks.count + 1)
    for region in masks.indices.reversed() {
      suffix[region] = suffix[region + 1].union(masks[region])
    }
    var prefix: InvariantEventSet = []
    var others: [InvariantEventSet] = []
    for region in masks.indices {
      others.append(prefix.union(suffix[region + 1]))
      prefix.formUnion(masks[region])
    }
    self.others = others
    guard order.before != nil else { return }
    for (region, mask) in masks.enumerated() where !mask.isEmpty {
      groups[mask, default: RegionSet(count: masks.count)].insert(region)
    }
  }

  /// While a region is under way: all that it neither awaits nor is awaited by.
  func during(_ region: Int) -> InvariantEventSet {
    guard var known = order.before?[region] else { return beside.union(others[region]) }
    known.formUnion(order.behind[region])
    known.insert(region)
    return events(outside: known)
  }

  /// From its end to that of the whole: all that it does not await.
  func after(_ region: Int) -> InvariantEventSet {
    guard var known = order.before?[region] else { return beside.union(others[region]) }
    known.insert(region)
    return events(outside: known)
  }

  /// Between the end of one region and the beginning of another that awaits it.
  func between(_ first: Int, _ second: Int) -> InvariantEventSet {
    guard var known = order.before?[first] else { return beside.union(others[first]) }
    known.formUnion(order.behind[second])
    known.insert(first)
    known.insert(second)
    return events(outside: known)
  }

  private func events(outside known: RegionSet) -> InvariantEventSet {
    groups.reduce(into: beside) { found, group in
      if !group.value.isSubset(of: known) { found.formUnion(group.key) }
    }
  }
}
