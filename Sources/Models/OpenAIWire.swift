import Tools
import Values

/// OpenAI's chat completions, as most services speak them.
enum OpenAIWire {
  /// The body of a request.
  static func body(_ request: ChatRequest, _ endpoint: ModelEndpoint) -> Value {
    var body = ValueMap()
    body["model"] = .string(request.model)
    var messages = request.messages
    if endpoint.structuredOutput != .schema, let instruction = request.jsonInstruction {
      messages.insert(ChatMessage(.system, instruction), at: 0)
    }
    body["messages"] = .list(messages.map(message))
    body[endpoint.outputLimitKey.rawValue] = .int(Int64(request.maxOutputTokens))
    if let temperature = request.temperature { body["temperature"] = .double(temperature) }
    if let format = format(request, endpoint) { body["response_format"] = format }
    if !request.tools.isEmpty {
      body["tools"] = .list(request.tools.map(tool))
      body["tool_choice"] = .string(request.mayCallTools ? "auto" : "none")
    }
    switch endpoint.streaming {
    case .off: break
    case .on: body["stream"] = .bool(true)
    case .asksForUsage:
      body["stream"] = .bool(true)
      body["stream_options"] = .map(["include_usage": .bool(true)])
    }
    return .map(body)
  }

  private static func format(_ request: ChatRequest, _ endpoint: ModelEndpoint) -> Value? {
    guard request.wantsJSON else { return nil }
    switch endpoint.structuredOutput {
    case .prompt: return nil
    case .object: return .map(["type": .string("json_object")])
    case .schema:
      guard let schema = request.schema else { return .map(["type": .string("json_object")]) }
      return .map([
        "type": .string("json_schema"),
        "json_schema": .map([
          "name": .string(ChatTool.wireName(schema.name)),
          "schema": schema.schema,
          "strict": .bool(schema.isStrict),
        ]),
      ])
    }
  }

  private static func message(_ message: ChatMessage) -> Value {
    var map: ValueMap = [
      "role": .string(message.role.rawValue), "content": .string(message.text),
    ]
    if let call = message.answeredCall { map["tool_call_id"] = .string(call.id) }
    if !message.toolCalls.isEmpty {
      if message.text.isEmpty { map["content"] = .null }
      map["tool_calls"] = .list(
        message.toolCalls.map { call in
          .map([
            "id": .string(call.id), "type": .string("function"),
            "function": .map([
              "name": .string(call.name),
              "arguments": .string(JSONWriter.string(call.arguments)),
            ]),
          ])
        }
      )
    }
    return .map(map)
  }

  /// A tool, as OpenAI and Ollama describe it.
  static func tool(_ tool: ChatTool) -> Value {
    var function: ValueMap = ["name": .string(tool.name)]
    if !tool.description.isEmpty { function["description"] = .string(tool.description) }
    function["parameters"] = tool.parameters
    return .map(["type": .string("function"), "function": .map(function)])
  }

  /// Takes a whole answer.
  static func take(whole reply: Value, into assembly: inout AnswerAssembly) {
    takeCommon(reply, into: &assembly)
    guard case .list(let choices)? = reply["choices"], let choice = choices.first,
      let message = choice["message"]
    else {
      assembly.fail(.invalidOutput, "the model's server answered without a choice")
      return
    }
    take(delta: message, into: &assembly)
    assembly.finish = finish(choice["finish_reason"]) ?? .other("")
    assembly.isComplete = true
  }

  /// Takes one event of a stream; `nil` is its declared end.
  static func take(piece: Value, into assembly: inout AnswerAssembly) {
    takeCommon(piece, into: &assembly)
    if let error = piece["error"], error != .null {
      assembly.fail(error: error, fallback: "an error without words")
      return
    }
    guard case .list(let choices)? = piece["choices"], let choice = choices.first else { return }
    // What follows the last piece of an answer, a repetition say, is not part of it.
    guard assembly.finish == nil else { return }
    if let delta = choice["delta"] { take(delta: delta, into: &assembly) }
    if let reason = finish(choice["finish_reason"]) {
      assembly.finish = reason
      assembly.isComplete = true
    }
  }

  private static func takeCommon(_ reply: Value, into assembly: inout AnswerAssembly) {
    if let model = reply["model"]?.text, !model.isEmpty { assembly.model = model }
    // Groq reports a stream's usage under a name of its own.
    let usage = reply["usage"] ?? reply["x_groq"]?["usage"]
    if let count = AnswerAssembly.count(usage?["prompt_tokens"]) { assembly.promptTokens = count }
    if let count = AnswerAssembly.count(usage?["completion_tokens"]) {
      assembly.outputTokens = count
    }
    if let count = AnswerAssembly.count(usage?["prompt_tokens_details"]?["cached_tokens"]) {
      assembly.cachedTokens = count
    }
  }

  private static func take(delta: Value, into assembly: inout AnswerAssembly) {
    assembly.append(delta["content"]?.text)
    if let refusal = delta["refusal"]?.text { assembly.refusal += refusal }
    guard case .list(let calls)? = delta["tool_calls"] else { return }
    for (position, piece) in calls.enumerated() {
      let index = AnswerAssembly.count(piece["index"]) ?? position
      assembly.withCall(index) { call in
        if let id = piece["id"]?.text, !id.isEmpty { call.id = id }
        let function = piece["function"]
        if let name = function?["name"]?.text, call.name.isEmpty { call.name = name }
        switch function?["arguments"] {
        case .string(let text): call.arguments += Array(text.utf8)
        case .map(let map): call.value = .map(map)
        default: break
        }
      }
    }
  }

  private static func finish(_ value: Value?) -> FinishReason? {
    guard let reason = value?.text else { return nil }
    return switch reason {
    case "stop": .stop
    case "tool_calls", "function_call": .toolCalls
    case "length": .length
    case "content_filter": .contentFilter
    default: .other(reason)
    }
  }
}
