import Signalbox
import Testing

/// What tasks of the States Language call, how often, and what their failures become.
@Suite struct StatesTaskTests {
  private func table(_ states: String) throws -> LinkedTable {
    let text = "{\"StartAt\": \"A\", \"States\": {\(states)}}"
    let imported = StatesImporter.flow(SourceFile(name: "machine.json", text: text))
    let flow = try #require(imported.flow, "\(imported.diagnostics.map(\.message))")
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: flow.text))
    let definition = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let prepared = FlowPreparation.prepare(definition, files: [], found: loaded.diagnostics)
    let errors = prepared.diagnostics.filter { $0.severity == .error }
    #expect(errors.isEmpty, "\(errors.map(\.message))\n\(flow.text)")
    let compiled = FlowCompiler.compile(definition)
    return try #require(compiled.table, "\(compiled.diagnostics.map(\.message))\n\(flow.text)")
  }

  private static let lambda = "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:r:0:function:f\""

  @Test func `a timeout of a write is States.Timeout for retry and catch`() throws {
    let table = try table(
      """
      "A": {\(Self.lambda), "TimeoutSeconds": 5,
        "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"},
          {"ErrorEquals": ["States.ALL"], "Next": "Other"}], "End": true},
      "Late": {"Type": "Succeed"}, "Other": {"Type": "Fail", "Error": "Other"}
      """
    )
    let run = ScriptedRun(table) { _, _ in .never }
    #expect(run.calls.map(\.at) == [0, 6_000])
    #expect(run.result["output"]?["Error"] == .string("States.Timeout"))
  }

  @Test func `without a catcher a timeout fails the machine with its name`() throws {
    let run = ScriptedRun(
      try table("\"A\": {\(Self.lambda), \"TimeoutSeconds\": 5, \"End\": true}")
    ) {
      _,
      _ in .never
    }
    #expect(run.calls.count == 1)
    #expect(run.result["failure"]?["Error"] == .string("States.Timeout"))
  }

  @Test func `retriers count by name, and their pauses grow up to their limit`() throws {
    let table = try table(
      """
      "A": {\(Self.lambda),
        "Retry": [
          {"ErrorEquals": ["Busy"], "MaxAttempts": 4, "IntervalSeconds": 1, "MaxDelaySeconds": 3},
          {"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 1,
            "IntervalSeconds": 10}],
        "Catch": [{"ErrorEquals": ["Gone"], "Next": "Other"},
          {"ErrorEquals": ["Busy"], "Next": "Late"}], "End": true},
      "Late": {"Type": "Succeed"}, "Other": {"Type": "Fail", "Error": "Other"}
      """
    )
    let run = ScriptedRun(table) { _, number in
      number == 1 ? .failure(.rateLimited, "slow down") : .failure(.failed, "status 1: Busy: now")
    }
    // 1 s after the first, 10 s after the second, then 2 s, 3 s and 3 s.
    #expect(run.calls.map(\.at) == [0, 1_000, 11_000, 13_000, 16_000, 19_000])
    #expect(run.result["output"]?["Error"] == .string("Busy"))
    let other = ScriptedRun(table) { _, _ in .failure(.failed, "Gone") }
    #expect(other.calls.count == 1)
    #expect(other.result["failure"]?["Error"] == .string("Other"))
    let unnamed = ScriptedRun(table) { _, _ in .failure(.failed, "Busybody") }
    #expect(unnamed.calls.count == 1)
    #expect(unnamed.result["failure"]?["Error"] == .string("States.TaskFailed"))
  }

  @Test func `no attempts means none, whatever later retriers say`() throws {
    let table = try table(
      """
      "A": {\(Self.lambda), "Retry": [{"ErrorEquals": ["Fatal"], "MaxAttempts": 0},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}], "End": true}
      """
    )
    #expect(ScriptedRun(table) { _, _ in .failure(.failed, "Fatal") }.calls.count == 1)
    #expect(ScriptedRun(table) { _, _ in .failure(.failed, "x") }.calls.count == 3)
    #expect(ScriptedRun(table) { _, _ in .failure(.unknown, "lost") }.calls.count == 3)
  }

  @Test func `each resource is a tool of its own`() throws {
    let resources = [
      "arn:aws:lambda:r:0:function:pay:prod", "arn:aws:lambda:r:0:function:refund:prod",
      "arn:aws:lambda:r:0:function:refund:$LATEST", "${MyFnArn}",
      "arn:aws:states:::sns:publish", "arn:aws:states:::iot:publish",
      "arn:aws:states:::aws-sdk:dynamodb:putItem", "arn:aws:lambda:r:0:function:pay:prod",
    ]
    var tasks = resources.map { "\"Resource\": \"\($0)\"" }
    for function in ["charge", "arn:aws:lambda:r:0:function:charge:v2"] {
      tasks.append(
        "\"Resource\": \"arn:aws:states:::lambda:invoke\", "
          + "\"Parameters\": {\"FunctionName\": \"\(function)\"}"
      )
    }
    var states: [String] = []
    for (position, task) in tasks.enumerated() {
      let name = position == 0 ? "A" : "S\(position)"
      let way = position + 1 == tasks.count ? "\"End\": true" : "\"Next\": \"S\(position + 1)\""
      states.append("\"\(name)\": {\"Type\": \"Task\", \(task), \(way)}")
    }
    let run = ScriptedRun(try table(states.joined(separator: ", "))) { name, _ in
      .output(.string(name))
    }
    #expect(
      run.calls.map(\.name) == [
        "pay_prod", "refund_prod", "refund", "MyFnArn", "sns_publish", "iot_publish",
        "dynamodb_putItem", "pay_prod", "charge", "charge_v2",
      ]
    )
    #expect(run.calls[1].input == .map(["input": .string("pay_prod")]))
  }

  @Test func `a task with a token hands out the run and waits for a person`() throws {
    let table = try table(
      """
      "A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "TimeoutSeconds": 60, "Parameters": {"Token.$": "$$.Task.Token", "Order.$": "$.id"},
        "ResultPath": "$.approval", "Next": "B"},
      "B": {"Type": "Task", "Resource": "arn:aws:states:r:0:activity:ship", "End": true}
      """
    )
    let input = Value.map(["id": .int(7)])
    let run = ScriptedRun(table, input: input) { name, _ in
      .output(name == "sqs_sendMessage" ? .null : .string("yes"))
    }
    #expect(run.calls.map(\.name) == ["sqs_sendMessage", "sqs_sendMessage_answer", "ship_answer"])
    #expect(run.calls[0].input == .map(["Token": .string("run-1"), "Order": .int(7)]))
    #expect(
      run.calls[2].input
        == .map(["input": .map(["id": .int(7), "approval": .string("yes")])])
    )
    let late = ScriptedRun(table, input: input) { name, _ in
      name == "sqs_sendMessage" ? .output(.null) : .never
    }
    #expect(late.calls.count == 2)
    #expect(late.result["failure"]?["Error"] == .string("States.Timeout"))
  }

  @Test func `what cannot be evaluated for a call is no error of the task`() throws {
    let run = ScriptedRun(
      try table(
        """
        "A": {\(Self.lambda), "Parameters": {"x.$": "$.missing"},
          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}], "End": true},
        "B": {"Type": "Succeed"}
        """
      )
    ) { _, _ in .output(.null) }
    #expect(run.calls.isEmpty)
    #expect(run.result["failure"]?["Error"] == .string("States.Runtime"))
  }

  @Test func `a branch that fails is tried again with all of its parallel state`() throws {
    let table = try table(
      """
      "A": {"Type": "Parallel", "Branches": [
          {"StartAt": "P", "States": {"P": {\(Self.lambda), "End": true}}},
          {"StartAt": "Q", "States": {"Q": {"Type": "Pass", "Result": 2, "End": true}}}],
        "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}], "End": true},
      "B": {"Type": "Pass", "Result": "caught", "End": true}
      """
    )
    let well = ScriptedRun(table) { _, number in
      number == 0 ? .failure(.failed, "x") : .output(.int(1))
    }
    #expect(well.result["output"] == .list([.int(1), .int(2)]))
    let badly = ScriptedRun(table) { _, _ in .failure(.failed, "x") }
    #expect(badly.calls.map(\.at) == [0, 1_000])
    #expect(badly.result["output"] == .string("caught"))
  }

  @Test(
    arguments: [
      ("\"HeartbeatSeconds\": 3", "HeartbeatSeconds"),
      ("\"TimeoutSecondsPath\": \"$.t\"", "TimeoutSecondsPath"),
      ("\"Credentials\": {\"RoleArn\": \"x\"}", "Credentials"),
      ("\"Parameters\": {\"a.$\": \"States.UUID()\"}", "States.UUID"),
      ("\"Parameters\": {\"a.$\": \"States.Hash($.a, 'MD5')\"}", "States.Hash"),
      ("\"Parameters\": {\"a.$\": \"States.MathRandom(1, 9)\"}", "States.MathRandom"),
      ("\"Parameters\": {\"a.$\": \"$$.Execution.RoleArn\"}", "RoleArn"),
      ("\"InputPath\": \"$['a','b']\"", "several names"),
    ]
  )
  func `what has no counterpart is refused at its place`(_ field: String, _ word: String) throws {
    let text =
      "{\"StartAt\": \"A\", \"States\": {\n\"A\": {\(Self.lambda), \(field), \"End\": true}}}"
    let (flow, diagnostics) = StatesImporter.flow(SourceFile(name: "machine.json", text: text))
    #expect(flow == nil)
    let finding = try #require(diagnostics.first { $0.severity == .error })
    #expect(finding.code == .importOutOfScope, "\(finding.message)")
    #expect(finding.message.contains(word), "\(finding.message)")
    #expect(finding.span?.startPosition.line == 2)
  }

  @Test(
    arguments: [
      "\"Retry\": [{\"ErrorEquals\": []}]", "\"Retry\": [{\"ErrorEquals\": [\"States.Alll\"]}]",
      "\"Retry\": [{\"ErrorEquals\": [\"A\"], \"MaxAttempts\": -1}]",
      "\"Retry\": [{\"ErrorEquals\": [\"A\"], \"JitterStrategy\": \"SOME\"}]",
      "\"Retry\": [{\"ErrorEquals\": [\"States.ALL\"]}, {\"ErrorEquals\": [\"A\"]}]",
      "\"Catch\": [{\"ErrorEquals\": [\"A\"]}]",
      "\"Catch\": [{\"ErrorEquals\": [\"A\"], \"Next\": \"Nowhere\"}]",
      "\"ResultPath\": \"$x.y\"", "\"Credentials\": 3",
    ]
  )
  func `handlers and fields that break the rules are invalid`(_ field: String) {
    let text =
      "{\"StartAt\": \"A\", \"States\": {\"A\": {\(Self.lambda), \(field), \"End\": true}}}"
    let (flow, diagnostics) = StatesImporter.flow(SourceFile(name: "machine.json", text: text))
    #expect(flow == nil)
    #expect(diagnostics.first?.code == .importInvalid)
  }
}
