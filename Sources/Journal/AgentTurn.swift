import Execution
import Table
import Values

/// A tool call that an agent chose within its own call: journaled before it is made, and again with
/// what came of it.
///
/// It belongs to the effects of the world and not to the pure step: the run's state and trace do
/// not know it. A driver that takes the run over reads from it where the conversation stood.
public struct AgentTurn: Sendable {
  /// How the tool call stands.
  public enum Stage: Sendable {
    /// It is about to be made.
    case called
    /// The tool answered.
    case answered(Value)
    /// It failed, or was not made; the agent is told.
    case failed(ErrorKind, message: String)
  }

  /// The agent's call.
  public var effect: EffectID
  /// The turn, from 1.
  public var number: Int32
  /// The tool's id, or what the agent took for one.
  public var tool: String
  /// The provider's name of the call.
  public var callID: String
  /// What the agent wrote beside.
  public var text: String
  /// The tool's input.
  public var input: Value
  /// What the agent's model used so far.
  public var usage: Usage
  /// How the tool call stands.
  public var stage: Stage

  /// A turn that is about to call its tool.
  public init(
    effect: EffectID,
    number: Int32,
    tool: String,
    callID: String,
    text: String,
    input: Value,
    usage: Usage
  ) {
    self.effect = effect
    self.number = number
    self.tool = tool
    self.callID = callID
    self.text = text
    self.input = input
    self.usage = usage
    stage = .called
  }
}

extension BinaryWriter {
  /// Writes a turn exactly.
  mutating func write(turn: AgentTurn) {
    write(signed: turn.effect)
    write(signed: Int64(turn.number))
    write(text: turn.tool)
    write(text: turn.callID)
    write(text: turn.text)
    write(value: turn.input)
    write(signed: turn.usage.promptTokens)
    write(signed: turn.usage.outputTokens)
    switch turn.stage {
    case .called: write(byte: 0)
    case .answered(let output):
      write(byte: 1)
      write(value: output)
    case .failed(let kind, let message):
      write(byte: 2)
      write(error: RunError(kind: kind, message: message, step: ""))
    }
  }
}

extension BinaryReader {
  /// Reads a turn.
  mutating func readTurn() throws(BinaryError) -> AgentTurn {
    let effect = try readSigned()
    guard let number = Int32(exactly: try readSigned()), number > 0 else {
      throw failure("a turn without a number")
    }
    let tool = try readText()
    let callID = try readText()
    let text = try readText()
    let input = try readValue()
    let prompt = try readSigned()
    var turn = AgentTurn(
      effect: effect,
      number: number,
      tool: tool,
      callID: callID,
      text: text,
      input: input,
      usage: Usage(promptTokens: prompt, outputTokens: try readSigned())
    )
    switch try readByte() {
    case 0: turn.stage = .called
    case 1: turn.stage = .answered(try readValue())
    case 2:
      let error = try readError()
      turn.stage = .failed(error.kind, message: error.message)
    default: throw failure("an unknown stage of a turn")
    }
    return turn
  }
}
