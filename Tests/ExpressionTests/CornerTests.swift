import Expression
import Testing

/// Corners of the definition: what neighbours of the conformance suite's cases could ask.
@Suite struct CornerTests {
  @Test(arguments: [
    ("language", Corners.language, Corners.languageErrors),
    ("macros", Corners.macros, Corners.macrosErrors),
    ("texts", Corners.texts, Corners.textsErrors),
    ("numbers", Corners.numbers, Corners.numbersErrors),
    ("extensions", Corners.extensions, Corners.extensionsErrors),
  ])
  func `expressions come to what the definition says`(
    _ name: String,
    _ truths: String,
    _ mistakes: String
  ) {
    for text in truths.split(separator: "\n") {
      #expect(Sample.check(String(text), dialect: .cel) == "value: true", "\(text)")
    }
    for text in mistakes.split(separator: "\n") {
      let outcome = Sample.check(String(text), dialect: .cel)
      #expect(!outcome.hasPrefix("value"), "\(text) gives \(outcome)")
    }
  }

  @Test func `the first error is the one that is told`() {
    for (text, kind) in [
      ("{'a': 'x'}.b.matches('(')", "noSuchField"), ("'x'.matches('(')", "invalidArgument"),
      ("dyn(1).matches('(')", "noSuchOverload"), ("1 / 0 + int('x')", "divideByZero"),
      ("[1 / 0, int('x')]", "divideByZero"), ("{'a': 1 / 0, int('x'): 1}", "divideByZero"),
      ("1 / 0 == 1 || {}.a", "divideByZero"), ("{}.a && 1 / 0 == 1", "noSuchField"),
    ] {
      #expect(Sample.check(text, dialect: .cel) == "error: \(kind)", "\(text)")
    }
  }

  @Test func `types are deduced`() {
    let cases: [(String, String)] = [
      ("[1, 2]", "list(int)"), ("[1, 'a']", "list(dyn)"), ("[]", "list(dyn)"),
      ("{}", "map(dyn, dyn)"), ("{'a': 1, 'b': 'x'}", "map(string, dyn)"),
      ("{1: 1, 'b': 1}", "map(dyn, int)"), ("[1, dyn(2)]", "list(dyn)"),
      ("true ? 1 : dyn('a')", "dyn"), ("[[], [1]]", "list(list(int))"),
      ("[{}, {'a': 1}]", "list(map(string, int))"), ("[].map(x, x)", "list(dyn)"),
      ("dyn({'a': 1}).a", "dyn"), ("[] + [1]", "list(int)"), ("[] + []", "list(dyn)"),
      ("[optional.none(), optional.of(1)]", "list(optional_type(int))"),
      ("optional.of(1).optMap(x, string(x))", "optional_type(string)"),
      ("optional.of({'a': 1}).a", "optional_type(int)"), ("[?optional.of(1)]", "list(int)"),
      ("math.greatest(1, 2.0)", "dyn"), ("[1].transformMap(i, v, string(v))", "map(int, string)"),
      // Each of both is the more general one in another part.
      ("[{1: dyn(1)}, {dyn(1): 1}]", "list(map(dyn, dyn))"),
      // What comes out of an unknown value is unknown, and no operator tells more.
      ("timestamp(0) - dyn([duration('1s')])[0]", "dyn"),
      ("timestamp(0) - dyn(optional.of(duration('1s'))).value()", "dyn"),
      ("dyn([1]).first().value() + dyn([1]).last().value()", "dyn"),
      ("timestamp(0) - [[dyn(optional.of(timestamp(0)))]].flatten()[0].value()", "dyn"),
      ("[[1.5], []].flatten()", "list(double)"), ("[[[1]]].flatten()", "list(list(int))"),
      ("[1, [2]].flatten()", "list(dyn)"), ("[1, 2].flatten()", "list(dyn)"),
    ]
    for (text, type) in cases {
      #expect(Sample.compile(text, dialect: .cel).program?.type.name == type, "\(text)")
    }
  }
}
