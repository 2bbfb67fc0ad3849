import TestSupport
import Testing
import Tools

@Suite("HTTP client")
struct HTTPClientTests {
  private let client = HTTPClient()

  private func request(
    _ server: LoopbackServer,
    path: String = "/",
    method: HTTPMethod = .post
  ) throws -> HTTPRequest {
    var request = HTTPRequest(
      method: method,
      address: try HTTPAddress(server.address + path),
      body: method == .get ? nil : Array("{}".utf8)
    )
    request.addresses = .any
    return request
  }

  private func failure(
    _ reply: LoopbackReply,
    deadlineMilliseconds: Int = 10_000,
    change: (inout HTTPRequest) -> Void = { _ in }
  ) async throws -> HTTPFailure {
    let server = try #require(LoopbackServer([reply]))
    var request = try request(server)
    change(&request)
    let result = await client.perform(request, deadlineMilliseconds: deadlineMilliseconds)
    guard case .failure(let failure) = result else {
      throw Unexpected(what: "\(result)")
    }
    return failure
  }

  @Test("a POST arrives as it was sent, and so does its answer")
  func roundTrip() async throws {
    let server = try #require(
      LoopbackServer([.json(#"{"ok": true}"#, status: 201, headers: [("X-Two", " b ")])])
    )
    var request = try request(server, path: "/a%2e/../b?c=1#d")
    request.body = Array(#"{"é": "\u0000"}"#.utf8)
    request.headers = [
      try #require(HTTPHeader("X-One", "é")), try #require(HTTPHeader("X-No", "")),
    ]
    let response = try await client.perform(request, deadlineMilliseconds: 10_000).get()
    #expect(response.status == 201)
    #expect(response.header("x-two") == "b")
    #expect(response.body == Array(#"{"ok": true}"#.utf8))
    #expect(response.peerAddress == "127.0.0.1")
    let seen = try #require(server.requests.first)
    #expect(seen.method == "POST")
    #expect(seen.target == "/a%2e/../b?c=1")
    #expect(seen.body == request.body)
    #expect(seen.header("x-one") == "é")
    #expect(seen.header("x-no") == "")
    #expect(seen.header("expect") == nil)
    #expect(seen.header("accept-encoding") == nil)
  }

  @Test("requests to one server share a connection, unless each must go alone")
  func reuse() async throws {
    // A connection that rested for two minutes is not used again, and on a machine that is busy
    // with other tests so much time can pass between two requests: then it is tried once more.
    for _ in 0..<5 {
      let server = try #require(LoopbackServer([.json("1")]))
      let started = ContinuousClock.now
      for _ in 0..<5 {
        var request = try request(server)
        request.delivery = .once
        _ = try await client.perform(request, deadlineMilliseconds: 10_000).get()
      }
      guard started.duration(to: .now) < .seconds(60) else { continue }
      #expect(server.connectionCount == 1)
      _ = try await client.perform(try self.request(server), deadlineMilliseconds: 10_000).get()
      #expect(server.connectionCount == 2)
      return
    }
    Issue.record("five requests took more than a minute, five times")
  }

  @Test("a request that dies on an open connection goes out again only when it may")
  func resend() async throws {
    for (delivery, expected) in [(HTTPDelivery.once, 2), (.repeatable, 3)] {
      let server = try #require(LoopbackServer([.json("1"), .close, .json("2")]))
      var request = try request(server)
      request.delivery = delivery
      _ = try await client.perform(request, deadlineMilliseconds: 10_000).get()
      let second = await client.perform(request, deadlineMilliseconds: 10_000)
      #expect(server.requests.count == expected)
      switch (delivery, second) {
      case (.once, .failure(let failure)):
        #expect(failure.kind == .unavailable)
        #expect(failure.requestWasSent)
      case (.repeatable, .success(let response)):
        #expect(response.body == Array("2".utf8))
      default:
        Issue.record("\(delivery): \(second)")
      }
    }
  }

  @Test("a redirect is an answer and is not followed")
  func redirect() async throws {
    let other = try #require(LoopbackServer([.json("1")]))
    let server = try #require(LoopbackServer([.redirect(to: other.address)]))
    let request = try request(server)
    let response = try await client.perform(request, deadlineMilliseconds: 10_000).get()
    #expect(response.status == 302)
    #expect(other.requests.isEmpty)
  }

  @Test("silence ends at the deadline, a late first byte at its own")
  func timeouts() async throws {
    let silent = try await failure(.hang, deadlineMilliseconds: 500)
    #expect(silent.kind == .timeout && silent.requestWasSent)
    let late = try await failure(.hang, deadlineMilliseconds: 60_000) {
      $0.firstByteMilliseconds = 500
    }
    #expect(late.kind == .timeout && late.requestWasSent)
    #expect(late.message.contains("no answer began"))
    let slow = try await failure(
      .drip(body: Array(repeating: 0x31, count: 500), millisecondsPerByte: 1_000),
      deadlineMilliseconds: 500
    )
    #expect(slow.kind == .timeout && slow.requestWasSent)
    let none = try await failure(.json("1"), deadlineMilliseconds: 0)
    #expect(none.kind == .timeout)
  }

  @Test("connections that break are unavailable, nonsense is a protocol error")
  func broken() async throws {
    let cut = try await failure(.cut(promised: 100, body: Array("{".utf8)))
    #expect(cut.kind == .unavailable && cut.requestWasSent)
    let closed = try await failure(.close)
    #expect(closed.kind == .unavailable && closed.requestWasSent)
    let nonsense = try await failure(.raw(Array("SSH-2.0-OpenSSH_9\r\n\r\n".utf8)))
    #expect(nonsense.kind == .protocolError && nonsense.requestWasSent)
  }

  @Test("nobody there is unavailable and nothing was sent")
  func refused() async throws {
    let port = try #require(unusedLoopbackPort())
    var request = HTTPRequest(method: .get, address: try HTTPAddress("http://127.0.0.1:\(port)"))
    request.addresses = .any
    let result = await client.perform(request, deadlineMilliseconds: 10_000)
    guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
    #expect(failure.kind == .unavailable && !failure.requestWasSent)
  }

  @Test("a TLS handshake with a server that has none fails as such")
  func noTLS() async throws {
    let server = try #require(LoopbackServer([.close]))
    var request = HTTPRequest(
      method: .get,
      address: try HTTPAddress("https://127.0.0.1:\(server.port)")
    )
    request.addresses = .any
    let result = await client.perform(request, deadlineMilliseconds: 500)
    guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
    #expect([.tls, .timeout].contains(failure.kind) && !failure.requestWasSent)
  }

  @Test("too much is refused: announced, unannounced, and in the head")
  func tooLarge() async throws {
    let announced = try await failure(
      .answer(status: 200, headers: [], body: Array(repeating: 0x61, count: 2_000))
    ) { $0.responseBytes = 1_000 }
    #expect(announced.kind == .tooLarge && announced.requestWasSent)
    let endless = try await failure(.flood) { $0.responseBytes = 1_000_000 }
    #expect(endless.kind == .tooLarge)
    let longHead = (0..<200).map { ("X-\($0)", String(repeating: "h", count: 1_000)) }
    let head = try await failure(.json("1", headers: longHead))
    #expect(head.kind == .tooLarge)
  }

  @Test("an answer of exactly the limit passes")
  func exactSize() async throws {
    let server = try #require(
      LoopbackServer([.answer(status: 200, headers: [], body: Array(repeating: 0x61, count: 999))])
    )
    var request = try request(server, method: .get)
    request.responseBytes = 999
    let response = try await client.perform(request, deadlineMilliseconds: 10_000).get()
    #expect(response.body.count == 999)
  }

  @Test("cancelling the token or the task ends a call that would hang")
  func cancellation() async throws {
    let server = try #require(LoopbackServer([.hang]))
    let request = try request(server)
    let token = Cancellation()
    async let byToken = client.perform(
      request,
      deadlineMilliseconds: 600_000,
      cancellation: token
    )
    let task = Task { await client.perform(request, deadlineMilliseconds: 600_000) }
    while server.requests.count < 2 { await Task.yield() }
    token.cancel()
    task.cancel()
    for result in [await byToken, await task.value] {
      guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
      #expect(failure.kind == .cancelled && failure.requestWasSent)
    }
    let late = await client.perform(request, deadlineMilliseconds: 600_000, cancellation: token)
    guard case .failure(let failure) = late else { throw Unexpected(what: "\(late)") }
    #expect(failure.kind == .cancelled && !failure.requestWasSent)
    #expect(server.requests.count == 2)
  }

  @Test("loopback is refused unless the address policy says otherwise, also by name")
  func addressPolicy() async throws {
    let server = try #require(LoopbackServer([.json("1")]))
    for host in ["127.0.0.1", "localhost"] {
      let request = HTTPRequest(
        method: .get,
        address: try HTTPAddress("http://\(host):\(server.port)/")
      )
      let result = await client.perform(request, deadlineMilliseconds: 10_000)
      guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
      #expect(failure.kind == .denied && !failure.requestWasSent)
    }
    #expect(server.connectionCount == 0)
  }

  @Test("an open connection that another policy made is refused before the request goes out")
  func addressPolicyOnReuse() async throws {
    let server = try #require(LoopbackServer([.json("1")]))
    var request = try request(server)
    request.delivery = .repeatable
    _ = try await client.perform(request, deadlineMilliseconds: 10_000).get()
    request.addresses = .globalOnly
    let result = await client.perform(request, deadlineMilliseconds: 10_000)
    guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
    #expect(failure.kind == .denied && !failure.requestWasSent)
    #expect(server.requests.count == 1)
  }

  @Test("a body can be streamed, and stopped")
  func streaming() async throws {
    let server = try #require(
      LoopbackServer([.drip(body: Array("abcdef".utf8), millisecondsPerByte: 5), .flood])
    )
    let received = Collected()
    var request = try request(server)
    request.onChunk = { bytes in
      received.append(bytes)
      return true
    }
    let response = try await client.perform(request, deadlineMilliseconds: 10_000).get()
    #expect(response.body.isEmpty)
    #expect(received.bytes == Array("abcdef".utf8))
    request.onChunk = { _ in false }
    let stopped = await client.perform(request, deadlineMilliseconds: 10_000)
    guard case .failure(let failure) = stopped else { throw Unexpected(what: "\(stopped)") }
    #expect(failure.kind == .cancelled)
  }

  @Test("headers that would break framing or smuggle fields are refused")
  func hostileHeaders() async throws {
    #expect(HTTPHeader("X", "a\r\nY: b") == nil)
    #expect(HTTPHeader("X", "a\u{0}") == nil)
    #expect(HTTPHeader("X Y", "a") == nil)
    #expect(HTTPHeader("", "a") == nil)
    #expect(HTTPHeader("X:", "a") == nil)
    for name in ["Host", "content-length", "Transfer-Encoding", "Connection"] {
      let failure = try await failure(.json("1")) {
        $0.headers = [HTTPHeader(name, "x")].compactMap { $0 }
      }
      #expect(failure.kind == .protocolError && !failure.requestWasSent)
    }
  }

  @Test("hundreds of calls at once all come back")
  func concurrency() async throws {
    let server = try #require(LoopbackServer { request, _ in .json(request.text) })
    let address = try HTTPAddress(server.address)
    let answers = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
      for number in 0..<300 {
        group.addTask {
          var request = HTTPRequest(method: .post, address: address, body: Array("\(number)".utf8))
          request.addresses = .any
          request.delivery = number.isMultiple(of: 2) ? .once : .onceOnNewConnection
          let result = await client.perform(request, deadlineMilliseconds: 60_000)
          if case .failure(let failure) = result { Issue.record("\(number): \(failure)") }
          return (try? result.get())?.body == request.body
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(answers == 300)
  }
}
