import Runtime
import Signalbox
import Source
import Table
import Testing

/// Generated scenarios: every row, and every scenario passes as written.
@Suite struct PathSearchTests {
  /// Events, timers, deadlines, a map, a child flow, a loop with a limit, a cancellation.
  static let order = """
    signalbox: 1
    name: order
    input: {lines: {type: array, items: {type: string}, maxItems: 5}}
    state: {rounds: {type: integer, default: 0}}
    agents:
      judge:
        type: human_task
        roles: [clerk]
        output: {mark: {type: integer, minimum: 0, maximum: 10}}
    tools:
      pack: {type: process, output: {ok: {type: boolean}}}
      charge: {type: http, effect: write, output: {id: {type: string, pattern: "^P[0-9]{4}$"}}}
    flows:
      payment:
        input: {mark: {type: integer}}
        initial_state: pay
        states:
          pay:
            tool: charge
            with: {mark: "{{ input.mark }}"}
            timeout: 5s
            on_success: paid
            on_error: refused
        final_states: {paid: {}, refused: {outcome: failure}}
    initial_state: open
    states:
      open:
        on_event:
          submit: [{when: "event.data.urgent", target: marking}, {target: packing}]
          drop: dropped
        after: {2d: expired}
      packing:
        tool: pack
        with: {line: "{{ item }}"}
        for_each: input.lines
        max_items: 5
        timeout: 1m
        on_success: marking
        on_error: dropped
      marking:
        agent: judge
        timeout: 4h
        max_visits: 3
        assign: {rounds: state.rounds + 1}
        on_success:
          - {when: "marking.mark >= 8", target: paying}
          - {when: "state.rounds < 3", target: marking}
          - {target: dropped}
        on_timeout: expired
        on_error: dropped
        on_cancel: dropped
      paying:
        flow: payment
        with: {mark: "{{ marking.mark }}"}
        on_success: done
        on_error: dropped
    final_states: {done: {}, dropped: {outcome: failure}, expired: {outcome: failure}}
    """

  private func table(_ text: String) throws -> LinkedTable {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    return try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
  }

  @Test func `every row of a flow is covered, and the file passes`() async throws {
    let table = try table(Self.order)
    let pricer = CallPricer(prices: .standard)
    let found = await PathSearch(table: table, pricer: pricer).find()
    let missing = found.missing.map { "\(table.table.words(ofRow: $0.row)): \($0.reason)" }
    #expect(missing == [], "\(found.text)")

    let (loaded, findings) = ScenarioFile.load(SourceFile(name: "paths.yaml", text: found.text))
    #expect(findings.map(\.message) == [])
    let file = try #require(loaded)
    #expect(file.scenarios.count == found.scenarioCount)
    let runner = ScenarioRunner(table: table, pricer: pricer)
    #expect(runner.check(file).map(\.message) == [])
    var coverage = Coverage()
    for report in await runner.run(file) {
      #expect(report.failures.map(\.message) == [], "\(report.name)")
      coverage.merge(report.coverage)
    }
    #expect(coverage.missing(of: table.table) == found.coverage.missing(of: table.table))

    let again = await PathSearch(table: table, pricer: pricer).find()
    #expect(again.text == found.text, "the same flow gives the same file")
  }

  @Test func `what nothing can reach is listed with the reason`() async throws {
    let flow = """
      signalbox: 1
      name: narrow
      agents:
        judge: {type: human_task, roles: [clerk], output: {mark: {type: integer, maximum: 5}}}
      initial_state: mark
      states:
        mark:
          agent: judge
          timeout: 1h
          on_success: [{when: "mark.mark > 7", target: high}, {target: low}]
          on_error: low
      final_states: {high: {}, low: {}}
      """
    let table = try table(flow)
    let found = await PathSearch(table: table, pricer: CallPricer(prices: .standard)).find()
    #expect(found.missing.count == 1)
    #expect(found.missing.first?.reason == "no answer that was tried makes its guard true")
    #expect(found.text.contains("# not covered: mark success -> high"))

    var limits = Limits()
    limits.pathStates = 1
    let cut = PathSearch(table: table, pricer: CallPricer(prices: .standard), limits: limits)
    let few = await cut.find()
    #expect(few.scenarioCount == 0 && few.missing.count == table.table.rows.count)
    #expect(few.missing.allSatisfy { $0.reason.hasSuffix("within 1 states") })
    let (file, findings) = ScenarioFile.load(SourceFile(name: "paths.yaml", text: few.text))
    #expect(file?.scenarios.isEmpty == true && findings.isEmpty)
  }
}
