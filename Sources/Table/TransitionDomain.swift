extension TransitionTable {
  /// The nodes that a transition may exit: those inside the least common compound ancestor of its
  /// source and targets; of an internal one whose targets lie inside its compound source, those
  /// inside the source (SCXML appendix D, getTransitionDomain).
  ///
  /// What a map or a call runs is a whole of its own: no transition inside exits more than that.
  package func domain(
    from source: NodeIndex,
    to targets: [NodeIndex],
    isInternal: Bool
  ) -> Range<NodeIndex> {
    func isInside(_ node: NodeIndex, _ outer: NodeIndex) -> Bool {
      node > outer && node < nodes[Int(outer)].subtreeEnd
    }
    if isInternal, nodes[Int(source)].kind == .compound,
      targets.allSatisfy({ isInside($0, source) })
    {
      return source + 1..<nodes[Int(source)].subtreeEnd
    }
    var ancestor = nodes[Int(source)].parent
    while ancestor > 0 {
      let node = nodes[Int(ancestor)]
      let isWhole = [.compound, .fork, .call].contains(node.kind)
      if isWhole, targets.allSatisfy({ isInside($0, ancestor) }) { break }
      ancestor = node.parent
    }
    guard ancestor >= 0 else { return 1..<NodeIndex(nodes.count) }
    return ancestor + 1..<nodes[Int(ancestor)].subtreeEnd
  }
}
