import Signalbox
import Testing

/// Reads of results that guards and templates secure by themselves: what the verifier says of them,
/// beside a run on the way that lacks the result.
@Suite("reads that a guard itself secures")
struct SecuredReadTests {
  /// `a` is passed by when `x` is false; `merge` and what follows read its result.
  private static func flow(_ states: String) -> String {
    """
    signalbox: 1
    name: reads
    input: {x: {type: boolean}, n: {type: integer}}
    state: {seen: {type: integer, default: 0}}
    agents:
      teller:
        {type: http, endpoint: "http://a.internal/", select: {found: "$.a.v"},
          output: {w: {type: integer}}}
    tools:
      t: {type: http, endpoint: "http://t.internal/", effect: read,
        input: {q: {type: integer, optional: true}}, output: {v: {type: integer}}}
    initial_state: top
    states:
      top: {on_success: [{when: "input.x", target: a}, {target: merge}], on_error: bad}
      a: {tool: t, timeout: 5s, on_success: merge, on_error: merge}
    \(states.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    final_states: {done: {}, bad: {outcome: failure}}

    """
  }

  private static func guarded(_ text: String) -> String {
    flow("merge: {on_success: [{when: \"\(text)\", target: done}, {target: bad}]}")
  }

  /// Findings about unwritten results.
  private func findings(_ text: String) throws -> [Diagnostic] {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let report = try #require(prepared.verification, "\(prepared.diagnostics.map(\.message))")
    return report.findings.filter { $0.code.id == "SBX-DATA-004" }
  }

  private func proven(_ text: String) throws -> [String] {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    return try #require(prepared.verification).proven
  }

  /// Why a run without the result of `a` failed; nil when it did not, or waits for an answer.
  private func failure(_ text: String, x: Bool = false) throws -> RunError? {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    var state = Executor.start(table)
    var output = StepOutput()
    let input = Value.map(["x": .bool(x), "n": .int(1)])
    let kind = RunEvent.Kind.started(runID: "r", input: input, environment: [:])
    Executor.step(table, &state, RunEvent(atMilliseconds: 1_000, kind: kind), &output)
    for case .finished(_, _, _, let error?) in output.trace where error.kind == .guardError {
      return error
    }
    if case .failure(_, let error?, _)? = state.outcome, error.kind == .guardError { return error }
    return nil
  }

  @Test(
    "a guard that asks first is safe, on either side and under negation",
    arguments: [
      "has(a.v) && a.v > 1", "a.v > 1 && has(a.v)", "!(has(a.v)) || a.v > 1",
      "has(a.v) ? a.v > 1 : false", "!(has(a.v) && a.v > 1)", "!(a.v > 1 && has(a.v))",
      "steps.a.status == 'success' && a.v > 1", "a.v > 1 && 'success' == steps.a.status",
      "!(steps.a.status != 'success') && a.v > input.n",
      "steps.a.status in ['success'] && a.v > input.n", "input.x && has(a.v) && a.v > 1",
      "default(a.v, 0) > input.n", "a.?v.orValue(0) > input.n", "$.a.v",
      "jsonpath_exists('$.a.v') || input.x", "[1, 2].exists(i, has(a.v) && a.v == i)",
    ]
  )
  func secured(_ text: String) throws {
    let flow = Self.guarded(text)
    #expect(try findings(flow).map(\.message) == [])
    #expect(try failure(flow) == nil)
  }

  @Test(
    "a guard that does not ask, or asks the wrong thing, is refused",
    arguments: [
      "a.v > 1", "input.x && a.v > 1", "has(a.v) || a.v > 1", "!has(a.v) && a.v > 1",
      "has(a.v) ? true : a.v > 1", "steps.a.status != 'success' && a.v > 1",
      "steps.top.status == 'success' && a.v > 1", "steps.a.visits == 0 && a.v > 1",
      "steps.a.status in ['success', 'pending'] && a.v > 1", "a[?'v'].orValue(0) > 1",
      "default(a.v, a.v) > 1", "!(has(a.v) || a.v > 1)", "jsonpath_exists(a, '$.v')",
      "jsonpath_exists('$.input') && a.v > 1", "[1, 2].exists(i, a.v == i)",
      "cel.bind(v, a.v, input.x || v > 1)",
    ]
  )
  func refused(_ text: String) throws {
    let flow = Self.guarded(text)
    #expect(try findings(flow).count == 1)
    let isShown = text == "input.x && a.v > 1"
    // There the run without the result is one that no guard reads it in.
    #expect(try (failure(flow) == nil) == isShown)
  }

  @Test("what guards secure counts as proven")
  func provenLine() throws {
    let line = "every result is written before it is read"
    #expect(try proven(Self.guarded("has(a.v) && a.v > 1")).contains(line))
    #expect(try !proven(Self.guarded("input.x && a.v > 1")).contains(line))
  }

  @Test(
    "each place that reads is looked at by itself",
    arguments: [
      ("merge: {tool: t, timeout: 5s, when: \"has(a.v) && a.v > 1\"", 0),
      ("merge: {tool: t, timeout: 5s, when: \"!input.x && a.v > 1\"", 1),
      ("merge: {check: \"!has(a.v) || a.v > 1\"", 0), ("merge: {check: \"a.v > 1\"", 1),
      ("merge: {tool: t, timeout: 5s, with: {q: \"{{ has(a.v) ? a.v : 0 }}\"}", 0),
      ("merge: {tool: t, timeout: 5s, with: {q: \"{{ has(a.v) ? 0 : a.v }}\"}", 1),
      ("merge: {tool: t, timeout: 5s, with: {q: \"{{ a.?v }}\"}", 0),
      ("merge: {result: {text: \"{{ if has(a.v) }}{{ a.v }}{{ end }}\"}", 0),
      ("merge: {result: {text: \"{{ if has(a.v) }}{{ end }}{{ a.v }}\"}", 1),
      ("merge: {result: {one: \"{{ default(a.v, 1) }}\", two: \"{{ a.v }}\"}", 1),
      ("merge: {assign: {seen: \"has(a.v) ? a.v : 0\"}", 0),
      ("merge: {assign: {seen: \"a.v\"}", 1),
      ("merge: {agent: teller, timeout: 5s", 0),
    ]
  )
  func places(_ start: String, _ count: Int) throws {
    let flow = Self.flow(start + ", on_success: done, on_error: bad}")
    #expect(try findings(flow).count == count)
    #expect(try (failure(flow) == nil) == (count == 0))
  }

  @Test("the status of a step that holds others says nothing of its result")
  func statuses() throws {
    let flow = """
      signalbox: 1
      name: reads
      input: {x: {type: boolean}, n: {type: integer}}
      tools: {t: {type: http, endpoint: "http://t.internal/", effect: read}}
      flows:
        silent: {initial_state: s, states: {s: {on_success: end}}, final_states: {end: {}}}
        telling:
          {result: {v: "{{ 1 }}"}, initial_state: s, states: {s: {on_success: end}},
            final_states: {end: {}}}
      initial_state: holding
      states:
        holding:
          initial_state: inner
          states: {inner: {on_success: over, on_error: over}}
          final_states: {over: {}}
          on_success: merge
        merge:
          on_success: [{when: "steps.holding.status == 'success' && holding.v > 1", target: done},
            {target: calling}]
        calling: {tool: t, timeout: 5s, on_success: deciding}
        deciding: {condition: "input.x", on_true: mapping, on_false: mapping}
        mapping: {for_each: "[1]", max_items: 1, tool: t, timeout: 5s, on_success: quiet}
        quiet: {flow: silent, on_success: loud}
        loud: {flow: telling, on_success: pure}
        pure: {result: {v: "{{ 1 }}"}, on_success: done}
      final_states: {done: {}}

      """
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: flow))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))").table
    let telling = table.nodes.indices.filter { table.statusSlot(of: $0) != noIndex }
    for node in telling { #expect(table.statusSlot(of: node) == table.nodes[node].stepSlot) }
    // The map and what it does for each item are two nodes of one name.
    let names = telling.map { table.nodes[$0].name }
    #expect(names == ["calling", "mapping", "mapping", "loud", "pure"])
    // A step succeeds without a result when nothing inside it has one.
    #expect(try failure(flow)?.message.contains("`holding`") == true)
  }

  @Test("the hint of a guard says what to ask")
  func hints() throws {
    let guarded = try #require(try findings(Self.guarded("input.x && a.v > 1")).first)
    #expect(
      guarded.hint == "lead that way through `a`, read `a.?v`, or ask first: `has(a.v) && …` "
        + "or `steps.a.status == 'success' && …`"
    )
    let template = "merge: {result: {one: \"{{ a.v }}\"}, on_success: done, on_error: bad}"
    let filled = try #require(try findings(Self.flow(template)).first)
    #expect(filled.hint == "lead that way through `a`, or read `a.?v`")
  }
}
