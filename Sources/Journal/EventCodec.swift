import Execution
import Table
import Values

extension BinaryWriter {
  /// Writes an event exactly.
  package mutating func write(event: RunEvent) {
    write(signed: event.atMilliseconds)
    switch event.kind {
    case .started(let runID, let input, let environment):
      write(byte: 0)
      write(text: runID)
      write(value: input)
      write(value: .map(environment))
    case .completed(let effect, let output, let usage, let cost):
      write(byte: 1)
      write(signed: effect)
      write(value: output)
      write(usage: usage)
      write(signed: cost)
    case .failed(let effect, let error, let message, let usage, let cost):
      write(byte: 2)
      write(signed: effect)
      write(byte: error.rawValue)
      write(text: message)
      write(usage: usage)
      write(signed: cost)
    case .fired(let timer):
      write(byte: 3)
      write(signed: timer)
    case .cancelled(let reason):
      write(byte: 4)
      write(text: reason)
    case .external(let name, let payload):
      write(byte: 5)
      write(text: name)
      write(value: payload)
    case .tick(let tick):
      write(byte: 6)
      write(value: .map(tick.writes))
      write(list: tick.answers) { writer, entry in
        writer.write(text: entry.leaf)
        writer.write(list: entry.answers) { $0.write(byte: $1.rawValue) }
      }
      write(bool: tick.isHalt)
    }
  }

  private mutating func write(usage: Usage?) {
    write(bool: usage != nil)
    guard let usage else { return }
    write(signed: usage.promptTokens)
    write(signed: usage.outputTokens)
  }

  /// Writes an error.
  mutating func write(error: RunError) {
    write(byte: error.kind.rawValue)
    write(text: error.message)
    write(text: error.step)
  }

  /// Writes an effect exactly.
  package mutating func write(effect: Effect) {
    switch effect {
    case .call(let call):
      write(byte: 0)
      write(signed: call.id)
      write(index: call.place)
      write(index: call.frame)
      write(index: call.performer)
      write(value: call.input)
      write(index: call.attempt)
      write(signed: call.visit)
      write(signed: call.deadlineMilliseconds)
    case .startTimer(let timer):
      write(byte: 1)
      write(signed: timer.id)
      write(byte: timer.purpose.rawValue)
      write(index: timer.place)
      write(signed: timer.dueMilliseconds)
    case .cancel(let effect):
      write(byte: 2)
      write(signed: effect)
    case .startChild(let child):
      write(byte: 3)
      write(child: child)
    }
  }

  private mutating func write(child: ChildIntent) {
    write(signed: child.id)
    write(index: child.place)
    write(index: child.frame)
    switch child.source {
    case .template(let template):
      write(byte: 0)
      write(index: template)
    case .stored(let digest):
      write(byte: 1)
      write(block: digest.bytes)
    }
    write(text: child.label)
    write(value: child.input)
    write(bool: child.isAwaited)
    write(signed: child.limitPicodollars)
    write(bool: child.isPrepaid)
  }
}

extension BinaryReader {
  /// Reads an event.
  package mutating func readEvent() throws(BinaryError) -> RunEvent {
    let at = try readSigned()
    let kind: RunEvent.Kind
    switch try readByte() {
    case 0:
      let runID = try readText()
      let input = try readValue()
      guard case .map(let environment) = try readValue() else {
        throw failure("the environment is no map")
      }
      kind = .started(runID: runID, input: input, environment: environment)
    case 1:
      let effect = try readSigned()
      let output = try readValue()
      let usage = try readUsage()
      kind = .completed(
        effect: effect,
        output: output,
        usage: usage,
        costPicodollars: try readSigned()
      )
    case 2:
      let effect = try readSigned()
      let error = try readCase(ErrorKind.self)
      let message = try readText()
      let usage = try readUsage()
      kind = .failed(
        effect: effect,
        error: error,
        message: message,
        usage: usage,
        costPicodollars: try readSigned()
      )
    case 3: kind = .fired(timer: try readSigned())
    case 4: kind = .cancelled(reason: try readText())
    case 5:
      let name = try readText()
      kind = .external(name: name, payload: try readValue())
    case 6: kind = .tick(try readTick())
    default: throw failure("unknown kind of event")
    }
    return RunEvent(atMilliseconds: at, kind: kind)
  }

  private mutating func readTick() throws(BinaryError) -> TreeTick {
    guard case .map(let writes) = try readValue() else { throw failure("writes are no map") }
    let answers = try readList { (reader) throws(BinaryError) in
      let leaf = try reader.readText()
      let answers = try reader.readList { (reader) throws(BinaryError) in
        try reader.readCase(TreeTick.Answer.self)
      }
      return (leaf: leaf, answers: answers)
    }
    return TreeTick(writes: writes, answers: answers, isHalt: try readBool())
  }

  private mutating func readUsage() throws(BinaryError) -> Usage? {
    guard try readBool() else { return nil }
    let prompt = try readSigned()
    return Usage(promptTokens: prompt, outputTokens: try readSigned())
  }

  /// Reads an error.
  mutating func readError() throws(BinaryError) -> RunError {
    let kind = try readCase(ErrorKind.self)
    let message = try readText()
    return RunError(kind: kind, message: message, step: try readText())
  }

  /// Reads an effect.
  package mutating func readEffect() throws(BinaryError) -> Effect {
    switch try readByte() {
    case 0:
      let id = try readSigned()
      let place = try readIndex()
      let frame = try readIndex()
      let performer = try readIndex()
      let input = try readValue()
      let attempt = try readIndex()
      let visit = try readSigned()
      return .call(
        CallIntent(
          id: id,
          place: place,
          frame: frame,
          performer: performer,
          input: input,
          attempt: attempt,
          visit: visit,
          deadlineMilliseconds: try readSigned()
        )
      )
    case 1:
      let id = try readSigned()
      let purpose = try readCase(TimerIntent.Purpose.self)
      let place = try readIndex()
      return .startTimer(
        TimerIntent(id: id, purpose: purpose, place: place, dueMilliseconds: try readSigned())
      )
    case 2: return .cancel(try readSigned())
    case 3: return .startChild(try readChild())
    default: throw failure("unknown kind of effect")
    }
  }

  private mutating func readChild() throws(BinaryError) -> ChildIntent {
    let id = try readSigned()
    let place = try readIndex()
    let frame = try readIndex()
    let source: ChildIntent.Source
    switch try readByte() {
    case 0: source = .template(try readIndex())
    case 1:
      guard let digest = try readDigest() else { throw failure("no table of a child") }
      source = .stored(digest)
    default: throw failure("unknown source of a child's table")
    }
    let label = try readText()
    let input = try readValue()
    let isAwaited = try readBool()
    var child = ChildIntent(
      id: id,
      place: place,
      frame: frame,
      source: source,
      label: label,
      input: input,
      isAwaited: isAwaited,
      limitPicodollars: try readSigned()
    )
    child.isPrepaid = try readBool()
    return child
  }
}
