import Conformance
import Signalbox
import Source
import Testing

@Suite struct SuiteCheckTests {
  @Test func survey() throws {
    for (suite, flows) in [
      ("statecharts", try StatechartSuite.flows(directory: ConformanceDirectory.root + "/statecharts")),
      ("trees", try BehaviorTreeSuite.flows(directory: ConformanceDirectory.root + "/behavior-trees")),
      ("states", try StatesLanguageSuite.flows(directory: ConformanceDirectory.root + "/states-language")),
    ] {
      print("SURVEY \(suite) \(flows.count) flows")
      for flow in flows {
        let prepared = FlowPreparation.prepare(flow.flow, files: [], found: flow.diagnostics)
        for finding in prepared.diagnostics where finding.code != .noErrorEdge && finding.code != .noDeadline {
          print("FOUND \(flow.id) \(finding.severity) \(finding.code.id) \(finding.message) | \(finding.notes.map(\.message))")
        }
        guard let table = prepared.table else { continue }
        let passed = flow.passed(table)
        let relation = FlowRelation(table.table)
        for node in passed.nodes where !relation.isReached(Int(node)) { print("UNREACHED \(flow.id) \(table.table.nodes[Int(node)].name)") }
        for row in passed.rows where !relation.isRowTaken[Int(row)] { print("DEADROW \(flow.id) \(row)") }
      }
    }
  }
}
