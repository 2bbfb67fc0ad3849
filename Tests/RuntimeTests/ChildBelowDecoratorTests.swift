import Runtime
import Signalbox
import Testing

/// A child flow below any node of a tree's parallel leaves its siblings alone, and the ledger.
@Suite struct ChildBelowDecoratorTests {
  /// Every node that may stand between the parallel and the child flow; `@` is where it stands.
  static let wrappings = [
    "@", "{type: sequence, children: [@]}", "{type: fallback, children: [@]}",
    "{type: sequence, children: [{check: \"true\"}, @]}",
    "{type: fallback, children: [{check: \"false\"}, @]}",
    "{type: sequence, reactive: true, children: [@]}", "{type: inverter, child: @}",
    "{type: force_success, child: @}", "{type: force_failure, child: @}",
    "{type: retry, attempts: 2, child: @}", "{type: repeat, count: 2, child: @}",
    "{type: timeout, after: 1m, child: @}", "{type: delay, after: 1s, child: @}",
    "{type: run_once, child: @}", "{type: keep_running_until_failure, max: 2, child: @}",
    "{type: if_then_else, children: [{check: \"true\"}, @]}",
    "{type: try_catch, children: [@, {check: \"true\"}]}",
    "{type: conditional_selector, conditions: [{when: \"true\", child: @}, {default: true, "
      + "child: {check: \"true\"}}]}",
    "{type: parallel, children: [@, {check: \"true\"}]}",
  ]

  /// What the child flow does.
  static let children = [
    "tasks: [{id: s, check: \"true\"}]", "tasks: [{id: s, tool: a, timeout: 1m}]",
    "initial_state: s\n    states: {s: {on_success: t}, t: {on_success: ok}}\n"
      + "    final_states: {ok: {}}",
  ]

  @Test(arguments: wrappings, ["all", "any", "finished"])
  func keepsItsSiblings(wrapping: String, join: String) async throws {
    for child in Self.children {
      let text = """
        signalbox: 1
        name: fx
        budget: {hard: $10}
        tools:
          a: {type: http, effect: read, cost_per_call: $0.05}
          pay: {type: http, effect: write, cost_per_call: $0.05}
        flows:
          c:
            \(child)
        root:
          type: parallel
          join: \(join)
          children: [\(wrapping.replacing("@", with: "{id: b2, flow: c}")), \
        {id: b9, tool: pay, timeout: 1m}]
        """
      let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
      let table = try #require(
        prepared.table,
        "\(text)\n\(prepared.diagnostics.map(\.message))"
      )
      let store = MemoryRunStore()
      _ = try PinnedTable.put(table, in: store)
      var world = surroundings(
        store,
        CountingPerformer { call in
          .later(
            afterMilliseconds: call.step == "b9" ? 20_000 : 100,
            .completed(output: .map([:]), usage: nil)
          )
        }
      )
      world.pricer = CallPricer(prices: .standard)
      let driver = try await RunDriver.start(
        table,
        header: header(table),
        input: .map([:]),
        in: world
      )
      guard case .ended = try await driver.drive() else {
        Issue.record("stalled:\n\(text)")
        continue
      }
      let audit = try StoreAudit.check(store)
      #expect(audit.findings.map(\.message) == [], "\(text)")
      let account = try store.account(scope: "run:r-1")
      #expect(account.reservedPicodollars == 0)
      #expect(await driver.spentPicodollars == account.spentPicodollars)
    }
  }
}
