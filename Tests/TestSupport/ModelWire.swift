internal import Values

/// A wire format as a scripted model speaks it.
protocol ModelWire {
  /// The content type of a stream.
  var type: String { get }
  /// A whole answer.
  func whole(_ answer: ModelReply) -> Value
  /// The events of a stream, framed.
  func events(_ answer: ModelReply) -> [String]
  /// An error within a stream.
  var error: Value { get }
  /// One event, framed.
  func framed(_ value: Value) -> String
}

extension ModelWire {
  var type: String { "text/event-stream" }
  var malformed: String { "data: {\"choices\": [\n\n" }
  func framed(_ value: Value) -> String { "data: \(JSONWriter.string(value))\n\n" }

  /// The text in a few pieces, as models give it.
  func words(_ text: String) -> [String] {
    let characters = Array(text)
    let size = max(1, characters.count / 6)
    return stride(from: 0, to: characters.count, by: size).map { start in
      String(characters[start..<min(start + size, characters.count)])
    }
  }

  func json(_ text: String) -> Value { (try? JSONParser.parse(text)) ?? .null }
}

struct OpenAIScript: ModelWire {
  private func usage(_ answer: ModelReply) -> Value {
    answer.fault == .missingUsage
      ? .null
      : .map([
        "prompt_tokens": .int(Int64(answer.promptTokens)),
        "completion_tokens": .int(Int64(answer.outputTokens)),
      ])
  }

  private func finish(_ answer: ModelReply) -> Value {
    switch answer.fault {
    case .cutAtLimit: .string("length")
    case .withheld: .string("content_filter")
    default: .string(answer.toolCalls.isEmpty ? "stop" : "tool_calls")
    }
  }

  private func calls(_ answer: ModelReply) -> [Value] {
    answer.toolCalls.enumerated().map { index, call in
      .map([
        "index": .int(Int64(index)), "id": .string("call-\(index)"), "type": .string("function"),
        "function": .map([
          "name": .string(call.name), "arguments": .string(call.arguments),
        ]),
      ])
    }
  }

  func whole(_ answer: ModelReply) -> Value {
    var message: ValueMap = ["role": .string("assistant"), "content": .string(answer.text)]
    if !answer.toolCalls.isEmpty { message["tool_calls"] = .list(calls(answer)) }
    return .map([
      "model": .string("scripted-1"), "usage": usage(answer),
      "choices": .list([
        .map(["index": .int(0), "message": .map(message), "finish_reason": finish(answer)])
      ]),
    ])
  }

  private func piece(_ delta: ValueMap, finish: Value = .null) -> String {
    framed(
      .map([
        "model": .string("scripted-1"),
        "choices": .list([
          .map(["index": .int(0), "delta": .map(delta), "finish_reason": finish])
        ]),
      ])
    )
  }

  func events(_ answer: ModelReply) -> [String] {
    var events = [": a comment\r\n\r\n", piece(["role": .string("assistant")])]
    for word in words(answer.text) { events.append(piece(["content": .string(word)])) }
    for (index, call) in answer.toolCalls.enumerated() {
      var head = call
      head.arguments = ""
      events.append(piece(["tool_calls": .list([calls(ModelReply("", toolCalls: [head]))[0]])]))
      for word in words(call.arguments) {
        let function: Value = .map(["arguments": .string(word)])
        let part: Value = .map(["index": .int(Int64(index)), "function": function])
        events.append(piece(["tool_calls": .list([part])]))
      }
    }
    events.append(piece([:], finish: finish(answer)))
    if answer.fault != .missingUsage {
      events.append(framed(.map(["choices": .list([]), "usage": usage(answer)])))
    }
    return events + ["data: [DONE]\n\n"]
  }

  var error: Value {
    .map(["error": .map(["message": .string("scripted"), "type": .string("server_error")])])
  }
}

struct AnthropicScript: ModelWire {
  private func blocks(_ answer: ModelReply) -> [ValueMap] {
    var blocks: [ValueMap] = []
    if !answer.text.isEmpty {
      blocks.append(["type": .string("text"), "text": .string(answer.text)])
    }
    for (index, call) in answer.toolCalls.enumerated() {
      blocks.append([
        "type": .string("tool_use"), "id": .string("call-\(index)"),
        "name": .string(call.name), "input": json(call.arguments),
      ])
    }
    return blocks
  }

  private func stop(_ answer: ModelReply) -> Value {
    switch answer.fault {
    case .cutAtLimit: .string("max_tokens")
    case .withheld: .string("refusal")
    default: .string(answer.toolCalls.isEmpty ? "end_turn" : "tool_use")
    }
  }

  private func usage(_ answer: ModelReply, output: Int) -> Value {
    answer.fault == .missingUsage
      ? .null
      : .map([
        "input_tokens": .int(Int64(answer.promptTokens)), "output_tokens": .int(Int64(output)),
      ])
  }

  func whole(_ answer: ModelReply) -> Value {
    .map([
      "type": .string("message"), "model": .string("scripted-1"),
      "content": .list(blocks(answer).map { .map($0) }), "stop_reason": stop(answer),
      "usage": usage(answer, output: answer.outputTokens),
    ])
  }

  private func event(_ type: String, _ fields: ValueMap) -> String {
    var map: ValueMap = ["type": .string(type)]
    for entry in fields.entries { map[entry.key] = entry.value }
    return "event: \(type)\n" + framed(.map(map))
  }

  func events(_ answer: ModelReply) -> [String] {
    let start: ValueMap = [
      "model": .string("scripted-1"), "content": .list([]), "usage": usage(answer, output: 1),
    ]
    var events = [event("message_start", ["message": .map(start)]), event("ping", [:])]
    for (index, block) in blocks(answer).enumerated() {
      let number: Value = .int(Int64(index))
      var head = block
      let isText = block["type"] == .string("text")
      if isText { head["text"] = .string("") } else { head["input"] = .map([:]) }
      events.append(
        event("content_block_start", ["index": number, "content_block": .map(head)])
      )
      let whole = isText ? block["text"]?.text ?? "" : JSONWriter.string(block["input"] ?? .null)
      for word in words(whole) {
        let delta: ValueMap =
          isText
          ? ["type": .string("text_delta"), "text": .string(word)]
          : ["type": .string("input_json_delta"), "partial_json": .string(word)]
        events.append(event("content_block_delta", ["index": number, "delta": .map(delta)]))
      }
      events.append(event("content_block_stop", ["index": number]))
    }
    var delta: ValueMap = ["delta": .map(["stop_reason": stop(answer)])]
    if answer.fault != .missingUsage {
      delta["usage"] = .map(["output_tokens": .int(Int64(answer.outputTokens))])
    }
    return events + [event("message_delta", delta), event("message_stop", [:])]
  }

  var error: Value {
    .map([
      "type": .string("error"),
      "error": .map(["type": .string("overloaded_error"), "message": .string("scripted")]),
    ])
  }
}

struct OllamaScript: ModelWire {
  var type: String { "application/x-ndjson" }
  var malformed: String { "{\"message\": \n" }
  func framed(_ value: Value) -> String { JSONWriter.string(value) + "\n" }

  private func calls(_ answer: ModelReply) -> Value {
    .list(
      answer.toolCalls.map { call in
        .map([
          "function": .map([
            "name": .string(call.name), "arguments": json(call.arguments),
          ])
        ])
      }
    )
  }

  private func last(_ answer: ModelReply, _ text: String) -> Value {
    var message: ValueMap = ["role": .string("assistant"), "content": .string(text)]
    if !answer.toolCalls.isEmpty { message["tool_calls"] = calls(answer) }
    var map: ValueMap = [
      "model": .string("scripted-1"), "message": .map(message), "done": .bool(true),
      "done_reason": .string(answer.fault == .cutAtLimit ? "length" : "stop"),
    ]
    if answer.fault != .missingUsage {
      map["prompt_eval_count"] = .int(Int64(answer.promptTokens))
      map["eval_count"] = .int(Int64(answer.outputTokens))
    }
    return .map(map)
  }

  func whole(_ answer: ModelReply) -> Value { last(answer, answer.text) }

  func events(_ answer: ModelReply) -> [String] {
    let pieces = words(answer.text).map { word in
      framed(
        .map([
          "model": .string("scripted-1"), "done": .bool(false),
          "message": .map(["role": .string("assistant"), "content": .string(word)]),
        ])
      )
    }
    return pieces + [framed(last(answer, ""))]
  }

  var error: Value { .map(["error": .string("scripted")]) }
}
