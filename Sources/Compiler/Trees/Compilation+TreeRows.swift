import Definition
import Source
import Table
import Values

// The rows of behavior trees: every ending leads straight to where it matters.
extension Compilation {
  /// Compiles the rows of every tree laid out so far.
  mutating func compileTrees() {
    for tree in trees {
      let (root, endings) = (tree.node, tree.endings)
      turn(to: Int(root))
      let span = table.debug.nodes[Int(root)]
      let range = root + 1..<table.nodes[Int(root)].subtreeEnd
      let ways = TreeWays(
        success: [TreeEdge(endings[0], at: span)],
        failure: [TreeEdge(endings[1], at: span)],
        skipped: [TreeEdge(endings[2], at: span)]
      ).halting(range)
      outputSchema = noIndex
      compile(tree.layout, ways)
      var start = way(into: tree.layout)
      start.resets = tree.base..<tree.base + tree.counted
      addTreeRow(root, .enter, start)
      table.outlines.append(outline(of: tree))
    }
  }

  /// The way into a node, which zeroes what is counted inside it.
  func way(into number: Int) -> TreeEdge {
    let layout = treeLayouts[number]
    var edge = TreeEdge(entry(of: number), at: layout.node.span)
    edge.resets = layout.registers
    return edge
  }

  /// The way to a node of the table that may be active already.
  func way(to number: Int) -> TreeEdge {
    TreeEdge(entry(of: number), at: treeLayouts[number].node.span)
  }

  mutating func addTreeRow(_ node: NodeIndex, _ event: EventClass, _ edge: TreeEdge) {
    var row = Row(place: node, event: event, target: edge.target)
    row.guardProgram = edge.guardProgram
    row.isNegated = edge.isNegated
    row.domain = edge.domain
    row.resets = edge.resets
    var move = TreeMove()
    move.keepsTarget = edge.keepsTarget
    move.haltsPlace = edge.haltsPlace
    var numbers: [Int32] = []
    for test in edge.tests {
      numbers += [TreeMove.Operation.isBelow.rawValue, test.register, test.below]
    }
    for update in edge.updates {
      numbers += [update.operation.rawValue, update.register, update.number]
    }
    if !numbers.isEmpty { move.operations = addList(numbers) }
    row.tree = move
    if !edge.assignments.isEmpty {
      let first = PoolIndex(table.assignments.count)
      table.assignments += edge.assignments
      row.assignments = first..<PoolIndex(table.assignments.count)
    }
    treeRows[node, default: []].append((row, edge.span))
  }

  private mutating func addTreeRows(_ node: NodeIndex, _ event: EventClass, _ edges: [TreeEdge]) {
    for edge in edges { addTreeRow(node, event, edge) }
  }

  private mutating func addWays(_ node: NodeIndex, _ ways: TreeWays, canSkip: Bool) {
    addTreeRows(node, .success, ways.success)
    addTreeRows(node, .failure, ways.failure)
    if canSkip { addTreeRows(node, .skipped, ways.skipped) }
  }

  // MARK: Nodes

  /// The rows of a node and those below it; `ways`: where it leads, nil for a part that ends.
  mutating func compile(_ number: Int, _ ways: TreeWays?) {
    let layout = treeLayouts[number]
    let node = layout.node
    var inner = ways ?? TreeWays(success: [], failure: [], skipped: [])
    if layout.endings.count == 3 {
      if let ways { addWays(layout.branch, ways, canSkip: layout.canSkip) }
      let range = layout.branch + 1..<layout.range.upperBound
      inner = TreeWays(
        success: [TreeEdge(layout.endings[0], at: node.span)],
        failure: [TreeEdge(layout.endings[1], at: node.span)],
        skipped: [TreeEdge(layout.endings[2], at: node.span)]
      ).halting(range)
    }
    if node.switchLimit != nil, layout.branch != noIndex, !node.isAsked {
      let inside = layout.branch + 1..<layout.range.upperBound
      addTreeRows(layout.branch, .failure, inner.halting(inside).failure)
    }
    let isPlainPart = ways == nil && layout.endings.isEmpty
    if !isPlainPart { addPosts(of: node, to: &inner) }
    if layout.asked != noIndex {
      inner.failure = inner.failure.updating(.set, layout.asked, 1)
      if node.guardScope == .visit {
        inner.success = inner.success.updating(.set, layout.asked, 1)
      }
    }
    if layout.branch != noIndex { compileGuards(of: number, inner, isPart: ways == nil) }
    if layout.place != noIndex {
      if !isPlainPart { addWays(layout.place, inner, canSkip: placeCanSkip(layout)) }
      if case .parallel = node.kind {
        for child in layout.children { compile(child, nil) }
      }
      enterContent(number, [TreeEdge(layout.place, at: node.span)])
    } else {
      compileInside(number, inner)
    }
  }

  private func placeCanSkip(_ layout: TreeLayout) -> Bool {
    switch layout.node.kind {
    case .step: layout.leafSkips
    default: layout.children.allSatisfy { treeLayouts[$0].canSkip }
    }
  }

  /// How the branch of a node, if it has one, leads into it.
  mutating func enterContent(_ number: Int, _ edges: [TreeEdge]) {
    let layout = treeLayouts[number]
    guard layout.branch != noIndex else { return }
    for edge in edges {
      var edge = opening(edge, of: layout)
      edge.resets = layout.registers
      addTreeRow(layout.branch, .enter, edge)
    }
  }

  /// The edge past a node's guards.
  func opening(_ edge: TreeEdge, of layout: TreeLayout) -> TreeEdge {
    layout.node.guardScope == .resolved ? edge.updating(.set, layout.asked, 0) : edge
  }

  private mutating func addPosts(of node: TreeNode, to ways: inout TreeWays) {
    let success = addEntries(node.onSuccess)
    let failure = addEntries(node.onFailure)
    for position in ways.success.indices {
      ways.success[position].assignments.insert(contentsOf: success, at: 0)
    }
    for position in ways.failure.indices {
      ways.failure[position].assignments.insert(contentsOf: failure, at: 0)
    }
  }

  private mutating func addEntries(_ assignments: [Assignment]) -> [AssignmentEntry] {
    guard !assignments.isEmpty else { return [] }
    let range = addAssignments(assignments)
    return Array(table.assignments[Int(range.lowerBound)..<Int(range.upperBound)])
  }

  private mutating func compileGuards(of number: Int, _ ways: TreeWays, isPart: Bool) {
    let layout = treeLayouts[number]
    let (node, branch) = (layout.node, layout.branch)
    if !node.onHalted.isEmpty {
      let halts = addAssignments(node.onHalted)
      table.nodes[Int(branch)].tree?.haltAssignments = halts
    }
    guard node.isAsked else { return }
    // A guard that can't be evaluated is a failure of the node; a part has no ways but its endings.
    if layout.endings.isEmpty || isPart {
      addTreeRows(branch, .failure, ways.halting(branch + 1..<layout.range.upperBound).failure)
    }
    func asked(_ edges: [TreeEdge], _ source: SourceText, negated: Bool = false) -> [TreeEdge] {
      let program = addProgram(.expression, source)
      return edges.map { edge in
        let edge = edge.guarded(by: program, negated: negated, at: source.span)
        return layout.asked == noIndex ? edge : edge.whileBelow(1, layout.asked)
      }
    }
    if let source = node.failureIf {
      treeLayouts[number].failureIf = PoolIndex(table.programs.count)
      addTreeRows(branch, .enter, asked(ways.failure, source))
    }
    if let source = node.successIf { addTreeRows(branch, .enter, asked(ways.success, source)) }
    if let source = node.skipIf { addTreeRows(branch, .enter, asked(ways.skipped, source)) }
    if let source = node.whileCondition {
      let program = addProgram(.expression, source)
      let halting = ways.skipped.map {
        $0.guarded(by: program, negated: true, at: source.span)
      }
      addTreeRows(
        branch,
        .enter,
        layout.asked == noIndex ? halting : halting.whileBelow(1, layout.asked)
      )
      for edge in halting {
        var edge = edge
        // The node itself is halted, so that it lies in what the row halts.
        let end = layout.range.upperBound
        edge.domain =
          edge.domain.isEmpty
          ? branch..<end
          : min(branch, edge.domain.lowerBound)..<max(end, edge.domain.upperBound)
        edge.haltsPlace = true
        addTreeRow(branch, .changed, edge)
      }
    }
  }

  private mutating func compileInside(_ number: Int, _ ways: TreeWays) {
    let layout = treeLayouts[number]
    let node = layout.node
    switch node.kind {
    case .step, .parallel: break
    case .sequence(let order): compileOrdered(number, order, isSequence: true, ways)
    case .fallback(let order, _): compileOrdered(number, order, isSequence: false, ways)
    case .tryCatch: compileTryCatch(number, ways)
    case .select(let conditions, let isReactive, _):
      compileSelect(number, conditions, isReactive, ways)
    case .choose(let source, let cases, _): compileChoose(number, source, cases, ways)
    case .ifThenElse: compileIf(number, ways)
    case .whileDoElse: compileWhile(number, ways)
    default: compileDecorator(number, ways)
    }
  }
}
