import Runtime
import Signalbox
import Testing

/// `expect.calls` of scenarios: calls that must have been made.
@Suite struct CallExpectationTests {
  private static let flow = """
    signalbox: 1
    name: two
    agents: {boss: {type: human_task, roles: [lead], timeout: 1h}}
    tools: {pay: {type: http, effect: write, timeout: 5s}}
    tasks:
      - {id: a, tool: pay, with: {n: 1, to: bob}}
      - {id: b, tool: pay, with: {n: 2, to: bob}, retry: {max_attempts: 2}}
      - {id: c, agent: boss}
    """

  @Test(
    arguments: [
      ("[{tool: pay}, {tool: pay}, {tool: pay}]", 0),
      ("[{tool: pay}, {tool: pay, with: {n: 1}}]", 0),
      ("[{step: b, status: failure}, {step: b, status: success}]", 0), ("[{agent: boss}]", 0),
      ("[{step: c, when: \"output.ok\"}]", 0), ("[]", 0),
      ("[{tool: pay}, {tool: pay}, {tool: pay}, {tool: pay}]", 1),
      ("[{tool: pay, with: {n: 3}}]", 1), ("[{step: a, status: failure}]", 1),
      ("[{tool: pay, with: {n: 1}}, {step: a}]", 1), ("[{step: c, when: \"!output.ok\"}]", 1),
      ("[{agent: boss}, {agent: boss}, {agent: boss}]", 2),
    ]
  )
  func `each takes a call of its own`(_ calls: String, _ failures: Int) async throws {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: Self.flow))
    let table = try #require(prepared.table)
    let text = """
      scenarios:
        - name: it
          script: {a: {output: {}}, b: [{error: failed}, {output: {}}], c: {output: {ok: true}}}
          expect: {outcome: success, calls: \(calls)}
      """
    let (file, findings) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
    #expect(findings.map(\.message) == [])
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    let report = await runner.run(try #require(file?.scenarios.first))
    #expect(report.failures.count == failures, "\(report.failures.map(\.message))")
    #expect(report.failures.allSatisfy { $0.message.hasPrefix("calls: ") && $0.span != nil })
  }
}
