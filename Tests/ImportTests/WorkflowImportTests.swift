import Signalbox
import Testing

@Suite struct WorkflowImportTests {
  private func imported(_ tasks: String) -> (flow: ImportedFlow?, diagnostics: [Diagnostic]) {
    let text = "document: {dsl: '1.0.0', namespace: n, name: w, version: '1.0.0'}\ndo:\n" + tasks
    return WorkflowImporter.flow(SourceFile(name: "workflow.yaml", text: text))
  }

  @Test(
    arguments: [
      (". ", "state.data"), (".a.b", "state.data.?a.?b.orValue(null)"),
      (".a[0]", "state.data.?a[?0].orValue(null)"),
      (".a == \"x\"", "state.data.?a.orValue(null) == 'x'"),
      ("{ a: 1, b: [ .c ] }", "{'a': 1, 'b': [state.data.?c.orValue(null)]}"),
      ("1 + 2 * 3", "(1 + (2 * 3))"), ("(1 + 2) * 3", "(((1 + 2)) * 3)"),
      ("$input.x", "state.data.?x.orValue(null)"),
    ]
  )
  func translatesExpressions(_ query: String, _ cel: String) throws {
    let (flow, diagnostics) = imported("  - one: {set: {v: '${ \(query) }'}}\n")
    let text = try #require(flow, "\(diagnostics.map(\.message))").text
    #expect(text.contains("{'v': \(cel)}"), "\(text)")
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let definition = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(definition)
    #expect(compiled.table != nil, "\(compiled.diagnostics.map(\.message))\n\(text)")
  }

  @Test(
    arguments: [
      ".a | length", "length", ".a[]", ".a[1:2]", ".a // 1", "\"x\\\\(.a)\"", "$secret.x", "..",
      "@base64", ".a |= 1", "map(.x)", "env.HOME", "input", "$__loc__",
    ]
  )
  func refusesTheRest(_ query: String) throws {
    let escaped = query.replacing("\"", with: "\\\"")
    let (flow, diagnostics) = imported("  - one: {set: {v: \"${ \(escaped) }\"}}\n")
    #expect(flow == nil)
    let finding = try #require(diagnostics.first { $0.severity == .error })
    #expect(finding.code == .importOutOfScope, "\(finding.message)")
    #expect(finding.span?.startPosition.line == 3)
  }

  @Test(
    arguments: [
      "  - one: {call: grpc, with: {}}\n", "  - one: {fork: {branches: []}}\n",
      "  - one: {listen: {}}\n", "  - one: {emit: {}}\n", "  - one: {run: {}}\n",
      "  - one: {set: {a: 1}, timeout: {after: PT1S}}\n",
    ]
  )
  func refusesOtherTasks(_ tasks: String) throws {
    let (flow, diagnostics) = imported(tasks)
    #expect(flow == nil)
    #expect(diagnostics.first?.code == .importOutOfScope, "\(diagnostics.map(\.message))")
  }

  @Test(
    arguments: [
      "  - one: {}\n", "  - one: {set: {a: 1}, then: nowhere}\n", "  one: {set: {a: 1}}\n",
      "  - one: {for: {each: x}, do: []}\n", "  - {a: {set: {}}, b: {set: {}}}\n",
      "  - one: {wait: {weeks: 1}}\n", "  - one: {call: http, with: {}}\n",
      "  - one: {try: [], catch: {}}\n",
    ]
  )
  func saysWhatIsInvalid(_ tasks: String) throws {
    let (flow, diagnostics) = imported(tasks)
    #expect(flow == nil)
    #expect(diagnostics.first?.code == .importInvalid, "\(diagnostics.map(\.message))")
  }
}
