import Expression
import Table
import Values

// The versioned binary form of a run's state: snapshots, and the bytes that state digests cover.
extension RunState {
  private static let version: UInt64 = 2

  /// The binary form; equal states give equal bytes.
  public func encoded() -> [UInt8] {
    var writer = BinaryWriter(capacity: 256)
    writer.write(unsigned: Self.version)
    writer.write(text: runID)
    writer.write(list: tokens) { writer, token in
      writer.write(index: token.place)
      writer.write(index: token.frame)
      writer.write(byte: token.phase.rawValue)
      writer.write(signed: token.effect)
      writer.write(index: token.attempt)
      writer.write(bool: token.isInDoubt)
    }
    writer.write(list: registers) { $0.write(signed: $1) }
    writer.write(list: 0..<memory.slotCount) { writer, slot in
      let value = memory.value(slot)
      writer.write(bool: value != nil)
      if let value { writer.write(value: value) }
    }
    writer.write(list: steps) { $0.write(step: $1) }
    writeParts(&writer)
    writer.write(bool: cancelReason != nil)
    if let cancelReason { writer.write(text: cancelReason) }
    writer.write(error: lastError)
    writer.write(signed: nextEffect)
    writer.write(signed: startedMilliseconds)
    writer.write(signed: nowMilliseconds)
    writer.write(signed: spentPicodollars)
    writer.write(signed: tokensUsed)
    writer.write(signed: timeoutTimer)
    writer.write(signed: placesEntered)
    writer.write(bool: isOverdue)
    Self.write(outcome, &writer)
    // Many snapshots may be kept: none takes more room than it needs.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(writer.bytes.count)
    bytes.append(contentsOf: writer.bytes)
    return bytes
  }

  private static func write(_ outcome: RunOutcome?, _ writer: inout BinaryWriter) {
    switch outcome {
    case nil: writer.write(byte: 0)
    case .success(let final, let result):
      writer.write(byte: 1)
      writer.write(text: final)
      writer.write(value: result)
    case .failure(let final, let error, let result):
      writer.write(byte: 2)
      writer.write(bool: final != nil)
      if let final { writer.write(text: final) }
      writer.write(error: error)
      writer.write(value: result)
    case .cancelled(let reason):
      writer.write(byte: 3)
      writer.write(text: reason)
    }
  }

  /// Reads the binary form of a state of `table`; hostile bytes give an error.
  ///
  /// What is read can be continued: every number in it is one that the table knows.
  public init(decoding bytes: [UInt8], for table: LinkedTable) throws(BinaryError) {
    var reader = BinaryReader(bytes)
    guard try reader.readUnsigned() == Self.version else {
      throw reader.failure("a snapshot of another version")
    }
    let runID = try reader.readText()
    let tokens = try reader.readList { (reader) throws(BinaryError) in
      var token = Token(place: try reader.readIndex(), frame: try reader.readIndex())
      token.phase = try reader.readCase(Token.Phase.self)
      token.effect = try reader.readSigned()
      token.attempt = try reader.readIndex()
      token.isInDoubt = try reader.readBool()
      return token
    }
    let registers = try reader.readList { (reader) throws(BinaryError) in try reader.readSigned() }
    let slots = try reader.readCount()
    guard slots == table.table.slots.count else { throw reader.failure("slots of another table") }
    self.init(nodes: 0, registers: 0, slots: slots)
    self.runID = runID
    self.tokens = tokens
    self.registers = registers
    for slot in 0..<slots where try reader.readBool() {
      memory.set(slot, try reader.readValue())
    }
    _ = memory.takeWritten()
    steps = try reader.readList { (reader) throws(BinaryError) in try reader.readStep() }
    try readParts(&reader)
    cancelReason = try reader.readBool() ? try reader.readText() : nil
    lastError = try reader.readRunError()
    nextEffect = try reader.readSigned()
    startedMilliseconds = try reader.readSigned()
    nowMilliseconds = try reader.readSigned()
    spentPicodollars = try reader.readSigned()
    tokensUsed = try reader.readSigned()
    timeoutTimer = try reader.readSigned()
    placesEntered = try reader.readSigned()
    isOverdue = try reader.readBool()
    outcome = try Self.readOutcome(&reader)
    guard reader.isAtEnd else { throw reader.failure("bytes after the end") }
    guard fits(table) else { throw reader.failure("a state of another table") }
  }

  /// Whether the numbers of the state lie within the table, with room for counting on.
  private func fits(_ linked: LinkedTable) -> Bool {
    func isRoomy(_ number: Int64) -> Bool { number >= 0 && number <= Int64.max / 2 }
    guard registers.count == linked.table.registers.count,
      memory.slotCount == linked.table.slots.count, steps.count == linked.table.nodes.count,
      isRoomy(nextEffect), isRoomy(startedMilliseconds), isRoomy(nowMilliseconds),
      isRoomy(placesEntered), isRoomy(timeoutTimer), startedMilliseconds <= nowMilliseconds,
      partsFit(linked)
    else { return false }
    for register in registers where !isRoomy(register) { return false }
    for step in steps where step.attempts < 0 || step.attempts >= Int32.max / 2 { return false }
    for token in tokens where !fits(token, linked) { return false }
    return true
  }

  private func fits(_ token: Token, _ linked: LinkedTable) -> Bool {
    guard linked.table.nodes.indices.contains(Int(token.place)),
      token.frame == 0 || frames.contains(where: { $0.id == token.frame }),
      token.effect >= 0, token.attempt >= 0, token.attempt < Int32.max / 2
    else { return false }
    if token.phase == .entered || token.phase == .resting { return true }
    let node = linked.table.nodes[Int(token.place)]
    switch token.phase {
    case .entered, .resting: return true
    case .calling: return node.effect != noIndex
    case .pausing: return node.retry != noIndex && (node.effect != noIndex || node.isTriedAsAWhole)
    case .waiting: return node.kind == .wait
    case .hosting: return node.isComposite || [.fork, .call, .join, .tree].contains(node.kind)
    }
  }

  private static func readOutcome(
    _ reader: inout BinaryReader
  ) throws(BinaryError) -> RunOutcome? {
    switch try reader.readByte() {
    case 0: return nil
    case 1:
      let final = try reader.readText()
      return .success(final: final, result: try reader.readValue())
    case 2:
      let final = try reader.readBool() ? try reader.readText() : nil
      let error = try reader.readRunError()
      return .failure(final: final, error: error, result: try reader.readValue())
    case 3: return .cancelled(reason: try reader.readText())
    default: throw reader.failure("unknown outcome")
    }
  }
}
