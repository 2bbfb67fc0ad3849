import Definition
import Source
import Values

// Trees in the machine that a flow becomes: leaves are steps with keys of their own.
extension TaskLowering {
  /// The machine that a tree as a whole flow is: one step and its ending.
  mutating func machine(of tree: BehaviorTree, _ place: Place) -> Machine {
    var step = Step(span: tree.span)
    step.body = .tree(tree)
    step.onSuccess = [Edge(target: Located("/success", tree.span), span: tree.span)]
    return lowered(
      Machine(
        states: [Named(name: "/tree", nameSpan: tree.span, content: step)],
        initialState: Located("/tree", tree.span),
        finalStates: [Named(name: "/success", nameSpan: tree.span, content: FinalState())],
        declaresFinalStates: true,
        span: tree.span
      ),
      place
    )
  }

  /// A tree with its leaves as steps.
  mutating func lowered(_ tree: BehaviorTree, below name: String, _ place: Place) -> BehaviorTree {
    let path = name.utf8.first == UInt8(ascii: "/") ? name : "/\(name)"
    var tree = tree.named(below: path)
    var within = place
    within.isTask = false
    within.isChart = false
    lower(&tree.root, within)
    return tree
  }

  private mutating func lower(_ node: inout TreeNode, _ place: Place) {
    if let id = node.id {
      let key = place.prefix + id.value
      if case .step(let step) = node.kind {
        let named = Named(name: id.value, nameSpan: id.span, content: step)
        let leaf = lowered(named, key, place)
        if placements[.string(key)] == nil { self.place(key, name: id.value, place) }
        node.kind = .step(leaf.content)
      } else if !place.prefix.isEmpty || place.scope != 0 {
        self.place(key, name: id.value, place)
      }
      node.id = Located(key, id.span)
    }
    for position in node.children.indices { lower(&node.children[position], place) }
  }
}
