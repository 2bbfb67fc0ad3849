import JSONPath
import Source
import Testing
import Values

@Suite struct PatternTests {
  private static func matching(_ pattern: String, _ texts: [String]) throws -> [String] {
    let literal = JSONWriter.string(.string(pattern))
    let nodes = try Run.bundle(["$[?match(@, \(literal))]"])
      .nodes(of: 0, in: .list(texts.map { .string($0) }))
    return nodes.compactMap(\.value.text)
  }

  @Test func `I-Regexps match whole texts`() throws {
    #expect(try Self.matching("a|bc", ["a", "bc", "abc", ""]) == ["a", "bc"])
    #expect(try Self.matching("(ab){2,3}", ["ab", "abab", "ababab", "abababab"]).count == 2)
    #expect(try Self.matching("[^a-c]", ["a", "d", "é", "\n"]) == ["d", "é", "\n"])
    #expect(try Self.matching("[-a]", ["-", "a", "b"]) == ["-", "a"])
    #expect(try Self.matching("[a-]", ["-", "a", "b"]) == ["-", "a"])
    #expect(try Self.matching("a.b", ["axb", "a\nb", "a\rb", "a\u{2028}b"]).count == 2)
    #expect(try Self.matching("\\p{Nd}+", ["12", "1a", "\u{0661}"]).count == 2)
    #expect(try Self.matching("[\\p{L}_]+", ["a_é", "1"]) == ["a_é"])
    #expect(try Self.matching("\\P{C}", ["a", "\u{0}", "\u{0378}"]) == ["a"])
    #expect(try Self.matching("\\(\\[\\{", ["([{"]) == ["([{"])
    #expect(try Self.matching("", ["", "a"]) == [""])
    #expect(try Self.matching("a||b", ["", "a", "b", "ab"]) == ["", "a", "b"])
    #expect(try Self.matching("\u{1F600}?", ["\u{1F600}", ""]).count == 2)
  }

  @Test func `what is no I-Regexp is false and warned of`() throws {
    let invalid = [
      "\\d", "\\w+", "(?:a)", "(?i)a", "a**", "a{", "a{2,1}", "[", "[]", "[^]", "[b-a]", "(", ")",
      "a)", "\\", "\\x{41}", "\\p{Greek}", "\\p{Lx}", "*a", "+", "a{,2}", "]", "}", "[[:alpha:]]",
      "\\1", "\\A", "[a-b-c]", "\\pL", "[\\d]", "a++",
    ]
    for pattern in invalid {
      let literal = JSONWriter.string(.string(pattern))
      let findings = Run.findings("$[?match(@, \(literal))]")
      #expect(findings.map(\.code) == [.jsonPathPattern], "\(pattern)")
      #expect(findings.first?.severity == .warning && findings.first?.span?.start == 3)
      #expect(try Self.matching(pattern, ["a", "b", "1", "", pattern]).isEmpty, "\(pattern)")
      let data = Value.list([.map(["t": .string("a"), "p": .string(pattern)])])
      #expect(try !Run.bundle(["$[?match(@.t, @.p)]"]).exists(0, in: data), "\(pattern)")
      #expect(try !Run.bundle(["$[?search(@.t, $[0].p)]"]).exists(0, in: data), "\(pattern)")
    }
  }

  @Test func `patterns larger than allowed are refused`() throws {
    for pattern in ["a{1001}", "((a{500}){500}){500}", String(repeating: "(", count: 500)] {
      let findings = Run.findings("$[?match(@, '\(pattern)')]")
      #expect(findings.map(\.code) == [.jsonPathLimit], "\(pattern)")
      #expect(findings.hasErrors)
    }
  }

  @Test func `patterns from the data meet their own texts`() throws {
    let document = """
      {"rows":[{"t":"ab","p":"a."},{"t":"ab","p":"b"},{"t":"b","p":"a."},{"t":1,"p":"a"},
      {"t":"ab"},{"t":"xb","p":"[wx]b"}],"all":"[ax].*"}
      """
    let bundle = try Run.bundle([
      "$.rows[?match(@.t, @.p)]", "$.rows[?search(@.t, @.p)]", "$.rows[?match(@.t, $.all)].t",
      "$.rows[?match('ab', @.p)]", "$.rows[?match(value(@..t), value(@..p))]",
      "$.rows[?!match(@.t, @.p)]", "$.rows[?match($.all, @.p)]",
    ])
    let counts = try (0..<7).map { try bundle.nodes(of: $0, in: Run.json(document)).count }
    #expect(counts == [2, 3, 4, 2, 2, 4, 0])
  }

  @Test func `catastrophic patterns take linear time`() throws {
    let text = String(repeating: "a", count: 20_000)
    #expect(try Self.matching("(a*)*b", [text]).isEmpty)
    #expect(try Self.matching("(a|a)*(a|a)*(a|a)*c", [text]).isEmpty)
    let data = Value.list([.map(["t": .string(text), "p": .string("(a+)+b")])])
    #expect(try !Run.bundle(["$[?match(@.t, @.p)]"]).exists(0, in: data))
  }
}
