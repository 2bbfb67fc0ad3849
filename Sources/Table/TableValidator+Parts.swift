import Values

// What statecharts, frames and actions add to a table.
extension TableValidator {
  /// The parts of a node that not every node has.
  func checkParts(of node: PlaceNode, _ name: Numbered) throws(TableError) {
    try nodes(node.initial, "the start of \(name)")
    try nodes(node.awaited, "what \(name) awaits")
    try range(node.initialActions, within: table.actions.count, "the actions of \(name)")
    try range(node.entryBlocks, within: table.blocks.count, "the entry of \(name)")
    try range(node.exitBlocks, within: table.blocks.count, "the exit of \(name)")
    try index(node.join, below: table.joins.count, "the join of \(name)")
    try index(node.template, below: table.frames.count, "the frame of \(name)")
    guard node.template != 0 else { throw TableError("\(name) runs the whole flow") }
    try range(node.input, within: table.fields.count, "the input of \(name)")
    try guardProgram(node.items, "the items of \(name)")
    try index(node.content, below: table.programs.count, "the content of \(name)")
    try index(node.history, below: Int(table.historyCount), "the memory of \(name)")
    try checkTree(of: node, name)
    if node.isComposite, node.parent != noIndex, node.kind == .compound {
      guard !node.initial.isEmpty else { throw TableError("\(name) starts nowhere") }
    }
  }

  /// The parts of a row that not every row has.
  func checkParts(of row: Row, _ name: Numbered) throws(TableError) {
    try nodes(row.targets, "the targets of \(name)")
    try range(row.actions, within: table.actions.count, "the actions of \(name)")
    try range(row.descriptors, within: table.lists.count, "the events of \(name)")
    for position in row.descriptors {
      try index(
        table.lists[Int(position)],
        below: table.names.count,
        optional: false,
        "an event of \(name)"
      )
    }
    try index(row.delay, below: table.programs.count, "the delay of \(name)")
    try index(row.counter, below: table.registers.count, "the counter of \(name)")
    try range(row.resets, within: table.registers.count, "the resets of \(name)")
    try checkTree(of: row, name)
  }

  private func nodes(
    _ list: Range<PoolIndex>,
    _ what: @autoclosure () -> String
  ) throws(TableError) {
    try range(list, within: table.lists.count, what())
    for position in list {
      let node = table.lists[Int(position)]
      guard node > 0, Int(node) < table.nodes.count else {
        throw TableError("\(what()) is \(node), of \(table.nodes.count)")
      }
    }
  }

  /// Frames lie inside each other or apart, and own what they own alone.
  func checkFrames() throws(TableError) {
    let nodes = table.nodes.count
    guard table.historyCount >= 0, table.historyCount <= nodes else {
      throw TableError("\(table.historyCount) remembered configurations")
    }
    for (position, frame) in table.frames.enumerated() {
      try range(frame.nodes, within: nodes, "the nodes of frame \(position)")
      try index(frame.initial, below: nodes, optional: false, "the start of frame \(position)")
      try range(
        frame.registers,
        within: table.registers.count,
        "the registers of frame \(position)"
      )
      try range(frame.slots, within: table.slots.count, "the slots of frame \(position)")
      try range(
        frame.histories,
        within: Int(table.historyCount),
        "the memories of frame \(position)"
      )
      try index(
        frame.scope,
        below: table.scopes.count,
        optional: false,
        "the scope of frame \(position)"
      )
      try range(frame.result, within: table.fields.count, "the result of frame \(position)")
      guard frame.maxInstances >= 0 else { throw TableError("frame \(position) has no instances") }
      guard position == 0 || frame.nodes.contains(frame.initial) else {
        throw TableError("frame \(position) starts outside itself")
      }
    }
    for (position, join) in table.joins.enumerated() {
      guard join.count >= 0, join.failures >= 0, join.concurrency >= 0 else {
        throw TableError("join \(position) counts below zero")
      }
    }
  }

  /// Actions hold only actions before them, so that doing them ends.
  func checkActions() throws(TableError) {
    let programs = table.programs.count
    for (position, action) in table.actions.enumerated() {
      let name = Numbered("action", position)
      for program in [
        action.program, action.textProgram, action.targetProgram, action.delayProgram,
      ] { try index(program, below: programs, "a program of \(name)") }
      try range(action.fields, within: table.fields.count, "the data of \(name)")
      try range(action.body, within: position, "the body of \(name)")
      try range(action.otherwise, within: position, "the other side of \(name)")
      switch action.kind {
      case .assign, .choose, .loop:
        guard action.program != noIndex else { throw TableError("\(name) has no expression") }
      case .raise, .send, .cancel, .log: break
      }
    }
    for (position, block) in table.blocks.enumerated() {
      try range(block, within: table.actions.count, "block \(position)")
    }
  }
}
