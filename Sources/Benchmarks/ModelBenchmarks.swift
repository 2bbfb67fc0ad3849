import Signalbox

/// What asking a model costs beside the model.
enum ModelBenchmarks {
  static let all = [
    Benchmark(names: ["llm.call_overhead", "llm.call_overhead_p95"], measure: overhead)
  ]

  /// A streamed answer of a hundred pieces.
  private static let answer: [UInt8] = {
    var text = ""
    func event(_ json: String) { text += "data: \(json)\n\n" }
    event(#"{"model":"stub","choices":[{"index":0,"delta":{"role":"assistant"}}]}"#)
    event(#"{"choices":[{"index":0,"delta":{"content":"{\"category\": \""}}]}"#)
    for _ in 0..<100 { event(#"{"choices":[{"index":0,"delta":{"content":"word "}}]}"#) }
    event(#"{"choices":[{"index":0,"delta":{"content":"\"}"}}]}"#)
    event(#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
    event(#"{"choices":[],"usage":{"prompt_tokens":120,"completion_tokens":104}}"#)
    text += "data: [DONE]\n\n"
    return Array(text.utf8)
  }()

  private static func overhead() async throws -> [Figure] {
    guard let server = StubServer(type: "text/event-stream", answer: answer) else {
      throw BenchmarkFailure(description: "the machine gives no socket")
    }
    let base = try HTTPAddress("http://127.0.0.1:\(server.port)/v1")
    var endpoint = ModelEndpoint(baseAddress: base)
    endpoint.streaming = .asksForUsage
    var grants = Grants()
    grants.hosts = [HostGrant(base)]
    grants.models = ["stub"]
    let gateway = ModelGateway(surroundings: ToolSurroundings())
    let schema: Value = .map([
      "type": .string("object"),
      "properties": .map(["category": .map(["type": .string("string")])]),
    ])
    let question = ChatRequest(
      model: "stub",
      messages: [
        ChatMessage(.system, "Sort the message."),
        ChatMessage(.user, String(repeating: "My invoice is wrong. ", count: 25)),
      ],
      temperature: 0,
      maxOutputTokens: 200,
      schema: ChatSchema(name: "sort", schema: schema)
    )
    let candidate = ModelCandidate(endpoint: endpoint, model: "stub", worstPicodollars: 0)
    let clock = ContinuousClock()
    var times: [Double] = []
    for round in 0..<1_100 {
      let start = clock.now
      let result = await gateway.answer(
        question,
        candidates: [candidate],
        grants: grants,
        deadlineMilliseconds: 10_000
      )
      let whole = Measurement.seconds(start.duration(to: clock.now))
      guard case .success(let answer) = result, answer.answer.json != nil else {
        throw BenchmarkFailure(description: "the stub's answer was not read: \(result)")
      }
      // The first calls load libcurl and open the connection.
      if round >= 100 { times.append(whole - server.lastAnswerSeconds) }
    }
    times.sort()
    return [
      Figure(name: "llm.call_overhead", value: times[times.count / 2] * 1e6, unit: "us"),
      Figure(name: "llm.call_overhead_p95", value: times[times.count * 95 / 100] * 1e6, unit: "us"),
    ]
  }
}
