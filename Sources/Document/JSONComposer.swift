import Source
import Values

/// Builds the tree of a JSON text with positions.
struct JSONComposer {
  private let text: SourceText
  private let limits: Limits
  private var scanner: JSONScanner
  private var depth = 0
  private var nodeCount = 0
  private let depthLimit: Int

  static func compose(
    _ text: SourceText,
    limits: Limits
  ) -> (root: Node?, diagnostics: [Diagnostic]) {
    let isWholeFile = text.segments.count == 1 && text.fileEnd == text.file.bytes.count
    let isFile = isWholeFile && text.fileOffset(of: 0) == 0
    // The bytes of a file as they are: the text has invalid UTF-8 repaired.
    let bytes = isFile ? text.file.bytes : Array(text.text.utf8)
    if bytes.count > limits.documentBytes {
      return (nil, [Messages.documentTooLarge(text.file, bytes: limits.documentBytes)])
    }
    var composer = JSONComposer(text: text, bytes: bytes, limits: limits)
    do {
      return (try composer.root(), [])
    } catch {
      return (nil, [Messages.json(error, in: text, isWholeFile: isFile)])
    }
  }

  private init(text: SourceText, bytes: [UInt8], limits: Limits) {
    self.text = text
    self.limits = limits
    scanner = JSONScanner(bytes)
    scanner.refusesLostDigits = true
    depthLimit = min(limits.documentDepth, JSONParser.deepestNesting)
  }

  private mutating func root() throws(JSONError) -> Node {
    scanner.skipBlanks()
    let node = try value()
    scanner.skipBlanks()
    guard scanner.index == scanner.bytes.count else {
      throw JSONError(.trailingText, at: scanner.index)
    }
    return node
  }

  private func span(from start: Int) -> SourceSpan {
    text.span(TextRange(start, scanner.index))
  }

  private mutating func value() throws(JSONError) -> Node {
    nodeCount += 1
    if nodeCount > limits.documentNodes {
      throw JSONError(.tooManyValues(limits.documentNodes), at: scanner.index)
    }
    let start = scanner.index
    switch scanner.byte {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try scanner.number()
      let content: Node.Content =
        switch number {
        case .int(let int): .int(int)
        case .uint(let uint): .uint(uint)
        case .double(let double): .double(double)
        default: .null
        }
      return scalar(content, from: start)
    case UInt8(ascii: "t"):
      try scanner.word("true")
      return scalar(.bool(true), from: start)
    case UInt8(ascii: "f"):
      try scanner.word("false")
      return scalar(.bool(false), from: start)
    case UInt8(ascii: "n"):
      try scanner.word("null")
      return scalar(.null, from: start)
    default: throw scanner.unexpected()
    }
  }

  /// An unquoted scalar: its text is a slice of the source.
  private func scalar(_ content: Node.Content, from start: Int) -> Node {
    let spelling = String(decoding: scanner.bytes[start..<scanner.index], as: UTF8.self)
    let source = SourceText(
      file: text.file,
      text: spelling,
      segments: text.segments(of: [(0, start)], end: scanner.index),
      fileEnd: text.fileOffset(of: scanner.index - 1) + 1
    )
    return Node(content: content, span: span(from: start), text: source)
  }

  private mutating func string() throws(JSONError) -> Node {
    let start = scanner.index
    var runs: [JSONScanner.Run] = []
    let decoded = try scanner.decodedString(&runs)
    let source = SourceText(
      file: text.file,
      text: decoded,
      segments: text.segments(
        of: runs.map { ($0.decoded, $0.origin) },
        end: scanner.index - 1
      ),
      fileEnd: text.fileOffset(of: scanner.index - 1) + 1
    )
    return Node(
      content: .string(decoded),
      span: span(from: start),
      text: source,
      isQuoted: true
    )
  }

  private mutating func open() throws(JSONError) {
    depth += 1
    if depth > depthLimit { throw JSONError(.tooDeep(depthLimit), at: scanner.index) }
    scanner.index += 1
    scanner.skipBlanks()
  }

  private mutating func array() throws(JSONError) -> Node {
    let start = scanner.index
    try open()
    var elements: [Node] = []
    if scanner.byte == UInt8(ascii: "]") {
      scanner.index += 1
    } else {
      repeat { elements.append(try value()) } while try !next(closing: UInt8(ascii: "]"))
    }
    depth -= 1
    return Node(content: .sequence(elements), span: span(from: start))
  }

  private mutating func object() throws(JSONError) -> Node {
    let start = scanner.index
    try open()
    var entries: [Node.Entry] = []
    if scanner.byte == UInt8(ascii: "}") {
      scanner.index += 1
      depth -= 1
      return Node(content: .mapping(entries), span: span(from: start))
    }
    var offsets: [MapKey: Int] = [:]
    repeat {
      let offset = scanner.index
      guard scanner.byte == 0x22 else { throw scanner.unexpected() }
      let key = try scanner.string()
      let keySpan = span(from: offset)
      if let first = offsets.updateValue(offset, forKey: .string(key)) {
        throw JSONError(.duplicateKey(key, first: first), at: offset)
      }
      scanner.skipBlanks()
      guard scanner.byte == UInt8(ascii: ":") else { throw scanner.unexpected() }
      scanner.index += 1
      scanner.skipBlanks()
      entries.append(Node.Entry(key: key, keySpan: keySpan, value: try value()))
    } while try !next(closing: UInt8(ascii: "}"))
    depth -= 1
    return Node(content: .mapping(entries), span: span(from: start))
  }

  /// Moves past a comma (false) or the closing bracket (true).
  private mutating func next(closing: UInt8) throws(JSONError) -> Bool {
    scanner.skipBlanks()
    guard scanner.byte == UInt8(ascii: ",") else {
      guard scanner.byte == closing else { throw scanner.unexpected() }
      scanner.index += 1
      return true
    }
    let comma = scanner.index
    scanner.index += 1
    scanner.skipBlanks()
    if scanner.byte == closing { throw JSONError(.trailingComma, at: comma) }
    return false
  }
}

extension SourceText {
  /// Segments in the file of decoded runs `(decoded offset, offset in this text)`, split where
  /// this text is itself decoded from pieces.
  func segments(of runs: [(decoded: Int, origin: Int)], end: Int) -> [Segment] {
    var result: [Segment] = []
    result.reserveCapacity(runs.count)
    var outer = segmentIndex(of: runs.first?.origin ?? 0)
    for (index, run) in runs.enumerated() {
      result.append(Segment(textOffset: run.decoded, fileOffset: fileOffset(of: run.origin)))
      let next = index + 1 < runs.count ? runs[index + 1] : nil
      let originEnd = next?.origin ?? end
      while outer + 1 < segments.count, segments[outer + 1].textOffset <= run.origin { outer += 1 }
      while outer + 1 < segments.count, segments[outer + 1].textOffset < originEnd {
        outer += 1
        let decoded = run.decoded + segments[outer].textOffset - run.origin
        if let next, decoded >= next.decoded { continue }
        result.append(
          Segment(textOffset: decoded, fileOffset: segments[outer].fileOffset)
        )
      }
    }
    return result
  }

  private func segmentIndex(of offset: Int) -> Int {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].textOffset <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
