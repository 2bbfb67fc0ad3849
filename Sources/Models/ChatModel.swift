import Tools
import Values

/// A chat model behind one endpoint.
public struct ChatModel: Sendable {
  /// Where it is asked.
  public let endpoint: ModelEndpoint
  private let world: ToolSurroundings

  /// A model at an endpoint.
  public init(endpoint: ModelEndpoint, surroundings: ToolSurroundings) {
    self.endpoint = endpoint
    world = surroundings
  }

  /// How long parts of a call may take.
  public struct Deadlines: Sendable {
    /// The whole call, from now to the last byte.
    public var wholeMilliseconds: Int
    /// Until the connection stands.
    public var connectMilliseconds: Int
    /// Until the first byte of the answer; nil for the whole call.
    public var firstByteMilliseconds: Int?

    /// Deadlines; the whole one is the caller's.
    public init(
      wholeMilliseconds: Int,
      connectMilliseconds: Int = 10_000,
      firstByteMilliseconds: Int? = nil
    ) {
      self.wholeMilliseconds = wholeMilliseconds
      self.connectMilliseconds = connectMilliseconds
      self.firstByteMilliseconds = firstByteMilliseconds
    }
  }

  /// Asks once and waits for the whole answer, with one deadline for everything.
  public func answer(
    _ request: ChatRequest,
    grants: Grants,
    deadlineMilliseconds: Int,
    cancellation: Cancellation = Cancellation()
  ) async -> Result<ChatAnswer, ChatFailure> {
    await answer(
      request,
      grants: grants,
      deadlines: Deadlines(wholeMilliseconds: deadlineMilliseconds),
      cancellation: cancellation
    )
  }

  /// Asks once and waits for the whole answer.
  ///
  /// The host, and the key's name if there is one, must be granted; the key goes to that host only.
  /// An answer that is refused, cut at its limit, withheld, or no JSON though JSON was asked for,
  /// is `invalid_output` together with its usage. The request is never sent twice.
  public func answer(
    _ request: ChatRequest,
    grants: Grants,
    deadlines: Deadlines,
    cancellation: Cancellation = Cancellation()
  ) async -> Result<ChatAnswer, ChatFailure> {
    var outgoing: HTTPRequest
    switch httpRequest(for: request, grants: grants) {
    case .failure(let failure): return .failure(redacted(failure, usage: nil))
    case .success(let built): outgoing = built
    }
    outgoing.connectMilliseconds = min(
      deadlines.connectMilliseconds,
      max(1, deadlines.wholeMilliseconds)
    )
    outgoing.firstByteMilliseconds = deadlines.firstByteMilliseconds
    var reading: AnswerReading?
    if endpoint.streaming != .off {
      let arriving = AnswerReading(dialect: endpoint.dialect, mostBytes: world.answerBytes)
      outgoing.onChunk = { arriving.take($0) }
      reading = arriving
    }
    let result = await world.client.perform(
      outgoing,
      deadlineMilliseconds: deadlines.wholeMilliseconds,
      cancellation: cancellation
    )
    return outcome(of: result, reading, request)
  }

  // MARK: Sending

  /// The bytes of the request's body: what the answer depends on besides the address.
  func bodyBytes(of request: ChatRequest) -> [UInt8] {
    let body =
      switch endpoint.dialect {
      case .openAI: OpenAIWire.body(request, endpoint)
      case .anthropic: AnthropicWire.body(request, endpoint)
      case .ollama: OllamaWire.body(request, endpoint)
      }
    return JSONWriter.bytes(body)
  }

  private func httpRequest(
    for request: ChatRequest,
    grants: Grants
  ) -> Result<HTTPRequest, CallFailure> {
    let address: HTTPAddress
    do throws(HTTPAddress.Problem) {
      address = try endpoint.baseAddress.appending(path: endpoint.dialect.path)
    } catch {
      return .failure(.unsent("the endpoint is not a usable URL: \(error.message)"))
    }
    if let denial = grants.check(.host(address)) ?? grants.check(.model(request.model)) {
      return .failure(denial.failure)
    }
    let accepted = endpoint.streaming == .off ? "application/json" : "text/event-stream, */*"
    var fields = [("Accept", accepted), ("Content-Type", "application/json")]
    if endpoint.dialect == .anthropic {
      fields.append(("anthropic-version", AnthropicWire.version))
    }
    if let keyName = endpoint.keyName {
      let prefix = endpoint.keyHeader == .bearer ? "Bearer " : ""
      let text = LateText(parts: [.text(prefix), .secret(keyName)])
      switch text.resolved(from: world.secrets, grants: grants, redactor: world.redactor) {
      case .success(let value): fields.append((endpoint.keyHeader.rawValue, value))
      case .failure(let failure): return .failure(failure)
      }
    }
    let headers = fields.compactMap { HTTPHeader($0.0, $0.1) }
    guard headers.count == fields.count else {
      return .failure(.unsent("the model's key holds characters that no header can carry"))
    }
    var outgoing = HTTPRequest(
      method: .post,
      address: address,
      headers: headers,
      body: bodyBytes(of: request)
    )
    outgoing.addresses = grants.addresses(for: address)
    outgoing.delivery = .once
    outgoing.responseBytes = world.answerBytes
    return .success(outgoing)
  }

  private func redacted(_ failure: CallFailure, usage: TokenUsage?) -> ChatFailure {
    var failure = failure
    failure.message = world.redactor.redacted(failure.message)
    return ChatFailure(failure: failure, usage: usage)
  }
}

// What came back.
extension ChatModel {
  private func outcome(
    of result: Result<HTTPResponse, HTTPFailure>,
    _ reading: AnswerReading?,
    _ request: ChatRequest
  ) -> Result<ChatAnswer, ChatFailure> {
    switch result {
    case .failure(let failure):
      let arrived = reading?.finished(isWhole: false).assembly ?? AnswerAssembly()
      // The reading itself ends a transfer whose rest cannot help.
      if let cause = arrived.failure {
        return .failure(redacted(cause, usage: usage(arrived, request)))
      }
      var broken = failure.callFailure
      guard broken.requestWasSent else { return .failure(redacted(broken, usage: nil)) }
      if !arrived.text.isEmpty {
        let count = TokenEstimate.expected(String(decoding: arrived.text, as: UTF8.self))
        broken.message += "; about \(count) tokens of the answer had arrived"
      }
      return .failure(redacted(broken, usage: usage(arrived, request)))
    case .success(let response):
      let arrived = reading?.finished(isWhole: response.statusFailure == nil)
      if var failure = response.statusFailure {
        if let words = AnswerAssembly.words(ofAnswer: arrived?.raw ?? response.body) {
          failure.message = "the model's server answered with status \(response.status): \(words)"
        }
        let isRefusal = Self.isRefusal(status: response.status)
        return .failure(
          redacted(failure, usage: isRefusal ? TokenUsage.none : usage(AnswerAssembly(), request))
        )
      }
      var assembly = arrived?.assembly ?? AnswerAssembly()
      if arrived == nil {
        AnswerReading.takeWhole(response.body, endpoint.dialect, into: &assembly)
      }
      return answer(of: assembly, request)
    }
  }

  /// Whether a status says that the service did not begin: no token was read, none is billed.
  ///
  /// 500, 502 and 504 may come after work was done.
  private static func isRefusal(status: Int) -> Bool {
    (300...499).contains(status) && status != 408 || status == 503 || status == 529
  }

  /// What was consumed: as reported, the rest at its bound.
  private func usage(_ assembly: AnswerAssembly, _ request: ChatRequest) -> TokenUsage {
    let hidden =
      request.tools.isEmpty && request.schema == nil ? 0 : endpoint.dialect.hiddenToolTokens
    return TokenUsage(
      prompt: assembly.promptTokens ?? request.promptTokensUpperBound + hidden,
      output: (assembly.isComplete ? assembly.outputTokens : nil)
        ?? max(request.maxOutputTokens, assembly.outputTokens ?? 0),
      cachedPrompt: assembly.cachedTokens,
      isEstimated: assembly.promptTokens == nil || assembly.outputTokens == nil
        || !assembly.isComplete
    )
  }

  private func answer(
    of assembly: AnswerAssembly,
    _ request: ChatRequest
  ) -> Result<ChatAnswer, ChatFailure> {
    let usage = usage(assembly, request)
    func unusable(
      _ message: String,
      _ kind: CallFailureKind = .invalidOutput
    )
      -> Result<ChatAnswer, ChatFailure>
    {
      let failure = CallFailure(kind: kind, message: message, requestWasSent: true)
      return .failure(redacted(failure, usage: usage))
    }
    if let failure = assembly.failure { return .failure(redacted(failure, usage: usage)) }
    guard assembly.isComplete else {
      return unusable("the stream ended before the answer did", .unavailable)
    }
    if !assembly.refusal.isEmpty { return unusable("the model refused: \(assembly.refusal)") }
    switch assembly.finish {
    case .length: return unusable("the answer was cut at its limit of output tokens")
    case .contentFilter: return unusable("the provider withheld the answer (content filter)")
    case .stop, .toolCalls, .other, nil: break
    }
    var calls: [ChatToolCall] = []
    var text = assembly.text
    let form = endpoint.dialect == .anthropic ? AnthropicWire.answerTool(request) : nil
    for call in assembly.calls where !call.name.isEmpty {
      let arguments: Value
      switch Self.arguments(of: call) {
      case .success(let value): arguments = value
      case .failure(let flaw):
        return unusable("the model calls `\(call.name)` with no JSON: \(flaw.message)")
      }
      if let form, form.name.sameScalars(as: call.name) {
        text = JSONWriter.bytes(arguments)
      } else {
        let id = call.id.isEmpty ? "call-\(calls.count + 1)" : call.id
        calls.append(ChatToolCall(id: id, name: call.name, arguments: arguments))
      }
    }
    guard !text.isEmpty || !calls.isEmpty else {
      return unusable("the model answered without a text")
    }
    guard let words = String(validating: text, as: UTF8.self) else {
      return unusable("the model's answer is not UTF-8")
    }
    var json: Value?
    if request.wantsJSON, calls.isEmpty {
      switch JSONText.value(of: Self.withoutFence(text)) {
      case .success(let value): json = world.redactor.redacted(value)
      case .failure where request.takesAnyText: break
      case .failure(let flaw): return unusable("the model's answer is not JSON: \(flaw.message)")
      }
    }
    return .success(
      ChatAnswer(
        text: world.redactor.redacted(words),
        json: json,
        toolCalls: calls.map { call in
          var clean = call
          clean.arguments = world.redactor.redacted(call.arguments)
          return clean
        },
        usage: usage,
        model: assembly.model,
        finishReason: assembly.finish ?? .other("")
      )
    )
  }

  private static func arguments(of call: AnswerAssembly.Call) -> Result<Value, JSONText.Flaw> {
    if let value = call.value, call.arguments.isEmpty { return .success(value) }
    // A tool without arguments is called with none at all by some services.
    return call.arguments.isEmpty ? .success(.map([:])) : JSONText.value(of: call.arguments)
  }

  /// JSON without the fence of Markdown that models like to put around it.
  private static func withoutFence(_ text: [UInt8]) -> [UInt8] {
    let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
    var rest = text[...].drop(while: isBlank)
    guard rest.starts(with: "```".utf8),
      let line = rest.firstIndex(of: 0x0a)
    else { return text }
    rest = rest[(line + 1)...]
    while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
    guard rest.suffix(3).elementsEqual("```".utf8) else { return text }
    return Array(rest.dropLast(3))
  }
}
