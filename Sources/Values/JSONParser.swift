/// Reads JSON text (RFC 8259), strictly.
///
/// Integral literals become `int`, above its range `uint`, beyond 64 bits the nearest double;
/// literals with a fraction or an exponent become `double`, and one beyond a double's range is
/// refused. Lone surrogates and bytes that are not UTF-8 are refused. A byte-order mark is skipped.
public struct JSONParser {
  /// What happens to a key that stands twice in one object.
  public enum DuplicateKeys: Sendable {
    /// It is an error: one of the values would be lost without a word.
    case refuse
    /// The last value wins, at the place of the first, as ECMAScript has it.
    case keepLast
  }

  /// Nesting is never allowed deeper than this, whatever limit is asked for: the parser recurses.
  public static let deepestNesting = 1_000

  /// What becomes of an integer beyond 64 bits whose digits a double does not keep.
  public enum LostDigits: Sendable {
    /// It is an error: an identifier would change without a word.
    case refuse
    /// The nearest double stands for it, as in ECMAScript.
    case round
  }

  private var scanner: JSONScanner
  private let depthLimit: Int
  private let duplicateKeys: DuplicateKeys
  private var depth = 0
  /// Entries of the latest object: the next one is often alike.
  private var entryCount = 4

  /// The value of a whole text.
  ///
  /// Linear in its length. Throws the first fault with its byte offset.
  public static func parse(
    _ bytes: [UInt8],
    depth: Int = 256,
    duplicateKeys: DuplicateKeys = .refuse,
    lostDigits: LostDigits = .round
  ) throws(JSONError) -> Value {
    var parser = JSONParser(bytes, depth: depth, duplicateKeys: duplicateKeys)
    parser.scanner.refusesLostDigits = lostDigits == .refuse
    parser.scanner.skipBlanks()
    let value = try parser.value()
    parser.scanner.skipBlanks()
    guard parser.scanner.index == bytes.count else {
      throw JSONError(.trailingText, at: parser.scanner.index)
    }
    return value
  }

  /// The value of a whole text.
  public static func parse(
    _ text: String,
    depth: Int = 256,
    duplicateKeys: DuplicateKeys = .refuse
  ) throws(JSONError) -> Value {
    try parse(Array(text.utf8), depth: depth, duplicateKeys: duplicateKeys)
  }

  private init(_ bytes: [UInt8], depth: Int, duplicateKeys: DuplicateKeys) {
    scanner = JSONScanner(bytes)
    depthLimit = min(depth, Self.deepestNesting)
    self.duplicateKeys = duplicateKeys
  }

  private mutating func value() throws(JSONError) -> Value {
    switch scanner.byte {
    case UInt8(ascii: "\""): return .string(try scanner.string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try scanner.number()
    case UInt8(ascii: "t"):
      try scanner.word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try scanner.word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try scanner.word("null")
      return .null
    default: throw scanner.unexpected()
    }
  }

  private mutating func open() throws(JSONError) {
    depth += 1
    if depth > depthLimit { throw JSONError(.tooDeep(depthLimit), at: scanner.index) }
    scanner.index += 1
    scanner.skipBlanks()
  }

  private mutating func array() throws(JSONError) -> Value {
    try open()
    var elements: [Value] = []
    if scanner.byte == UInt8(ascii: "]") {
      scanner.index += 1
      depth -= 1
      return .list(elements)
    }
    elements.reserveCapacity(4)
    while true {
      elements.append(try value())
      if try next(closing: UInt8(ascii: "]")) { break }
    }
    depth -= 1
    return .list(elements)
  }

  private mutating func object() throws(JSONError) -> Value {
    try open()
    var map = ValueMap()
    if scanner.byte == UInt8(ascii: "}") {
      scanner.index += 1
      depth -= 1
      return .map(map)
    }
    map.reserve(entryCount)
    let start = scanner.index
    while true {
      let offset = scanner.index
      guard scanner.byte == 0x22 else { throw scanner.unexpected() }
      let key = MapKey.string(try scanner.string())
      scanner.skipBlanks()
      guard scanner.byte == UInt8(ascii: ":") else { throw scanner.unexpected() }
      scanner.index += 1
      scanner.skipBlanks()
      let value = try value()
      if !map.insert(key, value) {
        guard duplicateKeys == .keepLast else { throw duplicate(key, offset, objectFrom: start) }
        map[key] = value
      }
      if try next(closing: UInt8(ascii: "}")) { break }
    }
    depth -= 1
    entryCount = min(map.count, 16)
    return .map(map)
  }

  /// The error of a key at `offset` that stands twice; reads the object again to find the first.
  private func duplicate(_ key: MapKey, _ offset: Int, objectFrom start: Int) -> JSONError {
    guard case .string(let name) = key else { return JSONError(.badEscape, at: offset) }
    var again = self
    again.scanner.index = start
    var first = start
    do {
      while first < offset {
        if try again.scanner.string().sameScalars(as: name) { break }
        again.scanner.skipBlanks()
        again.scanner.index += 1
        again.scanner.skipBlanks()
        _ = try again.value()
        _ = try again.next(closing: UInt8(ascii: "}"))
        first = again.scanner.index
      }
    } catch {
      return error
    }
    return JSONError(.duplicateKey(name, first: first), at: offset)
  }

  /// Moves past a comma (false) or the closing bracket (true).
  @inline(__always)
  private mutating func next(closing: UInt8) throws(JSONError) -> Bool {
    scanner.skipBlanks()
    let byte = scanner.byte
    if byte == UInt8(ascii: ",") {
      let comma = scanner.index
      scanner.index += 1
      scanner.skipBlanks()
      if scanner.byte == closing { throw JSONError(.trailingComma, at: comma) }
      return false
    }
    guard byte == closing else { throw scanner.unexpected() }
    scanner.index += 1
    return true
  }
}
