import Signalbox
import Testing

/// A seed's flow is the set of its agents: their order, their planners, what their keys mean.
@Suite struct SeedAgentsTests {
  private static let agents = """
    input: {text: {type: string}}
    agents:
      first: {type: http, cost_per_call: 0, timeout: 1s, output: {score: {type: number}}}
      second: {type: http, cost_per_call: 0, timeout: 1s}
      third:
        type: fsm
        planner:
          type: fsm
          definition:
            initial_state: decide
            states: {decide: {condition: "score < 0.5", on_true: allow, on_false: refuse}}
    tools: {allow: {type: http, cost_per_call: 0, timeout: 1s}}
    final_states: {allow: {}, refuse: {outcome: failure}}
    on_error: refuse
    """

  private func table(_ text: String) throws -> TransitionTable {
    try Corpus.compile(text: text).required().table
  }

  private func names(_ table: TransitionTable, _ kind: PlaceNode.Kind) -> [String] {
    table.nodes.filter { $0.kind == kind }.map(\.name)
  }

  @Test func `agents run in the order of the list, and a planner is a child flow`() throws {
    let compiled = Corpus.compile(text: "entry: [first, second, third]\n" + Self.agents)
    let table = try compiled.required().table
    #expect(names(table, .call) == ["third"])
    #expect(names(table, .action) == ["first", "second", "allow"])
    #expect(names(table, .decision) == ["decide"])
    let first = try #require(table.nodes.firstIndex { $0.name == "first" })
    let row = try #require(table.rows.first { Int($0.place) == first && $0.event == .success })
    #expect(table.nodes[Int(row.target)].name == "second")
    #expect(compiled.findings == "")
  }

  @Test func `retry and budget of an agent with a planner are those of its call`() throws {
    let text = "entry: [first, second, third]\n" + Self.agents
    let keys = "type: fsm\n    retry: {max_attempts: 3}\n    budget: {hard: $0.01}\n    planner"
    let table = try table(text.replacing("type: fsm\n    planner", with: keys))
    let call = try #require(table.nodes.firstIndex { $0.kind == .call })
    let retry = table.nodes[call].retry
    #expect(retry != noIndex && table.retries[Int(retry)].maxAttempts == 3)
    #expect(table.caps.map(\.owner) == [.node(NodeIndex(call))])
  }

  @Test func `a list inside the list runs side by side`() throws {
    let table = try table("entry: [[first, second], third]\n" + Self.agents)
    let group = try #require(table.nodes.firstIndex { $0.kind == .parallel })
    let inside = table.nodes.filter { Int($0.parent) == group }.map(\.name)
    #expect(inside == ["first", "second"])
    // What the agents of a group answer is merged as that of any other.
    #expect(table.nodes.first { $0.name == "first" }?.mergedKeys == ["score"])
  }

  @Test func `a group and an agent may say how they are left`() throws {
    let table = try table(
      "entry: [{agents: [first, second], join: finished}, {agent: third, on_error: refuse}]\n"
        + Self.agents
    )
    let group = try #require(table.nodes.first { $0.kind == .parallel })
    #expect(table.joins[Int(group.join)].kind == .finished)
  }

  @Test func `an agent that no way reaches is named`() throws {
    let compiled = Corpus.compile(text: "entry: [first, third]\n" + Self.agents)
    #expect(compiled.table != nil)
    let warnings = compiled.diagnostics.filter { $0.severity == .warning }
    #expect(warnings.map(\.message) == ["no way of the flow reaches the agent `second`"])
    let alone = Corpus.compile(text: "entry: third\n" + Self.agents)
    #expect(alone.diagnostics.contains { $0.message.contains("agent `second`") })
  }

  @Test(
    arguments: [
      ("entry: [first, nobody]\n", "`entry` names no agent: `nobody`"),
      ("entry: [first, first]\n", "`first` stands twice in `entry`"),
      ("entry: [first, [second, first]]\n", "`first` stands twice in `entry`"),
      ("entry: []\n", "`entry` is empty"),
      ("entry: [first, [[second]]]\n", "each entry of `entry`"),
      ("entry: [first, 7]\n", "each entry of `entry`"),
    ]
  )
  func `orders that cannot be are refused`(_ entry: String, _ message: String) {
    let compiled = Corpus.compile(text: entry + Self.agents)
    #expect(compiled.table == nil)
    #expect(compiled.findings.contains(message), "\(compiled.findings)")
  }

  @Test func `planners that come back to themselves are refused`() {
    let planner = { (other: String) in
      "{type: fsm, planner: {type: fsm, definition: "
        + "{initial_state: s, states: {s: {agent: \(other), on_success: e}}, final_states: [e]}}}"
    }
    let compiled = Corpus.compile(
      text: "entry: [a]\nagents: {a: \(planner("b")), b: \(planner("a"))}\n"
    )
    #expect(compiled.table == nil)
    #expect(compiled.findings.contains("SBX-TASK-007"), "\(compiled.findings)")
  }

  @Test func `inside its own planner and by an action an agent is called itself`() throws {
    let table = try table(
      """
      entry: [a]
      agents:
        a:
          type: http
          timeout: 1s
          actions: [{id: look}]
          planner:
            definition:
              initial_state: s
              states: {s: {agent: a, on_success: t}, t: {action: look, on_success: e}}
              final_states: [e]
      """
    )
    #expect(table.performers.map(\.action) == ["", "look"])
    #expect(names(table, .call) == ["a"])
  }

  @Test func `tasks, leaves and maps run an agent's planner`() throws {
    let agent = """
      agents:
        a:
          type: fsm
          planner:
            definition: {initial_state: s, states: {s: {tool: t, on_success: e}}, final_states: [e]}
      tools: {t: {type: http, timeout: 1s, cost_per_call: 0}}

      """
    let items = "{for_each: \"[1, 2]\", max_items: 2, id: m, agent: a, with: {n: \"{{ item }}\"}}"
    for (body, calls) in [
      ("tasks: [{id: one, type: basic, agent: a}]", ["one"]),
      ("root: {type: sequence, children: [{type: action, agent: a}]}", ["a"]),
      ("tasks: [\(items)]", ["m"]),
    ] {
      let table = try table(agent + body)
      #expect(names(table, .call) == calls, "\(body)")
      #expect(table.performers.map(\.id) == ["t"])
    }
  }

  @Test func `a choice among values is one call whose answer is on the list`() throws {
    let table = try table(
      """
      input: {service: {type: string}}
      agents:
        chooser:
          type: llm
          planner:
            type: llm
            model: gpt-4
            template: "Service: {{.service}}"
            constraints: {output_schema: unknown, valid_strategies: [rolling, canary]}
      """
    )
    let performer = try #require(table.performers.first)
    #expect(performer.kind == .model && performer.model == "gpt-4")
    #expect(table.schemas[Int(performer.outputSchema)].contains(#"["rolling","canary"]"#))
    let node = try #require(table.nodes.first { $0.name == "chooser" })
    #expect(table.retries[Int(node.retry)].maxAttempts == 2)
    #expect(table.planners.isEmpty)
  }

  @Test(
    arguments: [("sequential", 0), ("parallel", 1), ("event-driven", 1)]
  )
  func `steps without connections follow the type`(_ type: String, _ groups: Int) throws {
    for (before, indent) in [("workflow:\n", "  "), ("", "")] {
      let table = try table(
        """
        \(before)\(indent)type: \(type)
        \(indent)steps: [{id: a, type: agent, agent_type: x}, {id: b, type: agent, agent_type: x}]
        agents: {x: {type: http, timeout: 1s}}
        """
      )
      #expect(names(table, .action) == ["a", "b"])
      #expect(names(table, .parallel).count == groups)
      let events = table.rows.filter { $0.event == .external }.count
      #expect(events == (type == "event-driven" ? 2 : 0))
    }
  }

  @Test func `models, tools and agents mean what they say`() throws {
    let table = try table(
      """
      models:
        - provider: openai
          model: m
          base_url: "https://h/v1"
          timeout: 30s
          retry_attempts: 3
          max_tokens: 96
          context_window: 4096
      agents:
        a: {type: llm, model: m, prompt: hi, json_mode: true}
        b:
          type: http
          timeout: 9s
          retry: {max_attempts: 4}
          policies: {cost_budget: 3, timeout: 2s}
          concurrency: 2
      tools:
        t: {type: http, config: {base_url: "https://x.y", headers: {A: "Bearer {{ .env.T }}"}}}
      tasks:
        - {id: one, type: basic, agent: a}
        - {id: two, type: basic, agent: b}
        - {id: three, type: basic, tool: t}
        - id: four
          type: parallel
          tasks: [{id: x, agent: b}, {id: y, agent: b}, {id: z, agent: b}]
        - {id: five, type: wait, wait_for: yes}
        - {id: six, type: wait, wait_for: yes}
      """
    )
    func node(_ name: String) throws -> PlaceNode {
      try #require(table.nodes.first { $0.name == name })
    }
    let (one, two) = (try node("one"), try node("two"))
    #expect(one.deadlineMilliseconds == 30_000 && two.deadlineMilliseconds == 9_000)
    #expect(table.retries[Int(one.retry)].maxAttempts == 4)
    #expect(table.retries[Int(two.retry)].maxAttempts == 4)
    let model = try #require(table.performers.first { $0.id == "a" })
    #expect(model.endpoint == "https://h/v1" && model.promptTokens == 4_000)
    #expect(table.schemas[Int(model.outputSchema)] == #"{"type":"object"}"#)
    let tool = try #require(table.performers.first { $0.id == "t" })
    #expect(tool.endpoint == "https://x.y" && tool.headers.map(\.text) == ["Bearer {{ env.T }}"])
    #expect(tool.grantedEnvironment == ["T"])
    let cap = try #require(table.caps.first)
    #expect(cap.hardPicodollars == 3_000_000_000_000 && cap.period == .day)
    #expect(table.joins[Int(try node("four").join)].concurrency == 2)
  }

  @Test func `what is not enforced is a warning with its key`() throws {
    let loaded = FlowLoader.load(
      SourceFile(
        name: "flow.yaml",
        text: """
          tool_security: {default_sandbox: gvisor}
          tool_registry:
            tools: {t: {type: http, rate_limit: 1/hour, timeout: 1s}}
            rbac: {roles: {}}
          triggers: [{schedule: "0 9 * * *"}]
          agents: {a: {type: http, memory: {short_term: {enabled: true}}}}
          tenants: {}
          tasks: [{id: one, tool: t}, {id: two, agent: a}]
          """
      )
    )
    let keys = try #require(loaded.flow).unenforced.map(\.value)
    #expect(Set(keys) == [.toolSecurity, .rateLimit, .roles, .triggers, .memory])
    let warnings = loaded.diagnostics.filter { $0.code.id == "SBX-FLOW-025" }
    #expect(warnings.count == 5 && warnings.allSatisfy { $0.severity == .warning })
  }

  @Test func `a route that the condition never gives is a warning`() {
    let router = { (condition: String) in
      """
      input: {kind: {type: string}}
      tasks:
        - id: r
          type: router
          condition: "{{ \(condition) }}"
          routes: {technical: {id: a, type: basic}, default: {id: b, type: basic}}
      """
    }
    let never = Corpus.compile(text: router("input.kind == 'technical' && true"))
    #expect(never.findings.contains("the route `technical` is never taken"))
    for condition in ["input.kind", "input.kind == 'x' ? 'technical' : 'y'", "string('a' == 'b')"] {
      let open = Corpus.compile(text: router(condition))
      #expect(!open.findings.contains("never taken"), "\(condition)")
    }
  }
}
