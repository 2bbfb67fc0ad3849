import Values

// The binary form of what trees add, and its check.
extension BinaryWriter {
  mutating func write(part: TreePart?) {
    write(bool: part != nil)
    guard let part else { return }
    for flag in [part.isReactive, part.isLate, part.isSkip] { write(bool: flag) }
    write(range: part.haltAssignments)
    write(index: part.cleanup)
    write(range: part.votes)
    write(index: part.due)
    write(range: part.memory)
    let rule = part.rule
    write(byte: rule.kind.rawValue)
    for number in [rule.successes, rule.failures, rule.concurrency] { write(index: number) }
    for flag in [rule.countsSkips, rule.isOneEnough, rule.repeatsSuccesses] { write(bool: flag) }
    write(list: rule.positions) { $0.write(index: $1) }
    write(index: part.maxSwitches)
    write(index: part.switches)
    write(list: part.shape) { $0.write(index: $1) }
  }

  mutating func write(move: TreeMove?) {
    write(bool: move != nil)
    guard let move else { return }
    write(range: move.operations)
    write(bool: move.keepsTarget)
    write(bool: move.haltsPlace)
  }
}

extension BinaryReader {
  mutating func readTreePart() throws(BinaryError) -> TreePart? {
    guard try readBool() else { return nil }
    var part = TreePart()
    part.isReactive = try readBool()
    part.isLate = try readBool()
    part.isSkip = try readBool()
    part.haltAssignments = try readRange()
    part.cleanup = try readIndex()
    part.votes = try readRange()
    part.due = try readIndex()
    part.memory = try readRange()
    var rule = VoteRule(try readCase(VoteRule.Kind.self))
    rule.successes = try readIndex()
    rule.failures = try readIndex()
    rule.concurrency = try readIndex()
    rule.countsSkips = try readBool()
    rule.isOneEnough = try readBool()
    rule.repeatsSuccesses = try readBool()
    rule.positions = try readList { (reader) throws(BinaryError) in try reader.readIndex() }
    part.rule = rule
    part.maxSwitches = try readIndex()
    part.switches = try readIndex()
    part.shape = try readList { (reader) throws(BinaryError) in try reader.readIndex() }
    return part
  }

  mutating func readTreeMove() throws(BinaryError) -> TreeMove? {
    guard try readBool() else { return nil }
    var move = TreeMove()
    move.operations = try readRange()
    move.keepsTarget = try readBool()
    move.haltsPlace = try readBool()
    return move
  }
}

extension TableValidator {
  func checkTree(of node: PlaceNode, _ name: Numbered) throws(TableError) {
    guard let part = node.tree else {
      switch node.kind {
      case .tree, .branch, .park: throw TableError("\(name) is no part of a tree")
      default: return
      }
    }
    switch node.kind {
    case .branch, .park, .parallel:
      // Climbing from anywhere in a tree comes to its root.
      let outer = node.parent > 0 ? table.nodes[Int(node.parent)] : nil
      guard outer?.tree != nil, let kind = outer?.kind, [.tree, .branch, .parallel].contains(kind)
      else { throw TableError("\(name) lies in no tree") }
    default: break
    }
    let registers = table.registers.count
    try range(part.haltAssignments, within: table.assignments.count, "the halt of \(name)")
    try index(part.cleanup, below: table.nodes.count, "the cleanup of \(name)")
    try range(part.votes, within: registers, "the votes of \(name)")
    try index(part.due, below: registers, "the time of \(name)")
    try range(part.memory, within: registers, "the memory of \(name)")
    try index(part.switches, below: registers, "the switches of \(name)")
    guard TreeShape.isSound(part.shape, nodes: table.nodes.count) else {
      throw TableError("the shape of \(name) is broken")
    }
    guard part.rule.positions.allSatisfy({ $0 >= 0 && $0 < part.votes.count }) else {
      throw TableError("\(name) waits for parts that it has not")
    }
  }

  func checkTree(of row: Row, _ name: Numbered) throws(TableError) {
    guard let move = row.tree else { return }
    try range(move.operations, within: table.lists.count, "the operations of \(name)")
    guard move.operations.count % 3 == 0 else {
      throw TableError("\(name) has operations that are cut off")
    }
    for position in stride(from: move.operations.lowerBound, to: move.operations.upperBound, by: 3)
    {
      guard TreeMove.Operation(rawValue: table.lists[Int(position)]) != nil else {
        throw TableError("\(name) has an unknown operation")
      }
      try index(
        table.lists[Int(position) + 1],
        below: table.registers.count,
        optional: false,
        "a register of \(name)"
      )
    }
    guard row.target != noIndex else { throw TableError("\(name) leads nowhere") }
  }
}
