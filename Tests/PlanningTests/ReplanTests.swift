import Signalbox
import Testing

/// What happens when an accepted plan does not succeed.
@Suite struct ReplanTests {
  private static func flow(_ replan: String, more: String = "") -> String {
    repairFlow.edited(
      "  fallback:\n",
      with: "  replan: \(replan)\n\(more)  fallback:\n"
    ).edited("budget: {hard: $0.50}", with: "budget: {hard: $2.00}")
  }

  private let first = #"""
    {"tasks": [
      {"id": "logs", "tool": "get_logs", "with": {"service": "{{ input.service }}"}},
      {"id": "grow", "tool": "scale", "with": {"strategy": "canary"}},
      {"id": "look", "agent": "analyst", "with": {"logs": "{{ logs.logs }}"}}
    ]}
    """#

  @Test("without `replan` a plan that fails fails the planner") func noReplan() async throws {
    let table = try table(of: repairFlow)
    let run = try await play(table, PlanPerformer([first], failing: ["look": .failed]))
    #expect(run.ending == "failed: failed")
    #expect(run.performer.called == ["get_logs", "scale", "analyst"])
  }

  @Test("adaptive: the next plan has the results of finished steps and repeats none")
  func adaptive() async throws {
    let table = try table(of: Self.flow("{strategy: adaptive, max: 1}"))
    let second = #"""
      {"tasks": [
        {"id": "grow_again", "tool": "scale", "with": {"strategy": "canary"}},
        {"id": "tell", "tool": "page", "with": {"found": "{{ logs.logs }}"}}
      ]}
      """#
    let performer = PlanPerformer([first, second], failing: ["look": .failed])
    let run = try await play(table, performer)
    #expect(try run.verdicts == ["accepted", "accepted"])
    #expect(run.ending == "")
    // The write of the first plan is known: the second one's equal call is answered from memory.
    #expect(performer.called == ["get_logs", "scale", "analyst", "page"])
    #expect(performer.calls.last?.input["found"] == .string("oom"))
    let last = try #require(run.proposals.last)
    #expect(last.kept.map(\.id) == ["logs", "grow"])
    #expect(last.forerunners == ["r-1.plan-1"])
    let question = try #require(performer.questions.last)
    #expect(question.contains("`look`: failed"))
    let report = try RunReplay.verify(run.store, runID: "r-1", table: table)
    #expect(report.childCount == 2)
    guard case .identical = report.verdict else {
      Issue.record("the replay differs: \(report.verdict)")
      return
    }
  }

  @Test("a finished step may be repeated word for word, not changed") func keptSteps() async throws
  {
    let table = try table(of: Self.flow("{strategy: adaptive, max: 1}"))
    let changed = #"{"tasks": [{"id": "logs", "tool": "page"}]}"#
    let repeated = #"""
      {"tasks": [
        {"id": "logs", "tool": "get_logs", "with": {"service": "{{ input.service }}"}},
        {"id": "tell", "tool": "page", "with": {"found": "{{ logs.logs }}"}}
      ]}
      """#
    let performer = PlanPerformer([first, changed, repeated], failing: ["look": .failed])
    let run = try await play(table, performer)
    #expect(try run.verdicts == ["accepted", "SBX-PLAN-008", "accepted"])
    #expect(performer.called == ["get_logs", "scale", "analyst", "page"])
  }

  @Test("what a plan did counts for the invariants of the next one") func history() async throws {
    let table = try table(of: Self.flow("{strategy: adaptive, max: 2}"))
    let restart = #"""
      {"tasks": [
        {"id": "ask", "agent": "oncall", "require": "output.decision == 'restart'"},
        {"id": "go", "tool": "restart"},
        {"id": "look", "agent": "analyst", "with": {"logs": "x"}}
      ]}
      """#
    let again = #"""
      {"tasks": [
        {"id": "ask_again", "agent": "oncall", "require": "output.decision == 'restart'"},
        {"id": "go_again", "tool": "restart", "with": {"other": "1"}}
      ]}
      """#
    let scale = #"{"tasks": [{"id": "grow", "tool": "scale", "with": {"strategy": "canary"}}]}"#
    let performer = PlanPerformer([restart, again, scale], failing: ["look": .failed])
    let run = try await play(table, performer)
    #expect(try run.verdicts == ["accepted", "SBX-INV-003", "SBX-INV-004"])
    #expect(run.ending == "paged")
    #expect(performer.called == ["oncall", "restart", "analyst", "page"])
  }

  @Test("conservative: the same plan once more, without what is done and without a model")
  func conservative() async throws {
    let table = try table(of: Self.flow("{strategy: conservative, max: 2, backoff: 5s}"))
    let performer = PlanPerformer([first], failing: ["look": .unavailable])
    let run = try await play(table, performer)
    #expect(try run.verdicts == ["accepted", "accepted", "accepted"])
    #expect(try run.proposals.map(\.source) == [.model, .repetition, .repetition])
    #expect(performer.questions.count == 1)
    #expect(performer.called == ["get_logs", "scale", "analyst", "analyst", "analyst", "page"])
    #expect(run.ending == "paged")
  }

  @Test("escalation: the fallback at once") func escalation() async throws {
    let table = try table(of: Self.flow("{strategy: escalation, max: 1}"))
    let run = try await play(table, PlanPerformer([first], failing: ["look": .failed]))
    #expect(run.ending == "paged")
    #expect(run.performer.called == ["get_logs", "scale", "analyst", "page"])
  }

  @Test("a person decides", arguments: ["replan", "fallback", "stop"])
  func human(_ word: String) async throws {
    let flow = Self.flow("{strategy: human, max: 1, agent: chief, timeout: 1h}")
      .edited(
        "  auditor:",
        with: "  chief: {type: human_task, output: {decision: {enum: [replan, fallback, stop]}}}\n"
          + "  auditor:"
      )
    let table = try table(of: flow)
    var answers = repairAnswers
    answers["chief"] = .map(["decision": .string(word)])
    let second = #"{"tasks": [{"id": "tell", "tool": "page"}]}"#
    let performer = PlanPerformer([first, second], answers: answers, failing: ["look": .failed])
    let run = try await play(table, performer)
    let wanted = ["replan": "", "fallback": "paged", "stop": "failed: failed"]
    #expect(run.ending == wanted[word])
    #expect(try run.verdicts.count == (word == "replan" ? 2 : 1))
  }

  @Test("triggers: only the declared ones") func triggers() async throws {
    let table = try table(of: Self.flow("{strategy: escalation, max: 1, on: [timeout, budget]}"))
    let failed = try await play(table, PlanPerformer([first], failing: ["look": .failed]))
    #expect(failed.ending == "failed: failed")
    let late = try await play(table, PlanPerformer([first], failing: ["look": .timeout]))
    #expect(late.ending == "paged")
    let dear = try await play(table, PlanPerformer([first], failing: ["look": .budget]))
    #expect(dear.ending == "paged")
  }

  @Test("a result below the wanted quality leads to another plan") func quality() async throws {
    let table = try table(
      of: Self.flow("{strategy: adaptive, max: 1, on: [quality], quality: \"output.risk < 0.3\"}")
    )
    let poor = #"{"tasks": [{"id": "look", "agent": "analyst", "with": {"logs": "a"}}]}"#
    let performer = PlanPerformer([poor, poor, poor])
    let run = try await play(table, performer)
    // Its only step is done; repeated word for word it has the same result.
    #expect(try run.verdicts == ["accepted", "accepted"])
    #expect(performer.called == ["analyst", "page"])
    #expect(run.ending == "paged")
  }

  @Test("an event from outside ends the plan under way") func event() async throws {
    let table = try table(
      of: Self.flow("{strategy: escalation, max: 1, on_event: [alert_over]}")
    )
    let waiting = #"{"tasks": [{"id": "rest", "wait": "30m"}, {"id": "tell", "tool": "page"}]}"#
    let text = """
      scenarios:
        - name: it is over
          input: {alert: a, service: cart}
          script:
            planner: {proposal: '\(waiting)', usage: {prompt: 1, output: 1}}
            wake: {output: {}}
          events: [{at: 10m, name: alert_over}]
          expect: {final: paged, never: [{step: tell}], assert: ["run.elapsed < duration('11m')"]}
      """
    let (file, findings) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
    #expect(findings.map(\.message) == [])
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    for report in await runner.run(try #require(file)) {
      #expect(report.failures.map(\.message) == [])
    }
  }

  @Test("a plan that takes too long is cancelled") func timeout() async throws {
    let flow = repairFlow.edited(
      "  plan_budget:",
      with: "  plan_timeout: 5m\n  plan_budget:"
    )
    let table = try table(of: flow)
    let waiting = #"{"tasks": [{"id": "rest", "wait": "30m"}, {"id": "tell", "tool": "page"}]}"#
    let run = try await play(table, PlanPerformer([waiting]))
    #expect(run.ending == "failed: timeout")
    #expect(run.performer.called == [])
  }

  @Test("a write of which nobody knows is not repeated by the next plan") func unknown()
    async throws
  {
    let table = try table(of: Self.flow("{strategy: adaptive, max: 1}"))
    let grow = #"{"tasks": [{"id": "grow", "tool": "scale", "with": {"strategy": "canary"}}]}"#
    let again = #"{"tasks": [{"id": "more", "tool": "scale", "with": {"strategy": "canary"}}]}"#
    let performer = PlanPerformer([grow, again], failing: ["scale": .unknown])
    let run = try await play(table, performer)
    #expect(performer.called.filter { $0 == "scale" } == ["scale"])
    #expect(run.ending == "paged")
  }
}
