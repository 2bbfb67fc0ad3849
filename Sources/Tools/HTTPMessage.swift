/// A request method.
public enum HTTPMethod: String, Sendable {
  /// Reads.
  case get = "GET"
  /// Hands over a body.
  case post = "POST"
  /// Replaces.
  case put = "PUT"
  /// Changes a part.
  case patch = "PATCH"
  /// Removes.
  case delete = "DELETE"
}

/// One header field.
public struct HTTPHeader: Sendable, Equatable {
  /// The name, as it is sent.
  public let name: String
  /// The value, without surrounding white space.
  public let value: String

  /// A field; nil when the name is no token or the value holds control characters (RFC 9110,
  /// section 5), so that no value can smuggle in another field.
  public init?(_ name: String, _ value: String) {
    let isToken = !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
    let isText = value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
    guard isToken, isText else { return nil }
    self.name = name
    self.value = value
  }

  /// Whether this field has that name, whatever the case of its letters.
  public func isNamed(_ other: String) -> Bool {
    name.utf8.count == other.utf8.count
      && zip(name.utf8, other.utf8).allSatisfy { Self.lowercase($0) == Self.lowercase($1) }
  }

  /// Whether the client sets this field itself: routing and framing are not the caller's.
  package var isReserved: Bool {
    ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"]
      .contains { isNamed($0) }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5a).contains(byte) ? byte + 0x20 : byte
  }
}

/// Which addresses a connection may go to, whatever the host's name resolves to.
public enum AddressPolicy: Sendable, Equatable {
  /// Only addresses of the public internet: a name that resolves to a private one is refused.
  case globalOnly
  /// Any address; for hosts that are granted as local ones.
  case any
}

/// What may happen when a connection dies before any answer.
public enum HTTPDelivery: Sendable, Equatable {
  /// The request may be sent again on a new connection.
  case repeatable
  /// The request is sent once; an open connection may serve it.
  case once
  /// The request is sent once, on a connection of its own: a write is not lost to a connection
  /// that the other side had already closed.
  case onceOnNewConnection
}

/// A request.
public struct HTTPRequest: Sendable {
  /// The method.
  public var method: HTTPMethod
  /// Where it goes.
  public var address: HTTPAddress
  /// The fields; routing and framing (`Host`, `Content-Length`, …) are the client's.
  public var headers: [HTTPHeader]
  /// The body; nil sends none.
  public var body: [UInt8]?
  /// Which addresses may be connected to.
  public var addresses: AddressPolicy = .globalOnly
  /// Whether it may be sent again.
  public var delivery: HTTPDelivery = .onceOnNewConnection
  /// How long a connection may take to stand.
  public var connectMilliseconds = 10_000
  /// How long the head of the answer may take to begin; nil for the whole deadline.
  public var firstByteMilliseconds: Int?
  /// Largest accepted body of the answer.
  public var responseBytes = 8 << 20
  /// Receives the body of the answer piece by piece, which then is empty in the response.
  ///
  /// It runs on the client's own thread and must be short; false ends the call as cancelled.
  public var onChunk: (@Sendable ([UInt8]) -> Bool)?

  /// A request; the rest has defaults.
  public init(
    method: HTTPMethod,
    address: HTTPAddress,
    headers: [HTTPHeader] = [],
    body: [UInt8]? = nil
  ) {
    self.method = method
    self.address = address
    self.headers = headers
    self.body = body
  }
}

/// An answer, of whatever status.
public struct HTTPResponse: Sendable {
  /// The status code.
  public let status: Int
  /// The fields in their order.
  public let headers: [HTTPHeader]
  /// The body, empty when it was streamed.
  public let body: [UInt8]
  /// The address that answered.
  public let peerAddress: String

  /// The value of the first field of that name.
  public func header(_ name: String) -> String? {
    headers.first { $0.isNamed(name) }?.value
  }
}

/// The kinds of failed transfers.
public enum HTTPFailureKind: String, Sendable {
  /// A deadline passed: of the connection, of the first byte, or of the whole.
  case timeout
  /// No connection, no such name, or a connection that broke.
  case unavailable
  /// The caller cancelled.
  case cancelled
  /// The answer passed its size limit.
  case tooLarge
  /// The address may not be connected to.
  case denied
  /// The request or the answer is not proper HTTP.
  case protocolError
  /// No secure connection: certificate, name or handshake.
  case tls
}

/// Why there is no answer.
public struct HTTPFailure: Error, Sendable, Equatable {
  /// The kind.
  public let kind: HTTPFailureKind
  /// What happened, in words.
  public let message: String
  /// Whether the request, or a part of it, went out.
  public let requestWasSent: Bool

  /// A failure.
  public init(kind: HTTPFailureKind, message: String, requestWasSent: Bool) {
    self.kind = kind
    self.message = message
    self.requestWasSent = requestWasSent
  }
}
