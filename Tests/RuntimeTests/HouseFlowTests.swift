import Costing
import FoundationEssentials
import Runtime
import Signalbox
import Source
import Testing

private let houseFlows: String? = {
  var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  parts.removeLast(4)
  let folder = parts.joined(separator: "/") + "/shared/design/house-flows"
  return FileManager.default.fileExists(atPath: folder) ? folder : nil
}()

/// The house flows that lie beside the repository, with the scenarios that come with them.
@Suite("house flows", .enabled(if: houseFlows != nil, "skipped: no house flows are here"))
struct HouseFlowTests {
  private func read(_ path: String) throws -> SourceFile {
    let folder = try #require(houseFlows)
    let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
    return SourceFile(name: path, text: text)
  }

  /// Proposals that stand in files beside the scenarios.
  private struct Plans: IncludeReader {
    func read(_ path: String) throws(IncludeError) -> SourceFile {
      let file = "\(houseFlows ?? "")/tests/\(path)"
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { throw .notFound }
      return SourceFile(name: path, text: text)
    }
  }

  @Test(
    arguments: [
      "document-pipeline", "deployment", "support-triage", "content-moderation",
      "incident-response",
    ]
  )
  func passes(_ name: String) async throws {
    let prepared = FlowPreparation.prepare(try read("\(name).yaml"))
    #expect(prepared.isSound, "\(prepared.diagnostics.map(\.message))")
    let table = try #require(prepared.table)
    let gate = BudgetGate.decide(CostAnalysis.analyse(table))
    #expect(!gate.isRefused, "\(gate.diagnostics.map(\.message))")
    let file = ScenarioFile.load(try read("tests/\(name).yaml"), includes: Plans()).file
    let scenarios = try #require(file)
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    for report in await runner.run(scenarios) {
      #expect(report.failures.map(\.message) == [], "\(report.name)")
    }
  }

  @Test("the document pipeline's bounds are those of its description") func bounds() throws {
    let table = try #require(FlowPreparation.prepare(try read("document-pipeline.yaml")).table)
    let report = CostAnalysis.analyse(table)
    #expect(report.worst.picodollars == .known(272_400_000_000))
    #expect(report.worst.elapsedMilliseconds == .known(1_950_000))
  }

  /// A machine with guards stands in for the decision table.
  @Test("the fraud check with a machine for its table") func fraudCheck() async throws {
    var text = String(decoding: try read("fraud-check.yaml").bytes, as: UTF8.self)
    let start = try #require(text.firstRange(of: "  decide:\n"))
    let end = try #require(text.firstRange(of: "  approve: {tool"))
    text.replaceSubrange(
      start.lowerBound..<end.lowerBound,
      with: """
          decide:
            on_success:
              - {when: "score.risk < 0.3 && input.amount <= 5000.0", target: approve}
              - when: "score.risk < 0.7 && recent.count_1h < 5 && input.amount <= 500.0"
                target: approve
              - {target: hold}

        """
    )
    text = text.replacing("{{ decide.?reason | default('no decision in time') }}", with: "held")
    text = text.replacing(
      "without: {step: decide, when: \"decide.verdict == 'approve'\"}",
      with: "without: {step: gather}"
    )
    let prepared = FlowPreparation.prepare(SourceFile(name: "fraud-check.yaml", text: text))
    #expect(prepared.isSound, "\(prepared.diagnostics.map(\.message))")
    let table = try #require(prepared.table)
    let tests = String(decoding: try read("tests/fraud-check.yaml").bytes, as: UTF8.self)
      .replacing("\"decide.row == 2\", ", with: "")
    let file = ScenarioFile.load(SourceFile(name: "tests.yaml", text: tests)).file
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    for report in await runner.run(try #require(file)) {
      #expect(report.failures.map(\.message) == [], "\(report.name)")
    }
  }
}
