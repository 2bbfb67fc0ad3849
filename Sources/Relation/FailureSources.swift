public import Table

// What a place may fail with by what it does itself.
extension TransitionTable {
  /// The kinds of failure that a place can have by what it does; `max_visits` is apart, and so is
  /// what comes out of the parts that it runs.
  public func ownFailures(of place: Int) -> ErrorKindSet {
    let node = nodes[place]
    var kinds = callFailures(of: node)
    if node.deadlineMilliseconds >= 0 { kinds.formUnion(ErrorKindSet([.timeout])) }
    switch node.kind {
    case .plan:
      // Whatever a step of the plan fails with is what the plan fails with.
      kinds = .all
    case .fork: kinds.formUnion(ErrorKindSet([.guardError, .inputRejected]))
    case .call: kinds.formUnion(doorFailures(of: node))
    case .check: kinds.formUnion(ErrorKindSet([.check, .guardError]))
    default: break
    }
    if node.require != noIndex { kinds.formUnion(ErrorKindSet([.require, .guardError])) }
    let evaluates =
      node.when != noIndex || node.condition != noIndex || mayFail(assignments: node.assignments)
      || mayFail(fields: node.result)
      || node.rows.contains { index in
        let row = rows[Int(index)]
        guard row.event != .failure, row.event != .cancel, row.tree == nil else { return false }
        return row.guardProgram != noIndex && row.guardErrorMode == .fails
          || mayFail(assignments: row.assignments)
      }
    if evaluates { kinds.formUnion(ErrorKindSet([.guardError])) }
    return kinds
  }

  private func callFailures(of node: PlaceNode) -> ErrorKindSet {
    guard node.effect != noIndex else { return ErrorKindSet([]) }
    let effect = effects[Int(node.effect)]
    let performer = performers[Int(effect.performer)]
    var kinds = ErrorKindSet([
      .unavailable, .rateLimited, .invalidOutput, .denied, .budget, .failed,
    ])
    if performer.inputSchema != noIndex { kinds.formUnion(ErrorKindSet([.inputRejected])) }
    if performer.mayWrite(among: performers) { kinds.formUnion(ErrorKindSet([.unknown])) }
    if mayFail(fields: effect.input) { kinds.formUnion(ErrorKindSet([.guardError])) }
    return kinds
  }

  /// What may go wrong at the door of a child flow and at its end.
  private func doorFailures(of node: PlaceNode) -> ErrorKindSet {
    var kinds = ErrorKindSet([])
    let frame = frames[Int(node.template)]
    if mayFail(fields: node.input) || mayFail(fields: frame.result) {
      kinds.formUnion(ErrorKindSet([.guardError]))
    }
    let hasSchema = frame.slots.contains { slot in
      slots[Int(slot)].kind == .input && slots[Int(slot)].scope == frame.scope
        && slots[Int(slot)].schema != noIndex
    }
    let isDetached = frame.maxInstances == 0
    if hasSchema || isDetached { kinds.formUnion(ErrorKindSet([.inputRejected])) }
    return kinds
  }

  /// Whether some entry of an input or result may fail to be rendered: it holds an expression.
  package func mayFail(fields range: Range<PoolIndex>) -> Bool {
    range.contains { mayFail(program: fields[Int($0)].program) }
  }

  /// Whether some assignment may fail: its expression is no constant.
  package func mayFail(assignments range: Range<PoolIndex>) -> Bool {
    range.contains { mayFail(program: assignments[Int($0)].program) }
  }

  /// Whether evaluating a program may fail: all but constants may.
  package func mayFail(program: PoolIndex) -> Bool {
    guard program != noIndex else { return false }
    let source = programs[Int(program)]
    switch source.kind {
    case .template, .structure: return Self.holdsTemplate(source.text)
    case .expression: return !Self.isConstant(source.text)
    }
  }

  private static func holdsTemplate(_ text: String) -> Bool {
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "{"), previous == byte { return true }
      previous = byte
    }
    return false
  }

  /// A number, `true`, `false`, `null`, or a plain quoted text.
  private static func isConstant(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if ["true", "false", "null"].contains(where: { Array($0.utf8) == bytes }) { return true }
    guard let first = bytes.first, let last = bytes.last else { return false }
    if bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), bytes.count <= 18 { return true }
    guard bytes.count >= 2, first == last, first == UInt8(ascii: "'") || first == UInt8(ascii: "\"")
    else { return false }
    return bytes.dropFirst().dropLast().allSatisfy { $0 != first && $0 != UInt8(ascii: "\\") }
  }
}
