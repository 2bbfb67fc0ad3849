import Costing
import Journal
import Runtime
import Signalbox
import Source
import Table
import Testing
import Values

/// Budgets of steps, child flows and agents.
@Suite struct CapTests {
  private static let top = """
    signalbox: 1
    name: shop
    budget: {hard: $1}
    timeout: 1h
    agents:
      clerk:
        type: scripted
        timeout: 10s
        cost_per_call: $0.01
        output: {v: {type: integer}}

    """

  private func prepared(_ body: String, agentBudget: String = "") -> PreparedFlow {
    let head =
      agentBudget.isEmpty
      ? Self.top
      : Self.top.replacing(
        "    cost_per_call",
        with: "    budget: \(agentBudget)\n    cost_per_call"
      )
    return FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: head + body))
  }

  @Test(
    "a part whose worst case is above its own budget is refused before the run",
    arguments: [
      ("tasks: [{id: a, agent: clerk, budget: $0.01}]", true),
      ("tasks: [{id: a, agent: clerk, budget: $0.009}]", false),
      ("tasks: [{id: a, agent: clerk, budget: $0.02, retry: {max_attempts: 2}}]", true),
      ("tasks: [{id: a, agent: clerk, budget: $0.02, retry: {max_attempts: 3}}]", false),
      (
        "tasks: [{id: p, budget: $0.02, type: parallel, "
          + "tasks: [{id: a, agent: clerk}, {id: b, agent: clerk}]}]", true
      ),
      (
        "tasks: [{id: p, budget: {hard: $0.019}, type: parallel, "
          + "tasks: [{id: a, agent: clerk}, {id: b, agent: clerk}]}]", false
      ),
      (
        "tasks: [{id: c, flow: f}]\n"
          + "flows: {f: {budget: {hard: $0.01}, tasks: [{id: a, agent: clerk}]}}", true
      ),
      (
        "tasks: [{id: c, flow: f}]\nflows: {f: {budget: {hard: $0.01}, "
          + "tasks: [{id: a, agent: clerk}, {id: b, agent: clerk}]}}", false
      ),
      (
        "input: {n: {type: array, maxItems: 3}}\n"
          + "tasks: [{id: m, for_each: \"input.n\", max_items: 3, agent: clerk, budget: $0.029}]",
        false
      ),
    ]
  )
  func gate(_ body: String, _ passes: Bool) throws {
    let table = try #require(prepared(body).table, "\(prepared(body).diagnostics.map(\.message))")
    let decision = BudgetGate.decide(CostAnalysis.analyse(table))
    #expect(decision.isRefused == !passes, "\(decision.diagnostics.map(\.message))")
    if !passes { #expect(decision.diagnostics.contains { $0.code == .overCap }) }
  }

  @Test("a table with budgets of parts is the same after coding") func coding() throws {
    let body = "tasks: [{id: a, agent: clerk, budget: {hard: $0.01, per: day}}]"
    let table = try #require(prepared(body, agentBudget: "$0.5").table?.table)
    #expect(table.caps.count == 2)
    let bytes = table.encoded()
    let decoded = try TransitionTable(decoding: bytes)
    #expect(decoded.caps == table.caps)
    #expect(decoded.encoded() == bytes)
    for count in [bytes.count - 1, bytes.count - 5] {
      #expect(throws: TableError.self) { try TransitionTable(decoding: Array(bytes[..<count])) }
    }
  }

  @Test("an agent's day is shared by runs and the runs that they start") func agentsDay()
    async throws
  {
    let body = """
      tasks: [{id: a, agent: clerk}, {id: c, flow: f}]
      flows: {f: {detach: true, tasks: [{id: b, agent: clerk}]}}
      """
    let found = prepared(body, agentBudget: "{hard: $0.03, per: day}")
    let table = try #require(found.table, "\(found.diagnostics.map(\.message))")
    let store = MemoryRunStore()
    let performer = CountingPerformer { _ in
      .completed(output: .map(["v": .int(1)]), usage: nil)
    }
    for number in 0..<3 {
      var world = surroundings(store, performer)
      world.pricer = .declaredOnly
      let driver = try await RunDriver.start(
        table,
        header: header(table, "r-\(number)"),
        input: .map([:]),
        in: world
      )
      _ = try await driver.drive()
      _ = await driver.driveChildren()
    }
    // Four calls of the first two runs, of which the last finds no room, and none of the third.
    #expect(performer.calls(of: "a") + performer.calls(of: "b") == 3)
    let account = try store.account(scope: "flow:shop:agent:clerk:1970-01-01")
    #expect(account == LedgerAccount(spentPicodollars: 30_000_000_000))
  }

  @Test("what has no effect in a part's budget is said") func notes() {
    let found = prepared("tasks: [{id: a, agent: clerk, budget: {hard: $0.01, soft: $0.001}}]")
    #expect(found.diagnostics.contains { $0.code == .capOnlyHard })
    let wrong = prepared("tasks: [{id: a, agent: clerk, budget: lots}]")
    #expect(wrong.table == nil)
  }
}
