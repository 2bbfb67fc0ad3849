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
    let duplicate = diagnostics.first { $0.code == .yamlDuplicateKey }
    let note = try #require(duplicate?.notes.first)
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

  @Test func `aliases are bounded in bytes`() {
    var limits = Limits()
    limits.aliasBytes = 20
    let fits = SourceText(name: "a", text: "a: &a 0123456789\nb: [*a, *a]\n")
    #expect(DocumentParser.yaml(fits, limits: limits).diagnostics.isEmpty)
    let nested = SourceText(name: "a", text: "a: &a {k: [01234567]}\nb: &b [*a]\nc: *b\n")
    #expect(DocumentParser.yaml(nested, limits: limits).diagnostics.isEmpty)
    for text in ["a: &a 0123456789\nb: [*a, *a, *a]\n", "a: &a {k: [0123456789]}\nb: [*a, *a]\n"] {
      let (root, diagnostics) = DocumentParser.yaml(
        SourceText(name: "a", text: text),
        limits: limits
      )
      #expect(root == nil)
      #expect(diagnostics.map(\.code) == [.yamlAliasLimit], "\(text)")
    }
    // What takes gigabytes expanded is refused by the limits as they are.
    let bomb =
      "a: &a \(String(repeating: "x", count: 1 << 20))\nb: ["
      + String(repeating: "*a, ", count: 5_000) + "]\n"
    let diagnostics = DocumentParser.yaml(SourceText(name: "a", text: bomb), limits: Limits())
      .diagnostics
    #expect(diagnostics.map(\.code) == [.yamlAliasLimit])
  }

  @Test(arguments: ["\u{85}", "\u{2028}", "\u{2029}"])
  func `separators that YAML 1 point 2 does not break lines at are refused`(_ separator: String) {
    for text in ["a: x\(separator)b: y\n", "a: 1 # x\(separator)b: 2\n", "a: \"x\(separator)y\"\n"]
    {
      let (root, diagnostics) = DocumentParser.yaml(
        SourceText(name: "a", text: text),
        limits: Limits()
      )
      #expect(root == nil)
      #expect(diagnostics.map(\.code) == [.yamlBadCharacter])
      #expect(diagnostics.first?.span?.startPosition.line == 1)
    }
    let escaped = SourceText(name: "a", text: #"a: "x\u0085\u2028\N\L\P""# + "\n")
    #expect(DocumentParser.yaml(escaped, limits: Limits()).diagnostics.isEmpty)
    let json = SourceText(name: "a", text: "{\"a\": \"x\(separator)y\"}")
    #expect(DocumentParser.json(json, limits: Limits()).diagnostics.isEmpty)
  }

  @Test func `keys keep their spelling, or a finding says so`() {
    func codes(_ text: String) -> [DiagnosticCode] {
      DocumentParser.yaml(SourceText(name: "a", text: text), limits: Limits()).diagnostics
        .map(\.code)
    }
    for text in ["1.10: a\n", "0x10: a\n", "True: a\n", "1e3: a\n"] {
      #expect(codes(text) == [.yamlRespelledKey], "\(text)")
    }
    #expect(codes("1.1: a\n1.10: b\n") == [.yamlDuplicateKey])
    for text in ["'1.10': a\n1.1: b\n", "1: a\n1.5: b\n", "true: a\n", "yes: a\n"] {
      #expect(codes(text).isEmpty, "\(text)")
    }
  }

  @Test(arguments: [
    ("123456789012345678901", false), ("-18446744073709551617", false), ("1e309", false),
    ("18446744073709551616", true), ("100000000000000000000000", true),
    ("18446744073709551615", true), ("-9223372036854775808", true), ("1e300", true),
  ])
  func `no digit of an integer is lost`(_ number: String, _ isKept: Bool) {
    let yaml = DocumentParser.yaml(SourceText(name: "a", text: "a: \(number)"), limits: Limits())
    #expect(yaml.diagnostics.isEmpty == isKept)
    let json = DocumentParser.json(
      SourceText(name: "a", text: "{\"a\": \(number)}"),
      limits: Limits()
    )
    #expect((json.root != nil) == isKept)
  }

  @Test func findingsAreCapped() {
    let text = SourceText(name: "a", text: String(repeating: "a: 1\n", count: 5_000))
    let diagnostics = DocumentParser.yaml(text, limits: Limits()).diagnostics
    #expect(diagnostics.count == Limits().diagnostics)
  }
}
