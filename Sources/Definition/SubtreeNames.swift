import Document
import Source
import Values

/// What the names of a subtree are called where it is put in.
struct SubtreeNames {
  /// The id of the node that it becomes; what is the subtree's own is called after it.
  var id: String
  /// State fields of the subtree that are fields of the flow around.
  var ports: [(field: String, target: String)]
  /// Ids of the subtree's nodes.
  var ids: Set<MapKeyText>

  /// A name compared by its code points.
  struct MapKeyText: Hashable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
  }

  /// What a state field of the subtree is called.
  func field(_ name: String) -> String {
    ports.first { $0.field.sameScalars(as: name) }?.target ?? "\(id)_\(name)"
  }

  /// What a node of the subtree is called.
  func node(_ name: String) -> String { "\(id)_\(name)" }

  /// An expression with the names that are seen outside.
  func renamed(_ text: SourceText) -> SourceText { renamed(text, isTemplate: false) }

  /// A value whose texts are templates, with the names that are seen outside.
  func renamed(_ node: Node) -> Node {
    switch node.content {
    case .mapping(let entries):
      return Node(
        content: .mapping(
          entries.map {
            Node.Entry(key: $0.key, keySpan: $0.keySpan, value: renamed($0.value))
          }
        ),
        span: node.span
      )
    case .sequence(let elements):
      return Node(content: .sequence(elements.map { renamed($0) }), span: node.span)
    case .string:
      guard let text = node.text else { return node }
      let result = renamed(text, isTemplate: true)
      return Node(
        content: .string(result.text),
        span: node.span,
        text: result,
        isQuoted: node.isQuoted
      )
    default: return node
    }
  }

  /// Copies a text and puts other names in on the way; positions stay those of the original.
  private func renamed(_ source: SourceText, isTemplate: Bool) -> SourceText {
    let bytes = Array(source.text.utf8)
    var result: [UInt8] = []
    var segments: [SourceText.Segment] = []
    func copy(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      let part = source.slice(TextRange(range.lowerBound, range.upperBound))
      segments += part.segments.map {
        SourceText.Segment(textOffset: $0.textOffset + result.count, fileOffset: $0.fileOffset)
      }
      result += bytes[range]
    }
    var scanner = NameScanner(bytes, isTemplate: isTemplate)
    var copied = 0
    while let name = scanner.next() {
      guard let new = replacement(name) else { continue }
      copy(copied..<name.range.lowerBound)
      segments.append(
        SourceText.Segment(
          textOffset: result.count,
          fileOffset: source.fileOffset(of: name.range.lowerBound)
        )
      )
      result += new.utf8
      copied = name.range.upperBound
    }
    guard copied > 0 else { return source }
    copy(copied..<bytes.count)
    return SourceText(
      file: source.file,
      text: String(decoding: result, as: UTF8.self),
      segments: segments,
      fileEnd: source.fileEnd
    )
  }

  private func replacement(_ name: NameScanner.Name) -> String? {
    switch name.owner {
    case "state": return field(name.text)
    case "steps", "": return ids.contains(MapKeyText(name.text)) ? node(name.text) : nil
    default: return nil
    }
  }
}

/// Finds the names in an expression, or in the expressions of a template.
struct NameScanner {
  /// A name: one that starts a path, or the field right after `state` or `steps`.
  struct Name {
    var text: String
    /// `state` or `steps` for their fields; empty for what starts a path.
    var owner: String
    var range: Range<Int>
  }

  private let bytes: [UInt8]
  private let isTemplate: Bool
  private var position = 0
  private var isInside: Bool
  /// The name that starts the path just read, while a dot may follow.
  private var owner: String?
  private var isField = false

  init(_ bytes: [UInt8], isTemplate: Bool) {
    self.bytes = bytes
    self.isTemplate = isTemplate
    isInside = !isTemplate
  }

  /// The next name; nil at the end.
  mutating func next() -> Name? {
    while position < bytes.count {
      if !isInside {
        if starts("{{") { isInside = true }
        position += isInside ? 2 : 1
        continue
      }
      if isTemplate, starts("}}") {
        isInside = false
        owner = nil
        position += 2
        continue
      }
      let byte = bytes[position]
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        skipText(byte)
      } else if Self.isLetter(byte) {
        if let name = word() { return name }
      } else if byte == UInt8(ascii: "/"), starts("//") {
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      } else {
        if byte == UInt8(ascii: ".") {
          isField = true
        } else if byte > 0x20, !(isField && byte == UInt8(ascii: "?")) {
          isField = false
          owner = nil
        }
        position += 1
        if Self.isDigit(byte) { skipNumber() }
      }
    }
    return nil
  }

  private mutating func word() -> Name? {
    let start = position
    while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) {
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // `r'…'` and `b"…"` are texts.
    if position < bytes.count, [0x22, 0x27].contains(bytes[position]),
      ["r", "R", "b", "B", "rb", "br", "Rb", "bR", "rB", "Br", "RB", "BR"].contains(text)
    {
      skipText(bytes[position], isRaw: text.utf8.contains { $0 | 0x20 == UInt8(ascii: "r") })
      return nil
    }
    defer { isField = false }
    guard isField else {
      owner = text
      return isCall ? nil : Name(text: text, owner: "", range: start..<position)
    }
    let before = owner
    owner = nil
    guard let before, before == "state" || before == "steps" else { return nil }
    return Name(text: text, owner: before, range: start..<position)
  }

  private var isCall: Bool {
    var next = position
    while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
    return next < bytes.count && bytes[next] == UInt8(ascii: "(")
  }

  private mutating func skipText(_ quote: UInt8, isRaw: Bool = false) {
    let isTriple =
      position + 2 < bytes.count && bytes[position + 1] == quote && bytes[position + 2] == quote
    position += isTriple ? 3 : 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\\"), !isRaw {
        position += 2
        continue
      }
      if bytes[position] == quote {
        guard isTriple else {
          position += 1
          break
        }
        if position + 2 < bytes.count, bytes[position + 1] == quote, bytes[position + 2] == quote {
          position += 3
          break
        }
      }
      position += 1
    }
    owner = nil
    isField = false
  }

  private mutating func skipNumber() {
    while position < bytes.count,
      Self.isLetter(bytes[position]) || Self.isDigit(bytes[position])
        || bytes[position] == UInt8(ascii: ".")
    { position += 1 }
  }

  private func starts(_ text: String) -> Bool {
    bytes[position...].starts(with: text.utf8)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
