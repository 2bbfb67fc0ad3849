import Source
import Values

/// The findings of reading YAML.
enum Messages {
  static func documentTooLarge(_ file: SourceFile, bytes: Int) -> Diagnostic {
    Diagnostic(
      .documentSizeLimit,
      .error,
      "the text is larger than \(bytes) bytes",
      at: SourceSpan(file: file, start: 0, end: 0),
      hint: "move long texts into files of their own"
    )
  }

  static func tooManyNodes(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .documentSizeLimit,
      .error,
      "the text holds more than \(limit) values",
      at: span,
      hint: "hand data in as input, or move parts into files of their own"
    )
  }

  static func badCharacter(_ flaw: TextValidation.Flaw, at span: SourceSpan) -> Diagnostic {
    switch flaw {
    case .invalidUTF8:
      Diagnostic(
        .yamlBadCharacter,
        .error,
        "these bytes are not UTF-8",
        at: span,
        hint: "save the file as UTF-8"
      )
    case .wideEncoding:
      Diagnostic(
        .yamlBadCharacter,
        .error,
        "the file is UTF-16 or UTF-32, not UTF-8",
        at: span,
        hint: "save the file as UTF-8"
      )
    case .unprintable(let scalar):
      Diagnostic(
        .yamlBadCharacter,
        .error,
        "the invisible character U+\(hexadecimal(scalar)) is not allowed",
        at: span,
        hint: "remove it, or write `\"\\u\(hexadecimal(scalar))\"` in double quotes"
      )
    case .lineSeparator(let scalar):
      Diagnostic(
        .yamlBadCharacter,
        .error,
        "the invisible character U+\(hexadecimal(scalar)) would end the line here",
        at: span,
        hint: "break the line with Enter, or write `\"\\u\(hexadecimal(scalar))\"` in double quotes"
      )
    }
  }

  private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  static func tooDeep(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .yamlDepthLimit,
      .error,
      "lists and mappings nest deeper than \(limit) levels",
      at: span,
      hint: "move the inner parts into files of their own"
    )
  }

  static func tooManyAliases(_ limit: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .yamlAliasLimit,
      .error,
      "aliases expand to more than \(limit)",
      at: span,
      hint: "write the values once; an alias of an alias repeats all of them"
    )
  }

  static func unknownAlias(_ name: String, known: [String], at span: SourceSpan) -> Diagnostic {
    let hint =
      Suggestion.nearest(to: name, in: known).map { "did you mean `*\($0)`?" }
      ?? "define `&\(name)` above, or quote the text if it is not an alias"
    return Diagnostic(
      .yamlUnknownAlias,
      .error,
      "the alias `*\(name)` names no anchor above",
      at: span,
      hint: hint
    )
  }

  static func recursiveAlias(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .yamlRecursiveAlias,
      .error,
      "the alias `*\(name)` stands inside the value that it names",
      at: span,
      hint: "write the value out here"
    )
  }

  static func collectionKey(in composer: YAMLComposer, at offset: Int) -> Diagnostic {
    let span = composer.span(offset, offset + 1)
    let bytes = composer.bytes
    let isTemplate = offset > 0 && bytes[offset] == 0x7B && bytes[offset - 1] == 0x7B
    return Diagnostic(
      .yamlComplexKey,
      .error,
      "a list or mapping cannot be a key",
      at: span,
      hint: isTemplate ? "quote the template: \"{{ … }}\"" : "write texts as keys"
    )
  }

  static func mergeKey(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .yamlMergeKey,
      .error,
      "the merge key `<<` is not part of YAML 1.2",
      at: span,
      hint: "write the keys out, or share a whole value with an alias"
    )
  }

  /// A key that is read as a number, boolean or null of another spelling.
  static func respelledKey(_ written: String, as key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .yamlRespelledKey,
      .warning,
      "the key `\(written)` is read as `\(key)`",
      at: span,
      hint: "quote it to keep its spelling: `\"\(written)\"`",
      fix: Diagnostic.Fix(span: span, replacement: "\"\(written)\"")
    )
  }

  static func duplicateKey(
    _ key: String,
    written: String?,
    at span: SourceSpan,
    first: SourceSpan?
  ) -> Diagnostic {
    let isRespelled = written.map { !$0.sameScalars(as: key) } ?? false
    return Diagnostic(
      .yamlDuplicateKey,
      .error,
      "the key `\(key)` stands twice in this mapping",
      at: span,
      notes: first.map { [Diagnostic.Note("it stands here first", span: $0)] } ?? [],
      hint: isRespelled
        ? "quote both keys if they are texts: `\"\(written ?? key)\"`"
        : "rename one of them, or remove it"
    )
  }

  static func unknownTag(
    _ tag: String,
    _ properties: YAMLComposer.Properties,
    in composer: YAMLComposer
  ) -> Diagnostic {
    let range = properties.tag ?? properties.content..<properties.content
    let written = String(decoding: composer.bytes[range], as: UTF8.self)
    let name = written.drop { $0 == "!" }
    let suggestion = Suggestion.nearest(
      to: String(name),
      in: ["str", "int", "float", "bool", "null", "map", "seq"]
    )
    let isLocal = !written.hasPrefix("!!") && !written.hasPrefix("!<")
    return Diagnostic(
      .yamlUnknownTag,
      .error,
      "the tag `\(written)` is unknown",
      at: composer.span(range.lowerBound, range.upperBound),
      hint: isLocal
        ? "quote the text if `!` means \"not\": `\"\(written)\"`"
        : suggestion.map { "did you mean `!!\($0)`?" } ?? "remove the tag"
    )
  }

  static func badTagValue(
    _ tag: String,
    kind: String,
    _ properties: YAMLComposer.Properties,
    in composer: YAMLComposer
  ) -> Diagnostic {
    let range = properties.tag ?? properties.content..<properties.content
    return Diagnostic(
      .yamlBadTagValue,
      .error,
      "\(kind) does not fit the tag `!!\(Tag.coreName(tag) ?? tag)`",
      at: composer.span(range.lowerBound, range.upperBound),
      hint: "remove the tag, or write a value of its kind"
    )
  }

  static func nonFinite(_ spelling: String, at span: SourceSpan) -> Diagnostic {
    let isInteger = spelling.utf8.allSatisfy { $0 < 0x3A && $0 != 0x2E }
    let isTooLong = isInteger && Double(spelling)?.isFinite ?? false
    return Diagnostic(
      .yamlNonFiniteNumber,
      .error,
      isTooLong
        ? "`\(spelling)` has more digits than a number keeps"
        : "`\(spelling)` is not a finite number",
      at: span,
      hint: "write a number, or quote it if it is a text"
    )
  }

  static func manyDocuments(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .yamlManyDocuments,
      .error,
      "a second document begins here",
      at: span,
      hint: "keep one document in a file"
    )
  }

  /// Warns when commas inside parentheses tore an unquoted text of a flow collection apart.
  static func tornText(_ frame: YAMLComposer.Frame) -> Diagnostic? {
    var pieces: [(Node, String)] = []
    func note(_ node: Node) {
      if let text = node.text?.text, !node.isQuoted { pieces.append((node, text)) }
    }
    for element in frame.elements { note(element) }
    for entry in frame.entries {
      if case .null = entry.value.content {
        pieces.append((Node(content: .string(entry.key), span: entry.keySpan), entry.key))
      }
      note(entry.value)
    }
    guard
      let open = pieces.firstIndex(where: { balance($0.1) > 0 }),
      pieces[(open + 1)...].contains(where: { balance($0.1) < 0 })
    else { return nil }
    return Diagnostic(
      .yamlTornText,
      .warning,
      "the comma after `\(pieces[open].1)` ends this text",
      at: pieces[open].0.span,
      hint: "quote the whole text"
    )
  }

  /// Opening minus closing parentheses.
  private static func balance(_ text: String) -> Int {
    text.utf8.reduce(0) { sum, byte in sum + (byte == 0x28 ? 1 : byte == 0x29 ? -1 : 0) }
  }
}
