import Tools
import Values

/// Anthropic's messages.
///
/// An answer by schema is asked for as the arguments of a tool that must be called, which every
/// model of theirs understands.
enum AnthropicWire {
  /// The version of the API that is spoken.
  static let version = "2023-06-01"

  /// The body of a request.
  static func body(_ request: ChatRequest, _ endpoint: ModelEndpoint) -> Value {
    var body = ValueMap()
    body["model"] = .string(request.model)
    body["max_tokens"] = .int(Int64(request.maxOutputTokens))
    var system = request.messages.filter { $0.role == .system }.map(\.text)
    let form = answerTool(request)
    if form == nil, let instruction = request.jsonInstruction { system.append(instruction) }
    if !system.isEmpty { body["system"] = .string(system.joined(separator: "\n\n")) }
    body["messages"] = .list(request.messages.filter { $0.role != .system }.map(message))
    if let temperature = request.temperature { body["temperature"] = .double(min(1, temperature)) }
    let tools = request.tools + (form.map { [$0] } ?? [])
    if !tools.isEmpty {
      body["tools"] = .list(tools.map(tool))
      if let form {
        body["tool_choice"] =
          request.tools.isEmpty || !request.mayCallTools
          ? .map(["type": .string("tool"), "name": .string(form.name)])
          : .map(["type": .string("any")])
      } else if !request.mayCallTools {
        body["tool_choice"] = .map(["type": .string("none")])
      }
    }
    if endpoint.streaming != .off { body["stream"] = .bool(true) }
    return .map(body)
  }

  /// The tool whose arguments are the answer; nil without a schema of an object.
  static func answerTool(_ request: ChatRequest) -> ChatTool? {
    guard let schema = request.schema, schema.schema["type"]?.text == "object" else { return nil }
    var name = ChatTool.wireName("answer_\(schema.name)")
    while request.tools.contains(where: { $0.name.sameScalars(as: name) }) { name += "_" }
    return ChatTool(
      name: name,
      description: "Gives the answer.",
      parameters: schema.schema
    )
  }

  private static func message(_ message: ChatMessage) -> Value {
    if let call = message.answeredCall {
      return .map([
        "role": .string("user"),
        "content": .list([
          .map([
            "type": .string("tool_result"), "tool_use_id": .string(call.id),
            "content": .string(message.text),
          ])
        ]),
      ])
    }
    guard !message.toolCalls.isEmpty else {
      return .map(["role": .string(message.role.rawValue), "content": .string(message.text)])
    }
    var blocks: [Value] = []
    if !message.text.isEmpty {
      blocks.append(.map(["type": .string("text"), "text": .string(message.text)]))
    }
    blocks += message.toolCalls.map { call in
      .map([
        "type": .string("tool_use"), "id": .string(call.id), "name": .string(call.name),
        "input": call.arguments,
      ])
    }
    return .map(["role": .string("assistant"), "content": .list(blocks)])
  }

  private static func tool(_ tool: ChatTool) -> Value {
    var map: ValueMap = ["name": .string(tool.name)]
    if !tool.description.isEmpty { map["description"] = .string(tool.description) }
    map["input_schema"] = tool.parameters
    return .map(map)
  }

  /// Takes a whole answer.
  static func take(whole reply: Value, into assembly: inout AnswerAssembly) {
    takeMessage(reply, into: &assembly)
    takeOutput(reply["usage"], into: &assembly)
    guard case .list(let blocks)? = reply["content"] else {
      assembly.fail(.invalidOutput, "the model's server answered without content")
      return
    }
    for (index, block) in blocks.enumerated() {
      take(block: block, index, isWhole: true, into: &assembly)
    }
    assembly.finish = finish(reply["stop_reason"]) ?? .other("")
    assembly.isComplete = true
  }

  /// Takes one event of a stream.
  static func take(piece: Value, into assembly: inout AnswerAssembly) {
    let index = AnswerAssembly.count(piece["index"]) ?? 0
    switch piece["type"]?.text {
    case "message_start":
      if let message = piece["message"] { takeMessage(message, into: &assembly) }
    case "content_block_start":
      if let block = piece["content_block"] {
        take(block: block, index, isWhole: false, into: &assembly)
      }
    case "content_block_delta":
      guard assembly.finish == nil else { return }
      let delta = piece["delta"]
      assembly.append(delta?["text"]?.text)
      if let json = delta?["partial_json"]?.text {
        assembly.withCall(index) { $0.arguments += Array(json.utf8) }
      }
    case "message_delta":
      takePrompt(piece["usage"], into: &assembly)
      takeOutput(piece["usage"], into: &assembly)
      if let reason = finish(piece["delta"]?["stop_reason"]) { assembly.finish = reason }
    case "message_stop": assembly.isComplete = true
    case "error":
      assembly.fail(error: piece["error"] ?? .null, fallback: "an error without words")
    default: break
    }
  }

  private static func takeMessage(_ message: Value, into assembly: inout AnswerAssembly) {
    if let model = message["model"]?.text { assembly.model = model }
    takePrompt(message["usage"], into: &assembly)
  }

  /// The tokens of a prompt; those of its cache come beside the fresh ones.
  private static func takePrompt(_ usage: Value?, into assembly: inout AnswerAssembly) {
    if let fresh = AnswerAssembly.count(usage?["input_tokens"]) {
      let read = AnswerAssembly.count(usage?["cache_read_input_tokens"]) ?? 0
      let written = AnswerAssembly.count(usage?["cache_creation_input_tokens"]) ?? 0
      assembly.promptTokens = fresh + read + written
      assembly.cachedTokens = read
    }
  }

  /// The running total of the answer; that of a stream's first event is only its beginning.
  private static func takeOutput(_ usage: Value?, into assembly: inout AnswerAssembly) {
    if let count = AnswerAssembly.count(usage?["output_tokens"]) { assembly.outputTokens = count }
  }

  private static func take(
    block: Value,
    _ index: Int,
    isWhole: Bool,
    into assembly: inout AnswerAssembly
  ) {
    switch block["type"]?.text {
    case "text": assembly.append(block["text"]?.text)
    case "tool_use":
      assembly.withCall(index) { call in
        call.id = block["id"]?.text ?? call.id
        call.name = block["name"]?.text ?? call.name
        if isWhole { call.value = block["input"] }
      }
    default: break
    }
  }

  private static func finish(_ value: Value?) -> FinishReason? {
    guard let reason = value?.text else { return nil }
    return switch reason {
    case "end_turn", "stop_sequence": .stop
    case "tool_use": .toolCalls
    case "max_tokens", "model_context_window_exceeded": .length
    case "refusal": .contentFilter
    default: .other(reason)
    }
  }
}
