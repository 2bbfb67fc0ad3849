import Signalbox
import Testing

/// Definitions of the States Language, right and wrong, by the rules of its specification.
@Suite struct StatesValidatorTests {
  private static let task = #""Type": "Task", "Resource": "arn:aws:lambda:f""#
  /// A machine of one state `C`.
  private static let inner = #""StartAt": "C", "States": {"C": {"Type": "Succeed"}}"#

  /// States beside `"B": {"Type": "Succeed"}`, to which `A` leads.
  private func findings(_ states: String, header: String = "") -> [String] {
    let states = states.replacing("INNER", with: Self.inner)
    let all = #"\#(states), "B": {"Type": "Succeed"}"#
    let text = #"{"StartAt": "A", \#(header) "States": {\#(all)}}"#
    let file = SourceFile(name: "machine.json", text: text)
    let parsed = DocumentParser.parse(file, limits: Limits())
    guard let root = parsed.root else { return ["not JSON: \(text)"] }
    return StatesValidator.findings(root).map(\.message)
  }

  @Test(arguments: [
    (#""A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Pass", "Next": "B"}"#, "no way leads"),
    (#""A": {"Type": "Wait", "Seconds": -1, "Next": "B"}"#, "at least 0"),
    (#""A": {"Type": "Wait", "Timestamp": "tomorrow", "Next": "B"}"#, "a point in time"),
    (#""A": {"Type": "Wait", "Timestamp": 5, "Next": "B"}"#, "must be a text"),
    (#""A": {"Type": "Pass", "Comment": 5, "Next": "B"}"#, "must be a text"),
    (
      #""A": {"Type": "Parallel", "Next": "B", "Branches": [{INNER}, {INNER}]}"#,
      "another state `C`"
    ),
    (
      #""A": {"Type": "Map", "Next": "B", "MaxConcurrency": -1, "Iterator": {INNER}}"#,
      "at least 0"
    ),
    (
      #""A": {"Type": "Map", "Next": "B", "ToleratedFailurePercentage": 101, "Iterator": {INNER}}"#,
      "at most 100"
    ),
    (
      #""A": {"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": 1}}}"#,
      "`INLINE` or `DISTRIBUTED`"
    ),
  ])
  func statesAreChecked(_ states: String, _ part: String) {
    let found = findings(states)
    #expect(found.contains { $0.contains(part) }, "\(found)")
  }

  @Test(arguments: [
    (#""TimeoutSeconds": 0"#, "at least 1"), (#""TimeoutSeconds": 1.5"#, "whole number"),
    (#""TimeoutSeconds": 5, "HeartbeatSeconds": 5"#, "smaller"),
    (#""Credentials": 5"#, "must be an object"), (#""ResultSelector": 5"#, "must be an object"),
    (#""Retry": [{"ErrorEquals": ["States.Fooo"]}]"#, "no error `States.Fooo`"),
    (#""Catch": [{"ErrorEquals": ["States.TimeOut"], "Next": "B"}]"#, "no error"),
  ])
  func tasksAreChecked(_ fields: String, _ part: String) {
    let found = findings(#""A": {\#(Self.task), "Next": "B", \#(fields)}"#)
    #expect(found.contains { $0.contains(part) }, "\(found)")
  }

  @Test(arguments: [#""Version": 1,"#, #""TimeoutSeconds": -3,"#, #""Comment": [],"#])
  func headersAreChecked(_ header: String) {
    #expect(!findings(#""A": {"Type": "Pass", "Next": "B"}"#, header: header).isEmpty)
  }

  @Test(arguments: [
    #""TimeoutSeconds": 10, "HeartbeatSeconds": 5"#, #""TimeoutSeconds": "${Timeout}""#,
    #""TimeoutSecondsPath": "$.t", "HeartbeatSecondsPath": "$.h""#,
    #""Parameters": null, "ResultSelector": null"#, #""Credentials": {"RoleArn.$": "$.role"}"#,
    #""Retry": [{"ErrorEquals": ["My", "States.Timeout"]}, {"ErrorEquals": ["States.ALL"]}]"#,
    #""Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "B", "ResultPath": "$.e"}]"#,
    #""Comment": "text", "InputPath": null, "ResultPath": null"#,
  ])
  func validTasksPass(_ fields: String) {
    #expect(findings(#""A": {\#(Self.task), "Next": "B", \#(fields)}"#) == [])
  }

  @Test(arguments: [
    #""A": {"Type": "Wait", "Timestamp": "2025-01-31T08:00:00.5+01:00", "Next": "B"}"#,
    #""A": {"Type": "Wait", "Seconds": 0, "Next": "B"}"#,
    #""A": {"Type": "Choice", "Choices": [{"Variable": "$.t", "IsNull": true, "Next": "B"}]}"#,
    #""A": {"Type": "Map", "Next": "B", "ToleratedFailurePercentage": 2.5, "Iterator": {INNER}}"#,
  ])
  func validStatesPass(_ states: String) { #expect(findings(states) == []) }
}
