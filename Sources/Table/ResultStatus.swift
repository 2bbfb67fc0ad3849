extension TransitionTable {
  /// The slot of `steps.<id>` in which the status `success` says that the results of a node are
  /// written; `noIndex` where that status says less.
  ///
  /// A step that holds states or a tree succeeds without a result when nothing inside has one, and
  /// so may a child flow.
  package func statusSlot(of node: Int) -> SlotIndex {
    let entry = nodes[node]
    let writes: Bool
    switch entry.kind {
    case .action, .human, .planner, .plan, .fork: writes = true
    case .decision, .pass: writes = !entry.result.isEmpty
    case .call: writes = !frames[Int(entry.template)].result.isEmpty
    case .parallel: writes = entry.tree == nil && !entry.isChart
    case .compound, .check, .wait, .rest, .join, .final, .history, .tree, .branch, .park:
      writes = false
    }
    return writes ? entry.stepSlot : noIndex
  }
}
