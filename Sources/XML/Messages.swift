import Source

/// What the XML reader says.
enum Messages {
  static func tooLarge(_ file: SourceFile, _ limit: Int) -> Diagnostic {
    Diagnostic(
      .xmlLimit,
      "the document is larger than \(limit) bytes",
      at: SourceSpan(file: file, start: 0, end: 0),
      hint: "split it, or raise the limit where the engine is embedded"
    )
  }

  static func notUTF8(_ file: SourceFile, _ offset: Int) -> Diagnostic {
    Diagnostic(
      .xmlBadText,
      "the document is not UTF-8",
      at: SourceSpan(file: file, start: offset, end: offset + 1),
      hint: "save the file as UTF-8"
    )
  }

  static func flaw(_ flaw: XMLFlaw, _ file: SourceFile, _ limits: Limits) -> Diagnostic {
    func place(_ offset: Int) -> SourceSpan {
      SourceSpan(file: file, start: offset, end: offset + 1)
    }
    switch flaw {
    case .syntax(let words, let offset):
      return Diagnostic(
        .xmlSyntax,
        "this is not XML: \(words)",
        at: place(offset),
        hint: hint(words)
      )
    case .doctype(let offset):
      return Diagnostic(
        .xmlDoctype,
        "document type declarations are not read",
        at: place(offset),
        hint: "remove `<!DOCTYPE …>`, and write out the entities that it defines"
      )
    case .entity(let offset):
      return Diagnostic(
        .xmlDoctype,
        "this entity is not defined",
        at: place(offset),
        hint: "XML itself defines `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`"
      )
    case .depth(let offset):
      return Diagnostic(
        .xmlLimit,
        "elements nest more than \(limits.documentDepth) deep",
        at: place(offset),
        hint: "move the inner parts into files of their own"
      )
    case .size(let offset):
      return Diagnostic(
        .xmlLimit,
        "the document holds more than \(limits.documentNodes) elements, attributes and texts",
        at: place(offset),
        hint: "split it"
      )
    case .memory:
      return Diagnostic(.xmlLimit, "there is no memory for an XML reader", at: nil)
    }
  }

  private static func hint(_ words: String) -> String? {
    switch words {
    case "no element found": "the document ends before its root element does"
    case "mismatched tag": "close elements in the reverse order in which they were opened"
    case "duplicate attribute": "write each attribute once"
    case "not well-formed (invalid token)":
      "in values write `&lt;` for `<` and `&amp;` for `&`, and put values in quotes"
    case "junk after document element": "a document has one root element"
    case "unbound prefix": "declare the prefix: `xmlns:prefix=\"…\"`"
    default: nil
    }
  }
}
