import Definition
import Journal
import Runtime
import Signalbox
import Testing

/// What runs really did, held against invariants: as many broken as kept.
@Suite struct InvariantMonitorTests {
  typealias Case = (invariant: String, moves: String, verdict: InvariantMonitor.Verdict)

  private static let header = """
    signalbox: 1
    name: small
    input: {env: {type: string, default: live}, names: {type: array, default: [a, b]}}
    agents:
      boss: {type: human_task, roles: [lead], timeout: 1h}
    tools:
      look: {type: http, effect: read, timeout: 5s}
      deploy: {type: http, effect: write, timeout: 5s}
      undo: {type: http, effect: write, idempotent: true, timeout: 5s}

    """

  private func check(_ body: String, _ cases: [Case]) throws {
    for (invariant, moves, verdict) in cases {
      let text = Self.header + body + "\ninvariants:\n  - \(invariant)\n"
      let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
      let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
      let rule = try #require(prepared.flow?.invariants.first)
      var run = MonitoredRun(table, rule)
      try run.move(moves)
      #expect(run.monitor.verdict == verdict, "\(invariant) after \(moves)")
      #expect((run.monitor.breach != nil) == (verdict == .broken))
    }
  }

  private static let asked = """
    initial_state: ask
    states:
      ask:
        agent: boss
        on_success: [{when: "ask.decision == 'yes'", target: ship}, {target: again}]
        on_error: stop
        on_cancel: stop
      again: {tool: look, on_success: ship, on_error: stop}
      ship:
        tool: deploy
        with: {env: "{{ input.env }}", size: 2}
        retry: {max_attempts: 2}
        on_success: ask
        on_error: back
      back: {tool: undo, on_success: stop, on_error: stop}
    final_states: {done: {}, stop: {outcome: failure}}
    """

  @Test func never() throws {
    let yes = "without: {step: ask, when: \"ask.decision == 'yes'\"}"
    try check(
      Self.asked,
      [
        ("{never: {tool: deploy}}", "ask=no", .kept),
        ("{never: {tool: deploy}}", "ask=yes", .broken),
        ("{never: {tool: deploy}, \(yes)}", "ask=yes ship ask=no again", .kept),
        ("{never: {tool: deploy}, \(yes)}", "ask=no again", .broken),
        ("{never: {tool: deploy}, without: {tool: look}}", "ask=no again", .kept),
        ("{never: {tool: deploy}, without: {tool: look}}", "ask=yes", .broken),
        (
          "{never: {tool: undo}, without: {tool: deploy, status: failure}}", "ask=yes ship! ship!",
          .kept
        ),
        ("{never: {tool: undo}, without: {tool: deploy}}", "ask=yes ship! ship!", .broken),
        (
          "{never: {tool: look}, without: {agent: boss, when: \"output.decision == 'no'\"}}",
          "ask=no",
          .kept
        ),
        (
          "{never: {tool: look}, without: {agent: boss, when: \"output.decision == 'yes'\"}}",
          "ask=no",
          .broken
        ),
        // What the answer lacks may be so: not enough for what must be, too much for what must not.
        ("{never: {step: ask, when: \"output.mark > 3\"}}", "ask=no", .broken),
        (
          "{never: {tool: look}, without: {step: ask, when: \"output.mark > 3\"}}", "ask=no",
          .broken
        ),
        ("{never: {step: stop}}", "ask=no again", .kept),
        ("{never: {step: stop}}", "ask!", .broken),
      ]
    )
  }

  @Test func since() throws {
    let rule = "{never: {tool: deploy}, without: {step: ask}, since: {tool: deploy}}"
    try check(
      Self.asked,
      [
        (rule, "ask=yes", .kept), (rule, "ask=yes ship ask=yes", .kept),
        (rule, "ask=yes ship!", .broken),
        (
          "{never: {tool: deploy}, without: {step: ask}, since: {tool: look}}", "ask=no again",
          .broken
        ),
      ]
    )
  }

  @Test func arguments() throws {
    try check(
      Self.asked,
      [
        ("{never: {tool: deploy, with: {env: live}}}", "ask=yes", .broken),
        ("{never: {tool: deploy, with: {env: test}}}", "ask=yes", .kept),
        ("{never: {step: ship, with: {env: live, size: 2}}}", "ask=yes", .broken),
        ("{never: {step: ship, with: {env: live, size: 3}}}", "ask=yes", .kept),
        ("{never: {tool: deploy, with: {size: 2.0}, status: success}}", "ask=yes ship", .broken),
        ("{never: {tool: deploy, with: {size: 2.0}, status: success}}", "ask=yes", .kept),
        ("{never: {step: ask, with: {env: live}}}", "ask=yes", .kept),
        (
          "{never: {tool: undo}, without: {step: ship, with: {env: live}, status: failure}}",
          "ask=yes ship! ship!", .kept
        ),
        (
          "{never: {tool: undo}, without: {step: ship, with: {env: test}, status: failure}}",
          "ask=yes ship! ship!", .broken
        ),
      ]
    )
  }

  @Test func atMost() throws {
    try check(
      Self.asked,
      [
        ("{at_most: 0, of: {tool: deploy}}", "ask=no", .kept),
        ("{at_most: 0, of: {tool: deploy}}", "ask=yes", .broken),
        // Attempts are calls of a tool, and one entry of a step.
        ("{at_most: 1, of: {tool: deploy}}", "ask=yes ship!", .broken),
        ("{at_most: 1, of: {step: ship}}", "ask=yes ship!", .kept),
        ("{at_most: 1, of: {step: ship}}", "ask=yes ship ask=yes", .broken),
        ("{at_most: 1, of: {tool: deploy, status: success}}", "ask=yes ship! ship", .kept),
        ("{at_most: 1, of: {tool: deploy, status: success}}", "ask=yes ship ask=yes ship", .broken),
        (
          "{at_most: 1, of: {tool: deploy, status: success}}", "ask=yes ship ask=yes ship?", .broken
        ),
        ("{at_most: 1, of: {tool: deploy, status: failure}}", "ask=yes ship! ship", .kept),
        ("{at_most: 1, of: {tool: deploy, status: failure}}", "ask=yes ship! ship!", .broken),
      ]
    )
  }

  @Test func neverTogether() throws {
    let rule = "{never_together: [{tool: deploy, status: success}, {tool: undo}]}"
    try check(
      Self.asked,
      [
        (rule, "ask=yes ship! ship!", .kept), (rule, "ask=yes ship ask=yes", .kept),
        // Nobody knows whether the write happened.
        (rule, "ask=yes ship?", .broken), (rule, "ask=yes ship ask=yes ship! ship!", .broken),
        ("{never_together: [{tool: look}, {tool: undo}]}", "ask=yes ship! ship!", .kept),
        (
          "{never_together: [{tool: deploy, status: unknown}, {tool: undo}]}",
          "ask=yes ship! ship!",
          .kept
        ),
        (
          "{never_together: [{tool: deploy, status: unknown}, {tool: undo}]}", "ask=yes ship?",
          .broken
        ),
        ("{never_together: [{tool: look}, {tool: deploy}]}", "ask=no again", .broken),
      ]
    )
  }

  @Test func always() throws {
    let rule = "{after: {tool: deploy}, always: {tool: undo}}"
    try check(
      Self.asked,
      [
        (rule, "ask=yes", .kept), (rule, "ask=yes ship! ship! back", .kept),
        (rule, "ask=yes ship ask!", .broken),
        // A write after it owes an undo again.
        ("{after: {step: ship}, always: {step: ask}}", "ask=yes ship ask!", .kept),
        ("{after: {step: ask}, always: {step: ship}}", "ask=yes ship ask!", .broken),
        (
          "{after: {tool: deploy, status: success}, always: {tool: undo}}", "ask=yes ship? back",
          .kept
        ),
        (
          "{after: {tool: undo, status: success}, always: {step: stop}}", "ask=yes ship? back",
          .kept
        ),
        (
          "{after: {tool: undo, status: success}, always: {tool: look}}", "ask=yes ship? back",
          .broken
        ),
        (
          "{after: {tool: undo, status: success}, always: {tool: look}}", "ask=yes ship? back?",
          .broken
        ),
        (
          "{after: {tool: undo, status: success}, always: {tool: look}}", "ask=yes ship? back!",
          .kept
        ),
        // A run that is stopped owes nothing; a write that is cancelled takes its way out.
        (rule, "ask=yes ship ask=no ^", .open), (rule, "ask=yes ^ back", .kept),
        (rule, "ask=yes ship ^", .open),
      ]
    )
  }

  @Test func eventually() throws {
    try check(
      Self.asked,
      [
        ("{eventually: {tool: look}}", "ask=no again! ", .kept),
        ("{eventually: {tool: look}}", "ask!", .broken),
        ("{eventually: {agent: boss}}", "ask!", .kept),
        ("{eventually: {step: ask, status: success}}", "ask!", .broken),
        ("{eventually: {tool: look}}", "ask=yes", .kept),
        ("{eventually: {tool: look}}", "^", .open),
        ("{eventually: {tool: look, status: success}}", "ask=no again!", .broken),
        ("{eventually: {tool: look, status: success}}", "ask=no again ship! ship! back", .kept),
      ]
    )
  }

  @Test func `what skips, refuses and takes back`() throws {
    let body = """
      initial_state: look1
      states:
        look1: {tool: look, require: "output.decision == 'good'", on_success: maybe, on_error: bad}
        maybe: {tool: undo, when: "look1.decision == 'never'", on_success: twice, on_error: bad}
        twice: {tool: deploy, max_visits: 1, on_success: twice, on_error: done}
        bad: {tool: undo, on_success: done, on_error: done}
      final_states: {done: {}}
      """
    try check(
      body,
      [
        // Its `when` was false, so it did not start.
        ("{never: {step: maybe}}", "look1=good", .kept),
        ("{eventually: {step: maybe}}", "look1=good twice", .broken),
        // The second visit is refused: neither a start nor a failure of the step.
        ("{at_most: 1, of: {step: twice}}", "look1=good twice", .kept),
        (
          "{after: {step: twice, status: failure}, always: {tool: undo}}", "look1=good twice", .kept
        ),
        (
          "{after: {step: twice, status: failure}, always: {tool: undo}}", "look1=good twice!",
          .broken
        ),
        // An answer that its step refuses was given, and is no success.
        ("{never: {tool: undo}, without: {tool: look}}", "look1=poor", .broken),
        ("{never: {tool: undo}, without: {step: look1}}", "look1=poor", .broken),
        ("{never: {tool: look, status: success}}", "look1=poor", .broken),
        ("{never: {step: look1, status: success}}", "look1=poor", .kept),
        ("{never: {tool: undo}, without: {step: look1, status: failure}}", "look1=poor", .kept),
      ]
    )
  }

  @Test func `child flows, items and tasks side by side`() throws {
    let body = """
      tasks:
        - {id: all, for_each: "input.names", max_items: 3, tool: look, with: {name: "{{ item }}"}}
        - id: both
          type: parallel
          tasks: [{id: a, tool: undo}, {id: b, flow: f, with: {who: me}}]
      flows:
        f:
          input: {who: {type: string}}
          tasks: [{id: c, tool: deploy, with: {who: "{{ input.who }}"}}]
      """
    try check(
      body,
      [
        ("{at_most: 1, of: {step: all}}", "all all", .kept),
        ("{at_most: 1, of: {tool: look}}", "", .broken),
        ("{never: {step: all, with: {name: b}}}", "", .broken),
        ("{never: {step: all, with: {name: c}}}", "all all a c", .kept),
        ("{never: {step: b, with: {who: me}}}", "all all", .broken),
        ("{never: {step: b, with: {who: you}}}", "all all a c", .kept),
        ("{never: {tool: deploy}, without: {step: all}}", "all all", .kept),
        ("{never: {tool: deploy, status: success}, without: {tool: undo}}", "all all a c", .kept),
        ("{never: {tool: deploy, status: success}, without: {tool: undo}}", "all all c", .broken),
        ("{after: {tool: look}, always: {step: c, status: success}}", "all all a c", .kept),
        ("{after: {tool: look}, always: {step: c, status: success}}", "all all a c!", .broken),
        ("{eventually: {tool: undo, status: success}}", "all!", .broken),
        // Withdrawn by the failure beside it, the write may have happened.
        ("{never: {tool: undo, status: unknown}}", "all all a c!", .kept),
        ("{never: {tool: undo, status: success}}", "all all c!", .broken),
      ]
    )
  }

  @Test func `trees, timers and events`() throws {
    let body = """
      initial_state: rest
      states:
        rest: {on_event: {go: work}, after: {1h: late}}
        work:
          root:
            type: selector
            children: [{id: try, tool: deploy}, {id: mend, tool: undo}]
          on_success: rest
          on_error: late
        late: {tool: look, on_success: done, on_error: done}
      final_states: {done: {}}
      """
    try check(
      body,
      [
        ("{at_most: 1, of: {step: rest}}", "+go", .kept),
        ("{at_most: 1, of: {step: rest}}", "+go try", .broken),
        ("{never: {step: mend}, without: {step: try, status: failure}}", "+go try!", .kept),
        ("{never: {step: mend}, without: {step: try}}", "+go try!", .broken),
        ("{never: {tool: look}, without: {step: work}}", "~", .broken),
        ("{never: {tool: look}, without: {step: work}}", "+go try ~", .kept),
        ("{never: {step: work, status: success}}", "+go try! mend!", .kept),
        ("{never: {step: work, status: success}}", "+go try! mend", .broken),
      ]
    )
  }

  @Test func `tool calls of agents, and runs that never began`() throws {
    let text =
      Self.header + Self.asked + "\ninvariants:\n  - {never: {tool: deploy, with: {n: 1}}}\n"
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let table = try #require(prepared.table)
    let rule = try #require(prepared.flow?.invariants.first)
    for (number, stage, verdict) in [
      (2, AgentTurn.Stage.called, InvariantMonitor.Verdict.kept), (1, .called, .broken),
      (1, .answered(.null), .kept), (1, .failed(.timeout, message: ""), .kept),
    ] {
      var run = MonitoredRun(table, rule)
      run.turn("deploy", .map(["n": .int(Int64(number))]), stage)
      #expect(run.monitor.verdict == verdict)
      run.turn("nobody", .map(["n": .int(1)]), .called)
      #expect(run.monitor.verdict == verdict)
    }
    let refused = MonitoredRun(
      table,
      Invariant(.eventually(rule.selectors[0]), span: rule.span),
      input: .map(["env": .int(1)])
    )
    #expect(refused.isEnded && refused.monitor.verdict == .kept)
  }
}
