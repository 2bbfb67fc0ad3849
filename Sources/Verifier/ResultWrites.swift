import Relation
import Table

/// The results that are written on every way to each place of one thread.
struct ResultWrites {
  /// By place; nil: no way leads there.
  private var entry: [FactSet?]
  private let count: Int

  /// Nothing.
  init(count: Int) {
    entry = []
    self.count = count
  }

  /// Lowers the sets until nothing changes; each round handles the places in breadth-first order.
  ///
  /// `gains` holds what a success of the work at each place adds; `extra` what an edge adds
  /// besides.
  init(
    _ graph: PlaceGraph,
    gains: [Gain?],
    given: FactSet,
    conditional: (Int, FactSet) -> [Int] = { _, _ in [] },
    extra: (PlaceEdge, Int) -> Gain?
  ) {
    entry = [FactSet?](repeating: nil, count: graph.count)
    count = given.words.count
    var queue: [Int] = []
    var isQueued = [Bool](repeating: false, count: graph.count)
    for place in [graph.start] + graph.timeoutTargets {
      entry[Int(place)] = place == graph.start ? given : Self.nothing(like: given)
      queue.append(Int(place))
      isQueued[Int(place)] = true
    }
    var next = 0
    while next < queue.count {
      let place = queue[next]
      next += 1
      isQueued[place] = false
      if next > 4_096 {
        queue.removeSubrange(..<next)
        next = 0
      }
      guard let here = entry[place] else { continue }
      for edge in graph.edges[place] {
        var out = here
        for gain in [edge.isSuccessOnly ? gains[place] : nil, extra(edge, place)] {
          guard let gain else { continue }
          out.formUnion(gain.facts)
          guard gain.condition >= 0 else { continue }
          for fact in conditional(gain.condition, out) { out.insert(fact) }
        }
        flow(out, to: Int(edge.target), &queue, &isQueued)
      }
      guard graph.hasLimit(place) else { continue }
      for edge in graph.limitEdges[place] { flow(here, to: Int(edge.target), &queue, &isQueued) }
    }
  }

  private static func nothing(like set: FactSet) -> FactSet {
    FactSet(count: set.words.count * 64)
  }

  private mutating func flow(
    _ facts: FactSet,
    to target: Int,
    _ queue: inout [Int],
    _ isQueued: inout [Bool]
  ) {
    let isChanged: Bool
    if entry[target] == nil {
      entry[target] = facts
      isChanged = true
    } else {
      isChanged = entry[target]?.formIntersection(facts) ?? false
    }
    guard isChanged, !isQueued[target] else { return }
    isQueued[target] = true
    queue.append(target)
  }

  /// The results written on every way to a place; of one that no way leads to, none.
  func facts(at place: Int) -> FactSet {
    entry.indices.contains(place) ? entry[place] ?? FactSet(count: count * 64) : FactSet(count: 0)
  }

  /// The results written on every way to a node's work.
  func facts(atWork node: Int, _ graph: PlaceGraph) -> FactSet {
    var result: FactSet?
    for place in graph.places(ofWork: node) where entry[place] != nil {
      let facts = facts(at: place)
      result = result.map { $0.intersection(facts) } ?? facts
    }
    return result ?? FactSet(count: count * 64)
  }
}
