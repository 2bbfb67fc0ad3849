import Conformance
import Signalbox
import TestSupport
import Testing

/// Hostile texts inside flows: refused with a place, in whatever part of a flow they stand.
@Suite struct HostileFlowTests {
  private static let missing = Comment(rawValue: SuiteFiles.missing)
  private static let patterns = "security/regex-hostile.jsonl"

  private static func flow(schemaPattern: String, guardText: String) -> SourceFile {
    SourceFile(
      name: "hostile.yaml",
      text: """
        signalbox: 1
        input: {t: {type: string, pattern: \(JSONWriter.string(.string(schemaPattern)))}}
        agents: {ask: {type: scripted, timeout: 5s}}
        initial_state: a
        states:
          a:
            agent: ask
            on_success:
              - {when: \(JSONWriter.string(.string(guardText))), target: done}
              - {target: other}
            on_error: other
        final_states: {done: {}, other: {}}
        """
    )
  }

  private static func check(_ file: SourceFile, _ code: DiagnosticCode, line: Int, _ why: String) {
    let found = FlowPreparation.prepare(file).diagnostics
    let finding = found.first { $0.code == code }
    #expect(finding?.severity == .error || finding?.severity == .warning, "\(why)")
    #expect(finding?.span?.startPosition.line == line, "\(why): \(found.map(\.message))")
  }

  @Test(.enabled(if: SuiteFiles.isPresent(patterns), missing))
  func `patterns that RE2 refuses are found in schemas, guards and queries`() throws {
    var refused = 0
    for item in try SuiteFiles.jsonLines(Self.patterns) where item["re2_valid"] == .bool(false) {
      let pattern = try #require(item["pattern"]?.text)
      let literal = JSONWriter.string(.string(pattern))
      Self.check(
        Self.flow(schemaPattern: "a", guardText: "input.t.matches(\(literal))"),
        .celConstantFailure,
        line: 9,
        pattern
      )
      Self.check(
        Self.flow(schemaPattern: "a", guardText: "$[?match(@.t, \(literal))]"),
        // An I-Regexp that RE2 finds too large is beyond a limit.
        pattern.hasPrefix("a{") ? .jsonPathLimit : .jsonPathPattern,
        line: 9,
        pattern
      )
      refused += 1
    }
    #expect(refused == 13)
  }

  @Test func `hostile queries are refused where they stand in a flow`() {
    func many(_ piece: String, _ count: Int, _ separator: String = "") -> String {
      Array(repeating: piece, count: count).joined(separator: separator)
    }
    let hostile = [
      "$" + many("[0,0]", 18), "$[?" + many("@.a==1", 1_200, "||") + "]",
      "$" + many("[?@", 1_000) + many("]", 1_000), "$['" + many("a", 20_000) + "']",
      "$" + many("[*,*]", 40), "$[?match(@, '(a{1,900}){1,900}')]",
    ]
    for query in hostile {
      for text in [query, "size(jsonpath(input, r\"\(query)\")) > 0"] {
        Self.check(
          Self.flow(schemaPattern: "a", guardText: text),
          .jsonPathLimit,
          line: 9,
          String(text.prefix(40))
        )
      }
    }
  }
}
