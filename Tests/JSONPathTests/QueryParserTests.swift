import Foundation
import JSONPath
import Source
import TestSupport
import Testing
import Values

/// What parsing finds: code, bytes and message on one line, the hint on the next.
private func check(_ query: String, limits: Limits = Limits()) -> String {
  let parsed = QueryParser.parse(SourceText(name: "query", text: query), limits: limits)
  guard let finding = parsed.diagnostics.first, let span = finding.span else {
    return parsed.query == nil ? "  nothing" : "  ok"
  }
  let hint = finding.hint.map { "\n  hint: \($0)" } ?? ""
  return "  \(finding.code.id) \(span.start)..<\(span.end) \(finding.message)\(hint)"
}

@Suite struct QueryParserTests {
  private static let suite = "jsonpath/cts-open.json"

  @Test(
    "every selector of the compliance suite gets its verdict",
    .enabled(if: SuiteFiles.isPresent(suite), Comment(rawValue: SuiteFiles.missing))
  )
  func compliance() throws {
    guard case .list(let tests)? = try SuiteFiles.json(Self.suite)["tests"] else {
      Issue.record("the suite holds no list of tests")
      return
    }
    var invalid = 0
    for test in tests {
      let selector = try #require(test["selector"]?.text)
      let isInvalid = test["invalid_selector"] == .bool(true)
      let parsed = QueryParser.parse(SourceText(name: "query", text: selector))
      let name = "\(test["name"]?.text ?? ""): `\(selector)`"
      #expect((parsed.query == nil) == isInvalid, "\(name)")
      #expect(parsed.diagnostics.count == (isInvalid ? 1 : 0), "\(name)")
      for finding in parsed.diagnostics {
        #expect(finding.severity == .error && finding.span != nil, "\(name)")
        #expect(finding.code.id.hasPrefix("SBX-JSONPATH-"), "\(name)")
      }
      if isInvalid { invalid += 1 }
    }
    #expect(invalid == 159)
    #expect(tests.count == 459)
  }

  /// Slips and other dialects: each query in backticks, below it what people are told.
  @Test func `each slip is shown at its place, with what to write instead`() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "corpus/mistakes.txt")
    let golden = try String(contentsOf: url, encoding: .utf8)
    let queries = golden.split(separator: "\n").filter { $0.hasPrefix("`") }
    #expect(queries.count >= 45)
    let actual = queries.map { line in
      "\(line)\n\(check(String(line.dropFirst().dropLast())))\n"
    }
    let text = actual.joined(separator: "\n")
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(text == golden)
    #expect(!text.contains("\n  ok\n"))
  }

  @Test func `positions inside a text of another file point into that file`() throws {
    let file = SourceFile(name: "flow.yaml", text: "select: \"$[\\u003fa]\"\n")
    // What YAML makes of it: `$[`, an escape of six bytes for `?`, `a]`.
    let text = SourceText(
      file: file,
      text: "$[?a]",
      segments: [
        .init(textOffset: 0, fileOffset: 9), .init(textOffset: 2, fileOffset: 11),
        .init(textOffset: 3, fileOffset: 17),
      ],
      fileEnd: 20
    )
    let span = try #require(QueryParser.parse(text).diagnostics.first?.span)
    #expect(span.location == "flow.yaml:1:18")
  }

  @Test func `queries are read as RFC 9535 means them`() throws {
    let parsed = QueryParser.parse(
      SourceText(
        name: "query",
        text: "$.a[-1, 1:5:-2]..['b',*][?@.c >= 1.50e1 && !($.d||length(@)<2)]"
      )
    )
    let query = try #require(parsed.query)
    #expect(query.isAbsolute && !query.isSingular)
    #expect(query.segments.map(\.isDescendant) == [false, false, true, false])
    #expect(query.segments[0].selectors == [.name("a")])
    #expect(query.segments[1].selectors == [.index(-1), .slice(start: 1, end: 5, step: -2)])
    #expect(query.segments[2].selectors == [.name("b"), .wildcard])
    guard case .filter(.and(let parts))? = query.segments[3].selectors.first else {
      Issue.record("no conjunction: \(query.segments[3])")
      return
    }
    guard case .compare(_, .greaterOrEqual, .literal(.number(let number, let spelling))) = parts[0],
      case .not(.or(let alternatives)) = parts[1]
    else {
      Issue.record("another tree: \(parts)")
      return
    }
    #expect(number == 15 && spelling == "1.50e1")
    #expect(alternatives.count == 2)
  }

  @Test func `names are kept as they are written, never normalised`() throws {
    let names = ["é", "e\u{301}", "\u{1F600}", "☺"]
    for name in names {
      for text in ["$.\(name)", "$['\(name)']", "$[\"\(name)\"]"] {
        let query = QueryParser.parse(SourceText(name: "query", text: text)).query
        guard case .name(let found)? = query?.segments.first?.selectors.first else {
          Issue.record("`\(text)` selects no name")
          continue
        }
        #expect(found.sameScalars(as: name), "`\(text)`")
      }
    }
    let escaped = QueryParser.parse(SourceText(name: "query", text: #"$['\ud83d\ude00\n\'']"#))
      .query
    #expect(escaped?.segments.first?.selectors == [.name("\u{1F600}\n'")])
  }
}

@Suite struct QueryLimitTests {
  @Test func `thousands of alternatives are one flat list`() throws {
    var limits = Limits()
    limits.queryBytes = 1 << 20
    for joint in ["||", "&&"] {
      let text = "$[?" + Array(repeating: "@.a==1", count: 3_000).joined(separator: joint) + "]"
      let query = QueryParser.parse(SourceText(name: "query", text: text), limits: limits).query
      switch query?.segments.first?.selectors.first {
      case .filter(.or(let parts))?, .filter(.and(let parts))?: #expect(parts.count == 3_000)
      default: Issue.record("no list of tests joined by \(joint)")
      }
    }
  }

  @Test func `nesting beyond the limit is refused, however deep it is`() {
    let shapes = [("(", "@.a", ")"), ("!(", "@.a", ")"), ("@[?", "@.a", "]"), ("!@[?", "@", "]")]
    for (open, middle, close) in shapes {
      func nested(_ depth: Int) -> String {
        "$[?" + String(repeating: open, count: depth) + middle
          + String(repeating: close, count: depth) + "]"
      }
      #expect(check(nested(63)) == "  ok", "\(open)")
      #expect(check(nested(64)).contains("the query nests deeper than 64"), "\(open)")
      #expect(check(nested(1_000)).contains("SBX-JSONPATH-005"), "\(open)")
    }
    let calls =
      "$[?" + String(repeating: "length(", count: 1_000) + "@"
      + String(repeating: ")", count: 1_000) + " > 1]"
    #expect(check(calls).contains("the query nests deeper than 64"))
  }

  @Test func `length, segments and selectors are limited`() {
    #expect(check("$" + String(repeating: ".a", count: 100)) == "  ok")
    #expect(check("$" + String(repeating: ".a", count: 101)).contains("more than 100 segments"))
    let selectors = "$[" + Array(repeating: "0", count: 1_000).joined(separator: ",")
    #expect(check(selectors + "]") == "  ok")
    #expect(check(selectors + ",0]").contains("more than 1000 selectors"))
    let long = "$['" + String(repeating: "a", count: 9_995) + "']"
    #expect(check(long) == "  ok")
    #expect(check(long + ".a") == "  SBX-JSONPATH-005 0..<1 the query is longer than 10000 bytes")
  }

  @Test func `any bytes end in a verdict`() {
    let seed = UInt64.random(in: 0 ... .max)
    print("queries, seed \(seed)")
    var random = SeededNumbers(seed)
    let pieces = [
      "$", "@", ".", "..", "[", "]", "?", "(", ")", "!", "*", ",", ":", "'a'", "\"", "\\", "a", "0",
      "-1", "1e5", "==", "<", "&&", "||", " ", "length(", "match(", "\u{0}", "é", "\u{1F600}",
      "\\u",
    ]
    for _ in 0..<3_000 {
      let count = Int.random(in: 0..<24, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let query = Bool.random(using: &random) ? "$[?" + text : "$" + text
      let parsed = QueryParser.parse(SourceText(name: "query", text: query))
      #expect((parsed.query == nil) == parsed.diagnostics.hasErrors, "seed \(seed): `\(query)`")
      let end = parsed.diagnostics.first?.span?.end ?? 0
      #expect(end <= query.utf8.count, "seed \(seed): `\(query)`")
    }
  }
}
