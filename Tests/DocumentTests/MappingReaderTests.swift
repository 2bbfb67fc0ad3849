import Document
import Source
import Testing

@Suite struct MappingReaderTests {
  private func check(
    _ yaml: String,
    elsewhere: [String: String] = [:],
    _ read: (inout MappingReader) -> Void
  ) -> [String] {
    let (root, diagnostics) = DocumentParser.yaml(
      SourceText(name: "a", text: yaml),
      limits: Limits()
    )
    let collector = DiagnosticCollector(limits: Limits())
    collector.report(contentsOf: diagnostics)
    if let root {
      var reader = MappingReader(root, context: "step `x`", into: collector)
      read(&reader)
      reader.finish(elsewhere: elsewhere)
    }
    return collector.diagnostics.map { finding in
      let position = finding.span?.startPosition
      return "\(position?.line ?? 0):\(position?.column ?? 0) \(finding.message)"
        + (finding.hint.map { " (\($0))" } ?? "")
    }
  }

  @Test func readsEveryKind() {
    let yaml = """
      agent: writer
      when: true
      retries: 3
      cost: 1.5
      join: any
      list: [a, b]
      one: a
      nested: {k: 1}
      none: null
      """
    let findings = check(yaml) { reader in
      #expect(reader.requiredText("agent") == "writer")
      #expect(reader.expression("when")?.text == "true")
      #expect(reader.integer("retries", in: 1...5) == 3)
      #expect(reader.number("cost") == 1.5)
      #expect(reader.choice("join", of: ["all", "any"]) == "any")
      #expect(reader.list("list")?.count == 2)
      #expect(reader.texts("one")?.first?.string == "a")
      var nested = reader.reader("nested")
      #expect(nested?.integer("k") == 1)
      nested?.finish()
      #expect(reader.text("none") == nil)
      #expect(reader.text("absent") == nil)
    }
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test func reportsEveryMistakeOnce() {
    let yaml = """
      agnet: writer
      version: 1.10
      retries: 9
      list: text
      join: All
      budget: 3
      flag: "true"
      """
    let findings = check(yaml, elsewhere: ["budget": "the top level of a flow"]) { reader in
      _ = reader.requiredText("agent")
      _ = reader.requiredText("version")
      _ = reader.integer("retries", in: 1...5)
      _ = reader.requiredList("list")
      _ = reader.choice("join", of: ["all", "any"])
      _ = reader.boolean("flag")
    }
    #expect(
      findings == [
        "1:1 step `x` lacks the key `agent`",
        "2:10 `version` of step `x` must be text, found a number (quote it: `\"1.10\"`)",
        "3:10 `retries` of step `x` is out of range (write a whole number, 1 to 5)",
        "4:7 `list` of step `x` must be a list, found text",
        "5:7 `All` is no choice for `join` (did you mean `all`?)",
        "7:7 `flag` of step `x` must be `true` or `false`, found text (remove the quotes)",
        "1:1 step `x` has no key `agnet` (did you mean `agent`?)",
        "6:1 step `x` has no key `budget` (`budget` belongs to the top level of a flow)",
      ]
    )
  }

  @Test func noMappingIsOneFinding() {
    let findings = check("- a\n") { reader in
      #expect(!reader.isMapping)
      #expect(reader.requiredText("agent") == nil)
    }
    #expect(findings == ["1:1 step `x` must be a mapping, found a list"])
  }

  @Test func findingsBeyondTheLimitAreCounted() {
    var limits = Limits()
    limits.diagnostics = 2
    let collector = DiagnosticCollector(limits: limits)
    for number in 0..<5 { collector.warning(.documentUnknownKey, "\(number)", at: nil) }
    #expect(!collector.hasErrors)
    collector.error(.documentUnknownKey, "last", at: nil)
    #expect(collector.diagnostics.count == 2)
    #expect(collector.omittedCount == 4)
    #expect(collector.hasErrors)
  }
}
