import Definition
import Source
import Table

// Nodes with one child.
extension Compilation {
  mutating func compileDecorator(_ number: Int, _ ways: TreeWays) {
    let layout = treeLayouts[number]
    guard let child = layout.children.first else { return }
    let again = way(into: child)
    if layout.park != noIndex { addTreeRow(layout.park, .success, again) }
    let parked = [TreeEdge(layout.park, at: layout.node.span)]
    var doors = [again]
    switch layout.node.kind {
    case .inverter:
      compile(
        child,
        TreeWays(success: ways.failure, failure: ways.success, skipped: ways.skipped)
      )
    case .forceSuccess:
      compile(
        child,
        TreeWays(success: ways.success, failure: ways.success, skipped: ways.skipped)
      )
    case .forceFailure:
      compile(
        child,
        TreeWays(success: ways.failure, failure: ways.failure, skipped: ways.skipped)
      )
    case .retry(let attempts):
      let next = round(layout, again, parked[0], limit: attempts.value)
      var inner = ways
      inner.failure = next + ways.failure
      compile(child, inner)
    case .rounds(let count):
      let next = round(layout, again, parked[0], limit: count.value)
      var inner = ways
      inner.success = next + ways.success
      compile(child, inner)
    case .keepRunning(let limit):
      let next = round(layout, again, parked[0], limit: limit?.value ?? -1)
      compile(
        child,
        TreeWays(
          success: next + (limit == nil ? [] : ways.success),
          failure: ways.failure,
          skipped: next + (limit == nil ? [] : ways.success)
        )
      )
    case .delay:
      addTreeRow(layout.front, .success, again)
      doors = [TreeEdge(layout.front, at: layout.node.span)]
      compile(child, ways)
    case .timeout(let milliseconds, _):
      compileTimeout(layout, child, milliseconds.value, ways)
    case .runOnce(let memory): doors = compileOnce(layout, child, memory, ways)
    case .precondition(let source, let otherwise):
      doors = compilePrecondition(layout, child, source, otherwise, ways)
    case .mapStatus(let from, let to): compileMap(layout, child, from, to, parked, ways)
    case .waitFor(let status):
      var inner = TreeWays(success: parked, failure: parked, skipped: ways.skipped)
      switch status {
      case .success: inner.success = ways.success
      case .failure: inner.failure = ways.success
      case .running, .skipped: break
      }
      if status == .running { addRunning(layout, ways.success) }
      compile(child, inner)
    default: compile(child, ways)
    }
    for door in doors { enterDecorated(number, door) }
  }

  private mutating func enterDecorated(_ number: Int, _ door: TreeEdge) {
    let layout = treeLayouts[number]
    guard layout.branch != noIndex else { return }
    var door = opening(door, of: layout)
    if layout.range.contains(door.target) { door.resets = layout.registers }
    addTreeRow(layout.branch, .enter, door)
  }

  /// One more round, while there is one.
  private func round(
    _ layout: TreeLayout,
    _ again: TreeEdge,
    _ parked: TreeEdge,
    limit: Int
  ) -> [TreeEdge] {
    let edge = layout.park == noIndex ? again : parked
    guard limit >= 0 else { return [edge] }
    guard limit > 1 else { return [] }
    return [
      edge.whileBelow(Int32(clamping: limit - 1), layout.register)
        .updating(.add, layout.register, 1)
    ]
  }

  private mutating func compileTimeout(
    _ layout: TreeLayout,
    _ child: Int,
    _ milliseconds: Int64,
    _ given: TreeWays
  ) {
    let ways = given.halting(layout.branch + 1..<layout.range.upperBound)
    for edge in ways.failure {
      addTreeRow(layout.branch, .after, edge)
      if let last = treeRows[layout.branch]?.indices.last {
        treeRows[layout.branch]?[last].row.detail = milliseconds
      }
    }
    compile(child, ways)
  }

  private mutating func compileOnce(
    _ layout: TreeLayout,
    _ child: Int,
    _ memory: TreeNode.Memory,
    _ ways: TreeWays
  ) -> [TreeEdge] {
    let register = layout.memory
    var inner = ways
    if memory != .failure { inner.success = ways.success.updating(.set, register, 1) }
    if memory != .success { inner.failure = ways.failure.updating(.set, register, 2) }
    compile(child, inner)
    let first = way(into: child).whileBelow(1, register)
    if memory == .skipping { return [first] + ways.skipped }
    return [first] + ways.success.whileBelow(2, register) + ways.failure
  }

  private mutating func compilePrecondition(
    _ layout: TreeLayout,
    _ child: Int,
    _ source: SourceText,
    _ otherwise: TreeNode.Status,
    _ ways: TreeWays
  ) -> [TreeEdge] {
    let register = layout.memory
    compile(
      child,
      TreeWays(
        success: ways.success.updating(.set, register, 0),
        failure: ways.failure.updating(.set, register, 0),
        // A child that was skipped has not ended: the question is not asked again.
        skipped: ways.skipped
      )
    )
    for edge in ways.failure { addTreeRow(layout.branch, .failure, edge) }
    let program = addProgram(.expression, source)
    let refused: [TreeEdge] =
      switch otherwise {
      case .success: ways.success
      case .failure, .running: ways.failure
      case .skipped: ways.skipped
      }
    let entered = way(into: child)
    return [
      entered.guarded(by: program, at: source.span).whileBelow(1, register)
        .updating(.set, register, 1)
    ] + refused.whileBelow(1, register) + [entered]
  }

  private mutating func compileMap(
    _ layout: TreeLayout,
    _ child: Int,
    _ from: TreeNode.Status,
    _ to: TreeNode.Status,
    _ parked: [TreeEdge],
    _ ways: TreeWays
  ) {
    let shown: [TreeEdge] =
      switch to {
      case .success: ways.success
      case .failure: ways.failure
      case .running: parked
      case .skipped: ways.skipped
      }
    var inner = ways
    switch from {
    case .success: inner.success = shown
    case .failure: inner.failure = shown
    case .skipped: inner.skipped = shown
    case .running: addRunning(layout, shown)
    }
    compile(child, inner)
  }

  /// Rows taken when what lies inside is still running; it is halted.
  private mutating func addRunning(_ layout: TreeLayout, _ edges: [TreeEdge]) {
    let inside = TreeWays(success: edges, failure: [], skipped: [])
      .halting(layout.branch + 1..<layout.range.upperBound)
    for edge in inside.success { addTreeRow(layout.branch, .running, edge) }
  }
}
