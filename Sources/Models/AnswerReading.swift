import Synchronization
import Tools
import Values

/// Reads the bytes of an answer as they arrive, in whatever pieces.
///
/// Lines are cut before anything is decoded, so a piece may end within a character. What is no
/// stream, an error or a server that knows none, is kept as a whole.
final class AnswerReading: Sendable {
  private enum Form {
    case undecided
    case events
    case lines
    case whole
  }

  private struct State {
    var form = Form.undecided
    var line: [UInt8] = []
    var wasReturn = false
    var event: [UInt8] = []
    var hasEvent = false
    var raw: [UInt8] = []
    var isOver = false
    var assembly = AnswerAssembly()
  }

  private let state = Mutex(State())
  private let dialect: ModelDialect
  private let mostBytes: Int

  /// A reading of at most `mostBytes` of text.
  init(dialect: ModelDialect, mostBytes: Int) {
    self.dialect = dialect
    self.mostBytes = mostBytes
  }

  /// Takes the next bytes; false when the rest cannot help any more.
  func take(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      if state.form == .undecided, let first = bytes.first(where: { $0 > 0x20 }) {
        let isObject = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        state.form = !isObject ? .events : dialect == .ollama ? .lines : .whole
      }
      // The whole of a short answer is kept, for the words of an error among other things.
      let isKept = state.form == .whole || state.raw.count + bytes.count <= 65_536
      if isKept { state.raw += bytes }
      if state.form != .whole {
        for byte in bytes { take(byte, &state) }
      }
      return state.assembly.failure == nil && state.line.count <= mostBytes
        && state.assembly.text.count <= mostBytes
    }
  }

  /// What arrived; `isWhole` tells whether the transfer ended in order.
  func finished(isWhole: Bool) -> (assembly: AnswerAssembly, raw: [UInt8]) {
    state.withLock { state in
      if isWhole {
        // A last line without its end.
        if !state.line.isEmpty { take(0x0a, &state) }
        if state.form == .events { endEvent(&state) }
        if state.form == .whole || state.form == .undecided {
          Self.takeWhole(state.raw, dialect, into: &state.assembly)
        } else if state.form == .events, !state.hasEvent {
          state.assembly.fail(
            .invalidOutput,
            "the model's server answered neither in JSON nor in events"
          )
        }
      }
      return (state.assembly, state.raw)
    }
  }

  /// Takes a whole answer.
  static func takeWhole(
    _ bytes: [UInt8],
    _ dialect: ModelDialect,
    into assembly: inout AnswerAssembly
  ) {
    switch JSONText.value(of: bytes) {
    case .failure(let flaw):
      assembly.fail(.invalidOutput, "the model's server did not answer in JSON: \(flaw.message)")
    case .success(let reply):
      switch dialect {
      case .openAI: OpenAIWire.take(whole: reply, into: &assembly)
      case .anthropic: AnthropicWire.take(whole: reply, into: &assembly)
      case .ollama: OllamaWire.take(reply, into: &assembly)
      }
    }
  }

  /// Lines end with LF, CR, or CR LF.
  private func take(_ byte: UInt8, _ state: inout State) {
    let isSecondOfPair = byte == 0x0a && state.wasReturn
    state.wasReturn = byte == 0x0d
    if isSecondOfPair { return }
    guard byte == 0x0a || byte == 0x0d else {
      if state.line.count <= mostBytes { state.line.append(byte) }
      return
    }
    let line = state.line
    state.line = []
    if state.form == .lines {
      if line.contains(where: { $0 > 0x20 }) { take(payload: line, &state) }
    } else if line.isEmpty {
      endEvent(&state)
    } else if line.starts(with: "data:".utf8) {
      var value = line.dropFirst(5)
      if value.first == 0x20 { value = value.dropFirst() }
      if !state.event.isEmpty { state.event.append(0x0a) }
      state.event += value
    }
  }

  private func endEvent(_ state: inout State) {
    guard !state.event.isEmpty else { return }
    let event = state.event
    state.event = []
    take(payload: event, &state)
  }

  private func take(payload: [UInt8], _ state: inout State) {
    state.hasEvent = true
    guard !state.isOver else { return }
    if payload.elementsEqual("[DONE]".utf8) {
      state.isOver = true
      // Some servers end without a reason; the mark says that nothing is missing.
      state.assembly.isComplete = true
      return
    }
    switch JSONText.value(of: payload) {
    case .failure(let flaw):
      state.assembly.fail(.invalidOutput, "an event of the stream is not JSON: \(flaw.message)")
    case .success(let value):
      switch dialect {
      case .openAI: OpenAIWire.take(piece: value, into: &state.assembly)
      case .anthropic: AnthropicWire.take(piece: value, into: &state.assembly)
      case .ollama: OllamaWire.take(value, into: &state.assembly)
      }
    }
  }
}
