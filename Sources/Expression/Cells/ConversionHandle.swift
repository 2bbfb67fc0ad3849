import Glibc
import Values

/// Memory that holds the contents of a converted value.
// INVARIANT: written only during `init`, and by `replaceEntry` when nobody but the caller refers to
// the block; freed once in `deinit`; cells that point into it are used only while it is retained.
@safe final class Block: @unchecked Sendable {
  /// The converted value.
  let cell: Cell
  private let base: UnsafeMutableRawPointer?

  /// Converts a value: measures, allocates once, writes.
  ///
  /// O(size).
  init(_ value: Value) {
    let size = Self.byteCount(value)
    let memory = unsafe size > 0 ? malloc(size) : nil
    guard unsafe memory != nil || size == 0 else { preconditionFailure("a value needs memory") }
    unsafe base = memory
    var writer = Writer(address: UInt(bitPattern: unsafe base))
    cell = writer.cell(value)
  }

  /// Puts a scalar in place of the value of a map's entry.
  func replaceEntry(_ position: Int, by scalar: Cell) {
    precondition(cell.tag == Tag.map && position >= 0 && position < cell.count, "an entry")
    unsafe UnsafeMutablePointer<Cell>(bitPattern: UInt(cell.bits))
      .unsafelyUnwrapped[2 * position + 1] = scalar
  }

  deinit { unsafe free(base) }

  private static func aligned(_ count: Int) -> Int { (count + 15) & ~15 }

  private static func byteCount(_ value: Value) -> Int {
    switch value {
    case .null, .bool, .int, .uint, .double, .timestamp, .duration: 0
    case .string(let text), .type(let text): aligned(text.utf8.count)
    case .bytes(let bytes): aligned(bytes.count)
    case .list(let elements): elements.reduce(elements.count * 16) { $0 + byteCount($1) }
    case .map(let map): byteCount(map)
    case .optional(nil): 0
    case .optional(.some(let wrapped)): 16 + byteCount(wrapped)
    case .record(let type, let fields):
      16 + aligned(type.utf8.count) + byteCount(fields)
    case .enumeration(let type, _): 16 + aligned(type.utf8.count)
    case .opaque(let type, let text):
      32 + aligned(type.utf8.count) + aligned(text.utf8.count)
    }
  }

  private static func byteCount(_ map: ValueMap) -> Int {
    var size = EntryList.byteCount(map.count)
    for entry in map.entries {
      if case .string(let key) = entry.key { size += aligned(key.utf8.count) }
      size += byteCount(entry.value)
    }
    return size
  }

  /// Writes contents one after the other.
  private struct Writer {
    var address: UInt

    mutating func take(_ count: Int) -> UInt {
      let start = address
      address += UInt(aligned(count))
      return start
    }

    mutating func cell(_ value: Value) -> Cell {
      switch value {
      case .null: return .null
      case .bool(let bool): return Cell(bool)
      case .int(let int): return Cell(int)
      case .uint(let uint): return Cell(uint)
      case .double(let double): return Cell(double)
      case .timestamp(let timestamp): return Cell(timestamp)
      case .duration(let nanoseconds): return Cell(durationNanoseconds: nanoseconds)
      case .string(let text): return self.text(text)
      case .type(let name):
        let text = self.text(name)
        return Cell(tag: Tag.type, count: UInt32(text.count), bits: text.bits)
      case .bytes(let bytes): return self.bytes(bytes)
      case .list(let elements): return list(elements)
      case .map(let map): return self.map(map)
      case .optional(nil): return .none
      case .optional(.some(let wrapped)):
        let place = take(16)
        store(cell(wrapped), at: place)
        return Cell(tag: Tag.optional, bits: UInt64(place))
      case .record(let type, let fields): return record(type, fields)
      case .enumeration(let type, let number):
        let place = take(16)
        store(text(type), at: place)
        return Cell(
          tag: Tag.enumeration,
          count: UInt32(bitPattern: number),
          bits: UInt64(place)
        )
      case .opaque(let type, let canonical):
        let place = take(32)
        store(text(type), at: place)
        store(text(canonical), at: place + 16)
        return Cell(tag: Tag.opaque, bits: UInt64(place))
      }
    }

    private func store(_ cell: Cell, at address: UInt) {
      unsafe UnsafeMutablePointer<Cell>(bitPattern: address).unsafelyUnwrapped
        .initialize(to: cell)
    }

    private mutating func text(_ string: String) -> Cell {
      var string = string
      let place = take(string.utf8.count)
      return string.withUTF8 { utf8 in
        guard let source = utf8.baseAddress, utf8.count > 0,
          let target = unsafe UnsafeMutablePointer<UInt8>(bitPattern: place)
        else { return .emptyText }
        unsafe memcpy(target, source, utf8.count)
        return unsafe .string(at: target, count: utf8.count)
      }
    }

    private mutating func bytes(_ bytes: [UInt8]) -> Cell {
      let place = take(bytes.count)
      unsafe bytes.withUnsafeBufferPointer { source in
        if let base = source.baseAddress, bytes.count > 0 {
          unsafe memcpy(
            UnsafeMutableRawPointer(bitPattern: place).unsafelyUnwrapped,
            base,
            bytes.count
          )
        }
      }
      return Cell(tag: Tag.bytes, count: UInt32(bytes.count), bits: UInt64(place))
    }

    private mutating func list(_ elements: [Value]) -> Cell {
      guard !elements.isEmpty else { return .emptyList }
      let place = take(elements.count * 16)
      for (index, element) in elements.enumerated() {
        store(cell(element), at: place + UInt(index) * 16)
      }
      return Cell(tag: Tag.list, count: UInt32(elements.count), bits: UInt64(place))
    }

    private mutating func map(_ map: ValueMap) -> Cell {
      guard !map.isEmpty else { return Cell(tag: Tag.map) }
      let place = take(EntryList.byteCount(map.count))
      writeEntries(map, at: place)
      return Cell(tag: Tag.map, count: UInt32(map.count), bits: UInt64(place))
    }

    private mutating func record(_ type: String, _ fields: ValueMap) -> Cell {
      let place = take(16 + EntryList.byteCount(fields.count))
      store(text(type), at: place)
      writeEntries(fields, at: place + 16)
      return Cell(tag: Tag.record, count: UInt32(fields.count), bits: UInt64(place))
    }

    private mutating func writeEntries(_ map: ValueMap, at place: UInt) {
      for (index, entry) in map.entries.enumerated() {
        store(cell(entry.key.value), at: place + UInt(index) * 32)
        store(cell(entry.value), at: place + UInt(index) * 32 + 16)
      }
      _ = EntryList(address: UInt64(place), count: map.count).buildIndex()
    }
  }
}

extension Cell {
  /// The cell of a value that needs no memory of its own; nil for texts, collections and the like.
  init?(scalar value: Value) {
    switch value {
    case .null: self = .null
    case .bool(let bool): self.init(bool)
    case .int(let int): self.init(int)
    case .uint(let uint): self.init(uint)
    case .double(let double): self.init(double)
    case .timestamp(let timestamp): self.init(timestamp)
    case .duration(let nanoseconds): self.init(durationNanoseconds: nanoseconds)
    default: return nil
    }
  }

  /// Whether the value has at most `limit` elements, entries and 64ths of text, however deep.
  ///
  /// An expression can make a small cell whose value is huge, as lists share their elements: what
  /// turns a cell into a value asks first. O(limit).
  func isWithin(_ limit: Int) -> Bool { Cell.budget(limit, self) >= 0 }

  private static func budget(_ limit: Int, _ cell: Cell) -> Int {
    var left = limit - 1
    switch cell.tag {
    case Tag.string, Tag.bytes: left -= cell.count / 64
    case Tag.list:
      left -= cell.count
      guard left >= 0 else { return -1 }
      let elements = cell.elements
      for index in 0..<elements.count where !elements[index].isFlat {
        left = budget(left, elements[index])
        if left < 0 { return -1 }
      }
    case Tag.map, Tag.record:
      left -= cell.count
      guard left >= 0 else { return -1 }
      let entries = cell.tag == Tag.map ? cell.entries : cell.fields
      for index in 0..<entries.count where !entries.value(index).isFlat {
        left = budget(left, entries.value(index))
        if left < 0 { return -1 }
      }
    case Tag.optional: return cell.isNone ? left : budget(left, cell.wrapped)
    default: break
    }
    return left
  }

  /// Whether the cell has no contents that count.
  private var isFlat: Bool {
    switch tag {
    case Tag.string, Tag.bytes: count < 64
    case Tag.list, Tag.map, Tag.record, Tag.optional: false
    default: true
    }
  }

  /// The name of the value's kind, as `Value.kindName` has it, without converting the value.
  var kindName: String {
    switch tag {
    case Tag.list: Value.list([]).kindName
    case Tag.map: Value.map(ValueMap()).kindName
    case Tag.string: Value.string("").kindName
    case Tag.bytes: Value.bytes([]).kindName
    case Tag.optional: Value.optional(nil).kindName
    case Tag.record: Value.record(type: typeName.text.string, fields: ValueMap()).kindName
    default: value.kindName
    }
  }

  /// The value that the cell stands for; errors and absence become null.
  ///
  /// O(size).
  var value: Value {
    switch tag {
    case Tag.bool: .bool(bits == 1)
    case Tag.int: .int(int)
    case Tag.uint: .uint(bits)
    case Tag.double: .double(double)
    case Tag.string: .string(text.string)
    case Tag.bytes: .bytes(text.array)
    case Tag.list: .list((0..<count).map { elements[$0].value })
    case Tag.map: .map(Cell.map(entries))
    case Tag.timestamp: .timestamp(timestamp)
    case Tag.duration: .duration(nanoseconds: int)
    case Tag.type: .type(text.string)
    case Tag.optional: .optional(isNone ? nil : wrapped.value)
    case Tag.record: .record(type: typeName.text.string, fields: Cell.map(fields))
    case Tag.enumeration: .enumeration(type: typeName.text.string, number: enumerationNumber)
    case Tag.opaque: .opaque(type: typeName.text.string, text: opaqueText.text.string)
    default: .null
    }
  }

  private static func map(_ entries: EntryList) -> ValueMap {
    var map = ValueMap()
    for index in 0..<entries.count {
      if let key = entries.key(index).mapKey { map[key] = entries.value(index).value }
    }
    return map
  }

  /// The cell as a key of a map; nil when it cannot be one.
  var mapKey: MapKey? {
    switch tag {
    case Tag.bool: .bool(bits == 1)
    case Tag.int: .int(int)
    case Tag.uint: .uint(bits)
    case Tag.string: .string(text.string)
    default: nil
    }
  }
}
