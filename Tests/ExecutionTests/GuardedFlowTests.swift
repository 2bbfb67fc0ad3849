import Signalbox
import Testing

/// A house flow with a state of two numbers and an agent that answers `v`.
private func flow(_ states: String, header: String = "") -> String {
  """
  signalbox: 1
  name: test
  \(header)
  state:
    n: {type: integer, default: 0}
    m: {type: integer, default: 1}
    late: {type: integer}
  agents:
    ask: {type: scripted, output: {v: {type: integer}, w: {type: integer, optional: true}}}
  tools:
    write: {type: http, effect: write}
  initial_state: a
  states:
  \(states.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
  final_states: {done: {}, other: {}, bad: {outcome: failure}}
  """
}

private func answer(_ number: Int64) -> Value { .map(["v": .int(number)]) }

/// What guards, assignments and templates decide.
@Suite(.enabled(if: evaluatesExpressions, "this build evaluates no expressions"))
struct GuardedFlowTests {
  @Test func `the first edge whose guard is true is taken`() throws {
    let text = flow(
      """
      a:
        agent: ask
        on_success:
          - {when: "a.v > 5", target: done}
          - {when: "a.v > 3", target: other}
          - {target: bad}
      """
    )
    for (number, end) in [(Int64(9), "done"), (4, "other"), (0, "bad")] {
      var run = try Drive(text)
      run.answer(answer(number))
      #expect(run.end == end)
    }
  }

  @Test func `a decision goes one way or the other; its guard may fail`() throws {
    let text = flow(
      """
      a: {agent: ask, on_success: b}
      b:
        condition: "a.w > 1"
        on_true: done
        on_false: other
        on_error: [{when: guard_error, target: bad}]
      """
    )
    for (reply, end) in [
      (Value.map(["v": .int(0), "w": .int(2)]), "done"),
      (.map(["v": .int(0), "w": .int(1)]), "other"), (answer(0), "bad"),
    ] {
      var run = try Drive(text)
      run.answer(reply)
      #expect(run.end == end)
    }
  }

  @Test func `what has no value yet is a guard error`() throws {
    var run = try Drive(
      flow(
        "a: {agent: ask, on_success: [{when: \"state.late > 1\", target: done}, {target: other}]}"
      )
    )
    run.answer(answer(1))
    #expect(run.end == "failed: guard_error")
    #expect(run.step("a").error?.kind == .guardError)
    let template = try Drive(
      flow("a: {agent: ask, with: {x: \"{{ state.late }}\"}, on_success: done, on_error: other}")
    )
    #expect(template.end == "other" && template.step("a").error?.kind == .guardError)
  }

  @Test func `a guard that fails among the error edges leaves the edge that catches all`() throws {
    let edges = "on_error: [{when: \"state.late > 1\", target: done}, {target: other}]"
    var run = try Drive(flow("a: {agent: ask, on_success: done, \(edges)}"))
    run.fail(.failed)
    #expect(run.end == "other")
    var open = try Drive(
      flow(
        "a: {agent: ask, on_success: done, on_error: [{when: \"state.late > 1\", target: done}]}"
      )
    )
    open.fail(.failed)
    #expect(open.end == "failed: guard_error")
  }

  @Test func `assignments see the state before them and are made together or not at all`() throws {
    var run = try Drive(
      flow("a: {agent: ask, assign: {n: \"state.m\", m: \"state.n + a.v\"}, on_success: done}")
    )
    run.answer(answer(7))
    #expect(run.value("state") == .map(["n": .int(1), "m": .int(7)]))
    var failing = try Drive(
      flow(
        """
        a:
          agent: ask
          assign: {n: "state.m + 4", m: "state.late"}
          on_success: done
          on_error: bad
        """
      )
    )
    failing.answer(answer(7))
    #expect(failing.end == "bad")
    #expect(failing.value("state") == .map(["n": .int(0), "m": .int(1)]))
  }

  @Test func `edges assign on their way`() throws {
    var run = try Drive(
      flow(
        "a: {agent: ask, on_success: [{when: \"a.v > 1\", assign: {n: \"a.v\"}, target: done},"
          + " {target: other}]}"
      )
    )
    run.answer(answer(5))
    #expect(run.value("state")?["n"] == .int(5))
  }

  @Test func `a step whose when is false is skipped and goes on as after success`() throws {
    let run = try Drive(
      flow("a: {agent: ask, when: \"state.n > 0\", assign: {n: \"9\"}, on_success: done}")
    )
    #expect(run.end == "done" && run.calls.isEmpty)
    #expect(run.step("a").status == .skipped)
    #expect(run.value("state")?["n"] == .int(0))
  }

  @Test func `a check fails with its kind`() throws {
    let good = try Drive(flow("a: {check: \"state.m == 1\", on_success: done}"))
    #expect(good.end == "done")
    let bad = try Drive(
      flow("a: {check: \"state.m == 2\", on_success: done, on_error: [{when: check, target: bad}]}")
    )
    #expect(bad.end == "bad" && bad.step("a").error?.kind == .check)
  }

  @Test func `require refuses an answer, which is then not written`() throws {
    let text = flow(
      """
      a: {agent: ask, max_visits: 3, on_success: b}
      b:
        agent: ask
        require: "output.v < 3"
        on_success: b
        max_visits: 3
        on_error: [{when: require, target: bad}, {target: other}]
      """
    )
    var run = try Drive(text)
    run.answer(answer(1))
    run.answer(answer(2))
    #expect(run.value("b") == answer(2))
    run.answer(answer(3))
    #expect(run.end == "bad")
    #expect(run.value("b") == answer(2) && run.value("output") == answer(2))
  }

  @Test func `result templates replace the answer, and make the flow's result`() throws {
    var run = try Drive(
      flow(
        """
        a: {agent: ask, result: {twice: "{{ output.v + output.v }}"}, on_success: b}
        b: {agent: ask, result: {text: "v is {{ a.twice }}"}, on_success: done}
        """,
        header: "result: {all: \"{{ b.text }}\", n: \"{{ state.n }}\"}"
      )
    )
    run.answer(answer(4))
    #expect(run.value("a") == .map(["twice": .int(8)]))
    run.answer(answer(4))
    #expect(run.result == .map(["all": .string("v is 8"), "n": .int(0)]))
  }

  @Test func `a flow's result that cannot be made fails the run`() throws {
    let text = flow(
      "a: {agent: ask, on_success: done, on_error: bad}",
      header: "result: {x: \"{{ state.late }}\"}"
    )
    var run = try Drive(text)
    run.answer(answer(4))
    guard case .failure(let final, let error, _) = run.state.outcome else {
      Issue.record("the run did not fail")
      return
    }
    #expect(final == "done" && error?.kind == .guardError)
    var failing = try Drive(text)
    failing.fail(.failed)
    #expect(failing.end == "bad" && failing.result == .null)
  }

  @Test func `guards see statuses, visits, errors and the time that has passed`() throws {
    var run = try Drive(
      flow(
        """
        a: {agent: ask, on_success: done, on_error: b}
        b:
          wait: 5s
          on_success:
            - {when: "run.elapsed < duration('5s')", target: bad}
            - {when: "steps.a.status == 'failure' && steps.a.error.kind == 'denied'", target: done}
            - {target: other}
        """
      ),
      at: 0
    )
    run.fail(.denied)
    run.fire(at: 5_000)
    #expect(run.end == "done")
  }
}
