import Expression
import Table
import Values

// The binary form of joins, frames, histories and timers.
extension RunState {
  func writeParts(_ writer: inout BinaryWriter) {
    writer.write(list: joins) { writer, join in
      for number in [
        join.owner, join.frame, join.opened, join.successes, join.failures, join.skipped,
      ] { writer.write(index: number) }
      writer.write(list: join.items) { $0.write(value: $1) }
      writer.write(list: join.results) { $0.write(optional: $1) }
      writer.write(error: join.error)
    }
    writer.write(list: frames) { writer, frame in
      for number in [frame.id, frame.template, frame.parent, frame.owner, frame.position] {
        writer.write(index: number)
      }
      writer.write(list: frame.memory.contents) { $0.write(optional: $1) }
      writer.write(list: frame.registers) { $0.write(signed: $1) }
      writer.write(list: frame.steps) { $0.write(step: $1) }
      writer.write(list: frame.histories) { $0.write(nodes: $1) }
    }
    writer.write(index: nextFrame)
    writer.write(list: histories) { $0.write(nodes: $1) }
    writer.write(list: timers) { writer, timer in
      writer.write(signed: timer.effect)
      writer.write(index: timer.node)
      writer.write(index: timer.frame)
      switch timer.purpose {
      case .after(let row):
        writer.write(byte: 0)
        writer.write(index: row)
      case .event(let event):
        writer.write(byte: 1)
        writer.write(event: event)
      case .deadline: writer.write(byte: 2)
      }
    }
  }

  mutating func readParts(_ reader: inout BinaryReader) throws(BinaryError) {
    joins = try reader.readList { (reader) throws(BinaryError) in try reader.readJoin() }
    frames = try reader.readList { (reader) throws(BinaryError) in try reader.readFrame() }
    nextFrame = try reader.readIndex()
    histories = try reader.readList { (reader) throws(BinaryError) in try reader.readNodes() }
    timers = try reader.readList { (reader) throws(BinaryError) in
      let effect = try reader.readSigned()
      let node = try reader.readIndex()
      let frame = try reader.readIndex()
      let purpose: RunTimer.Purpose
      switch try reader.readByte() {
      case 0: purpose = .after(row: try reader.readIndex())
      case 1: purpose = .event(try reader.readEvent())
      case 2: purpose = .deadline
      default: throw reader.failure("unknown timer")
      }
      return RunTimer(effect: effect, node: node, frame: frame, purpose: purpose)
    }
  }

  /// Items and child flows that a run can tell apart, one after the other.
  static let mostFrames = Int32.max / 2

  /// Whether joins, frames, histories and timers are ones that the table knows.
  func partsFit(_ linked: LinkedTable) -> Bool {
    if joins.isEmpty, frames.isEmpty, histories.isEmpty, timers.isEmpty {
      return linked.table.historyCount == 0 && nextFrame > 0 && nextFrame <= Self.mostFrames
    }
    return partsFit(linked.table)
  }

  private func partsFit(_ table: TransitionTable) -> Bool {
    let nodes = 0..<Int32(table.nodes.count)
    let known = Set(frames.map(\.id)).union([0])
    guard known.count == frames.count + 1,
      frames.map(\.id) == known.sorted().dropFirst().map(\.self),
      nextFrame > frames.last?.id ?? 0, nextFrame <= Self.mostFrames,
      histories.count == Int(table.historyCount),
      (histories + frames.flatMap(\.histories)).allSatisfy({ $0.allSatisfy(nodes.contains) })
    else { return false }
    return frames.allSatisfy { fits($0, table, known) }
      && joins.allSatisfy { join in
        nodes.contains(join.owner) && known.contains(join.frame)
          && table.nodes[Int(join.owner)].join != noIndex
          && [join.opened, join.successes, join.failures, join.skipped].allSatisfy {
            $0 >= 0 && $0 <= join.results.count
          }
      }
      && timers.allSatisfy { timer in
        guard known.contains(timer.frame), timer.node == noIndex || nodes.contains(timer.node)
        else {
          return false
        }
        if case .after(let row) = timer.purpose {
          return row >= 0 && Int(row) < table.rows.count && timer.node != noIndex
        }
        return true
      }
  }

  private func fits(
    _ frame: FrameInstance,
    _ table: TransitionTable,
    _ known: Set<Int32>
  ) -> Bool {
    guard frame.template > 0, Int(frame.template) < table.frames.count,
      frame.owner >= 0, Int(frame.owner) < table.nodes.count,
      table.nodes[Int(frame.owner)].template == frame.template,
      frame.parent < frame.id, known.contains(frame.parent), frame.position >= 0
    else { return false }
    let template = table.frames[Int(frame.template)]
    return frame.memory.contents.count == template.slots.count
      && frame.registers.count == template.registers.count
      && frame.steps.count == template.nodes.count
      && frame.histories.count == template.histories.count
      && frame.registers.allSatisfy { $0 >= 0 && $0 <= Int64.max / 2 }
  }
}

extension BinaryWriter {
  mutating func write(optional value: Value?) {
    write(bool: value != nil)
    if let value { write(value: value) }
  }

  mutating func write(error: RunError?) {
    write(bool: error != nil)
    guard let error else { return }
    write(byte: error.kind.rawValue)
    write(text: error.message)
    write(text: error.step)
  }

  mutating func write(step: StepRecord) {
    write(byte: step.status.rawValue)
    write(index: step.attempts)
    write(bool: step.isActive)
    write(index: step.failedItems)
    write(error: step.error)
  }

  fileprivate mutating func write(nodes: [NodeIndex]) {
    write(list: nodes) { $0.write(index: $1) }
  }

  fileprivate mutating func write(event: QueuedEvent) {
    write(text: event.name)
    write(value: event.data)
    for text in [event.type, event.sendID, event.invokeID] { write(text: text) }
    write(index: event.session)
  }
}

extension BinaryReader {
  mutating func readOptional() throws(BinaryError) -> Value? {
    try readBool() ? try readValue() : nil
  }

  mutating func readRunError() throws(BinaryError) -> RunError? {
    guard try readBool() else { return nil }
    let kind = try readCase(ErrorKind.self)
    let message = try readText()
    return RunError(kind: kind, message: message, step: try readText())
  }

  mutating func readStep() throws(BinaryError) -> StepRecord {
    var step = StepRecord()
    step.status = try readCase(StepStatus.self)
    step.attempts = try readIndex()
    step.isActive = try readBool()
    step.failedItems = try readIndex()
    step.error = try readRunError()
    return step
  }

  fileprivate mutating func readNodes() throws(BinaryError) -> [NodeIndex] {
    try readList { (reader) throws(BinaryError) in try reader.readIndex() }
  }

  fileprivate mutating func readEvent() throws(BinaryError) -> QueuedEvent {
    let name = try readText()
    let data = try readValue()
    let type = try readText()
    let sendID = try readText()
    let invokeID = try readText()
    return QueuedEvent(
      name: name,
      data: data,
      type: type,
      sendID: sendID,
      invokeID: invokeID,
      session: try readIndex()
    )
  }

  fileprivate mutating func readJoin() throws(BinaryError) -> JoinState {
    var join = JoinState(
      owner: try readIndex(),
      frame: try readIndex(),
      items: [],
      parts: 0
    )
    join.opened = try readIndex()
    join.successes = try readIndex()
    join.failures = try readIndex()
    join.skipped = try readIndex()
    join.items = try readList { (reader) throws(BinaryError) in try reader.readValue() }
    join.results = try readList { (reader) throws(BinaryError) in try reader.readOptional() }
    join.error = try readRunError()
    return join
  }

  fileprivate mutating func readFrame() throws(BinaryError) -> FrameInstance {
    let id = try readIndex()
    let template = try readIndex()
    let parent = try readIndex()
    let owner = try readIndex()
    let position = try readIndex()
    let memory = try readList { (reader) throws(BinaryError) in try reader.readOptional() }
    let registers = try readList { (reader) throws(BinaryError) in try reader.readSigned() }
    let steps = try readList { (reader) throws(BinaryError) in try reader.readStep() }
    return FrameInstance(
      id: id,
      template: template,
      parent: parent,
      owner: owner,
      position: position,
      memory: MemoryPart(memory),
      registers: registers,
      steps: steps,
      histories: try readList { (reader) throws(BinaryError) in try reader.readNodes() }
    )
  }
}
