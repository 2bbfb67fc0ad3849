import Costing
import FoundationEssentials
import Runtime
import Signalbox
import Source
import Testing

/// Every example's scenarios pass.
@Suite struct ExampleScenarioTests {
  private static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// Proposals that stand in files beside the scenarios.
  private struct Plans: IncludeReader {
    func read(_ path: String) throws(IncludeError) -> SourceFile {
      let file = "\(ExampleScenarioTests.root)/examples/tests/\(path)"
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { throw .notFound }
      return SourceFile(name: path, text: text)
    }
  }

  private func read(_ path: String) throws -> SourceFile {
    let file = "\(Self.root)/\(path)"
    return SourceFile(name: path, text: try String(contentsOfFile: file, encoding: .utf8))
  }

  @Test(
    arguments: [
      "customer-support", "fraud-detection", "content-pipeline", "deployment",
      "incident-response", "hybrid-rollout",
    ]
  )
  func everyScenarioPasses(_ name: String) async throws {
    let prepared = FlowPreparation.prepare(try read("examples/\(name).yaml"))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let (file, diagnostics) = ScenarioFile.load(
      try read("examples/tests/\(name).yaml"),
      includes: Plans()
    )
    #expect(diagnostics.map(\.message) == [])
    let scenarios = try #require(file)
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    #expect(runner.check(scenarios).map(\.message) == [])
    for report in await runner.run(scenarios) {
      let failures = report.failures.map { "\($0.span?.location ?? ""): \($0.message)" }
      #expect(failures == [], "\(report.name): \(report.path.joined(separator: " > "))")
    }
  }
}
