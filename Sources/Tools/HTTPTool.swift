import Values

/// A tool or an agent behind HTTP: JSON goes out, JSON comes back.
///
/// With GET the input's scalar fields become query parameters and no body is sent; with every other
/// method the input is the body. A write carries the effect's key as `Idempotency-Key`.
public struct HTTPTool: Sendable {
  /// A header with references to secrets.
  public struct Header: Sendable {
    /// The name.
    public var name: String
    /// The value, put together when it is sent.
    public var value: LateText

    /// A header.
    public init(name: String, value: LateText) {
      self.name = name
      self.value = value
    }
  }

  /// The method; GET only suits reads.
  public var method: HTTPMethod
  /// The address, put together when it is called.
  public var endpoint: LateText
  /// Headers besides `Content-Type`, `Accept` and `Idempotency-Key`.
  public var headers: [Header]
  /// What a call does, and whether it may be repeated.
  public var repeatability: Repeatability

  /// A tool.
  public init(
    method: HTTPMethod = .post,
    endpoint: LateText,
    headers: [Header] = [],
    repeatability: Repeatability
  ) {
    self.method = method
    self.endpoint = endpoint
    self.headers = headers
    self.repeatability = repeatability
  }

  /// Performs one attempt.
  ///
  /// An empty answer is null. When a write that may not be repeated was sent and its answer is lost
  /// or cannot be read, the failure is `unknown`. Secrets are removed from outputs and messages.
  public func call(
    _ call: ToolCall,
    in world: ToolSurroundings
  ) async -> Result<Value, CallFailure> {
    await world.carryOut(request(for: call, in: world)) { request in
      output(
        of: await world.client.perform(
          request,
          deadlineMilliseconds: call.deadlineMilliseconds,
          cancellation: call.cancellation
        )
      )
    }
  }

  private func request(
    for call: ToolCall,
    in world: ToolSurroundings
  ) -> Result<HTTPRequest, CallFailure> {
    endpoint.resolved(from: world.secrets, grants: call.grants, redactor: world.redactor)
      .flatMap { text in Self.address(text) }
      .flatMap { address -> Result<HTTPRequest, CallFailure> in
        if let denial = call.grants.check(.host(address)) { return .failure(denial.failure) }
        return Self.target(address, method: method, input: call.input).flatMap { target in
          resolvedHeaders(call, in: world).map { fields in
            var request = HTTPRequest(method: method, address: target, headers: fields)
            if method != .get { request.body = JSONText.bytes(of: call.input) }
            request.addresses = call.grants.addresses(for: address)
            request.delivery = repeatability.mayBeRepeated ? .repeatable : .onceOnNewConnection
            request.responseBytes = world.answerBytes
            return request
          }
        }
      }
  }

  private func resolvedHeaders(
    _ call: ToolCall,
    in world: ToolSurroundings
  ) -> Result<[HTTPHeader], CallFailure> {
    var fields: [(String, String)] = [("Accept", "application/json")]
    if method != .get { fields.append(("Content-Type", "application/json")) }
    if repeatability.effect == .write { fields.append(("Idempotency-Key", call.idempotencyKey)) }
    for header in headers {
      let value = header.value.resolved(
        from: world.secrets,
        grants: call.grants,
        redactor: world.redactor
      )
      switch value {
      case .success(let text): fields.append((header.name, text))
      case .failure(let failure): return .failure(failure)
      }
    }
    var result: [HTTPHeader] = []
    for (name, value) in fields {
      guard let field = HTTPHeader(name, value), !field.isReserved else {
        return .failure(
          .unsent("the header `\(name)` cannot be sent: reserved, or with control characters")
        )
      }
      // A header of the tool's own replaces the default of that name.
      result.removeAll { $0.isNamed(name) }
      result.append(field)
    }
    return .success(result)
  }

  private static func address(_ text: String) -> Result<HTTPAddress, CallFailure> {
    do throws(HTTPAddress.Problem) {
      return .success(try HTTPAddress(text))
    } catch {
      return .failure(.unsent("the endpoint is not a usable URL: \(error.message)"))
    }
  }

  private static func target(
    _ address: HTTPAddress,
    method: HTTPMethod,
    input: Value
  ) -> Result<HTTPAddress, CallFailure> {
    guard method == .get else { return .success(address) }
    let fields: ValueMap
    switch input {
    case .map(let map): fields = map
    case .null: return .success(address)
    default: return .failure(.unsent("the input of a GET must be a map of fields"))
    }
    var query: [(name: String, value: String)] = []
    for entry in fields.entries {
      guard case .string(let name) = entry.key, let text = queryText(entry.value) else {
        return .failure(
          .unsent("a GET carries only texts, numbers and booleans as query parameters")
        )
      }
      query.append((name, text))
    }
    return .success(address.appending(query: query))
  }

  private static func queryText(_ value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .bool, .int, .uint, .double: JSONWriter.string(value)
    default: nil
    }
  }

  private func output(of result: Result<HTTPResponse, HTTPFailure>) -> Result<Value, CallFailure> {
    switch result {
    case .failure(let failure):
      return .failure(repeatability.settled(failure.callFailure))
    case .success(let response):
      if let failure = response.statusFailure {
        return .failure(
          response.mayHaveActed ? repeatability.settled(failure) : failure
        )
      }
      guard !response.body.isEmpty else { return .success(.null) }
      switch JSONText.value(of: response.body) {
      case .success(let value):
        return .success(value)
      case .failure(let flaw):
        let type = response.header("Content-Type").map { " of type `\($0)`" } ?? ""
        return .failure(
          repeatability.settled(
            CallFailure(
              kind: .invalidOutput,
              message: "the answer\(type) is not JSON: \(flaw.message)",
              requestWasSent: true
            )
          )
        )
      }
    }
  }
}

extension CallFailure {
  /// A call that was malformed and never left.
  package static func unsent(_ message: String) -> CallFailure {
    CallFailure(kind: .failed, message: message, requestWasSent: false)
  }
}

extension HTTPFailure {
  /// The failure as that of a call.
  package var callFailure: CallFailure {
    let kind: CallFailureKind =
      switch self.kind {
      case .timeout: .timeout
      case .unavailable, .tls: .unavailable
      case .cancelled: .cancelled
      case .tooLarge: .invalidOutput
      case .denied: .denied
      case .protocolError: .failed
      }
    let words = self.kind == .tooLarge ? "the answer is larger than its limit" : message
    return CallFailure(kind: kind, message: words, requestWasSent: requestWasSent)
  }
}
