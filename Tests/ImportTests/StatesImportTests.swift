import Signalbox
import Testing

@Suite struct StatesImportTests {
  private func imported(_ text: String) -> (flow: ImportedFlow?, diagnostics: [Diagnostic]) {
    StatesImporter.flow(SourceFile(name: "machine.json", text: text))
  }

  @Test func writesHouseForm() throws {
    let (flow, diagnostics) = imported(
      """
      {"Comment": "orders", "StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Choices": [
          {"Variable": "$.total", "NumericGreaterThan": 10, "Next": "Charge"}], "Default": "Done"},
        "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:eu:1:function:charge",
          "Parameters": {"amount.$": "$.total"}, "ResultPath": "$.receipt", "TimeoutSeconds": 30,
          "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
          "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Done"}], "Next": "Done"},
        "Done": {"Type": "Succeed"}}}
      """
    )
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    let text = try #require(flow).text
    let parts = [
      "description: \"orders\"", "Charge:", "tool: charge", "amount: \"{{ state.data.total }}\"",
      "timeout: 30s", "retry: {max_attempts: 3, backoff: 1s}", "error.kind == 'timeout'",
      "type(state.data.total) in [int, uint, double] && state.data.total > 10",
    ]
    for part in parts { #expect(text.contains(part), "\(part) in\n\(text)") }
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let definition = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))\n\(text)")
    let compiled = FlowCompiler.compile(definition)
    #expect(compiled.table != nil, "\(compiled.diagnostics.map(\.message))\n\(text)")
  }

  @Test(
    arguments: [
      ("\"Type\": \"Pass\", \"Parameters\": {\"a.$\": \"States.UUID()\"}", "intrinsic"),
      ("\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\"", "JSONata"),
      ("\"Type\": \"Pass\", \"InputPath\": \"$..a\"", ".."),
      ("\"Type\": \"Pass\", \"ResultPath\": \"$.a[0]\"", "ResultPath"),
      ("\"Type\": \"Task\", \"Resource\": \"a\", \"HeartbeatSeconds\": 3", "HeartbeatSeconds"),
      (
        "\"Type\": \"Task\", \"Resource\": \"a\", \"Retry\": [{\"ErrorEquals\": [\"MyError\"]}]",
        "retry"
      ),
    ]
  )
  func saysWhatCannotBeImported(_ state: String, _ word: String) throws {
    let (flow, diagnostics) = imported(
      "{\"StartAt\": \"A\", \"States\": {\n\"A\": {\(state), \"End\": true}}}"
    )
    #expect(flow == nil)
    let finding = try #require(diagnostics.first { $0.severity == .error })
    #expect(finding.code == .importOutOfScope, "\(finding.message)")
    #expect(finding.message.contains(word), "\(finding.message)")
    #expect(finding.span?.startPosition.line == 2)
  }

  @Test(
    arguments: [
      "{}", "[]", "{\"StartAt\": \"A\"}",
      "{\"StartAt\": \"B\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}",
      "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\"}}}",
      "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pas\", \"End\": true}}}",
      "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", "
        + "\"InputPath\": \"a\", \"End\": true}}}",
      "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", "
        + "\"Nxt\": \"A\", \"End\": true}}}",
    ]
  )
  func flagsInvalidDefinitions(_ text: String) throws {
    let (flow, diagnostics) = imported(text)
    #expect(flow == nil)
    #expect(diagnostics.first?.code == .importInvalid)
  }
}
