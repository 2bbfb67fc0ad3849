import Signalbox
import Testing

/// What a plan is proven to keep rests on how it may start.
@Suite struct PlanProofTests {
  private let plan = #"{"tasks": [{"id": "tell", "tool": "page", "with": {"cause": "x"}}]}"#

  @Test("of what was not looked at to the end no plan is proven to keep it")
  func partialStarts() throws {
    let linked = try table(of: repairFlow)
    let planner = try #require(linked.table.planners.first)
    let judge = PlanJudge(linked, planner, prices: .standard)
    let accepted = try #require(judge.judge(plan).table)
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: repairFlow))
    let invariants = try #require(loaded.flow?.invariants)
    for (most, isWhole) in [(Limits().invariantStates, true), (0, false)] {
      var limits = Limits()
      limits.invariantStates = most
      let starts = InvariantCheck.starts(of: planner.running, linked, invariants, limits: limits)
      let report = InvariantCheck.check(plan: accepted, from: starts)
      #expect(report.findings.isEmpty)
      #expect(report.proofs.count == (isWhole ? invariants.count : 0))
      #expect(report.notAnalysed.count == (isWhole ? 0 : invariants.count))
    }
    var limits = Limits()
    limits.invariantStates = 0
    let strict = PlanJudge(linked, planner, prices: .standard, limits: limits).judge(plan)
    #expect(strict.table == nil)
    #expect(strict.refusals.count == invariants.count)
  }
}
