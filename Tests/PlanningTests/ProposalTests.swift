import Signalbox
import TestSupport
import Testing

/// Proposals of every kind, good and bad, through the production driver.
@Suite struct ProposalTests {
  /// Every spoilt proposal is refused with a fitting code, nothing of it runs, and the flow ends
  /// through its fallback.
  @Test(arguments: 0..<12)
  func spoiltPlansAreRefused(_ round: Int) async throws {
    let table = try table(of: repairFlow)
    for (number, mistake) in PlanMistake.all.enumerated() {
      let seed = UInt64(round * 1_000 + number)
      var generator = PlanGenerator(seed: seed)
      let tasks = generator.correct().map { Value.map($0) }
      let text = mistake.spoil(&generator, tasks)
      let performer = PlanPerformer([text, text])
      let run = try await play(table, performer)
      let context = "seed \(seed), \(mistake.kind): \(text.prefix(300))"
      #expect(run.ending == "paged", "\(context)")
      // Nobody but the fallback was called.
      #expect(performer.calls.map(\.step) == ["wake"], "\(context)")
      #expect(try run.childCount == 0, "\(context)")
      let proposals = try run.proposals
      #expect(proposals.count == 2, "\(context)")
      for proposal in proposals {
        guard case .refused(let refusals) = proposal.verdict else {
          Issue.record("accepted: \(context)")
          continue
        }
        #expect(
          refusals.contains { mistake.codes.contains($0.code) },
          "\(refusals.map(\.line)): \(context)"
        )
      }
    }
  }

  @Test("so many spoilt proposals there are at least") func counts() {
    #expect(PlanMistake.all.count * 12 >= 500)
  }

  /// Correct proposals are accepted and finish, within what was foreseen.
  @Test(arguments: 0..<10)
  func correctPlansFinish(_ round: Int) async throws {
    let table = try table(of: repairFlow)
    for number in 0..<25 {
      let seed = UInt64(1_000_000 + round * 100 + number)
      var generator = PlanGenerator(seed: seed)
      let text = plan(generator.correct().map { .map($0) })
      let run = try await play(table, PlanPerformer([text]))
      let proposals = try run.proposals
      let lines = proposals.flatMap { proposal -> [String] in
        if case .refused(let refusals) = proposal.verdict { refusals.map(\.line) } else { [] }
      }
      #expect(try run.verdicts == ["accepted"], "seed \(seed): \(lines): \(text)")
      #expect(run.ending == "", "seed \(seed): \(text): \(run.ending)")
      #expect(try run.childCount == 1)
      guard case .accepted(_, let worst, _)? = proposals.first?.verdict else { continue }
      let spent = try run.store.account(scope: "run:r-1.plan-1").spentPicodollars
      #expect(spent <= worst, "seed \(seed): \(text)")
      let report = try RunReplay.verify(run.store, runID: "r-1", table: table)
      guard case .identical = report.verdict else {
        Issue.record("seed \(seed): the replay differs")
        continue
      }
    }
  }

  @Test("a repaired proposal runs") func repaired() async throws {
    let table = try table(of: repairFlow)
    let bad = #"{"tasks": [{"id": "x", "tool": "restart"}]}"#
    let good = #"{"tasks": [{"id": "x", "tool": "page"}]}"#
    let run = try await play(table, PlanPerformer([bad, good]))
    #expect(try run.verdicts == ["SBX-INV-001", "accepted"])
    #expect(run.performer.calls.map(\.step) == ["x"])
    let second = try #require(run.performer.questions.last)
    // The model is told what was wrong, and what it had said.
    #expect(second.contains("SBX-INV-001"))
    #expect(second.contains("\"tool\": \"restart\""))
  }

  @Test("a fenced answer is read, prose around it is not") func fences() async throws {
    let table = try table(of: repairFlow)
    let good = #"{"tasks": [{"id": "x", "tool": "page"}]}"#
    let fenced = try await play(table, PlanPerformer(["```json\n\(good)\n```\n"]))
    #expect(try fenced.verdicts == ["accepted"])
    let prose = try await play(table, PlanPerformer(["Here:\n```json\n\(good)\n```", "no"]))
    #expect(try prose.verdicts == ["SBX-PLAN-001", "SBX-PLAN-001"])
  }

  @Test("a silent model leads to the fallback") func silent() async throws {
    let table = try table(of: repairFlow)
    let run = try await play(table, PlanPerformer([]))
    #expect(run.ending == "paged")
    #expect(try run.proposals.isEmpty)
  }

  @Test("what is left of the budget counts as well as the plan's own") func remainder() async throws
  {
    // $0.50 for the run; 46 cents go before.
    let flow = repairFlow.edited("budget: {hard: $0.50}", with: "budget: {hard: $0.21}")
    // The gate refuses the flow as a whole; a run that is started all the same is kept in bounds.
    let table = try table(of: flow)
    let four = (0..<4).map {
      "{\"id\": \"s\($0)\", \"tool\": \"scale\", \"with\": {\"strategy\": \"canary\"}}"
    }
    let dear = "{\"tasks\": [\(four.joined(separator: ", "))]}"
    let run = try await play(table, PlanPerformer([dear, dear]))
    #expect(try run.verdicts.allSatisfy { $0 == "accepted" || $0 == "SBX-PLAN-005" })
    #expect(try run.store.account(scope: "run:r-1").spentPicodollars <= 210_000_000_000)
  }
}
