import Definition
import Runtime
import Signalbox
import Testing

/// Runs that break an invariant: found, executed, and played from their written form.
@Suite struct WitnessSearchTests {
  private static let header = """
    signalbox: 1
    name: small
    input: {env: {type: string, maxLength: 9}}
    agents:
      boss: {type: human_task, roles: [lead], output: {mark: {type: integer}}, timeout: 1h}
    tools:
      look: {type: http, effect: read, timeout: 5s}
      pay: {type: http, effect: write, timeout: 5s}
      undo: {type: http, effect: write, idempotent: true, timeout: 5s}

    """

  private struct Search {
    var table: LinkedTable
    var invariant: Invariant
    var findings: WitnessSearch.Findings
  }

  private func search(
    _ body: String,
    _ invariant: String,
    limits: Limits = Limits()
  ) async throws -> Search {
    let text = Self.header + body + "\ninvariants:\n  - \(invariant)\n"
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let rule = try #require(prepared.flow?.invariants.first)
    let search = WitnessSearch(
      table: table,
      pricer: CallPricer(prices: .standard),
      limits: limits
    )
    let found = await search.find(rule, named: rule.title)
    return Search(table: table, invariant: rule, findings: found)
  }

  /// Plays a witness as `signalbox test` would.
  private func play(_ search: Search) async throws -> ScenarioReport {
    let witness = try #require(search.findings.witness)
    let text = WitnessSearch.file([witness], flow: "small")
    let (file, findings) = ScenarioFile.load(SourceFile(name: "broken.yaml", text: text))
    #expect(findings.map(\.message) == [], "\(text)")
    let scenario = try #require(file?.scenarios.first)
    let runner = ScenarioRunner(table: search.table, pricer: CallPricer(prices: .standard))
    let report = await runner.run(scenario)
    #expect(report.failures.map(\.message) == [], "\(text)")
    return report
  }

  private static let machine = """
    initial_state: ask
    states:
      ask:
        agent: boss
        on_success: [{when: "ask.mark > 7", target: pay}, {target: look}]
        on_error: stop
      look: {tool: look, on_success: pay, on_error: stop}
      pay: {tool: pay, with: {env: "{{ input.env }}"}, on_success: done, on_error: back}
      back: {tool: undo, on_success: done, on_error: stop}
    final_states: {done: {}, stop: {outcome: failure}}
    """

  @Test(
    arguments: [
      ("{never: {tool: pay}, without: {tool: look}}", ["ask", "pay", "done"]),
      (
        "{never: {tool: pay}, without: {step: ask, when: \"ask.mark > 7\"}}",
        [
          "ask", "look", "pay", "done",
        ]
      ),
      ("{never: {tool: pay, with: {env: live}}}", ["ask", "pay", "done"]),
      ("{never: {step: ask, when: \"output.mark == 123\"}}", ["ask", "pay", "done"]),
      ("{after: {tool: pay}, always: {tool: undo}}", ["ask", "pay", "done"]),
      (
        "{never_together: [{tool: pay, status: success}, {tool: undo}]}",
        [
          "ask", "pay", "back", "done",
        ]
      ),
      ("{eventually: {tool: look}}", ["ask", "stop"]),
      ("{at_most: 0, of: {step: stop}}", ["ask", "stop"]),
    ]
  )
  func `a shortest run is found and plays`(_ invariant: String, _ path: [String]) async throws {
    let search = try await search(Self.machine, invariant)
    let report = try await play(search)
    #expect(report.path == path)
    #expect(search.findings.witness?.name == search.invariant.title)
  }

  @Test(
    arguments: [
      "{never: {tool: undo}, without: {tool: pay, status: failure}}",
      "{at_most: 1, of: {tool: pay}}",
      "{never: {tool: pay}, without: {agent: boss}}", "{eventually: {agent: boss}}",
      "{after: {tool: pay, status: failure}, always: {tool: undo}}",
      "{never_together: [{step: stop}, {step: done}]}",
      "{never: {step: ask, when: \"output.mark == 3.5\"}}",
      "{never: {tool: undo, with: {env: live}}}",
    ]
  )
  func `nothing is found where nothing breaks`(_ invariant: String) async throws {
    let found = try await search(Self.machine, invariant).findings
    #expect(found.witness == nil && found.isComplete && found.stateCount > 10)
  }

  @Test func `answers come in other orders, after timers and after events`() async throws {
    let tasks = """
      tasks:
        - id: both
          type: parallel
          tasks: [{id: a, tool: look}, {id: b, tool: pay}]
      """
    let order = "{never: {tool: pay, status: success}, without: {tool: look}}"
    _ = try await play(search(tasks, order))

    let timer = """
      initial_state: both
      states:
        both:
          type: parallel
          states:
            one:
              initial_state: ask
              states: {ask: {agent: boss, on_success: x, on_error: x}}
              final_states: {x: {}}
            two:
              initial_state: rest
              states: {rest: {after: {10m: pay}}, pay: {tool: pay, on_success: y, on_error: y}}
              final_states: {y: {}}
          on_success: done
      final_states: {done: {}}
      """
    let late = "{never: {agent: boss, status: success}, without: {tool: pay}}"
    _ = try await play(search(timer, late))
    let slow = #"{never: {agent: boss, when: "output.mark > 3"}, without: {tool: pay}}"#
    _ = try await play(search(timer, slow))

    let event = """
      initial_state: rest
      states:
        rest: {on_event: {go: ask}}
        ask: {agent: boss, on_event: {stop: pay}, on_success: done, on_error: done}
        pay: {tool: pay, on_success: done, on_error: done}
      final_states: {done: {}}
      """
    let report = try await play(search(event, "{never: {tool: pay}, without: {agent: boss}}"))
    #expect(report.path == ["rest", "ask", "pay", "done"])
  }

  @Test func `a run that never ends by itself is stopped`() async throws {
    let body = """
      initial_state: pay
      states:
        pay: {tool: pay, on_success: rest, on_error: rest}
        rest: {on_event: {go: pay}}
      final_states: {done: {}}
      """
    let report = try await play(search(body, "{never: {tool: pay}}"))
    #expect(report.ending?.outcome == "cancelled")
    // What is stopped owes nothing.
    let owed = try await search(body, "{after: {tool: pay}, always: {tool: undo}}").findings
    #expect(owed.witness == nil)
  }

  @Test func `child flows, items and trees are searched`() async throws {
    let body = """
      tasks:
        - {id: all, for_each: "[1, 2]", max_items: 2, tool: look, with: {n: "{{ item }}"}}
        - {id: sub, flow: f}
        - {id: t, root: {type: selector, children: [{id: x, tool: undo}, {id: y, tool: pay}]}}
      flows:
        f: {tasks: [{id: c, tool: pay, retry: {max_attempts: 2}}]}
      """
    for invariant in [
      "{never: {tool: look, with: {n: 2}}}", "{at_most: 1, of: {tool: look}}",
      "{at_most: 1, of: {tool: pay}}", "{never: {step: y}, without: {step: x}}",
      "{after: {step: c, status: failure}, always: {step: t}}",
    ] {
      _ = try await play(search(body, invariant))
    }
    for invariant in [
      "{never: {tool: look, with: {n: 3}}}", "{at_most: 3, of: {tool: pay}}",
      "{never: {step: y}, without: {step: c}}", "{at_most: 1, of: {step: all}}",
    ] {
      let found = try await search(body, invariant).findings
      #expect(found.witness == nil && found.isComplete, "\(invariant)")
    }
  }

  @Test func `a search that is cut says so`() async throws {
    var limits = Limits()
    limits.pathStates = 3
    let cut = try await search(Self.machine, "{at_most: 1, of: {tool: pay}}", limits: limits)
      .findings
    #expect(cut.witness == nil && !cut.isComplete && cut.stateCount == 6)
    // What a detached run does is not seen.
    let body = """
      tasks: [{id: sub, flow: f}]
      flows: {f: {detach: true, tasks: [{id: c, tool: pay}]}}
      """
    let blind = try await search(body, "{never: {tool: pay}}").findings
    #expect(blind.witness == nil && !blind.isComplete)
  }
}
