import Values

extension TransitionTable {
  /// Whether a place of a step's name is the step, where several have that name.
  ///
  /// A final state that acts is an action with a final right behind it: the action is the step. A
  /// map is entered once; what its items are given is known at the place that each of them has.
  package func standsForStep(_ place: Int, hasArguments: Bool) -> Bool {
    let node = nodes[place]
    switch node.kind {
    case .final:
      return place == 0 || !nodes[place - 1].name.sameScalars(as: node.name)
    case .fork:
      return !hasArguments || !hasItemPlace(node)
    default:
      let owner = Int(node.parent)
      guard owner > 0, nodes[owner].kind == .fork, nodes[owner].name.sameScalars(as: node.name),
        frames[Int(nodes[owner].template)].nodes.lowerBound == NodeIndex(place)
      else { return true }
      return hasArguments
    }
  }

  /// Whether the items of a map are run by a place of its own name.
  private func hasItemPlace(_ map: PlaceNode) -> Bool {
    let first = Int(frames[Int(map.template)].nodes.lowerBound)
    return nodes.indices.contains(first) && nodes[first].name.sameScalars(as: map.name)
  }
}
