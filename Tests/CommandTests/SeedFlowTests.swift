import Foundation
import Signalbox
import TestSupport
import Testing

@testable import SignalboxCommand

/// Definitions that were written elsewhere load unchanged; overlays declare what they leave open.
@Suite struct SeedFlowTests {
  private static let seeds = ProcessEnvironment.value("SIGNALBOX_SEEDS") ?? "../shared/seeds"
  private static let flows = [
    ("s4-planner-fsm-support", "support-fsm"),
    ("s4-fraud-detection", "fraud-scorer"),
    ("s4-content-moderation", "moderation-decision"),
    ("s4-devops-deployment.transliterated", "devops-deployment"),
    ("s4-planner-llm", "llm-planner"),
    ("s0-hello-world", "hello-world"),
    ("s0-customer-support-core", "customer-inquiry"),
    ("s0-intelligent-customer-support", "intelligent-support"),
    ("s0-intelligent-data-pipeline", "data-pipeline"),
    ("s0-task-types", "task-types"),
    ("s1-content-creation-hybrid", "content-creation"),
    ("s3-api-graph-create", "code-graph"),
    ("s4-content-moderation", "moderation-tree"),
    ("s4-planner-behavior-tree-urgency", "urgency-tree"),
    ("s4-content-moderation", "content-moderation"),
    ("s4-fraud-detection", "fraud-detection"),
    ("s4-devops-deployment.transliterated", "devops-pipeline"),
    ("s4-template-customer-support", "support-template"),
    ("s4-template-content-pipeline", "content-pipeline"),
    ("s4-agents-support", "support-agents"),
  ]

  private static var areThere: Bool { FileHandle.exists(seeds + "/yaml") }

  @Test(
    .enabled(if: areThere, "the seeds' definitions are not at SIGNALBOX_SEEDS: skipped"),
    arguments: flows
  )
  func loadUnchangedAndRunWithAnOverlay(seed: String, overlay: String) async throws {
    let flow = "\(Self.seeds)/yaml/\(seed).yaml"
    let with = "examples/overlays/\(overlay).yaml"
    let scenarios = "examples/overlays/tests/\(overlay).yaml"
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let checked = await Outcome("check", flow, "--with", with)
    #expect(checked.code == .success, "\(checked.output)\(checked.talk)")
    let planned = await Outcome("plan", flow, "--with", with)
    #expect(planned.code == .success, "\(planned.output)\(planned.talk)")
    let tested = await Outcome("test", flow, "--with", with, "--scenarios", scenarios)
    #expect(tested.code == .success, "\(tested.output)\(tested.talk)")
    let text = try #require(String(bytes: try FlowFiles.read(scenarios).bytes, encoding: .utf8))
    let file = try #require(ScenarioFile.load(try FlowFiles.read(scenarios)).file)
    // An ending's name says little: each scenario says which calls are made and what they cost.
    for key in ["calls:", "cost:"] {
      let count = text.components(separatedBy: key).count - 1
      #expect(count >= file.scenarios.count, "\(scenarios): \(key) in \(count) scenarios")
    }
    let store = "\(folder.path)/runs.db"
    for scenario in file.scenarios {
      _ = await Outcome(
        "run",
        flow,
        "--with",
        with,
        "--scenario",
        scenario.name,
        "--scenarios",
        scenarios,
        "--store",
        store
      )
    }
    // Plans that were accepted are runs of their own.
    let runs = try SQLiteRunStore(path: store).runs(limit: 100).filter { $0.header.parent == nil }
    #expect(runs.count == file.scenarios.count)
    for run in runs {
      let replayed = await Outcome("replay", run.header.runID, "--store", store)
      #expect(replayed.output.hasPrefix("replay identical: "), "\(replayed.output)")
    }
  }

  @Test(.enabled(if: areThere, "the seeds' definitions are not at SIGNALBOX_SEEDS: skipped"))
  func standInTheTableOfTheSpecification() throws {
    let text = try String(contentsOfFile: "specs/seeds.md", encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
      row.split(separator: "|").map { cell in
        cell.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Self.seeds)/yaml")
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(Set(rows.map { $0[0] }) == Set(files))
    let named = rows.filter { $0[2] != "–" }.map { "\($0[0]) \($0[2])" }
    #expect(named.sorted() == Self.flows.map { "\($0.0) \($0.1)" }.sorted())
    #expect(rows.allSatisfy { $0.count == 4 && !$0[3].isEmpty })
  }

  @Test func aLiveRunIsRefusedWhereNothingEnforcesWhatIsWritten() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let flow = "\(folder.path)/flow.yaml"
    try """
    tools:
      t: {type: process, argv: ["/bin/true"], cost_per_call: 0, timeout: 5s, rate_limit: 1/hour}
    tenants: {a: {namespace: a}}
    tasks: [{id: one, type: basic, tool: t}]
    """.write(toFile: flow, atomically: true, encoding: .utf8)
    let store = "\(folder.path)/runs.db"
    let refused = await Outcome("run", flow, "--store", store)
    #expect(refused.code == .refused)
    #expect(refused.talk.contains("`rate_limit`"))
    #expect(refused.talk.contains("--accept-unenforced rate_limit --accept-unenforced tenants"))
    let one = await Outcome("run", flow, "--store", store, "--accept-unenforced", "rate_limit")
    #expect(one.code == .refused)
    #expect(one.talk.contains("`tenants`"))
    let wrong = await Outcome("run", flow, "--accept-unenforced", "rate")
    #expect(wrong.code == .badUse)
    let accepted = await Outcome(
      "run",
      flow,
      "--store",
      store,
      "--accept-unenforced",
      "rate_limit",
      "--accept-unenforced",
      "tenants"
    )
    #expect(accepted.code != .refused, "\(accepted.talk)")
    #expect(accepted.code != .badUse, "\(accepted.talk)")
    let checked = await Outcome("check", flow)
    #expect(checked.code == .success)
    #expect(checked.talk.contains("SBX-FLOW-025") || checked.output.contains("SBX-FLOW-025"))
  }
}
