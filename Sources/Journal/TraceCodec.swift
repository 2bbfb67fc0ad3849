import Execution
import Values

extension BinaryWriter {
  /// Writes one entry of a trace exactly.
  package mutating func write(trace entry: TraceEntry) {
    switch entry {
    case .entered(let place, let frame, let visit):
      write(byte: 0)
      write(index: place)
      write(index: frame)
      write(signed: visit)
    case .took(let row, let frame):
      write(byte: 1)
      write(index: row)
      write(index: frame)
    case .forced(let target, let frame):
      write(byte: 2)
      write(index: target)
      write(index: frame)
    case .finished(let place, let frame, let status, let error):
      write(byte: 3)
      write(index: place)
      write(index: frame)
      write(byte: status.rawValue)
      write(bool: error != nil)
      if let error { write(error: error) }
    case .retried(let place, let frame, let attempt, let error):
      write(byte: 4)
      write(index: place)
      write(index: frame)
      write(index: attempt)
      write(error: error)
    case .guardFailed(let row, let message):
      write(byte: 5)
      write(index: row)
      write(text: message)
    case .actionFailed(let node, let message):
      write(byte: 6)
      write(index: node)
      write(text: message)
    case .logged(let label, let value):
      write(byte: 7)
      write(text: label)
      write(value: value)
    case .answered(let place, let frame, let answer):
      write(byte: 8)
      write(index: place)
      write(index: frame)
      write(byte: answer.rawValue)
    case .ticked(let status):
      write(byte: 9)
      write(byte: status.rawValue)
    }
  }
}

extension BinaryReader {
  /// Reads one entry of a trace.
  package mutating func readTraceEntry() throws(BinaryError) -> TraceEntry {
    switch try readByte() {
    case 0:
      let place = try readIndex()
      let frame = try readIndex()
      return .entered(place: place, frame: frame, visit: try readSigned())
    case 1:
      let row = try readIndex()
      return .took(row: row, frame: try readIndex())
    case 2:
      let target = try readIndex()
      return .forced(target: target, frame: try readIndex())
    case 3:
      let place = try readIndex()
      let frame = try readIndex()
      let status = try readCase(StepStatus.self)
      return .finished(
        place: place,
        frame: frame,
        status: status,
        error: try readBool() ? try readError() : nil
      )
    case 4:
      let place = try readIndex()
      let frame = try readIndex()
      let attempt = try readIndex()
      return .retried(place: place, frame: frame, attempt: attempt, error: try readError())
    case 5:
      let row = try readIndex()
      return .guardFailed(row: row, message: try readText())
    case 6:
      let node = try readIndex()
      return .actionFailed(node: node, message: try readText())
    case 7:
      let label = try readText()
      return .logged(label: label, value: try readValue())
    case 8:
      let place = try readIndex()
      let frame = try readIndex()
      return .answered(
        place: place,
        frame: frame,
        answer: try readCase(TreeTick.Answer.self)
      )
    case 9: return .ticked(try readCase(TreeStatus.self))
    default: throw failure("unknown kind of trace entry")
    }
  }
}

/// Gathers what "the same path" means: the rows taken and forced moves, with their frames, without
/// times, ids and attempts.
public struct TraceDigest: Sendable {
  private var writer = BinaryWriter()
  /// Places entered so far.
  public private(set) var steps = 0

  /// Nothing taken yet.
  public init() {}

  /// Adds the entries of one record, in order.
  public mutating func add(_ trace: some Sequence<TraceEntry>) {
    for entry in trace {
      switch entry {
      case .took(let row, let frame):
        writer.write(byte: 1)
        writer.write(index: row)
        writer.write(index: frame)
      case .forced(let target, let frame):
        writer.write(byte: 2)
        writer.write(index: target)
        writer.write(index: frame)
      case .entered: steps += 1
      case .finished, .retried, .guardFailed, .actionFailed, .logged, .answered, .ticked: break
      }
    }
  }

  /// The digest so far.
  ///
  /// O(entries).
  public var digest: Digest { Digest.sha256(writer.bytes) }
}
