import Signalbox
import Testing

/// Definitions of the States Language, right and wrong, by the rules of its specification.
@Suite struct StatesValidatorTests {
  private static let task = #""Type": "Task", "Resource": "arn:aws:lambda:f""#

  /// States beside `"B": {"Type": "Succeed"}`, to which `A` leads.
  private func findings(_ states: String, header: String = "") -> [String] {
    let text = #"{"StartAt": "A", \#(header) "States": {\#(states), "B": {"Type": "Succeed"}}}"#
    let file = SourceFile(name: "machine.json", text: text)
    guard let root = DocumentParser.parse(file, limits: Limits()).root else { return ["not JSON: \(text)"] }
    return StatesValidator.findings(root).map(\.message)
  }

  @Test(arguments: [
    (#""A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Pass", "Next": "B"}"#, "no way leads"),
    (#""A": {"Type": "Wait", "Seconds": -1, "Next": "B"}"#, "at least 0"),
    (#""A": {"Type": "Wait", "Timestamp": "tomorrow", "Next": "B"}"#, "a point in time"),
    (#""A": {"Type": "Wait", "Timestamp": 5, "Next": "B"}"#, "must be a text"),
    (#""A": {"Type": "Pass", "Comment": 5, "Next": "B"}"#, "must be a text"),
    (
      #""A": {"Type": "Parallel", "Next": "B", "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]}"#,
      "another state `B`"
    ),
    (
      #""A": {"Type": "Map", "Next": "B", "MaxConcurrency": -1, "Iterator": {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}}"#,
      "at least 0"
    ),
    (
      #""A": {"Type": "Map", "Next": "B", "ToleratedFailurePercentage": 101, "Iterator": {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}}"#,
      "at most 100"
    ),
    (
      #""A": {"Type": "Map", "Next": "B", "ItemProcessor": {"ProcessorConfig": {"Mode": "OFF"}, "StartAt": "C", "States": {"C": {"Type": "Succeed"}}}}"#,
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
    #""Retry": [{"ErrorEquals": ["Mine", "States.Timeout"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]"#,
    #""Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "B", "ResultPath": "$.e"}]"#,
    #""Comment": "text", "InputPath": null, "ResultPath": null"#,
  ])
  func validTasksPass(_ fields: String) {
    #expect(findings(#""A": {\#(Self.task), "Next": "B", \#(fields)}"#) == [])
  }

  @Test(arguments: [
    #""A": {"Type": "Wait", "Timestamp": "2025-01-31T08:00:00.5+01:00", "Next": "B"}"#,
    #""A": {"Type": "Wait", "Seconds": 0, "Next": "B"}"#,
    #""A": {"Type": "Choice", "Choices": [{"Variable": "$.t", "TimestampEquals": "never", "Next": "C"}], "Default": "B"}, "C": {"Type": "Fail"}"#,
    #""A": {"Type": "Map", "Next": "B", "MaxConcurrency": 0, "ToleratedFailurePercentage": 2.5, "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "C", "States": {"C": {"Type": "Succeed"}}}}"#,
  ])
  func validStatesPass(_ states: String) { #expect(findings(states) == []) }
}
