import FoundationEssentials
import Signalbox
import TestSupport
import Testing

/// How a run of a chart stands after an event, whoever ran it.
struct ChartAccount: Equatable, CustomStringConvertible {
  var active: [Int]
  var variables: [Int64]
  var log: [String]
  var end: String?

  init(_ run: LiteralRun) {
    end = run.end
    active = run.end == nil ? run.active : []
    variables = run.variables
    log = run.log
  }

  init(_ drive: Drive, variables count: Int) {
    let nodes = drive.table.table.nodes
    active = drive.state.tokens.compactMap { Int(nodes[Int($0.place)].name.dropFirst()) }.sorted()
    let fields = drive.value("state")
    variables = (0..<count).map { number in
      guard case .int(let value)? = fields?[LiteralChart.variable(number)] else { return .min }
      return value
    }
    log = drive.output.trace.compactMap { entry in
      guard case .logged(let label, let value) = entry else { return nil }
      guard case .int(let number) = value else { return "\(label)=\(value)" }
      return "\(label)=\(number)"
    }
    end = drive.state.outcome == nil ? nil : drive.end
    if case .failure(nil, let error, _)? = drive.state.outcome, error?.kind == .maxSteps {
      end = "too long"
    }
  }

  var description: String {
    "\(active.map(LiteralChart.name)) \(variables) \(log) \(end ?? "under way")"
  }
}

/// One chart with its events, run in several ways.
struct ChartComparison {
  let seed: UInt64
  let chart: LiteralChart
  let events: [String]

  init(seed: UInt64) {
    self.seed = seed
    chart = RandomChart.chart(seed: seed)
    events = RandomChart.events(seed: seed)
  }

  /// The table of the chart's flow.
  func table() throws -> LinkedTable {
    let compiled = FlowCompiler.compile(ChartFlow.flow(chart))
    guard let table = compiled.table else {
      let findings = compiled.diagnostics.map(\.message).joined(separator: "\n")
      throw BadFlow(description: "seed \(seed): \(findings)\n\(chart.description)")
    }
    return table
  }

  /// Where the executor departs from the literal run, if it does; and whether the run ended.
  func disagreement() throws -> (text: String?, end: String?) {
    var literal = LiteralRun(chart)
    var drive = try Drive(table())
    for number in 0...events.count {
      if number > 0 {
        literal.receive(events[number - 1])
        drive.send(.external(name: events[number - 1], payload: .null))
      }
      let expected = ChartAccount(literal)
      let found = ChartAccount(drive, variables: chart.variables.count)
      guard found == expected else {
        return (
          """
          seed \(seed), after \(events.prefix(number))
          literal:  \(expected)
          executor: \(found)
          \(chart.description)
          """, literal.end
        )
      }
      if literal.end != nil { break }
    }
    return (nil, literal.end)
  }

  /// Where a run that is restored after every event departs from one that is not.
  func restoredDisagreement() throws -> String? {
    var drive = try Drive(table())
    var restored = drive
    for event in events {
      drive.send(.external(name: event, payload: .null))
      restored.state = try RunState(decoding: restored.state.encoded(), for: restored.table)
      restored.send(.external(name: event, payload: .null))
      guard drive.state.encoded() == restored.state.encoded(), digest(drive) == digest(restored)
      else { return "seed \(seed), after \(event)\n\(chart.description)" }
    }
    return nil
  }

  private func digest(_ drive: Drive) -> [UInt8] {
    var writer = BinaryWriter()
    for entry in drive.trace { writer.write(trace: entry) }
    return writer.bytes
  }
}

@Suite struct RandomChartTests {
  private var cases: UInt64 { isSoak ? 50_000 : 1_500 }
  private var isSoak: Bool { ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1" }

  @Test func `the executor does with charts what the W3C algorithm says`() throws {
    guard evaluatesExpressions else { return }
    var ended: UInt64 = 0
    var tooLong: UInt64 = 0
    for seed in 0..<cases {
      let (text, end) = try ChartComparison(seed: seed).disagreement()
      if let text {
        Issue.record("\(text)")
        return
      }
      if end == "too long" { tooLong += 1 } else if end != nil { ended += 1 }
    }
    // Most runs go on: a property of charts that end at once would say little.
    #expect(ended > cases / 100 && ended < cases / 2, "\(ended) of \(cases) runs ended")
    #expect(tooLong > 0 && tooLong < cases / 20, "\(tooLong) of \(cases) runs went on for too long")
  }

  @Test func `a chart restored after every event goes the same way`() throws {
    guard evaluatesExpressions else { return }
    for seed in 0..<cases / 3 {
      if let text = try ChartComparison(seed: seed).restoredDisagreement() {
        Issue.record("\(text)")
        return
      }
    }
  }
}
