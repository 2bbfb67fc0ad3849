public import Table

/// What places may fail with by what they do themselves.
public struct FailureSources: Sendable {
  private let table: TransitionTable
  private let given: GivenFields
  /// How long the lists of maps may be.
  package let sizes: ListSizes

  /// Of a table.
  public init(_ table: TransitionTable) {
    self.table = table
    given = GivenFields(table)
    sizes = ListSizes(table)
  }

  /// The kinds of failure that a place can have by what it does; `max_visits` is apart, and so is
  /// what comes out of the parts that it runs.
  public func ownFailures(of place: Int) -> ErrorKindSet {
    let node = table.nodes[place]
    var kinds = callFailures(of: node)
    if node.deadlineMilliseconds >= 0 { kinds.formUnion(ErrorKindSet([.timeout])) }
    switch node.kind {
    case .plan:
      // Whatever a step of the plan fails with is what the plan fails with.
      kinds = .all
    case .fork: kinds.formUnion(listFailures(of: place))
    case .call: kinds.formUnion(doorFailures(of: node))
    case .check: kinds.formUnion(ErrorKindSet([.check, .guardError]))
    default: break
    }
    if node.require != noIndex { kinds.formUnion(ErrorKindSet([.require, .guardError])) }
    let evaluates =
      node.when != noIndex || node.condition != noIndex || mayFail(assignments: node.assignments)
      || mayFail(fields: node.result)
      || node.rows.contains { index in
        let row = table.rows[Int(index)]
        guard row.event != .failure, row.event != .cancel, row.tree == nil else { return false }
        return row.guardProgram != noIndex && row.guardErrorMode == .fails
          || mayFail(assignments: row.assignments)
      }
    if evaluates { kinds.formUnion(ErrorKindSet([.guardError])) }
    return kinds
  }

  private func callFailures(of node: PlaceNode) -> ErrorKindSet {
    guard node.effect != noIndex else { return ErrorKindSet([]) }
    let effect = table.effects[Int(node.effect)]
    let performer = table.performers[Int(effect.performer)]
    // The other side may say that it took too long, whatever deadline the step has.
    var kinds = ErrorKindSet([
      .timeout, .unavailable, .rateLimited, .invalidOutput, .denied, .budget, .failed,
    ])
    if performer.inputSchema != noIndex { kinds.formUnion(ErrorKindSet([.inputRejected])) }
    if performer.mayWrite(among: table.performers) { kinds.formUnion(ErrorKindSet([.unknown])) }
    if mayFail(fields: effect.input) { kinds.formUnion(ErrorKindSet([.guardError])) }
    return kinds
  }

  /// What may go wrong at the door of a map: no list, or more items than `max_items`.
  private func listFailures(of place: Int) -> ErrorKindSet {
    var kinds = ErrorKindSet([])
    let bounds = sizes.bounds(of: place)
    if !bounds.isSure { kinds.formUnion(ErrorKindSet([.guardError])) }
    let most = Int64(table.frames[Int(table.nodes[place].template)].maxInstances)
    if (bounds.most ?? .max) > most { kinds.formUnion(ErrorKindSet([.inputRejected])) }
    return kinds
  }

  /// What may go wrong at the door of a child flow and at its end.
  private func doorFailures(of node: PlaceNode) -> ErrorKindSet {
    var kinds = ErrorKindSet([])
    let frame = table.frames[Int(node.template)]
    if mayFail(fields: node.input) || mayFail(fields: frame.result) {
      kinds.formUnion(ErrorKindSet([.guardError]))
    }
    let hasSchema = frame.slots.contains { slot in
      let entry = table.slots[Int(slot)]
      return entry.kind == .input && entry.scope == frame.scope && entry.schema != noIndex
    }
    let isDetached = frame.maxInstances == 0
    if hasSchema || isDetached { kinds.formUnion(ErrorKindSet([.inputRejected])) }
    return kinds
  }

  /// Whether some entry of an input or result may fail to be rendered: it holds an expression.
  package func mayFail(fields range: Range<PoolIndex>) -> Bool {
    range.contains { mayFail(program: table.fields[Int($0)].program) }
  }

  /// Whether some assignment may fail: its expression is no constant.
  package func mayFail(assignments range: Range<PoolIndex>) -> Bool {
    range.contains { mayFail(program: table.assignments[Int($0)].program) }
  }

  /// Whether evaluating a program may fail: all but constants, and texts that hold nothing but
  /// fields which are always there.
  package func mayFail(program: PoolIndex) -> Bool {
    guard program != noIndex else { return false }
    let source = table.programs[Int(program)]
    switch source.kind {
    case .template, .structure: return !isGiven(Array(source.text.utf8), scope: source.scope)
    case .expression: return !Self.isConstant(source.text)
    }
  }

  /// Whether every `{{ }}` of a text is a field that is always there.
  private func isGiven(_ bytes: [UInt8], scope: PoolIndex) -> Bool {
    let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
    var index = 0
    while index + 1 < bytes.count {
      guard bytes[index] == open, bytes[index + 1] == open else {
        index += 1
        continue
      }
      var end = index + 2
      while end + 1 < bytes.count, bytes[end] != close || bytes[end + 1] != close { end += 1 }
      guard end + 1 < bytes.count else { return false }
      let path = bytes[index + 2..<end].split(separator: UInt8(ascii: " "))
      guard path.count == 1, given.contains(Array(path[0]), scope: scope) else { return false }
      index = end + 2
    }
    return true
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
