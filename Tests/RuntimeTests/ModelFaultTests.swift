import Execution
import Journal
import Runtime
import Table
import TestSupport
import Testing
import Tools
import Values

/// Whole runs against a model with faults: what they cost, what they tell, when they end.
@Suite struct ModelFaultTests {
  private static let providers = ["custom", "openai", "anthropic", "ollama"]

  private static func flow(
    _ server: LoopbackServer,
    provider: String,
    attempts: Int = 1,
    timeout: String = "10m"
  ) -> String {
    let root = provider == "ollama" ? "" : "/v1"
    return """
      signalbox: 1
      name: sort
      budget: {hard: $0.01}
      timeout: 1h
      input: {message: {type: string}}
      agents:
        sorter:
          type: llm
          model: {provider: \(provider), model: small, temperature: 0,
            endpoint: "\(server.address)\(root)", key: MODEL_KEY}
          limits: {prompt_tokens: 1500, output_tokens: 60}
          prompt: "Sort: {{ input.message }}"
          output: {category: {type: string}}
      initial_state: sort
      states:
        sort:
          agent: sorter
          with: {message: "{{ input.message }}"}
          timeout: \(timeout)
          retry: {max_attempts: \(attempts), backoff: 10ms}
          on_success: again
          on_error: lost
        again:
          agent: sorter
          with: {message: "again"}
          timeout: \(timeout)
          on_success: sorted
          on_error: lost
      final_states: {sorted: {}, lost: {outcome: failure}}
      """
  }

  @Test(
    "no bill is above its reservation, nothing leaks, no key is told, every run ends",
    arguments: providers
  )
  func bills(_ provider: String) async throws {
    for fault in [nil] + ModelFault.allCases.map({ Optional($0) }) {
      let isSilent = [.hang, .stall, .drip].contains(fault)
      let server = try #require(
        ScriptedModel.server { _, _ in ModelReply(#"{"category": "größer"}"#, fault: fault) }
      )
      let world = try ModelWorld(
        Self.flow(server, provider: provider, timeout: isSilent ? "300ms" : "10m")
      )
      let clock = ContinuousClock()
      let start = clock.now
      let driver = try await world.start()
      guard case .ended(let outcome) = try await driver.drive() else {
        throw Unforeseen(what: "\(fault as Any) of \(provider): the run did not end")
      }
      let time = start.duration(to: clock.now)
      if isSilent { print("\(provider) \(fault?.rawValue ?? ""): 300 ms deadline, run of \(time)") }
      let bills = try world.bills()
      try #require(!bills.isEmpty)
      let isAbsurd = fault == .absurdUsage
      for bill in bills {
        #expect(bill.charged <= bill.reserved || isAbsurd, "\(fault as Any) \(provider): \(bill)")
      }
      let account = try world.store.account(scope: "run:r-1")
      #expect(account.reservedPicodollars == 0)
      #expect(account.spentPicodollars == bills.reduce(0) { $0 + $1.charged })
      #expect(try world.store.reservations(runID: "r-1").isEmpty)
      // What the model did for sure is paid for, whatever became of its answer.
      let isRefused = [.rateLimited, .unavailable, .overloaded, .unauthorized].contains(fault)
      if isRefused {
        #expect(account.spentPicodollars == 0, "\(fault as Any) \(provider)")
      } else {
        #expect(account.spentPicodollars >= 12 * 10_000 + 5 * 40_000, "\(fault as Any) \(provider)")
      }
      let leaks = ModelWorld.keys(in: try await world.everything(driver))
      #expect(leaks.isEmpty, "\(fault as Any) \(provider): \(leaks)")
      guard case .identical = try Replay.verify(world.store, runID: "r-1", table: world.table)
      else { throw Unforeseen(what: "\(fault as Any) \(provider): the replay differs") }
      if isAbsurd {
        // The bill is booked as it is; nothing more is bought.
        #expect(final(outcome) == "lost" && bills.count == 2, "\(provider): \(bills)")
        #expect(bills[0].charged > bills[0].reserved)
        #expect(await driver.state.lastError?.kind == .budget)
        #expect(await driver.state.lastError?.message.contains("nothing more") == true)
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test("a breach is remembered by a driver that takes the run over")
  func breachAfterResume() async throws {
    let server = try #require(
      ScriptedModel.server { _, _ in ModelReply(#"{"category": "a"}"#, fault: .absurdUsage) }
    )
    let world = try ModelWorld(Self.flow(server, provider: "openai"))
    // The store fails after the first answer, before the refusal of the second call is journaled.
    let store = FailingStore(failsAfter: 2)
    await #expect(throws: RunFault.self) {
      let driver = try await world.start(store)
      _ = try await driver.drive()
    }
    store.mend()
    let driver = try await RunDriver.resume(
      runID: "r-1",
      world.table,
      in: world.surroundings(store)
    )
    guard case .ended(let outcome) = try await driver.drive() else {
      throw Unforeseen(what: "the run did not end")
    }
    #expect(final(outcome) == "lost")
    #expect(server.requests.count == 1)
  }

  @Test("a refused answer is repaired with the schema's own words, within the prompt's limit")
  func repairs() async throws {
    for fault in [ModelFault.foreignJSON, .wrongJSON, .cutAtLimit] {
      let server = try #require(
        ScriptedModel.server { _, number in
          ModelReply(#"{"category": "a"}"#, fault: number == 0 ? fault : nil)
        }
      )
      let world = try ModelWorld(Self.flow(server, provider: "openai", attempts: 2))
      let driver = try await world.start()
      _ = try await driver.drive()
      #expect(final(await driver.state.outcome) == "sorted")
      let requests = server.requests
      try #require(requests.count == 3)
      #expect(!requests[0].text.contains("was refused"))
      #expect(requests[1].text.contains("Your last answer was refused"), "\(fault)")
      if fault == .foreignJSON { #expect(requests[1].text.contains("`unasked`")) }
      #expect(!requests[2].text.contains("was refused"))
    }
    // A prompt near its limit is asked again as it was.
    let server = try #require(
      ScriptedModel.server { _, number in
        ModelReply(#"{"category": "a"}"#, fault: number == 0 ? .wrongJSON : nil)
      }
    )
    let world = try ModelWorld(Self.flow(server, provider: "openai", attempts: 2))
    let driver = try await world.start(message: String(repeating: "x", count: 1_250))
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "sorted")
    #expect(server.requests.allSatisfy { !$0.text.contains("was refused") })
  }

  @Test("an overlong prompt is refused unsent and free of charge")
  func overlong() async throws {
    let server = try #require(ScriptedModel.server { _, _ in ModelReply("{}") })
    let world = try ModelWorld(Self.flow(server, provider: "openai"))
    let driver = try await world.start(message: String(repeating: "y", count: 1_500))
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.spentPicodollars == 0)
    #expect(server.connectionCount == 0)
  }

  @Test("a connection that never stands costs nothing and ends by the deadline")
  func slowConnection() async throws {
    let queue = try #require(FullQueue())
    let spare = try #require(ScriptedModel.server { _, _ in ModelReply("{}") })
    let flow = Self.flow(spare, provider: "openai", timeout: "300ms")
    let world = try ModelWorld(
      String(flow).split(separator: spare.address).joined(
        separator: "http://127.0.0.1:\(queue.port)"
      )
    )
    let clock = ContinuousClock()
    let start = clock.now
    let driver = try await world.start()
    _ = try await driver.drive()
    print("no connection: 300 ms deadline, run of \(start.duration(to: clock.now))")
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.lastError?.kind == .timeout)
    let bills = try world.bills()
    #expect(bills.allSatisfy { $0.charged <= $0.reserved })
    #expect(try world.store.reservations(runID: "r-1").isEmpty)
  }

  @Test("a model outside the residency policy is refused before the run, unless another may answer")
  func residency() throws {
    let tools = ToolSurroundings(client: HTTPClient(egress: .airGapped()))
    let performing = LivePerformer(surroundings: tools)
    var agent = Performer(role: .agent, id: "sorter", kind: .model, typeName: "llm")
    agent.provider = "openai"
    agent.model = "gpt-4o"
    #expect(performing.obstacle(to: agent)?.contains("air-gapped") == true)
    agent.grantedModels = ["gpt-4o", "gpt-4o-mini"]
    #expect(performing.obstacle(to: agent) != nil)
    agent.grantedModels.append("vllm/llama")
    #expect(performing.obstacle(to: agent) == nil)
    agent.provider = "azure"
    #expect(performing.obstacle(to: agent)?.contains("endpoint") == true)
    var tool = Performer(role: .tool, id: "find", kind: .http, typeName: "http")
    tool.endpoint = "https://search.example/q"
    #expect(performing.obstacle(to: tool)?.contains("air-gapped") == true)
    tool.endpoint = "http://localhost:8080/q"
    #expect(performing.obstacle(to: tool) == nil)
  }

  @Test("a granted model stands in for one that refuses, unless it could cost more")
  func standIns() async throws {
    let server = try #require(
      ScriptedModel.server { request, _ in
        let isOwn = request.text.contains(#""model":"small""#)
        return ModelReply(#"{"category": "a"}"#, fault: isOwn ? .unavailable : nil)
      }
    )
    for (granted, ending) in [("[large, smaller]", "sorted"), ("[large]", "lost"), ("[]", "lost")] {
      let flow =
        Self.flow(server, provider: "openai") + "\npermissions: {sorter: {models: \(granted)}}"
      let world = try ModelWorld(flow)
      let driver = try await world.start()
      _ = try await driver.drive()
      #expect(final(await driver.state.outcome) == ending, "\(granted)")
      #expect(server.requests.allSatisfy { !$0.text.contains(#""large""#) })
      guard ending == "sorted" else { continue }
      // Two answers of the smaller model, at its own price.
      #expect(await driver.state.spentPicodollars == 2 * (12 * 5_000 + 5 * 20_000))
    }
  }
}

/// What a test did not foresee.
struct Unforeseen: Error {
  let what: String
}
