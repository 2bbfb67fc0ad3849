import Values

/// Ollama's own chat: one JSON value a line.
enum OllamaWire {
  /// The body of a request.
  static func body(_ request: ChatRequest, _ endpoint: ModelEndpoint) -> Value {
    var body = ValueMap()
    body["model"] = .string(request.model)
    var messages = request.messages
    // A format forbids to call tools there, so with tools only the prompt asks for it.
    if request.tools.isEmpty || !request.mayCallTools {
      if let schema = request.schema {
        body["format"] = schema.schema
      } else if request.asksForJSON {
        body["format"] = .string("json")
      }
    } else {
      body["tools"] = .list(request.tools.map(OpenAIWire.tool))
      if let instruction = request.jsonInstruction {
        messages.insert(ChatMessage(.system, instruction), at: 0)
      }
    }
    body["messages"] = .list(messages.map(message))
    body["stream"] = .bool(endpoint.streaming != .off)
    var options: ValueMap = ["num_predict": .int(Int64(request.maxOutputTokens))]
    if let temperature = request.temperature { options["temperature"] = .double(temperature) }
    body["options"] = .map(options)
    return .map(body)
  }

  private static func message(_ message: ChatMessage) -> Value {
    var map: ValueMap = [
      "role": .string(message.role.rawValue), "content": .string(message.text),
    ]
    if let call = message.answeredCall { map["tool_name"] = .string(call.name) }
    if !message.toolCalls.isEmpty {
      map["tool_calls"] = .list(
        message.toolCalls.map { call in
          .map([
            "function": .map(["name": .string(call.name), "arguments": call.arguments])
          ])
        }
      )
    }
    return .map(map)
  }

  /// Takes one line; a whole answer is one, too.
  static func take(_ reply: Value, into assembly: inout AnswerAssembly) {
    if let error = reply["error"] {
      assembly.fail(error: error, fallback: "an error without words")
      return
    }
    guard assembly.finish == nil else { return }
    if let model = reply["model"]?.text { assembly.model = model }
    let message = reply["message"]
    assembly.append(message?["content"]?.text)
    if case .list(let calls)? = message?["tool_calls"] {
      for piece in calls {
        let index = assembly.calls.count
        assembly.withCall(index) { call in
          call.id = piece["id"]?.text ?? "call-\(index + 1)"
          call.name = piece["function"]?["name"]?.text ?? ""
          call.value = piece["function"]?["arguments"]
        }
      }
    }
    guard case .bool(true)? = reply["done"] else { return }
    assembly.promptTokens = AnswerAssembly.count(reply["prompt_eval_count"])
    assembly.outputTokens = AnswerAssembly.count(reply["eval_count"])
    switch reply["done_reason"]?.text {
    case nil, "stop": assembly.finish = .stop
    case "length": assembly.finish = .length
    case let other?: assembly.finish = .other(other)
    }
    assembly.isComplete = true
  }
}
