import Execution
import Journal
import Table
import Values

/// A small deterministic generator, so that a failing property names its seed.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func integer() -> Int64 {
    let extremes: [Int64] = [.min, .max, 0, -1, 1, 1 << 53, -(1 << 53) - 1]
    return below(3) == 0 ? extremes[below(extremes.count)] : Int64(bitPattern: next())
  }

  mutating func text() -> String {
    let pieces = ["", "a", "é", "e\u{301}", "\0", "😀", "\u{FEFF}", "line\nbreak", "\"'`"]
    return (0..<below(4)).map { _ in pieces[below(pieces.count)] }.joined()
  }

  mutating func value(depth: Int = 0) -> Value {
    switch below(depth > 3 ? 12 : 16) {
    case 0: return .null
    case 1: return .bool(below(2) == 0)
    case 2: return .int(integer())
    case 3: return .uint(next())
    case 4:
      let doubles: [Double] = [
        0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, 1.797e308,
      ]
      return .double(doubles[below(doubles.count)])
    case 5: return .string(text())
    case 6: return .bytes((0..<below(9)).map { _ in UInt8(below(256)) })
    case 7:
      return .timestamp(
        Timestamp(seconds: integer(), nanoseconds: Int32(below(1_000_000_000)))
      )
    case 8: return .duration(nanoseconds: integer())
    case 9: return .type(text())
    case 10: return .enumeration(type: text(), number: Int32(truncatingIfNeeded: integer()))
    case 11: return .opaque(type: "net.IP", text: text())
    case 12: return .list((0..<below(5)).map { _ in value(depth: depth + 1) })
    case 13: return .map(map(depth: depth + 1))
    case 14: return .optional(below(2) == 0 ? nil : value(depth: depth + 1))
    default: return .record(type: text(), fields: map(depth: depth + 1))
    }
  }

  mutating func map(depth: Int) -> ValueMap {
    var map = ValueMap()
    for _ in 0..<below(12) {
      let key: MapKey =
        switch below(4) {
        case 0: .bool(below(2) == 0)
        case 1: .int(integer())
        case 2: .uint(next())
        default: .string(text())
        }
      map[key] = value(depth: depth)
    }
    return map
  }

  mutating func usage() -> Usage? {
    below(2) == 0 ? nil : Usage(promptTokens: integer(), outputTokens: integer())
  }

  mutating func kind() -> ErrorKind { ErrorKind.allCases[below(ErrorKind.allCases.count)] }

  mutating func error() -> RunError { RunError(kind: kind(), message: text(), step: text()) }

  mutating func event() -> RunEvent {
    let kind: RunEvent.Kind
    switch below(6) {
    case 0: kind = .started(runID: text(), input: value(), environment: map(depth: 2))
    case 1:
      kind = .completed(
        effect: integer(),
        output: value(),
        usage: usage(),
        costPicodollars: integer()
      )
    case 2:
      kind = .failed(
        effect: integer(),
        error: self.kind(),
        message: text(),
        usage: usage(),
        costPicodollars: integer()
      )
    case 3: kind = .fired(timer: integer())
    case 4: kind = .cancelled(reason: text())
    default: kind = .external(name: text(), payload: value())
    }
    return RunEvent(atMilliseconds: integer(), kind: kind)
  }

  mutating func trace() -> TraceEntry {
    let node = NodeIndex(below(9) - 1)
    let frame = Int32(below(3))
    switch below(6) {
    case 0: return .entered(place: node, frame: frame, visit: integer())
    case 1: return .took(row: node, frame: frame)
    case 2: return .forced(target: node, frame: frame)
    case 3:
      return .finished(
        place: node,
        frame: frame,
        status: StepStatus.allCases[below(StepStatus.allCases.count)],
        error: below(2) == 0 ? nil : error()
      )
    case 4: return .retried(place: node, frame: frame, attempt: Int32(below(9)), error: error())
    default: return .guardFailed(row: node, message: text())
    }
  }

  mutating func effect() -> Effect {
    switch below(3) {
    case 0:
      return .call(
        CallIntent(
          id: integer(),
          place: NodeIndex(below(9)),
          frame: 0,
          performer: PoolIndex(below(4)),
          input: value(),
          attempt: Int32(below(5)),
          visit: integer(),
          deadlineMilliseconds: integer()
        )
      )
    case 1:
      return .startTimer(
        TimerIntent(id: integer(), purpose: .wait, place: noIndex, dueMilliseconds: integer())
      )
    default: return .cancel(integer())
    }
  }

  mutating func record() -> JournalRecord {
    let previous = Digest.sha256([UInt8(below(256))])
    if below(5) == 0 {
      return JournalRecord(
        sequence: integer(),
        previousHash: previous,
        body: .resumed(
          atMilliseconds: integer(),
          epoch: integer(),
          repetitions: (0..<below(4)).map { _ in
            Repetition(
              effect: integer(),
              chargedPicodollars: integer(),
              deadlineMilliseconds: integer(),
              refusal: below(2) == 0 ? nil : error()
            )
          }
        )
      )
    }
    return JournalRecord(
      sequence: integer(),
      previousHash: previous,
      body: .step(
        JournalRecord.Step(
          event: event(),
          trace: (0..<below(5)).map { _ in trace() },
          stateDigest: previous,
          intents: (0..<below(4)).map { _ in effect() },
          dispatches: (0..<below(3)).map { _ in
            Dispatch(
              effect: integer(),
              idempotencyKey: text(),
              reservedPicodollars: integer(),
              refusal: below(2) == 0 ? nil : error()
            )
          },
          origin: text()
        )
      )
    )
  }
}
