import FoundationEssentials
import Signalbox
import Testing

/// Flows of which something was once said that a run of them breaks, each with such a run.
@Suite struct HeldClaimTests {
  private static let folder: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast()
    return parts.joined(separator: "/") + "/corpus"
  }()

  private static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".scenarios.yaml") }.map { String($0.dropLast(15)) }.sorted()
  }()

  private func read(_ name: String) throws -> SourceFile {
    let text = try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
    return SourceFile(name: name, text: text)
  }

  @Test func `there are such flows`() { #expect(Self.names.count >= 20) }

  @Test(arguments: names)
  func `what the run breaks is not proven, and the run is known`(_ name: String) async throws {
    let prepared = FlowPreparation.prepare(try read("\(name).yaml"))
    let table = try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
    let flow = try #require(prepared.flow)
    #expect(prepared.broken.count == flow.invariants.count)
    let (scenarios, findings) = ScenarioFile.load(try read("\(name).scenarios.yaml"))
    #expect(findings.map(\.message) == [])
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: .standard))
    for report in await runner.run(try #require(scenarios)) {
      let unproven = report.failures.filter { $0.message.contains("SBX-PROOF") }
      #expect(unproven.map(\.message) == [])
      #expect(!report.path.isEmpty)
    }
  }
}
