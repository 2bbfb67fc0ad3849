import Source

/// What importers say.
enum Messages {
  static func outOfScope(_ what: String, at span: SourceSpan, hint: String? = nil) -> Diagnostic {
    Diagnostic(.importOutOfScope, "\(what) cannot be imported", at: span, hint: hint)
  }

  static func invalid(_ message: String, at span: SourceSpan?, hint: String? = nil) -> Diagnostic {
    Diagnostic(.importInvalid, message, at: span, hint: hint)
  }

  static func failing(_ text: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .importChanged,
      .warning,
      "`\(shortened(text))` can never be evaluated: imported as an expression that always fails",
      at: span
    )
  }

  static func renamed(_ old: String, _ new: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .importChanged,
      .note,
      "`\(shortened(old))` is called `\(new)` in the flow",
      at: span
    )
  }

  static func dropped(_ what: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.importChanged, .warning, "\(what) is left out", at: span)
  }

  static func idempotent(_ tool: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .importChanged,
      .note,
      "`\(tool)` is declared idempotent, since it is called again when an answer is lost",
      at: span,
      hint: "if a second call does harm, take that out of both"
    )
  }

  static func told(_ error: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .importChanged,
      .note,
      "`\(shortened(error))` is told by the failure's message, which has to hold that name",
      at: span
    )
  }

  static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).first.map(String.init) ?? ""
    return line.unicodeScalars.count > 60
      ? String(String.UnicodeScalarView(line.unicodeScalars.prefix(57))) + "…" : line
  }
}
