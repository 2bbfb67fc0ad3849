internal import Values

/// What a scripted model says.
package struct ModelReply: Sendable {
  /// A tool that it asks for.
  package struct ToolCall: Sendable {
    package var name: String
    /// JSON text.
    package var arguments: String

    package init(_ name: String, _ arguments: String) {
      self.name = name
      self.arguments = arguments
    }
  }

  /// The text.
  package var text: String
  /// The tools that it asks for.
  package var toolCalls: [ToolCall] = []
  /// Tokens that it claims for the prompt.
  package var promptTokens = 12
  /// Tokens that it claims for the answer.
  package var outputTokens = 5
  /// What goes wrong.
  package var fault: ModelFault?

  /// An answer.
  package init(_ text: String, toolCalls: [ToolCall] = [], fault: ModelFault? = nil) {
    self.text = text
    self.toolCalls = toolCalls
    self.fault = fault
  }
}

/// What can go wrong with a model's answer.
package enum ModelFault: String, Sendable, CaseIterable {
  /// Status 429 with `Retry-After: 1`.
  case rateLimited
  /// Status 503.
  case unavailable
  /// Status 529.
  case overloaded
  /// Status 500.
  case broken
  /// Status 401 with words.
  case unauthorized
  /// Nothing for ever.
  case hang
  /// The first byte comes after 200 ms.
  case slowFirstByte
  /// Half an answer, then nothing for ever.
  case stall
  /// Half an answer, then the end of the connection.
  case cut
  /// Half an answer, then a reset.
  case reset
  /// Half an answer, then an error in the stream.
  case errorWithin
  /// An event that is no JSON.
  case malformedEvent
  /// A proper end of the transfer in the middle of the answer.
  case unfinished
  /// A million times the tokens that were allowed.
  case absurdUsage
  /// Negative tokens.
  case negativeUsage
  /// No usage.
  case missingUsage
  /// More text than anybody wants.
  case hugeBody
  /// A text that is no JSON.
  case wrongJSON
  /// JSON that fits no schema.
  case foreignJSON
  /// A page of a proxy.
  case page
  /// No body.
  case emptyBody
  /// The last piece comes twice.
  case duplicatedEnd
  /// Every piece comes twice.
  case duplicatedPieces
  /// Every byte comes alone, so that pieces end within characters.
  case singleBytes
  /// One byte a second.
  case drip
  /// The answer was cut at its limit.
  case cutAtLimit
  /// The provider withholds the answer.
  case withheld
  /// The answer repeats the key that it was asked with, in many forms.
  case echoesKey
}

/// A model of a script that speaks the wire formats of OpenAI, Anthropic and Ollama, with faults.
package enum ScriptedModel {
  /// A server that answers as `script` says; `number` counts the requests from 0.
  package static func server(
    _ script: @escaping @Sendable (LoopbackRequest, _ number: Int) -> ModelReply
  ) -> LoopbackServer? {
    LoopbackServer { request, number in reply(to: request, script(request, number)) }
  }

  /// The answer in the format and manner that the request asks for.
  package static func reply(to request: LoopbackRequest, _ answer: ModelReply) -> LoopbackReply {
    let body = (try? JSONParser.parse(request.body)) ?? .null
    var wire: any ModelWire = OpenAIScript()
    var isStreaming = body["stream"] == .bool(true)
    if request.target.hasSuffix("/messages") { wire = AnthropicScript() }
    if request.target.hasSuffix("/api/chat") {
      wire = OllamaScript()
      isStreaming = body["stream"] != .bool(false)
    }
    var answer = answer
    if let status = statusReply(answer.fault) { return status }
    switch answer.fault {
    case .absurdUsage:
      answer.promptTokens *= 1_000_000
      answer.outputTokens *= 1_000_000
    case .negativeUsage: answer.outputTokens = -7
    case .hugeBody: answer.text = String(repeating: "words and ", count: 200_000)
    case .wrongJSON: answer.text = "Sure! {\"category\": "
    case .foreignJSON: answer.text = "{\"unasked\": [1, 2, 3]}"
    case .echoesKey: answer.text = keyEcho(request)
    case .hang: return .hang
    case .page:
      return .answer(
        status: 200,
        headers: [("Content-Type", "text/html")],
        body: Array("<html><body>Sign in</body></html>".utf8)
      )
    case .emptyBody: return .answer(status: 200, headers: [], body: [])
    default: break
    }
    guard isStreaming else { return whole(wire.whole(answer), answer.fault) }
    let reply = LoopbackReply.pieces(type: wire.type, pieces(wire, answer))
    return answer.fault == .slowFirstByte ? .late(milliseconds: 200, reply) : reply
  }

  private static func statusReply(_ fault: ModelFault?) -> LoopbackReply? {
    let error = #"{"error": {"message": "scripted", "type": "scripted_error"}}"#
    return switch fault {
    case .rateLimited: .json(error, status: 429, headers: [("Retry-After", "1")])
    case .unavailable: .json(error, status: 503)
    case .overloaded: .json(error, status: 529)
    case .broken: .json(error, status: 500)
    case .unauthorized: .json(error, status: 401)
    default: nil
    }
  }

  private static func whole(_ value: Value, _ fault: ModelFault?) -> LoopbackReply {
    var bytes = JSONWriter.bytes(value)
    switch fault {
    case .slowFirstByte: return .late(milliseconds: 200, .json(JSONWriter.string(value)))
    case .cut, .unfinished: return .cut(promised: bytes.count, body: Array(bytes.prefix(30)))
    case .stall: return .pieces(type: "application/json", [.bytes(Array(bytes.prefix(30))), .hang])
    case .reset:
      return .pieces(type: "application/json", [.bytes(Array(bytes.prefix(30))), .reset])
    case .drip: return .pieces(type: "application/json", dripping(bytes))
    case .malformedEvent: bytes.removeLast()
    case .errorWithin: return .json(#"{"error": {"message": "scripted"}}"#)
    case .singleBytes:
      return .pieces(type: "application/json", bytes.map { .bytes([$0]) })
    default: break
    }
    return .answer(status: 200, headers: [("Content-Type", "application/json")], body: bytes)
  }

  private static func dripping(_ bytes: [UInt8]) -> [LoopbackPiece] {
    bytes.flatMap { [.bytes([$0]), .pause(milliseconds: 1_000)] }
  }

  private static func pieces(_ wire: any ModelWire, _ answer: ModelReply) -> [LoopbackPiece] {
    var events = wire.events(answer)
    let half = events.count / 2
    var end: [LoopbackPiece] = []
    switch answer.fault {
    case .stall: end = [.hang]
    case .cut: end = [.cut]
    case .reset: end = [.pause(milliseconds: 20), .reset]
    case .errorWithin: end = [.text(wire.framed(wire.error))]
    case .malformedEvent: end = [.text(wire.malformed)]
    case .unfinished: break
    case .duplicatedEnd:
      events += events.suffix(2)
      return events.map { .text($0) }
    case .duplicatedPieces: return events.flatMap { [.text($0), .text($0)] }
    case .drip: return dripping(Array(events.joined().utf8))
    case .singleBytes: return Array(events.joined().utf8).map { .bytes([$0]) }
    default: return events.map { .text($0) }
    }
    return events.prefix(half).map { .text($0) } + end
  }

  /// The key as a server could give it back: plain, in hexadecimal, percent-encoded, in base64.
  private static func keyEcho(_ request: LoopbackRequest) -> String {
    let header =
      request.header("authorization") ?? request.header("x-api-key") ?? request.header("api-key")
    let key = Array((header ?? "none").utf8)
    let hex = key.map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    let percent = hex.map { "%" + $0.uppercased() }
    let forms = [
      String(decoding: key, as: UTF8.self), hex.joined(), percent.joined(), base64(key),
      base64([0x61] + key), base64([0x61, 0x62] + key),
    ]
    return JSONWriter.string(.map(["category": .string(forms.joined(separator: " "))]))
  }

  /// Base64 of `bytes`, with padding.
  package static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    var digits: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        digits.append(
          place <= group.count ? alphabet[number >> (18 - 6 * place) & 63] : UInt8(ascii: "=")
        )
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
