import Signalbox
import Testing

/// The figures of a flow whose worst case is worked out by hand.
@Suite("plan of a support flow")
struct TriagePlanTests {
  private func report(_ text: String = TriageFlow.text) throws -> CostReport {
    let compiled = TriageFlow.compile(text)
    let table = try #require(
      compiled.table,
      "\(compiled.diagnostics.map { $0.code.id + " " + $0.message })"
    )
    return CostAnalysis.analyse(table)
  }

  @Test("the worst case is 2 tries of classify and 2 visits of write")
  func worst() throws {
    let report = try report()
    #expect(report.worst.picodollars == .known(17_594_000_000))
    #expect(report.worst.tokens == .known(7_640))
    #expect(report.worst.workMilliseconds == .known(145_000))
    #expect(report.worst.elapsedMilliseconds == .known(48 * 3_600_000 + 145_000))
    #expect(report.least.picodollars == .known(0))
    #expect(
      report.dearestWay?.names(in: report.table) == [
        "classify", "search", "write", "review", "write", "review", "send", "answered",
      ]
    )
    let shares = report.outcomes.compactMap(\.share).reduce(0, +)
    #expect(abs(shares - 1) < 1e-9)
    let steps = report.steps.reduce(0) { $0 + $1.worstPicodollars }
    #expect(steps == 17_594_000_000)
  }

  @Test("the gate passes with 12 % to spare, and refuses a smaller budget with remedies")
  func gate() throws {
    let report = try report()
    let passed = BudgetGate.decide(report)
    #expect(!passed.isRefused)
    #expect(passed.lines.first == "hard $0.020000 >= worst: passes, 12.0 % to spare")
    #expect(passed.reservationPicodollars == 17_594_000_000)
    let refused = BudgetGate.decide(report, overrideHard: 10_000_000_000)
    #expect(refused.isRefused)
    let finding = try #require(refused.diagnostics.first)
    #expect(finding.code.id == "SBX-COST-002")
    #expect(
      finding.message
        == "worst case $0.017594 is over the hard budget $0.010000, by $0.007594"
    )
    #expect(
      finding.label == "2 visits of `write`, $0.008500 each: 96.6 % of the worst case"
    )
    #expect(finding.span?.startPosition.line == 49)
    #expect(
      finding.notes.map(\.message) == [
        "dearest way: classify > search > write > review > write > review > send > answered",
        "one of these is enough: write.max_visits 1 ($0.009094); "
          + "writer.model gpt-4o-mini ($0.001614)",
      ]
    )
    let exact = BudgetGate.decide(report, overrideHard: 17_594_000_000)
    #expect(!exact.isRefused)
    #expect(BudgetGate.decide(report, overrideHard: 17_593_999_999).isRefused)
  }

  @Test("the plan reads as it should")
  func text() throws {
    let report = try report()
    let verification = Verifier.verify(
      try #require(TriageFlow.compile(TriageFlow.text).table)
    )
    let text = PlanText.render(
      report,
      verification: verification,
      gate: BudgetGate.decide(report),
      digest: "7c1e40a9"
    )
    #expect(verification.waysThrough == 26)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(
      lines.contains(
        "  write                  2 x 1     1,800       400  $0.008500  $0.017000   96.6 %"
      )
    )
    #expect(
      lines.contains(
        "cheaper    write.max_visits 1 -> worst $0.009094 | "
          + "writer.model gpt-4o-mini -> worst $0.001614"
      )
    )
    #expect(lines.contains { $0.hasPrefix("  with people") && $0.hasSuffix("cannot be reached") })
    #expect(
      text
        == PlanText.render(
          report,
          verification: verification,
          gate: BudgetGate.decide(report),
          digest: "7c1e40a9"
        )
    )
    guard case .map(let plan) = PlanJSON.value(report, gate: BudgetGate.decide(report)) else {
      Issue.record("a plan is a map")
      return
    }
    #expect(plan["worst"]?["picodollars"] == .int(17_594_000_000))
  }

  @Test("an unknown model is unknown and refused under a hard budget")
  func unknownModel() throws {
    let report = try report(TriageFlow.replacing("model: gpt-4o}", with: "model: big-1}"))
    #expect(report.worst.picodollars == .unknown)
    #expect(report.worst.tokens == .known(7_640))
    let gate = BudgetGate.decide(report)
    #expect(gate.isRefused)
    #expect(gate.diagnostics.map(\.code.id) == ["SBX-COST-001"])
    #expect(
      gate.diagnostics.first?.message
        == "the cost of `write` is not known: no price of model `big-1`"
    )
    #expect(gate.reservationPicodollars == nil)
  }

  @Test("a loop without a limit has no bound, unless max_steps is declared")
  func unbounded() throws {
    let open = TriageFlow.replacing("    max_visits: 2\n", with: "")
    let report = try report(open)
    #expect(report.worst.picodollars == .unbounded)
    #expect(report.worst.elapsedMilliseconds == .unbounded)
    #expect(BudgetGate.decide(report).diagnostics.map(\.code.id) == ["SBX-COST-003"])
    #expect(report.least.picodollars == .known(0))
    let limited = open.replacingHeader("timeout: 50h", with: "timeout: 50h\nmax_steps: 8")
    let bounded = try self.report(limited)
    // classify, search, then write and review three times each.
    #expect(bounded.worst.picodollars == .known(594_000_000 + 3 * 8_500_000_000))
    #expect(bounded.method == .maxSteps)
  }

  @Test("limits on tokens, percentiles and periods are answered plainly")
  func otherLimits() throws {
    let tokens = try report(
      TriageFlow.replacing("soft: $0.012}", with: "tokens: 5000, per: day}")
    )
    #expect(
      BudgetGate.decide(tokens).diagnostics.map(\.code.id) == ["SBX-COST-005", "SBX-COST-007"]
    )
    let percentile = try report(TriageFlow.replacing("soft: $0.012}", with: "gate: p95}"))
    #expect(BudgetGate.decide(percentile).diagnostics.map(\.code.id) == ["SBX-COST-006"])
    let soft = try report(TriageFlow.replacing("soft: $0.012}", with: "soft: $0.0001}"))
    let decision = BudgetGate.decide(soft)
    #expect(!decision.isRefused)
    #expect(decision.diagnostics.map(\.code.id) == ["SBX-COST-004"])
  }
}

extension String {
  func replacingHeader(_ line: String, with other: String) -> String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0 == line ? other : String($0) }.joined(separator: "\n")
  }
}
