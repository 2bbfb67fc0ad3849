import Values

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
  }

  /// Who speaks.
  public var role: Role
  /// What is said.
  public var text: String

  /// A message.
  public init(_ role: Role, _ text: String) {
    self.role = role
    self.text = text
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

  /// A bound that the prompt's tokens do not pass: all texts, their framing, and the schema, which
  /// providers put into the prompt.
  public var promptTokensUpperBound: Int {
    let texts = messages.reduce(0) { sum, message in
      sum + TokenEstimate.upperBound(message.text) + TokenEstimate.messageOverhead
    }
    let schemaTokens = schema.map { TokenEstimate.upperBound(JSONWriter.string($0.schema)) } ?? 0
    return texts + schemaTokens + 2 * TokenEstimate.messageOverhead
  }
}
