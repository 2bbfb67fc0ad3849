import Tools
import Values

/// What a call consumed.
public struct TokenUsage: Sendable, Equatable {
  /// Tokens of the prompt, those from a cache included.
  public var prompt: Int
  /// Tokens of the answer, those of hidden reasoning included.
  public var output: Int
  /// Tokens of the prompt that came from a cache; nil when the provider does not say.
  public var cachedPrompt: Int?
  /// Whether a part was not reported and stands at its bound instead.
  ///
  /// Such a usage is never below the bill of a provider that keeps to the limits it was sent.
  public var isEstimated: Bool

  /// A usage.
  public init(prompt: Int, output: Int, cachedPrompt: Int? = nil, isEstimated: Bool = false) {
    self.prompt = prompt
    self.output = output
    self.cachedPrompt = cachedPrompt
    self.isEstimated = isEstimated
  }

  /// Nothing: the call was refused before any token was read.
  public static let none = TokenUsage(prompt: 0, output: 0)

  /// Whether nothing was consumed.
  public var isNone: Bool { prompt == 0 && output == 0 }

  /// The sum of two usages.
  public static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
    TokenUsage(
      prompt: left.prompt + right.prompt,
      output: left.output + right.output,
      cachedPrompt: left.cachedPrompt.map { $0 + (right.cachedPrompt ?? 0) } ?? right.cachedPrompt,
      isEstimated: left.isEstimated || right.isEstimated
    )
  }
}

/// Why a model stopped.
public enum FinishReason: Sendable, Equatable {
  /// It was done.
  case stop
  /// It wants tools to be called.
  case toolCalls
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
  /// The text read as JSON, when JSON was asked for and no tool is called first.
  ///
  /// Whether it fits the schema is for the caller to check.
  public let json: Value?
  /// The tools that the model wants called before it goes on.
  public let toolCalls: [ChatToolCall]
  /// What the call consumed, estimated where the provider does not say.
  public let usage: TokenUsage
  /// The model that answered, as the provider names it.
  public let model: String?
  /// Why it stopped.
  public let finishReason: FinishReason
}

/// Why a question has no usable answer.
public struct ChatFailure: Error, Sendable, Equatable {
  /// The failure as that of a call.
  public let failure: CallFailure
  /// What the call consumed all the same; nil when it was not sent.
  ///
  /// A request that the service refused by its status consumed nothing; one whose answer broke off
  /// counts in full.
  public let usage: TokenUsage?

  /// Whether the call is free: it was not sent, or refused before any token was read.
  public var isFree: Bool { usage?.isNone ?? true }
}
