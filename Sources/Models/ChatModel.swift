import Tools
import Values

/// A chat model behind the OpenAI-compatible chat-completions API.
public struct ChatModel: Sendable {
  /// Where it is asked.
  public let endpoint: ModelEndpoint
  private let world: ToolSurroundings

  /// A model at an endpoint.
  public init(endpoint: ModelEndpoint, surroundings: ToolSurroundings) {
    self.endpoint = endpoint
    world = surroundings
  }

  /// Asks once and waits for the whole answer.
  ///
  /// The host, and the key's name if there is one, must be granted; the key goes to that host only.
  /// An answer that is refused, cut at its limit, withheld, or no JSON though a schema was asked
  /// for, is `invalid_output` together with its usage. The request is never sent twice.
  public func answer(
    _ request: ChatRequest,
    grants: Grants,
    deadlineMilliseconds: Int,
    cancellation: Cancellation = Cancellation()
  ) async -> Result<ChatAnswer, ChatFailure> {
    switch httpRequest(for: request, grants: grants) {
    case .failure(let failure):
      return .failure(redacted(failure, usage: nil))
    case .success(let outgoing):
      let result = await world.client.perform(
        outgoing,
        deadlineMilliseconds: deadlineMilliseconds,
        cancellation: cancellation
      )
      switch result {
      case .failure(let failure):
        return .failure(redacted(failure.callFailure, usage: nil))
      case .success(let response):
        return answer(in: response, expectsJSON: request.schema != nil)
      }
    }
  }

  private func httpRequest(
    for request: ChatRequest,
    grants: Grants
  ) -> Result<HTTPRequest, CallFailure> {
    let address: HTTPAddress
    do throws(HTTPAddress.Problem) {
      address = try endpoint.baseAddress.appending(path: "/chat/completions")
    } catch {
      return .failure(.unsent("the endpoint is not a usable URL: \(error.message)"))
    }
    if let denial = grants.check(.host(address)) ?? grants.check(.model(request.model)) {
      return .failure(denial.failure)
    }
    var fields = [("Accept", "application/json"), ("Content-Type", "application/json")]
    if let keyName = endpoint.keyName {
      let text = LateText(parts: [.text("Bearer "), .secret(keyName)])
      switch text.resolved(from: world.secrets, grants: grants, redactor: world.redactor) {
      case .success(let value): fields.append(("Authorization", value))
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
      body: Array(JSONWriter.string(body(of: request)).utf8)
    )
    outgoing.addresses = grants.addresses(for: address)
    outgoing.delivery = .once
    outgoing.responseBytes = world.answerBytes
    return .success(outgoing)
  }

  private func body(of request: ChatRequest) -> Value {
    var body = ValueMap()
    body["model"] = .string(request.model)
    body["messages"] = .list(
      request.messages.map { message in
        .map(["role": .string(message.role.rawValue), "content": .string(message.text)])
      }
    )
    body[endpoint.outputLimitKey.rawValue] = .int(Int64(request.maxOutputTokens))
    if let temperature = request.temperature { body["temperature"] = .double(temperature) }
    if let schema = request.schema {
      body["response_format"] = .map([
        "type": .string("json_schema"),
        "json_schema": .map([
          "name": .string(Self.schemaName(schema.name)),
          "schema": schema.schema,
          "strict": .bool(schema.isStrict),
        ]),
      ])
    }
    return .map(body)
  }

  /// A name as the API allows it: at most 64 letters, digits, `_` and `-`.
  private static func schemaName(_ name: String) -> String {
    let bytes = name.utf8.prefix(64).map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): byte
      default: UInt8(ascii: "_")
      }
    }
    return bytes.isEmpty ? "answer" : String(decoding: bytes, as: UTF8.self)
  }

  private func redacted(_ failure: CallFailure, usage: TokenUsage?) -> ChatFailure {
    var failure = failure
    failure.message = world.redactor.redacted(failure.message)
    return ChatFailure(failure: failure, usage: usage)
  }
}

extension ChatModel {
  private func answer(
    in response: HTTPResponse,
    expectsJSON: Bool
  ) -> Result<ChatAnswer, ChatFailure> {
    if var failure = response.statusFailure {
      if let words = Self.errorWords(response.body) {
        failure.message = "the model's server answered with status \(response.status): \(words)"
      }
      return .failure(redacted(failure, usage: nil))
    }
    let reply: Value
    switch JSONText.value(of: response.body) {
    case .success(let value): reply = value
    case .failure(let flaw):
      return .failure(unusable("the model's server did not answer in JSON: \(flaw.message)", nil))
    }
    let usage = Self.usage(reply["usage"])
    guard case .list(let choices)? = reply["choices"], let choice = choices.first,
      let message = choice["message"]
    else {
      return .failure(unusable("the model's server answered without a choice", usage))
    }
    if let refusal = message["refusal"]?.text, !refusal.isEmpty {
      return .failure(unusable("the model refused: \(refusal)", usage))
    }
    let reason = Self.finishReason(choice["finish_reason"])
    switch reason {
    case .length:
      return .failure(unusable("the answer was cut at its limit of output tokens", usage))
    case .contentFilter:
      return .failure(unusable("the provider withheld the answer (content filter)", usage))
    case .stop, .other: break
    }
    guard let text = message["content"]?.text else {
      return .failure(unusable("the model answered without a text", usage))
    }
    let clean = world.redactor.redacted(text)
    var json: Value?
    if expectsJSON {
      switch JSONText.value(of: Array(text.utf8)) {
      case .success(let value): json = world.redactor.redacted(value)
      case .failure(let flaw):
        return .failure(unusable("the model's answer is not JSON: \(flaw.message)", usage))
      }
    }
    return .success(
      ChatAnswer(
        text: clean,
        json: json,
        usage: usage,
        model: reply["model"]?.text,
        finishReason: reason
      )
    )
  }

  private func unusable(_ message: String, _ usage: TokenUsage?) -> ChatFailure {
    redacted(
      CallFailure(kind: .invalidOutput, message: message, requestWasSent: true),
      usage: usage
    )
  }

  private static func finishReason(_ value: Value?) -> FinishReason {
    switch value?.text {
    case "stop": .stop
    case "length": .length
    case "content_filter": .contentFilter
    case let other: .other(other ?? "")
    }
  }

  /// The usage, when both counts are there and sane; a negative or absurd count is no usage.
  private static func usage(_ value: Value?) -> TokenUsage? {
    guard let prompt = count(value?["prompt_tokens"]),
      let output = count(value?["completion_tokens"])
    else { return nil }
    return TokenUsage(
      prompt: prompt,
      output: output,
      cachedPrompt: count(value?["prompt_tokens_details"]?["cached_tokens"])
    )
  }

  private static func count(_ value: Value?) -> Int? {
    guard case .int(let number)? = value, (0...1_000_000_000).contains(number) else { return nil }
    return Int(number)
  }

  /// The words of an error answer: `{"error": {"message": …}}` or `{"error": …}`.
  private static func errorWords(_ body: [UInt8]) -> String? {
    guard case .success(let value) = JSONText.value(of: body) else { return nil }
    let words = value["error"]?["message"]?.text ?? value["error"]?.text ?? value["message"]?.text
    return words.map { String(decoding: $0.utf8.prefix(500), as: UTF8.self) }
  }
}
