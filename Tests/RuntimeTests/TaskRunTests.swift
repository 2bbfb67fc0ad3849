import Costing
import FoundationEssentials
import Runtime
import Signalbox
import Source
import Testing

/// What lists of tasks, maps and child flows do, with scripted answers.
@Suite struct TaskRunTests {
  private static let header = """
    signalbox: 1
    name: small
    input: {names: {type: array, maxItems: 10}}
    agents:
      ask: {type: scripted, timeout: 10s, output: {v: {type: integer}}}
    tools:
      get: {type: http, effect: read, timeout: 10s}

    """

  /// Runs one scenario; its failures, none when all is as expected.
  private func failures(
    _ body: String,
    _ scenario: String,
    header: String = header
  ) async throws -> [String] {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: header + body))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let text = "scenarios:\n  - {name: one, input: {names: [a, b, c]}, \(scenario)}\n"
    let (file, found) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
    let scenarios = try #require(file, "\(found.map(\.message))")
    let runner = ScenarioRunner(table: table, pricer: .declaredOnly)
    return await runner.run(scenarios).flatMap(\.failures).map(\.message)
  }

  private static let v1 = "{after: 1s, output: {v: 1}}"
  private static let v2 = "{after: 2s, output: {v: 2}}"

  @Test(
    "order, dependencies and joins",
    arguments: [
      (
        "tasks: [{id: x, agent: ask}, {id: y, agent: ask}]",
        "script: {x: \(v1), y: \(v2)}, expect: {outcome: success, path: [x, y], result: {v: 2}, "
          + "assert: [\"run.elapsed == duration('3s')\"]}"
      ),
      (
        "tasks: [{id: x, agent: ask}, {id: y, agent: ask, when: \"x.v > 1\"}, {id: z, tool: get}]",
        "script: {x: \(v1), z: {output: {}}}, expect: {outcome: success, "
          + "assert: [\"steps.y.status == 'skipped'\"]}"
      ),
      (
        "tasks: [{id: x, agent: ask}, {id: y, agent: ask}]",
        "script: {x: {error: unavailable}}, expect: {outcome: failure, path: [x]}"
      ),
      (
        "tasks: [{id: z, agent: ask, depends_on: [x, y]}, {id: x, agent: ask}, {id: y, "
          + "agent: ask}]",
        "script: {x: \(v1), y: \(v2), z: \(v1)}, expect: {outcome: success, order: free, "
          + "path: [x, y, z], assert: [\"run.elapsed == duration('3s')\", \"z.v == 1\"]}"
      ),
      (
        "concurrency: 1\ntasks: [{id: z, agent: ask, depends_on: [x]}, {id: x, agent: ask}, "
          + "{id: y, agent: ask}]",
        "script: {x: \(v1), y: \(v2), z: \(v1)}, expect: {outcome: success, "
          + "assert: [\"run.elapsed == duration('4s')\"]}"
      ),
      (
        "tasks: [{id: p, type: parallel, tasks: [{id: x, agent: ask}, {id: y, agent: ask}]}]\n"
          + "result: {x: \"{{ p.x.v }}\", y: \"{{ p.y.v }}\"}",
        "script: {x: \(v1), y: \(v2)}, expect: {outcome: success, result: {x: 1, y: 2}, "
          + "assert: [\"run.elapsed == duration('2s')\"]}"
      ),
      (
        "tasks: [{id: p, type: parallel, tasks: [{id: x, agent: ask}, {id: y, agent: ask}]}]",
        "script: {x: {error: unavailable, after: 1s}, y: \(v2)}, expect: {outcome: failure, "
          + "assert: [\"run.elapsed == duration('1s')\"]}"
      ),
      (
        "tasks: [{id: p, type: parallel, join: any, tasks: [{id: x, agent: ask}, {id: y, "
          + "agent: ask}]}]",
        "script: {x: {error: unavailable, after: 1s}, y: \(v2)}, expect: {outcome: success, "
          + "assert: [\"run.elapsed == duration('2s')\"]}"
      ),
      (
        "tasks: [{id: p, type: parallel, join: first, tasks: [{id: x, agent: ask}, {id: y, "
          + "agent: ask}]}]",
        "script: {x: {error: unavailable, after: 1s}, y: \(v2)}, expect: {outcome: failure, "
          + "assert: [\"run.elapsed == duration('1s')\"]}"
      ),
      (
        "tasks: [{id: p, type: parallel, join: finished, tasks: [{id: x, agent: ask}, "
          + "{id: y, agent: ask}]}]",
        "script: {x: {error: unavailable}, y: \(v2)}, expect: {outcome: success, "
          + "assert: [\"run.elapsed == duration('2s')\"]}"
      ),
      (
        "tasks: [{id: x, agent: ask}, {id: c, check: \"x.v == 1\"}, {id: d, check: \"x.v == 2\"}]",
        "script: {x: \(v1)}, expect: {outcome: failure, path: [x, c, d]}"
      ),
      (
        "tasks: [{id: x, agent: ask, require: \"output.v > 1\"}]",
        "script: {x: \(v1)}, expect: {outcome: failure}"
      ),
    ]
  )
  func lists(_ body: String, _ scenario: String) async throws {
    #expect(try await failures(body, scenario) == [])
  }

  @Test(
    "maps",
    arguments: [
      (
        "concurrency: 2, agent: ask, with: {n: \"{{ item }}\", i: \"{{ index }}\"}",
        "script: {m: {by_item: [{after: 3s, output: {v: 1}}, \(v2), \(v1)]}}, "
          + "expect: {outcome: success, "
          + "assert: [\"m.map(r, r.v) == [1, 2, 1]\", \"run.elapsed == duration('3s')\"]}"
      ),
      (
        "on_item_error: skip, agent: ask",
        "script: {m: {by_item: [\(v1), {error: unavailable}, \(v2)]}}, expect: {outcome: success, "
          + "assert: [\"m[1] == null && m[2].v == 2\", \"steps.m.failed == 1\"]}"
      ),
      (
        "on_item_error: collect, agent: ask",
        "script: {m: {by_item: [\(v1), {error: unavailable}, \(v2)]}}, expect: {outcome: success, "
          + "assert: [\"m[1].kind == 'unavailable'\"]}"
      ),
      (
        "agent: ask",
        "script: {m: {by_item: [\(v1), {error: unavailable}, \(v2)]}}, expect: {outcome: failure}"
      ),
      (
        "join: any, agent: ask",
        "script: {m: {by_item: [{error: unavailable}, \(v1), {error: unavailable}]}}, "
          + "expect: {outcome: success}"
      ),
      (
        "tasks: [{id: x, agent: ask}, {id: y, agent: ask, when: \"index > 0\"}], "
          + "result: {n: \"{{ item }}\", v: \"{{ x.v + 1 }}\"}",
        "script: {x: \(v1), y: \(v1)}, expect: {outcome: success, "
          + "assert: [\"m.map(r, r.n) == ['a', 'b', 'c']\", \"m[2].v == 2\"]}"
      ),
    ]
  )
  func maps(_ step: String, _ scenario: String) async throws {
    let body = "tasks: [{id: m, for_each: \"{{ input.names }}\", max_items: 3, \(step)}]"
    #expect(try await failures(body, scenario) == [])
  }

  @Test("a list longer than `max_items` fails before anything runs") func tooManyItems()
    async throws
  {
    let body = "tasks: [{id: m, for_each: \"input.names\", max_items: 2, agent: ask}]"
    let found = try await failures(body, "expect: {outcome: failure, path: [m]}")
    #expect(found == [])
  }

  @Test(
    "child flows and nested lists have names of their own",
    arguments: [
      (
        "tasks: [{id: x, agent: ask}, {id: k, flow: f, with: {n: \"{{ x.v }}\"}}]\n"
          + "result: {sum: \"{{ k.sum }}\"}\n"
          + "flows: {f: {input: {n: {type: integer}}, tasks: [{id: x, agent: ask}], "
          + "result: {sum: \"{{ x.v + input.n }}\"}}}",
        "script: {x: [\(v1), \(v2)]}, expect: {outcome: success, result: {sum: 3}}"
      ),
      (
        "tasks: [{id: k, flow: f}]\nflows: {f: {initial_state: a, states: {a: {agent: ask, "
          + "on_success: [{when: \"a.v > 1\", target: good}, {target: bad}], on_error: bad}}, "
          + "final_states: {good: {}, bad: {outcome: failure}}}}",
        "script: {a: \(v1)}, expect: {outcome: failure}"
      ),
      (
        "tasks: [{id: x, agent: ask}, {id: p, tasks: [{id: x, agent: ask}], "
          + "result: {v: \"{{ x.v }}\"}}, "
          + "{id: c, check: \"x.v == 1 && p.v == 2\"}]",
        "script: {x: [\(v1), \(v2)]}, expect: {outcome: success}"
      ),
      (
        "tasks: [{id: k, flow: f, with: {n: 3}}, {id: c, check: \"size(input.names) == 3\"}]\n"
          + "flows: {f: {input: {n: {type: integer}}, tasks: [{id: c, check: \"input.n == 3\"}]}}",
        "expect: {outcome: success, path: [k, c, c]}"
      ),
      (
        "tasks: [{id: k, flow: f}, {id: x, agent: ask}]\n"
          + "flows: {f: {detach: true, tasks: [{id: z, agent: ask}]}}",
        "script: {x: \(v1)}, expect: {outcome: success, path: [k, x], result: {v: 1}, "
          + "assert: [\"run.elapsed == duration('1s')\"]}"
      ),
      (
        "tasks: [{id: k, flow: f, timeout: 1s}]\nflows: {f: {tasks: [{id: x, agent: ask}]}}",
        "script: {x: \(v2)}, expect: {outcome: failure, "
          + "assert: [\"run.elapsed == duration('1s')\"]}"
      ),
      (
        "initial_state: s\nstates: {s: {tasks: [{id: x, agent: ask}], on_success: done, "
          + "on_error: lost}}\n"
          + "final_states: {done: {}, lost: {outcome: failure}}",
        "script: {x: {error: unavailable}}, expect: {final: lost, path: [s, x, lost]}"
      ),
    ]
  )
  func children(_ body: String, _ scenario: String) async throws {
    #expect(try await failures(body, scenario) == [])
  }

  @Test("graphs run as machines") func graph() async throws {
    let body = """
      entry_point: draft
      max_iterations: 2
      nodes: {draft: {agent: ask}, look: {agent: ask}}
      edges:
        - {from: draft, to: look}
        - {from: look, to: draft, condition: "look.v > 1"}
        - {from: look, to: done}
      final_states: {done: {}}
      """
    #expect(
      try await failures(
        body,
        "script: {draft: \(Self.v1), look: [\(Self.v2), \(Self.v1)]}, "
          + "expect: {path: [draft, look, draft, look, done]}"
      ) == []
    )
    #expect(
      try await failures(
        body,
        "script: {draft: \(Self.v1), look: \(Self.v2)}, expect: {outcome: failure}"
      ) == []
    )
  }

  @Test("the seeds' types of tasks run") func seeds() async throws {
    let body = """
      agents: [{id: ask, type: scripted, timeout: 10s}]
      tasks:
        - {id: first, type: basic, $use: 'agent(local::agents.#(id="ask"))'}
        - id: both
          type: parallel
          strategy: wait_any
          tasks: [{id: a, type: basic, agent: ask}, {id: b, type: basic, agent: ask}]
        - id: all
          type: collection
          items: "{{ .workflow.input.names }}"
          mode: sequential
          max: 3
          task: {id: "one-{{ .index }}", type: basic, agent: ask, with: {n: "{{ .item }}"}}
        - id: way
          type: router
          condition: "{{ .workflow.input.names[0] }}"
          routes:
            a: {id: quick, type: basic, agent: ask}
            default: {id: slow, type: basic, agent: ask}
        - {id: sum, type: aggregate, outputs: {n: "{{ size(all) }}"}}
      """
    let found = try await failures(
      body,
      "script: {ask: \(Self.v1), a: {error: unavailable}}, expect: {outcome: success, "
        + "result: {n: 3}}",
      header: ""
    )
    #expect(found == [])
  }
}
