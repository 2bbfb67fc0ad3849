/// Writes the versioned binary forms: tables, snapshots, journal records.
///
/// Integers are little-endian base-128 (LEB128), signed ones zigzag-coded; texts and byte strings
/// are preceded by their length. The same values give the same bytes, so digests may cover them.
public struct BinaryWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty writer with room for so many bytes.
  public init(capacity: Int = 0) { if capacity > 0 { bytes.reserveCapacity(capacity) } }

  /// Writes one byte.
  public mutating func write(byte: UInt8) { bytes.append(byte) }

  /// Writes an unsigned integer, 1 to 10 bytes.
  public mutating func write(unsigned: UInt64) {
    if unsigned < 0x80 { return bytes.append(UInt8(truncatingIfNeeded: unsigned)) }
    var rest = unsigned
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Writes a signed integer, zigzag-coded.
  public mutating func write(signed: Int64) {
    write(unsigned: UInt64(bitPattern: (signed << 1) ^ (signed >> 63)))
  }

  /// Writes an index or count that may be `-1`.
  public mutating func write(index: Int32) { write(signed: Int64(index)) }

  /// Writes a boolean as one byte.
  public mutating func write(bool: Bool) { bytes.append(bool ? 1 : 0) }

  /// Writes a double by its bits, 8 bytes.
  public mutating func write(double: Double) {
    var bits = double.bitPattern
    for _ in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }

  /// Writes a text: length in bytes, then UTF-8.
  public mutating func write(text: String) {
    write(unsigned: UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes bytes: length, then the bytes.
  public mutating func write(block: [UInt8]) {
    write(unsigned: UInt64(block.count))
    bytes.append(contentsOf: block)
  }

  /// Writes a sequence: count, then each element.
  @inlinable
  public mutating func write<Element>(
    list: some Collection<Element>,
    _ each: (inout BinaryWriter, Element) -> Void
  ) {
    write(unsigned: UInt64(list.count))
    for element in list { each(&self, element) }
  }

  /// Writes any value exactly: kind, then contents.
  public mutating func write(value: Value) {
    switch value {
    case .null: write(byte: 0)
    case .bool(let bool): write(byte: bool ? 2 : 1)
    case .int(let int):
      write(byte: 3)
      write(signed: int)
    case .uint(let uint):
      write(byte: 4)
      write(unsigned: uint)
    case .double(let double):
      write(byte: 5)
      write(double: double)
    case .string(let string):
      write(byte: 6)
      write(text: string)
    case .bytes(let block):
      write(byte: 7)
      write(block: block)
    case .list(let elements):
      write(byte: 8)
      write(list: elements) { $0.write(value: $1) }
    case .map(let map):
      write(byte: 9)
      write(map: map)
    case .timestamp(let timestamp):
      write(byte: 10)
      write(signed: timestamp.seconds)
      write(signed: Int64(timestamp.nanoseconds))
    case .duration(let nanoseconds):
      write(byte: 11)
      write(signed: nanoseconds)
    case .type(let name):
      write(byte: 12)
      write(text: name)
    case .optional(let content):
      write(byte: content == nil ? 13 : 14)
      if let content { write(value: content) }
    case .record(let type, let fields):
      write(byte: 15)
      write(text: type)
      write(map: fields)
    case .enumeration(let type, let number):
      write(byte: 16)
      write(text: type)
      write(signed: Int64(number))
    case .opaque(let type, let text):
      write(byte: 17)
      write(text: type)
      write(text: text)
    }
  }

  private mutating func write(map: ValueMap) {
    write(list: map.entries) { writer, entry in
      writer.write(value: entry.key.value)
      writer.write(value: entry.value)
    }
  }
}
