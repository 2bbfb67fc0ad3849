import RegularExpression
import TestSupport
import Testing
import Values

@Suite struct PatternTests {
  /// Pattern, text, whether it matches somewhere, whether it matches the whole.
  private static let matches: [(pattern: String, text: String, some: Bool, whole: Bool)] = [
    ("", "", true, true),
    ("", "a", true, false),
    ("b", "abc", true, false),
    ("abc", "abc", true, true),
    ("a|ab", "ab", true, true),
    ("^b", "ab", false, false),
    ("b$", "ab", true, false),
    ("b$", "ab\n", false, false),
    ("(?m)b$", "ab\n", true, false),
    ("(?m)^b", "a\nb", true, false),
    ("a.c", "a\nc", false, false),
    ("(?s)a.c", "a\nc", true, true),
    ("(?i)straße", "STRAßE", true, true),
    (".", "é", true, true),
    (".", "e\u{301}", true, false),
    (".", "👩‍👩‍👧", true, false),
    ("é", "e\u{301}", false, false),
    (#"\d"#, "٣", false, false),
    (#"\pN"#, "٣", true, true),
    (#"\w+"#, "naïve", true, false),
    (#"\p{Greek}+"#, "λόγος", true, true),
    (#"\x{1F600}"#, "😀", true, true),
    ("a\u{0}b", "a\u{0}b", true, true),
    ("b", "a\u{0}b", true, false),
    (#"\bfoo\b"#, "a foo b", true, false),
    (#"\bfoo\b"#, "food", false, false),
    ("a{3}", "aaaa", true, false),
    ("[^a]", "a", false, false),
    ("(a)(b)?", "a", true, true),
    (#"\Qa.b\E"#, "a.b", true, true),
    (#"\Qa.b\E"#, "axb", false, false),
  ]

  @Test func `matches anywhere or the whole, by code points`() throws {
    for (pattern, text, some, whole) in Self.matches {
      let compiled = try Pattern(pattern)
      #expect(compiled.matches(text) == some, "`\(pattern)` in `\(text)`")
      #expect(compiled.matches(text, anchored: true) == whole, "`\(pattern)` on all of `\(text)`")
      #expect((compiled.firstMatch(in: text) != nil) == some, "`\(pattern)` found in `\(text)`")
    }
  }

  /// What RE2 refuses, with a part of its reason.
  private static let refused = [
    ("(", "missing"), ("a)", "unexpected"), ("[", "missing"), ("[b-a]", "range"),
    ("*a", "no argument"),
    ("a**", "bad repetition"), ("a++", "bad repetition"), ("a{1001}", "repetition size"),
    ("x{2,1}", "repetition size"), ("(?=a)", "perl operator"), ("(?!a)", "perl operator"),
    ("(?<=a)b", "perl operator"), ("(?>a)", "perl operator"), (#"(a)\1"#, "escape"),
    (#"\8"#, "escape"), (#"a\"#, "trailing"), (#"\p{Klingon}"#, "character class"),
    (#"\x{110000}"#, "escape"), ("(?z)", "perl operator"),
    ("[[:nope:]]", "character class"), (#"\C\"#, "trailing"),
  ]

  @Test func `what cannot run in linear time, or at all, is refused with a reason`() {
    for (pattern, reason) in Self.refused {
      do {
        _ = try Pattern(pattern)
        Issue.record("`\(pattern)` is accepted")
      } catch {
        let words = error.message.lowercased()
        #expect(words.contains(reason), "`\(pattern)`: \(words)")
      }
    }
  }

  @Test func `a pattern larger than its memory is refused, one within is not`() throws {
    let large = String(repeating: "(abcdefgh|ijklmnop){900}", count: 10)
    #expect(throws: PatternError.self) { try Pattern(large) }
    for memory in [.min, -1, 0, 1, 1 << 10] {
      #expect(throws: PatternError.self, "\(memory)") {
        try Pattern("[a-z]{900}", memoryBytes: memory)
      }
    }
    #expect(try Pattern("[a-z]{500}").matches(String(repeating: "q", count: 500)))
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 5_000)) }
    let deep = String(repeating: "(", count: 5_000) + String(repeating: ")", count: 5_000)
    // Versions of RE2 differ on whether they take it; none may crash.
    #expect((try? Pattern(deep))?.matches("") != false)
  }

  @Test func `groups give byte ranges, nil for those that took no part`() throws {
    let pattern = try Pattern("(ä+)(x)?(?P<rest>b*)")
    #expect(pattern.groupCount == 3)
    let found = try #require(pattern.firstMatch(in: "-ääb"))
    #expect(found == [1..<6, 1..<5, nil, 5..<6])
    let later = try #require(pattern.firstMatch(in: "ä-ä", from: 2))
    #expect(later == [3..<5, 3..<5, nil, 5..<5])
    #expect(pattern.firstMatch(in: "ä-b", from: 2) == nil)
    #expect(try Pattern("").firstMatch(in: "") == [0..<0])
    #expect(try Pattern("").groupCount == 0)
  }

  @Test func `a search from beyond the text finds nothing`() throws {
    let pattern = try Pattern("a*")
    #expect(pattern.firstMatch(in: "aa", from: 2) == [2..<2])
    #expect(pattern.firstMatch(in: "aa", from: 3) == nil)
    #expect(pattern.firstMatch(in: "aa", from: .max) == nil)
    #expect(pattern.firstMatch(in: "aa", from: -1) == nil)
    #expect(pattern.firstMatch(in: "aa", from: .min) == nil)
  }

  @Test func `an anchor means the start of the text, also when the search begins later`() throws {
    #expect(try Pattern("^a").firstMatch(in: "aaa", from: 1) == nil)
    #expect(try Pattern(#"\ba"#).firstMatch(in: "aa", from: 1) == nil)
  }

  @Test func `one pattern serves many threads`() async throws {
    let pattern = try Pattern("(a|b)*c")
    let text = String(repeating: "ab", count: 2_000)
    let results = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
      for index in 0..<64 {
        group.addTask { pattern.matches(index.isMultiple(of: 2) ? text + "c" : text) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.filter { $0 }.count == 32)
  }

  @Test(
    "hostile patterns are refused or run in linear time",
    .enabled(if: SuiteFiles.isPresent(suite), Comment(rawValue: SuiteFiles.missing))
  )
  func hostile() throws {
    var valid = 0
    for line in try SuiteFiles.jsonLines(Self.suite) {
      let source = try #require(line["pattern"]?.text)
      guard line["re2_valid"] == .bool(true) else {
        #expect(throws: PatternError.self, "`\(source)`") { try Pattern(source) }
        continue
      }
      let pattern = try Pattern(source)
      let prefix = try #require(line["attack"]?["prefix"]?.text)
      let pump = try #require(line["attack"]?["pump"]?.text)
      let suffix = try #require(line["attack"]?["suffix"]?.text)
      // The verdict on a long attack is that on a short one; a backtracking engine would not end.
      let short = prefix + String(repeating: pump, count: 40) + suffix
      let long = prefix + String(repeating: pump, count: 50_000) + suffix
      #expect(pattern.matches(short) == pattern.matches(long), "`\(source)`")
      valid += 1
    }
    #expect(valid == 16)
  }

  private static let suite = "security/regex-hostile.jsonl"
}
