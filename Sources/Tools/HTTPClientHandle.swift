import CCurl
import Synchronization

// INVARIANT: the engine pointer is made once under the lock and lives until deinit; its functions
// take their own lock. Cancelling happens only within `perform`, which holds the client.

/// An HTTP client on libcurl, which is loaded at the first request.
///
/// One thread of its own serves all requests of a client and keeps connections open between them,
/// so no thread of Swift's tasks ever waits. Redirects are not followed: a 3xx status is an answer.
/// TLS certificates are always verified. Proxies named by the environment (`HTTP_PROXY` and its
/// relatives) are ignored, since a proxy would connect to addresses that nothing here has checked.
@safe public final class HTTPClient: @unchecked Sendable {
  private let engine = Mutex<Engine?>(nil)
  private let connections: Int
  private let authoritiesPath: String?
  /// Which hosts may be connected to at all.
  public let egress: EgressPolicy

  /// A client that keeps at most `connections` open.
  ///
  /// `authoritiesPath` names a PEM file that replaces the system's certificate authorities.
  public init(
    connections: Int = 64,
    authoritiesPath: String? = nil,
    egress: EgressPolicy = .open
  ) {
    self.connections = connections
    self.authoritiesPath = authoritiesPath
    self.egress = egress
  }

  deinit {
    engine.withLock { engine in
      if let engine { unsafe signalbox_curl_engine_release(engine.pointer) }
    }
  }

  /// Sends `request` and waits for its answer, of whatever status.
  ///
  /// `deadlineMilliseconds` covers everything from this call to the last byte. Cancelling the task
  /// or the token ends the call within milliseconds.
  public func perform(
    _ request: HTTPRequest,
    deadlineMilliseconds: Int,
    cancellation: Cancellation = Cancellation()
  ) async -> Result<HTTPResponse, HTTPFailure> {
    if let problem = request.problem { return .failure(problem) }
    if let denial = egress.check(request.address) {
      return .failure(
        HTTPFailure(kind: .denied, message: denial.message, requestWasSent: false)
      )
    }
    return await withLinkedCancellation(cancellation) { cancellation in
      await transfer(request, deadlineMilliseconds: deadlineMilliseconds, cancellation)
    }
  }

  private func transfer(
    _ request: HTTPRequest,
    deadlineMilliseconds: Int,
    _ cancellation: Cancellation
  ) async -> Result<HTTPResponse, HTTPFailure> {
    let engine: Engine
    switch startedEngine() {
    case .success(let started): engine = started
    case .failure(let failure): return .failure(failure)
    }
    guard !cancellation.isCancelled else {
      return .failure(HTTPFailure(kind: .cancelled, message: "cancelled", requestWasSent: false))
    }
    guard let transfer = request.transfer(deadlineMilliseconds: deadlineMilliseconds) else {
      return .failure(
        HTTPFailure(
          kind: .protocolError,
          message: "the request has too many headers",
          requestWasSent: false
        )
      )
    }
    var registration: Cancellation.Registration?
    let result = await withCheckedContinuation { continuation in
      let exchange = Exchange(continuation: continuation, onChunk: request.onChunk)
      let number = unsafe signalbox_curl_submit(
        engine.pointer,
        transfer.pointer,
        { context, transfer in
          guard let context = unsafe context, let transfer = unsafe transfer else { return }
          let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeRetainedValue()
          unsafe exchange.continuation.resume(returning: outcome(of: transfer))
        },
        Unmanaged.passRetained(exchange).toOpaque()
      )
      registration = cancellation.whenCancelled {
        unsafe signalbox_curl_cancel(engine.pointer, number)
      }
    }
    if let registration { cancellation.forget(registration) }
    return result
  }

  private func startedEngine() -> Result<Engine, HTTPFailure> {
    engine.withLock { engine in
      if let engine { return .success(engine) }
      var error = [CChar](repeating: 0, count: 256)
      let created = unsafe error.withUnsafeMutableBufferPointer { buffer in
        unsafe signalbox_curl_engine_create(
          connections,
          authoritiesPath,
          buffer.baseAddress,
          buffer.count
        )
      }
      guard let created = unsafe created else {
        let bytes = error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return .failure(
          HTTPFailure(
            kind: .unavailable,
            message: String(decoding: bytes, as: UTF8.self),
            requestWasSent: false
          )
        )
      }
      let started = unsafe Engine(pointer: created)
      engine = started
      return .success(started)
    }
  }
}

// INVARIANT: points to an engine that its client keeps alive; see HTTPClient.
@safe private struct Engine: @unchecked Sendable {
  let pointer: OpaquePointer
}

// INVARIANT: belongs to this function's caller until it is submitted, which happens once.
@safe private struct Transfer: @unchecked Sendable {
  let pointer: OpaquePointer
}

/// What the end of a transfer needs.
private final class Exchange: Sendable {
  let continuation: CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>
  let onChunk: (@Sendable ([UInt8]) -> Bool)?

  init(
    continuation: CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>,
    onChunk: (@Sendable ([UInt8]) -> Bool)?
  ) {
    self.continuation = continuation
    self.onChunk = onChunk
  }
}

extension HTTPRequest {
  /// What forbids to send this request at all.
  fileprivate var problem: HTTPFailure? {
    guard let reserved = headers.first(where: \.isReserved) else { return nil }
    return HTTPFailure(
      kind: .protocolError,
      message: "the header `\(reserved.name)` is set by the client itself",
      requestWasSent: false
    )
  }

  /// The request as libcurl's; nil when it has more headers than the shim carries.
  fileprivate func transfer(deadlineMilliseconds: Int) -> Transfer? {
    guard let pointer = unsafe signalbox_curl_transfer_create(method.rawValue, address.text)
    else { return nil }
    var isComplete = true
    for header in headers {
      // libcurl reads "Name:" as "remove this header"; "Name;" sends it with an empty value.
      let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
      isComplete = unsafe signalbox_curl_transfer_header(pointer, line) && isComplete
    }
    isComplete = unsafe signalbox_curl_transfer_header(pointer, "Expect:") && isComplete
    if let body {
      isComplete =
        unsafe body.withUnsafeBufferPointer { bytes in
          unsafe signalbox_curl_transfer_body(pointer, bytes.baseAddress, bytes.count)
        } && isComplete
    }
    guard isComplete else {
      unsafe signalbox_curl_transfer_discard(pointer)
      return nil
    }
    let total = Int64(max(deadlineMilliseconds, 0))
    unsafe signalbox_curl_transfer_deadlines(
      pointer,
      total,
      Int64(max(connectMilliseconds, 1)),
      firstByteMilliseconds.map(Int64.init) ?? total
    )
    unsafe signalbox_curl_transfer_limits(pointer, max(responseBytes, 0), 64 << 10)
    unsafe signalbox_curl_transfer_delivery(
      pointer,
      delivery != .onceOnNewConnection,
      delivery == .repeatable
    )
    if addresses == .globalOnly {
      unsafe signalbox_curl_transfer_permit(pointer) { bytes, count in
        let address = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        return NetworkAddress(bytes: address)?.isGlobal ?? false
      }
    }
    if onChunk != nil {
      unsafe signalbox_curl_transfer_stream(pointer) { context, bytes, count in
        guard let context = unsafe context else { return false }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
        return unsafe exchange.onChunk?(Array(UnsafeBufferPointer(start: bytes, count: count)))
          ?? false
      }
    }
    return unsafe Transfer(pointer: pointer)
  }
}

private func outcome(of transfer: OpaquePointer) -> Result<HTTPResponse, HTTPFailure> {
  if let kind = unsafe failureKind(signalbox_curl_result(transfer)) {
    let message =
      kind == .denied
      ? "the host resolves to an address that is not public"
      : unsafe String(cString: signalbox_curl_message(transfer))
    return .failure(
      HTTPFailure(
        kind: kind,
        message: message,
        requestWasSent: unsafe signalbox_curl_request_was_sent(transfer)
      )
    )
  }
  var headCount = 0
  var bodyCount = 0
  let head = unsafe signalbox_curl_head(transfer, &headCount)
  let body = unsafe signalbox_curl_content(transfer, &bodyCount)
  return .success(
    HTTPResponse(
      status: unsafe Int(signalbox_curl_status(transfer)),
      headers: headers(inHead: unsafe Array(UnsafeBufferPointer(start: head, count: headCount))),
      body: unsafe Array(UnsafeBufferPointer(start: body, count: bodyCount)),
      peerAddress: unsafe String(cString: signalbox_curl_peer(transfer))
    )
  )
}

private func failureKind(_ outcome: signalbox_curl_outcome) -> HTTPFailureKind? {
  switch outcome {
  case SIGNALBOX_CURL_DONE: nil
  case SIGNALBOX_CURL_TIMEOUT: .timeout
  case SIGNALBOX_CURL_UNAVAILABLE: .unavailable
  case SIGNALBOX_CURL_CANCELLED: .cancelled
  case SIGNALBOX_CURL_TOO_LARGE: .tooLarge
  case SIGNALBOX_CURL_DENIED: .denied
  case SIGNALBOX_CURL_TLS: .tls
  default: .protocolError
  }
}

/// The fields of a head, from after its status line; lines that are no fields are passed over.
private func headers(inHead bytes: [UInt8]) -> [HTTPHeader] {
  bytes.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    var value = line[line.index(after: colon)...].drop(while: isSpace)
    while let last = value.last, isSpace(last) { value = value.dropLast() }
    return HTTPHeader(
      String(decoding: line[..<colon], as: UTF8.self),
      String(decoding: value, as: UTF8.self)
    )
  }
}
