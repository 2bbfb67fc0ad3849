import Definition
import Source
import Table
import Values

extension BehaviorTree {
  /// The tree with a name for every leaf: its id, else who it calls, else its way from the root.
  func named(below path: String) -> BehaviorTree {
    var calls: [MapKey: Int] = [:]
    root.visit { node in
      if let id = node.id { calls[.string(id.value), default: 0] += 2 }
      if let called = node.called { calls[.string(called), default: 0] += 1 }
    }
    var tree = self
    tree.root.name(path, calls)
    return tree
  }

  /// The leaves in order, as steps.
  var leaves: [Named<Step>] {
    var leaves: [Named<Step>] = []
    root.visit { node in
      guard case .step(let step) = node.kind, let id = node.id else { return }
      leaves.append(Named(name: id.value, nameSpan: id.span, content: step))
    }
    return leaves
  }
}

extension TreeNode {
  /// The agent or tool that a leaf without an id calls.
  fileprivate var called: String? {
    guard case .step(let step) = kind, id == nil else { return nil }
    switch step.work {
    case .agent(let agent, action: nil): return agent.value
    case .tool(let tool, action: nil): return tool.value
    default: return nil
    }
  }

  /// Looks at the node and those below it, in order.
  func visit(_ body: (TreeNode) -> Void) {
    body(self)
    for child in children { child.visit(body) }
  }

  fileprivate mutating func name(_ path: String, _ calls: [MapKey: Int]) {
    if case .step(let step) = kind, id == nil {
      let called = called
      let isAlone = called.map { calls[.string($0)] == 1 } ?? false
      let name = isAlone ? called ?? "" : "\(path)/\(called ?? step.word)"
      id = Located(name, span)
    }
    for position in children.indices { children[position].name("\(path)/\(position)", calls) }
  }
}

extension Step {
  fileprivate var word: String {
    switch work {
    case .check: "check"
    case .wait: "wait"
    default: assignments.isEmpty ? "step" : "assign"
    }
  }
}

extension PlaceNode {
  /// Whether nobody wrote its name.
  var isUnnamed: Bool { name.isEmpty || name.utf8.first == UInt8(ascii: "/") }

  /// Whether its entries are counted.
  var isVisited: Bool {
    guard isStep else { return false }
    switch kind {
    case .branch, .park, .tree: return !isUnnamed
    case .parallel where tree != nil: return !isUnnamed
    default: return true
    }
  }
}

extension Compilation {
  /// Whether a node lies inside a tree and so has only a tree's rows.
  func isInTree(_ index: Int) -> Bool {
    let parent = table.nodes[index].parent
    guard parent > 0 else { return false }
    let outer = table.nodes[Int(parent)]
    return outer.tree != nil && [.tree, .branch, .parallel].contains(outer.kind)
  }
}
