import Document
import Source
import Testing

@Suite struct ScalarPositionTests {
  /// Line and column of the first occurrence of an ASCII `word` in a scalar's decoded text.
  private func place(of word: String, in node: Node?) -> String {
    guard let text = node?.text else { return "no scalar" }
    let bytes = Array(text.text.utf8)
    let wanted = Array(word.utf8)
    let found = bytes.indices.first { bytes[$0...].starts(with: wanted) }
    guard let start = found else { return "absent" }
    let position = text.span(TextRange(start, start + wanted.count)).startPosition
    return "\(position.line):\(position.column)"
  }

  private func parse(_ yaml: String) -> Node? {
    DocumentParser.yaml(SourceText(name: "a.yaml", text: yaml), limits: Limits()).root
  }

  @Test(arguments: [
    ("v: one two\n", "two", "1:8"),
    ("v: one\n   two\n\n   three\n", "three", "4:4"),
    ("v: 'it''s two'\n", "two", "1:11"),
    ("v: 'one\n\n  two'\n", "two", "3:3"),
    ("v: \"a\\u00e9\\n b\"\n", "b", "1:15"),
    ("v: \"one \\\n   two\"\n", "two", "2:4"),
    ("v: |\n  one\n    two\n", "two", "3:5"),
    ("v: |2\n    one\n   two\n", "two", "3:4"),
    ("v: |-\n\n\n  one\n\n  two\n\n", "two", "6:3"),
    ("v: >\n  one\n  two\n\n  three\n", "three", "5:3"),
    ("v: >\n  one\n\n    two\n  three\n", "three", "5:3"),
    ("v: >+\n  é one\n  two\n\n", "two", "3:3"),
    ("\u{FEFF}é: 1\r\nv: |\r\n  one\r\n  two\r\n", "two", "4:3"),
    ("v: !!str &x one\n", "one", "1:13"),
  ])
  func pointsIntoTheFile(_ yaml: String, _ word: String, _ wanted: String) {
    #expect(place(of: word, in: parse(yaml)?["v"]) == wanted)
  }

  @Test func spansEndWithTheirText() throws {
    let file = "a: |\n  x\n  y\n\n# note\nb: 'q'\nc: [1, 2] \nd:\n  e: plain # note\nf: 1\n"
    let root = try #require(parse(file))
    func text(_ node: Node?) -> String {
      guard let span = node?.span else { return "absent" }
      return String(decoding: span.file.bytes[span.start..<span.end], as: UTF8.self)
    }
    #expect(text(root["a"]) == "|\n  x\n  y")
    #expect(text(root["b"]) == "'q'")
    #expect(text(root["c"]) == "[1, 2]")
    #expect(text(root["d"]) == "e: plain")
    #expect(text(root["d"]?["e"]) == "plain")
  }

  @Test func nestedDocumentsPointIntoTheOuterFile() throws {
    let file = """
      flow:
        definition: |
          a: 1
          b:
            - "x\\ty"
            - z: |
                deep
      """
    let outer = try #require(parse(file)?["flow"]?["definition"]?.text)
    let inner = DocumentParser.yaml(outer, limits: Limits())
    #expect(inner.diagnostics.isEmpty)
    let list = inner.root?["b"]?.elements
    #expect(place(of: "y", in: list?.first) == "5:13")
    let deep = list?.last?["z"]
    #expect(place(of: "deep", in: deep) == "7:11")
    let third = DocumentParser.yaml(try #require(deep?.text), limits: Limits()).root
    #expect(place(of: "eep", in: third) == "7:12")
  }

  @Test func nestedFaultsPointIntoTheOuterFile() throws {
    let file = "definition: >-\n  {a: 1,\n  a: 2}\n"
    let outer = try #require(parse(file)?["definition"]?.text)
    let finding = DocumentParser.yaml(outer, limits: Limits()).diagnostics.first
    #expect(finding?.code == .yamlDuplicateKey)
    #expect(finding?.span?.location == "a.yaml:3:3")
    let json = DocumentParser.json(outer, limits: Limits()).diagnostics.first
    #expect(json?.code == .jsonSyntax)
    #expect(json?.span?.location == "a.yaml:2:4")
  }

  @Test func aliasesKeepTheAnchorsPlace() throws {
    let root = try #require(parse("a: &x {k: 1}\nb: *x\n"))
    #expect(root["b"]?["k"]?.span.location == "a.yaml:1:11")
  }

  @Test func jsonKeepsPositionsAndSpelling() throws {
    let text = SourceText(name: "a.json", text: "{\"k\": [1.50, \"\\u00e9\\nx\"]}")
    let (root, diagnostics) = DocumentParser.json(text, limits: Limits())
    #expect(diagnostics.isEmpty)
    let list = root?["k"]?.elements
    #expect(list?.first?.text?.text == "1.50")
    #expect(place(of: "x", in: list?.last) == "1:23")
    #expect(list?.last?.span.startPosition.column == 14)
  }
}
