import Signalbox
import SignalboxTesting
import Testing

/// Flows that bring every two kinds together, and what must hold of each of them.
@Suite struct CoveringFlowTests {
  private static let flows = Sample.isSoak ? 20_000 : 1_200

  @Test func `every pair is in a flow, and every flow compiles`() throws {
    let seed = Sample.seed(31)
    var flows = CoveringFlows(seed: seed)
    var census = KindCensus()
    for _ in 0..<Self.flows {
      let flow = flows.next()
      let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: flow.text))
      if let definition = loaded.flow { census.count(definition) }
      let (table, diagnostics) = flow.compiled
      let error = diagnostics.first { $0.severity == .error }
      #expect(
        table != nil && error == nil,
        "seed \(seed), flow \(flow.number): \(error?.message ?? "-")\n\(flow.text)"
      )
      guard let table else { continue }
      census.count(table.table)
      var drive = RandomDrive(table, seed: UInt64(flow.number))
      _ = drive.run(limit: 60) { _, _, after, output in census.count(after, output) }
    }
    print("\(flows.coverage.description), \(Self.flows) flows")
    #expect(flows.coverage.missingPairs.map(\.name) == [], "seed \(seed)")
    #expect(census.missing == [], "seed \(seed)")
    #expect(census.unexpected == [], "seed \(seed)")
  }

  @Test func `what cannot be paired says why`() {
    let possible = Set(FlowCoverage.allPairs)
    #expect(possible.count == FlowCoverage.allPairs.count)
    let contents = FlowContent.allCases.count
    let nestings = FlowContainer.allCases.count * contents
    let features = (contents + 1) * FlowFeature.allCases.count
    let excluded = FlowCoverage.exclusions
    #expect(possible.count + excluded.count == nestings + features)
    for exclusion in excluded {
      #expect(!possible.contains(exclusion.pair), "\(exclusion.pair.name)")
      #expect(!exclusion.reason.isEmpty, "\(exclusion.pair.name)")
    }
  }

  @Test func `a seed gives the same flows and the same runs`() throws {
    var (one, other) = (CoveringFlows(seed: 5), CoveringFlows(seed: 5))
    for _ in 0..<40 {
      let flow = one.next()
      #expect(flow.text == other.next().text)
      let table = try #require(flow.compiled.table)
      var (first, second) = (RandomDrive(table, seed: 9), RandomDrive(table, seed: 9))
      _ = first.run(limit: 40)
      _ = second.run(limit: 40)
      #expect(first.state.encoded() == second.state.encoded())
    }
  }
}
