import Signalbox
import Testing

/// A house flow: agents `ask`, tools `read`, `write`, `safe`, and the given states.
private func flow(_ states: String, header: String = "") -> String {
  """
  signalbox: 1
  name: test
  \(header)
  agents:
    ask: {type: scripted}
  tools:
    read: {type: http, effect: read}
    write: {type: http, effect: write}
    safe: {type: http, effect: write, idempotent: true}
  initial_state: a
  states:
  \(states.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
  final_states: {done: {}, bad: {outcome: failure}}
  """
}

/// What needs no expressions.
@Suite struct FlatFlowTests {
  @Test func `steps follow each other to an ending, whose result is the last answer`() throws {
    var run = try Drive(flow("a: {agent: ask, on_success: b}\nb: {tool: read, on_success: done}"))
    #expect(run.calls.map(\.attempt) == [1])
    run.answer(.int(1))
    #expect(run.end == "under way")
    run.answer(.int(2), cost: 7)
    #expect(run.path == "a b done")
    #expect(run.end == "done")
    #expect(run.result == .int(2))
    #expect(run.state.spentPicodollars == 7)
    #expect(run.step("a").status == .success && run.step("a").attempts == 1)
  }

  @Test func `an error takes the first edge of its kind, else the flow's, else fails the run`()
    throws
  {
    let text = flow(
      """
      a:
        agent: ask
        on_success: done
        on_error: [{when: unavailable, target: b}, {when: denied, target: done}]
      b: {agent: ask, on_success: done}
      """
    )
    for (kind, end) in [
      (ErrorKind.unavailable, "under way"), (.denied, "done"), (.failed, "failed: failed"),
    ] {
      var run = try Drive(text)
      run.fail(kind)
      #expect(run.end == end)
      #expect(run.step("a").status == .failure && run.step("a").error?.kind == kind)
    }
    var run = try Drive(flow("a: {agent: ask, on_success: done}", header: "on_error: bad"))
    run.fail(.failed)
    #expect(run.end == "bad")
  }

  @Test func `retries pause longer each time and stop at their count`() throws {
    var run = try Drive(
      flow(
        """
        a: {agent: ask, retry: {max_attempts: 4, backoff: 100ms, factor: 3}, on_success: done}
        """
      )
    )
    for (attempt, pause) in [(Int32(2), Int64(100)), (3, 300), (4, 900)] {
      run.fail(.unavailable, at: run.state.nowMilliseconds + 10)
      let due = run.state.nowMilliseconds + pause
      #expect(run.calls.isEmpty)
      #expect(run.timers.map(\.purpose) == [.backoff])
      #expect(run.timers.map(\.dueMilliseconds) == [due])
      run.fire(at: due)
      #expect(run.calls.map(\.attempt) == [attempt])
      #expect(run.calls.map(\.visit) == [1])
    }
    run.fail(.unavailable)
    #expect(run.end == "failed: unavailable")
    #expect(run.step("a").attempts == 4)
  }

  @Test func `only the kinds of a policy are tried again, and some never`() throws {
    let some = flow("a: {agent: ask, retry: {max_attempts: 2, on: [timeout]}, on_success: done}")
    let every = flow("a: {agent: ask, retry: {max_attempts: 2}, on_success: done}")
    for (text, kind, isRetried) in [
      (some, ErrorKind.timeout, true), (some, .failed, false), (every, .failed, true),
      (every, .invalidOutput, true), (every, .denied, false), (every, .budget, false),
      (every, .unknown, false), (every, .cancelled, false),
    ] {
      var run = try Drive(text)
      run.fail(kind)
      #expect(run.calls.map(\.attempt) == (isRetried ? [2] : []), "\(kind)")
      #expect(run.end == (isRetried ? "under way" : "failed: \(kind.name)"), "\(kind)")
    }
  }

  @Test func `every attempt has its own deadline and the same key`() throws {
    var run = try Drive(
      flow("a: {agent: ask, timeout: 2s, retry: {max_attempts: 2}, on_success: done}"),
      at: 5_000
    )
    let first = try #require(run.calls.first)
    #expect(first.deadlineMilliseconds == 7_000)
    run.fail(.timeout, at: 7_000)
    let second = try #require(run.calls.first)
    #expect(second.deadlineMilliseconds == 9_000 && second.id != first.id)
    #expect(first.idempotencyKey(runID: "r") == second.idempotencyKey(runID: "r"))
    let endless = try Drive(flow("a: {agent: ask, on_success: done}"))
    #expect(endless.calls.map(\.deadlineMilliseconds) == [-1])
  }

  @Test func `a read that timed out says so; a write is unknown unless its timeout has an edge`()
    throws
  {
    for (tool, edges, end, status) in [
      ("read", "on_error: bad", "bad", StepStatus.failure),
      ("read", "on_timeout: done, on_error: bad", "done", .failure),
      ("write", "on_error: [{when: timeout, target: done}, {target: bad}]", "done", .unknown),
      ("write", "on_timeout: done, on_error: bad", "done", .unknown),
      ("write", "on_error: [{when: unknown, target: done}, {target: bad}]", "done", .unknown),
      ("write", "on_error: [{when: unavailable, target: done}]", "failed: unknown", .unknown),
    ] {
      var run = try Drive(flow("a: {tool: \(tool), timeout: 1s, on_success: bad, \(edges)}"))
      run.fail(.timeout)
      #expect(run.end == end, "\(tool) \(edges)")
      #expect(run.step("a").status == status, "\(tool) \(edges)")
    }
  }

  @Test func `a write that timed out is repeated only when idempotent; the doubt outlives it`()
    throws
  {
    let retry = "retry: {max_attempts: 3}, on_success: done, on_error: bad"
    var plain = try Drive(flow("a: {tool: write, \(retry)}"))
    plain.fail(.timeout)
    #expect(plain.end == "bad" && plain.step("a").error?.kind == .unknown)
    var safe = try Drive(flow("a: {tool: safe, \(retry)}"))
    safe.fail(.timeout)
    #expect(safe.calls.map(\.attempt) == [2])
    safe.fail(.unavailable)
    safe.fail(.failed)
    #expect(safe.end == "bad")
    #expect(safe.step("a").status == .unknown && safe.step("a").error?.kind == .unknown)
    var answered = try Drive(flow("a: {tool: safe, \(retry)}"))
    answered.fail(.timeout)
    answered.answer()
    #expect(answered.end == "done" && answered.step("a").status == .success)
  }

  @Test func `an entry beyond max_visits is refused at the door`() throws {
    let text = flow(
      """
      a: {agent: ask, max_visits: 2, on_success: b, on_error: [{when: max_visits, target: done}]}
      b: {agent: ask, on_success: a}
      """
    )
    var run = try Drive(text)
    for _ in 0..<4 { run.answer() }
    #expect(run.path == "a b a b done")
    #expect(run.step("a").error?.kind == .maxVisits)
    // Doors that refuse in turn go round until max_steps.
    var round = try Drive(
      flow(
        """
        a: {agent: ask, max_visits: 1, on_success: a, on_error: b}
        b: {agent: ask, max_visits: 1, on_success: b, on_error: a}
        """,
        header: "max_steps: 50"
      )
    )
    round.fail(.failed)
    round.fail(.failed)
    #expect(round.end == "failed: max_steps")
    #expect(round.state.placesEntered == 50)
  }

  @Test func `max_steps ends a run that goes round`() throws {
    let text = flow("a: {wait: 0ms, on_success: a, on_error: done}", header: "max_steps: 3")
    var run = try Drive(text)
    for _ in 0..<3 { run.fire() }
    #expect(run.end == "failed: max_steps")
    #expect(run.path == "a a a")
  }

  @Test func `the flow's timeout goes to its target, which has its grace`() throws {
    let states = "a: {tool: write, on_success: done}\nb: {agent: ask, on_success: bad}"
    let text = flow(states, header: "timeout: {after: 2s, grace: 300ms, target: b}")
    var run = try Drive(text, at: 0)
    #expect(run.timers.map(\.dueMilliseconds) == [2_000])
    run.send(.fired(timer: run.state.timeoutTimer), at: 2_000)
    #expect(run.withdrawn == [2] && run.timers.map(\.purpose) == [.grace])
    #expect(run.timers.map(\.dueMilliseconds) == [2_300])
    #expect(run.step("a").status == .unknown)
    var late = run
    run.answer(at: 2_100)
    #expect(run.end == "bad" && run.withdrawn == [3])
    late.send(.fired(timer: late.state.timeoutTimer), at: 2_300)
    #expect(late.end == "failed: timeout" && late.withdrawn == [4])
    var without = try Drive(flow(states, header: "timeout: 2s"), at: 0)
    without.send(.fired(timer: 1), at: 2_000)
    #expect(without.end == "failed: timeout")
  }

  @Test func `cancelling stops at once without an edge, else takes it; a second time stops`() throws
  {
    var plain = try Drive(flow("a: {agent: ask, on_success: done}"))
    plain.send(.cancelled(reason: "enough"))
    #expect(plain.end == "cancelled: enough" && plain.withdrawn == [1])
    #expect(plain.step("a").status == .cancelled)
    let text = flow(
      """
      a: {agent: ask, on_success: done, on_cancel: b}
      b: {agent: ask, on_success: done, retry: {max_attempts: 3}}
      """
    )
    var run = try Drive(text)
    run.send(.cancelled(reason: "enough"))
    #expect(run.end == "under way" && run.withdrawn == [1] && run.calls.count == 1)
    var second = run
    var failing = run
    run.answer()
    #expect(run.end == "cancelled: enough" && run.path == "a b done")
    second.send(.cancelled(reason: "now"))
    #expect(second.end == "cancelled: enough" && second.withdrawn == [2])
    failing.fail(.failed)
    #expect(failing.end == "cancelled: enough")
  }

  @Test func `a write under way when cancelled may have happened`() throws {
    let text = flow(
      """
      a: {tool: write, on_success: done, on_error: [{when: timeout, target: bad}, {target: b}]}
      b: {agent: ask, on_success: done}
      """
    )
    var run = try Drive(text)
    run.send(.cancelled(reason: "stop"))
    #expect(run.path == "a b")
    #expect(run.step("a").status == .unknown && run.step("a").error?.kind == .unknown)
  }

  @Test func `late answers, strange numbers and a second start change nothing but the bill`() throws
  {
    var run = try Drive(
      flow("a: {wait: 1s, on_success: b}\nb: {agent: ask, timeout: 1s, on_success: done}")
    )
    let waiting = run.state.encoded()
    for effect in [Int64(0), 1, 2, 99, -1] {
      run.send(.completed(effect: effect, output: .null, usage: nil, costPicodollars: 0))
      run.send(
        .failed(effect: effect, error: .failed, message: "", usage: nil, costPicodollars: 0)
      )
      if effect != 1 { run.send(.fired(timer: effect)) }
    }
    run.send(.external(name: "nobody listens", payload: .null))
    run.send(.started(runID: "again", input: .null, environment: [:]))
    #expect(run.state.encoded() == waiting)
    run.fire()
    run.send(.fired(timer: 2))
    #expect(run.end == "under way")
    let usage = Usage(promptTokens: 3, outputTokens: 4)
    run.send(.completed(effect: 1, output: .null, usage: usage, costPicodollars: 11))
    #expect(run.end == "under way")
    #expect(run.state.spentPicodollars == 11 && run.state.tokensUsed == 7)
    run.answer(cost: .max)
    #expect(run.end == "done" && run.state.spentPicodollars == .max)
    let ended = run.state.encoded()
    run.send(.cancelled(reason: "late"), at: 99_999)
    run.send(.fired(timer: 1))
    #expect(run.state.encoded() == ended)
  }

  @Test func `time never runs backwards and never overflows`() throws {
    var run = try Drive(flow("a: {wait: 36500d, on_success: done}"), at: .max - 10)
    #expect(run.timers.map(\.dueMilliseconds) == [.max])
    run.fire(at: 5)
    #expect(run.state.nowMilliseconds == .max - 10)
    #expect(run.end == "done")
  }

  @Test func `an input that does not fit is rejected; defaults and doubles are filled in`() throws {
    let header = """
      input:
        who: {type: string}
        share: {type: number}
        size: {type: integer, default: 3, optional: true}
      """
    let text = flow("a: {agent: ask, on_success: done}", header: header)
    for input in [Value.map([:]), .map(["who": .int(1), "share": .int(1)]), .null, .list([])] {
      let run = try Drive(text, input: input)
      #expect(run.end == "failed: input_rejected" && run.calls.isEmpty)
    }
    let run = try Drive(text, input: .map(["who": .string("x"), "share": .int(1)]))
    #expect(
      run.value("input")
        == .map(["who": .string("x"), "share": .double(1), "size": .int(3)])
    )
  }

  @Test func `in the seed form results merge into the state, or stand under save_as`() throws {
    let text = """
      name: seed
      agents:
        look: {type: llm, output: {found: {type: integer}, hidden: {type: string}}}
        keep: {type: llm}
      planner:
        type: fsm
        definition:
          initial_state: look
          states:
            look: {on_success: keep}
            keep: {save_as: kept, on_success: end}
          final_states: [end]
      """
    var run = try Drive(text)
    run.answer(.map(["found": .int(4), "other": .int(5)]))
    #expect(run.value("state") == .map(["found": .int(4)]))
    run.answer(.string("all"))
    #expect(run.end == "end")
    #expect(run.value("state") == .map(["found": .int(4), "kept": .string("all")]))
  }

  @Test func `hostile bytes are refused or give a state that can be continued`() throws {
    var run = try Drive(
      flow("a: {tool: safe, timeout: 1s, retry: {max_attempts: 3, backoff: 1s}, on_success: done}")
    )
    run.fail(.timeout)
    let bytes = run.state.encoded()
    var accepted = 0
    for position in bytes.indices {
      for change: UInt8 in [1, 0x7F, 0x80, 0xFF] {
        var hostile = bytes
        hostile[position] ^= change
        guard let state = try? RunState(decoding: hostile, for: run.table) else { continue }
        accepted += 1
        var changed = run
        changed.state = state
        changed.fire()
        changed.answer()
        changed.fail(.failed)
        changed.send(.cancelled(reason: "r"))
      }
      #expect(throws: BinaryError.self) {
        try RunState(decoding: Array(bytes[..<position]), for: run.table)
      }
    }
    #expect(accepted > 0)
    let other = try compiled(
      flow("a: {agent: ask, on_success: b}\nb: {wait: 1s, on_success: done}")
    )
    #expect(throws: BinaryError.self) { try RunState(decoding: bytes, for: other) }
  }
}
