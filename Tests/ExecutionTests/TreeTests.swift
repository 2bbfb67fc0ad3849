import Signalbox
import SignalboxTesting
import Testing

/// A house flow whose body is a tree over the tools `t1`, `t2`, `t3`.
private func tree(_ root: String) -> String {
  """
  signalbox: 1
  name: test
  state:
    go: {type: boolean, default: true}
    n: {type: integer, default: 0}
  tools:
    t1: {type: process, effect: read}
    t2: {type: process, effect: read}
    t3: {type: process, effect: read}
  root:
  \(root.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
  """
}

extension Drive {
  /// Steps that are waiting for an answer, in order.
  fileprivate var open: String {
    state.tokens.filter { $0.phase == .calling }.map { table.table.nodes[Int($0.place)].name }
      .joined(separator: " ")
  }

  /// Answers the call of a step; nil fails it.
  fileprivate mutating func answer(_ name: String, _ value: Value? = .map([:])) {
    let token = state.tokens.first { table.table.nodes[Int($0.place)].name == name }
    let effect = token?.effect ?? 0
    guard let value else {
      send(
        .failed(effect: effect, error: .failed, message: "broken", usage: nil, costPicodollars: 0)
      )
      return
    }
    send(.completed(effect: effect, output: value, usage: nil, costPicodollars: 0))
  }
}

@Suite struct TreeTests {
  @Test func `a sequence runs its children in order and fails with the first`() throws {
    let text = tree("type: sequence\nchildren: [{id: a, tool: t1}, {id: b, tool: t2}]")
    var run = try Drive(text)
    #expect(run.open == "a")
    run.answer("a")
    #expect(run.open == "b")
    run.answer("b")
    #expect(run.end == "/success")
    var other = try Drive(text)
    other.answer("a", nil)
    #expect(other.end == "failed: failed")
    #expect(other.step("b").status == .pending)
  }

  @Test func `a fallback goes on after failures and ends with the first success`() throws {
    var run = try Drive(
      tree("type: fallback\nchildren: [{id: a, tool: t1}, {id: b, tool: t2}, {id: c, tool: t3}]")
    )
    run.answer("a", nil)
    #expect(run.open == "b")
    run.answer("b")
    #expect(run.end == "/success")
  }

  @Test func `losers of a parallel node are halted in order`() throws {
    var run = try Drive(
      tree(
        """
        type: parallel
        id: race
        join: any
        children: [{id: a, tool: t1}, {id: b, tool: t2}, {id: c, tool: t3}]
        """
      )
    )
    #expect(run.open == "a b c")
    let effects = run.state.tokens.filter { $0.phase == .calling }.map(\.effect)
    run.answer("b")
    #expect(run.withdrawn == [effects[0], effects[2]])
    #expect(run.end == "/success")
    #expect(run.step("race").status == .success)
    #expect(run.step("a").status == .cancelled)
  }

  @Test func `a reactive sequence is halted when its check turns false`() throws {
    let text = tree(
      """
      type: parallel
      join: finished
      children:
        - type: sequence
          children: [{id: a, tool: t1, assign: {n: "state.n + 1"}}, {assign: {go: "output.go"}}]
        - type: sequence
          reactive: true
          children: [{check: "state.go"}, {id: work, tool: t2}]
      """
    )
    var run = try Drive(text)
    #expect(run.open == "a work")
    run.answer("a", .map(["go": .bool(false)]))
    #expect(run.open.isEmpty)
    #expect(run.step("work").status == .cancelled)
    #expect(run.end == "/success")
    var other = try Drive(text)
    other.answer("a", .map(["go": .bool(true)]))
    #expect(other.open == "work")
    #expect(other.step("work").status == .pending)
  }

  @Test func `while halts what runs under it, and counts as skipped`() throws {
    var run = try Drive(
      tree(
        """
        type: parallel
        join: finished
        children:
          - {id: a, tool: t1, assign: {go: "false"}}
          - type: sequence
            while: "state.go"
            on_halted: {n: "7"}
            children: [{id: b, tool: t2}, {id: c, tool: t3}]
        """
      )
    )
    #expect(run.open == "a b")
    run.answer("a")
    #expect(run.end == "/success")
    #expect(run.value("state")?["n"] == .int(7))
  }

  @Test func `retry and repeat count, and a timeout halts`() throws {
    var run = try Drive(
      tree("type: retry\nattempts: 3\nchild: {id: a, tool: t1}")
    )
    run.answer("a", nil)
    run.answer("a", nil)
    #expect(run.open == "a")
    run.answer("a", nil)
    #expect(run.end == "failed: failed")
    var late = try Drive(
      tree(
        """
        type: fallback
        children:
          - {type: timeout, after: 5s, child: {id: a, tool: t1}}
          - {id: b, tool: t2}
        """
      )
    )
    let timer = late.timers.first
    #expect(timer?.dueMilliseconds == 6_000)
    late.send(.fired(timer: timer?.id ?? 0), at: 6_000)
    #expect(late.step("a").status == .cancelled)
    #expect(late.open == "b")
  }

  @Test func `a tree runs inside a state, and states inside a leaf`() throws {
    var run = try Drive(
      """
      signalbox: 1
      name: test
      tools:
        t1: {type: process, effect: read}
        t2: {type: process, effect: read}
      initial_state: first
      states:
        first:
          root:
            type: sequence
            children:
              - {id: a, tool: t1}
              - id: inner
                initial_state: s
                states: {s: {tool: t2, on_success: over}}
                final_states: {over: {}}
          on_success: done
          on_error: bad
      final_states: {done: {}, bad: {outcome: failure}}
      """
    )
    #expect(run.open == "a")
    run.answer("a")
    #expect(run.open == "s")
    run.answer("s")
    #expect(run.end == "done")
  }

  @Test func `a failed tree says which check is false, and by which values`() throws {
    let run = try Drive(tree("type: sequence\nchildren: [{check: \"state.n > 3\"}]"))
    guard case .failure(_, let error, _)? = run.state.outcome else {
      Issue.record("the run did not fail")
      return
    }
    #expect(error?.kind == .check)
    #expect(error?.message == "`state.n > 3` is false; `state.n` is 0")
  }
}
