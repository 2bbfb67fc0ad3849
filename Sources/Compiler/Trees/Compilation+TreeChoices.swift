import Definition
import Source
import Table
import Values

// Nodes that choose among their children.
extension Compilation {
  mutating func compileIf(_ number: Int, _ ways: TreeWays) {
    let children = treeLayouts[number].children
    guard children.count >= 2 else { return }
    compile(
      children[0],
      TreeWays(
        success: [way(into: children[1])],
        failure: children.count > 2 ? [way(into: children[2])] : ways.failure,
        skipped: ways.skipped
      )
    )
    for child in children.dropFirst() { compile(child, ways) }
    enterContent(number, [way(into: children[0])])
  }

  mutating func compileWhile(_ number: Int, _ given: TreeWays) {
    let layout = treeLayouts[number]
    let children = layout.children
    guard children.count >= 2 else { return }
    let ways = given.halting(layout.branch + 1..<layout.range.upperBound)
    let sides =
      treeLayouts[children[1]].range
      .lowerBound..<treeLayouts[children[children.count - 1]].range.upperBound
    func switching(to child: Int) -> TreeEdge {
      var edge = way(to: child)
      edge.domain = sides
      edge.keepsTarget = true
      return edge
    }
    compile(
      children[0],
      TreeWays(
        success: [switching(to: children[1])],
        failure: children.count > 2 ? [switching(to: children[2])] : ways.failure,
        skipped: ways.skipped
      )
    )
    for child in children.dropFirst() { compile(child, ways) }
    enterContent(number, [way(to: children[0])])
    // The answer of a call is not asked for again while a side runs.
    guard !treeLayouts[children[0]].node.asksOutside else { return }
    addTreeRow(layout.branch, .changed, way(to: children[0]))
  }

  mutating func compileSelect(
    _ number: Int,
    _ conditions: [SourceText?],
    _ isReactive: Bool,
    _ given: TreeWays
  ) {
    let layout = treeLayouts[number]
    let inside = layout.branch + 1..<layout.range.upperBound
    let ways = isReactive ? given.halting(inside) : given
    var doors: [TreeEdge] = []
    var isComplete = false
    for (position, child) in layout.children.enumerated() {
      var edge = isReactive ? way(to: child) : way(into: child)
      if isReactive {
        edge.domain = inside
        edge.keepsTarget = true
      }
      if let condition = conditions[position] {
        let program = addProgram(.expression, condition)
        edge = edge.guarded(by: program, at: condition.span)
      } else {
        isComplete = true
      }
      doors.append(edge)
      compile(child, ways)
    }
    if !isComplete { doors += ways.failure }
    finishChoice(number, doors, isReactive: isReactive, ways)
  }

  mutating func compileChoose(
    _ number: Int,
    _ source: SourceText,
    _ cases: [Located<String>],
    _ given: TreeWays
  ) {
    let layout = treeLayouts[number]
    let inside = layout.branch + 1..<layout.range.upperBound
    let ways = given.halting(inside)
    var doors: [TreeEdge] = []
    for (position, child) in layout.children.enumerated() {
      var edge = way(to: child)
      edge.domain = inside
      edge.keepsTarget = true
      if cases.indices.contains(position) {
        let literal = JSONWriter.string(.string(cases[position].value))
        let text = "string(\(source.text)) == \(literal)"
        let program = addProgram(.expression, SourceText(name: source.file.name, text: text))
        table.debug.programs[Int(program)] = nil
        edge = edge.guarded(by: program, at: cases[position].span)
      }
      doors.append(edge)
      compile(child, ways)
    }
    if layout.children.count == cases.count { doors += ways.failure }
    finishChoice(number, doors, isReactive: true, ways)
  }

  /// The doors of a choice; a reactive one decides again in a place of its own.
  private mutating func finishChoice(
    _ number: Int,
    _ doors: [TreeEdge],
    isReactive: Bool,
    _ ways: TreeWays
  ) {
    let layout = treeLayouts[number]
    for edge in ways.failure { addTreeRow(layout.branch, .failure, edge) }
    guard isReactive else {
      for door in doors {
        addTreeRow(layout.branch, .enter, door)
      }
      return
    }
    for edge in ways.failure { addTreeRow(layout.front, .failure, edge) }
    for door in doors { addTreeRow(layout.front, .enter, door) }
    let front = TreeEdge(layout.front, at: layout.node.span)
    enterContent(number, [front])
    addTreeRow(layout.branch, .changed, front)
  }
}

extension TreeNode {
  /// Whether the node is a call, whose answer is kept.
  var asksOutside: Bool {
    guard case .step(let step) = kind else { return false }
    switch step.work {
    case .agent, .tool: return !isCondition
    default: return step.body != nil
    }
  }
}
