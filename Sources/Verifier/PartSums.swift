import Relation
import Table

/// How the figures of threads add up to those of the node that runs them.
extension FlowRelation {
  /// What a host adds to a sum over everything that may run, losers of a join included.
  ///
  /// `threads` gives the figure of each thread, `nodes` that of each node in a tree.
  package func total(of host: Int, threads: [Int64], nodes: [Int64]) -> Int64 {
    let node = table.nodes[host]
    let inner = innerThreads[host].map { threads[Int($0)] }
    let once: Int64
    switch node.kind {
    case .fork:
      let instances = Int64(table.frames[Int(node.template)].maxInstances)
      once = Saturating.product(inner.first ?? 0, instances)
    case .tree: once = treeFigure(host, nodes) { $0.reduce(0) { Saturating.sum($0, $1) } }
    default: once = inner.reduce(0) { Saturating.sum($0, $1) }
    }
    return Saturating.product(once, table.wholeAttempts(of: host))
  }

  /// The longest that a host takes: threads that run at the same time overlap, as far as their
  /// number at a time and what they await of each other allow.
  package func time(of host: Int, threads: [Int64], nodes: [Int64]) -> Int64 {
    let node = table.nodes[host]
    let inner = innerThreads[host].map { threads[Int($0)] }
    var longest: Int64
    switch node.kind {
    case .fork:
      let instances = Int64(table.frames[Int(node.template)].maxInstances)
      let limit = node.join == noIndex ? 0 : Int64(table.joins[Int(node.join)].concurrency)
      let rounds = limit > 0 ? (instances + limit - 1) / limit : min(1, instances)
      longest = Saturating.product(inner.first ?? 0, rounds)
    case .parallel where table.isTreeStructure(host):
      let limit = Int(node.tree?.rule.concurrency ?? 0)
      longest = PartSchedule(times: inner, dependencies: [], limit: limit).end
    case .parallel:
      let limit = node.join == noIndex ? 0 : Int(table.joins[Int(node.join)].concurrency)
      longest =
        PartSchedule(
          times: inner,
          dependencies: dependencies(of: host),
          limit: limit
        ).end
    case .tree: longest = treeTime(host, nodes)
    case .call where table.frames[Int(node.template)].maxInstances == 0: longest = 0
    default: longest = inner.reduce(0) { Saturating.sum($0, $1) }
    }
    if node.deadlineMilliseconds >= 0 { longest = min(longest, node.deadlineMilliseconds) }
    let (bound, rest) = (occasionBound(of: host), restMilliseconds(of: host))
    guard table.wholeAttempts(of: host) > 1 else {
      return min(Saturating.sum(longest, rest), bound)
    }
    // Delays count anew from each attempt.
    let whole = table.wholeMilliseconds(of: host, each: min(longest, bound))
    return Saturating.sum(whole, min(rest, bound))
  }

  /// The larger figure of a tree's two endings.
  private func treeFigure(
    _ host: Int,
    _ nodes: [Int64],
    together: ([Int64]) -> Int64
  ) -> Int64 {
    let pair = TreeShape.fold(
      table.nodes[host].tree?.shape ?? [],
      leaf: { nodes[Int($0)] },
      unbounded: Saturating.unbounded,
      together: together
    )
    return max(pair.success, pair.failure)
  }

  private func treeTime(_ host: Int, _ nodes: [Int64]) -> Int64 {
    // Parts that must wait for others run one after the other at worst.
    let hasLimits = (host..<Int(table.nodes[host].subtreeEnd)).contains { node in
      table.isTreeStructure(node) && (table.nodes[node].tree?.rule.concurrency ?? 0) > 0
    }
    let pair = TreeShape.fold(
      table.nodes[host].tree?.shape ?? [],
      leaf: { nodes[Int($0)] },
      unbounded: Saturating.unbounded,
      together: { hasLimits ? $0.reduce(0) { Saturating.sum($0, $1) } : $0.max() ?? 0 },
      within: { branch, time in
        let after = table.nodes[Int(branch)].rows.first { table.rows[Int($0)].event == .after }
        return after.map { min(time, table.rows[Int($0)].detail) } ?? time
      }
    )
    return max(pair.success, pair.failure)
  }

  /// By region of a parallel node, the positions of the regions that it awaits.
  package func dependencies(of host: Int) -> [[Int]] {
    let inner = innerThreads[host].map { Int(threads[Int($0)].root) }
    return inner.enumerated().map { position, root in
      var awaited: Set<Int> = []
      for node in root..<Int(table.nodes[root].subtreeEnd) where table.nodes[node].kind == .join {
        for entry in table.nodes[node].awaited {
          let region = region(holding: Int(table.lists[Int(entry)]), among: inner)
          if let region, region != position { awaited.insert(region) }
        }
      }
      return awaited.sorted()
    }
  }

  /// The region whose subtree holds a node; regions stand in order.
  private func region(holding node: Int, among roots: [Int]) -> Int? {
    var (low, high) = (0, roots.count)
    while low < high {
      let middle = (low + high) / 2
      if roots[middle] <= node { low = middle + 1 } else { high = middle }
    }
    guard low > 0, node < Int(table.nodes[roots[low - 1]].subtreeEnd) else { return nil }
    return low - 1
  }
}

/// When the last of several parts ends, opened in order, `limit` at a time (0: all).
private struct PartSchedule {
  let times: [Int64]
  let dependencies: [[Int]]
  let limit: Int

  var end: Int64 {
    var ends = [Int64](repeating: 0, count: times.count)
    // Parts are opened in order, so what one awaits mostly stands before it; a part that awaits a
    // later one is settled by going over all of them again.
    for _ in 0..<max(1, min(times.count, 64)) {
      var isChanged = false
      // Of those before, the latest ends, `limit` of them: at the first of these a place is free.
      var latest = LatestEnds(count: limit)
      for position in times.indices {
        var start: Int64 = 0
        if limit > 0, position >= limit { start = latest.first }
        for other in dependencies.isEmpty ? [] : dependencies[position] {
          start = max(start, ends[other])
        }
        let end = Saturating.sum(start, times[position])
        if end != ends[position] {
          ends[position] = end
          isChanged = true
        }
        if limit > 0 { latest.add(end) }
      }
      if !isChanged { return ends.max() ?? 0 }
    }
    return times.reduce(0) { Saturating.sum($0, $1) }
  }
}

/// The latest of some times.
private struct LatestEnds {
  private let count: Int
  private var ends = LeastFirst<Void>()

  init(count: Int) { self.count = count }

  /// The first of them.
  var first: Int64 { ends.least ?? 0 }

  mutating func add(_ end: Int64) {
    ends.insert((), end)
    if ends.count > count { _ = ends.removeFirst() }
  }
}
