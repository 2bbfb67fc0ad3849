import Costing
import Execution
import Journal
import Runtime
import Table
import TestSupport
import Testing
import Values

/// Agents that call tools by themselves, in turns.
@Suite struct AgentTurnTests {
  private static func flow(
    model: LoopbackServer,
    tools: LoopbackServer,
    provider: String = "openai",
    turns: Int = 3,
    effect: String = "read",
    timeout: String = "10m",
    attempts: Int = 1,
    granted: String = "[find]"
  ) -> String {
    """
    signalbox: 1
    name: answer
    budget: {hard: $0.01}
    timeout: 1h
    input: {message: {type: string}}
    permissions: {helper: {tools: \(granted)}}
    tools:
      find:
        type: http
        endpoint: "\(tools.address)/find"
        effect: \(effect)
        cost_per_call: $0.0001
        input: {q: {type: string}}
        output: {hits: {type: array}}
      remove: {type: http, endpoint: "\(tools.address)/remove", effect: write}
    agents:
      helper:
        type: llm
        model: {provider: \(provider), model: small, temperature: 0,
          endpoint: "\(model.address)\(provider == "ollama" ? "" : "/v1")", key: MODEL_KEY}
        limits: {prompt_tokens: 2000, output_tokens: 60, turns: \(turns)}
        instructions: "Help."
        prompt: "{{ input.message }}"
        output: {reply: {type: string}}
    initial_state: help
    states:
      help: {agent: helper, with: {message: "{{ input.message }}"}, timeout: \(timeout),
        retry: {max_attempts: \(attempts)}, on_success: done,
        on_error: [{when: "error.kind == 'unknown'", target: unclear}, {target: lost}]}
    final_states: {done: {}, lost: {outcome: failure}, unclear: {outcome: failure}}
    """
  }

  /// A model that asks for `calls` in turn and then answers.
  private func model(_ calls: [ModelReply.ToolCall]) throws -> LoopbackServer {
    try #require(
      ScriptedModel.server { request, _ in
        // How many tool results the conversation holds: independent of retries and resumptions.
        let results = [#""role":"tool""#, #""type":"tool_result""#]
        let turn = results.reduce(0) { $0 + request.text.split(separator: $1).count - 1 }
        return turn < calls.count
          ? ModelReply("", toolCalls: [calls[turn]]) : ModelReply(#"{"reply": "so it is"}"#)
      }
    )
  }

  private func toolServer(status: Int = 200) throws -> LoopbackServer {
    try #require(LoopbackServer([.json(#"{"hits": ["größer"]}"#, status: status)]))
  }

  private let ask = ModelReply.ToolCall("find", #"{"q": "a"}"#)

  @Test(
    "a granted tool is called between turns, journaled before and after, and priced",
    arguments: ["openai", "anthropic", "ollama", "custom"]
  )
  func callsATool(_ provider: String) async throws {
    let model = try model([ask, ask])
    let tools = try toolServer()
    let world = try ModelWorld(Self.flow(model: model, tools: tools, provider: provider))
    let driver = try await world.start()
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "done")
    #expect(tools.requests.count == 2 && model.requests.count == 3)
    #expect(model.requests.last?.text.contains(#"{\"hits\":[\"größer\"]}"#) == true)
    if ["openai", "custom"].contains(provider) {
      #expect(model.requests.last?.text.contains(#""tool_choice":"none""#) == true)
    }
    var stages: [String] = []
    for record in try world.records() {
      guard case .turn(_, let turn) = record.body else { continue }
      switch turn.stage {
      case .called: stages.append("\(turn.number) called \(turn.tool)")
      case .answered: stages.append("\(turn.number) answered")
      case .failed(let kind, _): stages.append("\(turn.number) \(kind.name)")
      }
    }
    #expect(stages == ["1 called find", "1 answered", "2 called find", "2 answered"])
    let bill = try #require(try world.bills().first)
    #expect(bill.charged == 3 * (12 * 10_000 + 5 * 40_000) + 2 * 100_000_000)
    #expect(bill.reserved == 3 * (2_000 * 10_000 + 60 * 40_000) + 2 * 100_000_000)
    let report = CostAnalysis.analyse(world.table.table, prices: ModelWorld.prices)
    #expect(report.worst.picodollars == .known(bill.reserved))
    guard case .identical = try Replay.verify(world.store, runID: "r-1", table: world.table) else {
      throw Unforeseen(what: "the replay differs")
    }
  }

  @Test("what the agent may not do, or does badly, is told to it and costs a turn")
  func refusals() async throws {
    let cases: [(ModelReply.ToolCall, String)] = [
      (.init("remove", "{}"), "there is no tool"), (.init("shell", "{}"), "there is no tool"),
      (.init("find", #"{"q": 7}"#), "input_rejected"), (.init("find", "{}"), "input_rejected"),
    ]
    for (call, words) in cases {
      let model = try model([call])
      let tools = try toolServer()
      let world = try ModelWorld(Self.flow(model: model, tools: tools))
      let driver = try await world.start()
      _ = try await driver.drive()
      #expect(final(await driver.state.outcome) == "done", "\(call)")
      #expect(tools.requests.isEmpty, "\(call)")
      #expect(model.requests.last?.text.contains(words) == true, "\(call)")
    }
    let model = try model([ask])
    let tools = try toolServer(status: 500)
    let world = try ModelWorld(Self.flow(model: model, tools: tools))
    let driver = try await world.start()
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "done")
    #expect(model.requests.last?.text.contains("unavailable") == true)
  }

  @Test("a write that the deadline cuts off is unknown and not made again")
  func lateWrite() async throws {
    for (effect, ending) in [("write", "unclear"), ("read", "lost")] {
      let model = try model([ask])
      let tools = try #require(LoopbackServer([.hang]))
      let world = try ModelWorld(
        Self.flow(model: model, tools: tools, effect: effect, timeout: "1500ms", attempts: 3)
      )
      let driver = try await world.start()
      _ = try await driver.drive()
      #expect(final(await driver.state.outcome) == ending, "\(effect)")
      if effect == "write" { #expect(tools.requests.count == 1) }
    }
  }

  @Test("turns are limited, and without turns or grants no tool is offered")
  func limits() async throws {
    let model = try model([ask, ask, ask, ask])
    let tools = try toolServer()
    let world = try ModelWorld(Self.flow(model: model, tools: tools))
    let driver = try await world.start()
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.lastError?.kind == .invalidOutput)
    #expect(model.requests.count == 3 && tools.requests.count == 2)
    for (turns, granted) in [(1, "[find]"), (3, "[]")] {
      let model = try self.model([ask])
      let tools = try toolServer()
      let world = try ModelWorld(
        Self.flow(model: model, tools: tools, turns: turns, granted: granted)
      )
      let driver = try await world.start()
      _ = try await driver.drive()
      #expect(final(await driver.state.outcome) == "lost")
      #expect(tools.requests.isEmpty && model.requests.count == 1)
      #expect(model.requests.first?.text.contains(#""tools""#) == false)
    }
  }

  @Test(
    "after a crash at any record the conversation goes on where it stood",
    arguments: [true, false]
  )
  func crashes(isWrite: Bool) async throws {
    let model = try model([ask, ask])
    let whole = try toolServer()
    let effect = isWrite ? "write" : "read"
    let undisturbed = try ModelWorld(Self.flow(model: model, tools: whole, effect: effect))
    let first = try await undisturbed.start()
    _ = try await first.drive()
    let count = try undisturbed.records().count
    #expect(count == 6)
    for survivors in 1..<count {
      let tools = try toolServer()
      let world = try ModelWorld(Self.flow(model: model, tools: tools, effect: effect))
      let store = FailingStore(failsAfter: survivors)
      await #expect(throws: RunFault.self) {
        let driver = try await world.start(store)
        _ = try await driver.drive()
      }
      store.mend()
      let records = try world.records(store)
      var isInDoubt = false
      if case .turn(_, let turn)? = records.last?.body, case .called = turn.stage {
        isInDoubt = isWrite
      }
      let driver = try await RunDriver.resume(
        runID: "r-1",
        world.table,
        in: world.surroundings(store)
      )
      _ = try await driver.drive()
      #expect(final(await driver.state.outcome) == (isInDoubt ? "unclear" : "done"), "\(survivors)")
      // A repetition carries the key of the call it repeats.
      let keys = Set(tools.requests.compactMap { $0.header("idempotency-key") })
      if isWrite {
        #expect(keys.count == (isInDoubt ? survivors / 2 : 2), "\(survivors): \(keys)")
        #expect(tools.requests.count == keys.count, "\(survivors)")
      } else {
        // At most the call that was under way is made twice.
        #expect([2, 3].contains(tools.requests.count), "\(survivors)")
      }
      #expect(try store.reservations(runID: "r-1").isEmpty)
      guard case .identical = try Replay.verify(store, runID: "r-1", table: world.table) else {
        throw Unforeseen(what: "after \(survivors) records the replay differs")
      }
    }
  }
}
