/// The place and the lines of one span, with carets below or a bracket beside them.
struct Excerpt {
  let span: SourceSpan
  let label: String?
  let ink: Ink
  let gutter: Int
  let color: Bool
  let columns: Int

  /// Lines of a span shown before the rest is elided.
  private static let shownLines = 6

  /// `  --> file:line:column`, then the excerpt; the place alone when the file is empty.
  var lines: [String] {
    let location =
      String(repeating: " ", count: gutter)
      + Ink.gutter.paint("-->", color: color) + " " + ScalarWidth.visible(span.location)
    guard !span.file.bytes.isEmpty else { return [location] }
    let shown = Excerpt.trimmed(span)
    let first = shown.startPosition.line
    let last = shown.endPosition.line
    let body = first == last ? single(shown, line: first) : several(shown, first: first, last: last)
    return [location, row(nil, "")] + body
  }

  /// The span without the blanks and line breaks at its end, which YAML's marks often include.
  static func trimmed(_ span: SourceSpan) -> SourceSpan {
    let bytes = span.file.bytes
    var end = span.end
    while end > span.start, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    if end == span.start {
      // Nothing but blanks: what lies on the first line of them.
      let line = span.file.position(at: span.start).line
      end = min(span.end, max(span.start, span.file.lineRange(line).upperBound))
    }
    return SourceSpan(file: span.file, start: span.start, end: end)
  }

  private func single(_ shown: SourceSpan, line: Int) -> [String] {
    let layout = LineLayout(
      file: shown.file,
      line: line,
      focus: shown.start..<shown.end,
      columns: columns
    )
    let start = layout.column(of: shown.start)
    let width = max(1, layout.column(of: shown.end) - start)
    let carets = ink.paint(String(repeating: "^", count: width) + labelText, color: color)
    return [
      row(line, layout.text), row(nil, String(repeating: " ", count: start) + carets),
    ]
  }

  private func several(_ shown: SourceSpan, first: Int, last: Int) -> [String] {
    var rows: [String] = []
    let top = layout(shown, line: first)
    let isBracket = top.isBlank(before: shown.start)
    if isBracket {
      rows.append(row(first, ink.paint("/", color: color) + " " + top.text))
    } else {
      rows.append(row(first, "  " + top.text))
      let reach = String(repeating: "_", count: top.column(of: shown.start) + 1)
      rows.append(row(nil, " " + ink.paint(reach + "^", color: color)))
    }
    let bar = ink.paint("|", color: color)
    let isElided = last - first + 1 > Excerpt.shownLines
    let following = isElided ? (first + 1)...(first + 3) : (first + 1)...last
    for line in following {
      rows.append(row(line, bar + " " + layout(shown, line: line).text))
    }
    if isElided {
      let dots = "..." + String(repeating: " ", count: gutter - 2)
      rows.append(Ink.gutter.paint(dots + "|", color: color) + " " + bar)
      rows.append(row(last, bar + " " + layout(shown, line: last).text))
    }
    let bottom = layout(shown, line: last)
    let lastColumn = max(0, bottom.column(of: shown.end) - 1)
    let reach = "|" + String(repeating: "_", count: lastColumn + 1) + "^" + labelText
    rows.append(row(nil, ink.paint(reach, color: color)))
    return rows
  }

  private func layout(_ shown: SourceSpan, line: Int) -> LineLayout {
    let content = LineLayout.contentRange(shown.file, line: line)
    let start = max(content.lowerBound, min(shown.start, content.upperBound))
    let end = min(content.upperBound, max(shown.end, start))
    // What matters of the last line is its end, of all others their start.
    let focus = end == shown.end ? max(start, end - 1)..<end : start..<start
    return LineLayout(file: shown.file, line: line, focus: focus, columns: columns)
  }

  private var labelText: String {
    guard let label, !label.isEmpty else { return "" }
    return " " + ScalarWidth.visible(label)
  }

  /// One line behind the gutter, without blanks at its end.
  private func row(_ number: Int?, _ text: String) -> String {
    let digits = number.map { String($0) } ?? ""
    let padding = String(repeating: " ", count: max(0, gutter - digits.utf8.count))
    let bar = Ink.gutter.paint(padding + digits + " |", color: color)
    var visible = text[...]
    while visible.utf8.last == 0x20 { visible = visible.dropLast() }
    return visible.isEmpty ? bar : bar + " " + visible
  }
}
