import Table

/// How the figures of parts add up to those of the place that runs them.
extension TableParts {
  /// What a place adds to a sum over everything that may run: losers of a join count too.
  package func total(of place: Int, _ table: TransitionTable, _ sums: [Int64]) -> Int64 {
    let all = parts.indices.map { Saturating.product(sums[$0], rounds(of: $0, table)) }
    return Saturating.product(once(place, table, all), table.wholeAttempts(of: place))
  }

  /// How often a part is done anew within one visit of the place that runs it: the attempts of the
  /// step that it is, where that is no place of its own.
  package func rounds(of part: Int, _ table: TransitionTable) -> Int64 {
    retriedRoot(of: part, table).map { table.wholeAttempts(of: $0) } ?? 1
  }

  private func retriedRoot(of part: Int, _ table: TransitionTable) -> Int? {
    let root = parts[part].root
    guard root > 0, root != parts[part].owner, table.nodes[root].kind == .compound else {
      return nil
    }
    return root
  }

  private func once(_ place: Int, _ table: TransitionTable, _ sums: [Int64]) -> Int64 {
    let owned = inner[place] ?? []
    let node = table.nodes[place]
    if node.kind == .fork {
      let instances = Int64(table.frames[Int(node.template)].maxInstances)
      return Saturating.product(owned.first.map { sums[$0] } ?? 0, instances)
    }
    if node.kind == .tree {
      return figure(of: place, table, sums) { $0.reduce(0) { Saturating.sum($0, $1) } }
    }
    return owned.reduce(0) { Saturating.sum($0, sums[$1]) }
  }

  /// The larger figure of a tree's two endings.
  private func figure(
    of place: Int,
    _ table: TransitionTable,
    _ sums: [Int64],
    together: ([Int64]) -> Int64
  ) -> Int64 {
    var figures: [Int: Int64] = [:]
    for part in inner[place] ?? [] { figures[parts[part].root] = sums[part] }
    let pair = TreeShape.fold(
      table.nodes[place].tree?.shape ?? [],
      leaf: { figures[Int($0)] ?? 0 },
      unbounded: Saturating.unbounded,
      together: together
    )
    return max(pair.success, pair.failure)
  }

  /// The longest that a place takes: parts that run at the same time overlap, as far as their
  /// number at a time and what they await of each other allow.
  package func time(of place: Int, _ table: TransitionTable, _ times: [Int64]) -> Int64 {
    let all = parts.indices.map { part in
      retriedRoot(of: part, table).map { table.wholeMilliseconds(of: $0, each: times[part]) }
        ?? times[part]
    }
    return table.wholeMilliseconds(of: place, each: longest(place, table, all))
  }

  private func longest(_ place: Int, _ table: TransitionTable, _ times: [Int64]) -> Int64 {
    let owned = inner[place] ?? []
    let node = table.nodes[place]
    var longest: Int64
    switch node.kind {
    case .fork:
      let instances = Int64(table.frames[Int(node.template)].maxInstances)
      let limit = node.join == noIndex ? 0 : Int64(table.joins[Int(node.join)].concurrency)
      let rounds = limit > 0 ? (instances + limit - 1) / limit : min(1, instances)
      longest = Saturating.product(owned.first.map { times[$0] } ?? 0, rounds)
    case .parallel:
      let limit = node.join == noIndex ? 0 : Int(table.joins[Int(node.join)].concurrency)
      longest = schedule(owned.map { times[$0] }, dependencies(of: place, table), limit: limit)
    case .tree: longest = figure(of: place, table, times) { $0.max() ?? 0 }
    case .call where table.frames[Int(node.template)].maxInstances == 0: longest = 0
    default: longest = owned.reduce(0) { Saturating.sum($0, times[$1]) }
    }
    if node.deadlineMilliseconds >= 0 { longest = min(longest, node.deadlineMilliseconds) }
    return longest
  }

  /// When the last of several regions ends, opened in order, `limit` at a time (0: all).
  private func schedule(_ times: [Int64], _ dependencies: [[Int]], limit: Int) -> Int64 {
    var ends = [Int64](repeating: 0, count: times.count)
    // Regions are opened in order, so what one awaits mostly stands before it; a region that awaits
    // a later one is settled by going over all of them again.
    for _ in 0..<max(1, min(times.count, 64)) {
      var isChanged = false
      for position in times.indices {
        var start: Int64 = 0
        if limit > 0, position >= limit {
          // A place is free when all but `limit - 1` of the regions before have ended.
          start = ends[..<position].sorted()[position - limit]
        }
        for other in dependencies[position] { start = max(start, ends[other]) }
        let end = Saturating.sum(start, times[position])
        if end != ends[position] {
          ends[position] = end
          isChanged = true
        }
      }
      if !isChanged { return ends.max() ?? 0 }
    }
    return times.reduce(0) { Saturating.sum($0, $1) }
  }
}
