import Signalbox
import Testing

/// Times, costs and counters at the ends of their ranges: held there, never a trap.
@Suite struct ExtremeNumberTests {
  private static let head = """
    signalbox: 1
    name: test
    tools: {t: {type: process, effect: read}}
    flows: {one: {tasks: [{id: x, tool: t}]}}

    """
  private static let times: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
  private static let bodies = [
    "initial_state: a\nfinal_states: {d: {}}\nstates: {a: {tool: t, timeout: 10s, retry: "
      + "{max_attempts: 1000, backoff: 36500d, factor: 1000}, max_visits: 100, on_success: "
      + "[{when: \"run.elapsed < duration('1s') && run.spent < 1.0\", target: a}, {target: d}], "
      + "on_error: a}}",
    "tasks: [{id: a, retry: {max_attempts: 1000, backoff: 36500d}, timeout: 36500d, tasks: "
      + "[{id: b, wait: 36500d}, {id: c, flow: one}]}]",
    "root: {type: parallel, children: [{type: timeout, after: 36500d, child: {type: delay, after: "
      + "36500d, child: {id: a, tool: t}}}, {type: retry, attempts: 1000, child: {id: b, "
      + "for_each: \"[1, 2]\", max_items: 10000, flow: one}}]}",
    "initial_state: a\nfinal_states: {d: {}}\nstates: {a: {after: [{delay: 36500d, target: d}], "
      + "on_event: [{event: go, target: a}]}}",
  ]

  /// Everything that can be done to a run, at such times and costs.
  private func play(_ run: inout Drive, _ times: [Int64], cost: Int64) {
    for (number, time) in times.enumerated() {
      let effects = run.state.tokens.map(\.effect).filter { $0 != 0 }
      for effect in effects where run.state.outcome == nil {
        let usage = Usage(promptTokens: cost, outputTokens: cost)
        run.send(.fired(timer: effect), at: time)
        run.send(
          number % 2 == 0
            ? .failed(
              effect: effect,
              error: .failed,
              message: "no",
              usage: usage,
              costPicodollars: cost
            )
            : .completed(
              effect: effect,
              output: .map([:]),
              usage: usage,
              costPicodollars: cost
            ),
          at: time
        )
      }
      for timer in run.state.timers.map(\.effect) { run.send(.fired(timer: timer), at: time) }
      run.send(.external(name: "go", payload: .null), at: time)
    }
  }

  @Test("times and costs", arguments: Self.bodies)
  func times(_ body: String) throws {
    let table = try compiled(Self.head + body)
    for start in Self.times {
      for cost in Self.times {
        var run = Drive(table, at: start)
        play(&run, Self.times, cost: cost)
        #expect(run.state.nowMilliseconds == .max || run.state.outcome != nil)
        #expect(run.state.nowMilliseconds >= start)
        _ = run.value("run")
      }
    }
  }

  @Test("counters", arguments: Self.bodies)
  func counters(_ body: String) throws {
    let table = try compiled(Self.head + body)
    var run = Drive(table)
    for register in run.state.registers.indices { run.state.registers[register] = .max }
    for token in run.state.tokens.indices { run.state.tokens[token].attempt = .max }
    for step in run.state.steps.indices {
      run.state.steps[step].attempts = .max
      run.state.steps[step].failedItems = .max
    }
    run.state.spentPicodollars = .max
    run.state.tokensUsed = .max
    play(&run, [1_000, 2_000, 3_000, 4_000], cost: .max)
    #expect(run.state.registers.allSatisfy { $0 >= 0 })
    #expect(run.state.spentPicodollars == .max && run.state.tokensUsed == .max)
  }

  @Test("items and child flows are counted as far as they can be told apart") func frames() throws {
    for body in ["flow: one", "for_each: \"[1, 2]\", max_items: 2, tool: t"] {
      var run = try Drive(Self.head + "tasks: [{id: a, wait: 1s}, {id: b, \(body)}]")
      run.state.nextFrame = .max / 2
      run.fire()
      #expect(run.end == "failed: max_steps")
    }
  }

  @Test("a table's own numbers") func tables() throws {
    var plain = try compiled(Self.head + Self.bodies[0]).table
    for index in plain.retries.indices {
      plain.retries[index].maxAttempts = .max
      plain.retries[index].backoffMilliseconds = .max
      plain.retries[index].factorThousandths = .max
    }
    for index in plain.nodes.indices {
      plain.nodes[index].deadlineMilliseconds = .max
      plain.nodes[index].maxVisits = .max
    }
    var run = Drive(try #require(LinkedTable.link(plain).table), at: .max - 1)
    for token in run.state.tokens.indices { run.state.tokens[token].attempt = .max - 1 }
    play(&run, [.max, .max, .max], cost: 1)
    #expect(run.state.nextEffect > 1)
  }
}
