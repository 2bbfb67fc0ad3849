import Relation
import Source
import Table

/// The fewest places that a run enters, as `max_steps` counts them: on the way to a map, in each of
/// its items, and after it.
///
/// Every figure is a lower bound: guards are taken to be as they should, what may be left in the
/// middle counts what it entered itself, and the inside of behavior trees counts nothing.
struct LeastEntries {
  private let graphs: ThreadGraphs
  /// By thread and place, the fewest entries up to it, itself included.
  private var before: [[Int64]] = []
  /// By thread, the fewest that it enters to end well, or in any way.
  private var succeeding: [Int64] = []
  private var ending: [Int64] = []
  /// By host, the fewest that what it runs enters for it to succeed.
  private var inside: [Int64]

  private var table: TransitionTable { graphs.table }
  private var relation: FlowRelation { graphs.relation }

  /// O((places + edges) × log places).
  private init(_ graphs: ThreadGraphs) {
    self.graphs = graphs
    let count = graphs.graphs.count
    before = [[Int64]](repeating: [], count: count)
    succeeding = [Int64](repeating: 0, count: count)
    ending = [Int64](repeating: 0, count: count)
    inside = [Int64](repeating: 0, count: graphs.table.nodes.count)
    for thread in graphs.innerFirst {
      for host in graphs.hosts(of: thread) {
        inside[host] = entries(inside: host, items: leastItems(host))
      }
      measure(thread)
    }
  }

  /// Maps whose items are more than the flow's `max_steps` lets through: `limit` of them at most.
  static func findings(_ graphs: ThreadGraphs, limit: Int) -> [Diagnostic] {
    guard graphs.table.nodes.contains(where: { $0.kind == .fork }) else { return [] }
    let entries = LeastEntries(graphs)
    let (reached, rest) = entries.around()
    var findings: [Diagnostic] = []
    for thread in graphs.graphs.indices where graphs.isReached(thread) {
      let maps = graphs.hosts(of: thread).filter { map in
        graphs.table.nodes[map].kind == .fork && graphs.relation.isReached(map)
      }
      guard !maps.isEmpty else { continue }
      let rests = entries.rests(after: thread)
      for map in maps where findings.count < limit {
        let others = Saturating.sum(
          Saturating.sum(reached[thread], entries.entries(upTo: map, thread)),
          Saturating.sum(rests[map] ?? 0, rest[thread])
        )
        if let finding = entries.finding(map, others: others) { findings.append(finding) }
      }
    }
    return findings
  }

  private func finding(_ map: Int, others: Int64) -> Diagnostic? {
    let limit = table.runLimits.maxSteps
    let bounds = relation.failures.sizes.bounds(of: map)
    let most = Int64(table.frames[Int(table.nodes[map].template)].maxInstances)
    // With more items than `max_items` it is refused at its door.
    for (items, isSure) in [(bounds.least, true), (min(most, bounds.most ?? most), false)]
    where items > 0 && items <= most {
      let needed = Saturating.sum(others, entries(inside: map, items: items))
      guard needed > limit else { continue }
      return Messages.mapBeyondSteps(
        table.pathName(of: NodeIndex(map)),
        items: items,
        entries: needed,
        steps: (limit, table.hasDeclaredMaxSteps),
        fitting: fitting(map, below: items, within: limit - others),
        isSure: isSure,
        at: table.span(of: map)
      )
    }
    return nil
  }

  /// The most items with which the map enters no more than so many places.
  private func fitting(_ map: Int, below items: Int64, within entries: Int64) -> Int64 {
    var (low, high) = (Int64(0), items)
    while high - low > 1 {
      let middle = (low + high) / 2
      if self.entries(inside: map, items: middle) <= entries { low = middle } else { high = middle }
    }
    return low
  }

  // MARK: Hosts

  private func leastItems(_ host: Int) -> Int64 {
    table.nodes[host].kind == .fork ? relation.failures.sizes.bounds(of: host).least : 0
  }

  /// The fewest entries inside a host that succeeds; of a map, with so many items.
  private func entries(inside host: Int, items: Int64) -> Int64 {
    let node = table.nodes[host]
    let inner = relation.innerThreads[host].map { Int($0) }
    switch node.kind {
    case .fork:
      guard let item = inner.first, node.join != noIndex else { return 0 }
      let join = table.joins[Int(node.join)]
      let mayFail = join.itemError != .fails || join.failures > 0
      let each = mayFail ? ending[item] : succeeding[item]
      switch join.kind {
      case .all: return Saturating.product(each, items)
      case .finished, .chart: return Saturating.product(ending[item], items)
      case .any, .first: return Saturating.product(each, min(items, 1))
      case .count: return Saturating.product(each, min(items, Int64(join.count)))
      }
    case .parallel where table.isTreeStructure(host) || node.join == noIndex: return 0
    case .parallel:
      let join = table.joins[Int(node.join)]
      let well = inner.map { join.failures > 0 ? ending[$0] : succeeding[$0] }
      switch join.kind {
      case .all: return well.reduce(0) { Saturating.sum($0, $1) }
      case .any, .first: return well.min() ?? 0
      case .count, .finished, .chart: return 0
      }
    case .call where table.frames[Int(node.template)].maxInstances == 0: return 0
    case .tree: return 0
    default: return inner.reduce(0) { Saturating.sum($0, succeeding[$1]) }
    }
  }

  // MARK: Ways

  /// What entering a place counts.
  private func own(_ place: Int, _ thread: Int) -> Int64 {
    guard let node = graphs.graphs[thread].node(place), !table.nodes[node].isComposite else {
      return 0
    }
    return 1
  }

  /// What an edge adds to the entry of its source: what that runs, if nothing but success takes it,
  /// else what is entered at once.
  private func passing(_ edge: PlaceEdge, from place: Int, _ thread: Int) -> Int64 {
    guard let node = graphs.graphs[thread].node(place), relation.roles[node] == .host else {
      return 0
    }
    return max(edge.isSuccessOnly ? inside[node] : 0, entersAtOnce(node) ? 1 : 0)
  }

  /// Whether entering a node enters a place inside it that counts, whatever happens then; refused
  /// at its door it counts itself.
  private func entersAtOnce(_ node: Int) -> Bool {
    let entry = table.nodes[node]
    guard entry.kind == .compound else { return false }
    return !entry.initial.isEmpty
      && entry.initial.allSatisfy { position in
        let first = table.nodes[Int(table.lists[Int(position)])]
        return !first.isComposite && first.kind != .history
      }
  }

  private mutating func measure(_ thread: Int) {
    let graph = graphs.graphs[thread]
    let part = relation.threads[thread]
    var queue = LeastQueue(count: graph.count)
    for start in [graph.start] + graph.timeoutTargets {
      queue.offer(Int(start), own(Int(start), thread))
    }
    while let place = queue.next() {
      let sum = queue.sums[place]
      for edge in graph.edges[place] {
        let more = Saturating.sum(
          passing(edge, from: place, thread),
          own(Int(edge.target), thread)
        )
        queue.offer(Int(edge.target), Saturating.sum(sum, more))
      }
      for edge in graph.limitEdges[place] {
        queue.offer(Int(edge.target), Saturating.sum(sum, own(Int(edge.target), thread)))
      }
    }
    before[thread] = queue.sums
    guard thread > 0, part.kind != .tree, !isPartOfTree(part) else { return }
    let well = [part.succeeded, part.skipped].compactMap { graph.place(of: $0) }
      .map { queue.sums[$0] }.min()
    let any = graph.positions.indices.filter { graph.isEnd[$0] }.map { queue.sums[$0] }.min()
    // What can never end so adds nothing: that it cannot is not said here.
    succeeding[thread] = (well ?? .max) == .max ? 0 : well ?? 0
    ending[thread] = (any ?? .max) == .max ? 0 : any ?? 0
  }

  private func isPartOfTree(_ part: FlowThread) -> Bool {
    part.kind == .region && table.isTreeStructure(Int(part.host))
  }

  /// The fewest entries in a thread up to a node, itself included.
  private func entries(upTo node: Int, _ thread: Int) -> Int64 {
    let sums = graphs.graphs[thread].places(ofWork: node).map { before[thread][$0] }
    let least = sums.min() ?? 0
    return least == .max ? 0 : least
  }

  /// By node whose work is done in a thread, the fewest entries after its success to an end.
  private func rests(after thread: Int) -> [Int: Int64] {
    let graph = graphs.graphs[thread]
    var sources = [[(place: Int, sum: Int64)]](repeating: [], count: graph.count)
    for place in 0..<graph.count where graph.isReachable[place] {
      for edge in graph.edges[place] {
        sources[Int(edge.target)].append((place, passing(edge, from: place, thread)))
      }
      for edge in graph.limitEdges[place] { sources[Int(edge.target)].append((place, 0)) }
    }
    var queue = LeastQueue(count: graph.count)
    for place in 0..<graph.count where graph.isEnd[place] { queue.offer(place, own(place, thread)) }
    while let place = queue.next() {
      for source in sources[place] {
        let more = Saturating.sum(source.sum, own(source.place, thread))
        queue.offer(source.place, Saturating.sum(queue.sums[place], more))
      }
    }
    var rests: [Int: Int64] = [:]
    for place in 0..<graph.count {
      guard let node = graph.node(place) else { continue }
      for edge in graph.edges[place] where edge.successRows > 0 {
        let rest = queue.sums[Int(edge.target)]
        if rest < rests[node] ?? .max { rests[node] = rest }
      }
    }
    return rests
  }

  /// By thread, the fewest entries before it begins and after it has ended.
  private func around() -> (reached: [Int64], rest: [Int64]) {
    let count = graphs.graphs.count
    var reached = [Int64](repeating: .max, count: count)
    var rest = reached
    reached[0] = 0
    rest[0] = 0
    for thread in graphs.graphs.indices {
      if reached[thread] == .max { (reached[thread], rest[thread]) = (0, 0) }
      let rests = rests(after: thread)
      for host in graphs.hosts(of: thread) {
        let upTo = Saturating.sum(reached[thread], entries(upTo: host, thread))
        let after = Saturating.sum(rest[thread], rests[host] ?? 0)
        for inner in relation.innerThreads[host].map({ Int($0) }) where inner > 0 {
          reached[inner] = min(reached[inner], upTo)
          rest[inner] = min(rest[inner], after)
        }
      }
    }
    return (reached, rest)
  }
}

/// Places by the smallest sum known of them: the queue of a search for shortest ways.
private struct LeastQueue {
  /// By place, the smallest sum; `Int64.max`: none.
  private(set) var sums: [Int64]
  private var queue = LeastFirst<Int>()

  init(count: Int) { sums = [Int64](repeating: .max, count: count) }

  mutating func offer(_ place: Int, _ sum: Int64) {
    guard sum < sums[place] else { return }
    sums[place] = sum
    queue.insert(place, sum)
  }

  /// The place with the smallest sum that was not given out with it.
  mutating func next() -> Int? {
    while let (place, sum) = queue.removeFirst() {
      if sum == sums[place] { return place }
    }
    return nil
  }
}
