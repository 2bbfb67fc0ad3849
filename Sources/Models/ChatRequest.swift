import Values

/// A tool call that a model asks for.
public struct ChatToolCall: Sendable, Equatable {
  /// The provider's name of this call, which its result must repeat.
  public var id: String
  /// The tool's name as it was offered.
  public var name: String
  /// The arguments.
  public var arguments: Value

  /// A call.
  public init(id: String, name: String, arguments: Value) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }
}

/// One message of a conversation.
public struct ChatMessage: Sendable {
  /// Who speaks.
  public enum Role: String, Sendable {
    /// The application's instructions.
    case system
    /// The task, and data for it.
    case user
    /// An earlier answer of the model.
    case assistant
    /// The result of a tool that the model asked for.
    case tool
  }

  /// Who speaks.
  public var role: Role
  /// What is said.
  public var text: String
  /// The tools that an earlier answer of the model asked for.
  public var toolCalls: [ChatToolCall] = []
  /// The call that a tool's result belongs to.
  public var answeredCall: ChatToolCall?

  /// A message.
  public init(_ role: Role, _ text: String) {
    self.role = role
    self.text = text
  }

  /// An earlier answer with the tools that it asked for.
  public init(asking calls: [ChatToolCall], text: String) {
    self.init(.assistant, text)
    toolCalls = calls
  }

  /// The result of a tool.
  public init(resultOf call: ChatToolCall, text: String) {
    self.init(.tool, text)
    answeredCall = call
  }

  /// A bound of the tokens of what is said.
  var promptTokensUpperBound: Int {
    let calls = toolCalls.reduce(0) { sum, call in
      sum + TokenEstimate.upperBound(call.id) + TokenEstimate.upperBound(call.name)
        + TokenEstimate.upperBound(JSONWriter.string(call.arguments))
        + TokenEstimate.messageOverhead
    }
    let answered = answeredCall.map { TokenEstimate.upperBound($0.id + $0.name) } ?? 0
    return TokenEstimate.upperBound(text) + TokenEstimate.messageOverhead + calls + answered
  }
}

/// A JSON Schema that the answer must fit.
public struct ChatSchema: Sendable {
  /// A name of letters, digits, `_` and `-`; other characters are sent as `_`.
  public var name: String
  /// The schema.
  public var schema: Value
  /// Whether the provider shall enforce it to the letter, which limits what a schema may say.
  public var isStrict: Bool

  /// A schema.
  public init(name: String, schema: Value, isStrict: Bool = true) {
    self.name = name
    self.schema = schema
    self.isStrict = isStrict
  }
}

/// A tool that a model may ask for.
public struct ChatTool: Sendable {
  /// A name of letters, digits, `_` and `-`; other characters are sent as `_`.
  public var name: String
  /// What it does, for the model.
  public var description: String
  /// The JSON Schema of its arguments; an object.
  public var parameters: Value

  /// A tool.
  public init(name: String, description: String = "", parameters: Value) {
    self.name = Self.wireName(name)
    self.description = description
    self.parameters = parameters
  }

  /// A bound of the tokens that offering it adds to a prompt.
  public var promptTokensUpperBound: Int {
    TokenEstimate.upperBound(name + description)
      + TokenEstimate.upperBound(JSONWriter.string(parameters)) + TokenEstimate.messageOverhead
  }

  /// A name as every provider allows it: 1 to 64 letters, digits, `_` and `-`.
  public static func wireName(_ name: String) -> String {
    let bytes = name.utf8.prefix(64).map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): byte
      default: UInt8(ascii: "_")
      }
    }
    return bytes.isEmpty ? "answer" : String(decoding: bytes, as: UTF8.self)
  }
}

/// A question to a chat model.
public struct ChatRequest: Sendable {
  /// The provider's name of the model.
  public var model: String
  /// The conversation.
  public var messages: [ChatMessage]
  /// The sampling temperature; nil for the provider's own.
  public var temperature: Double?
  /// The most tokens that the answer may have.
  public var maxOutputTokens: Int
  /// The schema of the answer; nil asks for text.
  public var schema: ChatSchema?
  /// Whether the answer must be JSON though no schema says of which form.
  public var asksForJSON = false
  /// Whether an answer that is no JSON is an answer all the same, for the caller to judge.
  public var takesAnyText = false
  /// The tools that the model may ask for.
  public var tools: [ChatTool] = []
  /// Whether it may ask for them now; when not they are only named, for the conversation so far.
  public var mayCallTools = true

  /// A question.
  public init(
    model: String,
    messages: [ChatMessage],
    temperature: Double? = nil,
    maxOutputTokens: Int,
    schema: ChatSchema? = nil
  ) {
    self.model = model
    self.messages = messages
    self.temperature = temperature
    self.maxOutputTokens = maxOutputTokens
    self.schema = schema
  }

  /// Whether the answer's text must be JSON.
  var wantsJSON: Bool { schema != nil || asksForJSON }

  /// What services without a JSON mode of their own are told; counted by the bound below.
  var jsonInstruction: String? {
    if let schema {
      return Self.schemaInstruction + JSONWriter.string(schema.schema)
    }
    return asksForJSON ? Self.plainInstruction : nil
  }

  private static let schemaInstruction = "Answer in JSON, by this JSON Schema: "
  private static let plainInstruction = "Answer with one JSON value and nothing else."

  /// A bound that the prompt's tokens do not pass: all texts, their framing, tools, and the schema,
  /// which providers put into the prompt.
  public var promptTokensUpperBound: Int {
    let texts = messages.reduce(0) { $0 + $1.promptTokensUpperBound }
    let offered = tools.reduce(0) { $0 + $1.promptTokensUpperBound }
    return texts + offered + Self.formTokensUpperBound(schema: schema?.schema, json: asksForJSON)
  }

  /// A bound of the tokens that asking for a form of answer adds, with the framing of the whole.
  public static func formTokensUpperBound(schema: Value?, json: Bool = false) -> Int {
    let framing = 2 * TokenEstimate.messageOverhead
    if let schema {
      return framing + schemaInstruction.utf8.count
        + TokenEstimate.upperBound(JSONWriter.string(schema))
    }
    return framing + (json ? TokenEstimate.upperBound(plainInstruction) : 0)
  }
}
