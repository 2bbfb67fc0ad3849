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
    let file = try #require(ScenarioFile.load(try FlowFiles.read(scenarios)).file)
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
}
