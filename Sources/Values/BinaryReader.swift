/// Why a binary form could not be read.
public struct BinaryError: Error, Sendable, Hashable {
  /// What is wrong, in words.
  public let message: String
  /// Offset of the byte at fault.
  public let offset: Int
}

/// Reads what `BinaryWriter` wrote; hostile bytes give an error, never a trap or a huge allocation.
public struct BinaryReader: Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private let maxDepth: Int

  /// A reader over `bytes`; values nest at most `maxDepth` deep.
  public init(_ bytes: [UInt8], maxDepth: Int = 512) {
    self.bytes = bytes
    position = 0
    self.maxDepth = maxDepth
  }

  /// Whether everything has been read.
  public var isAtEnd: Bool { position == bytes.count }
  /// Offset of the next byte.
  public var offset: Int { position }

  /// An error at the current offset.
  public func failure(_ message: String) -> BinaryError {
    BinaryError(message: message, offset: position)
  }

  /// Reads one byte.
  public mutating func readByte() throws(BinaryError) -> UInt8 {
    guard position < bytes.count else { throw failure("unexpected end") }
    let byte = bytes[position]
    position += 1
    return byte
  }

  /// Reads an unsigned integer; refuses more bytes than it needs, so that a value has one form.
  public mutating func readUnsigned() throws(BinaryError) -> UInt64 {
    let first = try readByte()
    if first < 0x80 { return UInt64(first) }
    return try readLong(first)
  }

  private mutating func readLong(_ first: UInt8) throws(BinaryError) -> UInt64 {
    var result = UInt64(first & 0x7F)
    for shift in stride(from: UInt64(7), to: 70, by: 7) {
      let byte = try readByte()
      if shift == 63, byte > 1 { throw failure("integer too large") }
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        if byte == 0 { throw failure("integer not in its shortest form") }
        return result
      }
    }
    throw failure("integer too long")
  }

  /// Reads a signed integer.
  public mutating func readSigned() throws(BinaryError) -> Int64 {
    let raw = try readUnsigned()
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// Reads an index or count that may be `-1`.
  public mutating func readIndex() throws(BinaryError) -> Int32 {
    guard let index = Int32(exactly: try readSigned()) else { throw failure("index too large") }
    return index
  }

  /// Reads a boolean.
  public mutating func readBool() throws(BinaryError) -> Bool {
    switch try readByte() {
    case 0: return false
    case 1: return true
    default: throw failure("not a boolean")
    }
  }

  /// Reads a double.
  public mutating func readDouble() throws(BinaryError) -> Double {
    var bits: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bits |= UInt64(try readByte()) << shift
    }
    return Double(bitPattern: bits)
  }

  /// Reads a text; refuses invalid UTF-8.
  public mutating func readText() throws(BinaryError) -> String {
    let count = try readCount()
    let range = position..<position + count
    position += count
    do {
      return String(copying: try UTF8Span(validating: bytes.span.extracting(range)))
    } catch {
      throw failure("text is not UTF-8")
    }
  }

  /// Reads bytes.
  public mutating func readBlock() throws(BinaryError) -> [UInt8] {
    let count = try readCount()
    let block = Array(bytes[position..<position + count])
    position += count
    return block
  }

  /// Reads a count of things that take at least one byte each.
  public mutating func readCount() throws(BinaryError) -> Int {
    let count = try readUnsigned()
    guard count <= UInt64(bytes.count - position) else { throw failure("count beyond the end") }
    return Int(count)
  }

  /// Reads a sequence.
  @inlinable
  public mutating func readList<Element>(
    _ each: (inout BinaryReader) throws(BinaryError) -> Element
  ) throws(BinaryError) -> [Element] {
    let count = try readCount()
    var elements: [Element] = []
    if count == 0 { return elements }
    elements.reserveCapacity(Swift.min(count, 1_024))
    for _ in 0..<count { elements.append(try each(&self)) }
    return elements
  }

  /// Reads a raw value of an enumeration.
  @inlinable
  public mutating func readCase<Case: RawRepresentable>(
    _ type: Case.Type
  ) throws(BinaryError) -> Case where Case.RawValue == UInt8 {
    guard let result = Case(rawValue: try readByte()) else { throw failure("unknown case") }
    return result
  }

  /// Reads any value.
  public mutating func readValue() throws(BinaryError) -> Value {
    try readValue(depth: 0)
  }

  private mutating func readValue(depth: Int) throws(BinaryError) -> Value {
    guard depth < maxDepth else { throw failure("values nest too deep") }
    let kind = try readByte()
    switch kind {
    case 0: return .null
    case 1: return .bool(false)
    case 2: return .bool(true)
    case 3: return .int(try readSigned())
    case 4: return .uint(try readUnsigned())
    case 5: return .double(try readDouble())
    case 6: return .string(try readText())
    case 7: return .bytes(try readBlock())
    case 8:
      return .list(
        try readList { (reader) throws(BinaryError) in try reader.readValue(depth: depth + 1) }
      )
    case 9: return .map(try readMap(depth: depth + 1))
    case 10:
      let seconds = try readSigned()
      let nanoseconds = try readSigned()
      guard (0..<1_000_000_000).contains(nanoseconds) else { throw failure("bad nanoseconds") }
      return .timestamp(Timestamp(seconds: seconds, nanoseconds: Int32(nanoseconds)))
    case 11: return .duration(nanoseconds: try readSigned())
    case 12: return .type(try readText())
    case 13: return .optional(nil)
    case 14: return .optional(try readValue(depth: depth + 1))
    case 15:
      let type = try readText()
      return .record(type: type, fields: try readMap(depth: depth + 1))
    case 16:
      let type = try readText()
      return .enumeration(type: type, number: try readIndex())
    case 17:
      let type = try readText()
      return .opaque(type: type, text: try readText())
    default: throw failure("unknown kind of value")
    }
  }

  private mutating func readMap(depth: Int) throws(BinaryError) -> ValueMap {
    var map = ValueMap()
    let count = try readCount()
    for _ in 0..<count {
      let key: MapKey
      switch try readValue(depth: depth) {
      case .bool(let bool): key = .bool(bool)
      case .int(let int): key = .int(int)
      case .uint(let uint): key = .uint(uint)
      case .string(let string): key = .string(string)
      default: throw failure("not a map key")
      }
      let end = position
      guard map.insert(key, try readValue(depth: depth)) else {
        throw BinaryError(message: "duplicate map key", offset: end)
      }
    }
    return map
  }
}
