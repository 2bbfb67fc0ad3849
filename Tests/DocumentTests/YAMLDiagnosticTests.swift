import Document
import Source
import Testing

@Suite struct YAMLDiagnosticTests {
  /// A text, the code of its first finding, its place, and a word of its hint.
  struct Example: Sendable, CustomTestStringConvertible {
    let text: String
    let code: DiagnosticCode
    let place: String
    let hint: String?

    var testDescription: String { String(text.prefix(40)) }

    init(_ text: String, _ code: DiagnosticCode, _ place: String, hint: String? = nil) {
      self.text = text
      self.code = code
      self.place = place
      self.hint = hint
    }
  }

  @Test(arguments: [
    Example("when: !done && x\n", .yamlSyntax, "1:14", hint: "quote the guard"),
    Example("when: !done\n", .yamlUnknownTag, "1:7", hint: "quote the text"),
    Example("when: a ? b : c\n", .yamlSyntax, "1:13", hint: "quote the guard"),
    Example("name: {{ input.x }}\n", .yamlComplexKey, "1:8", hint: "quote the template"),
    Example("a:\n\tb: 1\n", .yamlSyntax, "2:1", hint: "spaces"),
    Example("note: time: 12\n", .yamlSyntax, "1:11", hint: "quote the text"),
    Example("v: *.txt\n", .yamlSyntax, "1:5", hint: "quote the text"),
    Example("v: \"\\ud83d\\ude00\"\n", .yamlSyntax, "1:7", hint: "eight digits"),
    Example("a: [1, 2\nb: 3\n", .yamlSyntax, "2:2", hint: "`]`"),
    Example("a: @x\n", .yamlSyntax, "1:4", hint: "quote the text"),
    Example("a: &name 1\nb: *nam\n", .yamlUnknownAlias, "2:4", hint: "`*name`"),
    Example("a: &x [*x]\n", .yamlRecursiveAlias, "1:8"),
    Example("é: 1\n\"é\": 2\n", .yamlDuplicateKey, "2:1"),
    Example("- {😀: 1, 😀: 2}\n", .yamlDuplicateKey, "1:10"),
    Example("<<: {a: 1}\n", .yamlMergeKey, "1:1"),
    Example("v: !!int x\n", .yamlBadTagValue, "1:4"),
    Example("v: !!itn 1\n", .yamlUnknownTag, "1:4", hint: "`!!int`"),
    Example("v: -.INF\n", .yamlNonFiniteNumber, "1:4"),
    Example("v: 1e999\n", .yamlNonFiniteNumber, "1:4"),
    Example("a: 1\n---\nb: 2\n", .yamlManyDocuments, "2:1"),
    Example("a: \"x\u{7}\"\n", .yamlBadCharacter, "1:6", hint: "\\u0007"),
    Example("- {when: f(a, b), to: x}\n", .yamlTornText, "1:10", hint: "quote"),
    Example("- [f(a, b)]\n", .yamlTornText, "1:4", hint: "quote"),
    Example(String(repeating: "[", count: 5_000), .yamlDepthLimit, "1:101"),
    Example(String(repeating: "- ", count: 5_000), .yamlDepthLimit, "1:201"),
  ])
  func names(_ example: Example) {
    let text = SourceText(name: "flow.yaml", text: example.text)
    let first = DocumentParser.yaml(text, limits: Limits()).diagnostics.first
    let position = first?.span?.startPosition
    #expect(first?.code == example.code, "\(first?.message ?? "accepted")")
    #expect("\(position?.line ?? 0):\(position?.column ?? 0)" == example.place)
    if let hint = example.hint {
      #expect(first?.hint?.contains(hint) == true, "hint: \(first?.hint ?? "none")")
    }
  }

  @Test func badBytesHaveTheirPlace() {
    let file = SourceFile(name: "a.yaml", bytes: Array("é: 1\nb: \"".utf8) + [0xFF, 0x22, 0x0A])
    let (root, diagnostics) = DocumentParser.parse(file, limits: Limits())
    #expect(root == nil)
    #expect(diagnostics.first?.code == .yamlBadCharacter)
    #expect(diagnostics.first?.span?.startPosition == SourcePosition(line: 2, column: 5))
  }

  @Test func duplicatesPointAtTheFirst() throws {
    let text = SourceText(name: "a.yaml", text: "0x10: a\nb: 1\n16: c\n")
    let (root, diagnostics) = DocumentParser.yaml(text, limits: Limits())
    let note = try #require(diagnostics.first?.notes.first)
    #expect(note.span?.location == "a.yaml:1:1")
    #expect(root?["16"]?.string == "a")
    #expect(root?.entries?.count == 2)
  }

  @Test func aliasesAreBounded() {
    var limits = Limits()
    limits.aliasNodes = 6
    let six = SourceText(name: "a", text: "a: &a [1, 2]\nb: [*a, *a]\n")
    #expect(DocumentParser.yaml(six, limits: limits).diagnostics.isEmpty)
    let nine = SourceText(name: "a", text: "a: &a [1, 2]\nb: [*a, *a, *a]\n")
    let (root, diagnostics) = DocumentParser.yaml(nine, limits: limits)
    #expect(root == nil)
    #expect(diagnostics.first?.code == .yamlAliasLimit)
    limits.aliasNodes = 10_000
    limits.documentDepth = 3
    let deep = SourceText(name: "a", text: "a: &a [[1]]\nb: [*a]\n")
    #expect(DocumentParser.yaml(deep, limits: limits).diagnostics.first?.code == .yamlDepthLimit)
  }

  @Test func findingsAreCapped() {
    let text = SourceText(name: "a", text: String(repeating: "a: 1\n", count: 5_000))
    let diagnostics = DocumentParser.yaml(text, limits: Limits()).diagnostics
    #expect(diagnostics.count == Limits().diagnostics)
  }
}
