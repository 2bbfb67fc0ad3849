import Tools
import Values

/// Where a model is asked, and how it wants to be asked.
public struct ModelEndpoint: Sendable {
  /// How the limit of output tokens is called in a request.
  public enum OutputLimitKey: String, Sendable {
    /// The common name.
    case maxTokens = "max_tokens"
    /// OpenAI's newer name; its reasoning models refuse the other.
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// The base of the API, to which `/chat/completions` is added.
  public var baseAddress: HTTPAddress
  /// The name of the secret that holds the key; nil sends none.
  public var keyName: String?
  /// The name of the limit of output tokens.
  public var outputLimitKey: OutputLimitKey

  /// An endpoint.
  public init(
    baseAddress: HTTPAddress,
    keyName: String? = nil,
    outputLimitKey: OutputLimitKey = .maxTokens
  ) {
    self.baseAddress = baseAddress
    self.keyName = keyName
    self.outputLimitKey = outputLimitKey
  }

  private struct Preset {
    let provider: String
    let base: String
    let keyName: String?
    var outputLimitKey: OutputLimitKey = .maxTokens
  }

  private static let presets = [
    Preset(
      provider: "openai",
      base: "https://api.openai.com/v1",
      keyName: "OPENAI_API_KEY",
      outputLimitKey: .maxCompletionTokens
    ),
    Preset(provider: "groq", base: "https://api.groq.com/openai/v1", keyName: "GROQ_API_KEY"),
    Preset(provider: "mistral", base: "https://api.mistral.ai/v1", keyName: "MISTRAL_API_KEY"),
    Preset(provider: "deepseek", base: "https://api.deepseek.com/v1", keyName: "DEEPSEEK_API_KEY"),
    Preset(provider: "together", base: "https://api.together.xyz/v1", keyName: "TOGETHER_API_KEY"),
    Preset(
      provider: "openrouter",
      base: "https://openrouter.ai/api/v1",
      keyName: "OPENROUTER_API_KEY"
    ),
    Preset(provider: "ollama", base: "http://localhost:11434/v1", keyName: nil),
    Preset(provider: "vllm", base: "http://localhost:8000/v1", keyName: nil),
    Preset(provider: "llamacpp", base: "http://localhost:8080/v1", keyName: nil),
  ]

  /// The providers that need no `endpoint:`.
  public static var providers: [String] { presets.map(\.provider) }

  /// The endpoint of a known provider; nil for an unknown one.
  ///
  /// `base` replaces its address. The provider's key then goes to no other host than its own: with
  /// another host only an explicit `keyName` sends a key.
  public init?(provider: String, base: HTTPAddress? = nil, keyName: String? = nil) {
    guard let preset = Self.presets.first(where: { $0.provider.sameScalars(as: provider) }),
      let own = try? HTTPAddress(preset.base)
    else { return nil }
    let isOwnHost = base.map { $0.host == own.host && $0.isSecure == own.isSecure } ?? true
    self.init(
      baseAddress: base ?? own,
      keyName: keyName ?? (isOwnHost ? preset.keyName : nil),
      outputLimitKey: preset.outputLimitKey
    )
  }
}
