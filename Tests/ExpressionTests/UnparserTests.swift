import Expression
import Source
import TestSupport
import Testing
import Values

/// `parse(print(parse(x))) == parse(x)`, and printing what was printed changes nothing.
@Suite struct UnparserTests {
  private static func parse(
    _ text: String,
    options: Environment.Options = Environment.Options()
  ) -> ParsedExpression? {
    ParsedExpression.parse(SourceText(name: "test", text: text), options: options).expression
  }

  /// What is wrong with the canonical text of `text`; nil when nothing is.
  private static func failure(
    _ text: String,
    options: Environment.Options = Environment.Options()
  ) -> String? {
    guard let first = parse(text, options: options) else { return nil }
    let printed = first.canonicalText
    guard let second = parse(printed, options: options) else {
      return "`\(text)` prints as `\(printed)`, which cannot be read"
    }
    guard first.isSame(as: second) else {
      return "`\(text)` prints as `\(printed)`, which is another expression"
    }
    let again = second.canonicalText
    return again.sameScalars(as: printed) ? nil : "`\(printed)` prints as `\(again)`"
  }

  @Test func canonicalForms() throws {
    let cases: [(String, String)] = [
      ("1+2*3", "1 + 2 * 3"), ("(1+2)*3", "(1 + 2) * 3"), ("((a))", "a"),
      ("a-(b-c)", "a - (b - c)"), ("a-b-c", "a - b - c"), ("(a-b)-c", "(a - b) - c"),
      ("a&&b||c&&d", "a && b || c && d"), ("a&&(b||c)", "a && (b || c)"), ("!(a&&b)", "!(a && b)"),
      ("!!a", "!!a"), ("!(-a)", "!(-a)"), ("-(!a)", "-(!a)"), ("!-1", "!-1"), ("- 5", "-5"),
      ("-(5)", "-(5)"), ("-(-5)", "--5"), ("-5.abs()", "(-5).abs()"),
      ("-(5.abs())", "-(5.abs())"), ("(-5).abs()", "(-5).abs()"), ("-a.b", "-a.b"),
      ("-(a+b)", "-(a + b)"), ("a - -1", "a - -1"), ("a--1", "a - -1"), ("1.0", "1.0"),
      ("1e3", "1000.0"), (".5", "0.5"), ("-0.0", "-0.0"), ("1e999", "1e999"), ("0xFFu", "255u"),
      ("0x10", "16"), ("-9223372036854775808", "-9223372036854775808"), ("1e-320", "1e-320"),
      (#""it's""#, #""it's""#), (#""x""#, "'x'"), (#"'a"b\'c'"#, #"'a"b\'c'"#),
      (#"r'\d+'"#, #"'\\d+'"#), ("'''a\nb'''", #"'a\nb'"#), (#"'\u202e'"#, #"'\u202e'"#),
      (#"b'\377\x00a\''"#, #"b'\xff\x00a\''"#), (#"'\377'"#, "'ÿ'"), ("'é😀'", "'é😀'"),
      (#"'\U000e0001'"#, #"'\U000e0001'"#), ("m.`a-b`", "m.`a-b`"), ("m.`a`", "m.`a`"),
      ("m.?a.?`b c`", "m.?a.?`b c`"), ("m[?'a'][0]", "m[?'a'][0]"), ("[?a,b]", "[?a, b]"),
      ("[ ?a ]", "[?a]"), ("{?'a':b,'c':d}", "{?'a': b, 'c': d}"),
      ("{a?b:c:d}", "{a ? b : c: d}"), ("a?b:c?d:e", "a ? b : c ? d : e"),
      ("(a?b:c)?d:e", "(a ? b : c) ? d : e"), ("a?(b?c:d):e", "a ? (b ? c : d) : e"),
      ("a?b:(c?d:e)", "a ? b : (c ? d : e)"), ("a ? .b : .c", "a ? .b : .c"),
      (".a.b(c)", ".a.b(c)"), (".f(1)", ".f(1)"), ("a.b.C{x:1,?y:z}", "a.b.C{x: 1, ?y: z}"),
      (".C{}", ".C{}"), ("C{`in`:1}.x", "C{`in`: 1}.x"), ("a in b == c", "a in b == c"),
      ("a in (b == c)", "a in (b == c)"), ("has(a.b)", "has(a.b)"), ("has(a.?b)", "has(a.?b)"),
      ("has((a+b).c)", "has((a + b).c)"), ("has(a.`b`)", "has(a.`b`)"),
      ("l.all(x,x>1)", "l.all(x, x > 1)"), ("l.exists_one(x,x)", "l.exists_one(x, x)"),
      ("l.existsOne(i,x,x)", "l.existsOne(i, x, x)"), ("l.map(x,p,t)", "l.map(x, p, t)"),
      ("(a+b).map(x,x)", "(a + b).map(x, x)"), ("l.transformMap(k,v,v)", "l.transformMap(k, v, v)"),
      ("l.sortBy(x,-x)", "l.sortBy(x, -x)"), ("cel.bind(x,1,x+x)", "cel.bind(x, 1, x + x)"),
      ("o.optMap(x,x)", "o.optMap(x, x)"), ("o.optFlatMap(x,x)", "o.optFlatMap(x, x)"),
      ("x.import.`while`", "x.import.`while`"), ("a // why\n + b", "a + b"),
      ("proto.getExt(m, p.q)", "m.`p.q`"), ("a.b()[c](", ""),
    ]
    for (text, wanted) in cases {
      let printed = Self.parse(text)?.canonicalText ?? ""
      let isWanted = printed.sameScalars(as: wanted)
      #expect(isWanted, "`\(text)` prints as `\(printed)`, not `\(wanted)`")
      #expect(Self.failure(text) == nil)
    }
    let pipe = ParsedExpression.parse(
      SourceText(name: "test", text: "a.b | default('x') | length"),
      acceptsPipes: true
    )
    #expect(pipe.expression?.canonicalText == "length(default(a.b, 'x'))")
  }

  @Test func differentTreesAreTold() throws {
    let texts = [
      "a", ".a", "b", "a.b", "a.`b`", "a.?b", "has(a.b)", "a[b]", "a[?b]", "1", "1u", "1.0", "0.0",
      "-0.0", "-(1)", "-1", "'1'", "b'1'", "a + b", "a - b", "a + b + c", "a + (b + c)", "a(b)",
      "a.b(c)", "[a]", "[?a]", "{a: b}", "T{a: b}", ".T{a: b}", "T{?a: b}", "a && b", "a || b",
      "'e\\u0301'", "'é'", "l.all(x, x)", "l.all(y, y)", "l.exists(x, x)", "l.all(i, x, x)",
      "l.exists_one(x, x)", "l.existsOne(x, x)", "a ? b : c ? d : e", "a ? b : (c ? d : e)",
    ]
    for left in texts {
      for right in texts {
        let one = try #require(Self.parse(left), "\(left)")
        let other = try #require(Self.parse(right), "\(right)")
        #expect(one.isSame(as: other) == left.sameScalars(as: right), "\(left) and \(right)")
      }
    }
  }

  @Test func randomExpressionsPrintAsThemselves() {
    let seed: UInt64 = 0xF0_12
    var words = RandomExpression(seed: seed)
    var read = 0
    for _ in 0..<5_000 {
      let text = words.anything(depth: 4)
      if Self.parse(text) != nil { read += 1 }
      let failure = Self.failure(text)
      #expect(failure == nil, "seed \(seed)")
    }
    #expect(read > 4_900)
  }

  @Test func chainsOfTenThousandPrint() throws {
    var limits = Limits()
    limits.expressionBytes = 1 << 20
    let text = Array(repeating: "a", count: 10_000).joined(separator: " + ")
    let source = SourceText(name: "test", text: text)
    let expression = try #require(ParsedExpression.parse(source, limits: limits).expression)
    #expect(expression.canonicalText == text)
  }

  private static let files = [
    "basic", "bindings_ext", "block_ext", "comparisons", "conversions", "dynamic", "encoders_ext",
    "enums", "fields", "fp_math", "integer_math", "lists", "logic", "macros", "macros2",
    "math_ext", "namespace", "network_ext", "optionals", "parse", "plumbing", "proto2",
    "proto2_ext", "proto3", "string", "string_ext", "timestamps", "type_deduction", "wrappers",
  ]

  private static func elements(_ value: Value?) -> [Value] {
    if case .list(let elements)? = value { elements } else { [] }
  }

  @Test(
    .enabled(if: SuiteFiles.isPresent("cel/basic.json"), Comment(rawValue: SuiteFiles.missing)),
    arguments: files
  )
  func sourcesOfTheSuitePrintAsThemselves(_ file: String) throws {
    let content = try SuiteFiles.json("cel/\(file).json")
    var read = 0
    for section in Self.elements(content["sections"]) {
      for test in Self.elements(section["tests"]) {
        var options = Environment.Options()
        options.hasBlockMacros = true
        if case .bool(true)? = test["disable_macros"] { options.expandsMacros = false }
        let text = try #require(test["expr"]?.text)
        if Self.parse(text, options: options) != nil { read += 1 }
        #expect(Self.failure(text, options: options) == nil)
      }
    }
    #expect(read > 0)
  }
}
