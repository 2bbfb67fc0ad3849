import Relation
import Table

/// Which results are written at each place, whatever way led there: a forward must-analysis over
/// bit sets, thread by thread.
///
/// A fact is a slot of the run's memory that was written. What a thread has written when it ends
/// well is its host's; what was written when its host was entered is its own from the start.
struct ResultFlow {
  /// Numbers of the facts, by slot.
  private(set) var facts: [Int: Int] = [:]
  /// By fact, the nodes that write it.
  private(set) var writers: [[Int]] = []
  /// By thread, its sets.
  private(set) var sets: [ResultWrites] = []
  private let graphs: ThreadGraphs
  /// By node, the facts that it writes when it succeeds.
  private var written: [[Int]]
  /// By node, the fact that must hold for it to write those; -1: they are always written.
  private var condition: [Int]
  /// By call of a flow without a `result`, the fact that something inside has given an output,
  /// which then is its result; -1: nothing does; of other nodes -2.
  private var innerOutput: [Int]
  /// By node, the fact that some step of its frame has written its output.
  private var outputs: [Int]
  /// By thread, the facts that hold when it ends without a failure.
  private var left: [FactSet]

  private var table: TransitionTable { graphs.table }
  private var relation: FlowRelation { graphs.relation }

  init(_ graphs: ThreadGraphs) {
    self.graphs = graphs
    let table = graphs.table
    written = [[Int]](repeating: [], count: table.nodes.count)
    condition = [Int](repeating: -1, count: table.nodes.count)
    outputs = condition
    innerOutput = [Int](repeating: -2, count: table.nodes.count)
    left = []
    findWrites()
    guard !writers.isEmpty else { return }
    let empty = FactSet(count: writers.count)
    left = [FactSet](repeating: empty, count: graphs.graphs.count)
    // Inside first; of threads beside each other the first, which later ones may await.
    var depths = [Int](repeating: 0, count: graphs.graphs.count)
    for thread in depths.indices.dropFirst() {
      depths[thread] = depths[Int(graphs.relation.threads[thread].outer)] + 1
    }
    let order = depths.indices.sorted { (depths[$1], $0) < (depths[$0], $1) }
    // What one awaits may stand deeper or higher: sets only grow, and a few rounds settle them.
    for _ in 0..<8 {
      let before = left
      for thread in order { left[thread] = ends(of: thread, solved(thread, given: empty)) }
      if left == before { break }
    }
    var given = [FactSet](repeating: empty, count: graphs.graphs.count)
    sets = graphs.graphs.map { _ in ResultWrites(count: 0) }
    for thread in graphs.graphs.indices {
      sets[thread] = solved(thread, given: given[thread])
      for host in graphs.hosts(of: thread) {
        let facts = sets[thread].facts(atWork: host, graphs.graphs[thread])
        for inner in relation.innerThreads[host] {
          // A child flow has names of its own; of one that several hosts run nothing is known.
          given[Int(inner)] = seesAround(table.nodes[host]) ? facts : empty
        }
      }
    }
  }

  // MARK: What is written

  private mutating func findWrites() {
    let templates = templateOfNode()
    let slots = FrameContext.contexts(of: table).map(\.output)
    for node in table.nodes.indices where relation.roles[node] != .copy {
      let entry = table.nodes[node]
      let rule = rule(of: node)
      guard rule != .never else { continue }
      let output = fact(of: slots[Int(templates[node])])
      outputs[node] = output ?? -1
      for slot in [entry.resultSlot, entry.performerSlot] {
        guard let fact = fact(of: slot) else { continue }
        written[node].append(fact)
        writers[fact].append(node)
      }
      if let output { written[node].append(output) }
      if rule == .withOutput { condition[node] = output ?? -1 }
      if rule == .withInnerOutput {
        let root = relation.innerThreads[node].first.map { relation.threads[Int($0)].root }
        innerOutput[node] = root.flatMap { fact(of: slots[Int(templates[Int($0)])]) } ?? -1
      }
    }
  }

  private mutating func fact(of slot: SlotIndex) -> Int? {
    guard slot != noIndex else { return nil }
    if let known = facts[Int(slot)] { return known }
    facts[Int(slot)] = writers.count
    writers.append([])
    return writers.count - 1
  }

  private enum Rule {
    case never
    case always
    case withOutput
    case withInnerOutput
  }

  /// Whether a node has a result of its own when it succeeds, as the executor stores it.
  private func rule(of node: Int) -> Rule {
    let entry = table.nodes[node]
    switch entry.kind {
    case .action, .human, .planner, .plan, .wait, .check, .fork, .parallel: return .always
    case .decision, .pass: return entry.result.isEmpty ? .never : .always
    case .compound: return .withOutput
    case .call:
      let frame = table.frames[Int(entry.template)]
      return frame.maxInstances == 0 || !frame.result.isEmpty ? .always : .withInnerOutput
    case .final, .history, .rest, .join, .tree, .branch, .park: return .never
    }
  }

  private func templateOfNode() -> [PoolIndex] {
    var templates = [PoolIndex](repeating: 0, count: table.nodes.count)
    let order = table.frames.indices.dropFirst().sorted {
      table.frames[$0].nodes.lowerBound < table.frames[$1].nodes.lowerBound
    }
    for template in order {
      for node in table.frames[template].nodes { templates[Int(node)] = PoolIndex(template) }
    }
    return templates
  }

  // MARK: Threads

  private func solved(_ thread: Int, given: FactSet) -> ResultWrites {
    let graph = graphs.graphs[thread]
    var gains = [Gain?](repeating: nil, count: graph.count)
    for place in graph.positions.indices { gains[place] = gain(at: place, graph) }
    return ResultWrites(
      graph,
      gains: gains,
      given: given,
      conditional: { conditionalFacts(of: $0, holding: $1) },
      extra: { edge, place in ownGain(of: edge, from: place, graph) }
    )
  }

  /// What a success of the work at a place adds.
  private func gain(at place: Int, _ graph: PlaceGraph) -> Gain? {
    guard let node = graph.node(place) else { return nil }
    var gain = Gain(facts: FactSet(count: writers.count), condition: -1)
    if condition[node] < 0, isGiven(node) {
      for fact in written[node] { gain.facts.insert(fact) }
    }
    let entry = table.nodes[node]
    switch entry.kind {
    case .join:
      // It goes on once what it awaits has succeeded or was skipped.
      for position in entry.awaited {
        gain.facts.formUnion(leftBy(Int(table.lists[Int(position)])))
      }
    case .parallel:
      guard joinsAll(entry) else { break }
      for inner in relation.innerThreads[node] { gain.facts.formUnion(left[Int(inner)]) }
    case .compound, .tree, .call:
      guard seesAround(entry) else { break }
      for inner in relation.innerThreads[node] { gain.facts.formUnion(left[Int(inner)]) }
      if entry.kind == .compound { gain.condition = node }
    default: break
    }
    return gain
  }

  /// Whether a call has a result whenever it succeeds, as far as that hangs on what it runs.
  private func isGiven(_ node: Int) -> Bool {
    guard innerOutput[node] > -2 else { return true }
    return innerOutput[node] >= 0
      && relation.innerThreads[node].allSatisfy { left[Int($0)].contains(innerOutput[node]) }
  }

  /// Whether what stands inside a node sees what is written around it.
  private func seesAround(_ entry: PlaceNode) -> Bool {
    entry.kind != .call || table.seesAround(table.frames[Int(entry.template)])
  }

  /// What the region that holds an awaited node has written.
  private func leftBy(_ node: Int) -> FactSet {
    let thread = Int(relation.threadOfNode[node])
    guard thread >= 0 else { return FactSet(count: writers.count) }
    return left[thread]
  }

  private func joinsAll(_ entry: PlaceNode) -> Bool {
    if let tree = entry.tree { return tree.rule.kind == .all }
    return entry.join != noIndex && table.joins[Int(entry.join)].kind == .all
  }

  /// What a compound in the thread has written once a final inside has ended it.
  private func ownGain(of edge: PlaceEdge, from place: Int, _ graph: PlaceGraph) -> Gain? {
    let target = graph.positions[Int(edge.target)]
    guard target >= 0, edge.isSuccessOnly else { return nil }
    let position = relation.positions[Int(target)]
    guard position.phase == .succeeded else { return nil }
    return Gain(facts: FactSet(count: writers.count), condition: Int(position.node))
  }

  /// The facts that a conditional writer adds to what holds.
  func conditionalFacts(of node: Int, holding: FactSet) -> [Int] {
    guard condition[node] >= 0, holding.contains(condition[node]) else { return [] }
    return written[node]
  }

  private func ends(of thread: Int, _ sets: ResultWrites) -> FactSet {
    let part = relation.threads[thread]
    let graph = graphs.graphs[thread]
    var result: FactSet?
    for position in [part.succeeded, part.skipped] {
      guard let place = graph.place(of: position), graph.isReachable[place] else { continue }
      let facts = sets.facts(at: place)
      result = result.map { $0.intersection(facts) } ?? facts
    }
    return result ?? FactSet(count: writers.count)
  }

  /// Whether a success of the node has the fact written: by itself, or by what it holds.
  func writes(_ node: Int, _ fact: Int) -> Bool {
    if written[node].contains(fact), isGiven(node) { return true }
    guard relation.roles[node] == .host else { return false }
    let graph = graphs.graphs[Int(relation.threadOfNode[node])]
    guard let place = graph.places(ofWork: node).first else { return false }
    return gain(at: place, graph)?.facts.contains(fact) ?? false
  }

  /// The facts that hold where a node's thread has the given position.
  func holds(_ fact: Int, at positions: [Int32]) -> Bool {
    positions.allSatisfy { position in
      let thread = Int(relation.positions[Int(position)].thread)
      let graph = graphs.graphs[thread]
      guard let place = graph.place(of: position), graph.isReachable[place] else { return true }
      return sets[thread].facts(at: place).contains(fact)
    }
  }
}

/// What passing a place adds.
struct Gain {
  /// Facts that hold from then on.
  var facts: FactSet
  /// The node whose facts hold as well if its condition does; -1: none.
  var condition: Int
}

/// A set of facts: bits.
struct FactSet: Hashable {
  private(set) var words: [UInt64]

  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  func contains(_ fact: Int) -> Bool { words[fact / 64] & 1 << UInt64(fact % 64) != 0 }

  mutating func insert(_ fact: Int) { words[fact / 64] |= 1 << UInt64(fact % 64) }

  mutating func formUnion(_ other: FactSet) {
    for word in words.indices { words[word] |= other.words[word] }
  }

  func intersection(_ other: FactSet) -> FactSet {
    var result = self
    for word in words.indices { result.words[word] &= other.words[word] }
    return result
  }

  /// Keeps what `other` has too; returns whether something was lost.
  mutating func formIntersection(_ other: FactSet) -> Bool {
    var isChanged = false
    for word in words.indices {
      let both = words[word] & other.words[word]
      if both != words[word] {
        words[word] = both
        isChanged = true
      }
    }
    return isChanged
  }
}
