import Table

// Behavior trees: control moves along rows from node to node within a part.
extension RelationBuilder {
  /// The rows of a node inside a tree for each way in which it may end.
  mutating func addTreeEndings(_ endings: Endings, of node: Int, from source: Int32) {
    if endings.succeeds { addTreeRows(of: node, .success, from: source, .succeeded) }
    if endings.skips { addTreeRows(of: node, .skipped, from: source, .skipped) }
    if !endings.kinds.isEmpty { addTreeRows(of: node, .failure, from: source, .failed) }
    let number = Int(relation.threadOfNode[node])
    relation.threads[number].failureKinds.formUnion(endings.kinds)
    if table.nodes[node].maxVisits > 0 {
      addTreeRows(of: node, .failure, from: source, .refused)
      relation.threads[number].failureKinds.formUnion(ErrorKindSet([.maxVisits]))
    }
  }

  /// The rows of a tree's node for an event, until one is always open.
  ///
  /// The root of a part has none: its ending is the part's.
  mutating func addTreeRows(
    of node: Int,
    _ event: EventClass,
    from source: Int32,
    _ cause: MoveCause
  ) {
    let thread = relation.threads[Int(relation.threadOfNode[node])]
    if Int(thread.root) == node, thread.holdsRoot, event != .enter {
      switch event {
      case .success: add(source, thread.succeeded, cause)
      case .skipped: add(source, thread.skipped, cause)
      default: add(source, thread.failed, cause)
      }
      return
    }
    var mayBreak = false
    for index in table.nodes[node].rows {
      let row = table.rows[Int(index)]
      guard row.event == event, row.tree != nil else { continue }
      add(row: Int(index), from: source, cause)
      let isTested = row.tree.map { hasTests($0) } ?? false
      if row.guardProgram != noIndex { mayBreak = true }
      if row.guardProgram == noIndex, !isTested { break }
    }
    // A guard that cannot be evaluated fails its node, which then takes its own rows.
    if mayBreak, event != .failure {
      addTreeRows(of: node, .failure, from: source, .failed)
      addOwnFailureRows(of: node, from: source, .failed)
    }
  }

  /// A node that has switched too often, or of which a guard breaks, takes its own failure rows, be
  /// it the root of a part, which ends without one else.
  private mutating func addOwnFailureRows(
    of node: Int,
    from source: Int32,
    _ cause: MoveCause
  ) {
    let thread = relation.threads[Int(relation.threadOfNode[node])]
    guard Int(thread.root) == node, thread.holdsRoot else { return }
    for index in table.nodes[node].rows {
      let row = table.rows[Int(index)]
      if row.event == .failure, row.tree != nil { add(row: Int(index), from: source, cause) }
    }
  }

  private func hasTests(_ move: TreeMove) -> Bool {
    stride(from: Int(move.operations.lowerBound), to: Int(move.operations.upperBound), by: 3)
      .contains { table.lists[$0] == TreeMove.Operation.isBelow.rawValue }
  }

  mutating func addBranch(_ node: Int) {
    addTreeRows(of: node, .enter, from: relation.entryOfNode[node], .began)
    let inside = position(node, .inside)
    addOccasions(of: node, from: inside, blocked: [])
    let number = Int(relation.threadOfNode[node])
    relation.threads[number].failureKinds.formUnion(
      ErrorKindSet([.failed, .guardError, .check, .timeout, .maxVisits])
    )
  }

  mutating func addPark(_ node: Int) {
    addTreeRows(of: node, .success, from: relation.entryOfNode[node], .succeeded)
    addOccasions(of: node, from: relation.entryOfNode[node], blocked: [])
  }

  /// An ending inside a tree: of the part, or of the branch around it, whose rows lead on.
  mutating func addTreeFinal(_ node: Int) {
    let entry = table.nodes[node]
    let source = relation.entryOfNode[node]
    let parent = Int(entry.parent)
    let number = Int(relation.threadOfNode[node])
    let thread = relation.threads[number]
    let isSkip = entry.tree?.isSkip == true
    // It fails with the latest error of the run, which may be older than the tree.
    if entry.isFailure { relation.threads[number].failureKinds = .all }
    if parent == Int(thread.root) {
      let end = isSkip ? thread.skipped : entry.isFailure ? thread.failed : thread.succeeded
      add(source, end, .completed)
      return
    }
    let event: EventClass = isSkip ? .skipped : entry.isFailure ? .failure : .success
    addTreeRows(of: parent, event, from: source, .completed)
  }

  /// Watches, timers, limits on switches and halting, while something inside is under way.
  mutating func addTreeOccasions(of node: Int, from source: Int32) {
    guard relation.roles[node] == .branch, let part = table.nodes[node].tree else { return }
    for index in table.nodes[node].rows {
      let row = table.rows[Int(index)]
      switch row.event {
      case .changed: add(row: Int(index), from: source, .changed)
      case .running: add(row: Int(index), from: source, .running)
      case .after: add(row: Int(index), from: source, .after)
      default: continue
      }
    }
    if part.switches != noIndex {
      addTreeRows(of: node, .failure, from: source, .switched)
      addOwnFailureRows(of: node, from: source, .switched)
    }
    let cleanup = Int(part.cleanup)
    if cleanup >= 0, relation.entryOfNode[cleanup] >= 0 {
      add(source, relation.entryOfNode[cleanup], .halted)
    }
  }
}
