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
    #expect(diagnostics.map(\.severity) == [.note], "\(diagnostics.map(\.message))")
    let text = try #require(flow).text
    let parts = [
      "description: \"orders\"", "Charge:", "tool: charge", "amount: \"{{ state.data.total }}\"",
      "timeout: 30s", "retry: {max_attempts: 3, backoff: 1s}", "on_timeout:", "idempotent: true",
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
      ("\"Type\": \"Pass\", \"Parameters\": {\"a.$\": \"States.UUID()\"}", "States.UUID"),
      (
        "\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": \"{% $random() %}\"",
        "$random"
      ),
      (
        "\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", "
          + "\"Output\": \"{% $map([1], function($x){$x}) %}\"", "JSONata"
      ),
      (
        "\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": \"{% 'x'"
          + String(repeating: " & 'x'", count: 2_000) + " %}\"", "steps"
      ),
      (
        "\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": \"{% "
          + String(repeating: "-", count: 60_000) + "1 %}\"", "steps"
      ),
      (
        "\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": \"{% $states.input.a"
          + String(repeating: "[-1]", count: 40) + " %}\"", "indices from the end"
      ),
      (
        "\"Type\": \"Pass\", \"InputPath\": \"$.a\(String(repeating: "[-1]", count: 40))\"",
        "indices from the end"
      ),
      ("\"Type\": \"Pass\", \"InputPath\": \"$['a','b']\"", "several names"),
      ("\"Type\": \"Pass\", \"ResultPath\": \"$.a[0]\"", "ResultPath"),
      ("\"Type\": \"Task\", \"Resource\": \"a\", \"HeartbeatSeconds\": 3", "HeartbeatSeconds"),
      (
        "\"Type\": \"Wait\", \"Seconds\": \"${X}\"", "filled in later"
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

  private func output(_ states: String, _ input: Value) throws -> Value {
    let (flow, diagnostics) = imported("{\"StartAt\": \"A\", \"States\": {\(states)}}")
    let text = try #require(flow, "\(diagnostics.map(\.message))").text
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let compiled = FlowCompiler.compile(try #require(loaded.flow, "\(text)"))
    let table = try #require(compiled.table, "\(compiled.diagnostics.map(\.message))\n\(text)")
    return ScriptedRun(table, input: input) { _, _ in .output(.null) }.result
  }

  @Test(
    arguments: [
      ("$.rows[*].type", "[\"a\"]"), ("$.rows[0].type", "\"a\""), ("$.rows[-1].x", "1"),
      ("$..x", "[1]"), ("$.rows[?(@.x == 1)]", "[{\"x\":1}]"), ("$.rows[0:1].type", "[\"a\"]"),
      ("$.rows.length()", "2"), ("$$.State.Name", "\"A\""),
      ("States.Format('{} of \\\\{{}\\\\}', $.n, $.rows[1])", "\"1.5 of {{\\\"x\\\":1}}\""),
      ("States.Format($.template, $.n, 'x')", "\"1.5-x\""),
      ("States.StringToJson($.json)", "{\"a\":[1,null]}"),
      ("States.StringSplit($.template, $.marks)", "[\"{\",\"{\"]"),
      ("States.ArrayPartition(States.ArrayRange(1, 5, 2), 2)", "[[1,3],[5]]"),
      ("States.ArrayRange(3, 1, 1)", "[]"),
      ("States.ArrayUnique(States.Array(1, 1, 'a'))", "[1,\"a\"]"),
      ("States.MathAdd($.n, -3)", "-1"), ("States.Base64Decode(States.Base64Encode('é'))", "\"é\""),
      ("States.JsonMerge($.rows[0], $.rows[1], false)", "{\"type\":\"a\",\"x\":1}"),
    ]
  )
  func pathsAndFunctionsHaveTheirValues(_ text: String, _ wanted: String) throws {
    let input = try JSONParser.parse(
      "{\"rows\": [{\"type\": \"a\"}, {\"x\": 1}], \"n\": 1.5, \"template\": \"{}-{}\", "
        + "\"json\": \" {\\\"a\\\":[1,null]}\", \"marks\": \"-}\"}"
    )
    let result = try output(
      "\"A\": {\"Type\": \"Pass\", \"Parameters\": {\"r.$\": \"\(text)\"}, \"End\": true}",
      input
    )
    let value = try #require(result["output"]?["r"], "\(JSONWriter.string(result))")
    #expect(value == (try JSONParser.parse(wanted)), "\(JSONWriter.string(value))")
  }

  @Test(
    arguments: [
      ("$.missing", "States.Runtime"), ("$.rows[7]", "States.Runtime"),
      ("$.missing[*].a", "States.Runtime"),
      ("States.StringToJson($.bad)", "States.IntrinsicFailure"),
      ("States.ArrayGetItem($.rows, 9)", "States.IntrinsicFailure"),
      ("States.Format('{}')", "States.IntrinsicFailure"),
      ("States.ArrayPartition($.rows, 0)", "States.IntrinsicFailure"),
      ("States.Base64Decode($.bad)", "States.IntrinsicFailure"),
    ]
  )
  func whatHasNoValueFailsByName(_ text: String, _ error: String) throws {
    let input = try JSONParser.parse("{\"rows\": [1], \"bad\": \"{\"}")
    let result = try output(
      "\"A\": {\"Type\": \"Pass\", \"Parameters\": {\"r.$\": \"\(text)\"}, \"End\": true}",
      input
    )
    #expect(result["failure"]?["Error"] == .string(error), "\(JSONWriter.string(result))")
  }

  @Test(
    arguments: [
      ("$states.input.n * 2 + 1", "4.0"), ("$states.input.rows[0].type & 'b'", "\"ab\""),
      ("$states.input.none = 1 or $exists($states.input.n)", "true"),
      ("$not($states.input.none)", "true"), ("[1, 2.5, $count($states.input.rows)]", "[1,2.5,2]"),
      ("$states.input.n > 1 ? {\\\"a\\\": 1} : null", "{\"a\":1}"),
      ("$merge([$states.input.rows[0], {\\\"x\\\": 2}])", "{\"type\":\"a\",\"x\":2}"),
      ("$join($split('a-b', '-'), '+')", "\"a+b\""), ("$range(1, 1, 1)", "1"),
      ("'a' in ['b', 'a']", "true"), ("(1 + 2) * 3", "9"), ("10 - (5 - 3)", "8"),
      ("(1 + 2) * 2.5", "7.5"), ("2.5 * (1 + 2)", "7.5"), ("$exists($nowhere)", "false"),
    ]
  )
  func jsonataHasItsValues(_ text: String, _ wanted: String) throws {
    let input = try JSONParser.parse("{\"rows\": [{\"type\": \"a\"}, {\"x\": 1}], \"n\": 1.5}")
    let result = try output(
      "\"A\": {\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", "
        + "\"Output\": \"{%\(text)%}\", \"End\": true}",
      input
    )
    let value = try #require(result["output"], "\(JSONWriter.string(result))")
    #expect(value == (try JSONParser.parse(wanted)), "\(JSONWriter.string(result))")
  }

  @Test(
    arguments: [
      "$nowhere", "$states.input.none", "$states.input.n + 'x'", "$states.input.none & 'x'",
      "$partition([1], 0)", "$states.result", "$parse('{')", "$states.input.n.x",
    ]
  )
  func jsonataWithoutAValueIsAnErrorOfTheQuery(_ text: String) throws {
    let result = try output(
      "\"A\": {\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", "
        + "\"Output\": \"{% \(text) %}\", \"End\": true}",
      .map(["n": .int(1)])
    )
    #expect(result["failure"]?["Error"] == .string("States.QueryEvaluationError"))
  }
}
