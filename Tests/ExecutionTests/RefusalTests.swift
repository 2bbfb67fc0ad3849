import Signalbox
import Testing

/// What is refused at its door does not begin, whatever its `retry` says.
@Suite struct RefusalTests {
  private static let head = """
    signalbox: 1
    name: test
    state: {n: {type: integer, default: 0}}
    tools:
      t: {type: process, effect: read}
      free: {type: process, effect: read}
    flows: {one: {tasks: [{id: x, tool: t}]}}

    """
  /// Steps that are tried again as a whole.
  private static let bodies = [
    "tasks: [{id: x, tool: t}]",
    "tasks: [{id: x, tool: t}, {id: y, check: \"true\", depends_on: [x]}]",
    "type: parallel, tasks: [{id: x, tool: t}, {id: y, check: \"true\"}]",
    "root: {type: sequence, children: [{id: x, tool: t}, {check: \"true\"}]}",
    "for_each: \"[1]\", max_items: 1, tool: t",
    "flow: one",
  ]
  private static let retries = ["max_attempts: 3", "max_attempts: 3, backoff: 5s"]

  private func calls(_ run: Drive) -> Int {
    run.trace.count { entry in
      guard case .entered(let place, _, _) = entry else { return false }
      let effect = run.table.table.nodes[Int(place)].effect
      guard effect != noIndex else { return false }
      let performer = run.table.table.effects[Int(effect)].performer
      return run.table.table.performers[Int(performer)].id == "t"
    }
  }

  private func answer(_ run: inout Drive) {
    let effect = run.state.tokens.first { $0.phase == .calling }?.effect ?? 0
    run.send(.completed(effect: effect, output: .map([:]), usage: nil, costPicodollars: 0))
  }

  @Test("one visit too many", arguments: Self.bodies, Self.retries)
  func visits(_ body: String, _ retry: String) throws {
    var run = try Drive(
      Self.head + "initial_state: c\nfinal_states: {good: {}, bad: {outcome: failure}}\n"
        + "states: {c: {max_visits: 1, retry: {\(retry)}, on_success: c, on_error: bad, \(body)}}"
    )
    answer(&run)
    #expect(run.end == "bad" && run.state.lastError?.kind == .maxVisits)
    #expect(calls(run) == 1)
  }

  @Test("a `when` that cannot be evaluated", arguments: Self.bodies, Self.retries)
  func guards(_ body: String, _ retry: String) throws {
    let step = "when: \"1 / state.n == 1\", retry: {\(retry)}, \(body)"
    let run = try Drive(
      Self.head + "initial_state: c\nfinal_states: {good: {}, bad: {outcome: failure}}\n"
        + "states: {c: {on_success: good, on_error: bad, \(step)}}"
    )
    #expect(run.end == "bad" && run.state.lastError?.kind == .guardError)
    #expect(calls(run) == 0)
    // As a part, its others go on.
    var part = try Drive(
      Self.head + "initial_state: w\nfinal_states: {good: {}}\n"
        + "states: {w: {type: parallel, join: finished, on_success: good, tasks: [{id: c, "
        + "\(step)}, {id: f, tool: free}]}}"
    )
    #expect(part.calls.count == 1 && part.state.timers.isEmpty)
    answer(&part)
    #expect(part.end == "good" && calls(part) == 0)
  }

  @Test(
    "a leaf of a tree that is refused fails, and nothing inside it begins",
    arguments: [
      "root: {type: sequence, children: [{id: x, tool: t}, {check: \"true\"}]}",
      "for_each: \"[1]\", max_items: 1, tool: t",
      "flow: one",
      "initial_state: s, states: {s: {tool: t, on_success: o}}, final_states: {o: {}}",
    ]
  )
  func leaves(_ body: String) throws {
    for retry in Self.retries {
      var run = try Drive(
        Self.head + "root: {type: parallel, join: finished, children: [{type: inverter, child: "
          + "{id: c, when: \"1 / state.n == 1\", retry: {\(retry)}, \(body)}}, "
          + "{id: f, tool: free}]}"
      )
      #expect(run.step("c").error?.kind == .guardError)
      #expect(run.calls.count == 1 && calls(run) == 0)
      answer(&run)
      #expect(run.end == "/success" && calls(run) == 0)
    }
  }

  @Test("doors that refuse in turn come to an end", arguments: Self.bodies)
  func circles(_ body: String) throws {
    let bad = "when: \"1 / state.n == 1\""
    let run = try Drive(
      Self.head + "initial_state: c\nfinal_states: {good: {}}\n"
        + "states: {c: {on_success: good, on_error: d, \(bad), \(body)}, "
        + "d: {max_visits: 2, on_success: good, on_error: c, \(bad), tasks: [{id: z, tool: t}]}}"
    )
    #expect(run.end == "failed: max_steps")
  }

  @Test("what skips itself for ever comes to an end", arguments: Self.bodies)
  func skips(_ body: String) throws {
    let run = try Drive(
      Self.head + "initial_state: c\nfinal_states: {good: {}}\n"
        + "states: {c: {on_success: [{when: \"state.n == 0\", target: c}, good], on_error: good, "
        + "when: \"state.n == 1\", \(body)}}"
    )
    #expect(run.end == "failed: max_steps" && calls(run) == 0)
    #expect(run.state.placesEntered == 1_000)
  }

  @Test("a long list of which nothing begins is no flow that goes round")
  func lists() throws {
    let run = try Drive(
      Self.head + "max_steps: 5000\ninitial_state: c\nfinal_states: {good: {}}\n"
        + "states: {c: {for_each: \"lists.range(1500)\", max_items: 1500, on_success: good, "
        + "tasks: [{id: d, when: \"false\", tasks: [{id: x, tool: t}]}]}}"
    )
    #expect(run.end == "good" && calls(run) == 0)
    #expect(run.state.placesEntered == 3_002)
  }

  @Test("attempts that fail at once do not pile up") func attempts() throws {
    let bodies = [
      ("flow: one, with: {a: \"{{ 1 / state.n }}\"}", 1_000),
      ("root: {type: inverter, child: {check: \"true\"}}", 300),
    ]
    for (body, attempts) in bodies {
      let run = try Drive(
        Self.head + "initial_state: c\nfinal_states: {good: {}, bad: {outcome: failure}}\n"
          + "states: {c: {on_success: good, on_error: bad, "
          + "tasks: [{id: d, retry: {max_attempts: \(attempts)}, \(body)}]}}"
      )
      #expect(run.end == "bad" && calls(run) == 0 && run.step("d").attempts == attempts)
    }
  }
}
