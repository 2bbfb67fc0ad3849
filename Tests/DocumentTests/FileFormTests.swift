import Document
import Source
import Testing
import Values

/// Which files are read as JSON.
@Suite struct FileFormTests {
  private func parse(_ name: String, _ text: String) -> Value? {
    let file = SourceFile(name: name, bytes: Array(text.utf8))
    return DocumentParser.parse(file, limits: Limits()).root?.value
  }

  @Test(arguments: ["<stdin>", "data", "data.yaml", "data.json", "x.txt"])
  func `a JSON text is JSON under any name`(_ name: String) {
    #expect(parse(name, #"{"m":"\ud83d\ude00"}"#) == .map(["m": .string("😀")]))
    #expect(parse(name, "\n[\"a\u{7F}\"]") == .list([.string("a\u{7F}")]))
    let key = String(repeating: "k", count: 2_000)
    #expect(parse(name, "{\"\(key)\": 1}") == .map([key: .int(1)]))
    #expect(parse(name, "{\"a\": \"x\u{2028}y\"}") == .map(["a": .string("x\u{2028}y")]))
    #expect(parse(name, #"{"a": "\ud83d"}"#) == nil)
  }

  @Test(arguments: [#"{"a":1,}"#, "{\"a\":1 //c\n}", #"{"a":1,"a":2}"#, "[\"a\",]", #"{"a":x}"#])
  func `what begins like JSON and is none is refused`(_ text: String) {
    #expect(parse("<stdin>", text) == nil)
    #expect(parse("data.json", text) == nil)
  }

  @Test func `YAML is YAML`() {
    #expect(parse("<stdin>", "{a: 1, b: x}") == .map(["a": .int(1), "b": .string("x")]))
    #expect(parse("<stdin>", "[a, b]") == .list([.string("a"), .string("b")]))
    #expect(parse("flow.yaml", "{\"a\": 1,}") == .map(["a": .int(1)]))
    #expect(parse("<stdin>", "a: 1\n") == .map(["a": .int(1)]))
    #expect(parse("data.json", "a: 1\n") == nil)
  }
}
