import Costing
import Runtime
import Signalbox
import Source
import Testing

/// `retry` on steps that hold others.
@Suite struct CompositeRetryTests {
  private static let head = """
    signalbox: 1
    name: small
    timeout: 1h
    input: {names: {type: array, maxItems: 10}}
    agents:
      ask: {type: scripted, timeout: 10s, cost_per_call: $0.01, output: {v: {type: integer}}}
    tools:
      put: {type: http, effect: write, timeout: 10s, cost_per_call: $0, input: {}}

    """
  private static let good = "{after: 1s, output: {v: 1}}"
  private static let bad = "{after: 1s, error: unavailable}"

  private func prepared(_ body: String) -> PreparedFlow {
    FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: Self.head + body))
  }

  private func failures(_ body: String, _ scenario: String) async throws -> [String] {
    let found = prepared(body)
    let table = try #require(found.table, "\(found.diagnostics.map(\.message))")
    let text = "scenarios:\n  - {name: one, input: {names: [a, b]}, \(scenario)}\n"
    let (file, findings) = ScenarioFile.load(SourceFile(name: "tests.yaml", text: text))
    let scenarios = try #require(file, "\(findings.map(\.message))")
    let runner = ScenarioRunner(table: table, pricer: .declaredOnly)
    return await runner.run(scenarios).flatMap(\.failures).map(\.message)
  }

  private static let pair = "tasks: [{id: a, agent: ask}, {id: b, agent: ask}]"
  private static let again = "retry: {max_attempts: 2, backoff: 5s}"

  @Test(
    "everything inside is done anew, after the pause",
    arguments: [
      // Two tasks in a row: the second fails once.
      (
        "tasks: [{id: p, \(again), \(pair)}]",
        "script: {a: \(good), b: [\(bad), \(good)]}, expect: {outcome: success, "
          + "path: [p, a, b, a, b], assert: [\"run.elapsed == duration('9s')\", "
          + "\"steps.p.attempts == 2\"]}"
      ),
      // Side by side: the other is halted, and asked again.
      (
        "tasks: [{id: p, \(again), type: parallel, \(pair)}]",
        "script: {a: [{after: 3s, output: {v: 1}}, \(good)], b: [\(bad), \(good)]}, "
          + "expect: {outcome: success, assert: [\"run.elapsed == duration('7s')\"]}"
      ),
      // A region of its own.
      (
        "tasks: [{id: p, type: parallel, tasks: [{id: q, \(again), \(pair)}, "
          + "{id: c, agent: ask}]}]",
        "script: {a: \(good), b: [\(bad), \(good)], c: \(good)}, expect: {outcome: success, "
          + "assert: [\"run.elapsed == duration('9s')\"]}"
      ),
      // A child flow.
      (
        "tasks: [{id: p, flow: f, \(again)}]\nflows: {f: {\(pair)}}",
        "script: {a: \(good), b: [\(bad), \(good)]}, expect: {outcome: success, "
          + "path: [p, a, b, a, b]}"
      ),
      // Every item for itself.
      (
        "tasks: [{id: m, for_each: \"input.names\", max_items: 2, concurrency: 1, \(again), "
          + "\(pair)}]",
        "script: {a: \(good), b: [\(bad), \(good), \(good)]}, expect: {outcome: success, "
          + "assert: [\"run.elapsed == duration('11s')\"]}"
      ),
      // As often as is said, and no more.
      (
        "tasks: [{id: p, \(again), \(pair)}]",
        "script: {a: \(good), b: \(bad)}, expect: {outcome: failure, error: unavailable, "
          + "path: [p, a, b, a, b]}"
      ),
      // Only for the kinds that are named.
      (
        "tasks: [{id: p, retry: {max_attempts: 2, on: [timeout]}, \(pair)}]",
        "script: {a: \(good), b: \(bad)}, expect: {outcome: failure, path: [p, a, b]}"
      ),
      // A deadline of one attempt.
      (
        "tasks: [{id: p, timeout: 2s, retry: {max_attempts: 2}, \(pair)}]",
        "script: {a: \(good), b: [{never: true}, {after: 500ms, output: {v: 1}}]}, "
          + "expect: {outcome: success, assert: [\"run.elapsed == duration('3500ms')\"]}"
      ),
      // A write whose outcome is unknown is not repeated, nor what holds it.
      (
        "tasks: [{id: p, \(again), tasks: [{id: w, tool: put, when: \"true\"}, "
          + "{id: b, agent: ask}]}]",
        "script: {w: {never: true}, b: \(good)}, expect: {outcome: failure, error: unknown, "
          + "path: [p, w]}"
      ),
      (
        "tasks: [{id: p, \(again), type: parallel, tasks: [{id: w, tool: put}, "
          + "{id: b, agent: ask}]}]",
        "script: {w: {never: true}, b: \(bad)}, expect: {outcome: failure, error: unavailable, "
          + "order: free, path: [p, w, b]}"
      ),
    ]
  )
  func scenarios(_ body: String, _ scenario: String) async throws {
    let found = try await failures(body, scenario)
    #expect(found.isEmpty, "\(found)")
  }

  @Test(
    "costs and times count every attempt",
    arguments: [
      ("tasks: [{id: p, \(again), \(pair)}]", 40, 45_000),
      ("tasks: [{id: p, retry: {max_attempts: 3}, type: parallel, \(pair)}]", 60, 30_000),
      ("tasks: [{id: p, flow: f, \(again)}]\nflows: {f: {\(pair)}}", 40, 45_000),
      (
        "tasks: [{id: m, for_each: \"input.names\", max_items: 5, concurrency: 1, \(again), "
          + "\(pair)}]", 200,
        225_000
      ),
      (
        "tasks: [{id: p, type: parallel, tasks: [{id: q, \(again), \(pair)}, "
          + "{id: c, agent: ask}]}]", 50, 45_000
      ),
    ]
  )
  func bounds(_ body: String, _ thousandths: Int64, _ milliseconds: Int64) throws {
    let found = prepared(body)
    let table = try #require(found.table, "\(found.diagnostics.map(\.message))")
    let report = CostAnalysis.analyse(table)
    #expect(report.worst.picodollars == .known(thousandths * 1_000_000_000))
    #expect(report.worst.elapsedMilliseconds == .known(milliseconds))
    #expect(report.steps.reduce(0) { $0 + $1.worstPicodollars } == thousandths * 1_000_000_000)
    #expect(found.verification?.longestMilliseconds == milliseconds)
  }

  @Test("an invariant counts what another attempt does again", arguments: [(1, true), (2, false)])
  func invariant(_ attempts: Int, _ holds: Bool) throws {
    let found = prepared(
      "invariants: [{at_most: 1, of: {tool: put}}]\ntasks: [{id: p, retry: {max_attempts: "
        + "\(attempts)}, tasks: [{id: w, tool: put}, {id: b, agent: ask}]}]"
    )
    let isBroken = found.diagnostics.contains { $0.code.id.hasPrefix("SBX-INV") }
    #expect(isBroken == !holds, "\(found.diagnostics.map(\.message))")
  }
}
