import Table

// Threads and positions.
extension RelationBuilder {
  /// Says of every node what it is, and in which thread.
  mutating func layOutThreads() {
    let nodes = table.nodes
    let isOpen = openComposites()
    relation.roles = [FlowRelation.Role](repeating: .leaf, count: nodes.count)
    relation.threadOfNode = [Int32](repeating: -1, count: nodes.count)
    relation.innerThreads = [[Int32]](repeating: [], count: nodes.count)
    relation.copyOffset = [Int32](repeating: 0, count: nodes.count)
    relation.threads = [FlowThread(.run, root: 0, host: -1, outer: -1)]
    relation.roles[0] = .compound
    relation.threadOfNode[0] = 0
    insideThread[0] = 0
    let templates = templateOfRoot()
    let originals = SubtreeShapes(table).originals
    var node = 1
    while node < nodes.count {
      let parent = Int(nodes[node].parent)
      if let original = originals[node] {
        addCopy(of: original, at: node)
        node = Int(nodes[node].subtreeEnd)
        continue
      }
      var thread = insideThread[parent]
      if let template = templates[node] {
        thread = addThread(.instance(template), root: node, host: parent)
      } else if relation.roles[parent] == .host, nodes[parent].kind == .parallel {
        // What a parallel node remembers is none of its parts.
        thread =
          nodes[node].kind == .history
          ? relation.threadOfNode[parent] : addThread(.region, root: node, host: parent)
      }
      relation.threadOfNode[node] = thread
      let role = role(of: node, isOpen: isOpen[node])
      relation.roles[node] = role
      switch role {
      case .compound, .branch: insideThread[node] = thread
      case .host where nodes[node].kind == .compound:
        insideThread[node] = addThread(.body, root: node, host: node)
      case .host where nodes[node].kind == .tree:
        insideThread[node] = addThread(.tree, root: node, host: node)
      default: break
      }
      node += 1
    }
    for (copy, original) in originals where relation.roles[copy] == .copy {
      let host = Int(nodes[copy].parent)
      guard relation.roles[host] != .copy else { continue }
      relation.innerThreads[host] = [relation.threadOfNode[original]]
    }
  }

  private mutating func addThread(_ kind: FlowThread.Kind, root: Int, host: Int) -> Int32 {
    let number = Int32(relation.threads.count)
    let outer = Int(relation.threadOfNode[host])
    relation.threads.append(FlowThread(kind, root: root, host: host, outer: outer))
    relation.innerThreads[host].append(number)
    return number
  }

  /// A child flow that is the same as one that stands later: its host runs that one's thread.
  private mutating func addCopy(of original: Int, at node: Int) {
    for copy in node..<Int(table.nodes[node].subtreeEnd) {
      relation.roles[copy] = .copy
      relation.copyOffset[copy] = Int32(original - node)
    }
  }

  private func templateOfRoot() -> [Int: PoolIndex] {
    var templates: [Int: PoolIndex] = [:]
    for (number, frame) in table.frames.enumerated().dropFirst() {
      templates[Int(frame.nodes.lowerBound)] = PoolIndex(number)
    }
    return templates
  }

  private func role(of node: Int, isOpen: Bool) -> FlowRelation.Role {
    let entry = table.nodes[node]
    switch entry.kind {
    case .final: return .final
    case .history: return .history
    case .branch: return .branch
    case .parallel, .tree, .fork, .call: return .host
    case .compound:
      // What ends in its time or is tried again is looked at as a whole.
      let isWhole =
        entry.deadlineMilliseconds >= 0 || entry.retry != noIndex || table.isTreeLeaf(node)
      return isWhole || !isOpen && !entry.isChart ? .host : .compound
    default: return .leaf
    }
  }

  /// Composites that some row enters or leaves past their own border.
  private func openComposites() -> [Bool] {
    var isOpen = [Bool](repeating: false, count: table.nodes.count)
    func open(around node: Int, except other: Int) {
      var current = Int(table.nodes[node].parent)
      while current > 0 {
        let isInside = other > current && other < Int(table.nodes[current].subtreeEnd)
        if isInside { return }
        isOpen[current] = true
        current = Int(table.nodes[current].parent)
      }
    }
    for row in table.rows where row.tree == nil {
      for target in table.targets(of: row) {
        open(around: Int(row.place), except: Int(target))
        open(around: Int(target), except: Int(row.place))
      }
    }
    for target in [table.start, table.runLimits.timeoutTarget] where target > 0 {
      open(around: Int(target), except: 0)
    }
    for (index, node) in table.nodes.enumerated() where node.kind == .history && index > 0 {
      open(around: index, except: 0)
    }
    return isOpen
  }

  // MARK: Landings

  /// The thread in which each row lands, and the hosts that rows lead into.
  mutating func findLandingThreads() {
    for (index, row) in table.rows.enumerated() {
      guard relation.roles[Int(row.place)] != .copy else { continue }
      guard row.tree == nil else {
        // Rows of trees stay in their part; those of a tree's leaf are of the thread around it.
        let isEntry = row.event == .enter && table.nodes[Int(row.place)].kind == .tree
        landingThread[index] =
          isEntry ? insideThread[Int(row.place)] : relation.threadOfNode[Int(row.place)]
        continue
      }
      var thread = relation.threadOfNode[Int(row.place)]
      while thread > 0 {
        let part = relation.threads[Int(thread)]
        guard row.domain.contains(part.root) else { break }
        thread = part.outer
      }
      landingThread[index] = thread
      for target in expanded(table.targets(of: row)) { markEntry(of: Int(target), in: thread) }
    }
    markEntry(of: Int(table.start), in: 0)
    for (node, entry) in table.nodes.enumerated() where insideThread[node] >= 0 {
      for position in entry.initial {
        for target in expanded([table.lists[Int(position)]]) {
          markEntry(of: Int(target), in: insideThread[node])
        }
      }
    }
    if table.runLimits.timeoutTarget != noIndex {
      for target in expanded([table.runLimits.timeoutTarget]) {
        markEntry(of: Int(target), in: 0)
      }
    }
  }

  private mutating func markEntry(of node: Int, in thread: Int32) {
    guard node >= 0, relation.roles[node] != .copy else { return }
    var current = relation.threadOfNode[node]
    while current >= 0, current != thread {
      let host = Int(relation.threads[Int(current)].host)
      guard host >= 0 else { return }
      isEnteredInside[host] = true
      current = relation.threadOfNode[host]
    }
  }

  /// Targets with what history nodes may stand for: anything inside their parent.
  mutating func expanded(_ targets: [NodeIndex]) -> [NodeIndex] {
    guard targets.contains(where: { table.nodes[Int($0)].kind == .history }) else { return targets }
    var found: [NodeIndex] = []
    for target in targets {
      guard table.nodes[Int(target)].kind == .history else {
        found.append(target)
        continue
      }
      let all = remembered[target] ?? remembered(by: target)
      remembered[target] = all
      found += all
    }
    return found
  }

  private func remembered(by history: NodeIndex) -> [NodeIndex] {
    let node = table.nodes[Int(history)]
    var found = node.initial.map { table.lists[Int($0)] }.filter {
      table.nodes[Int($0)].kind != .history
    }
    let parent = table.nodes[Int(node.parent)]
    for other in node.parent + 1..<max(node.parent + 1, parent.subtreeEnd) {
      let entry = table.nodes[Int(other)]
      guard entry.kind != .history, relation.roles[Int(other)] != .copy else { continue }
      if node.isDeep ? !entry.isComposite : entry.parent == node.parent { found.append(other) }
    }
    return found
  }

  // MARK: Positions

  /// Gives every node its positions, those of a thread one after the other.
  mutating func layOutPositions() {
    var nodesOfThread = [[Int32]](repeating: [], count: relation.threads.count)
    for node in table.nodes.indices where relation.threadOfNode[node] >= 0 {
      nodesOfThread[Int(relation.threadOfNode[node])].append(Int32(node))
    }
    relation.entryOfNode = [Int32](repeating: -1, count: table.nodes.count)
    for thread in relation.threads.indices {
      let first = Int32(relation.positions.count)
      for node in nodesOfThread[thread] {
        let phases: [PositionPhase] =
          switch relation.roles[Int(node)] {
          case .leaf, .final, .host: [.entry]
          case .compound: [.entry, .door, .inside, .succeeded, .failed]
          case .branch: [.entry, .inside]
          case .history, .copy: []
          }
        guard !phases.isEmpty else { continue }
        relation.entryOfNode[Int(node)] = Int32(relation.positions.count)
        for phase in phases { addPosition(node, phase, thread) }
        if relation.roles[Int(node)] == .host, isEnteredInside[Int(node)] {
          addPosition(node, .entry, thread, isEnteredInside: true)
        }
      }
      let root = relation.threads[thread].root
      relation.threads[thread].succeeded = addPosition(root, .threadSucceeded, thread)
      relation.threads[thread].skipped = addPosition(root, .threadSkipped, thread)
      relation.threads[thread].failed = addPosition(root, .threadFailed, thread)
      relation.threads[thread].positions = first..<Int32(relation.positions.count)
    }
    firstMove = [Int32](repeating: -1, count: relation.positions.count)
    lastMove = firstMove
  }

  @discardableResult
  mutating func addPosition(
    _ node: NodeIndex,
    _ phase: PositionPhase,
    _ thread: Int,
    isEnteredInside: Bool = false
  ) -> Int32 {
    relation.positions.append(
      Position(
        node: node,
        phase: phase,
        thread: Int32(thread),
        isEnteredInside: isEnteredInside
      )
    )
    return Int32(relation.positions.count - 1)
  }

  /// A position of an in-thread compound or branch.
  func position(_ node: Int, _ phase: PositionPhase) -> Int32 {
    let entry = relation.entryOfNode[node]
    guard relation.roles[node] == .compound else { return phase == .inside ? entry + 1 : entry }
    switch phase {
    case .door: return entry + 1
    case .inside: return entry + 2
    case .succeeded: return entry + 3
    case .failed: return entry + 4
    default: return entry
    }
  }

  /// Where each row leads, and where each thread starts.
  mutating func findLandings() {
    landings = [[Int32]](repeating: [], count: table.rows.count)
    for (index, row) in table.rows.enumerated() where landingThread[index] >= 0 {
      landings[index] = places(table.targets(of: row), in: landingThread[index], row.domain)
    }
    for thread in relation.threads.indices {
      let part = relation.threads[thread]
      if part.holdsRoot {
        relation.threads[thread].starts = [relation.entryOfNode[Int(part.root)]]
      } else if part.kind == .body {
        let node = table.nodes[Int(part.root)]
        let initial = node.initial.map { table.lists[Int($0)] }
        relation.threads[thread].starts = places(initial, in: Int32(thread), 0..<0)
      } else {
        for index in table.nodes[Int(part.root)].rows where table.rows[Int(index)].event == .enter {
          relation.threads[thread].starts += landings[Int(index)]
          relation.isRowTaken[Int(index)] = true
        }
      }
    }
  }

  mutating func places(
    _ targets: [NodeIndex],
    in thread: Int32,
    _ domain: Range<NodeIndex>
  ) -> [Int32] {
    // All rows to what a node remembers lead to the same places.
    let isMemory = targets.count == 1 && table.nodes[Int(targets[0])].kind == .history
    let key = LandingKey(target: targets.first ?? noIndex, thread: thread, domain: domain)
    if isMemory, let known = rememberedLandings[key] { return known }
    var found: [Int32] = []
    var known: Set<Int32> = []
    for target in expanded(targets) {
      for position in place(target, in: thread, entering: domain)
      where known.insert(position).inserted {
        found.append(position)
      }
    }
    if isMemory { rememberedLandings[key] = found }
    return found
  }

  /// The positions of `thread` that a token comes to when it is sent to `target`: its entry, or
  /// that of the host inside which it lies; and the doors of compounds in `domain` on the way to
  /// it.
  mutating func place(
    _ target: NodeIndex,
    in thread: Int32,
    entering domain: Range<NodeIndex>
  ) -> [Int32] {
    var node = Int(target)
    guard relation.roles[node] != .copy else { return [] }
    var position = relation.entryOfNode[node]
    while relation.threadOfNode[node] != thread {
      let inner = relation.threadOfNode[node]
      guard inner >= 0 else { return [] }
      let host = Int(relation.threads[Int(inner)].host)
      guard host >= 0 else { return [] }
      for start in [position] + doors(of: node, domain)
      where knownStarts.insert(OtherStart(thread: inner, start: start)).inserted {
        relation.threads[Int(inner)].otherStarts.append(start)
      }
      node = host
      position = relation.entryOfNode[host] + 1
    }
    return position < 0 ? [] : [position] + doors(of: node, domain)
  }

  /// Doors of the compounds around a node that are entered with it and may refuse or skip.
  private func doors(of node: Int, _ domain: Range<NodeIndex>) -> [Int32] {
    var found: [Int32] = []
    var parent = Int(table.nodes[node].parent)
    while parent > 0, relation.threadOfNode[parent] == relation.threadOfNode[node],
      relation.roles[parent] == .compound, domain.isEmpty || domain.contains(NodeIndex(parent))
    {
      let entry = table.nodes[parent]
      if entry.when != noIndex || entry.maxVisits > 0 { found.append(position(parent, .door)) }
      parent = Int(entry.parent)
    }
    return found
  }
}

extension TransitionTable {
  /// The targets of a row; none: it leads nowhere.
  package func targets(of row: Row) -> [NodeIndex] {
    if !row.targets.isEmpty { return row.targets.map { lists[Int($0)] } }
    return row.target == noIndex ? [] : [row.target]
  }

  /// Whether a node holds a behavior tree together: the tree itself, a branch, a parallel node of
  /// it.
  package func isTreeStructure(_ node: Int) -> Bool {
    let entry = nodes[node]
    guard entry.tree != nil else { return false }
    return entry.kind == .tree || entry.kind == .branch || entry.kind == .parallel
  }

  /// Whether a node's endings are its tree's: it stands inside one, whatever it is.
  package func isInTree(_ node: Int) -> Bool {
    let parent = Int(nodes[node].parent)
    return parent > 0 && isTreeStructure(parent)
  }

  /// Whether a node is a leaf of a tree, though others may lie inside.
  package func isTreeLeaf(_ node: Int) -> Bool {
    guard isInTree(node) else { return false }
    switch nodes[node].kind {
    case .branch, .park, .final: return false
    case .parallel: return nodes[node].tree == nil
    default: return true
    }
  }
}
