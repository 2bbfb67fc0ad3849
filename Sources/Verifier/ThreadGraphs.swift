import Relation
package import Source
import Table

/// The place graphs of all threads of a flow.
package struct ThreadGraphs: Sendable {
  /// The relation that they are views of.
  package let relation: FlowRelation
  /// The graph of each thread.
  package private(set) var graphs: [PlaceGraph] = []
  /// By thread, whether it may run several times while its visits are counted on.
  package private(set) var mayRepeat: [Bool]

  /// The graphs of a table.
  package init(_ table: TransitionTable, limits: Limits = Limits()) {
    self.init(FlowRelation(table, limits: limits))
  }

  /// The graphs of a relation.
  ///
  /// O(positions + moves).
  package init(_ relation: FlowRelation) {
    self.relation = relation
    mayRepeat = [Bool](repeating: false, count: relation.threads.count)
    graphs.reserveCapacity(relation.threads.count)
    for thread in relation.threads.indices {
      let part = relation.threads[thread]
      if part.outer >= 0 { mayRepeat[thread] = isRepeated(part) }
      graphs.append(PlaceGraph(relation, thread: thread, mayRepeat: mayRepeat[thread]))
    }
  }

  /// The table.
  package var table: TransitionTable { relation.table }

  /// Whether what a host runs may be begun again with the counters of the time before; instances
  /// count anew.
  private func isRepeated(_ part: FlowThread) -> Bool {
    if case .instance = part.kind { return false }
    let outer = Int(part.outer)
    if mayRepeat[outer] || !relation.overdueTargets.isEmpty { return true }
    let host = Int(part.host)
    if relation.table.wholeAttempts(of: host) > 1 { return true }
    let graph = graphs[outer]
    let places = graph.works.indices.filter { Int(graph.works[$0]) == host }
    return places.contains { graph.isCyclic[$0] } || places.count { graph.isReachable[$0] } > 1
  }

  /// Whether some run may be inside a thread.
  package func isReached(_ thread: Int) -> Bool {
    thread == 0 || relation.isReached(Int(relation.threads[thread].host))
  }

  /// The nodes whose work is done in a thread, in order.
  package func nodes(of thread: Int) -> [Int] {
    var nodes: [Int] = []
    for work in graphs[thread].works where Int(work) < relation.table.nodes.count {
      if nodes.last != Int(work) { nodes.append(Int(work)) }
    }
    return nodes
  }

  /// All nodes that have positions in a thread, in order.
  package func positionedNodes(of thread: Int) -> [Int] {
    var nodes: [Int] = []
    for position in relation.threads[thread].positions {
      let entry = relation.positions[Int(position)]
      guard entry.phase == .entry, nodes.last != Int(entry.node) else { continue }
      nodes.append(Int(entry.node))
    }
    return nodes
  }

  /// The hosts of a thread, in order.
  package func hosts(of thread: Int) -> [Int] {
    nodes(of: thread).filter { relation.roles[$0] == .host }
  }

  /// The threads, those inside others first, and of one host in order.
  package var innerFirst: [Int] {
    var order: [Int] = []
    order.reserveCapacity(relation.threads.count)
    var seen = [Bool](repeating: false, count: relation.threads.count)
    for node in relation.table.nodes.indices.reversed() {
      for thread in relation.innerThreads[node] where !seen[Int(thread)] {
        seen[Int(thread)] = true
        order.append(Int(thread))
      }
    }
    order.append(0)
    return order
  }
}
