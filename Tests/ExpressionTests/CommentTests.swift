import Expression
import Source
import Testing

/// Comments that formatting keeps.
@Suite struct CommentTests {
  private func formatted(_ text: String) -> String? {
    let source = SourceText(name: "test", text: text)
    return ParsedExpression.parse(source).expression?.canonicalText(keepingCommentsOf: source)
  }

  @Test func `comments stay beside what they follow`() {
    let cases: [(String, String)] = [
      ("a&&b", "a && b"), ("a&&b // why", "a && b // why"), ("// why\na&&b", "// why\na && b"),
      ("// one\n\n  // two  \na", "// one\n// two\na"),
      ("a && // first\n(b||c) // second\n", "a && // first\n  (b || c) // second"),
      ("f(a, // one\n  b // two\n)", "f(a, // one\n  b) // two"),
      ("[1, // one\n2, // two\n]", "[1, // one\n  2 // two\n  ]"),
      ("a // x\n// y\n&& b", "a // x\n  // y\n  && b"),
      ("a &&\n  // alone\n  b", "a &&\n  // alone\n  b"),
      ("'// no comment' + \"//\"", "'// no comment' + '//'"),
      ("a // '", "a // '"), ("(a) // é\u{301}", "a // é\u{301}"),
      ("a.map(x, // each\n x + 1)", "a.map(x, // each\n  x + 1)"),
    ]
    for (text, wanted) in cases {
      #expect(formatted(text) == wanted, "\(text)")
      #expect(formatted(wanted) == wanted, "\(wanted)")
    }
  }

  @Test func `what is no expression is not formatted`() {
    for text in ["// only", "", "a // x\n b", "a && // why", "(a // )\n"] {
      #expect(formatted(text) == nil, "\(text)")
    }
  }
}
