import Tools
import Values

/// What is known of a provider: its address, key and habits.
struct ProviderPreset: Sendable {
  let provider: String
  /// The base address; nil when each customer has one of its own.
  let base: String?
  let keyName: String?
  /// Hosts below which the provider's customers have theirs; the key may go there.
  var keyDomains: [String] = []
  var outputLimitKey = ModelEndpoint.OutputLimitKey.maxTokens
  var dialect = ModelDialect.openAI
  var keyHeader = ModelEndpoint.KeyHeader.bearer
  var structuredOutput = ModelEndpoint.StructuredOutput.schema
  var streaming = ModelEndpoint.Streaming.asksForUsage

  /// The preset of that name.
  static func named(_ provider: String) -> ProviderPreset? {
    all.first { $0.provider.sameScalars(as: provider) }
  }

  /// Whether the provider's usual key may go to `address`.
  func trusts(_ address: HTTPAddress) -> Bool {
    if let base, let own = try? HTTPAddress(base), address.host == own.host {
      return address.isSecure == own.isSecure
    }
    return address.isSecure && keyDomains.contains { address.host.hasSuffix(".\($0)") }
  }

  /// The presets, remote services first.
  static let all: [ProviderPreset] = [
    ProviderPreset(
      provider: "openai",
      base: "https://api.openai.com/v1",
      keyName: "OPENAI_API_KEY",
      outputLimitKey: .maxCompletionTokens
    ),
    ProviderPreset(
      provider: "azure",
      base: nil,
      keyName: "AZURE_OPENAI_API_KEY",
      keyDomains: ["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"],
      outputLimitKey: .maxCompletionTokens,
      keyHeader: .azure
    ),
    ProviderPreset(
      provider: "anthropic",
      base: "https://api.anthropic.com/v1",
      keyName: "ANTHROPIC_API_KEY",
      dialect: .anthropic,
      keyHeader: .anthropic,
      streaming: .on
    ),
    ProviderPreset(
      provider: "google",
      base: "https://generativelanguage.googleapis.com/v1beta/openai",
      keyName: "GEMINI_API_KEY"
    ),
    ProviderPreset(
      provider: "groq",
      base: "https://api.groq.com/openai/v1",
      keyName: "GROQ_API_KEY",
      structuredOutput: .object
    ),
    // Mistral refuses `stream_options` with status 422 and reports usage without being asked.
    ProviderPreset(
      provider: "mistral",
      base: "https://api.mistral.ai/v1",
      keyName: "MISTRAL_API_KEY",
      streaming: .on
    ),
    ProviderPreset(
      provider: "deepseek",
      base: "https://api.deepseek.com/v1",
      keyName: "DEEPSEEK_API_KEY",
      structuredOutput: .object
    ),
    ProviderPreset(
      provider: "together",
      base: "https://api.together.xyz/v1",
      keyName: "TOGETHER_API_KEY"
    ),
    ProviderPreset(
      provider: "openrouter",
      base: "https://openrouter.ai/api/v1",
      keyName: "OPENROUTER_API_KEY"
    ),
    ProviderPreset(
      provider: "fireworks",
      base: "https://api.fireworks.ai/inference/v1",
      keyName: "FIREWORKS_API_KEY"
    ),
    ProviderPreset(
      provider: "huggingface",
      base: "https://router.huggingface.co/v1",
      keyName: "HF_TOKEN"
    ),
    ProviderPreset(
      provider: "nvidia",
      base: "https://integrate.api.nvidia.com/v1",
      keyName: "NVIDIA_API_KEY",
      structuredOutput: .object
    ),
    ProviderPreset(provider: "xai", base: "https://api.x.ai/v1", keyName: "XAI_API_KEY"),
    ProviderPreset(
      provider: "ollama",
      base: "http://localhost:11434",
      keyName: nil,
      dialect: .ollama,
      streaming: .on
    ),
    ProviderPreset(provider: "vllm", base: "http://localhost:8000/v1", keyName: nil),
    ProviderPreset(provider: "tgi", base: "http://localhost:8080/v1", keyName: nil),
    ProviderPreset(provider: "llamacpp", base: "http://localhost:8080/v1", keyName: nil),
    ProviderPreset(provider: "sglang", base: "http://localhost:30000/v1", keyName: nil),
    ProviderPreset(provider: "lmstudio", base: "http://localhost:1234/v1", keyName: nil),
  ]
}
