import Glibc
import RegularExpression
import Values

/// The kind of a cell.
enum Tag {
  static let absent: UInt8 = 0
  static let error: UInt8 = 1
  static let null: UInt8 = 2
  static let bool: UInt8 = 3
  static let int: UInt8 = 4
  static let uint: UInt8 = 5
  static let double: UInt8 = 6
  static let string: UInt8 = 7
  static let bytes: UInt8 = 8
  static let list: UInt8 = 9
  static let map: UInt8 = 10
  static let timestamp: UInt8 = 11
  static let duration: UInt8 = 12
  static let type: UInt8 = 13
  static let optional: UInt8 = 14
  static let record: UInt8 = 15
  static let enumeration: UInt8 = 16
  static let opaque: UInt8 = 17
}

/// A value as guards read it: 16 bytes, trivially copied, never counted.
///
/// `head` holds the tag in its lowest byte, a sampled hash of text in bits 16 to 31, and a count
/// (bytes, elements, entries, nanoseconds) in bits 32 to 63. `bits` holds the scalar or the address
/// of the contents, which live in the block of a `Memory` slot, in a program's constants, or in the
/// arena of one evaluation.
// INVARIANT: an address in `bits` points at memory whose owner outlives the evaluation: slot
// blocks and constants are retained by the memory and program that the evaluation borrows, and the
// arena is freed only after its result was converted to a `Value`.
struct Cell: BitwiseCopyable, Sendable {
  var head: UInt64
  var bits: UInt64

  @inline(__always) init(head: UInt64, bits: UInt64) {
    self.head = head
    self.bits = bits
  }

  @inline(__always) init(tag: UInt8, count: UInt32 = 0, bits: UInt64 = 0) {
    head = UInt64(tag) | UInt64(count) << 32
    self.bits = bits
  }

  @inline(__always) init(_ bool: Bool) { self.init(tag: Tag.bool, bits: bool ? 1 : 0) }
  @inline(__always) init(_ int: Int64) {
    self.init(tag: Tag.int, bits: UInt64(bitPattern: int))
  }
  @inline(__always) init(_ int: Int) { self.init(Int64(int)) }
  @inline(__always) init(_ uint: UInt64) { self.init(tag: Tag.uint, bits: uint) }
  @inline(__always) init(_ double: Double) {
    self.init(tag: Tag.double, bits: double.bitPattern)
  }
  @inline(__always) init(durationNanoseconds nanoseconds: Int64) {
    self.init(tag: Tag.duration, bits: UInt64(bitPattern: nanoseconds))
  }
  @inline(__always) init(_ timestamp: Timestamp) {
    self.init(
      tag: Tag.timestamp,
      count: UInt32(timestamp.nanoseconds),
      bits: UInt64(bitPattern: timestamp.seconds)
    )
  }

  static let absent = Cell(tag: Tag.absent)
  static let null = Cell(tag: Tag.null)
  static let none = Cell(tag: Tag.optional)
  static let emptyText = Cell(tag: Tag.string)
  static let emptyList = Cell(tag: Tag.list)

  @inline(__always) var tag: UInt8 { UInt8(truncatingIfNeeded: head) }
  @inline(__always) var count: Int { Int(head >> 32) }
  @inline(__always) var isError: Bool { tag <= Tag.error }
  @inline(__always) var isTrue: Bool { head == UInt64(Tag.bool) && bits == 1 }
  @inline(__always) var isFalse: Bool { head == UInt64(Tag.bool) && bits == 0 }
  @inline(__always) var isBool: Bool { tag == Tag.bool }
  @inline(__always) var isInt: Bool { tag == Tag.int }
  @inline(__always) var isUint: Bool { tag == Tag.uint }
  @inline(__always) var isDouble: Bool { tag == Tag.double }
  @inline(__always) var isString: Bool { tag == Tag.string }
  @inline(__always) var isNumber: Bool { tag >= Tag.int && tag <= Tag.double }
  @inline(__always) var int: Int64 { Int64(bitPattern: bits) }
  @inline(__always) var double: Double { Double(bitPattern: bits) }
  @inline(__always) var timestamp: Timestamp {
    Timestamp(seconds: Int64(bitPattern: bits), nanoseconds: Int32(count))
  }
  /// Whether an optional holds nothing.
  @inline(__always) var isNone: Bool { tag == Tag.optional && bits == 0 }
  /// The number of an enumeration's member.
  @inline(__always) var enumerationNumber: Int32 {
    Int32(truncatingIfNeeded: Int64(bitPattern: head) >> 32)
  }

  // MARK: Contents

  /// The cells of a list.
  @inline(__always) var elements: CellList { CellList(address: bits, count: count) }
  /// The bytes of text, bytes, or the name of a type.
  @inline(__always) var text: TextView { TextView(address: bits, count: count) }
  /// The entries of a map.
  @inline(__always) var entries: EntryList { EntryList(address: bits, count: count) }
  /// What an optional holds.
  @inline(__always) var wrapped: Cell { CellList(address: bits, count: 1)[0] }
  /// The type name of a record, an enumeration's member or an opaque value, as a string cell.
  @inline(__always) var typeName: Cell { CellList(address: bits, count: 1)[0] }
  /// The set fields of a record.
  @inline(__always) var fields: EntryList { EntryList(address: bits + 16, count: count) }
  /// The canonical text of an opaque value, as a string cell.
  @inline(__always) var opaqueText: Cell { CellList(address: bits, count: 2)[1] }
}

/// Cells in a row.
@safe struct CellList {
  let address: UInt64
  let count: Int

  @inline(__always) init(address: UInt64, count: Int) {
    self.address = address
    self.count = count
  }

  @inline(__always) private var base: UnsafePointer<Cell> {
    unsafe UnsafePointer(bitPattern: UInt(address)).unsafelyUnwrapped
  }

  @inline(__always) subscript(index: Int) -> Cell { unsafe base[index] }

  /// The elements from `start` to before `end` as a list cell that shares them.
  func slice(_ start: Int, _ end: Int) -> Cell {
    guard end > start else { return .emptyList }
    return Cell(tag: Tag.list, count: UInt32(end - start), bits: address + UInt64(start) * 16)
  }
}

/// Keys and values of a map in insertion order.
///
/// Above eight entries an index of hashed positions follows the entries.
@safe struct EntryList {
  let address: UInt64
  let count: Int

  @inline(__always) init(address: UInt64, count: Int) {
    self.address = address
    self.count = count
  }

  @inline(__always) private var base: UnsafePointer<Cell> {
    unsafe UnsafePointer(bitPattern: UInt(address)).unsafelyUnwrapped
  }

  @inline(__always) func key(_ index: Int) -> Cell { unsafe base[2 * index] }
  @inline(__always) func value(_ index: Int) -> Cell { unsafe base[2 * index + 1] }

  /// The value of a text key, or an absent cell.
  ///
  /// O(1) on average above eight entries.
  @inline(__always) func value(named name: Cell) -> Cell {
    if count <= 8 {
      var index = 0
      while index < count {
        let key = unsafe base[2 * index]
        if key.head == name.head, TextView.sameBytes(key, name) {
          return unsafe base[2 * index + 1]
        }
        index += 1
      }
      return .absent
    }
    let index = position(of: name)
    return index < 0 ? .absent : unsafe base[2 * index + 1]
  }

  /// The position of a key by CEL equality (numbers of any kind), or -1.
  func position(of key: Cell) -> Int {
    if count <= 8 {
      for index in 0..<count where Equality.sameKey(unsafe base[2 * index], key) { return index }
      return -1
    }
    guard let hash = key.keyHash else { return -1 }
    let capacity = Self.indexCapacity(count)
    let table = unsafe UnsafePointer<UInt32>(
      bitPattern: UInt(address) + UInt(count) * 32
    ).unsafelyUnwrapped
    var probe = Int(truncatingIfNeeded: hash) & (capacity - 1)
    while true {
      let entry = unsafe table[probe]
      if entry == 0 { return -1 }
      if Equality.sameKey(unsafe base[2 * Int(entry - 1)], key) { return Int(entry - 1) }
      probe = (probe + 1) & (capacity - 1)
    }
  }

  /// Slots of the index of a map with `count` entries.
  static func indexCapacity(_ count: Int) -> Int {
    guard count > 8 else { return 0 }
    return 1 << (Int.bitWidth - (count * 2 - 1).leadingZeroBitCount)
  }

  /// Bytes of a map with `count` entries, index included.
  static func byteCount(_ count: Int) -> Int {
    count * 32 + (indexCapacity(count) * 4 + 15) & ~15
  }

  /// Fills the index that follows the entries; false when a key repeats.
  func buildIndex() -> Bool {
    if count <= 8 {
      for index in 0..<count {
        for earlier in 0..<index where Equality.sameKey(key(earlier), key(index)) { return false }
      }
      return true
    }
    let capacity = Self.indexCapacity(count)
    let table = unsafe UnsafeMutablePointer<UInt32>(
      bitPattern: UInt(address) + UInt(count) * 32
    ).unsafelyUnwrapped
    unsafe table.initialize(repeating: 0, count: capacity)
    for index in 0..<count {
      guard let hash = key(index).keyHash else { return false }
      var probe = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while true {
        let entry = unsafe table[probe]
        if entry == 0 { break }
        if Equality.sameKey(key(Int(entry - 1)), key(index)) { return false }
        probe = (probe + 1) & (capacity - 1)
      }
      unsafe table[probe] = UInt32(index + 1)
    }
    return true
  }
}

extension Cell {
  private static let seed = UInt64.random(in: .min ... .max) | 1

  /// Whether the cell may be a key of a map that an expression makes.
  var isMapKey: Bool {
    switch tag {
    case Tag.string, Tag.int, Tag.uint, Tag.bool: true
    default: false
    }
  }

  /// A hash that is equal for keys that are equal; nil for what cannot be a key.
  ///
  /// Seeded per process, so that chosen keys cannot collide on purpose; order never depends on it.
  var keyHash: UInt64? {
    switch tag {
    case Tag.bool: return Cell.mix(bits &+ 0x51)
    case Tag.int, Tag.uint: return Cell.mix(bits)
    case Tag.double:
      if let int = Int64(exactly: double) { return Cell.mix(UInt64(bitPattern: int)) }
      if let uint = UInt64(exactly: double) { return Cell.mix(uint) }
      return nil
    case Tag.string: return text.hash(seed: Cell.seed)
    default: return nil
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}

/// UTF-8 or other bytes in place.
@safe struct TextView {
  let address: UInt64
  let count: Int

  @inline(__always) init(address: UInt64, count: Int) {
    self.address = address
    self.count = count
  }

  @inline(__always) var bytes: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: UnsafePointer(bitPattern: UInt(address)), count: count)
  }

  @inline(__always) subscript(index: Int) -> UInt8 {
    unsafe UnsafePointer<UInt8>(bitPattern: UInt(address)).unsafelyUnwrapped[index]
  }

  /// A copy as Swift text; the bytes are valid UTF-8 by construction.
  var string: String { unsafe String(decoding: bytes, as: UTF8.self) }
  /// A copy of the bytes.
  var array: [UInt8] { unsafe Array(bytes) }

  /// Whether two cells of equal head hold the same bytes.
  @inline(__always) static func sameBytes(_ left: Cell, _ right: Cell) -> Bool {
    if left.bits == right.bits { return true }
    return same(left.bits, right.bits, left.count)
  }

  /// Whether `count` bytes at two addresses are the same; short ones are compared in place, as
  /// names of fields and most texts of guards are.
  @inline(__always) static func same(_ left: UInt64, _ right: UInt64, _ count: Int) -> Bool {
    if count == 0 { return true }
    let first = unsafe UnsafeRawPointer(bitPattern: UInt(left)).unsafelyUnwrapped
    let second = unsafe UnsafeRawPointer(bitPattern: UInt(right)).unsafelyUnwrapped
    if count > 16 { return unsafe memcmp(first, second, count) == 0 }
    // Two words that overlap cover all the bytes.
    if count >= 8 {
      return unsafe word(first, UInt64.self) == word(second, UInt64.self)
        && word(first + (count - 8), UInt64.self) == word(second + (count - 8), UInt64.self)
    }
    if count >= 4 {
      return unsafe word(first, UInt32.self) == word(second, UInt32.self)
        && word(first + (count - 4), UInt32.self) == word(second + (count - 4), UInt32.self)
    }
    return unsafe word(first, UInt8.self) == word(second, UInt8.self)
      && word(first + count / 2, UInt8.self) == word(second + count / 2, UInt8.self)
      && word(first + (count - 1), UInt8.self) == word(second + (count - 1), UInt8.self)
  }

  @inline(__always) private static func word<Word: BitwiseCopyable>(
    _ address: UnsafeRawPointer,
    _: Word.Type
  ) -> Word {
    unsafe address.loadUnaligned(as: Word.self)
  }

  /// Byte order, which is code point order: negative, zero or positive.
  func compare(_ other: TextView) -> Int {
    let shared = min(count, other.count)
    if shared > 0 {
      let order = unsafe memcmp(
        UnsafeRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped,
        UnsafeRawPointer(bitPattern: UInt(other.address)).unsafelyUnwrapped,
        shared
      )
      if order != 0 { return Int(order) }
    }
    return count - other.count
  }

  @inline(__always) func starts(with other: TextView) -> Bool {
    other.count <= count && TextView.same(address, other.address, other.count)
  }

  @inline(__always) func ends(with other: TextView) -> Bool {
    other.count <= count
      && TextView.same(address + UInt64(count - other.count), other.address, other.count)
  }

  /// Whether `other` stands at byte `offset`.
  func matches(_ other: TextView, at offset: Int) -> Bool {
    guard offset + other.count <= count else { return false }
    if other.count == 0 { return true }
    return unsafe memcmp(
      UnsafeRawPointer(bitPattern: UInt(address) + UInt(offset)).unsafelyUnwrapped,
      UnsafeRawPointer(bitPattern: UInt(other.address)).unsafelyUnwrapped,
      other.count
    ) == 0
  }

  /// The first byte offset of `other` at or after `start`, or nil.
  ///
  /// Linear time.
  func find(_ other: TextView, from start: Int = 0) -> Int? {
    guard start <= count else { return nil }
    if other.count == 0 { return start }
    guard other.count <= count - start else { return nil }
    if other.count > 32 { return findLong(other, from: start) }
    let base = unsafe UnsafeRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    let last = count - other.count
    var offset = start
    while offset <= last {
      guard let hit = unsafe memchr(base + offset, Int32(other[0]), last - offset + 1) else {
        return nil
      }
      offset = unsafe UnsafeRawPointer(hit) - base
      if matches(other, at: offset) { return offset }
      offset += 1
    }
    return nil
  }

  /// Knuth, Morris and Pratt: linear whatever the texts are.
  private func findLong(_ other: TextView, from start: Int) -> Int? {
    var borders = [Int](repeating: 0, count: other.count)
    var length = 0
    for index in 1..<other.count {
      while length > 0, other[index] != other[length] { length = borders[length - 1] }
      if other[index] == other[length] { length += 1 }
      borders[index] = length
    }
    length = 0
    for index in start..<count {
      while length > 0, self[index] != other[length] { length = borders[length - 1] }
      if self[index] == other[length] { length += 1 }
      if length == other.count { return index - other.count + 1 }
    }
    return nil
  }

  /// Whether a pattern matches anywhere in the text.
  func matches(_ pattern: Pattern) -> Bool { unsafe pattern.matches(bytes, anchored: false) }

  /// Number of code points.
  var scalarCount: Int {
    let bytes = unsafe bytes
    var following = 0
    for index in 0..<count {
      following &+= unsafe Int8(bitPattern: bytes[index]) < -64 ? 1 : 0
    }
    return count &- following
  }

  /// A full hash, eight bytes at a time.
  func hash(seed: UInt64) -> UInt64 {
    var state = seed ^ UInt64(count)
    var index = 0
    while index < count {
      let width = min(8, count - index)
      var word: UInt64 = 0
      unsafe memcpy(
        &word,
        UnsafeRawPointer(bitPattern: UInt(address) + UInt(index)).unsafelyUnwrapped,
        width
      )
      let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
      state = product.high ^ product.low
      index += 8
    }
    return state ^ state >> 29
  }

  /// A hash of 16 bits over the length and both ends: O(1), kept in the head of text cells so that
  /// most unequal texts differ in their heads.
  static func sampledHash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    var first: UInt64 = 0
    var last: UInt64 = 0
    unsafe memcpy(&first, bytes, min(8, count))
    if count > 8 { unsafe memcpy(&last, bytes + (count - 8), 8) }
    let mixed = (first ^ last.byteSwapped &* 3 ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
    return mixed >> 48
  }
}

extension Cell {
  /// A text cell over bytes that outlive it.
  static func string(at bytes: UnsafePointer<UInt8>, count: Int) -> Cell {
    guard count > 0 else { return .emptyText }
    return unsafe Cell(
      head: UInt64(Tag.string) | TextView.sampledHash(bytes, count) << 16 | UInt64(count) << 32,
      bits: UInt64(UInt(bitPattern: bytes))
    )
  }
}
