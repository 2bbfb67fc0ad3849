package import Source

/// An expression as a text: whether it parses, and its tokens.
package enum ExpressionText {
  /// What the parser alone says about `source`.
  ///
  /// Names and types are not looked at. With `pipes`, `expression | name(…)` is accepted as in
  /// templates.
  package static func diagnostics(
    _ source: SourceText,
    options: Environment.Options = .init(),
    pipes: Bool = false,
    limits: Limits = Limits()
  ) -> [Diagnostic] {
    var parser = Parser(
      Array(source.text.utf8),
      reporter: Reporter(source: source, limit: limits.diagnostics),
      options: options,
      limits: limits
    )
    _ = parser.parse(pipes: pipes)
    return parser.reporter.diagnostics
  }

  /// The tokens, well-formed or not, without the space between them.
  ///
  /// Linear time.
  package static func tokens(_ bytes: [UInt8]) -> [Range<Int>] {
    var lexer = Lexer(bytes)
    var result: [Range<Int>] = []
    while true {
      let token = lexer.next()
      if token.kind == .end { return result }
      result.append(token.start..<max(token.start + 1, token.end))
    }
  }
}
