import Table

/// Which results each part of a table finds written when it starts, and leaves written when it
/// succeeds.
struct ResultFlow {
  /// Numbers of the results, by slot.
  private(set) var facts: [Int: Int] = [:]
  /// By result, the places that write it.
  private(set) var writers: [[Int]] = []
  /// By place, the results written when it has succeeded, those of its parts included.
  private(set) var written: [Int: Set<Int>] = [:]
  /// Number of results.
  var factCount: Int { writers.count }
  private let table: TransitionTable
  private let graphs: PartGraphs
  /// By part, what is written when it starts.
  private var given: [Set<Int>]
  /// By part, what a success of it has written.
  private var left: [Set<Int>]

  init(_ table: TransitionTable, _ graphs: PartGraphs) {
    self.table = table
    self.graphs = graphs
    let count = graphs.parts.parts.count
    given = [Set<Int>](repeating: [], count: count)
    left = given
    for place in table.nodes.indices where graphs.parts.isPlace(place) {
      for slot in [table.nodes[place].resultSlot, table.nodes[place].performerSlot] {
        guard slot != noIndex else { continue }
        let fact = facts[Int(slot)] ?? writers.count
        if facts.updateValue(fact, forKey: Int(slot)) == nil { writers.append([]) }
        written[place, default: []].insert(fact)
        writers[fact].append(place)
      }
    }
    guard factCount > 0, count > 1 else { return }
    for part in graphs.parts.bottomUp {
      for place in graphs.parts.places(of: part) where graphs.parts.runsParts(place) {
        written[place, default: []].formUnion(leftBy(place))
      }
      left[part] = success(of: part, given: [])
    }
    for part in graphs.parts.bottomUp.reversed() {
      let sets = writes(of: part)
      for place in graphs.parts.places(of: part) where graphs.parts.runsParts(place) {
        give(sets.written(at: place, of: factCount), to: place)
      }
    }
  }

  /// The sets of a part.
  func writes(of part: Int) -> ResultWrites {
    ResultWrites(table, graphs.graph(of: part), flow: self, given: given[part])
  }

  /// What is written whenever a part succeeds.
  private func success(of part: Int, given: Set<Int>) -> Set<Int> {
    let graph = graphs.graph(of: part)
    let sets = ResultWrites(table, graph, flow: self, given: given)
    var result: Set<Int>?
    for place in graphs.parts.places(of: part)
    where graph.isEnd[place] && graph.isReachable[place] && !table.nodes[place].isFailure {
      var here = sets.written(at: place, of: factCount)
      if table.nodes[place].kind != .final, table.nodes[place].when == noIndex {
        here.formUnion(written[place] ?? [])
      }
      result = result.map { $0.intersection(here) } ?? here
    }
    return result ?? []
  }

  /// What the parts of a place leave written when it succeeds; instances keep theirs.
  private func leftBy(_ place: Int) -> Set<Int> {
    let node = table.nodes[place]
    let parts = graphs.parts.inner[place] ?? []
    switch node.kind {
    case .compound: return parts.reduce(into: []) { $0.formUnion(left[$1]) }
    case .parallel:
      guard node.join != noIndex, table.joins[Int(node.join)].kind == .all else { return [] }
      return parts.reduce(into: []) { $0.formUnion(left[$1]) }
    default: return []
    }
  }

  /// Hands what is written at a place to the parts that it runs.
  private mutating func give(_ facts: Set<Int>, to place: Int) {
    let parts = graphs.parts.inner[place] ?? []
    let node = table.nodes[place]
    guard node.kind == .parallel else {
      for part in parts { given[part] = node.kind == .call ? [] : facts }
      return
    }
    let isAll = node.join != noIndex && table.joins[Int(node.join)].kind == .all
    let dependencies = graphs.parts.dependencies(of: place, table)
    for (position, part) in parts.enumerated() {
      var here = facts
      if isAll {
        for other in closure(position, dependencies) { here.formUnion(left[parts[other]]) }
      }
      given[part] = here
    }
  }

  /// The regions that must have ended before a region goes on.
  private func closure(_ region: Int, _ dependencies: [[Int]]) -> Set<Int> {
    var seen: Set<Int> = []
    var stack = dependencies[region]
    while let next = stack.popLast() {
      if seen.insert(next).inserted { stack += dependencies[next] }
    }
    return seen
  }
}

extension TransitionTable {
  /// The name of a node, or of the nearest around it that people know by one.
  package func shownName(_ place: Int) -> String {
    var current = place
    while current > 0, current < nodes.count, nodes[current].name.isEmpty {
      current = Int(nodes[current].parent)
    }
    return placeName(current)
  }

  /// The name of an ending; lists of tasks end in one that nobody named.
  package func endName(_ place: Int) -> String {
    isShown(place) ? placeName(place) : nodes[place].isFailure ? "(failed)" : "(all done)"
  }
}
