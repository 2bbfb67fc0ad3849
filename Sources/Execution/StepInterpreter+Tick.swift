import Expression
import Table
import Values

// Ticks: the same table, looked at as engines that poll do it.
extension StepInterpreter {
  /// One tick of the flow's tree.
  mutating func tick(_ tick: TreeTick) {
    guard let root = table.nodes.firstIndex(where: { $0.kind == .tree }) else { return }
    if state.runID.isEmpty {
      state.runID = "tick"
      state.steps[0].isActive = true
      exposeRun()
      for node in table.nodes.indices { exposeStep(NodeIndex(node)) }
    }
    write(tick.writes)
    tree.answers = TickAnswers(tick)
    defer { tree.answers = nil }
    let index = NodeIndex(root)
    if tick.isHalt {
      haltWhole(index)
    } else {
      let ending: Ending?
      if isActive(index, 0) {
        ending = walk(from: index, in: index)
      } else {
        ending = takeTreeRow(of: index, .enter).flatMap { walk(from: $0, in: index) }
      }
      if ending != nil { haltTree(index + 1..<table.nodes[root].subtreeEnd) }
      let status: TreeStatus =
        switch ending {
        case nil: .running
        case .success: .success
        case .failure: .failure
        case .skipped: .skipped
        }
      output.trace.append(.ticked(status))
    }
    // A tick is a run of its own as far as its steps are counted.
    state.placesEntered = 0
    _ = state.memory.takeWritten()
  }

  private mutating func write(_ writes: ValueMap) {
    guard !writes.isEmpty, context.state != noIndex,
      case .map(var fields)? = state.memory.value(Int(context.state))
    else { return }
    for entry in writes.entries {
      if case .string(let name) = entry.key { fields[name] = entry.value }
    }
    state.memory.set(Int(context.state), .map(fields))
  }

  /// Halting a whole tree halts every node, whether it runs or not, as BehaviorTree.CPP does.
  private mutating func haltWhole(_ root: NodeIndex) {
    let inside = root + 1..<table.nodes[Int(root)].subtreeEnd
    haltTree(inside)
    for index in inside {
      guard let part = table.nodes[Int(index)].tree, !part.haltAssignments.isEmpty else { continue }
      if let message = assign(part.haltAssignments) {
        output.trace.append(.actionFailed(node: index, message: message))
      }
    }
    for register in table.nodes[Int(root)].tree?.memory ?? 0..<0 {
      state.registers[Int(register)] = 0
    }
    output.trace.append(.ticked(.halted))
  }
}
