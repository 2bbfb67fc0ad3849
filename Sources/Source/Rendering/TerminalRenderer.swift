/// Draws diagnostics for people: message, place, excerpt, carets, notes and hint.
///
/// ```
/// error[SBX-DATA-004]: `send` reads `write.text`, which is not written on every way to it
///   --> support-triage.yaml:57:77
///    |
/// 57 |   send: { tool: send_email, with: { text: "{{ write.text }}" } }
///    |                                               ^^^^^^^^^^ written only by `write`
///    = way without it: classify > send
///    = hint: read `write.?text`
/// ```
///
/// Whatever a terminal would obey or hide is made visible, in messages as in excerpts.
public struct TerminalRenderer: Sendable {
  /// Whether to colour; the caller knows about `NO_COLOR` and terminals.
  public var color: Bool
  /// Width of excerpts in terminal columns, gutter not counted; longer lines are elided.
  public var columns: Int

  /// A renderer.
  public init(color: Bool = false, columns: Int = 100) {
    self.color = color
    self.columns = columns
  }

  /// All findings, one after the other, each line ended by a line feed.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined()
  }

  /// One finding, each line ended by a line feed.
  ///
  /// O(lines shown × columns), however long the file's lines are.
  public func render(_ diagnostic: Diagnostic) -> String {
    let gutter = gutterWidth(diagnostic)
    let ink = Ink(diagnostic.severity)
    var lines = [
      heading(diagnostic.severity.name + "[\(diagnostic.code.id)]", ink, diagnostic.message)
    ]
    if let span = diagnostic.span {
      let excerpt = Excerpt(
        span: span,
        label: diagnostic.label,
        ink: ink,
        gutter: gutter,
        color: color,
        columns: columns
      )
      lines += excerpt.lines
    }
    for note in diagnostic.notes where note.span == nil {
      lines += remark(note.message, gutter: gutter)
    }
    if let remedy = diagnostic.remedy {
      lines += remark(remedy, gutter: gutter)
    }
    for note in diagnostic.notes {
      guard let span = note.span else { continue }
      lines.append(heading("note", .note, note.message))
      let excerpt = Excerpt(
        span: span,
        label: nil,
        ink: .note,
        gutter: gutter,
        color: color,
        columns: columns
      )
      lines += excerpt.lines
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading(_ kind: String, _ ink: Ink, _ message: String) -> String {
    ink.paint(kind, color: color)
      + Ink.strong.paint(": " + ScalarWidth.visible(message), color: color)
  }

  /// `   = text`; the further lines of a text stand below its first.
  private func remark(_ text: String, gutter: Int) -> [String] {
    let indentation = String(repeating: " ", count: gutter + 1)
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
      let lead = $0.offset == 0 ? indentation + Ink.gutter.paint("=", color: color) : nil
      return (lead ?? indentation + " ") + " " + ScalarWidth.visible(String($0.element))
    }
  }

  /// Digits of the largest line number shown, at least 2, so that short files align too.
  private func gutterWidth(_ diagnostic: Diagnostic) -> Int {
    let spans = diagnostic.notes.compactMap(\.span) + (diagnostic.span.map { [$0] } ?? [])
    let largest = spans.map { Excerpt.trimmed($0).endPosition.line }.max() ?? 0
    return max(2, String(largest).utf8.count)
  }
}
