import Signalbox
import Testing

/// Invariants on small flows: what is proven, and what is refuted.
@Suite("invariants")
struct InvariantTests {
  private static let header = """
    signalbox: 1
    name: small
    input: {env: {type: string, maxLength: 20}, names: {type: array, maxItems: 3}}
    agents:
      boss: {type: human_task, roles: [lead], output: {decision: {enum: [yes, no]}}, timeout: 1h}
    tools:
      look: {type: http, effect: read, timeout: 5s}
      deploy: {type: http, effect: write, timeout: 5s}
      undo: {type: http, effect: write, idempotent: true, timeout: 5s}

    """

  /// The codes that a flow's only invariant gives; empty: proven.
  private func codes(_ body: String, _ invariant: String) throws -> [String] {
    let text = Self.header + body + "\ninvariants:\n  - \(invariant)\n"
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    _ = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let found = prepared.diagnostics.filter { $0.code.id.hasPrefix("SBX-INV") }
    let proven =
      prepared.verification?.proven.count {
        $0.contains("never") || $0.contains("at most")
          || $0.contains("follows") || $0.contains("every way") && !$0.hasPrefix("ends")
      } ?? 0
    #expect(found.isEmpty == (proven > 0), "\(prepared.verification?.proven ?? [])")
    return found.map(\.code.id)
  }

  private static let asked = """
    initial_state: ask
    states:
      ask:
        agent: boss
        on_success: [{when: "ask.decision == 'yes'", target: ship}, {target: stop}]
        on_error: stop
      ship: {tool: deploy, with: {env: live}, on_success: done, on_error: back}
      back: {tool: undo, on_success: stop, on_error: stop}
    final_states: {done: {}, stop: {outcome: failure}}
    """
  private static let yes = "without: {step: ask, when: \"ask.decision == 'yes'\"}"

  @Test(
    "machines",
    arguments: [
      ("{never: {tool: deploy}, \(yes)}", []),
      ("{never: {tool: deploy, with: {env: live}}, \(yes)}", []),
      ("{never: {tool: deploy, with: {env: test}}}", []),
      ("{never: {tool: deploy}, without: {agent: boss, when: \"output.decision == 'yes'\"}}", []),
      ("{never: {tool: deploy}, without: {step: ask, when: \"ask.decision == 'no'\"}}", ["001"]),
      ("{never: {tool: deploy}}", ["001"]),
      ("{never: {tool: undo}, without: {step: ship}}", ["001"]),
      ("{never: {tool: undo}, without: {step: ship, status: failure}}", []),
      ("{after: {step: ship, status: failure}, always: {tool: undo}}", []),
      ("{after: {step: ship}, always: {tool: undo}}", ["002"]),
      ("{at_most: 1, of: {tool: deploy}}", []),
      ("{at_most: 0, of: {tool: deploy}}", ["003"]),
      ("{never_together: [{tool: deploy}, {tool: undo}]}", ["004"]),
      ("{never_together: [{tool: deploy, status: success}, {tool: undo}]}", ["004"]),
      ("{eventually: {agent: boss}}", []),
      ("{eventually: {tool: deploy}}", ["005"]),
      ("{never: {tool: look}}", []),
      ("{never: {tool: lok}}", ["006"]),
    ]
  )
  func machines(_ invariant: String, _ expected: [String]) throws {
    #expect(try codes(Self.asked, invariant) == expected.map { "SBX-INV-\($0)" })
  }

  @Test(
    "tasks side by side",
    arguments: [
      ("ship: depends_on: [ask]", "when", []), ("ship: depends_on: [ask]", "", ["001"]),
      ("ship: depends_on: [read]", "when", ["001"]), ("ship:", "when", ["001"]),
    ]
  )
  func tasks(_ order: String, _ guarded: String, _ expected: [String]) throws {
    let dependsOn = order.dropFirst(5).isEmpty ? "" : "," + order.dropFirst(5)
    let when = guarded.isEmpty ? "" : ", when: \"ask.decision == 'yes'\""
    let body = """
      tasks:
        - {id: read, tool: look}
        - {id: ask, agent: boss, depends_on: [read]}
        - {id: ship, tool: deploy\(when)\(dependsOn)}
      """
    let text = Self.header + body
    guard FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text)).table != nil else {
      // A guard may not read what is not written yet: the flow is refused even before.
      #expect(!expected.isEmpty && !when.isEmpty)
      return
    }
    #expect(
      try codes(body, "{never: {tool: deploy}, \(Self.yes)}")
        == expected.map { "SBX-INV-\($0)" }
    )
  }

  @Test(
    "what runs beside, per item and in child flows",
    arguments: [
      // Nothing orders the two.
      (
        "tasks: [{id: both, type: parallel, tasks: [{id: a, tool: look}, {id: b, tool: deploy}]}]",
        "{never: {tool: deploy}, without: {tool: look}}", ["001"]
      ),
      (
        "tasks: [{id: a, tool: look}, {id: b, tool: deploy}]",
        "{never: {tool: deploy}, without: {tool: look}}", []
      ),
      (
        "tasks: [{id: a, for_each: \"input.names\", max_items: 3, tool: deploy}]",
        "{at_most: 1, of: {tool: deploy}}", ["003"]
      ),
      (
        "tasks: [{id: a, for_each: \"input.names\", max_items: 1, tool: deploy}]",
        "{at_most: 1, of: {tool: deploy}}", []
      ),
      (
        "tasks: [{id: a, tool: look}, {id: b, flow: f}]\nflows: {f: {tasks: [{id: c, "
          + "tool: deploy}]}}",
        "{never: {tool: deploy}, without: {tool: look}}", []
      ),
      (
        "tasks: [{id: b, flow: f}, {id: a, tool: look}]\nflows: {f: {tasks: [{id: c, "
          + "tool: deploy}]}}",
        "{never: {tool: deploy}, without: {tool: look}}", ["001"]
      ),
      (
        "tasks: [{id: a, tool: look}, {id: b, tool: undo}, {id: c, tool: deploy}]",
        "{never: {tool: deploy}, without: {tool: look}, since: {tool: undo}}", ["001"]
      ),
      (
        "tasks: [{id: b, tool: undo}, {id: a, tool: look}, {id: c, tool: deploy}]",
        "{never: {tool: deploy}, without: {tool: look}, since: {tool: undo}}", []
      ),
      (
        "tasks: [{id: c, tool: deploy, with: {env: \"{{ input.env }}\"}}]",
        "{never: {tool: deploy, with: {env: live}}}", ["001"]
      ),
      (
        "tasks: [{id: c, tool: deploy, retry: {max_attempts: 2}}]",
        "{at_most: 1, of: {tool: deploy}}", ["003"]
      ),
      (
        "tasks: [{id: c, tool: deploy, retry: {max_attempts: 2}}]",
        "{at_most: 1, of: {step: c}}", []
      ),
    ]
  )
  func parts(_ body: String, _ invariant: String, _ expected: [String]) throws {
    #expect(try codes(body, invariant) == expected.map { "SBX-INV-\($0)" })
  }

  private static let sideBySide =
    "tasks: [{id: both, type: parallel, tasks: [{id: a, tool: look}, {id: b, tool: look}]}]"
  private static let mapInChild = """
    tasks: [{id: m, for_each: "input.names", max_items: 3, flow: f}]
    flows:
      f:
        root: {type: parallel, children: [{id: c, tool: look}, {id: d, tool: deploy}]}
    """
  private static let repeated = """
    root:
      type: repeat
      count: 3
      child: {type: parallel, children: [{id: c, tool: look}, {id: d, tool: look}]}
    """

  @Test(
    "what parts do at most adds up",
    arguments: [
      (sideBySide, "{at_most: 2, of: {tool: look}}", []),
      (sideBySide, "{at_most: 1, of: {tool: look}}", ["003"]),
      (sideBySide, "{at_most: 1, of: {step: a}}", []),
      (sideBySide, "{at_most: 0, of: {step: a}}", ["003"]),
      (mapInChild, "{at_most: 3, of: {tool: look}}", []),
      (mapInChild, "{at_most: 2, of: {tool: look}}", ["003"]),
      (mapInChild, "{at_most: 3, of: {tool: deploy, status: failure}}", []),
      (repeated, "{at_most: 6, of: {tool: look}}", []),
      (repeated, "{at_most: 5, of: {tool: look}}", ["003"]),
    ]
  )
  func sums(_ body: String, _ invariant: String, _ expected: [String]) throws {
    #expect(try codes(body, invariant) == expected.map { "SBX-INV-\($0)" })
  }

  /// Calls side by side all begin before any of them is answered, unless something may go wrong
  /// before a call or they wait for each other.
  @Test(
    "what begins beside what decides",
    arguments: [
      ("first", "tool: look", "tool: undo", []), ("all", "tool: look", "tool: undo", []),
      ("all", "tool: undo", "tool: look", []),
      ("all", "tool: look, when: \"input.env == 'live'\"", "tool: undo", ["005"]),
      ("first", "check: \"input.env == 'live'\"", "tool: look", ["005"]),
      ("first", "tool: deploy, with: {env: \"{{ input.env }}\"}", "tool: look", []),
      ("first, concurrency: 1", "tool: undo", "tool: look", ["005"]),
      ("first", "tool: undo", "tool: look, depends_on: [a]", ["005"]),
    ]
  )
  func beginnings(
    _ join: String,
    _ first: String,
    _ second: String,
    _ expected: [String]
  ) throws {
    let tasks = "[{id: a, \(first)}, {id: b, \(second)}]"
    let body = "tasks: [{id: p, type: parallel, join: \(join), tasks: \(tasks)}]"
    let found = try codes(body, "{eventually: {tool: look}}")
    #expect(found == expected.map { "SBX-INV-\($0)" })
  }

  /// Each attempt is a call of its own, that fails, and that another one follows.
  @Test(
    "attempts",
    arguments: [
      ("", "{after: {tool: deploy, status: failure}, always: {tool: undo}}", []),
      (
        "retry: {max_attempts: 2}, ",
        "{after: {tool: deploy, status: failure}, always: {tool: undo}}", ["002"]
      ),
      (
        "retry: {max_attempts: 2}, ",
        "{after: {step: c, status: failure}, always: {tool: undo}}", []
      ),
      ("", "{never: {tool: deploy}, without: {tool: look}, since: {tool: deploy}}", []),
      (
        "retry: {max_attempts: 2}, ",
        "{never: {tool: deploy}, without: {tool: look}, since: {tool: deploy}}", ["001"]
      ),
      ("", "{at_most: 1, of: {tool: deploy, status: failure}}", []),
      (
        "retry: {max_attempts: 2}, ", "{at_most: 1, of: {tool: deploy, status: failure}}",
        ["003"]
      ),
      (
        "retry: {max_attempts: 2}, ", "{at_most: 2, of: {tool: deploy, status: failure}}", []
      ),
      (
        "retry: {max_attempts: 2}, ",
        "{never: {tool: undo}, without: {tool: deploy, status: failure}}", []
      ),
    ]
  )
  func attempts(_ retry: String, _ invariant: String, _ expected: [String]) throws {
    let body = """
      initial_state: a
      states:
        a: {tool: look, on_success: c, on_error: done}
        c: {tool: deploy, \(retry)on_success: done, on_error: u}
        u: {tool: undo, on_success: done, on_error: done}
      final_states: {done: {}}
      """
    #expect(try codes(body, invariant) == expected.map { "SBX-INV-\($0)" })
  }

  /// A text that cannot be rendered fails its step before it calls; a child flow does not read the
  /// input of what is around it.
  @Test(
    "texts that are always there",
    arguments: [("{type: string}", []), ("{type: string, optional: true}", ["001"])]
  )
  func given(_ field: String, _ expected: [String]) throws {
    let with = field.contains("optional") ? "" : ", with: {env: live}"
    let body = """
      tasks: [{id: s, flow: f\(with)}]
      flows:
        f:
          input: {env: \(field)}
          initial_state: a
          states:
            a: {tool: deploy, with: {env: "{{ input.env }}"}, on_success: done, on_error: u}
            u: {tool: undo, on_success: done, on_error: done}
          final_states: {done: {}}
      """
    let found = try codes(body, "{never: {tool: undo}, without: {tool: deploy, status: failure}}")
    #expect(found == expected.map { "SBX-INV-\($0)" })
  }

  @Test("a refutation shows its way and the guards it assumed") func witness() throws {
    let text =
      Self.header
      + Self.asked.replacing("'yes'\", target: ship", with: "'no'\", target: ship")
      + "\ninvariants:\n  - {never: {tool: deploy}, \(Self.yes)}\n"
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let finding = try #require(prepared.diagnostics.first { $0.code == .invariantNever })
    #expect(finding.message == "`deploy` is reachable without ask[decision == 'yes']")
    #expect(
      finding.notes.map(\.message) == [
        "shortest way: ask > ship", "taken when ask.decision == 'no'",
      ]
    )
  }

  @Test("a timeout leads to its target once, from anywhere, and what follows may come again")
  func overdue() throws {
    let late = """
      timeout: {after: 2s, grace: 1m, target: late}
      initial_state: a
      states:
        a: {tool: look, on_success: done, on_error: stop}
        late: {tool: deploy, on_success: done, on_error: stop}
      final_states: {done: {}, stop: {outcome: failure}}
      """
    #expect(try codes(late, "{at_most: 1, of: {tool: deploy}}").isEmpty)
    #expect(try codes(late, "{at_most: 0, of: {tool: deploy}}") == ["SBX-INV-003"])
    // An edge may have led there before the timeout does.
    let both = late.replacing("look, on_success: done", with: "look, on_success: late")
    #expect(try codes(both, "{at_most: 1, of: {tool: deploy}}") == ["SBX-INV-003"])
    #expect(try codes(both, "{at_most: 2, of: {tool: deploy}}").isEmpty)
  }
}
