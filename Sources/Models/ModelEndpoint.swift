import Tools
import Values

/// The wire format of a model's service.
public enum ModelDialect: String, Sendable, Hashable {
  /// OpenAI's chat completions, which most services speak.
  case openAI
  /// Anthropic's messages.
  case anthropic
  /// Ollama's own chat.
  case ollama

  /// What is added to the base address.
  var path: String {
    switch self {
    case .openAI: "/chat/completions"
    case .anthropic: "/messages"
    case .ollama: "/api/chat"
    }
  }

  /// Tokens that the service adds to a prompt by itself when tools are offered, at most.
  ///
  /// Anthropic puts 261 to 530 tokens of its own before the tools, by model; an answer by schema is
  /// a tool there.
  public var hiddenToolTokens: Int { self == .anthropic ? 600 : 0 }
}

/// Where a model is asked, and how it wants to be asked.
public struct ModelEndpoint: Sendable {
  /// How the limit of output tokens is called in a request.
  public enum OutputLimitKey: String, Sendable {
    /// The common name.
    case maxTokens = "max_tokens"
    /// OpenAI's newer name; its reasoning models refuse the other.
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// The header that carries the key.
  public enum KeyHeader: String, Sendable {
    /// `Authorization: Bearer …`.
    case bearer = "Authorization"
    /// Anthropic's.
    case anthropic = "x-api-key"
    /// Azure's.
    case azure = "api-key"
  }

  /// How a service is asked for JSON.
  public enum StructuredOutput: Sendable {
    /// `response_format` takes a JSON Schema.
    case schema
    /// `response_format` only promises an object; the schema goes into the prompt.
    case object
    /// Only the prompt asks.
    case prompt
  }

  /// Whether the answer is asked for piece by piece.
  public enum Streaming: Sendable {
    /// The answer comes as a whole.
    case off
    /// It comes in pieces, with its usage among them.
    case on
    /// It comes in pieces, and the usage must be asked for.
    case asksForUsage
  }

  /// The base of the API, to which the dialect's path is added.
  public var baseAddress: HTTPAddress
  /// The name of the secret that holds the key; nil sends none.
  public var keyName: String?
  /// The name of the limit of output tokens.
  public var outputLimitKey: OutputLimitKey
  /// The wire format.
  public var dialect = ModelDialect.openAI
  /// The header of the key.
  public var keyHeader = KeyHeader.bearer
  /// How JSON is asked for.
  public var structuredOutput = StructuredOutput.schema
  /// Whether the answer comes in pieces.
  public var streaming = Streaming.off

  /// An OpenAI-compatible endpoint that answers as a whole; the rest can be set afterwards.
  public init(
    baseAddress: HTTPAddress,
    keyName: String? = nil,
    outputLimitKey: OutputLimitKey = .maxTokens
  ) {
    self.baseAddress = baseAddress
    self.keyName = keyName
    self.outputLimitKey = outputLimitKey
  }

  /// The providers that need no `endpoint:`.
  public static var providers: [String] {
    ProviderPreset.all.filter { $0.base != nil }.map(\.provider)
  }

  /// Whether `provider` is one whose services are known, with or without an address of its own.
  public static func isKnown(provider: String) -> Bool {
    ProviderPreset.named(provider) != nil
  }

  /// The wire format of a provider; OpenAI's for an unknown one.
  public static func dialect(provider: String) -> ModelDialect {
    ProviderPreset.named(provider)?.dialect ?? .openAI
  }

  /// The endpoint of a known provider; nil for an unknown one, and for one that has no address of
  /// its own (Azure) unless `base` gives it.
  ///
  /// `base` replaces the address. The provider's key then goes to no other host than its own: with
  /// another host only an explicit `keyName` sends a key.
  public init?(provider: String, base: HTTPAddress? = nil, keyName: String? = nil) {
    guard let preset = ProviderPreset.named(provider) else { return nil }
    let own = preset.base.flatMap { try? HTTPAddress($0) }
    guard let address = base ?? own else { return nil }
    self.init(
      baseAddress: address,
      keyName: keyName ?? (preset.trusts(address) ? preset.keyName : nil),
      outputLimitKey: preset.outputLimitKey
    )
    dialect = preset.dialect
    keyHeader = preset.keyHeader
    structuredOutput = preset.structuredOutput
    streaming = preset.streaming
    // Ollama speaks both: its own chat below the root, OpenAI's below `/v1`.
    if dialect == .ollama, address.target.hasSuffix("/v1") || address.target.hasSuffix("/v1/") {
      dialect = .openAI
      streaming = .asksForUsage
    }
  }

  /// What identifies the service in limits, breakers and messages: host, port and path.
  public var label: String {
    baseAddress.target == "/"
      ? baseAddress.hostAndPort : baseAddress.hostAndPort + baseAddress.target
  }
}
