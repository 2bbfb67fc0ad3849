import Signalbox
import SignalboxTesting
import Testing

/// The enumeration of small flows.
@Suite struct EnumeratedFlowTests {
  @Test func `there are thousands, every body and nesting of two among them`() {
    let flows = EnumeratedFlows()
    #expect(flows.count >= 5_000)
    var seen: Set<FlowPair> = []
    for flow in flows { seen.insert(.nesting(flow.container, flow.content)) }
    // What the enumeration leaves out says the same as something that is in.
    let missing = FlowCoverage.allPairs.filter { pair in
      guard case .nesting(let container, let content) = pair else { return false }
      let isSpared = container == .turns || content == .leaf(.model) || content == .leaf(.agent)
      return !isSpared && !seen.contains(pair)
    }
    #expect(missing.map(\.name) == [])
  }

  @Test func `each compiles, has its invariant, and costs something or calls nobody`() throws {
    let flows = EnumeratedFlows()
    let stride = Sample.isSoak ? 1 : 11
    for position in Swift.stride(from: 0, to: flows.count, by: stride) {
      let flow = flows[position]
      let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: flow.text))
      let definition = try #require(loaded.flow, "\(flow.number): \(flow.name)\n\(flow.text)")
      #expect(definition.invariants.count == 1)
      let compiled = FlowCompiler.compile(definition)
      let error = (loaded.diagnostics + compiled.diagnostics).first { $0.severity == .error }
      #expect(
        compiled.table != nil && error == nil,
        "\(flow.number): \(flow.name): \(error?.message ?? "-")\n\(flow.text)"
      )
      #expect(flow.text == flows[position].text)
    }
  }

  @Test func `every invariant stands beside many shapes`() {
    var counts: [String: Int] = [:]
    for flow in EnumeratedFlows() { counts[flow.invariant, default: 0] += 1 }
    #expect(counts.count == 12)
    #expect(counts.values.allSatisfy { $0 > 100 }, "\(counts)")
  }
}
