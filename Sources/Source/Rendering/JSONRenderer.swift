/// Writes diagnostics for programs: one JSON object each, with 1-based lines and columns.
///
/// Columns count Unicode scalars, ends are exclusive, offsets count bytes. Members without a value
/// are left out, so that readers test for presence.
public struct JSONRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// JSON lines: one finding a line, nothing when there is none.
  public func lines(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { object($0).text + "\n" }.joined()
  }

  /// One JSON array of all findings, ended by a line feed.
  public func array(_ diagnostics: [Diagnostic]) -> String {
    JSONOutput.array(diagnostics.map { object($0) }).text + "\n"
  }

  /// One finding, to be put inside a larger answer.
  package func object(_ diagnostic: Diagnostic) -> JSONOutput {
    var members: [(String, JSONOutput?)] = [
      ("severity", .string(diagnostic.severity.name)),
      ("code", .string(diagnostic.code.id)),
      ("title", .string(diagnostic.code.title)),
      ("message", .string(diagnostic.message)),
    ]
    if let span = diagnostic.span { members += place(span) }
    members.append(("label", diagnostic.label.map { .string($0) }))
    if !diagnostic.notes.isEmpty {
      members.append(("notes", .array(diagnostic.notes.map { note($0) })))
    }
    members.append(("hint", diagnostic.hint.map { .string($0) }))
    members.append(
      (
        "fix",
        diagnostic.fix.map {
          .object(place($0.span) + [("replacement", .string($0.replacement))])
        }
      )
    )
    return .object(members)
  }

  private func note(_ note: Diagnostic.Note) -> JSONOutput {
    .object([("message", .string(note.message))] + (note.span.map { place($0) } ?? []))
  }

  private func place(_ span: SourceSpan) -> [(String, JSONOutput?)] {
    let start = span.startPosition
    let end = span.endPosition
    return [
      ("file", .string(span.file.name)),
      ("line", .int(start.line)), ("column", .int(start.column)),
      ("end_line", .int(end.line)), ("end_column", .int(end.column)),
      ("offset", .int(span.start)), ("end_offset", .int(span.end)),
    ]
  }
}
