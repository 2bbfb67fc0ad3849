import Tools
import Values

/// What has arrived of an answer, whole or piece by piece.
struct AnswerAssembly: Sendable {
  /// A tool call as it arrives.
  struct Call: Sendable {
    var id = ""
    var name = ""
    /// JSON text, put together from its pieces.
    var arguments: [UInt8] = []
    /// The arguments where a service sends them as a value.
    var value: Value?
  }

  /// More calls of tools than this in one answer are no answer.
  static let mostCalls = 64

  var text: [UInt8] = []
  var refusal = ""
  var calls: [Call] = []
  var promptTokens: Int?
  var cachedTokens: Int?
  var outputTokens: Int?
  var model: String?
  var finish: FinishReason?
  /// Whether the service said that the answer is all there.
  var isComplete = false
  /// What the service reported instead of going on.
  var failure: CallFailure?

  /// Takes a piece of text.
  mutating func append(_ piece: String?) {
    if let piece { text += Array(piece.utf8) }
  }

  /// The call with that number; nil beyond the limit, which is a failure.
  mutating func withCall(_ index: Int, _ change: (inout Call) -> Void) {
    guard (0..<Self.mostCalls).contains(index) else {
      fail(.invalidOutput, "the model asks for too many tools at once")
      return
    }
    while calls.count <= index { calls.append(Call()) }
    change(&calls[index])
  }

  /// Remembers the first failure.
  mutating func fail(_ kind: CallFailureKind, _ message: String) {
    guard failure == nil else { return }
    failure = CallFailure(kind: kind, message: message, requestWasSent: true)
  }

  /// Takes an error that the service sent in place of an answer.
  mutating func fail(error: Value, fallback: String) {
    let words = Self.words(of: error) ?? fallback
    let type = error["type"]?.text ?? error["code"]?.text ?? ""
    let kind: CallFailureKind =
      switch type {
      case "rate_limit_error", "rate_limit_exceeded", "insufficient_quota": .rateLimited
      case "invalid_request_error", "authentication_error", "permission_error", "not_found_error":
        .failed
      default: .unavailable
      }
    fail(kind, "the model's server reported: \(words)")
  }

  /// The words of an error: `{"message": …}`, or the text itself.
  static func words(of error: Value) -> String? {
    let words = error["message"]?.text ?? error.text
    return words.map { String(decoding: $0.utf8.prefix(500), as: UTF8.self) }
  }

  /// The words of an error answer: `{"error": {"message": …}}`, `{"error": …}`, `{"message": …}`.
  static func words(ofAnswer body: [UInt8]) -> String? {
    guard case .success(let value) = JSONText.value(of: body) else { return nil }
    return value["error"].flatMap(words)
      ?? value["message"]?.text.map { text in
        String(decoding: text.utf8.prefix(500), as: UTF8.self)
      }
  }

  /// A count of tokens as a service reports it.
  ///
  /// A negative count or one that is no number is none; what no model can have used stands at the
  /// largest count, so that it is seen as the breach it is.
  static func count(_ value: Value?) -> Int? {
    switch value {
    case .int(let number): number < 0 ? nil : Int(min(number, Int64(largestCount)))
    case .uint: largestCount
    case .double(let number): number >= Double(largestCount) ? largestCount : nil
    default: nil
    }
  }

  /// Counts above this are taken for this.
  static let largestCount = 1_000_000_000
}
