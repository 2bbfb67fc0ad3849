import Source
import Values

/// Builds the tree of a YAML text from libyaml's events.
///
/// Values are resolved by the core schema of YAML 1.2.2; policy (no merge keys, no application
/// tags, text keys only, bounded aliases) is stricter than YAML, and each refusal has its own code.
struct YAMLComposer {
  /// A collection that is being filled.
  struct Frame {
    let isMapping: Bool
    let isFlow: Bool
    let start: Int
    let anchor: String?
    var elements: [Node] = []
    var entries: [Node.Entry] = []
    /// Positions of the keys, once there are many.
    var keys: [MapKey: Int] = [:]
    var key: Key?
    /// Offset after the last child.
    var end: Int
    var size = Size(nodes: 1)
    var height = 1

    /// The position of the entry with a key; a few are looked through, many are indexed.
    mutating func position(of key: String) -> Int? {
      guard entries.count > 8 else {
        for position in entries.indices where entries[position].key.sameScalars(as: key) {
          return position
        }
        return nil
      }
      while keys.count < entries.count {
        keys[.string(entries[keys.count].key)] = keys.count
      }
      return keys[.string(key)]
    }
  }

  /// A key that waits for its value.
  struct Key {
    let text: String
    let span: SourceSpan
    let isDropped: Bool
  }

  /// What a value holds in all: what an alias repeats.
  struct Size {
    var nodes: Int
    /// Bytes of texts and keys.
    var bytes = 0

    static func += (left: inout Size, right: Size) {
      left.nodes += right.nodes
      left.bytes += right.bytes
    }
  }

  enum Anchor {
    case open
    case complete(Node, size: Size, height: Int)
  }

  let text: SourceText
  let bytes: [UInt8]
  let base: Int
  let offsets: ScalarOffsets
  let limits: Limits
  var diagnostics: [Diagnostic] = []
  var documents: [Node] = []
  var documentStarts: [SourceSpan] = []
  private var anchors: [MapKey: Anchor] = [:]
  private var stack: [Frame] = []
  private var nodeCount = 0
  private var aliased = Size(nodes: 0)
  private var isStopped = false

  /// Composes every document of `text`.
  ///
  /// Linear in the text, whatever it holds.
  static func compose(_ text: SourceText, limits: Limits) -> YAMLComposer {
    var composer = YAMLComposer(text: text, limits: limits)
    if composer.accepts() { composer.run() } else { composer.isStopped = true }
    return composer
  }

  private init(text: SourceText, limits: Limits) {
    self.text = text
    self.limits = limits
    bytes = Array(text.text.utf8)
    base = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    offsets = ScalarOffsets(bytes, from: base)
  }

  /// Checks size and characters before libyaml sees a byte.
  private mutating func accepts() -> Bool {
    let isWholeFile = text.segments.count == 1 && text.fileEnd == text.file.bytes.count
    let original = isWholeFile && text.fileOffset(of: 0) == 0 ? text.file.bytes : bytes
    if original.count > limits.documentBytes {
      diagnostics.append(Messages.documentTooLarge(text.file, bytes: limits.documentBytes))
      return false
    }
    guard let (offset, flaw) = TextValidation.firstFlaw(in: original) else { return true }
    let start = isWholeFile ? offset : text.fileOffset(of: offset)
    diagnostics.append(
      Messages.badCharacter(flaw, at: SourceSpan(file: text.file, start: start, end: start + 1))
    )
    return false
  }

  private mutating func run() {
    guard let parser = YAMLParserHandle(bytes.dropFirst(base)) else {
      diagnostics.append(Messages.syntax("out of memory", at: text.span))
      return
    }
    do {
      while !isStopped, diagnostics.count < limits.diagnostics {
        let event = try parser.next()
        if case .streamEnd = event.kind { return }
        take(event)
      }
      isStopped = true
    } catch {
      isStopped = true
      diagnostics.append(Messages.syntax(error, in: self))
    }
  }

  /// Whether reading ended before the end of the text.
  var isIncomplete: Bool { isStopped }

  // MARK: Events

  private mutating func take(_ event: YAMLEvent) {
    let start = offsets[event.scalarIndex]
    switch event.kind {
    case .streamStart, .streamEnd, .documentEnd: break
    case .documentStart:
      anchors = [:]
      documentStarts.append(span(start, start + 3))
    case .alias: alias(event, at: start)
    case .scalar(let value, let style): scalar(event, value: value, style: style, at: start)
    case .sequenceStart(let isFlow): open(event, isMapping: false, isFlow: isFlow, at: start)
    case .mappingStart(let isFlow): open(event, isMapping: true, isFlow: isFlow, at: start)
    case .sequenceEnd, .mappingEnd: close(at: start)
    }
  }

  private mutating func open(_ event: YAMLEvent, isMapping: Bool, isFlow: Bool, at start: Int) {
    if stack.count >= limits.documentDepth {
      return stop(Messages.tooDeep(limits.documentDepth, at: span(start, start + 1)))
    }
    if expectsKey { return stop(Messages.collectionKey(in: self, at: start)) }
    let properties = properties(at: start)
    if let tag = event.tag, tag != (isMapping ? Tag.map : Tag.sequence) {
      report(
        Tag.isCore(tag)
          ? Messages.badTagValue(
            tag,
            kind: isMapping ? "a mapping" : "a list",
            properties,
            in: self
          )
          : Messages.unknownTag(tag, properties, in: self)
      )
    }
    if let anchor = event.anchor { anchors[.string(anchor)] = .open }
    stack.append(
      Frame(
        isMapping: isMapping,
        isFlow: isFlow,
        start: start,
        anchor: event.anchor,
        end: start
      )
    )
  }

  private mutating func close(at offset: Int) {
    guard let frame = stack.popLast() else { return }
    let end = frame.isFlow ? offset + 1 : frame.end
    if frame.isFlow, let torn = Messages.tornText(frame) { report(torn) }
    let node = Node(
      content: frame.isMapping ? .mapping(frame.entries) : .sequence(frame.elements),
      span: span(frame.start, end)
    )
    if let anchor = frame.anchor {
      anchors[.string(anchor)] = .complete(node, size: frame.size, height: frame.height)
    }
    add(node, end: end, size: frame.size, height: frame.height)
  }

  private mutating func alias(_ event: YAMLEvent, at start: Int) {
    let name = event.anchor ?? ""
    let end = start + 1 + name.utf8.count
    switch anchors[.string(name)] {
    case nil:
      report(Messages.unknownAlias(name, known: knownAnchors, at: span(start, end)))
      add(Node(content: .null, span: span(start, end)), end: end, size: Size(nodes: 1))
    case .open:
      report(Messages.recursiveAlias(name, at: span(start, end)))
      add(Node(content: .null, span: span(start, end)), end: end, size: Size(nodes: 1))
    case .complete(let node, let size, let height):
      aliased += size
      if aliased.nodes > limits.aliasNodes {
        return stop(
          Messages.tooManyAliases("\(limits.aliasNodes) values", at: span(start, end))
        )
      }
      if aliased.bytes > limits.aliasBytes {
        return stop(
          Messages.tooManyAliases("\(limits.aliasBytes) bytes", at: span(start, end))
        )
      }
      if stack.count + height > limits.documentDepth {
        return stop(Messages.tooDeep(limits.documentDepth, at: span(start, end)))
      }
      if expectsKey, node.elements != nil || node.entries != nil {
        return stop(Messages.collectionKey(in: self, at: start))
      }
      add(node, end: end, size: size, height: height, keySpan: span(start, end))
    }
  }

  private var knownAnchors: [String] {
    anchors.keys.compactMap { if case .string(let name) = $0 { name } else { nil } }.sorted()
  }

  private mutating func scalar(
    _ event: YAMLEvent,
    value: [UInt8],
    style: YAMLEvent.Style,
    at start: Int
  ) {
    let properties = properties(at: start)
    let isEmpty = value.isEmpty && style == .plain
    let content = isEmpty && properties.end > start ? properties.end : properties.content
    let located = ScalarPositions.locate(
      value: value,
      style: style,
      in: bytes,
      at: isEmpty ? min(start, content) : content
    )
    let end = isEmpty ? max(start, properties.end) : located.end
    let decoded = String(decoding: value, as: UTF8.self)
    let source = SourceText(
      file: text.file,
      text: decoded,
      segments: text.segments(
        of: located.runs.map { ($0.decoded, $0.origin) },
        end: located.end
      ),
      fileEnd: fileEnd(start: content, end: end)
    )
    let nodeSpan = span(isEmpty ? start : content, end)
    let resolved = resolve(
      event,
      value: value,
      decoded: decoded,
      style: style,
      properties: properties,
      span: nodeSpan
    )
    let node = Node(content: resolved, span: nodeSpan, text: source, isQuoted: style != .plain)
    let size = Size(nodes: 1, bytes: value.count)
    if let anchor = event.anchor {
      anchors[.string(anchor)] = .complete(node, size: size, height: 0)
    }
    add(node, end: end, size: size)
  }

  private mutating func resolve(
    _ event: YAMLEvent,
    value: [UInt8],
    decoded: String,
    style: YAMLEvent.Style,
    properties: Properties,
    span: SourceSpan
  ) -> Node.Content {
    guard let tag = event.tag else {
      guard style == .plain, !properties.isNonSpecific else { return .string(decoded) }
      if let content = Tag.content(of: CoreSchema.resolve(value), decoded) { return content }
      report(Messages.nonFinite(decoded, at: span))
      return .string(decoded)
    }
    guard Tag.isCore(tag) else {
      report(Messages.unknownTag(tag, properties, in: self))
      return .string(decoded)
    }
    switch Tag.apply(tag, to: value, decoded) {
    case .content(let content): return content
    case .nonFinite: report(Messages.nonFinite(decoded, at: span))
    case .mismatch:
      report(Messages.badTagValue(tag, kind: "`\(decoded)`", properties, in: self))
    }
    return .string(decoded)
  }

  // MARK: Filling

  /// Whether the next node is a key.
  private var expectsKey: Bool {
    guard let frame = stack.last else { return false }
    return frame.isMapping && frame.key == nil
  }

  private mutating func add(
    _ node: Node,
    end: Int,
    size: Size,
    height: Int = 0,
    keySpan: SourceSpan? = nil
  ) {
    nodeCount += size.nodes
    if nodeCount > limits.documentNodes {
      return stop(Messages.tooManyNodes(limits.documentNodes, at: node.span))
    }
    // In place: a frame is large, and what it holds grows.
    let top = stack.count - 1
    guard top >= 0 else {
      documents.append(node)
      return
    }
    stack[top].end = max(stack[top].end, end)
    stack[top].size += size
    stack[top].height = max(stack[top].height, height + 1)
    if !stack[top].isMapping {
      stack[top].elements.append(node)
    } else if let key = stack[top].key {
      stack[top].key = nil
      if !key.isDropped {
        stack[top].entries.append(Node.Entry(key: key.text, keySpan: key.span, value: node))
      }
    } else {
      let key = key(node, span: keySpan ?? node.span, in: top)
      stack[top].key = key
    }
  }

  private mutating func key(_ node: Node, span: SourceSpan, in top: Int) -> Key {
    let name = Tag.keyText(node)
    if !node.isQuoted, case .string(let text) = node.content, text.sameScalars(as: "<<") {
      report(Messages.mergeKey(at: span))
      return Key(text: name, span: span, isDropped: true)
    }
    let written = node.isQuoted ? nil : node.text?.text
    if let first = stack[top].position(of: name) {
      let firstSpan = stack[top].entries[first].keySpan
      report(Messages.duplicateKey(name, written: written, at: span, first: firstSpan))
      return Key(text: name, span: span, isDropped: true)
    }
    if let written, !written.isEmpty, !written.sameScalars(as: name) {
      report(Messages.respelledKey(written, as: name, at: span))
    }
    return Key(text: name, span: span, isDropped: false)
  }

  private mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  private mutating func stop(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
    isStopped = true
  }
}
