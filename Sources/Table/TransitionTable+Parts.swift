extension TransitionTable {
  /// Whether the parts of a parallel node are entered together, as SCXML has it (3.4), rather than
  /// opened in turn.
  ///
  /// A list of tasks in a state of a chart is opened in turn like any other: its order, its
  /// dependencies and its limit of parts at a time count there as well.
  public func entersPartsTogether(_ parallel: NodeIndex) -> Bool {
    let node = nodes[Int(parallel)]
    let first = Int(parallel) + 1
    return node.isChart && (first >= Int(node.subtreeEnd) || nodes[first].isChart)
  }
}
