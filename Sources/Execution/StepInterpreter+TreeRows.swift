import Expression
import Table
import Values

// Rows of trees, and what they halt.
extension StepInterpreter {
  /// Takes the first open row of a node for how it ended.
  mutating func takeEnding(of node: NodeIndex, _ ending: Ending) -> NodeIndex? {
    switch ending {
    case .success: return takeTreeRow(of: node, .success)
    case .failure: return takeTreeRow(of: node, .failure)
    case .skipped: return takeTreeRow(of: node, .skipped)
    }
  }

  /// Takes the first open row of a node for an event; nil when there is none.
  ///
  /// A guard that can't be evaluated fails its node: its failure rows, else what it lies in fails.
  mutating func takeTreeRow(of node: NodeIndex, _ event: EventClass) -> NodeIndex? {
    for index in table.nodes[Int(node)].rows where table.rows[Int(index)].event == event {
      let row = table.rows[Int(index)]
      guard passesTests(row) else { continue }
      switch passes(row) {
      case .isTrue: return apply(index, of: node)
      case .isFalse: continue
      case .failure(let error):
        output.trace.append(.guardFailed(row: index, message: error.message))
        let failure = RunError(
          kind: .guardError,
          message: error.message,
          step: table.nodes[Int(node)].name
        )
        return failByItself(node, failure, takesRow: event != .failure)
      }
    }
    return nil
  }

  /// A node of a tree fails by itself rather than by what it holds.
  private mutating func failByItself(
    _ node: NodeIndex,
    _ error: RunError,
    takesRow: Bool = true
  ) -> NodeIndex? {
    expose(error: error)
    let entry = table.nodes[Int(node)]
    // A part's ending is recorded with its vote.
    if entry.kind == .branch, !entry.isUnnamedBranch, !isPart(node) {
      recordBranch(node, .failure(error))
    }
    if takesRow, let target = takeTreeRow(of: node, .failure) { return target }
    tree.stranded = error
    return nil
  }

  /// Whether a row's counters and guard let it be taken; a guard that fails counts as false.
  func isOpen(_ row: Row) -> Bool {
    guard passesTests(row) else { return false }
    if case .isTrue = passes(row) { return true }
    return false
  }

  private func passesTests(_ row: Row) -> Bool {
    guard let operations = row.tree?.operations, !operations.isEmpty else { return true }
    var position = Int(operations.lowerBound)
    while position < Int(operations.upperBound) {
      if table.lists[position] == TreeMoveOperation.isBelow.rawValue,
        state.registers[Int(table.lists[position + 1])] >= Int64(table.lists[position + 2])
      {
        return false
      }
      position += 3
    }
    return true
  }

  /// Takes a row (counters, halts, assignments, resets) and returns where it leads.
  mutating func apply(_ index: RowIndex, of node: NodeIndex) -> NodeIndex? {
    let row = table.rows[Int(index)]
    tree.stranded = nil
    let halts = !row.domain.isEmpty && hasTokens(in: row.domain, besides: row)
    if tree.isLooking, !halts, row.assignments.isEmpty { return move(row) }
    if tree.isLooking {
      tree.isLooking = false
      if let refused = tree.refused {
        record(refused.place, .failure, refused.error)
        expose(error: refused.error)
      }
    }
    tree.refused = nil
    output.trace.append(.took(row: index, frame: currentFrame))
    if row.event == .enter, linked.failingRows.contains(index) { failByRow(row) }
    if halts, row.tree?.keepsTarget == true, let refused = countSwitch(around: node, row.domain) {
      return refused
    }
    if halts {
      haltTree(
        row.domain,
        ending: node,
        keeping: row.tree?.keepsTarget == true ? row.target : noIndex,
        haltsPlace: row.tree?.haltsPlace == true
      )
    }
    if !row.domain.isEmpty { cancelTreeTimers(in: row.domain, keeping: row) }
    if let message = assign(row.assignments) {
      output.trace.append(.actionFailed(node: node, message: message))
    }
    return move(row)
  }

  /// A node fails before anything inside it was asked: why, for those who look at it later.
  private mutating func failByRow(_ row: Row) {
    let error = RunError(
      kind: .check,
      message: linked.failedBy(row, state.memory),
      step: table.nodes[Int(row.place)].name
    )
    state.steps[Int(row.place)].status = .failure
    state.steps[Int(row.place)].error = error
    expose(error: error)
  }

  /// Counts a switch of the node around a place; one too many fails that node.
  ///
  /// The node is the innermost one with all of `domain` inside it.
  mutating func countSwitch(around place: NodeIndex, _ domain: Range<NodeIndex>) -> NodeIndex? {
    var index = place
    while index > 0, table.nodes[Int(index)].kind != .tree {
      let node = table.nodes[Int(index)]
      guard node.kind == .branch, index < domain.lowerBound, node.subtreeEnd >= domain.upperBound,
        let part = node.tree
      else {
        index = node.parent
        continue
      }
      guard part.switches != noIndex else { return nil }
      state.registers[Int(part.switches)].countUp()
      guard state.registers[Int(part.switches)] > Int64(part.maxSwitches) else { return nil }
      let name = table.nodes[Int(index)].name
      let message = "`\(name)` has switched \(part.maxSwitches) times, as often as it may"
      return failByItself(index, RunError(kind: .maxVisits, message: message, step: name))
    }
    return nil
  }

  /// Counters and resets of a row, and its target.
  mutating func move(_ row: Row) -> NodeIndex {
    if let operations = row.tree?.operations, !operations.isEmpty {
      var position = Int(operations.lowerBound)
      while position < Int(operations.upperBound) {
        let register = Int(table.lists[position + 1])
        let number = Int64(table.lists[position + 2])
        switch TreeMoveOperation(rawValue: table.lists[position]) {
        case .add: state.registers[register] = state.registers[register].addingSaturating(number)
        case .set: state.registers[register] = number
        case .isBelow, nil: break
        }
        position += 3
      }
    }
    for register in row.resets { state.registers[Int(register)] = 0 }
    return row.target
  }

  private func hasTokens(in domain: Range<NodeIndex>, besides row: Row) -> Bool {
    let kept =
      row.tree?.keepsTarget == true
      ? row.target..<table.nodes[Int(row.target)].subtreeEnd : 0..<0
    return state.tokens.contains {
      $0.frame == currentFrame && domain.contains($0.place) && !kept.contains($0.place)
    }
  }

  private mutating func cancelTreeTimers(in domain: Range<NodeIndex>, keeping row: Row) {
    guard !state.timers.isEmpty else { return }
    let frame = currentFrame
    let outer = row.place
    cancelTimers { timer in
      guard timer.frame == frame, case .after = timer.purpose else { return false }
      // The domain of a branch's way out starts right after it.
      let range = domain.lowerBound - 1..<domain.upperBound
      guard range.contains(timer.node) else { return false }
      return timer.node == domain.lowerBound - 1 || timer.node >= domain.lowerBound
        || timer.node == outer
    }
  }

  // MARK: Halting

  /// Halts what is active in a range, in document order.
  ///
  /// `ending`: a node that ends, so that those around it are not halted but end as well;
  /// `keeping`: a node whose inside stays.
  mutating func haltTree(
    _ range: Range<NodeIndex>,
    ending: NodeIndex = noIndex,
    keeping kept: NodeIndex = noIndex,
    haltsPlace: Bool = false
  ) {
    // What is halted is not why the node around it ends.
    let error = state.lastError
    defer { state.lastError = error }
    var cursor = range.lowerBound
    while let place = firstToken(from: cursor, to: range.upperBound), state.outcome == nil {
      if kept != noIndex, place >= kept, place < table.nodes[Int(kept)].subtreeEnd {
        cursor = table.nodes[Int(kept)].subtreeEnd
        continue
      }
      let unit = haltedUnit(around: place, in: range, ending, haltsPlace)
      halt(unit)
      cursor = table.nodes[Int(unit)].subtreeEnd
    }
    // A branch between what was halted and the range may bound what it holds.
    cancelTimers { [table, currentFrame] in
      guard $0.frame == currentFrame, range.contains($0.node) else { return false }
      let node = table.nodes[Int($0.node)]
      let branch = $0.node..<node.subtreeEnd
      return node.kind == .branch && !branch.contains(ending) && !branch.contains(kept)
        && !(kept != noIndex && (kept..<table.nodes[Int(kept)].subtreeEnd).contains($0.node))
    }
  }

  private func firstToken(from lower: NodeIndex, to upper: NodeIndex) -> NodeIndex? {
    state.tokens.first {
      $0.frame == currentFrame && $0.place >= lower && $0.place < upper
    }?.place
  }

  /// The outermost node around an active place that is halted as a whole: a leaf, or a node with
  /// something to do when it is halted.
  private func haltedUnit(
    around place: NodeIndex,
    in range: Range<NodeIndex>,
    _ ending: NodeIndex,
    _ haltsPlace: Bool
  ) -> NodeIndex {
    var unit = place
    var node = place
    while range.contains(node) {
      let entry = table.nodes[Int(node)]
      let isEnding =
        ending >= node && ending < entry.subtreeEnd && !(haltsPlace && ending == node)
      if let part = entry.tree, entry.kind == .branch {
        if part.cleanup != noIndex || !part.haltAssignments.isEmpty || !entry.isUnnamedBranch,
          !isEnding
        {
          unit = node
        }
      } else if !isEnding {
        unit = node
      }
      node = entry.parent
    }
    return unit
  }

  /// Halts one node: a leaf with whatever it does, or a node with what lies inside it.
  private mutating func halt(_ index: NodeIndex) {
    let node = table.nodes[Int(index)]
    let inside = index + 1..<node.subtreeEnd
    switch node.kind {
    case .branch:
      let cleanup = node.tree?.cleanup ?? noIndex
      if cleanup != noIndex, !isActive(cleanup, currentFrame) {
        haltTree(inside.lowerBound..<max(inside.lowerBound, cleanup))
        _ = walk(from: cleanup, in: cleanup)
      }
      haltTree(inside)
      cancelTimers { [currentFrame] in $0.node == index && $0.frame == currentFrame }
      if !node.isUnnamedBranch {
        record(index, .cancelled)
        state.steps[Int(index)].isActive = false
      }
      if let halts = node.tree?.haltAssignments, let message = assign(halts) {
        output.trace.append(.actionFailed(node: index, message: message))
      }
    case .parallel where node.tree != nil, .tree:
      haltTree(inside)
      leave(index, currentFrame)
    case .park: removeToken(index)
    default:
      if node.isComposite {
        exit(index..<node.subtreeEnd, currentFrame)
        // What holds states has no token of its own to tell that it was under way.
        if state.steps[Int(index)].status == .pending { record(index, .cancelled) }
      } else {
        leave(index, currentFrame)
      }
    }
  }

  /// A leaf that has ended is left.
  mutating func leaveLeaf(_ index: NodeIndex) {
    let node = table.nodes[Int(index)]
    if node.isComposite {
      exit(index..<node.subtreeEnd, currentFrame)
    } else {
      leave(index, currentFrame)
    }
  }

  mutating func removeToken(_ index: NodeIndex) {
    if let position = token(index, currentFrame) { state.tokens.remove(at: position) }
  }

  /// Halts the trees in a range that something outside leaves.
  mutating func haltTrees(in domain: Range<NodeIndex>) {
    let roots = state.tokens.filter {
      $0.frame == currentFrame && domain.contains($0.place)
        && table.nodes[Int($0.place)].kind == .tree
    }
    for root in roots {
      haltTree(root.place + 1..<table.nodes[Int(root.place)].subtreeEnd)
    }
  }
}

/// What an operation of a tree's row does.
typealias TreeMoveOperation = Table.TreeMove.Operation
