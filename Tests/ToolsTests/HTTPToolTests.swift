import TestSupport
import Testing
import Tools
import Values

@Suite("HTTP tools")
struct HTTPToolTests {
  private struct Setting {
    var method = HTTPMethod.post
    var effect = CallEffect.read
    var isIdempotent = false
    var path = "/"
    var headers: [(String, String)] = []
    var input: Value = .map(["n": .int(1)])
    var deadlineMilliseconds = 10_000
    var grantsHost = true
    var environmentNames = ["TOKEN", "REGION"]
    var answerBytes = 8 << 20
  }

  private func call(
    _ server: LoopbackServer,
    _ change: (inout Setting) -> Void = { _ in }
  ) async throws -> Result<Value, CallFailure> {
    var setting = Setting()
    change(&setting)
    var grants = Grants()
    if setting.grantsHost { grants.hosts = [try HostGrant("127.0.0.1:\(server.port)")] }
    grants.environmentNames = setting.environmentNames
    let tool = HTTPTool(
      method: setting.method,
      endpoint: try LateText(server.address + setting.path),
      headers: try setting.headers.map {
        HTTPTool.Header(name: $0.0, value: try LateText($0.1))
      },
      repeatability: Repeatability(effect: setting.effect, isIdempotent: setting.isIdempotent)
    )
    let world = ToolSurroundings(
      secrets: GivenSecrets(
        secrets: [("TOKEN", "t0ken/+value"), ("BROKEN", "a\r\nb")],
        environment: [("REGION", "north")]
      ),
      answerBytes: setting.answerBytes
    )
    return await tool.call(
      ToolCall(
        input: setting.input,
        idempotencyKey: "run-1/effect-9",
        grants: grants,
        deadlineMilliseconds: setting.deadlineMilliseconds
      ),
      in: world
    )
  }

  private func failure(
    _ replies: [LoopbackReply],
    _ change: (inout Setting) -> Void = { _ in }
  ) async throws -> CallFailure {
    let server = try #require(LoopbackServer(replies))
    let result = try await call(server, change)
    guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
    return failure
  }

  @Test("the input is the body, the answer the output, the key a header")
  func post() async throws {
    let server = try #require(
      LoopbackServer([.json(#"{"score": 0.5}"#), .answer(status: 204, headers: [], body: [])])
    )
    let output = try await call(server) {
      $0.effect = .write
      $0.headers = [("Authorization", "Bearer {{ secrets.TOKEN }}"), ("X-R", "{{env.REGION}}!")]
    }.get()
    #expect(output == .map(["score": .double(0.5)]))
    let seen = try #require(server.requests.first)
    #expect(seen.method == "POST")
    #expect(seen.text == #"{"n":1}"#)
    #expect(seen.header("content-type") == "application/json")
    #expect(seen.header("idempotency-key") == "run-1/effect-9")
    #expect(seen.header("authorization") == "Bearer t0ken/+value")
    #expect(seen.header("x-r") == "north!")
    #expect(try await call(server).get() == .null)
    #expect(server.requests.last?.header("idempotency-key") == nil)
  }

  @Test("a GET has no body and its fields are parameters")
  func get() async throws {
    let server = try #require(LoopbackServer([.json("[]")]))
    let output = try await call(server) {
      $0.method = .get
      $0.path = "/find?a=1"
      $0.input = .map(["q": .string("x y&z"), "n": .int(-3), "b": .bool(true)])
    }.get()
    #expect(output == .list([]))
    #expect(server.requests.first?.target == "/find?a=1&q=x%20y%26z&n=-3&b=true")
    #expect(server.requests.first?.method == "GET")
    #expect(server.requests.first?.body.isEmpty == true)
    let nested = try await failure([.json("1")]) {
      $0.method = .get
      $0.input = .map(["q": .list([])])
    }
    #expect(nested.kind == .failed && !nested.requestWasSent)
  }

  @Test("each status has its kind")
  func statuses() async throws {
    let kinds: [(Int, CallFailureKind)] = [
      (400, .failed), (401, .failed), (404, .failed), (408, .timeout), (409, .failed),
      (429, .rateLimited), (500, .unavailable), (502, .unavailable), (503, .unavailable),
      (504, .timeout), (302, .failed), (304, .failed),
    ]
    for (status, kind) in kinds {
      let failure = try await failure([.json(#"{"error": "why"}"#, status: status)])
      #expect(failure.kind == kind, "\(status)")
      #expect(failure.requestWasSent)
      #expect(failure.message.contains("\(status)"))
    }
    let redirect = try await failure([.redirect(to: "http://169.254.169.254/")])
    #expect(redirect.message.contains("redirects are not followed"))
  }

  @Test("a pause is read as seconds or as a date against the answer's own")
  func retryAfter() async throws {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    let cases: [([(String, String)], Int?)] = [
      ([("Retry-After", "7")], 7_000), ([("Retry-After", "0")], 0), ([], nil),
      ([("Retry-After", "-1")], nil), ([("Retry-After", "soon")], nil),
      ([("Retry-After", "99999999999999999999")], 86_400_000),
      ([("Retry-After", "Sun, 06 Nov 1994 08:51:07 GMT"), ("Date", date)], 90_000),
      ([("Retry-After", "Sun, 06 Nov 1994 08:49:00 GMT"), ("Date", date)], 0),
      ([("Retry-After", "Sun, 06 Nov 1994 08:51:07 GMT")], nil),
      ([("Retry-After", "Sun, 99 Nov 1994 08:51:07 GMT"), ("Date", date)], nil),
    ]
    for (headers, expected) in cases {
      let failure = try await failure([.json("1", status: 429, headers: headers)])
      #expect(failure.kind == .rateLimited)
      #expect(failure.retryAfterMilliseconds == expected, "\(headers)")
    }
    #expect(HTTPDate.seconds(date) == 784_111_777)
    #expect(HTTPDate.seconds("Thu, 29 Feb 2024 00:00:00 GMT") == 1_709_164_800)
  }

  @Test("answers that cannot be read are invalid output")
  func unreadable() async throws {
    let html = LoopbackReply.answer(
      status: 200,
      headers: [("Content-Type", "text/html")],
      body: Array("<html>".utf8)
    )
    let failure = try await failure([html])
    #expect(failure.kind == .invalidOutput)
    #expect(failure.message.contains("`text/html`"))
    let large = try await self.failure([.flood]) { $0.answerBytes = 10_000 }
    #expect(large.kind == .invalidOutput)
    let twice = try await self.failure([.json(#"{"a": 1, "a": 2}"#)])
    #expect(twice.kind == .invalidOutput)
    let deep = try await self.failure([.json(String(repeating: "[", count: 100_000))])
    #expect(deep.kind == .invalidOutput)
  }

  @Test("a write that was sent and not answered is unknown, unless it may be repeated")
  func lostWrites() async throws {
    let faults: [(LoopbackReply, CallFailureKind)] = [
      (.close, .unavailable), (.cut(promised: 99, body: [0x7b]), .unavailable), (.hang, .timeout),
      (.json("1", status: 504), .timeout), (.json("1", status: 502), .unavailable),
      (.json("1", status: 500), .unavailable), (.json("{}", status: 507), .unavailable),
      (.json("no json"), .invalidOutput),
    ]
    for (reply, kind) in faults {
      for (effect, isIdempotent) in [(CallEffect.read, false), (.write, true), (.write, false)] {
        let failure = try await failure([reply]) {
          $0.effect = effect
          $0.isIdempotent = isIdempotent
          if case .hang = reply { $0.deadlineMilliseconds = 500 }
        }
        let isLost = effect == .write && !isIdempotent
        #expect(failure.kind == (isLost ? .unknown : kind), "\(reply) \(effect) \(isIdempotent)")
        #expect(failure.requestWasSent)
      }
    }
    let known: [(Int, CallFailureKind)] = [
      (503, .unavailable), (429, .rateLimited), (409, .failed),
    ]
    for (status, kind) in known {
      let answered = try await failure([.json("1", status: status)]) { $0.effect = .write }
      #expect(answered.kind == kind)
    }
    let server = try #require(LoopbackServer([.json("1")]))
    server.stop()
    let unsent = try await call(server) { $0.effect = .write }
    guard case .failure(let failure) = unsent else { throw Unexpected(what: "\(unsent)") }
    #expect(failure.kind == .unavailable && !failure.requestWasSent)
  }

  @Test("what is not granted is denied, and nothing is sent")
  func denials() async throws {
    let server = try #require(LoopbackServer([.json("1")]))
    let changes: [(inout Setting) -> Void] = [
      { $0.grantsHost = false },
      {
        $0.headers = [("X", "{{ secrets.TOKEN }}")]
        $0.environmentNames = []
      },
      {
        $0.path = "/{{ env.REGION }}"
        $0.environmentNames = []
      },
    ]
    for change in changes {
      let result = try await call(server, change)
      guard case .failure(let failure) = result else { throw Unexpected(what: "\(result)") }
      #expect(failure.kind == .denied && !failure.requestWasSent)
    }
    let unset = try await call(server) {
      $0.headers = [("X", "{{ secrets.NONE }}")]
      $0.environmentNames = ["NONE"]
    }
    guard case .failure(let failure) = unset else { throw Unexpected(what: "\(unset)") }
    #expect(failure.kind == .failed && failure.message.contains("`NONE`"))
    let broken = try await call(server) {
      $0.headers = [("X", "{{ secrets.BROKEN }}")]
      $0.environmentNames = ["BROKEN"]
    }
    guard case .failure(let failure) = broken else { throw Unexpected(what: "\(broken)") }
    #expect(failure.kind == .failed && !failure.message.contains("a\r\nb"))
    #expect(server.requests.isEmpty)
  }

  @Test("a server that echoes a secret does not get it into the output or the message")
  func echoes() async throws {
    let server = try #require(
      LoopbackServer { request, number in
        .json(
          #"{"got": "\#(request.header("authorization") ?? "")"}"#,
          status: number == 0 ? 200 : 400
        )
      }
    )
    for _ in 0..<2 {
      let result = try await call(server) {
        $0.headers = [("Authorization", "Bearer {{ secrets.TOKEN }}")]
      }
      let text = "\(result)"
      #expect(!text.contains("t0ken"))
      #expect(text.contains("[secret TOKEN]"))
    }
    #expect(server.requests.allSatisfy { $0.header("authorization") == "Bearer t0ken/+value" })
  }
}
