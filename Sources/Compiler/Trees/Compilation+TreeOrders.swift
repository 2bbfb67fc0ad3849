import Definition
import Source
import Table

// Sequences, fallbacks, try and catch.
extension Compilation {
  mutating func compileOrdered(
    _ number: Int,
    _ order: TreeNode.Order,
    isSequence: Bool,
    _ given: TreeWays
  ) {
    let layout = treeLayouts[number]
    let branch = layout.branch
    let ways =
      order == .reactive ? given.halting(branch + 1..<layout.range.upperBound) : given
    var last = isSequence ? ways.success : ways.failure
    var skipped = ways.skipped
    let stop = isSequence ? ways.failure : ways.success
    if order == .keep {
      last = last.updating(.set, layout.memory, 0)
      skipped = skipped.updating(.set, layout.memory, 0)
    }
    let children = layout.children
    for (position, child) in children.enumerated() {
      var go = last
      var skip = last.whileBelow(Int32(children.count - 1), layout.register) + skipped
      if position < children.count - 1 {
        let next = children[position + 1]
        var edge = order == .reactive ? way(to: next) : way(into: next)
        if order == .keep { edge = edge.updating(.set, layout.memory, Int32(position + 1)) }
        go = [edge]
        skip = [edge.updating(.add, layout.register, 1)]
      }
      compile(
        child,
        TreeWays(
          success: isSequence ? go : stop,
          failure: isSequence ? stop : go,
          skipped: skip
        )
      )
    }
    guard let first = children.first else { return }
    switch order {
    case .resuming: enterContent(number, [way(into: first)])
    case .reactive:
      enterContent(number, [way(to: first)])
      var again = way(to: first)
      again.resets = layout.register..<layout.register + 1
      addTreeRow(branch, .changed, again)
    case .keep:
      let doors = children.enumerated().map { position, child in
        let edge = way(into: child)
        return position == children.count - 1
          ? edge : edge.whileBelow(Int32(position + 1), layout.memory)
      }
      enterContent(number, doors)
    }
  }

  mutating func compileTryCatch(_ number: Int, _ ways: TreeWays) {
    let layout = treeLayouts[number]
    let tries = layout.children.dropLast()
    guard let cleanup = layout.children.last else { return }
    for (position, child) in tries.enumerated() {
      var go = ways.success
      var skip =
        ways.success.whileBelow(Int32(tries.count - 1), layout.register) + ways.skipped
      if position < tries.count - 1 {
        let edge = way(into: tries[position + 1])
        go = [edge]
        skip = [edge.updating(.add, layout.register, 1)]
      }
      compile(child, TreeWays(success: go, failure: [way(into: cleanup)], skipped: skip))
    }
    // However the cleanup ends, the node has failed.
    compile(
      cleanup,
      TreeWays(success: ways.failure, failure: ways.failure, skipped: ways.failure)
    )
    enterContent(number, [way(into: tries.first ?? cleanup)])
  }
}
