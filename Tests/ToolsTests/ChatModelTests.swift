import Foundation
import Models
import TestSupport
import Testing
import Tools
import Values

@Suite("Chat models")
struct ChatModelTests {
  private let schema: Value = .map([
    "type": .string("object"),
    "properties": .map(["label": .map(["enum": .list([.string("a"), .string("b")])])]),
    "required": .list([.string("label")]),
  ])

  private func reply(
    content: String = #""{\"label\":\"a\"}""#,
    finish: String = #""stop""#,
    extra: String = "",
    usage: String? = #"{"prompt_tokens": 11, "completion_tokens": 5}"#
  ) -> LoopbackReply {
    .json(
      #"{"model": "tiny-1", "choices": [{"message": "#
        + #"{"role": "assistant", "content": \#(content)\#(extra)}, "#
        + #""finish_reason": \#(finish)}]"# + (usage.map { #", "usage": \#($0)"# } ?? "") + "}"
    )
  }

  private func ask(
    _ server: LoopbackServer,
    keyName: String? = nil,
    isGranted: Bool = true,
    withSchema: Bool = true,
    deadlineMilliseconds: Int = 10_000
  ) async throws -> Result<ChatAnswer, ChatFailure> {
    let base = try HTTPAddress(server.address + "/v1")
    var grants = Grants()
    grants.hosts = [HostGrant(base)]
    grants.models = isGranted ? ["tiny"] : []
    grants.environmentNames = ["MODEL_KEY"]
    let model = ChatModel(
      endpoint: ModelEndpoint(baseAddress: base, keyName: keyName),
      surroundings: ToolSurroundings(secrets: GivenSecrets(secrets: [("MODEL_KEY", "sk-12345678")]))
    )
    return await model.answer(
      ChatRequest(
        model: "tiny",
        messages: [ChatMessage(.system, "Sort."), ChatMessage(.user, "Is it \"a\"?\n")],
        temperature: 0,
        maxOutputTokens: 20,
        schema: withSchema ? ChatSchema(name: "the label", schema: schema) : nil
      ),
      grants: grants,
      deadlineMilliseconds: deadlineMilliseconds
    )
  }

  private func failure(
    _ reply: LoopbackReply,
    withSchema: Bool = true,
    deadlineMilliseconds: Int = 10_000
  ) async throws -> ChatFailure {
    let server = try #require(LoopbackServer([reply]))
    let result = try await ask(
      server,
      withSchema: withSchema,
      deadlineMilliseconds: deadlineMilliseconds
    )
    guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
    return failure
  }

  @Test("the request is what the API expects, the answer is read with its usage")
  func roundTrip() async throws {
    let usage =
      #"{"prompt_tokens": 11, "completion_tokens": 5, "#
      + #""prompt_tokens_details": {"cached_tokens": 4}}"#
    let server = try #require(LoopbackServer([reply(usage: usage)]))
    let answer = try await ask(server, keyName: "MODEL_KEY").get()
    #expect(answer.text == #"{"label":"a"}"#)
    #expect(answer.json == .map(["label": .string("a")]))
    #expect(answer.usage == TokenUsage(prompt: 11, output: 5, cachedPrompt: 4))
    #expect(answer.model == "tiny-1")
    #expect(answer.finishReason == .stop)
    let seen = try #require(server.requests.first)
    #expect(seen.target == "/v1/chat/completions")
    #expect(seen.header("authorization") == "Bearer sk-12345678")
    #expect(seen.header("content-type") == "application/json")
    let body = try JSONParser.parse(seen.body)
    #expect(body["model"] == .string("tiny"))
    #expect(body["max_tokens"] == .int(20))
    #expect(body["temperature"] == .double(0))
    let format = body["response_format"]
    #expect(format?["type"] == .string("json_schema"))
    #expect(format?["json_schema"]?["name"] == .string("the_label"))
    #expect(format?["json_schema"]?["schema"] == schema)
    #expect(format?["json_schema"]?["strict"] == .bool(true))
    guard case .list(let messages)? = body["messages"] else { throw Unexpected(what: "\(body)") }
    #expect(messages.count == 2)
    #expect(messages.last?["content"] == .string("Is it \"a\"?\n"))
  }

  @Test("text without a schema is text; usage that is missing stands at its bound, never at zero")
  func plainText() async throws {
    let usages = [
      nil, "null", "{}", #"{"prompt_tokens": 3}"#,
      #"{"prompt_tokens": -1, "completion_tokens": -2}"#,
      #"{"prompt_tokens": 1e30, "completion_tokens": "2"}"#,
      #"{"prompt_tokens": 9999999999999, "completion_tokens": [2]}"#,
    ]
    for usage in usages {
      let server = try #require(
        LoopbackServer([reply(content: #""hi""#, finish: #""eos""#, usage: usage)])
      )
      let answer = try await ask(server, withSchema: false).get()
      #expect(answer.text == "hi")
      #expect(answer.json == nil)
      #expect(answer.usage.prompt >= 3 && answer.usage.output == 20, "\(usage ?? "none")")
      #expect(answer.usage.isEstimated)
      #expect(answer.finishReason == .other("eos"))
      #expect(server.requests.first?.header("authorization") == nil)
      #expect(server.requests.first?.text.contains("response_format") == false)
    }
  }

  @Test("answers that cannot be used are invalid output, with their usage")
  func unusable() async throws {
    let replies = [
      reply(finish: #""length""#), reply(finish: #""content_filter""#),
      reply(content: "null", extra: #", "refusal": "I cannot help""#), reply(content: "null"),
      reply(content: #""not json""#), reply(content: "[]"),
    ]
    for reply in replies {
      let failure = try await failure(reply)
      #expect(failure.failure.kind == .invalidOutput, "\(reply)")
      #expect(failure.failure.requestWasSent)
      #expect(failure.usage == TokenUsage(prompt: 11, output: 5), "\(reply)")
    }
    for text in ["{}", "[]", "1", #"{"choices": []}"#, #"{"choices": [{}]}"#, "<html>", ""] {
      let failure = try await failure(.json(text))
      #expect(failure.failure.kind == .invalidOutput, "\(text)")
      #expect(failure.usage?.output == 20 && failure.usage?.isEstimated == true)
    }
  }

  @Test("errors of the server keep their kinds and words")
  func serverErrors() async throws {
    let limited = try await failure(
      .json(
        #"{"error": {"message": "slow down", "type": "x"}}"#,
        status: 429,
        headers: [("Retry-After", "2")]
      )
    )
    #expect(limited.failure.kind == .rateLimited)
    #expect(limited.failure.retryAfterMilliseconds == 2_000)
    #expect(limited.failure.message.contains("slow down"))
    let kinds: [(Int, CallFailureKind)] = [
      (400, .failed), (401, .failed), (500, .unavailable), (503, .unavailable), (504, .timeout),
    ]
    for (status, kind) in kinds {
      #expect(try await failure(.json("{}", status: status)).failure.kind == kind)
    }
    #expect(try await failure(.hang, deadlineMilliseconds: 100).failure.kind == .timeout)
    let cut = try await failure(.cut(promised: 100, body: [0x7b]))
    #expect(cut.failure.kind == .unavailable && cut.failure.requestWasSent)
    #expect(cut.usage?.output == 20 && cut.usage?.isEstimated == true)
  }

  @Test("hosts, models and keys that are not granted are denied unsent")
  func denials() async throws {
    let server = try #require(LoopbackServer([reply()]))
    for result in [
      try await ask(server, isGranted: false), try await ask(server, keyName: "OTHER_KEY"),
    ] {
      guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
      #expect(failure.failure.kind == .denied && !failure.failure.requestWasSent)
    }
    #expect(server.requests.isEmpty)
  }

  @Test("known providers have addresses and keys; a key goes to no other host by itself")
  func presets() throws {
    for provider in ModelEndpoint.providers { #expect(ModelEndpoint(provider: provider) != nil) }
    #expect(ModelEndpoint(provider: "nobody") == nil)
    let azure = try HTTPAddress("https://us-east.openai.azure.com/openai/v1")
    #expect(ModelEndpoint(provider: "azure") == nil)
    #expect(ModelEndpoint(provider: "azure", base: azure)?.keyName == "AZURE_OPENAI_API_KEY")
    #expect(ModelEndpoint(provider: "azure", base: azure)?.keyHeader == .azure)
    let notAzure = try HTTPAddress("https://openai.azure.com.example/openai/v1")
    #expect(ModelEndpoint(provider: "azure", base: notAzure)?.keyName == nil)
    #expect(ModelEndpoint(provider: "anthropic")?.dialect == .anthropic)
    #expect(ModelEndpoint(provider: "mistral")?.streaming == .on)
    let ollama = try HTTPAddress("http://gpu:11434/v1")
    #expect(ModelEndpoint(provider: "ollama")?.dialect == .ollama)
    #expect(ModelEndpoint(provider: "ollama", base: ollama)?.dialect == .openAI)
    let own = try #require(ModelEndpoint(provider: "openai"))
    #expect(own.keyName == "OPENAI_API_KEY")
    #expect(own.outputLimitKey == .maxCompletionTokens)
    #expect(own.baseAddress.text == "https://api.openai.com/v1")
    let elsewhere = try HTTPAddress("https://proxy.example/v1")
    #expect(ModelEndpoint(provider: "openai", base: elsewhere)?.keyName == nil)
    #expect(ModelEndpoint(provider: "openai", base: elsewhere, keyName: "K")?.keyName == "K")
    let plain = try HTTPAddress("http://api.openai.com/v1")
    #expect(ModelEndpoint(provider: "openai", base: plain)?.keyName == nil)
  }

  @Test("the bound holds and the estimate is near for plain texts")
  func estimates() {
    #expect(TokenEstimate("").expected == 0)
    #expect(TokenEstimate("").upperBound == 0)
    #expect(TokenEstimate.upperBound("é😀") == 6)
    // The counts are those of o200k for these texts.
    let texts = [
      ("The quick brown fox jumps over the lazy dog.", 10),
      (#"{"name": "Ada", "age": 36, "tags": ["x", "y"]}"#, 22),
      ("我们今天去公园散步,天气很好。", 11),
    ]
    for (text, tokens) in texts {
      let estimate = TokenEstimate(text)
      #expect(estimate.upperBound >= tokens && estimate.expected <= estimate.upperBound)
      #expect(abs(estimate.expected - tokens) * 10 <= tokens * 2, "\(text): \(estimate.expected)")
    }
  }

  @Test(
    "a real small model answers by schema (set SIGNALBOX_LLM to its address, …/v1)",
    .enabled(
      if: ProcessInfo.processInfo.environment["SIGNALBOX_LLM"] != nil,
      "skipped: no SIGNALBOX_LLM; start examples/llm-server.py for it"
    )
  )
  func realModel() async throws {
    let base = try HTTPAddress(ProcessInfo.processInfo.environment["SIGNALBOX_LLM"] ?? "")
    var grants = Grants()
    grants.hosts = [HostGrant(base)]
    grants.models = ["smollm2"]
    let model = ChatModel(
      endpoint: ModelEndpoint(baseAddress: base),
      surroundings: ToolSurroundings()
    )
    let request = ChatRequest(
      model: "smollm2",
      messages: [
        ChatMessage(.system, "Sort the message by category."),
        ChatMessage(.user, "My invoice is wrong, I was charged twice."),
      ],
      temperature: 0,
      maxOutputTokens: 60,
      schema: ChatSchema(
        name: "category",
        schema: .map([
          "type": .string("object"), "additionalProperties": .bool(false),
          "properties": .map([
            "category": .map([
              "enum": .list([.string("technical"), .string("billing"), .string("other")])
            ])
          ]),
          "required": .list([.string("category")]),
        ])
      )
    )
    let answer = try await model.answer(request, grants: grants, deadlineMilliseconds: 60_000).get()
    let category = try #require(answer.json?["category"]?.text)
    #expect(["technical", "billing", "other"].contains(category))
    let usage = answer.usage
    #expect(
      !usage.isEstimated && usage.prompt > 0 && usage.prompt <= request.promptTokensUpperBound
    )
    #expect(usage.output > 0 && usage.output <= 60)
    print("real model: \(answer.text), \(usage), bound \(request.promptTokensUpperBound)")
    var short = request
    short.maxOutputTokens = 1
    let cut = await model.answer(short, grants: grants, deadlineMilliseconds: 60_000)
    guard case .failure(let failure) = cut else { throw Unexpected(what: "\(cut)") }
    #expect(failure.failure.kind == .invalidOutput)
    #expect(failure.usage?.output == 1)
  }
}
