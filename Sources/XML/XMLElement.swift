import Source

/// One element of an XML document, with the place where it stands.
public struct XMLElement: Sendable {
  /// An attribute.
  public struct Attribute: Sendable {
    /// The name without a prefix.
    public var name: String
    /// The namespace; nil for an attribute without a prefix.
    public var namespace: String?
    /// The decoded value; positions inside it point into the file.
    public var text: SourceText

    /// The decoded value.
    public var value: String { text.text }
    /// Where the value stands, without its quotes.
    public var span: SourceSpan { text.span }
  }

  /// What an element holds.
  public enum Child: Sendable {
    /// An element.
    case element(XMLElement)
    /// Character data: references resolved, adjacent runs and CDATA sections joined.
    case text(SourceText)
  }

  /// The name without a prefix.
  public var name: String
  /// The namespace; nil for an element in none.
  public var namespace: String?
  /// The attributes in order; namespace declarations are left out.
  public var attributes: [Attribute]
  /// Elements and texts in order; comments and processing instructions are left out.
  public var children: [Child]
  /// From the start tag to the end tag, both included.
  public var span: SourceSpan
  /// The start tag.
  public var tagSpan: SourceSpan

  /// The child elements in order.
  public var elements: [XMLElement] {
    children.compactMap { if case .element(let element) = $0 { element } else { nil } }
  }

  /// The attribute of this name in no namespace.
  ///
  /// O(attributes).
  public func attribute(_ name: String) -> Attribute? {
    attributes.first { $0.namespace == nil && $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// The value of the attribute of this name in no namespace.
  public func value(_ name: String) -> String? { attribute(name)?.value }

  /// The character data directly inside, joined; nil when there is none but white space.
  public var text: SourceText? {
    var joined = ""
    var segments: [SourceText.Segment] = []
    var end = tagSpan.end
    for case .text(let text) in children {
      let length = joined.utf8.count
      segments += text.segments.map {
        SourceText.Segment(textOffset: $0.textOffset + length, fileOffset: $0.fileOffset)
      }
      joined += text.text
      end = text.fileEnd
    }
    let isBlank = joined.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard !isBlank else { return nil }
    return SourceText(file: span.file, text: joined, segments: segments, fileEnd: end)
  }
}
