import Table

/// Which child flows of a table are the same, so that one of them is looked at for all.
///
/// A child flow reads nothing but its own names (one that sees what is around it is left out), so
/// two whose nodes, rows and texts are equal up to their numbers behave alike. Compared are two
/// hashes of 64 bits each with keys of this process, which nobody who writes a flow can aim at.
/// O(nodes + rows + texts).
struct SubtreeShapes {
  /// By root of a child flow, the root of the last one that is the same, if that is another.
  private(set) var originals: [Int: Int] = [:]
  private let table: TransitionTable
  private var shapes: [Shape] = []
  private var programShapes: [Int] = []
  private var registerBase: [RegisterIndex] = []

  private struct Shape: Hashable {
    var first = 0
    var second = 0
  }

  init(_ table: TransitionTable) {
    self.table = table
    let roots = table.nodes.indices.filter { node in
      let parent = Int(table.nodes[node].parent)
      guard parent > 0, table.nodes[parent].kind == .call else { return false }
      return !table.seesAround(table.frames[Int(table.nodes[parent].template)])
    }
    // A limit on what one of them may spend tells it from the others.
    let hasLimits = table.caps.contains { cap in
      if case .node = cap.owner { true } else { false }
    }
    guard roots.count > 1, !hasLimits else { return }
    programShapes = table.programs.map { program in
      var hasher = Hasher()
      hasher.combine(program.kind)
      hasher.combine(program.outputSchema)
      hasher.combine(program.text)
      return hasher.finalize()
    }
    findRegisterBases()
    shapes = [Shape](repeating: Shape(), count: table.nodes.count)
    for node in table.nodes.indices.reversed() {
      var first = Hasher()
      var second = Hasher()
      second.combine(0x5167_6E61)
      combine(node, into: &first)
      combine(node, into: &second)
      var child = node + 1
      while child < Int(table.nodes[node].subtreeEnd) {
        first.combine(shapes[child].first)
        second.combine(shapes[child].second)
        child = Int(table.nodes[child].subtreeEnd)
      }
      shapes[node] = Shape(first: first.finalize(), second: second.finalize())
    }
    var last: [Shape: Int] = [:]
    for root in roots.reversed() {
      if let original = last[shapes[root]] {
        originals[root] = original
      } else {
        last[shapes[root]] = root
      }
    }
  }

  /// By node, the first register of the innermost instance around it.
  private mutating func findRegisterBases() {
    registerBase = [RegisterIndex](repeating: 0, count: table.nodes.count)
    let order = table.frames.indices.dropFirst().sorted {
      table.frames[$0].nodes.lowerBound < table.frames[$1].nodes.lowerBound
    }
    for frame in order {
      for node in table.frames[frame].nodes {
        registerBase[Int(node)] = table.frames[frame].registers.lowerBound
      }
    }
  }

  // MARK: Content

  private func combine(_ node: Int, into hasher: inout Hasher) {
    let entry = table.nodes[node]
    hasher.combine(entry.kind)
    hasher.combine(entry.name)
    for program in [entry.when, entry.require, entry.condition, entry.items, entry.content] {
      combine(program: program, into: &hasher)
    }
    combine(assignments: entry.assignments, into: &hasher)
    combine(fields: entry.result, into: &hasher)
    combine(fields: entry.input, into: &hasher)
    hasher.combine(entry.waitMilliseconds)
    hasher.combine(entry.deadlineMilliseconds)
    hasher.combine(entry.retry == noIndex ? nil : table.retries[Int(entry.retry)])
    hasher.combine(entry.join == noIndex ? nil : table.joins[Int(entry.join)])
    hasher.combine(entry.maxVisits)
    for flag in [entry.isFailure, entry.isDeep, entry.isChart, entry.resultSlot == noIndex] {
      hasher.combine(flag)
    }
    hasher.combine(entry.mergedKeys)
    hasher.combine(entry.saveAs)
    combine(nodes: entry.initial, from: node, into: &hasher)
    combine(nodes: entry.awaited, from: node, into: &hasher)
    combine(actions: entry.initialActions, into: &hasher)
    for blocks in [entry.entryBlocks, entry.exitBlocks] {
      hasher.combine(blocks.count)
      for block in blocks { combine(actions: table.blocks[Int(block)], into: &hasher) }
    }
    if entry.effect != noIndex {
      let effect = table.effects[Int(entry.effect)]
      hasher.combine(effect.performer)
      combine(fields: effect.input, into: &hasher)
    }
    if entry.template > 0 {
      let frame = table.frames[Int(entry.template)]
      hasher.combine(frame.maxInstances)
      hasher.combine(frame.initialState)
      combine(fields: frame.result, into: &hasher)
      for slot in frame.slots where table.slots[Int(slot)].kind == .input {
        hasher.combine(table.slots[Int(slot)].schema)
      }
    }
    combine(tree: entry.tree, at: node, into: &hasher)
    hasher.combine(entry.rows.count)
    for row in entry.rows { combine(table.rows[Int(row)], into: &hasher) }
  }

  private func combine(tree: TreePart?, at node: Int, into hasher: inout Hasher) {
    guard let tree else { return }
    for flag in [tree.isReactive, tree.isLate, tree.isSkip] { hasher.combine(flag) }
    combine(assignments: tree.haltAssignments, into: &hasher)
    hasher.combine(tree.cleanup == noIndex ? noIndex : tree.cleanup - NodeIndex(node))
    hasher.combine(tree.votes.count)
    hasher.combine(tree.rule)
    hasher.combine(tree.maxSwitches)
    for position in stride(from: 0, to: tree.shape.count, by: 2) {
      let isLeaf = tree.shape[position] == TreeShape.leaf.rawValue
      hasher.combine(tree.shape[position])
      let number = position + 1 < tree.shape.count ? tree.shape[position + 1] : 0
      hasher.combine(isLeaf ? number - NodeIndex(node) : number)
    }
  }

  private func combine(_ row: Row, into hasher: inout Hasher) {
    hasher.combine(row.event)
    hasher.combine(row.kinds)
    hasher.combine(row.detail)
    combine(program: row.guardProgram, into: &hasher)
    hasher.combine(row.isNegated)
    hasher.combine(row.guardErrorMode)
    combine(assignments: row.assignments, into: &hasher)
    hasher.combine(row.target == noIndex ? Int32.min : row.target - row.place)
    hasher.combine(row.domain.lowerBound - row.place)
    hasher.combine(row.domain.count)
    combine(nodes: row.targets, from: Int(row.place), into: &hasher)
    combine(actions: row.actions, into: &hasher)
    for descriptor in row.descriptors { hasher.combine(table.lists[Int(descriptor)]) }
    combine(program: row.delay, into: &hasher)
    hasher.combine(row.counterLimit)
    guard let tree = row.tree else { return }
    hasher.combine(tree.keepsTarget)
    hasher.combine(tree.haltsPlace)
    let base = registerBase[Int(row.place)]
    for (offset, position) in tree.operations.enumerated() {
      let number = table.lists[Int(position)]
      hasher.combine(offset % 3 == 1 ? number - base : number)
    }
  }

  private func combine(program: PoolIndex, into hasher: inout Hasher) {
    hasher.combine(program == noIndex ? 0 : programShapes[Int(program)])
  }

  private func combine(fields: Range<PoolIndex>, into hasher: inout Hasher) {
    hasher.combine(fields.count)
    for field in fields {
      hasher.combine(table.fields[Int(field)].name)
      combine(program: table.fields[Int(field)].program, into: &hasher)
    }
  }

  private func combine(assignments: Range<PoolIndex>, into hasher: inout Hasher) {
    hasher.combine(assignments.count)
    for index in assignments {
      hasher.combine(table.assignments[Int(index)].field)
      combine(program: table.assignments[Int(index)].program, into: &hasher)
    }
  }

  private func combine(nodes: Range<PoolIndex>, from node: Int, into hasher: inout Hasher) {
    hasher.combine(nodes.count)
    for position in nodes { hasher.combine(table.lists[Int(position)] - NodeIndex(node)) }
  }

  /// Actions nest; the compiler bounds how deep.
  private func combine(actions: Range<PoolIndex>, into hasher: inout Hasher) {
    hasher.combine(actions.count)
    for index in actions {
      let action = table.actions[Int(index)]
      hasher.combine(action.kind)
      for text in [action.text, action.id, action.idField, action.target] { hasher.combine(text) }
      for program in [
        action.program, action.textProgram, action.targetProgram, action.delayProgram,
      ] {
        combine(program: program, into: &hasher)
      }
      combine(fields: action.fields, into: &hasher)
      hasher.combine(action.delayMilliseconds)
      combine(actions: action.body, into: &hasher)
      combine(actions: action.otherwise, into: &hasher)
    }
  }
}
