import Signalbox
import Testing

/// Bounds of what runs side by side, per item and in child flows.
@Suite("parts of a table")
struct PartTests {
  private static let header = """
    signalbox: 1
    name: small
    input: {names: {type: array, maxItems: 10}}
    tools:
      a: {type: http, effect: read, timeout: 1s, cost_per_call: $0.001}
      b: {type: http, effect: read, timeout: 5s, cost_per_call: $0.01, output: {v: {type: integer}}}
      c: {type: http, effect: read, timeout: 3s, cost_per_call: $0.1}

    """

  /// Worst cost in tenths of a cent and worst time in seconds.
  private func worst(_ body: String) throws -> (mills: Int64?, seconds: Int64?) {
    let text = Self.header + body
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let report = CostAnalysis.analyse(table)
    return (
      report.worst.picodollars.value.map { $0 / 1_000_000_000 },
      report.worst.elapsedMilliseconds.value.map { $0 / 1_000 }
    )
  }

  @Test(
    "money adds up, times overlap",
    arguments: [
      ("tasks: [{id: x, tool: a}, {id: y, tool: b}, {id: z, tool: c}]", 111, 9),
      ("tasks: [{id: p, type: parallel, tasks: [{id: x, tool: a}, {id: y, tool: b}]}]", 11, 5),
      // Losers have been paid.
      (
        "tasks: [{id: p, type: parallel, join: any, tasks: [{id: x, tool: a}, {id: y, tool: b}]}]",
        11, 5
      ),
      (
        "tasks: [{id: p, type: parallel, concurrency: 1, tasks: [{id: x, tool: a}, {id: y, "
          + "tool: b}]}]",
        11, 6
      ),
      (
        "tasks: [{id: x, tool: a}, {id: y, tool: b, depends_on: [x]}, {id: z, tool: c, "
          + "depends_on: [x]}]",
        111, 6
      ),
      ("tasks: [{id: m, for_each: \"input.names\", max_items: 10, tool: b}]", 100, 5),
      (
        "tasks: [{id: m, for_each: \"input.names\", max_items: 10, concurrency: 4, tool: b}]", 100,
        15
      ),
      (
        "tasks: [{id: m, for_each: \"input.names\", max_items: 2, concurrency: 1, tasks: [{id: x, "
          + "for_each: \"input.names\", max_items: 3, tool: a}, {id: y, tool: b, "
          + "retry: {max_attempts: 2}}]}]",
        46, 22
      ),
      (
        "tasks: [{id: k, flow: f}]\nflows: {f: {tasks: [{id: x, tool: a}, {id: y, tool: b}]}}", 11,
        6
      ),
    ]
  )
  func bounds(_ body: String, _ mills: Int64, _ seconds: Int64) throws {
    let found = try worst(body)
    #expect(found.mills == mills)
    #expect(found.seconds == seconds)
  }

  @Test(
    "results are read only after they are written",
    arguments: [
      ("tasks: [{id: y, tool: b}, {id: k, check: \"y.v > 1\"}]", true),
      ("tasks: [{id: k, check: \"y.v > 1\"}, {id: y, tool: b}]", false),
      ("tasks: [{id: y, tool: b}, {id: k, check: \"y.v > 1\", depends_on: [y]}]", true),
      (
        "tasks: [{id: y, tool: b}, {id: k, check: \"y.v > 1\", depends_on: [z]}, {id: z, tool: a}]",
        false
      ),
      (
        "tasks: [{id: y, tool: b, when: \"size(input.names) > 1\"}, {id: k, check: \"y.v > 1\"}]",
        false
      ),
      ("tasks: [{id: p, tasks: [{id: y, tool: b}]}, {id: k, check: \"y.v > 1\"}]", false),
      (
        "tasks: [{id: p, tasks: [{id: y, tool: b}], result: {v: \"{{ y.v }}\"}}, "
          + "{id: k, check: \"p.v > 1\"}]", true
      ),
      (
        "tasks: [{id: y, tool: b}, {id: m, for_each: \"input.names\", max_items: 2, "
          + "tasks: [{id: k, "
          + "check: \"y.v > 1\"}]}]", true
      ),
      (
        "tasks: [{id: m, for_each: \"input.names\", max_items: 2, tasks: [{id: k, "
          + "check: \"y.v > 1\"}, "
          + "{id: y, tool: b}]}]", false
      ),
      (
        "tasks: [{id: y, tool: b}, {id: f, flow: g}]\nflows: {g: {tasks: [{id: k, "
          + "check: \"y.v > 1\"}]}}",
        false
      ),
    ]
  )
  func reads(_ body: String, _ isSound: Bool) {
    let file = SourceFile(name: "flow.yaml", text: Self.header + body)
    let prepared = FlowPreparation.prepare(file)
    #expect(prepared.isSound == isSound, "\(prepared.diagnostics.map(\.message))")
  }
}
