import Tools
import Values

/// What a call consumed, as the provider reports it.
public struct TokenUsage: Sendable, Equatable {
  /// Tokens of the prompt, those from a cache included.
  public var prompt: Int
  /// Tokens of the answer, those of hidden reasoning included.
  public var output: Int
  /// Tokens of the prompt that came from a cache; nil when the provider does not say.
  public var cachedPrompt: Int?

  /// A usage.
  public init(prompt: Int, output: Int, cachedPrompt: Int? = nil) {
    self.prompt = prompt
    self.output = output
    self.cachedPrompt = cachedPrompt
  }
}

/// Why a model stopped.
public enum FinishReason: Sendable, Equatable {
  /// It was done.
  case stop
  /// The answer reached its limit of tokens.
  case length
  /// The provider cut or withheld the answer.
  case contentFilter
  /// The provider gave another reason, or none (an empty text).
  case other(String)
}

/// An answer of a chat model.
public struct ChatAnswer: Sendable {
  /// The text as the model wrote it.
  public let text: String
  /// The text read as JSON, when a schema was asked for.
  ///
  /// Whether it fits the schema is for the caller to check.
  public let json: Value?
  /// What the call consumed; nil when the provider does not say, which is not zero.
  public let usage: TokenUsage?
  /// The model that answered, as the provider names it.
  public let model: String?
  /// Why it stopped.
  public let finishReason: FinishReason
}

/// Why a question has no usable answer.
public struct ChatFailure: Error, Sendable, Equatable {
  /// The failure as that of a call.
  public let failure: CallFailure
  /// What the call consumed all the same; nil when unknown.
  ///
  /// A failed call that was sent and reports no usage may have cost its whole reservation.
  public let usage: TokenUsage?
}
