import Signalbox
import Testing

/// Final states of one name in several states, and those that act.
@Suite struct FinalStateTests {
  private func table(_ text: String) throws -> TransitionTable {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(flow)
    return try #require(compiled.table, "\(compiled.diagnostics.map(\.message))").table
  }

  /// Where the row of an event of a node leads.
  private func target(_ node: String, _ event: EventClass, _ table: TransitionTable) -> Int? {
    for row in table.rows where row.event == event {
      if table.nodes[Int(row.place)].name == node { return Int(row.target) }
    }
    return nil
  }

  @Test func `a state's own final state is not the flow's of the same name`() throws {
    let table = try table(
      """
      signalbox: 1
      name: nested
      tools: {look: {type: http, effect: read, timeout: 5s}}
      initial_state: outer
      states:
        outer:
          initial_state: inner
          states: {inner: {tool: look, on_success: done, on_error: failed}}
          final_states: {done: {}, failed: {outcome: failure}}
          on_success: done
          on_error: failed
      final_states: {done: {}, failed: {outcome: failure}}
      """
    )
    let outer = try #require(table.nodes.firstIndex { $0.name == "outer" })
    for (node, event, parent) in [
      ("inner", EventClass.success, outer), ("inner", .failure, outer), ("outer", .success, 0),
      ("outer", .failure, 0),
    ] {
      let found = try #require(target(node, event, table))
      #expect(table.nodes[found].kind == .final)
      #expect(Int(table.nodes[found].parent) == parent)
      #expect(table.nodes[found].isFailure == (event == .failure))
    }
  }

  @Test func `an edge to a final state of a seed that acts leads to what it does`() throws {
    let table = try table(
      """
      name: acting
      tools:
        work: {type: http, cost_per_call: 0, timeout: 5s}
        respond: {type: http, cost_per_call: 0.01, timeout: 5s}
      initial_state: work
      states: {work: {on_success: respond, on_error: respond}}
      final_states: [respond]
      """
    )
    for event in [EventClass.success, .failure] {
      let found = try #require(target("work", event, table))
      #expect(table.nodes[found].kind == .action)
      let end = try #require(target("respond", .success, table))
      #expect(end == found + 1 && table.nodes[end].kind == .final)
    }
    let report = CostAnalysis.analyse(table)
    #expect(report.least.picodollars == .known(10_000_000_000))
    #expect(report.worst.picodollars == .known(10_000_000_000))
  }

  @Test func `a task that waits for an event comes before the next`() throws {
    let table = try table(
      """
      name: hold
      tasks:
        - {id: hold, type: wait, wait_for: approved, timeout: 1h}
        - {id: tell, type: signal, name: noticed, with: {by: "{{ .workflow.input.who }}"}}
      """
    )
    let end = try #require(target("tell", .success, table))
    #expect(table.nodes[end].kind == .final && table.nodes[end].parent == 0)
  }
}
