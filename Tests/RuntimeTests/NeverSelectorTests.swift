import Costing
import Runtime
import Signalbox
import Source
import Testing

/// `never` in scenarios: what must not have been called, by input, answer and status.
@Suite struct NeverSelectorTests {
  private static let flow = """
    signalbox: 1
    name: small
    timeout: 1h
    input: {}
    agents:
      clerk: {type: scripted, timeout: 10s, output: {verdict: {type: string}, n: {type: integer}}}
    tools:
      pay: {type: http, effect: write, timeout: 10s, cost_per_call: $0, input: {to: {type: string}}}
    tasks:
      - {id: ask, agent: clerk}
      - {id: pay_one, tool: pay, with: {to: anna}}
      - {id: again, agent: clerk, when: "ask.verdict == 'unsure'"}
    """

  private func failures(_ never: String, _ verdict: String = "yes") async throws -> [String] {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: Self.flow))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let text = """
      scenarios:
        - name: one
          script:
            ask: {output: {verdict: \(verdict), n: 3}}
            again: {error: unavailable}
            pay_one: {output: {}}
          expect: {never: [\(never)]}
      """
    let (file, found) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
    let scenarios = try #require(file, "\(found.map(\.message))")
    let runner = ScenarioRunner(table: table, pricer: .declaredOnly)
    let refused = runner.check(scenarios)
    if !refused.isEmpty { return refused.map(\.message) }
    return await runner.run(scenarios).flatMap(\.failures).map(\.message)
      .filter { $0.hasPrefix("never") }
  }

  @Test(
    "calls that a selector matches fail the scenario",
    arguments: [
      ("{tool: pay}", true), ("{tool: pay, with: {to: anna}}", true),
      ("{tool: pay, with: {to: ben}}", false), ("{tool: pay, status: failure}", false),
      ("{agent: clerk, when: \"output.verdict == 'yes'\"}", true),
      ("{agent: clerk, when: \"output.verdict == 'no'\"}", false),
      ("{step: ask, when: \"ask.n > 2 && output.n == 3\"}", true),
      ("{step: ask, when: \"ask.n > 3\"}", false),
      ("{step: ask, when: \"ask.verdict == 'yes'\", status: success}", true),
      ("{step: again}", false),
    ]
  )
  func selects(_ never: String, _ matches: Bool) async throws {
    let found = try await failures(never)
    #expect(found.isEmpty != matches, "\(never): \(found)")
  }

  @Test("a call without an answer matches no condition, and conditions are checked before")
  func withoutAnswer() async throws {
    #expect(try await failures("{step: again, when: \"true\"}", "unsure").isEmpty)
    #expect(try await failures("{step: again}", "unsure").count == 1)
    let wrong = try await failures("{agent: clerk, when: \"outptu.verdict == 'yes'\"}")
    #expect(wrong.count == 1 && wrong[0].contains("outptu"), "\(wrong)")
    let failing = try await failures("{agent: clerk, when: \"output.missing == 1\"}")
    #expect(failing.count == 1 && failing[0].hasPrefix("never: "), "\(failing)")
    let text = "scenarios: [{name: x, expect: {never: [{tool: pay, when: 3}]}}]"
    #expect(ScenarioFile.load(SourceFile(name: "t.yaml", text: text)).1.hasErrors)
  }
}
