import Execution
import FoundationEssentials
import Journal
import Runtime
import Signalbox
import Source
import Synchronization
import Table
import TestSupport
import Testing
import Values

/// Pauses that the other side asks for, and deadlines against servers that keep quiet.
@Suite struct RetryPauseTests {
  private static func flow(
    _ address: String = "http://127.0.0.1:9",
    backoff: String = "0s",
    timeout: String = "10s",
    effect: String = "read",
    attempts: Int = 3
  ) -> String {
    """
    signalbox: 1
    name: asking
    timeout: 1h
    input: {}
    tools:
      look: {type: http, endpoint: "\(address)/look", effect: \(effect), cost_per_call: $0,
        input: {}}
    initial_state: ask
    states:
      ask:
        tool: look
        timeout: \(timeout)
        retry: {max_attempts: \(attempts), factor: 1, backoff: \(backoff)}
        on_success: done
        on_error: [{when: "error.kind == 'unknown'", target: unclear}, {target: lost}]
        on_cancel: [{when: "error.kind == 'unknown'", target: unclear}, {target: lost}]
    final_states: {done: {}, lost: {outcome: failure}, unclear: {outcome: failure}}
    """
  }

  private func table(_ text: String) throws -> LinkedTable {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    return try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
  }

  @Test(
    "another attempt waits for the longer of the step's backoff and what was asked for",
    arguments: [
      // What is asked for, the step's own pause, when the attempts are made, how the run ends.
      (0, "0s", [0, 0, 0], "lost"), (2_000, "0s", [0, 2_000, 4_000], "lost"),
      (2_000, "500ms", [0, 2_000, 4_000], "lost"), (2_000, "3s", [0, 3_000, 6_000], "lost"),
      // Beyond the attempt's deadline nobody waits, and nothing is asked.
      (20_000, "0s", [0], "lost"), (20_000, "15s", [0, 20_000, 40_000], "lost"),
    ]
  )
  func pauses(_ asked: Int64, _ backoff: String, _ times: [Int64], _ ending: String) async throws {
    let table = try table(Self.flow(backoff: backoff))
    let clock = VirtualClock(startMilliseconds: 1_000_000)
    let calls = Mutex<[Int64]>([])
    let performer = RecordingPerformer { _ in
      calls.withLock { $0.append(clock.nowMilliseconds - 1_000_000) }
      return .pausing(milliseconds: asked, .failed(.rateLimited, message: "slow", wasSent: false))
    }
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map([:]),
      in: surroundings(MemoryRunStore(), performer, clock: clock)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == ending)
    #expect(await driver.state.lastError?.kind == .rateLimited)
    #expect(calls.withLock { $0 } == times)
  }

  @Test("a service that says when it may be asked again is not asked before") func overHTTP()
    async throws
  {
    let server = try #require(
      LoopbackServer([
        .json("{}", status: 429, headers: [("Retry-After", "1")]), .json(#"{"a": 1}"#),
      ])
    )
    let table = try table(Self.flow(server.address))
    var world = surroundings(MemoryRunStore(), LivePerformer())
    world.clock = SystemClock()
    let start = ContinuousClock.now
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map([:]),
      in: world
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "done")
    #expect(server.requests.count == 2)
    // A lower bound holds however slow the machine is.
    #expect(start.duration(to: .now) >= .milliseconds(990))
  }

  @Test("a write that is cancelled under way is unknown and never made again")
  func cancelledWrite() async throws {
    let table = try table(Self.flow(effect: "write"))
    for survivors in [1, 2, 3] {
      let store = FailingStore(failsAfter: survivors)
      let performer = CountingPerformer { _ in .never }
      let clock = VirtualClock(startMilliseconds: 1_000_000)
      let driver = try await RunDriver.start(
        table,
        header: header(table),
        input: .map([:]),
        in: surroundings(store, performer, clock: clock)
      )
      await driver.cancel(reason: "enough")
      _ = try? await driver.drive()
      store.mend()
      let after = CountingPerformer { _ in .never }
      let again = try await RunDriver.resume(
        runID: "r-1",
        table,
        in: surroundings(store, after, clock: clock)
      )
      let pause = try await again.drive()
      // The cancellation may come before the call is made, but never makes it twice.
      #expect(performer.calls(of: "ask") <= 1)
      #expect(after.calls(of: "ask") == 0, "after \(survivors) records")
      switch (survivors, pause) {
      case (1, .undecided): break
      case (1, .ended(let outcome)): #expect(final(outcome) == "unclear")
      case (_, .ended(.cancelled)):
        #expect(await again.state.lastError?.kind == .unknown)
      default: Issue.record("after \(survivors) records: \(pause)")
      }
    }
  }

  @Test("an agent that may have written by a tool is unknown when it is cancelled")
  func cancelledAgent() async throws {
    let text = """
      signalbox: 1
      name: agent
      timeout: 1h
      permissions: {helper: {tools: [send]}}
      tools:
        send: {type: http, endpoint: "http://127.0.0.1:9/", effect: write,
          input: {q: {type: string}}}
      agents:
        helper:
          type: llm
          model: {provider: llamacpp, model: small}
          limits: {prompt_tokens: 2000, output_tokens: 60, turns: 3}
          prompt: "Help."
          output: {reply: {type: string}}
      initial_state: help
      states:
        help: {agent: helper, timeout: 10s, on_success: done, on_error: lost, on_cancel: lost}
      final_states: {done: {}, lost: {outcome: failure}}
      """
    for (text, kind) in [
      (text, ErrorKind.unknown),
      (text.replacing("effect: write", with: "effect: read"), .cancelled),
    ] {
      let table = try table(text)
      let driver = try await RunDriver.start(
        table,
        header: header(table),
        input: .map([:]),
        in: surroundings(MemoryRunStore(), CountingPerformer { _ in .never })
      )
      await driver.cancel(reason: "enough")
      _ = try await driver.drive()
      #expect(await driver.state.lastError?.kind == kind)
    }
  }
}

/// Answers as told, and nothing else.
private final class RecordingPerformer: Performing {
  private let answer: @Sendable (DispatchedCall) -> CallResult

  init(_ answer: @escaping @Sendable (DispatchedCall) -> CallResult) { self.answer = answer }

  func perform(_ call: DispatchedCall) async -> CallResult { answer(call) }
}
