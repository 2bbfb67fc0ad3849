import SignalboxCommand
import Testing

/// Values that are handed to `signalbox eval` on the command line, and what it prints.
@Suite struct EvalCommandTests {
  @Test(arguments: [
    (#"{"a":1,"b":2}"#, "x.a + x.b", "3\n"), (#"[1, 2]"#, "x.size()", "2\n"),
    (#""a""#, "x", "\"a\"\n"), ("plain text", "x", "\"plain text\"\n"), ("1.5", "x * 2.0", "3.0\n"),
    ("12 monkeys", "x.size()", "10\n"),
  ])
  func `bindings are JSON or texts`(_ value: String, _ text: String, _ printed: String) async {
    let outcome = await Outcome("eval", text, "--with", "x=\(value)")
    #expect(outcome.output == printed, "\(value): \(outcome.talk)")
  }

  @Test(arguments: [
    #"{"a":1,"a":2}"#, #"{"a":1,}"#, "[1, 2", #""a"#, "123456789012345678901", "1e309",
  ])
  func `what begins like JSON and is none is refused`(_ value: String) async {
    let outcome = await Outcome("eval", "x", "--with", "x=\(value)")
    #expect(outcome.code == .badUse && outcome.output.isEmpty, "\(value): \(outcome.output)")
  }

  @Test func `maps with two keys of one spelling are not printed`() async {
    let outcome = await Outcome("eval", "{1: 'a', '1': 'b'}")
    #expect(outcome.code == .runFailed && outcome.output.isEmpty)
    #expect(await Outcome("eval", "{1: 'a', '2': 'b'}").output == "{\"1\":\"a\",\"2\":\"b\"}\n")
  }
}
