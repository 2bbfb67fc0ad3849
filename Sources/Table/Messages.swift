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

  static func literalPrompt(_ id: String, _ why: Diagnostic?, at span: SourceSpan?) -> Diagnostic {
    Diagnostic(
      .literalPrompt,
      .note,
      "the prompt of `\(id)` is sent as it stands: its template cannot be filled",
      at: why?.span ?? span,
      notes: why.map { [Diagnostic.Note($0.message, span: $0.span)] } ?? [],
      hint: why?.hint
    )
  }
}
