import Source

extension Messages {
  /// A text that is not YAML, without libyaml's help.
  static func syntax(_ message: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(.yamlSyntax, .error, message, at: span)
  }

  /// What libyaml refused, in words that say what to do.
  static func syntax(_ failure: YAMLFailure, in composer: YAMLComposer) -> Diagnostic {
    let offset = composer.offsets[failure.scalarIndex]
    let span = composer.span(offset, offset + 1)
    if failure.problem.hasPrefix("control characters") || failure.problem.contains("UTF-8") {
      return Diagnostic(.yamlBadCharacter, .error, failure.problem, at: span)
    }
    let context = failure.contextIndex.map { composer.offsets[$0] }
    var notes: [Diagnostic.Note] = []
    if let context, context != offset, let remark = contextRemark(failure.context) {
      notes.append(Diagnostic.Note(remark, span: composer.span(context, context + 1)))
    }
    let line = Line(composer.bytes, at: offset)
    var texts = texts(failure.problem, context: failure.context, byte: line.byte)
    if failure.problem == "did not find expected key", let closing = line.closing(before: offset) {
      let end = closing == "quote" ? "a text ends with its quote" : "a value ends with its bracket"
      texts = ("text after the closing \(closing)", "\(end); quote the whole: \(line.quotedValue)")
      return Diagnostic(.yamlSyntax, .error, texts.message, at: span, hint: texts.hint)
    }
    if failure.problem.hasPrefix("did not find expected ','"),
      let quote = line.quote(before: offset)
    {
      return Diagnostic(
        .yamlSyntax,
        .error,
        "text after the closing quote",
        at: span,
        notes: notes,
        hint: quote == UInt8(ascii: "\"")
          ? "a `\"` inside double quotes ends the text: write `'…'` inside"
          : "a `'` inside single quotes ends the text: write it twice, or double quotes around"
      )
    }
    var hint = line.quotingHint ?? Line.hint(above: offset, composer.bytes, failure.problem)
    hint = hint ?? texts.hint
    if hint == nil, let context, context < offset {
      hint = Line(composer.bytes, at: context).quotingHint
    }
    return Diagnostic(.yamlSyntax, .error, texts.message, at: span, notes: notes, hint: hint)
  }

  /// One line of a YAML text, for hints.
  private struct Line {
    let byte: UInt8?
    let text: String
    let start: Int

    init(_ bytes: [UInt8], at offset: Int) {
      byte = offset < bytes.count ? bytes[offset] : nil
      var start = min(offset, bytes.count)
      while start > 0, bytes[start - 1] != 0x0A, bytes[start - 1] != 0x0D { start -= 1 }
      var end = min(offset, bytes.count)
      // A very long line is no one's handwriting: its end cannot matter to a hint.
      while end < bytes.count, end < start + 2_000, bytes[end] != 0x0A, bytes[end] != 0x0D {
        end += 1
      }
      start = max(start, end - 2_000)
      self.start = start
      text = String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    /// A hint when a `:` is refused because of the line above it.
    static func hint(above offset: Int, _ bytes: [UInt8], _ problem: String) -> String? {
      guard problem.hasPrefix("mapping values are not allowed") else { return nil }
      let line = Line(bytes, at: offset)
      var start = min(offset, bytes.count)
      while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
      guard start > 1 else { return nil }
      let above = Line(bytes, at: start - 1)
      let words = above.text.split(separator: " ")
      if words.isEmpty || words[0].hasPrefix("#") || line.text.hasPrefix("#") { return nil }
      if !words.contains(where: { $0.hasSuffix(":") }) {
        return words.count > 1 && words[0] != "-"
          ? "write a `:` after the key in the line above: `\(words[0]): …`" : nil
      }
      let isDeeper =
        line.text.prefix { $0 == " " }.count > above.text.prefix { $0 == " " }.count
      return isDeeper && words.last?.hasSuffix(":") == false
        ? "indent it like the line above" : nil
    }

    /// What stands after the first `key:` and list dashes.
    private var value: Substring {
      var rest = text.drop { $0 == " " || $0 == "\t" }
      while rest.hasPrefix("- ") { rest = rest.dropFirst(2).drop { $0 == " " } }
      let scalars = Array(rest.utf8)
      for index in scalars.indices.dropLast()
      where scalars[index] == 0x3A && scalars[index + 1] == 0x20 {
        return Substring(decoding: scalars[(index + 2)...], as: UTF8.self).drop { $0 == " " }
      }
      return rest
    }

    /// What closed the value of this line before `offset`: text may not follow it.
    func closing(before offset: Int) -> String? {
      let value = value
      guard let first = value.utf8.first, offset > start + text.utf8.count - value.utf8.count
      else { return nil }
      switch first {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): return "quote"
      case UInt8(ascii: "["), UInt8(ascii: "{"): return "bracket"
      default: return nil
      }
    }

    /// The quote that ended a text right before `offset`, unless another entry begins there.
    func quote(before offset: Int) -> UInt8? {
      let bytes = Array(text.utf8)
      let place = offset - start
      guard place > 0, place < bytes.count else { return nil }
      let before = bytes[..<place].reversed().drop { $0 == 0x20 }
      guard let quote = before.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
      else { return nil }
      let word = bytes[place...].prefix { $0 != 0x20 }
      let isEntry = word.last == UInt8(ascii: ":") && before.count < place
      return isEntry ? nil : quote
    }

    /// The value on this line as one quoted text.
    var quotedValue: String {
      let value = nestedText ?? value
      return "`\(Self.quoted(value))`"
    }

    /// What stands inside the outer double quotes of the value when it holds such itself:
    /// `input.text == "a"` of `"input.text == "a""`.
    private var nestedText: Substring? {
      var value = value
      while value.utf8.last == 0x20 { value = value.dropLast() }
      guard value.utf8.count > 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return nil }
      let inner = value.dropFirst().dropLast()
      guard let first = inner.utf8.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
      // A quote behind a blank or an operator opens a text; one behind a letter closes one.
      let opens = inner.utf8[..<first].last.map { " =<>!(,[".utf8.contains($0) } ?? false
      return opens || inner.hasSuffix("\"") ? inner : nil
    }

    /// A text in quotes that it does not hold, if there are such.
    private static func quoted(_ text: Substring) -> String {
      text.contains("\"") || text.contains("\\")
        ? "'" + text.replacing("'", with: "''") + "'" : "\"\(text)\""
    }

    /// A hint when the value on this line is a text that YAML reads otherwise.
    var quotingHint: String? {
      if text.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
        return "indent with spaces, never with tabs"
      }
      let value = value
      guard let first = value.unicodeScalars.first else { return nil }
      if first == "\"" || first == "'" || first == "|" || first == ">" { return nil }
      if first == "!" { return "quote the guard: \(quotedValue)" }
      if value.hasPrefix("{{") { return "quote the template: \(quotedValue)" }
      if value.contains(" ? ") { return "quote the guard: \(quotedValue)" }
      if text.hasPrefix("%YAML") { return "files are read as YAML 1.2: remove the line" }
      if "@`%*&".unicodeScalars.contains(first) { return "quote the text: \(quotedValue)" }
      return value.contains(": ") && first != "{" && first != "["
        ? "quote the text that holds `: `: \(quotedValue)" : nil
    }
  }

  private static func contextRemark(_ context: String?) -> String? {
    switch context {
    case "while parsing a block mapping": "the mapping begins here"
    case "while parsing a block collection": "the list begins here"
    case "while parsing a flow sequence": "the `[` stands here"
    case "while parsing a flow mapping": "the `{` stands here"
    case "while scanning a quoted scalar": "the quote opens here"
    case "while scanning a simple key": "the key begins here"
    case "while scanning a plain scalar": "the text begins here"
    case "while scanning a block scalar": "the block begins here"
    default: nil
    }
  }

  private static func texts(
    _ problem: String,
    context: String?,
    byte: UInt8?
  ) -> (message: String, hint: String?) {
    switch problem {
    case "mapping values are not allowed in this context":
      return ("`:` is not allowed here", "check the indentation, or quote the text before it")
    case "found character that cannot start any token":
      if byte == 0x09 { return ("a tab cannot indent", "indent with spaces, never with tabs") }
      let shown = byte.map { String(Unicode.Scalar($0)) } ?? "this"
      return ("`\(shown)` cannot begin an unquoted text", "quote the text")
    case "found a tab character where an indentation space is expected",
      "found a tab character that violates indentation":
      return ("a tab cannot indent", "indent with spaces, never with tabs")
    case "did not find expected key":
      return (
        "this line does not fit the mapping above it",
        "indent it like the keys it belongs to"
      )
    case "did not find expected '-' indicator":
      return ("this line does not fit the list above it", "begin each element with `- `")
    case "could not find expected ':'":
      return ("a `:` is missing after the key", "write `key: value`")
    case "did not find expected ',' or ']'":
      return ("the list in brackets is not closed", "write `,` between elements and `]` at the end")
    case "did not find expected ',' or '}'":
      return (
        "the mapping in braces is not closed", "write `,` between entries and `}` at the end"
      )
    case "found unexpected end of stream":
      return ("the text in quotes is never closed", "close the quote")
    case "found unexpected document indicator":
      return ("`---` or `...` inside a text in quotes", "close the quote before it")
    case "found unknown escape character":
      return ("unknown escape in double quotes", "write `\\\\` for a backslash, or single quotes")
    case "did not find expected <document start>":
      return (
        "the document ended before this line",
        "remove the `...` above, or indent the line like those it belongs to"
      )
    case "block sequence entries are not allowed in this context":
      return ("a list cannot begin here", "put `- ` on a line of its own")
    case "mapping keys are not allowed in this context":
      return ("a key cannot begin here", "put it on a line of its own")
    case "found undefined tag handle":
      return ("an undefined tag handle", "quote the text if `!` belongs to it")
    case "did not find expected node content":
      return ("a value is missing here", nil)
    case "did not find expected alphabetic or numeric character":
      return context == "while scanning an alias"
        ? ("`*` begins an alias, and no name follows", "quote the text")
        : ("`&` begins an anchor, and no name follows", "quote the text")
    case "found invalid Unicode character escape code":
      return (
        "an escape that is no Unicode character",
        "write the character itself, or `\\U` and eight digits above `FFFF`"
      )
    default: return (problem, nil)
    }
  }
}
