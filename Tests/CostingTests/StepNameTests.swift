import Signalbox
import Testing

/// Steps are told apart where one name stands in several child flows: in findings, tables, hints.
@Suite struct StepNameTests {
  private static let head = """
    signalbox: 1
    budget: {hard: $0.01}
    agents:
      w: {type: llm, model: {provider: openai, model: gpt-4o}, prompt: "x",
        limits: {prompt_tokens: 1000, output_tokens: 1000}}

    """

  private func report(_ text: String) throws -> CostReport {
    let compiled = FlowCompiler.compile(
      try #require(FlowLoader.load(SourceFile(name: "parent.yaml", text: text)).flow)
    )
    let table = try #require(compiled.table, "\(compiled.diagnostics.map(\.message))")
    return CostAnalysis.analyse(table)
  }

  private func line(_ span: SourceSpan?) -> Int? {
    span.map { $0.file.position(at: $0.start).line }
  }

  /// The step of the whole flow has nine visits, that of its child flow three.
  private static let nested =
    head + """
      flows:
        inner:
          states:
            write:
              agent: w
              timeout: 30s
              max_visits: 3
              on_success: [{when: "write.text == 'x'", target: write}, {target: end}]
          initial_state: write
          final_states: {end: {}}
      states:
        write:
          agent: w
          timeout: 30s
          max_visits: 9
          on_success: [{when: "write.text == 'y'", target: write}, {target: sub}]
        sub: {flow: inner, on_success: done}
      initial_state: write
      final_states: {done: {}}
      """

  @Test("the caret of a refusal stands on the step that it names") func caret() throws {
    let report = try report(Self.nested)
    let refusal = try #require(BudgetGate.decide(report).diagnostics.first)
    #expect(refusal.code == .overHardBudget)
    #expect(line(refusal.span) == 20)
    #expect(refusal.label?.hasPrefix("9 visits of `write`, ") == true)
    // The other way round.
    let swapped = Self.nested.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.contains("max_visits: 3")
        ? line.prefix { $0 == " " } + "max_visits: 9"
        : line.contains("max_visits: 9") ? line.prefix { $0 == " " } + "max_visits: 3" : line
    }
    let other = try self.report(swapped.joined(separator: "\n"))
    let finding = try #require(BudgetGate.decide(other).diagnostics.first)
    #expect(line(finding.span) == 12)
    #expect(finding.label?.hasPrefix("9 visits of `sub/write`, ") == true)
  }

  @Test("tables and hints name steps by their paths") func paths() throws {
    let report = try report(Self.nested)
    #expect(report.steps.map(\.unit.name).sorted() == ["sub/write", "write"])
    let text = PlanText.render(report, gate: BudgetGate.decide(report))
    #expect(text.contains("\n  sub/write "))
    #expect(text.contains("write.max_visits 1 -> worst"))
    #expect(text.contains(" sub/write.max_visits 1 -> worst"))
  }

  @Test("one name in several child flows") func twins() throws {
    let report = try report(
      Self.head + """
        flows:
          one: {tasks: [{id: write, agent: w, retry: {max_attempts: 2}}, {id: only, agent: w}]}
          two: {tasks: [{id: write, agent: w}]}
          three: {tasks: [{id: write, agent: w, timeout: 1m}]}
        tasks:
          - {id: a, flow: one}
          - {id: b, flow: two}
          - {id: c, tasks: [{id: d, flow: three}]}
          - {id: m, for_each: "[1, 2]", max_items: 2, agent: w}
        """
    )
    #expect(
      report.steps.map(\.unit.name).sorted() == ["a/write", "b/write", "c/d/write", "m", "only"]
    )
    let refusal = try #require(BudgetGate.decide(report).diagnostics.first)
    #expect(refusal.label?.contains("`a/write`") == true || refusal.label?.contains("`m`") == true)
    let remedies = refusal.notes.map(\.message).joined()
    #expect(!remedies.contains("`write"))
  }

  @Test("a final state that acts and the step of a map are one for people") func pairs() throws {
    let acting = """
      name: seed
      agents: [{id: w, type: scripted, timeout: 1s}]
      initial_state: a
      states: {a: {agent: w, on_success: end}}
      final_states: [{id: end, agent: w}]
      """
    let loaded = FlowLoader.load(SourceFile(name: "seed.yaml", text: acting))
    if let flow = loaded.flow, let table = FlowCompiler.compile(flow).table?.table {
      let names = PathNames(table)
      for node in table.nodes.indices { #expect(names[NodeIndex(node)] == table.nodes[node].name) }
    }
    let map = try report(
      Self.head + "tasks: [{id: m, for_each: \"[1]\", max_items: 1, tasks: [{id: m, agent: w}]}]"
    )
    #expect(map.steps.map(\.unit.name) == ["m/m"])
    let table = map.table
    for node in table.nodes.indices {
      #expect(table.pathName(of: NodeIndex(node)) == PathNames(table)[NodeIndex(node)])
    }
    #expect(table.pathName(of: -1).isEmpty && table.pathName(of: 10_000).isEmpty)
  }
}
