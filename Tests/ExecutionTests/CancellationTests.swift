import Signalbox
import Testing

/// A cancelled run: what cancel edges lead to goes on, nothing else begins.
@Suite struct CancellationTests {
  private static let head = """
    signalbox: 1
    name: test
    tools:
      t: {type: process, effect: read}
      undo: {type: process, effect: read}
      note: {type: process, effect: read}
      more: {type: process, effect: read}

    """
  /// A step whose call is undone when it is cancelled.
  private static let undone =
    "initial_state: s, states: {s: {tool: t, on_success: e, on_cancel: u}, "
    + "u: {tool: undo, on_success: e}}, final_states: {e: {}}"

  /// Tools whose calls are open, by name.
  private func open(_ run: Drive) -> [String] {
    run.state.tokens.filter { $0.phase == .calling }.map { token in
      let effect = run.table.table.nodes[Int(token.place)].effect
      let performer = run.table.table.effects[Int(effect)].performer
      return run.table.table.performers[Int(performer)].id
    }
  }

  private func answerAll(_ run: inout Drive) {
    for token in run.state.tokens where token.phase == .calling {
      run.send(
        .completed(effect: token.effect, output: .map([:]), usage: nil, costPicodollars: 0)
      )
    }
  }

  @Test(
    "what has no edge of its own starts nothing further, and the run ends",
    arguments: [
      "tasks: [{id: a, \(Self.undone)}, {id: b, tool: more}]",
      "tasks: [{id: a, \(Self.undone)}, {id: b, tool: more, depends_on: [a]}]",
      "tasks: [{id: p, type: parallel, tasks: [{id: a, \(Self.undone)}, {id: b, tool: t}]}, "
        + "{id: c, tool: more}]",
      "tasks: [{id: p, type: parallel, join: any, tasks: [{id: b, tool: t}, {id: a, "
        + "\(Self.undone)}]}, {id: c, tool: more}]",
      "tasks: [{id: p, type: parallel, concurrency: 1, tasks: [{id: a, \(Self.undone)}, "
        + "{id: b, tool: more}]}, {id: c, tool: more}]",
      "tasks: [{id: a, flow: f}, {id: b, tool: more}]\n"
        + "flows: {f: {\(Self.undone)}}",
      "tasks: [{id: a, retry: {max_attempts: 3}, tasks: [{id: i, flow: f}, {id: j, tool: more}]}, "
        + "{id: b, tool: more}]\nflows: {f: {\(Self.undone)}}",
      "tasks: [{id: a, for_each: \"[1, 2, 3]\", max_items: 3, concurrency: 1, flow: f}, "
        + "{id: b, tool: more}]\nflows: {f: {\(Self.undone)}}",
      "root: {type: fallback, children: [{type: retry, attempts: 3, child: {id: a, flow: f}}, "
        + "{id: b, tool: more}]}\nflows: {f: {\(Self.undone)}}",
      "root: {type: sequence, children: [{type: parallel, join: any, children: [{id: b, tool: t}, "
        + "{type: timeout, after: 1s, child: {id: a, \(Self.undone)}}]}, {id: c, tool: more}]}",
    ]
  )
  func others(_ body: String) throws {
    var run = try Drive(Self.head + body)
    run.send(.cancelled(reason: "enough"))
    #expect(open(run) == ["undo"])
    // Times that pass now lead nowhere.
    for timer in run.state.timers { run.send(.fired(timer: timer.effect)) }
    #expect(open(run) == ["undo"])
    answerAll(&run)
    #expect(run.end == "cancelled: enough")
    #expect(run.state.tokens.isEmpty && run.state.timers.isEmpty && run.state.frames.isEmpty)
  }

  @Test("every item is undone") func items() throws {
    var run = try Drive(
      Self.head + "tasks: [{id: a, for_each: \"[1, 2]\", max_items: 2, flow: f}, "
        + "{id: b, tool: more}]\nflows: {f: {\(Self.undone)}}"
    )
    run.send(.cancelled(reason: "enough"))
    #expect(open(run) == ["undo", "undo"])
    answerAll(&run)
    #expect(run.end == "cancelled: enough")
  }

  @Test("an outer edge is taken when the inner one has come to its end", arguments: [true, false])
  func outer(_ succeeds: Bool) throws {
    var run = try Drive(
      Self.head + "initial_state: c\nstates: {c: {\(Self.undone), on_success: m, on_error: m, "
        + "on_cancel: n}, m: {tool: more, on_success: d}, n: {tool: note, on_success: d}}\n"
        + "final_states: {d: {}}"
    )
    run.send(.cancelled(reason: "enough"))
    #expect(open(run) == ["undo"])
    if succeeds { answerAll(&run) } else { run.fail(.failed) }
    #expect(open(run) == ["note"])
    answerAll(&run)
    #expect(run.end == "cancelled: enough")
  }

  @Test("a second cancellation stops at once") func twice() throws {
    var run = try Drive(Self.head + "tasks: [{id: a, \(Self.undone)}, {id: b, tool: more}]")
    run.send(.cancelled(reason: "enough"))
    let effect = run.state.tokens.first { $0.phase == .calling }?.effect ?? 0
    run.send(.cancelled(reason: "now"))
    #expect(run.end == "cancelled: enough" && run.withdrawn == [effect])
  }

  @Test("an edge that leads on from the outside goes on as any other") func plain() throws {
    var run = try Drive(
      Self.head + "initial_state: a\nstates: {a: {tool: t, on_success: d, on_cancel: u}, "
        + "u: {tasks: [{id: x, tool: undo}, {id: y, tool: note, depends_on: [x]}], "
        + "on_success: d}}\nfinal_states: {d: {}}"
    )
    run.send(.cancelled(reason: "enough"))
    #expect(open(run) == ["undo"])
    answerAll(&run)
    #expect(open(run) == ["note"])
    answerAll(&run)
    #expect(run.end == "cancelled: enough")
  }
}
