import Source

/// The findings of linking a table.
enum Messages {
  static func broken(_ what: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .tableBroken,
      "the table cannot be run: \(what)",
      at: span,
      hint: "compile the flow again with this version"
    )
  }

  static func schema(_ message: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(.tableSchema, "a schema is not valid: \(message)", at: span)
  }
}
