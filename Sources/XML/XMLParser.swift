import Source

/// Reads XML 1.0 with namespaces, as data: no document types, no entities of its own.
public enum XMLParser {
  /// The root element of a file; nil with an error in `diagnostics`.
  ///
  /// The text is UTF-8. A document type declaration is refused, so that no entity but the five
  /// predefined ones exists and nothing is expanded or loaded. Size, depth and nodes are limited by
  /// `documentBytes`, `documentDepth` and `documentNodes`. O(n).
  public static func parse(
    _ file: SourceFile,
    limits: Limits = Limits()
  ) -> (root: XMLElement?, diagnostics: [Diagnostic]) {
    guard file.bytes.count <= min(limits.documentBytes, Int(Int32.max)) else {
      return (nil, [Messages.tooLarge(file, limits.documentBytes)])
    }
    if let offset = firstBadByte(file.bytes) { return (nil, [Messages.notUTF8(file, offset)]) }
    guard let handle = ExpatHandle(maxDepth: limits.documentDepth, maxNodes: limits.documentNodes)
    else {
      return (nil, [Messages.flaw(.memory, file, limits)])
    }
    do {
      let events = try handle.events(file.bytes)
      var builder = XMLTreeBuilder(file: file)
      for event in events { builder.append(event) }
      return (builder.root, [])
    } catch {
      return (nil, [Messages.flaw(error, file, limits)])
    }
  }

  /// The offset of the first byte that is no UTF-8, a byte-order mark of UTF-16 included.
  private static func firstBadByte(_ bytes: [UInt8]) -> Int? {
    let text = String(decoding: bytes, as: UTF8.self)
    if text.utf8.elementsEqual(bytes) { return nil }
    return zip(text.utf8, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? bytes.count
  }
}

/// Builds the tree from events, without recursion.
struct XMLTreeBuilder {
  let file: SourceFile
  private(set) var root: XMLElement?
  private var open: [XMLElement] = []

  init(file: SourceFile) {
    self.file = file
  }

  mutating func append(_ event: XMLEvent) {
    switch event {
    case .start(let name, let attributes, let offset):
      let tag = XMLTag(file, offset)
      let (namespace, local) = Self.split(name)
      let element = XMLElement(
        name: local,
        namespace: namespace,
        attributes: attributes.map { tag.attribute($0.name, $0.value) },
        children: [],
        span: tag.span,
        tagSpan: tag.span
      )
      open.append(element)
    case .end(let offset):
      guard var element = open.popLast() else { return }
      element.span = SourceSpan(
        file: file,
        start: element.tagSpan.start,
        end: max(offset, element.tagSpan.end)
      )
      if open.isEmpty {
        root = element
      } else {
        open[open.count - 1].children.append(.element(element))
      }
    case .text(let text, let offset): append(text, at: offset)
    }
  }

  private mutating func append(_ text: String, at offset: Int) {
    guard let last = open.indices.last else { return }
    // A reference such as `&amp;` is one decoded character that takes several bytes of the file.
    let length = file.bytes[offset...].first == UInt8(ascii: "&") ? 1 : text.utf8.count
    let end = max(offset + length, offset)
    guard case .text(let before)? = open[last].children.last else {
      let segment = SourceText.Segment(textOffset: 0, fileOffset: offset)
      open[last].children.append(
        .text(SourceText(file: file, text: text, segments: [segment], fileEnd: end))
      )
      return
    }
    let start = before.text.utf8.count
    var segments = before.segments
    let isContinued =
      segments.last.map { $0.fileOffset + (start - $0.textOffset) == offset } ?? false
    if !isContinued {
      segments.append(SourceText.Segment(textOffset: start, fileOffset: offset))
    }
    open[last].children[open[last].children.count - 1] = .text(
      SourceText(file: file, text: before.text + text, segments: segments, fileEnd: end)
    )
  }

  /// Namespace and local name of what expat gives as one text.
  static func split(_ name: String) -> (namespace: String?, local: String) {
    guard let index = name.lastIndex(of: ExpatHandle.separator) else { return (nil, name) }
    return (String(name[..<index]), String(name[name.index(after: index)...]))
  }
}
