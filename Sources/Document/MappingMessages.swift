import Source
import Values

extension Messages {
  static func wrongKind(_ subject: String, wanted: String, found: Node) -> Diagnostic {
    var hint: String?
    var fix: Diagnostic.Fix?
    if wanted == "text", let spelling = found.text?.text, !found.isQuoted, !spelling.isEmpty {
      hint = "quote it: `\"\(spelling)\"`"
      fix = Diagnostic.Fix(span: found.span, replacement: "\"\(spelling)\"")
    } else if found.isQuoted, wanted != "text", let text = found.string,
      case .string = Tag.content(of: CoreSchema.resolve(Array(text.utf8)), text) ?? .string("")
    {
      hint = nil
    } else if found.isQuoted, wanted != "a list", wanted != "a mapping" {
      hint = "remove the quotes"
    }
    return Diagnostic(
      .documentWrongKind,
      .error,
      "\(subject) must be \(wanted), found \(found.kindName)",
      at: found.span,
      label: "expected \(wanted)",
      hint: hint,
      fix: fix
    )
  }

  static func missingKey(_ key: String, _ context: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.documentMissingKey, .error, "\(context) lacks the key `\(key)`", at: span)
  }

  static func outOfRange(
    _ key: String,
    _ context: String,
    range: ClosedRange<Int>,
    at span: SourceSpan
  ) -> Diagnostic {
    let wanted =
      range.upperBound == .max
      ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    return Diagnostic(
      .documentOutOfRange,
      .error,
      "`\(key)` of \(context) is out of range",
      at: span,
      label: wanted,
      hint: "write a whole number, \(wanted)"
    )
  }

  static func unknownChoice(
    _ key: String,
    _ text: String,
    _ choices: [String],
    at span: SourceSpan
  ) -> Diagnostic {
    let list = choices.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .documentUnknownChoice,
      .error,
      "`\(text)` is no choice for `\(key)`",
      at: span,
      notes: [Diagnostic.Note("the choices are \(list)")],
      hint: Suggestion.nearest(to: text, in: choices).map { "did you mean `\($0)`?" }
    )
  }

  static func unknownKey(
    _ entry: Node.Entry,
    _ context: String,
    known: [String],
    elsewhere: String?
  ) -> Diagnostic {
    let suggestion = Suggestion.nearest(to: entry.key, in: known)
    let hint =
      elsewhere.map { "`\(entry.key)` belongs to \($0)" }
      ?? suggestion.map { "did you mean `\($0)`?" }
      ?? (known.isEmpty || known.count > 12
        ? nil : "known keys: " + known.sorted().map { "`\($0)`" }.joined(separator: ", "))
    return Diagnostic(
      .documentUnknownKey,
      .error,
      "\(context) has no key `\(entry.key)`",
      at: entry.keySpan,
      hint: hint,
      fix: elsewhere == nil
        ? suggestion.map { Diagnostic.Fix(span: entry.keySpan, replacement: $0) } : nil
    )
  }
}
