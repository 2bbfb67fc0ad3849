import Models
import Synchronization
import TestSupport
import Testing
import Tools
import Values

/// Rounds, failover, breakers, limits and memory of the gateway.
@Suite("Model gateway")
struct ModelGatewayTests {
  /// A clock that jumps over every pause and remembers it.
  private final class JumpingClock: Sendable {
    private let state = Mutex((now: Int64(0), pauses: [Int64]()))
    var pauses: [Int64] { state.withLock { $0.pauses } }
    func advance(_ milliseconds: Int64) { state.withLock { $0.now += milliseconds } }

    var time: GatewayTime {
      GatewayTime(
        now: { self.state.withLock { $0.now } },
        sleep: { milliseconds in
          self.state.withLock { state in
            state.now += milliseconds
            state.pauses.append(milliseconds)
          }
        }
      )
    }
  }

  private struct World {
    let clock = JumpingClock()
    let gateway: ModelGateway

    init(_ policy: ModelPolicy = ModelPolicy(), egress: EgressPolicy = .open) {
      gateway = ModelGateway(
        surroundings: ToolSurroundings(client: HTTPClient(egress: egress)),
        policy: policy,
        time: clock.time
      )
    }

    func candidate(
      _ server: LoopbackServer,
      _ model: String = "tiny",
      worst: Int64 = 10
    ) throws -> ModelCandidate {
      var endpoint = ModelEndpoint(baseAddress: try HTTPAddress(server.address + "/v1"))
      endpoint.streaming = .asksForUsage
      return ModelCandidate(endpoint: endpoint, model: model, worstPicodollars: worst)
    }

    func ask(
      _ candidates: [ModelCandidate],
      text: String = "?",
      temperature: Double? = 0,
      deadlineMilliseconds: Int = 60_000,
      cancellation: Cancellation = Cancellation()
    ) async -> Result<GatewayAnswer, GatewayFailure> {
      var grants = Grants()
      grants.hosts = candidates.map { HostGrant($0.endpoint.baseAddress) }
      grants.models = candidates.map(\.model)
      return await gateway.answer(
        ChatRequest(
          model: "",
          messages: [ChatMessage(.user, text)],
          temperature: temperature,
          maxOutputTokens: 20
        ),
        candidates: candidates,
        grants: grants,
        deadlineMilliseconds: deadlineMilliseconds,
        cancellation: cancellation
      )
    }
  }

  private func server(_ faults: [ModelFault?]) throws -> LoopbackServer {
    try #require(
      ScriptedModel.server { _, number in
        ModelReply("fine", fault: faults[min(number, faults.count - 1)])
      }
    )
  }

  @Test("a refusal is tried again after the pause that it asks for, in bounds")
  func rounds() async throws {
    let world = World()
    let server = try server([.rateLimited, .unavailable, nil])
    let answer = try await world.ask([world.candidate(server)]).get()
    #expect(answer.answer.text == "fine")
    #expect(server.requests.count == 3)
    #expect(world.clock.pauses.first == 1_000)
    #expect(world.clock.pauses.count == 2)

    let endless = try self.server([.rateLimited])
    let other = World()
    guard case .failure(let failure) = await other.ask([try other.candidate(endless)]) else {
      throw Unexpected(what: "an endless refusal was answered")
    }
    #expect(failure.failure.failure.kind == .rateLimited)
    #expect(failure.failure.failure.retryAfterMilliseconds == 1_000)
    #expect(failure.failure.isFree)
    #expect(endless.requests.count == other.gateway.policy.rounds)
  }

  @Test("a pause beyond the deadline or the policy is not waited for")
  func longPauses() async throws {
    let server = try #require(
      LoopbackServer([.json("{}", status: 429, headers: [("Retry-After", "3600")])])
    )
    let world = World()
    _ = await world.ask([try world.candidate(server)])
    #expect(server.requests.count == 1 && world.clock.pauses.isEmpty)
    let short = try self.server([.rateLimited])
    let other = World()
    _ = await other.ask([try other.candidate(short)], deadlineMilliseconds: 900)
    #expect(short.requests.count == 1 && other.clock.pauses.isEmpty)
  }

  @Test("what may have been charged is never tried again, nor is what is the question's fault")
  func noSecondBill() async throws {
    let faults: [ModelFault] = [
      .broken, .cut, .reset, .unfinished, .malformedEvent, .cutAtLimit, .unauthorized,
    ]
    for fault in faults {
      let world = World()
      let server = try server([fault, nil])
      let spare = try self.server([nil])
      let result = await world.ask([try world.candidate(server), try world.candidate(spare)])
      guard case .failure = result else { throw Unexpected(what: "\(fault): \(result)") }
      #expect(server.requests.count == 1 && spare.requests.isEmpty, "\(fault)")
    }
  }

  @Test("the next model answers when one refuses or cannot be reached, in order or by price")
  func failover() async throws {
    for fault in [ModelFault.rateLimited, .unavailable, .overloaded] {
      let world = World()
      let first = try server([fault])
      let second = try server([nil])
      let answer = try await world.ask([world.candidate(first), world.candidate(second, "other")])
        .get()
      #expect(answer.candidate == 1 && !answer.isCached, "\(fault)")
      #expect(first.requests.count == 1 && second.requests.count == 1)
      #expect(second.requests.first?.text.contains("other") == true)
    }
    let port = try #require(unusedLoopbackPort())
    let gone = ModelCandidate(
      endpoint: ModelEndpoint(baseAddress: try HTTPAddress("http://127.0.0.1:\(port)/v1")),
      model: "gone",
      worstPicodollars: 1
    )
    let world = World()
    let spare = try server([nil])
    #expect(try await world.ask([gone, world.candidate(spare)]).get().candidate == 1)
    var policy = ModelPolicy()
    policy.choice = .cheapest
    let thrifty = World(policy)
    let dear = try server([nil])
    let cheap = try server([nil])
    let candidates = [
      try thrifty.candidate(dear, worst: 50), try thrifty.candidate(cheap, worst: 7),
    ]
    #expect(try await thrifty.ask(candidates).get().candidate == 1)
    #expect(dear.requests.isEmpty)
  }

  @Test("the breaker opens after failures in a row and lets one call try after its pause")
  func breaker() async throws {
    var policy = ModelPolicy()
    policy.rounds = 1
    policy.breaker.failures = 3
    policy.breaker.pauseMilliseconds = 5_000
    let world = World(policy)
    let server = try server([.broken, .broken, .broken, .broken, nil])
    let candidate = try world.candidate(server)
    for _ in 0..<6 { _ = await world.ask([candidate]) }
    #expect(server.requests.count == 3)
    guard case .failure(let refused) = await world.ask([candidate]) else {
      throw Unexpected(what: "an open breaker let a call through")
    }
    #expect(refused.failure.failure.kind == .unavailable && refused.candidate == nil)
    #expect(!refused.failure.failure.requestWasSent)
    world.clock.advance(5_000)
    for _ in 0..<3 { _ = await world.ask([candidate]) }
    #expect(server.requests.count == 4)
    world.clock.advance(5_000)
    for _ in 0..<3 { _ = try await world.ask([candidate]).get() }
    #expect(server.requests.count == 7)
  }

  @Test("no more calls at once than allowed; the rest waits, and gives up when it must")
  func slots() async throws {
    var policy = ModelPolicy()
    policy.limits.concurrentCalls = 2
    policy.limits.waitingCalls = 2
    policy.rounds = 1
    let most = Mutex((now: 0, most: 0))
    let server = try #require(
      LoopbackServer { request, _ in
        most.withLock { counts in
          counts.now += 1
          counts.most = max(counts.most, counts.now)
        }
        defer { most.withLock { $0.now -= 1 } }
        return .late(milliseconds: 150, ScriptedModel.reply(to: request, ModelReply("fine")))
      }
    )
    let gateway = ModelGateway(surroundings: ToolSurroundings(), policy: policy)
    var endpoint = ModelEndpoint(baseAddress: try HTTPAddress(server.address + "/v1"))
    endpoint.streaming = .on
    let candidate = ModelCandidate(endpoint: endpoint, model: "tiny", worstPicodollars: 1)
    var grants = Grants()
    grants.hosts = [HostGrant(endpoint.baseAddress)]
    grants.models = ["tiny"]
    let kinds = await withTaskGroup(of: CallFailureKind?.self) { [grants] group in
      for number in 0..<8 {
        group.addTask {
          let result = await gateway.answer(
            ChatRequest(model: "", messages: [ChatMessage(.user, "\(number)")], maxOutputTokens: 9),
            candidates: [candidate],
            grants: grants,
            deadlineMilliseconds: 30_000
          )
          if case .failure(let failure) = result { return failure.failure.failure.kind }
          return nil
        }
      }
      return await group.reduce(into: [CallFailureKind?]()) { $0.append($1) }
    }
    #expect(server.connectionCount <= 2)
    #expect(kinds.count { $0 == nil } >= 4)
    #expect(kinds.allSatisfy { $0 == nil || $0 == .rateLimited })
  }

  @Test("answers are remembered by content, when asked for, for temperature 0 only")
  func cache() async throws {
    let server = try server([nil])
    let forgetful = World()
    let candidate = try forgetful.candidate(server)
    for _ in 0..<2 { _ = try await forgetful.ask([candidate]).get() }
    #expect(server.requests.count == 2)
    var policy = ModelPolicy()
    policy.cache.entries = 2
    policy.cache.milliseconds = 1_000
    let world = World(policy)
    #expect(try await !world.ask([candidate], text: "a").get().isCached)
    #expect(try await world.ask([candidate], text: "a").get().isCached)
    #expect(try await !world.ask([candidate], text: "b").get().isCached)
    #expect(try await !world.ask([candidate], text: "a", temperature: 0.5).get().isCached)
    #expect(try await !world.ask([candidate], text: "a", temperature: nil).get().isCached)
    #expect(try await world.ask([candidate], text: "a").get().isCached)
    // The third text drives out the one that was not used for longest.
    #expect(try await !world.ask([candidate], text: "c").get().isCached)
    #expect(try await world.ask([candidate], text: "a").get().isCached)
    #expect(try await !world.ask([candidate], text: "b").get().isCached)
    world.clock.advance(1_000)
    #expect(try await !world.ask([candidate], text: "a").get().isCached)
  }

  @Test("cancelling ends a pause and a wait for a slot at once")
  func cancelling() async throws {
    let server = try #require(
      LoopbackServer([.json("{}", status: 429, headers: [("Retry-After", "10")])])
    )
    let gateway = ModelGateway(surroundings: ToolSurroundings())
    let endpoint = ModelEndpoint(baseAddress: try HTTPAddress(server.address + "/v1"))
    var grants = Grants()
    grants.hosts = [HostGrant(endpoint.baseAddress)]
    grants.models = ["tiny"]
    let cancellation = Cancellation()
    let asking = Task { [grants] in
      await gateway.answer(
        ChatRequest(model: "", messages: [ChatMessage(.user, "?")], maxOutputTokens: 9),
        candidates: [ModelCandidate(endpoint: endpoint, model: "tiny", worstPicodollars: 1)],
        grants: grants,
        deadlineMilliseconds: 60_000,
        cancellation: cancellation
      )
    }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    cancellation.cancel()
    guard case .failure = await asking.value else { throw Unexpected(what: "an answer") }
    #expect(server.requests.count == 1)
  }

  @Test("a host outside the residency policy is refused before a connection is made")
  func residency() async throws {
    let server = try server([nil])
    let elsewhere = try HostGrant("models.example:443")
    for policy in [EgressPolicy.only([elsewhere]), .airGapped()] {
      let world = World(egress: policy)
      var candidate = try world.candidate(server)
      candidate.endpoint.baseAddress = try HTTPAddress("http://no-such-host.invalid:9/v1")
      guard case .failure(let failure) = await world.ask([candidate]) else {
        throw Unexpected(what: "an answer from nowhere")
      }
      #expect(failure.failure.failure.kind == .denied)
      #expect(failure.failure.failure.message.contains("no connection was made"))
    }
    // A policy that covers another granted model lets that one answer.
    let world = World(egress: .airGapped())
    var remote = try world.candidate(server)
    remote.endpoint.baseAddress = try HTTPAddress("https://no-such-host.invalid/v1")
    #expect(try await world.ask([remote, world.candidate(server)]).get().candidate == 1)
    // The client itself refuses, whoever asks.
    let client = HTTPClient(egress: .only([elsewhere]))
    var request = HTTPRequest(method: .get, address: try HTTPAddress(server.address))
    request.addresses = .any
    guard case .failure(let failure) = await client.perform(request, deadlineMilliseconds: 1_000)
    else { throw Unexpected(what: "an answer") }
    #expect(failure.kind == .denied && !failure.requestWasSent)
    #expect(server.connectionCount == 1)
  }

  @Test("egress policies know this machine in every spelling, and nothing else")
  func egress() throws {
    let airGapped = EgressPolicy.airGapped(besides: [try HostGrant("ml-service:8080")])
    let inside = [
      "http://127.0.0.1/", "http://127.8.9.1:99/", "http://[::1]:8080/", "http://localhost:1/",
      "http://ml-service:8080/v1",
    ]
    let outside = [
      "http://128.0.0.1/", "http://10.0.0.1/", "http://[::2]/", "http://localhost.example/",
      "http://ml-service:8081/", "https://api.openai.com/v1", "http://0.0.0.0/",
    ]
    for text in inside { #expect(airGapped.check(try HTTPAddress(text)) == nil, "\(text)") }
    for text in outside { #expect(airGapped.check(try HTTPAddress(text)) != nil, "\(text)") }
    for text in inside + outside {
      #expect(EgressPolicy.open.check(try HTTPAddress(text)) == nil)
      #expect(EgressPolicy.only([]).check(try HTTPAddress(text)) != nil)
    }
  }

  @Test("deadlines of connection and first byte hold")
  func deadlines() async throws {
    let queue = try #require(FullQueue())
    let client = HTTPClient()
    var request = HTTPRequest(
      method: .get,
      address: try HTTPAddress("http://127.0.0.1:\(queue.port)/")
    )
    request.addresses = .any
    request.connectMilliseconds = 300
    let clock = ContinuousClock()
    var start = clock.now
    guard case .failure(let slow) = await client.perform(request, deadlineMilliseconds: 60_000)
    else { throw Unexpected(what: "a connection") }
    #expect(slow.kind == .timeout && !slow.requestWasSent)
    print("connect deadline of 300 ms ended after \(start.duration(to: clock.now))")
    let server = try #require(LoopbackServer([.hang]))
    request.address = try HTTPAddress(server.address)
    request.firstByteMilliseconds = 300
    start = clock.now
    guard case .failure(let silent) = await client.perform(request, deadlineMilliseconds: 60_000)
    else { throw Unexpected(what: "an answer") }
    #expect(silent.kind == .timeout && silent.requestWasSent)
    print("first-byte deadline of 300 ms ended after \(start.duration(to: clock.now))")
  }
}
