import Table

/// Longest and shortest ways through an unfolding, by figures that its places add.
package struct WayFigures: Sendable {
  /// The graph.
  package let graph: PlaceGraph
  /// Its unfolding.
  package let unfolding: Unfolding

  /// Figures over an unfolding.
  package init(_ graph: PlaceGraph, _ unfolding: Unfolding) {
    self.graph = graph
    self.unfolding = unfolding
  }

  /// What a state adds: its place's figure, nothing beyond the limit.
  @inline(__always)
  private func weight(_ state: Int, _ weights: [Int64]) -> Int64 {
    unfolding.isOver[state] ? 0 : weights[Int(graph.works[Int(unfolding.places[state])])]
  }

  /// By state, the largest sum of a way from the start to it, the state included.
  ///
  /// O(edges).
  package func longest(_ weights: [Int64]) -> [Int64] {
    var sums = [Int64](repeating: -1, count: unfolding.count)
    if unfolding.count > 0 { sums[0] = weight(0, weights) }
    for state in unfolding.order {
      let sum = sums[Int(state)]
      for edge in unfolding.edges(of: Int(state)) {
        let target = Int(unfolding.targets[edge])
        sums[target] = max(sums[target], Saturating.sum(sum, weight(target, weights)))
      }
    }
    return sums
  }

  /// By state, the smallest sum of a way from the start to it, the state included.
  ///
  /// A place that is left by success adds its figure, one that fails adds nothing. Ends add theirs.
  package func shortest(_ weights: [Int64]) -> [Int64] {
    var sums = [Int64](repeating: .max, count: unfolding.count)
    if unfolding.count > 0 { sums[0] = 0 }
    for state in unfolding.order {
      let index = Int(state)
      let list = unfolding.isOver[index] ? graph.limitEdges : graph.edges
      let own = weight(index, weights)
      for edge in unfolding.edges(of: index) {
        let origin = unfolding.origins[edge]
        let mustSucceed = origin >= 0 && list.edges[Int(origin)].isSuccessOnly
        let sum = Saturating.sum(sums[index], mustSucceed ? own : 0)
        let target = Int(unfolding.targets[edge])
        sums[target] = min(sums[target], sum)
      }
    }
    return sums
  }

  /// The dearest way to each state by `weights`; of equals the one with fewer failures, then the
  /// longer by `second`, then the earlier one in order of rows.
  package func dearest(_ weights: [Int64], then second: [Int64]) -> Dearest {
    let count = unfolding.count
    var result = Dearest(
      sums: [Int64](repeating: -1, count: count),
      failures: [Int32](repeating: 0, count: count),
      seconds: [Int64](repeating: 0, count: count),
      parents: [Int32](repeating: -1, count: count),
      parentEdges: [Int32](repeating: -1, count: count)
    )
    guard count > 0 else { return result }
    result.sums[0] = weight(0, weights)
    result.seconds[0] = weight(0, second)
    for state in unfolding.order {
      let index = Int(state)
      let list = unfolding.isOver[index] ? graph.limitEdges : graph.edges
      for edge in unfolding.edges(of: index) {
        let origin = Int(unfolding.origins[edge])
        let isFailure = origin < 0 || list.edges[origin].successRows == 0
        let target = Int(unfolding.targets[edge])
        result.offer(
          target,
          from: state,
          edge: Int32(edge),
          sum: Saturating.sum(result.sums[index], weight(target, weights)),
          failures: result.failures[index] + (isFailure ? 1 : 0),
          second: Saturating.sum(result.seconds[index], weight(target, second))
        )
      }
    }
    return result
  }

  /// The way that `dearest` found to a state.
  package func way(to state: Int, in dearest: Dearest) -> Way {
    var steps: [WayBuilder.Step] = []
    var current = state
    while current >= 0 {
      let parent = Int(dearest.parents[current])
      var row = noIndex
      var followsFailure = false
      if parent >= 0 {
        let origin = Int(unfolding.origins[Int(dearest.parentEdges[current])])
        let list = unfolding.isOver[parent] ? graph.limitEdges : graph.edges
        if origin >= 0 { row = list.edges[origin].row }
        followsFailure =
          origin < 0
          || list.edges[origin].successRows == 0
            && list.edges[origin].failureRows > 0
      }
      steps.append(
        WayBuilder.Step(
          place: Int(unfolding.places[current]),
          row: row,
          isOverLimit: unfolding.isOver[current],
          followsFailure: followsFailure
        )
      )
      current = parent
    }
    return WayBuilder(graph).way(steps.reversed())
  }

  /// By state, the largest sum of a way from it to an end, the state included.
  package func longestToGo(_ weights: [Int64]) -> [Int64] {
    var sums = [Int64](repeating: 0, count: unfolding.count)
    for state in unfolding.order.reversed() {
      let index = Int(state)
      var rest: Int64 = 0
      for edge in unfolding.edges(of: index) {
        rest = max(rest, sums[Int(unfolding.targets[edge])])
      }
      sums[index] = Saturating.sum(weight(index, weights), rest)
    }
    return sums
  }

  /// By state, the smallest sum of a way from it to an end, failures adding nothing.
  package func shortestToGo(_ weights: [Int64]) -> [Int64] {
    var sums = [Int64](repeating: .max, count: unfolding.count)
    for state in unfolding.order.reversed() {
      let index = Int(state)
      let own = weight(index, weights)
      if graph.isEnd[Int(unfolding.places[index])] { sums[index] = own }
      let list = unfolding.isOver[index] ? graph.limitEdges : graph.edges
      for edge in unfolding.edges(of: index) {
        let origin = unfolding.origins[edge]
        let mustSucceed = origin >= 0 && list.edges[Int(origin)].isSuccessOnly
        let rest = sums[Int(unfolding.targets[edge])]
        sums[index] = min(sums[index], Saturating.sum(rest, mustSucceed ? own : 0))
      }
    }
    return sums
  }

  /// How many ways lead from the start to an end, at most `maximum`; ways are told apart by places.
  package func count(maximum: Int64) -> Int64 {
    var ways = [Int64](repeating: 0, count: unfolding.count)
    guard unfolding.count > 0 else { return 0 }
    ways[0] = 1
    var total: Int64 = 0
    for state in unfolding.order {
      let index = Int(state)
      if graph.isEnd[Int(unfolding.places[index])] {
        total = min(maximum, Saturating.sum(total, ways[index]))
      }
      for edge in unfolding.edges(of: index) {
        let target = Int(unfolding.targets[edge])
        ways[target] = min(maximum, Saturating.sum(ways[target], ways[index]))
      }
    }
    return total
  }
}

/// The dearest way to every state of an unfolding.
package struct Dearest: Sendable {
  /// The way's figure, by state; -1: not reached.
  package fileprivate(set) var sums: [Int64]
  /// Failures on the way.
  package fileprivate(set) var failures: [Int32]
  /// The way's second figure.
  package fileprivate(set) var seconds: [Int64]
  /// The state before.
  fileprivate var parents: [Int32]
  /// The edge from it.
  fileprivate var parentEdges: [Int32]

  fileprivate mutating func offer(
    _ target: Int,
    from state: Int32,
    edge: Int32,
    sum: Int64,
    failures: Int32,
    second: Int64
  ) {
    let isBetter =
      sum != sums[target]
      ? sum > sums[target]
      : failures != self.failures[target]
        ? failures < self.failures[target] : second > seconds[target]
    guard isBetter else { return }
    sums[target] = sum
    self.failures[target] = failures
    seconds[target] = second
    parents[target] = state
    parentEdges[target] = edge
  }

  /// Whether the way to `left` is to be shown rather than the way to `right`.
  package func isDearer(_ left: Int, than right: Int) -> Bool {
    sums[left] != sums[right]
      ? sums[left] > sums[right]
      : failures[left] != failures[right]
        ? failures[left] < failures[right] : seconds[left] > seconds[right]
  }
}
