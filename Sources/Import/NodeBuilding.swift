import Document
import Source
import Values

extension Node {
  /// A name or a word.
  static func text(_ text: String, at span: SourceSpan) -> Node {
    Node(content: .string(text), span: span, text: made(text, at: span))
  }

  /// A text that is quoted where it is written: an expression, a template, prose.
  static func quoted(_ text: String, at span: SourceSpan) -> Node {
    Node(content: .string(text), span: span, text: made(text, at: span), isQuoted: true)
  }

  /// A list.
  static func list(_ elements: [Node], at span: SourceSpan) -> Node {
    Node(content: .sequence(elements), span: span)
  }

  /// A mapping.
  static func map(_ entries: [(String, Node)], at span: SourceSpan) -> Node {
    Node(
      content: .mapping(entries.map { Entry(key: $0.0, keySpan: $0.1.span, value: $0.1) }),
      span: span
    )
  }

  /// A truth value.
  static func bool(_ value: Bool, at span: SourceSpan) -> Node {
    Node(content: .bool(value), span: span, text: made(value ? "true" : "false", at: span))
  }

  /// A whole number.
  static func int(_ value: Int64, at span: SourceSpan) -> Node {
    Node(content: .int(value), span: span, text: made(String(value), at: span))
  }

  /// A JSON value.
  static func value(_ value: Value, at span: SourceSpan) -> Node {
    switch value {
    case .null: Node(content: .null, span: span, text: made("null", at: span))
    case .bool(let bool): .bool(bool, at: span)
    case .int(let int): .int(int, at: span)
    case .uint(let uint):
      Node(content: .uint(uint), span: span, text: made(String(uint), at: span))
    case .double(let double):
      Node(
        content: .double(double),
        span: span,
        text: made(JSONWriter.string(.double(double)), at: span)
      )
    case .string(let text): .quoted(text, at: span)
    case .list(let elements): .list(elements.map { .value($0, at: span) }, at: span)
    case .map(let fields):
      .map(fields.entries.map { ($0.key.written, Node.value($0.value, at: span)) }, at: span)
    default: Node(content: .null, span: span, text: made("null", at: span))
    }
  }

  /// A text that stands for what is at `span`.
  static func made(_ text: String, at span: SourceSpan) -> SourceText {
    SourceText(
      file: span.file,
      text: text,
      segments: [SourceText.Segment(textOffset: 0, fileOffset: span.start)],
      fileEnd: span.end
    )
  }
}

extension MapKey {
  /// The key as text.
  var written: String {
    if case .string(let text) = self { text } else { JSONWriter.string(value) }
  }
}
