import Relation
import Table

extension Inspection {
  /// Places that no way leads to.
  mutating func findUnreachablePlaces() {
    let places = workPlaces
    func isFinal(_ place: Int) -> Bool {
      graph.node(place).map { relation.roles[$0] == .final } ?? false
    }
    // When no ending can be reached, that is what is wrong, and the traps say so.
    let canEnd = graph.isEnd.indices.contains {
      graph.isEnd[$0] && graph.isReachable[$0] && Int32($0) != graph.failsPlace
    }
    var unreached: [Int] = []
    for place in places {
      guard let node = graph.node(place), !isReached(node), canEnd || !isFinal(place),
        table.isShown(node)
      else { continue }
      unreached.append(place)
    }
    // An ending of a seed's flow is written once for it and for its agents' planners.
    let reached = places.filter { isFinal($0) && !unreached.contains($0) }
      .compactMap { graph.node($0).flatMap { span(of: $0) } }
    unreached.removeAll { place in
      guard isFinal(place), let node = graph.node(place), let own = span(of: node) else {
        return false
      }
      return reached.contains(own)
    }
    guard !unreached.isEmpty else { return }
    let entries = namedEntries(of: Set(unreached))
    for place in unreached {
      guard let node = graph.node(place) else { continue }
      report.findings.append(
        Messages.unreachable(
          name(of: node),
          isFinal: relation.roles[node] == .final,
          from: entries[place] ?? [],
          at: span(of: node)
        )
      )
    }
  }

  /// The names of the places from which some places are entered, which are not reached themselves.
  private func namedEntries(of targets: Set<Int>) -> [Int: [String]] {
    var found: [Int: [String]] = [:]
    for place in graph.positions.indices {
      guard let node = graph.node(place), table.isShown(node) else { continue }
      var stack = [Int32(place)]
      var seen: Set<Int32> = []
      while let source = stack.popLast(), seen.count < 64 {
        for edge in graph.edges[Int(source)] where seen.insert(edge.target).inserted {
          if targets.contains(Int(edge.target)) {
            let name = name(of: node)
            if found[Int(edge.target)]?.contains(name) != true {
              found[Int(edge.target), default: []].append(name)
            }
          } else if graph.node(Int(edge.target)) == nil {
            stack.append(edge.target)
          }
        }
      }
    }
    return found
  }

  /// Places from which no final state can be reached.
  mutating func findTraps() {
    let line = "a final state can be reached from every step"
    let finals = graph.positions.indices.filter { place in
      guard graph.isEnd[place], graph.isReachable[place] else { return false }
      // A run that only fails has no ending; a part that fails hands its failure on.
      return thread > 0 || Int32(place) != graph.failsPlace
    }
    var ends = [Bool](repeating: false, count: graph.count)
    for place in finals { ends[place] = true }
    let sources = reversed()
    var queue = finals
    while let place = queue.popLast() {
      for source in sources[place] where !ends[Int(source)] {
        ends[Int(source)] = true
        queue.append(Int(source))
      }
    }
    let trapped = workPlaces.filter { graph.isReachable[$0] && !ends[$0] }
    guard !trapped.isEmpty else {
      if !finals.isEmpty, thread == 0 { proofs.hold(line) }
      return
    }
    // What holds a thread may end it, or be led on, whatever happens inside.
    if hostHasOwnWay { return }
    proofs.refute(line)
    nameTraps(trapped, ends)
  }

  /// Whether a chart stays in a place, or in something that it runs, until an event comes: it may
  /// do so for ever (SCXML 3.3).
  private func isRestOfChart(_ place: Int) -> Bool {
    guard let node = graph.node(place), table.nodes[node].isChart else { return false }
    return (node..<Int(table.nodes[node].subtreeEnd)).contains { inner in
      table.nodes[inner].isChart && relation.mayRest[inner]
    }
  }

  private func reversed() -> [[Int32]] {
    var sources = [[Int32]](repeating: [], count: graph.count)
    for place in graph.positions.indices where graph.isReachable[place] {
      for edge in graph.edges[place] { sources[Int(edge.target)].append(Int32(place)) }
      guard graph.hasLimit(place) else { continue }
      for edge in graph.limitEdges[place] { sources[Int(edge.target)].append(Int32(place)) }
    }
    return sources
  }

  private mutating func nameTraps(_ trapped: [Int], _ ends: [Bool]) {
    let hasFinal = inspected.graphs.positionedNodes(of: thread).contains {
      relation.roles[$0] == .final
    }
    let ways = waysFromStart()
    let leading = leadingTo(trapped)
    var resting: Set<Int32> = []
    for place in trapped where isRestOfChart(place) { resting.insert(graph.component[place]) }
    var named: Set<Int32> = []
    for place in trapped {
      // A flow that is nothing but a tree or list may be meant to fail always.
      guard let node = graph.node(place), table.isShown(node) else { continue }
      // The place where the trap closes says enough; those that only lead there are named with it.
      let leadsOn = graph.edges[place].contains { edge in
        !ends[Int(edge.target)] && leading[Int(edge.target)]
          && graph.component[Int(edge.target)] != graph.component[place]
      }
      // Of places that lead to each other, one is enough.
      guard !leadsOn, named.insert(graph.component[place]).inserted else { continue }
      let rests = resting.contains(graph.component[place])
      // A chart without final states is meant to run until it is cancelled.
      if rests, !hasFinal { continue }
      report.findings.append(
        Messages.trap(
          shownName(node),
          way: text(ways.way(to: place)),
          rests: rests,
          at: span(of: node)
        )
      )
    }
  }

  /// By place, whether some way leads from it to one of these.
  private func leadingTo(_ places: [Int]) -> [Bool] {
    var leading = [Bool](repeating: false, count: graph.count)
    for place in places { leading[place] = true }
    let sources = reversed()
    var queue = places
    while let place = queue.popLast() {
      for source in sources[place] where !leading[Int(source)] {
        leading[Int(source)] = true
        queue.append(Int(source))
      }
    }
    return leading
  }

  /// Whether something besides the ends of this thread ends or leaves its host.
  private var hostHasOwnWay: Bool {
    guard thread > 0 else { return false }
    var number = thread
    while number > 0 {
      let part = relation.threads[number]
      let host = Int(part.host)
      let node = table.nodes[host]
      if node.deadlineMilliseconds >= 0 || !relation.overdueTargets.isEmpty { return true }
      if node.join != noIndex {
        switch table.joins[Int(node.join)].kind {
        case .any, .first, .count: return true
        case .all, .finished, .chart: break
        }
      }
      guard let entry = relation.entry(of: host) else { return false }
      var stack = [entry]
      var seen: Set<Int32> = [entry]
      while let position = stack.popLast() {
        for move in relation.moves(from: position) {
          switch move.cause {
          case .event, .after, .always, .changed: return true
          case .underWay: if seen.insert(move.target).inserted { stack.append(move.target) }
          default: if move.isFromInside { return true }
          }
        }
      }
      number = Int(part.outer)
    }
    return false
  }
}
