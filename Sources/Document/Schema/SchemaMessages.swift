import Source

/// The findings of compiling schemas.
enum SchemaMessages {
  static func notASchema(_ node: Node) -> Diagnostic {
    Diagnostic(
      .schemaBadKeyword,
      .error,
      "a schema is a mapping, `true` or `false`, found \(node.kindName)",
      at: node.span
    )
  }

  static func unknownKeyword(_ entry: Node.Entry, extra: Set<String>) -> Diagnostic {
    let suggestion = Suggestion.nearest(to: entry.key, in: SchemaVocabulary.all + extra.sorted())
    return Diagnostic(
      .schemaUnknownKeyword,
      .error,
      "`\(entry.key)` is no keyword of JSON Schema",
      at: entry.keySpan,
      hint: suggestion.map { "did you mean `\($0)`?" },
      fix: suggestion.map { Diagnostic.Fix(span: entry.keySpan, replacement: $0) }
    )
  }

  static func wrongKeyword(_ entry: Node.Entry, wanted: String) -> Diagnostic {
    Diagnostic(
      .schemaBadKeyword,
      .error,
      "`\(entry.key)` must be \(wanted), found \(entry.value.kindName)",
      at: entry.value.span
    )
  }

  static func unknownType(_ node: Node) -> Diagnostic {
    let names = SchemaTypes.names.map(\.0)
    let synonyms = [
      "int": "integer", "float": "number", "double": "number", "bool": "boolean",
      "text": "string", "str": "string", "list": "array", "map": "object", "dict": "object",
      "decimal": "number",
    ]
    let written = node.string ?? node.text?.text ?? ""
    let nearest = synonyms[written] ?? Suggestion.nearest(to: written, in: names)
    return Diagnostic(
      .schemaBadKeyword,
      .error,
      "`\(written)` is no type of JSON Schema",
      at: node.span,
      notes: [Diagnostic.Note("types: " + names.map { "`\($0)`" }.joined(separator: ", "))],
      hint: nearest.map { "did you mean `\($0)`?" }
    )
  }

  static func unresolved(_ reference: String, at span: SourceSpan, known: [String]) -> Diagnostic {
    Diagnostic(
      .schemaUnresolvedReference,
      .error,
      "the reference `\(reference)` leads nowhere",
      at: span,
      hint: Suggestion.nearest(to: reference, in: known).map { "did you mean `\($0)`?" }
        ?? "declare it under `$defs` of the same schema"
    )
  }

  static func badPattern(_ pattern: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .schemaBadPattern,
      .error,
      "the pattern `\(pattern)` is refused: \(reason)",
      at: span,
      hint: "patterns run on RE2, in linear time: no look-around, no back-references"
    )
  }

  static func fieldsNotMapping(_ node: Node) -> Diagnostic {
    Diagnostic(
      .schemaBadFields,
      .error,
      "fields are a mapping of names to schemas, found \(node.kindName)",
      at: node.span,
      hint: "write `name: {type: string}`"
    )
  }

  static func fieldNotSchema(_ entry: Node.Entry) -> Diagnostic {
    let written = entry.value.string
    let isType = SchemaTypes.names.contains { $0.0 == written }
    return Diagnostic(
      .schemaBadFields,
      .error,
      "the field `\(entry.key)` must be a schema, found \(entry.value.kindName)",
      at: entry.value.span,
      hint: isType ? "write `\(entry.key): {type: \(written ?? "")}`" : "write `{type: …}`"
    )
  }

  static func badFieldKey(_ key: String, wanted: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.schemaBadFields, .error, "`\(key)` of a field must be \(wanted)", at: span)
  }

  static func badDefault(_ violation: SchemaViolation, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .schemaBadFields,
      .error,
      "the default does not fit its own schema: \(violation.message)",
      at: span
    )
  }
}
