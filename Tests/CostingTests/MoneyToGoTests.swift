import Signalbox
import Testing

/// What is still to come, at each place inside the parts of a flow.
@Suite("money still to go") struct MoneyToGoTests {
  /// Each call costs 1 cent, 10^10 picodollars.
  private static let cent: Int64 = 10_000_000_000

  private func cents(
    _ body: String,
    header: String = ""
  ) throws -> (
    least: [String: Int64], most: [String: Int64]
  ) {
    let head = """
      signalbox: 1
      \(header.isEmpty ? "description: a test" : header)
      input: {files: {type: array, maxItems: 5}}
      tools:
        pay: {type: http, effect: read, timeout: 5s, cost_per_call: $0.01}

      """
    let text = head + body
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(flow)
    let table = try #require(compiled.table, "\(compiled.diagnostics.map(\.message))").table
    let report = CostAnalysis.analyse(table)
    var figures: (least: [String: Int64], most: [String: Int64]) = ([:], [:])
    for (node, entry) in table.nodes.enumerated() where !entry.name.isEmpty {
      #expect(report.minToGo[node] <= report.maxToGo[node], "\(entry.name)")
      figures.least[entry.name] = report.minToGo[node] / Self.cent
      figures.most[entry.name] = report.maxToGo[node] / Self.cent
    }
    return figures
  }

  @Test("tasks in order have less to come, one after the other")
  func list() throws {
    let found = try cents(
      """
      initial_state: both
      states:
        both:
          timeout: 1m
          tasks:
            - {id: first, tool: pay}
            - {id: second, tool: pay}
          on_success: last
          on_error: failed
        last: {tool: pay, on_success: done, on_error: failed}
      final_states: {done: {}, failed: {outcome: failure}}
      """
    )
    #expect(found.most["both"] == 3)
    #expect(found.most["first"] == 3)
    #expect(found.most["second"] == 2)
    #expect(found.most["last"] == 1)
    // The list may fail or be ended by its deadline.
    #expect(found.least["second"] == 0)
  }

  @Test("what runs beside a part may still be to come")
  func parts() throws {
    let found = try cents(
      """
      initial_state: both
      states:
        both:
          type: parallel
          tasks:
            - {id: short, tool: pay}
            - {id: long, tasks: [{id: one, tool: pay}, {id: two, tool: pay}]}
          on_success: last
          on_error: failed
        last: {tool: pay, on_success: done, on_error: failed}
      final_states: {done: {}, failed: {outcome: failure}}
      """
    )
    #expect(found.most["both"] == 4)
    #expect(found.most["short"] == 4)
    #expect(found.most["one"] == 4)
    #expect(found.most["two"] == 3)
  }

  @Test("the other items of a map, and other attempts, may still be to come")
  func items() throws {
    let found = try cents(
      """
      tasks:
        - id: each
          for_each: "input.files"
          max_items: 5
          tasks: [{id: one, tool: pay}, {id: two, tool: pay}]
        - id: twice
          retry: {max_attempts: 2}
          tasks: [{id: three, tool: pay}, {id: four, tool: pay}]
      """
    )
    #expect(found.most["each"] == 14)
    #expect(found.most["one"] == 14)
    #expect(found.most["two"] == 13)
    #expect(found.most["three"] == 4)
    #expect(found.most["four"] == 3)
  }

  @Test("a child flow that several steps run has the larger figure")
  func children() throws {
    let found = try cents(
      """
      flows:
        inner: {tasks: [{id: one, tool: pay}, {id: two, tool: pay}]}
      tasks:
        - {id: early, flow: inner}
        - {id: late, flow: inner}
      """
    )
    #expect(found.most["early"] == 4)
    #expect(found.most["late"] == 2)
    #expect(found.most["two"] == 3)
  }

  @Test("inside a tree it is what is to come at the tree")
  func trees() throws {
    let found = try cents(
      """
      initial_state: grow
      states:
        grow:
          root: {type: sequence, children: [{id: one, tool: pay}, {id: two, tool: pay}]}
          on_success: last
          on_error: failed
        last: {tool: pay, on_success: done, on_error: failed}
      final_states: {done: {}, failed: {outcome: failure}}
      """
    )
    #expect(found.most["grow"] == 3)
    #expect(found.most["one"] == 3)
    #expect(found.most["two"] == 3)
  }

  @Test("max_steps caps every figure, and what has no bound has none inside")
  func limits() throws {
    let body = """
      initial_state: again
      states:
        again:
          timeout: 1m
          tasks: [{id: one, tool: pay}, {id: two, tool: pay}]
          on_success: [{when: "size(input.files) > 1", target: again}, {target: done}]
          on_error: failed
      final_states: {done: {}, failed: {outcome: failure}}
      """
    let open = try cents(body)
    #expect(open.most["two"] == Int64.max / Self.cent)
    let capped = try cents(body, header: "max_steps: 6")
    #expect((capped.most["two"] ?? .max) < 100)
  }
}
