import Definition
import Source
import Table

// What a tree is made of, for its cost.
extension Compilation {
  /// The shape of a node and those below it.
  func shape(of number: Int) -> [Int32] {
    let layout = treeLayouts[number]
    let node = layout.node
    let count = Int32(clamping: layout.children.count)
    var shape = layout.children.flatMap { self.shape(of: $0) }
    func add(_ operation: TreeShape, _ number: Int32 = 1) {
      shape += [operation.rawValue, number]
    }
    switch node.kind {
    case .step: add(.leaf, layout.place)
    case .sequence(.reactive): add(.sequence, count)
    case .sequence: add(.sequence, count)
    case .fallback(.reactive, _):
      add(.fallback, count)
      addRestarts(of: node, &shape)
    case .fallback: add(.fallback, count)
    case .parallel: add(.parallel, count)
    case .select, .choose:
      add(.choice, count)
      addRestarts(of: node, &shape)
    case .ifThenElse, .whileDoElse: addBranches(layout, &shape)
    case .tryCatch: add(.recovery, count)
    case .inverter: add(.inverter)
    case .forceSuccess, .forceFailure, .runOnce, .precondition, .mapStatus: add(.either)
    case .timeout: add(.within, layout.branch)
    case .delay:
      // The wait comes first; the order of the two does not matter to a sum.
      add(.leaf, layout.front)
      add(.chain)
    case .retry(let attempts): add(.retry, Int32(clamping: attempts.value))
    case .rounds(let rounds): add(.rounds, Int32(clamping: rounds.value))
    case .keepRunning(let limit): add(.rounds, Int32(clamping: limit?.value ?? -1))
    case .waitFor: add(.rounds, -1)
    }
    if node.isAsked { add(.either) }
    return shape
  }

  /// A question and one of two sides: the sides are a choice behind the question.
  private func addBranches(_ layout: TreeLayout, _ shape: inout [Int32]) {
    let sides = Int32(clamping: layout.children.count - 1)
    shape += [TreeShape.choice.rawValue, sides]
    // Either answer leads to a side, so that what the question took comes on top of it.
    shape += [TreeShape.chain.rawValue, 1]
    addRestarts(of: layout.node, &shape)
  }

  private func addRestarts(of node: TreeNode, _ shape: inout [Int32]) {
    guard let limit = node.switchLimit else { return }
    shape += [TreeShape.restarts.rawValue, Int32(clamping: limit + 1)]
  }
}
