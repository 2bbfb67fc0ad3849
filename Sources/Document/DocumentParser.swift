import Source
import Values

/// Reads YAML and JSON texts into trees whose nodes know where they stand.
///
/// A text may be a whole file or a scalar inside one, such as a block string that holds another
/// document; all spans point into the outermost file.
public enum DocumentParser {
  /// The one document of a YAML text.
  ///
  /// The root is nil when the text has no complete tree (syntax, encoding, limits); with other
  /// errors it holds what can be kept, such as the first of two equal keys. An empty text is null.
  public static func yaml(
    _ text: SourceText,
    limits: Limits
  ) -> (root: Node?, diagnostics: [Diagnostic]) {
    let composer = YAMLComposer.compose(text, limits: limits)
    var diagnostics = composer.diagnostics
    if composer.documents.count > 1 {
      diagnostics.append(Messages.manyDocuments(at: composer.documentStarts[1]))
    }
    if composer.isIncomplete { return (nil, diagnostics) }
    if let root = composer.documents.first { return (root, diagnostics) }
    let start = SourceSpan(
      file: text.file,
      start: text.fileOffset(of: 0),
      end: text.fileOffset(of: 0)
    )
    return (Node(content: .null, span: start), diagnostics)
  }

  /// Every document of a YAML text; nil as `yaml(_:limits:)` has it.
  public static func yamlStream(
    _ text: SourceText,
    limits: Limits
  ) -> (documents: [Node]?, diagnostics: [Diagnostic]) {
    let composer = YAMLComposer.compose(text, limits: limits)
    return (composer.isIncomplete ? nil : composer.documents, composer.diagnostics)
  }

  /// A file by its name and by what it holds.
  ///
  /// `.json` is JSON. Anything else is JSON when it is a JSON text, as YAML's library reads some of
  /// those otherwise; when it begins like one and is none, it is YAML in `.yaml` and `.yml` and
  /// refused elsewhere, such as on the standard input.
  public static func parse(
    _ file: SourceFile,
    limits: Limits
  ) -> (root: Node?, diagnostics: [Diagnostic]) {
    let text = SourceText(file)
    let name = file.name.lowercased()
    if name.hasSuffix(".json") { return json(text, limits: limits) }
    guard beginsLikeJSON(file.bytes) else { return yaml(text, limits: limits) }
    let result = json(text, limits: limits)
    if result.root != nil { return result }
    return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? yaml(text, limits: limits) : result
  }

  /// Whether a text begins with a JSON object's first key, with an empty object, or with a list or
  /// text that JSON could hold.
  private static func beginsLikeJSON(_ bytes: [UInt8]) -> Bool {
    var scanner = JSONScanner(bytes)
    scanner.skipBlanks()
    let first = scanner.byte
    scanner.index += 1
    scanner.skipBlanks()
    return switch (first, scanner.byte) {
    case (UInt8(ascii: "{"), UInt8(ascii: "\"")), (UInt8(ascii: "{"), UInt8(ascii: "}")),
      (UInt8(ascii: "["), UInt8(ascii: "\"")), (UInt8(ascii: "["), UInt8(ascii: "{")),
      (UInt8(ascii: "["), UInt8(ascii: "[")), (UInt8(ascii: "["), UInt8(ascii: "]")):
      true
    default: false
    }
  }
}

extension DocumentParser {
  /// The value of a JSON text (RFC 8259, strict).
  ///
  /// The root is nil when there is any finding. Keys may stand only once in an object.
  public static func json(
    _ text: SourceText,
    limits: Limits
  ) -> (root: Node?, diagnostics: [Diagnostic]) {
    JSONComposer.compose(text, limits: limits)
  }
}
