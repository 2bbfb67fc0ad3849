import Definition
import Foundation
import Source
import Testing

/// Files that a corpus flow may include.
private let includes = MemoryIncludes([
  "support.yaml": """
  states:
    ask: {agent: clerk, on_success: done}
  initial_state: ask
  final_states: [done]
  """,
  "circle.yaml": "planner: {type: fsm, definition: circle.yaml}\n",
  "parts/deep.yaml": """
  states: {one: {on_success: two}}
  initial_state: one
  """,
  "list.yaml": "- a\n",
  "broken.yaml": "states: [\n",
])

private func load(_ folder: String, _ name: String) throws -> (FlowLoader.Result, URL) {
  let url = CorpusFile.root.appendingPathComponent(folder).appendingPathComponent(name)
  let file = try #require(CorpusFile.source(url))
  let stem = url.deletingPathExtension()
  let overlay = CorpusFile.source(stem.appendingPathExtension("overlay.yaml"))
  let result = FlowLoader.load(
    file,
    overlays: overlay.map { [$0] } ?? [],
    includes: includes,
    limits: Limits()
  )
  return (result, stem)
}

@Suite("corpus") struct CorpusTests {
  @Test("valid flows load as their golden text says", arguments: CorpusFile.names("valid"))
  func valid(_ name: String) throws {
    let (result, stem) = try load("valid", name)
    #expect(!result.diagnostics.hasErrors, "\(rendered(result.diagnostics))")
    let flow = try #require(result.flow)
    let text = FlowDump.dump(flow) + "--- findings\n" + rendered(result.diagnostics)
    #expect(try CorpusFile.golden(stem.appendingPathExtension("txt"), actual: text) == text)
  }

  @Test("invalid flows give their golden findings", arguments: CorpusFile.names("invalid"))
  func invalid(_ name: String) throws {
    let (result, stem) = try load("invalid", name)
    #expect(result.flow == nil)
    #expect(result.diagnostics.hasErrors)
    #expect(result.diagnostics.allSatisfy { $0.span != nil })
    let text = rendered(result.diagnostics)
    #expect(try CorpusFile.golden(stem.appendingPathExtension("txt"), actual: text) == text)
    // A file says on its first line how many errors it has: one slip is one finding.
    let file = try #require(
      CorpusFile.source(stem.appendingPathExtension("yaml"))
    )
    let errors = result.diagnostics.filter { $0.severity == .error }.count
    let first = file.line(1)
    let expected = first.hasPrefix("# errors: ") ? Int(first.dropFirst(10)) : 1
    #expect(errors == expected, "\(text)")
  }

  @Test("the corpus is there, with more invalid flows than valid ones") func counts() {
    #expect(CorpusFile.names("valid").count >= 10)
    #expect(CorpusFile.names("invalid").count > CorpusFile.names("valid").count)
  }

  @Test("every code of the flow format has a finding in the corpus") func codes() throws {
    var seen: Set<String> = []
    for folder in ["valid", "invalid"] {
      for name in CorpusFile.names(folder) {
        for diagnostic in try load(folder, name).0.diagnostics { seen.insert(diagnostic.code.id) }
      }
    }
    // Tested elsewhere: limits need other limits; quantities have no key yet.
    let elsewhere: Set<String> = ["SBX-FLOW-020", "SBX-FLOW-023", "SBX-QTY-001"]
    let all = Set(DiagnosticCode.definitionCodes.map(\.id))
    #expect(all.subtracting(seen) == elsewhere)
    #expect(all.count == DiagnosticCode.definitionCodes.count)
  }
}
