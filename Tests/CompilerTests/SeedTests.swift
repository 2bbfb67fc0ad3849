import Foundation
import Signalbox
import Testing

/// The state machines of the seed documents, their text unchanged, with overlays.
///
/// Skipped where the documents are not beside the package.
@Suite struct SeedTests {
  static let folder = Corpus.package.appending(path: "../shared/seeds/yaml")
  static let isThere = FileManager.default.fileExists(atPath: folder.path)

  static let overlays: [String: String] = [
    "s4-planner-fsm-support": """
    name: support
    agents:
      classify: {type: llm, model: gpt-4}
      generate_response: {type: llm, model: gpt-4}
      human_review: {type: human_task}
    tools:
      knowledge_search:
        type: http
        effect: read
        output: {confidence: {type: number}, data_sources: {type: array}}
      send_response: {type: smtp}
      fallback_response: {type: smtp}
    """,
    "s4-fraud-detection": """
    tools:
      score_transaction: {type: http, effect: read, output: {risk_score: {type: number}}}
      additional_checks: {type: http, effect: read, output: {combined_score: {type: number}}}
      approve_transaction: {type: http}
      flag_for_manual_review: {type: http}
    """,
    "s4-content-moderation": """
    entry: decision_maker
    tools:
      collect_results:
        type: http
        effect: read
        output: {all_checks_passed: {type: boolean}, violation_severity: {type: number}}
      approve_content: {type: http}
      ban_content: {type: http}
    final_states: [flag_for_review]
    """,
  ]

  private func compile(_ name: String, overlay: String?) throws -> Compiled {
    let data = try Data(contentsOf: Self.folder.appending(path: "\(name).yaml"))
    return Corpus.compile(
      SourceFile(name: "\(name).yaml", bytes: Array(data)),
      overlays: overlay.map { [SourceFile(name: "overlay.yaml", text: $0)] } ?? []
    )
  }

  @Test(
    .enabled(if: isThere, "the seed documents are not here"),
    arguments: overlays.keys.sorted()
  )
  func seedsCompileWithTheirOverlay(_ name: String) throws {
    let compiled = try compile(name, overlay: Self.overlays[name])
    let table = try compiled.required().table
    #expect(table.nodes.contains { $0.kind == .final })
    #expect(table.rows.allSatisfy { $0.target != noIndex })
    let stored = try TransitionTable(decoding: table.encoded())
    #expect(stored.digest == table.digest)
  }

  @Test(
    .enabled(if: isThere, "the seed documents are not here"),
    arguments: overlays.keys.sorted()
  )
  func seedsAreRefusedWithoutTheirOverlay(_ name: String) throws {
    let compiled = try compile(name, overlay: nil)
    let isRefused = compiled.table == nil
    #expect(isRefused)
    #expect(compiled.diagnostics.contains { $0.severity == .error && $0.hint != nil })
  }
}
