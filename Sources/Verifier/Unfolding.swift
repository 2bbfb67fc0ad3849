import Table

/// A place graph unrolled by its visit counters into a graph without cycles.
///
/// A state is a place with the counters of the limited places of its own group (a group that was
/// left can't be entered again, so its counters don't matter). Every way of the run is exactly one
/// way of the unfolding, so longest, shortest and expected figures over it are exact for the rows
/// as they stand, guards not looked at.
package struct Unfolding: Sendable {
  /// The place of each state; 0 is the start.
  package private(set) var places: [Int32] = []
  /// Whether a state is an entry beyond the place's limit: it fails at once, nothing is called.
  package private(set) var isOver: [Bool] = []
  /// Where the edges of each state start, and one past the end.
  package private(set) var starts: [Int32] = []
  /// The state that each edge leads to.
  package private(set) var targets: [Int32] = []
  /// The graph's edge that each edge stands for (in `limitEdges` for states beyond the limit); -1:
  /// the flow's timeout.
  package private(set) var origins: [Int32] = []
  /// The states in an order in which every edge leads forward.
  package private(set) var order: [Int32] = []

  /// Number of states.
  package var count: Int { places.count }

  /// The numbers of the edges that leave a state.
  package func edges(of state: Int) -> Range<Int> { Int(starts[state])..<Int(starts[state + 1]) }

  /// The unfolding, or nil when it has more than `maximum` states or a cycle without a bound.
  ///
  /// O(states + edges of the unfolding).
  package init?(_ graph: PlaceGraph, maximum: Int) {
    guard let counters = VisitCounters(graph) else { return nil }
    // The timeout may lead back into a group that was left, whose visits then still count.
    let keepsAll = !graph.timeoutTargets.isEmpty
    var states = StateTable(placeCount: graph.count)
    _ = enter(graph.start, 0, isOverdue: false, counters, &states)
    var next = 0
    while next < places.count {
      guard places.count <= maximum else { return nil }
      let place = Int(places[next])
      let key = states.keys[next]
      starts.append(Int32(targets.count))
      let list = isOver[next] ? graph.limitEdges : graph.edges
      for index in list.indices(place) {
        let target = list.edges[index].target
        let kept =
          keepsAll || graph.component[place] == graph.component[Int(target)] ? key.counters : 0
        let state = enter(target, kept, isOverdue: key.isOverdue, counters, &states)
        targets.append(state)
        origins.append(Int32(index))
      }
      if !key.isOverdue, !graph.isEnd[place], graph.node(place) != nil {
        for target in graph.timeoutTargets {
          targets.append(enter(target, key.counters, isOverdue: true, counters, &states))
          origins.append(-1)
        }
      }
      next += 1
    }
    starts.append(Int32(targets.count))
    guard sort() else { return nil }
  }

  private mutating func enter(
    _ place: Int32,
    _ kept: UInt64,
    isOverdue: Bool,
    _ counters: VisitCounters,
    _ states: inout StateTable
  ) -> Int32 {
    let (value, isOver) = counters.entering(Int(place), kept)
    let key = StateKey(place: place, isOverdue: isOverdue, counters: value)
    if let known = states.state(key) { return known }
    let state = Int32(places.count)
    places.append(place)
    self.isOver.append(isOver)
    states.add(key)
    return state
  }

  /// Sorts topologically; false when there is a cycle.
  private mutating func sort() -> Bool {
    var incoming = [Int32](repeating: 0, count: places.count)
    for target in targets { incoming[Int(target)] += 1 }
    order.reserveCapacity(places.count)
    for state in 0..<places.count where incoming[state] == 0 { order.append(Int32(state)) }
    var next = 0
    while next < order.count {
      for edge in edges(of: Int(order[next])) {
        let target = Int(targets[edge])
        incoming[target] -= 1
        if incoming[target] == 0 { order.append(Int32(target)) }
      }
      next += 1
    }
    return order.count == places.count
  }
}

/// What tells one state of an unfolding from another.
private struct StateKey: Hashable {
  var place: Int32
  var isOverdue: Bool
  var counters: UInt64
}

/// Finds states by key: by place alone where no counter is set, hashed elsewhere.
private struct StateTable {
  private(set) var keys: [StateKey] = []
  private var plain: [Int32]
  private var counted: [StateKey: Int32] = [:]

  init(placeCount: Int) { plain = [Int32](repeating: -1, count: placeCount) }

  func state(_ key: StateKey) -> Int32? {
    if key.counters == 0, !key.isOverdue {
      let state = plain[Int(key.place)]
      return state < 0 ? nil : state
    }
    return counted[key]
  }

  mutating func add(_ key: StateKey) {
    if key.counters == 0, !key.isOverdue {
      plain[Int(key.place)] = Int32(keys.count)
    } else {
      counted[key] = Int32(keys.count)
    }
    keys.append(key)
  }
}

/// Where in a state's bits the visits of each limited place are counted.
package struct VisitCounters: Sendable {
  private var shift: [Int8]
  private var mask: [UInt64]
  private let limits: [Int32]
  /// Bits that the counters of a group take at most.
  package private(set) var bits = 0

  /// The bits of all counters.
  package var allBits: UInt64 { bits >= 64 ? .max : 1 << UInt64(bits) - 1 }

  /// Nil when the counters of one group need more than 64 bits.
  package init?(_ graph: PlaceGraph) {
    shift = [Int8](repeating: -1, count: graph.count)
    mask = [UInt64](repeating: 0, count: graph.count)
    limits = graph.positions.indices.map { graph.maxVisits($0) }
    var used: [Int32: Int] = [:]
    var known: [Int32: Int] = [:]
    for place in 0..<graph.count where limits[place] > 0 && graph.isReachable[place] {
      let counter = graph.counters[place]
      if let other = known[counter] {
        // Two places of one node count on together.
        shift[place] = shift[other]
        mask[place] = mask[other]
        continue
      }
      known[counter] = place
      let group = graph.timeoutTargets.isEmpty ? graph.component[place] : 0
      // Counts to one beyond the limit.
      let bits = Int64.bitWidth - (Int64(limits[place]) + 1).leadingZeroBitCount
      let start = used[group, default: 0]
      guard start + bits <= 64 else { return nil }
      used[group] = start + bits
      self.bits = max(self.bits, start + bits)
      shift[place] = Int8(start)
      mask[place] = (bits == 64 ? .max : 1 << UInt64(bits) - 1) << UInt64(start)
    }
  }

  /// The counters after entering a place, and whether that was once too often.
  package func entering(_ place: Int, _ counters: UInt64) -> (UInt64, Bool) {
    guard shift[place] >= 0 else { return (counters, false) }
    let offset = UInt64(shift[place])
    let visits = Int64((counters & mask[place]) >> offset)
    let limit = Int64(limits[place])
    let entered = min(visits + 1, limit + 1)
    return (counters & ~mask[place] | UInt64(entered) << offset, entered > limit)
  }
}
