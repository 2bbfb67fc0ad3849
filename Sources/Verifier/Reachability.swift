import Table

extension Inspection {
  /// Places that no way leads to.
  mutating func findUnreachablePlaces() {
    // When no ending can be reached, that is what is wrong, and the traps say so.
    let canEnd = leaves.contains { graph.isEnd[$0] && graph.isReachable[$0] }
    for place in leaves where !graph.isReachable[place] && (canEnd || !graph.isEnd[place]) {
      if table.nodes[place].name.isEmpty { continue }
      let entries = leaves.filter { source in
        graph.edges[source].contains { Int($0.target) == place }
      }
      report.findings.append(
        Messages.unreachable(
          table.nodes[place].name,
          isFinal: graph.isEnd[place],
          from: entries.map { table.nodes[$0].name },
          at: span(of: place)
        )
      )
    }
  }

  /// Places from which no final state can be reached.
  mutating func findTraps() {
    let finals = leaves.filter { graph.isEnd[$0] && graph.isReachable[$0] }
    var sources = [[Int32]](repeating: [], count: graph.nodeCount + 1)
    for place in leaves where graph.isReachable[place] {
      for edge in graph.edges[place] { sources[Int(edge.target)].append(Int32(place)) }
      if graph.hasLimit(place) {
        for edge in graph.limitEdges[place] { sources[Int(edge.target)].append(Int32(place)) }
      }
    }
    var ends = [Bool](repeating: false, count: graph.nodeCount + 1)
    var queue = finals
    for place in finals { ends[place] = true }
    while let place = queue.popLast() {
      for source in sources[place] where !ends[Int(source)] {
        ends[Int(source)] = true
        queue.append(Int(source))
      }
    }
    let trapped = leaves.filter { graph.isReachable[$0] && !ends[$0] }
    guard !trapped.isEmpty else {
      if !finals.isEmpty, part == 0 {
        proofs.hold("a final state can be reached from every step")
      }
      return
    }
    let ways = waysFromStart()
    var named: Set<Int32> = []
    for place in trapped {
      // The place where the trap closes says enough; those that only lead there are named with it.
      let leadsOn = graph.edges[place].contains { edge in
        Int(edge.target) < graph.nodeCount && !ends[Int(edge.target)]
          && graph.component[Int(edge.target)] != graph.component[place]
      }
      // Of places that lead to each other, one is enough.
      guard !leadsOn, named.insert(graph.component[place]).inserted else { continue }
      report.findings.append(
        Messages.trap(
          table.nodes[place].name,
          way: ways.way(to: place).text(in: table),
          at: span(of: place)
        )
      )
    }
  }
}
