import CExpat

/// What expat reports, with the byte offset where it stands.
enum XMLEvent {
  /// A start tag: qualified name as expat gives it, attributes in order.
  case start(name: String, attributes: [(name: String, value: String)], offset: Int)
  /// An end tag, or the end of an empty element's tag.
  case end(offset: Int)
  /// A run of character data.
  case text(String, offset: Int)
}

/// Why a text was refused.
enum XMLFlaw: Error {
  /// Expat's own words.
  case syntax(String, offset: Int)
  /// A document type declaration.
  case doctype(offset: Int)
  /// An entity that only a document type declaration could define.
  case entity(offset: Int)
  /// Elements nest too deeply.
  case depth(offset: Int)
  /// Too many elements, attributes and texts.
  case size(offset: Int)
  /// No memory for a parser.
  case memory
}

/// One run of expat over a text in memory.
// INVARIANT: `parser` is made in init and freed once in deinit. The callbacks get `self` as user
// data, unretained, and run only inside `XML_Parse` in `events`, during which the caller holds
// `self`. Every C string is copied before a callback returns. The class is used by one thread.
@safe final class ExpatHandle {
  /// Between the namespace and the name; no XML document can hold it.
  static let separator: Character = "\u{1}"

  private let parser: XML_Parser
  private let maxDepth: Int
  private let maxNodes: Int
  private var found: [XMLEvent] = []
  private var depth = 0
  private var nodes = 0
  private var flaw: XMLFlaw?

  init?(maxDepth: Int, maxNodes: Int) {
    guard let made = unsafe XML_ParserCreateNS("UTF-8", 1) else { return nil }
    unsafe parser = made
    self.maxDepth = maxDepth
    self.maxNodes = maxNodes
    unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    unsafe XML_SetElementHandler(
      parser,
      { data, name, attributes in
        guard let handle = unsafe ExpatHandle.of(data), let name = unsafe name else { return }
        unsafe handle.start(name, attributes)
      },
      { data, _ in unsafe ExpatHandle.of(data)?.end() }
    )
    unsafe XML_SetCharacterDataHandler(parser) { data, bytes, count in
      guard let bytes = unsafe bytes else { return }
      unsafe ExpatHandle.of(data)?.text(bytes, Int(count))
    }
    unsafe XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
      guard let handle = unsafe ExpatHandle.of(data) else { return }
      handle.stop(.doctype(offset: handle.offset))
    }
    unsafe XML_SetSkippedEntityHandler(parser) { data, _, _ in
      guard let handle = unsafe ExpatHandle.of(data) else { return }
      handle.stop(.entity(offset: handle.offset))
    }
  }

  deinit { unsafe XML_ParserFree(parser) }

  /// Everything in `bytes`, which are at most `Int32.max`; call it once.
  func events(_ bytes: [UInt8]) throws(XMLFlaw) -> [XMLEvent] {
    let status = unsafe bytes.withUnsafeBytes { buffer in
      unsafe XML_Parse(
        parser,
        buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
        Int32(clamping: buffer.count),
        1
      )
    }
    if let flaw { throw flaw }
    guard status == XML_STATUS_OK else { throw failure() }
    return found
  }

  private func failure() -> XMLFlaw {
    let code = unsafe XML_GetErrorCode(parser)
    switch code {
    case XML_ERROR_NO_MEMORY: return .memory
    case XML_ERROR_UNDEFINED_ENTITY: return .entity(offset: offset)
    default:
      let text = unsafe XML_ErrorString(code).map { unsafe String(cString: $0) }
      return .syntax(text ?? "syntax error", offset: offset)
    }
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> ExpatHandle? {
    unsafe data.map { unsafe Unmanaged<ExpatHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  private var offset: Int { unsafe Int(XML_GetCurrentByteIndex(parser)) }

  private func stop(_ reason: XMLFlaw) {
    guard flaw == nil else { return }
    flaw = reason
    _ = unsafe XML_StopParser(parser, 0)
  }

  private func count(_ more: Int) -> Bool {
    nodes += more
    if nodes > maxNodes { stop(.size(offset: offset)) }
    return flaw == nil
  }

  private func start(
    _ name: UnsafePointer<XML_Char>,
    _ list: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
  ) {
    guard flaw == nil else { return }
    depth += 1
    guard depth <= maxDepth else { return stop(.depth(offset: offset)) }
    var attributes: [(name: String, value: String)] = []
    var index = 0
    while let key = unsafe list?[index], let value = unsafe list?[index + 1] {
      unsafe attributes.append((String(cString: key), String(cString: value)))
      index += 2
    }
    guard count(1 + attributes.count) else { return }
    unsafe found.append(
      .start(name: String(cString: name), attributes: attributes, offset: offset)
    )
  }

  private func end() {
    guard flaw == nil else { return }
    depth -= 1
    let length = unsafe Int(XML_GetCurrentByteCount(parser))
    found.append(.end(offset: offset + length))
  }

  private func text(_ bytes: UnsafePointer<XML_Char>, _ count: Int) {
    guard flaw == nil, self.count(1) else { return }
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    unsafe found.append(.text(String(decoding: buffer, as: UTF8.self), offset: offset))
  }
}
