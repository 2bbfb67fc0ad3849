import Models
import TestSupport
import Testing
import Tools
import Values

/// Every wire format, whole and streamed, against a scripted model with faults.
@Suite("Model wire formats")
struct ModelWireTests {
  struct Manner: Sendable, CustomTestStringConvertible {
    let dialect: ModelDialect
    let streaming: ModelEndpoint.Streaming
    var testDescription: String { "\(dialect), streaming \(streaming)" }
  }

  static let manners: [Manner] = [
    Manner(dialect: .openAI, streaming: .off),
    Manner(dialect: .openAI, streaming: .on),
    Manner(dialect: .openAI, streaming: .asksForUsage),
    Manner(dialect: .anthropic, streaming: .off),
    Manner(dialect: .anthropic, streaming: .on),
    Manner(dialect: .ollama, streaming: .off),
    Manner(dialect: .ollama, streaming: .on),
  ]

  static let schema: Value = .map([
    "type": .string("object"),
    "properties": .map(["category": .map(["type": .string("string")])]),
    "required": .list([.string("category")]),
  ])
  static let tool = ChatTool(
    name: "look.up",
    description: "Finds things.",
    parameters: .map(["type": .string("object")])
  )

  static func request(schema: Value? = schema, tools: [ChatTool] = []) -> ChatRequest {
    var request = ChatRequest(
      model: "tiny",
      messages: [ChatMessage(.system, "Sort."), ChatMessage(.user, "Größe? 😀")],
      temperature: 0,
      maxOutputTokens: 50,
      schema: schema.map { ChatSchema(name: "sort it", schema: $0, isStrict: false) }
    )
    request.tools = tools
    return request
  }

  static func endpoint(_ server: LoopbackServer, _ manner: Manner) throws -> ModelEndpoint {
    let root = manner.dialect == .ollama ? "" : "/v1"
    var endpoint = ModelEndpoint(
      baseAddress: try HTTPAddress(server.address + root),
      keyName: "MODEL_KEY"
    )
    endpoint.dialect = manner.dialect
    endpoint.streaming = manner.streaming
    if manner.dialect == .anthropic { endpoint.keyHeader = .anthropic }
    return endpoint
  }

  static func ask(
    _ server: LoopbackServer,
    _ manner: Manner,
    _ request: ChatRequest = request(),
    deadlineMilliseconds: Int = 20_000
  ) async throws -> Result<ChatAnswer, ChatFailure> {
    let endpoint = try endpoint(server, manner)
    var grants = Grants()
    grants.hosts = [HostGrant(endpoint.baseAddress)]
    grants.models = ["tiny"]
    grants.environmentNames = ["MODEL_KEY"]
    let secrets = GivenSecrets(secrets: [("MODEL_KEY", "sk-12345678")])
    return await ChatModel(
      endpoint: endpoint,
      surroundings: ToolSurroundings(secrets: secrets, answerBytes: 1 << 20)
    )
    .answer(request, grants: grants, deadlineMilliseconds: deadlineMilliseconds)
  }

  private func failure(_ fault: ModelFault, _ manner: Manner) async throws -> ChatFailure {
    let server = try #require(
      ScriptedModel.server { _, _ in ModelReply(#"{"category": "größer"}"#, fault: fault) }
    )
    let isSilent = fault == .hang || fault == .stall
    let result = try await Self.ask(
      server,
      manner,
      deadlineMilliseconds: isSilent ? 300 : 20_000
    )
    guard case .failure(let failure) = result else {
      throw Unexpected(what: "\(fault) \(manner.testDescription): \(result)")
    }
    return failure
  }

  @Test("answers are read with their usage, however the bytes are cut", arguments: manners)
  func answers(_ manner: Manner) async throws {
    let faults: [ModelFault?] = [nil, .slowFirstByte, .singleBytes, .duplicatedEnd]
    for fault in faults {
      let server = try #require(
        ScriptedModel.server { _, _ in
          ModelReply(#"{"category": "größer 😀 日本"}"#, fault: fault)
        }
      )
      let answer = try await Self.ask(server, manner).get()
      #expect(answer.json == .map(["category": .string("größer 😀 日本")]), "\(fault as Any)")
      #expect(answer.usage.prompt == 12 && answer.usage.output == 5)
      #expect(!answer.usage.isEstimated)
      #expect(answer.model == "scripted-1")
      #expect(answer.toolCalls.isEmpty)
      let seen = try #require(server.requests.first)
      #expect(seen.header("authorization") ?? seen.header("x-api-key") != nil)
      #expect(server.requests.count == 1)
    }
  }

  @Test("each format carries schema, limits and keys in its own way")
  func requests() async throws {
    for manner in Self.manners {
      let server = try #require(ScriptedModel.server { _, _ in ModelReply(#"{"category": "a"}"#) })
      _ = try await Self.ask(server, manner).get()
      let seen = try #require(server.requests.first)
      let body = try JSONParser.parse(seen.body)
      let isStreaming = manner.streaming != .off
      switch manner.dialect {
      case .openAI:
        #expect(seen.target == "/v1/chat/completions")
        #expect(seen.header("authorization") == "Bearer sk-12345678")
        #expect(body["response_format"]?["json_schema"]?["schema"] == Self.schema)
        #expect((body["stream"] == .bool(true)) == isStreaming)
        #expect((body["stream_options"] != nil) == (manner.streaming == .asksForUsage))
        #expect(body["tools"] == nil)
      case .anthropic:
        #expect(seen.target == "/v1/messages")
        #expect(seen.header("x-api-key") == "sk-12345678")
        #expect(seen.header("anthropic-version") != nil && seen.header("authorization") == nil)
        #expect(body["system"] == .string("Sort."))
        #expect(body["max_tokens"] == .int(50))
        #expect(body["tool_choice"]?["name"] == .string("answer_sort_it"))
      case .ollama:
        #expect(seen.target == "/api/chat")
        #expect(body["format"] == Self.schema)
        #expect(body["options"]?["num_predict"] == .int(50))
        #expect(body["stream"] == .bool(isStreaming))
      }
    }
  }

  @Test("tools are offered, asked for and answered", arguments: manners)
  func tools(_ manner: Manner) async throws {
    let server = try #require(
      ScriptedModel.server { _, number in
        number == 0
          ? ModelReply("", toolCalls: [.init("look_up", #"{"q": "größer", "n": 2}"#)])
          : ModelReply(#"{"category": "a"}"#)
      }
    )
    var request = Self.request(tools: [Self.tool])
    let first = try await Self.ask(server, manner, request).get()
    let call = try #require(first.toolCalls.first)
    #expect(call.name == "look_up")
    #expect(call.arguments == .map(["q": .string("größer"), "n": .int(2)]))
    #expect(first.json == nil)
    request.messages.append(ChatMessage(asking: [call], text: first.text))
    request.messages.append(ChatMessage(resultOf: call, text: "[1, 2]"))
    request.mayCallTools = false
    let second = try await Self.ask(server, manner, request).get()
    #expect(second.json == .map(["category": .string("a")]))
    let body = try JSONParser.parse(try #require(server.requests.last).body)
    guard case .list(let messages)? = body["messages"] else { throw Unexpected(what: "\(body)") }
    let result = try #require(messages.last)
    switch manner.dialect {
    case .openAI:
      #expect(result["tool_call_id"] == .string(call.id))
      #expect(body["tool_choice"] == .string("none"))
    case .anthropic:
      guard case .list(let blocks)? = result["content"] else { throw Unexpected(what: "\(result)") }
      #expect(blocks.first?["tool_use_id"] == .string(call.id))
    case .ollama:
      #expect(result["tool_name"] == .string("look_up"))
      #expect(body["tools"] == nil && body["format"] == Self.schema)
    }
  }

  @Test("an answer by schema may come as the arguments of Anthropic's answer tool")
  func answerTool() async throws {
    let server = try #require(
      ScriptedModel.server { _, _ in
        ModelReply("", toolCalls: [.init("answer_sort_it", #"{"category": "b"}"#)])
      }
    )
    for manner in Self.manners where manner.dialect == .anthropic {
      let answer = try await Self.ask(server, manner).get()
      #expect(answer.json == .map(["category": .string("b")]))
      #expect(answer.toolCalls.isEmpty)
    }
  }

  @Test("failures keep their kinds, and no usage is below what may be billed", arguments: manners)
  func failures(_ manner: Manner) async throws {
    let refusals: [(ModelFault, CallFailureKind)] = [
      (.rateLimited, .rateLimited), (.unavailable, .unavailable), (.overloaded, .unavailable),
      (.unauthorized, .failed),
    ]
    for (fault, kind) in refusals {
      let failure = try await failure(fault, manner)
      #expect(failure.failure.kind == kind, "\(fault)")
      #expect(failure.isFree && failure.usage == TokenUsage.none, "\(fault): \(failure)")
      #expect(failure.failure.message.contains("scripted"), "\(fault)")
    }
    let lost: [(ModelFault, CallFailureKind)] = [
      (.broken, .unavailable), (.hang, .timeout), (.stall, .timeout), (.cut, .unavailable),
      (.reset, .unavailable),
    ]
    let bound = Self.request().promptTokensUpperBound
    for (fault, kind) in lost {
      let failure = try await failure(fault, manner)
      #expect(failure.failure.kind == kind, "\(fault): \(failure)")
      let usage = try #require(failure.usage)
      // Anthropic names the prompt's tokens at once; the others' stand at their bound.
      let isNamed = manner.dialect == .anthropic && usage.prompt == 12
      #expect(isNamed || usage.prompt >= bound, "\(fault): \(usage)")
      #expect(usage.output >= 50 && usage.isEstimated, "\(fault): \(usage)")
    }
    let unusable: [ModelFault] = [.malformedEvent, .wrongJSON, .hugeBody, .page, .emptyBody]
    for fault in unusable {
      let failure = try await failure(fault, manner)
      #expect(failure.failure.kind == .invalidOutput, "\(fault): \(failure)")
      #expect(failure.failure.requestWasSent && failure.usage != nil, "\(fault)")
    }
    #expect(try await failure(.cutAtLimit, manner).usage?.output == 5)
    if manner.dialect != .ollama {
      #expect(try await failure(.withheld, manner).failure.kind == .invalidOutput)
    }
    if manner.streaming != .off {
      for fault in [ModelFault.errorWithin, .unfinished] {
        let failure = try await failure(fault, manner)
        #expect(failure.failure.kind == .unavailable && !failure.isFree, "\(fault): \(failure)")
      }
    }
  }

  @Test("usage that is missing or absurd is never taken for little", arguments: manners)
  func usage(_ manner: Manner) async throws {
    for fault in [ModelFault.missingUsage, .negativeUsage, .absurdUsage] {
      let server = try #require(
        ScriptedModel.server { _, _ in ModelReply(#"{"category": "a"}"#, fault: fault) }
      )
      let usage = try await Self.ask(server, manner).get().usage
      if fault == .absurdUsage {
        #expect(usage.prompt == 12_000_000 && usage.output == 5_000_000, "\(usage)")
      } else {
        #expect(usage.isEstimated && usage.output == 50, "\(fault): \(usage)")
      }
    }
  }

  @Test("calls of tools that are no JSON, or too many, are invalid output")
  func badCalls() async throws {
    for manner in Self.manners where manner.dialect == .openAI {
      let many = (0..<80).map { _ in ModelReply.ToolCall("look_up", "{}") }
      for calls in [[ModelReply.ToolCall("look_up", "{not json")], many] {
        let server = try #require(ScriptedModel.server { _, _ in ModelReply("", toolCalls: calls) })
        let request = Self.request(tools: [Self.tool])
        guard case .failure(let failure) = try await Self.ask(server, manner, request) else {
          throw Unexpected(what: "\(calls.count) calls")
        }
        #expect(failure.failure.kind == .invalidOutput)
      }
    }
  }

  @Test("streams with any bytes changed, cut or repeated end with an answer or a failure, in full")
  func mutations() async throws {
    let seed: UInt64 = 20_261_121
    var numbers = SeededNumbers(seed)
    for round in 0..<150 {
      let manner = Self.manners[round % Self.manners.count]
      let salt = numbers.next()
      let server = try #require(
        LoopbackServer { request, _ in
          let reply = ScriptedModel.reply(to: request, ModelReply(#"{"category": "größer"}"#))
          var numbers = SeededNumbers(salt)
          switch reply {
          case .pieces(let type, let pieces):
            var bytes = pieces.flatMap { piece -> [UInt8] in
              if case .bytes(let bytes) = piece { return bytes }
              return []
            }
            Self.mutate(&bytes, &numbers)
            return .pieces(type: type, [.bytes(bytes)])
          case .answer(let status, let headers, var body):
            Self.mutate(&body, &numbers)
            return .answer(status: status, headers: headers, body: body)
          default: return reply
          }
        }
      )
      switch try await Self.ask(server, manner) {
      case .success(let answer):
        #expect(answer.json != nil && answer.usage.prompt >= 0, "seed \(seed), round \(round)")
      case .failure(let failure):
        #expect(failure.failure.requestWasSent, "seed \(seed), round \(round): \(failure)")
        #expect(failure.usage != nil, "seed \(seed), round \(round)")
      }
    }
  }

  private static func mutate(_ bytes: inout [UInt8], _ numbers: inout SeededNumbers) {
    for _ in 0...Int.random(in: 0..<4, using: &numbers) {
      guard !bytes.isEmpty else { return }
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.insert(contentsOf: bytes.suffix(from: place), at: place)
      default: bytes.remove(at: place)
      }
    }
  }

  @Test("JSON in a fence of Markdown is read, prose is not")
  func fences() async throws {
    let texts = [
      ("```json\n{\"category\": \"a\"}\n```\n", true), ("  ``` \n{\"category\": \"a\"}\n```", true),
      ("```json {\"category\": \"a\"}```", false), ("Sure: {\"category\": \"a\"}", false),
    ]
    for (text, isRead) in texts {
      let server = try #require(ScriptedModel.server { _, _ in ModelReply(text) })
      let result = try await Self.ask(server, Self.manners[1])
      #expect((try? result.get().json != nil) ?? false == isRead, "\(text)")
    }
  }
}
