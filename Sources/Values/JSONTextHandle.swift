import Glibc

// Reading and writing the texts of JSON eight bytes at a time: what plain byte by byte loops spend
// most of their time on.

/// Tests on eight bytes at once.
private enum EightBytes {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// A word whose lowest set bit marks the first byte that does not stand for itself in a string.
  ///
  /// Such are quotes, backslashes and control characters; the word is zero when there is none.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let controls = (word &- (ones &* 0x20)) & ~word
    let quotes = (quote &- ones) & ~quote
    let backslashes = (backslash &- ones) & ~backslash
    return (controls | quotes | backslashes) & highs
  }

  /// Whether all bytes are ASCII.
  @inline(__always)
  static func isASCII(_ word: UInt64) -> Bool { word & highs == 0 }
}

extension JSONScanner {
  /// The end of the run of bytes from `start` that stand for themselves, and whether all of them
  /// are ASCII.
  // INVARIANT: eight bytes are loaded only where eight are left in the buffer.
  @inline(__always)
  func plainRun(from start: Int) -> (end: Int, isASCII: Bool) {
    unsafe bytes.withUnsafeBytes { buffer in
      var end = start
      var isASCII = true
      while end + 8 <= buffer.count {
        let word = unsafe UInt64(
          littleEndian: buffer.loadUnaligned(fromByteOffset: end, as: UInt64.self)
        )
        let special = EightBytes.special(word)
        guard special == 0 else {
          let clean = special.trailingZeroBitCount / 8
          let mask = clean == 0 ? 0 : UInt64.max >> UInt64(64 - 8 * clean)
          return (end + clean, isASCII && EightBytes.isASCII(word & mask))
        }
        if !EightBytes.isASCII(word) { isASCII = false }
        end += 8
      }
      while end < buffer.count {
        let byte = unsafe buffer[end]
        if byte == 0x22 || byte == 0x5C || byte < 0x20 { break }
        if byte >= 0x80 { isASCII = false }
        end += 1
      }
      return (end, isASCII)
    }
  }

  /// The text of a range of bytes.
  // INVARIANT: the range lies within the bytes.
  @inline(__always)
  func text(_ start: Int, _ end: Int) -> String {
    precondition(start <= end && end <= bytes.count, "a text lies within its bytes")
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe String(decoding: UnsafeBufferPointer(rebasing: buffer[start..<end]), as: UTF8.self)
    }
  }
}

/// The bytes that a writer of JSON has written so far.
// INVARIANT: `base` owns `capacity` bytes of which the first `count` are written; each write first
// makes room for all it writes; `base` is freed once, in deinit. There is never a copy. A class
// would check each access to its fields for exclusivity, which took a third of the time.
@safe struct JSONOutput: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var count = 0
  private var capacity: Int

  init() {
    capacity = 1_024
    unsafe base = Self.reallocated(nil, capacity)
  }

  deinit { unsafe free(base) }

  /// Memory of `capacity` bytes with what `old` holds; large memory moves without being copied.
  private static func reallocated(
    _ old: UnsafeMutablePointer<UInt8>?,
    _ capacity: Int
  ) -> UnsafeMutablePointer<UInt8> {
    let memory = unsafe realloc(old, capacity)
    guard let memory = unsafe memory else { preconditionFailure("a text needs memory") }
    return unsafe memory.assumingMemoryBound(to: UInt8.self)
  }

  /// The bytes.
  var bytes: [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }

  @inline(__always)
  private mutating func makeRoom(_ wanted: Int) {
    if capacity - count < wanted { grow(wanted) }
  }

  @inline(never)
  private mutating func grow(_ wanted: Int) {
    capacity = max(capacity * 2, count + wanted)
    unsafe base = Self.reallocated(base, capacity)
  }

  /// Appends a byte.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    makeRoom(1)
    unsafe base[count] = byte
    count += 1
  }

  /// Appends a text as it is.
  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      guard let start = utf8.baseAddress else { return }
      makeRoom(utf8.count)
      unsafe (base + count).update(from: start, count: utf8.count)
      count += utf8.count
    }
  }

  /// Appends bytes as they are.
  mutating func append(_ more: [UInt8]) {
    makeRoom(more.count)
    for byte in more {
      unsafe base[count] = byte
      count += 1
    }
  }

  /// Appends an integer.
  mutating func append(magnitude: UInt64) {
    makeRoom(20)
    var rest = magnitude
    var digits = 1
    var bound: UInt64 = 10
    while digits < 20, rest >= bound {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    var place = count + digits
    count = place
    repeat {
      place -= 1
      unsafe base[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// Appends a text in quotes, with the escapes of RFC 8785.
  mutating func append(quoted text: String) {
    var text = text
    text.withUTF8 { utf8 in
      makeRoom(utf8.count + 16)
      unsafe base[count] = 0x22
      count += 1
      var index = 0
      while index < utf8.count {
        index = unsafe copyPlain(utf8, from: index)
        guard index < utf8.count else { break }
        appendEscape(unsafe utf8[index])
        index += 1
        makeRoom(utf8.count - index + 16)
      }
      unsafe base[count] = 0x22
      count += 1
    }
  }

  /// Copies bytes that stand for themselves; the offset of the first that does not.
  ///
  /// There is room for all of them and sixteen more.
  @inline(__always)
  private mutating func copyPlain(_ source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let from = source.baseAddress else { return source.count }
    var index = start
    while index + 8 <= source.count {
      let word = unsafe UnsafeRawPointer(from + index).loadUnaligned(as: UInt64.self)
      unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: word, as: UInt64.self)
      let special = EightBytes.special(UInt64(littleEndian: word))
      guard special == 0 else {
        let clean = special.trailingZeroBitCount / 8
        count += clean
        return index + clean
      }
      count += 8
      index += 8
    }
    while index < source.count {
      let byte = unsafe source[index]
      if byte == 0x22 || byte == 0x5C || byte < 0x20 { return index }
      unsafe base[count] = byte
      count += 1
      index += 1
    }
    return index
  }

  private mutating func appendEscape(_ byte: UInt8) {
    let escape = JSONEscape.escape(of: byte)
    if escape != 0 {
      append(0x5C)
      append(escape)
    } else {
      append("\\u00")
      append(0x30 + byte >> 4)
      let low = byte & 15
      append(low < 10 ? 0x30 + low : 0x57 + low)
    }
  }
}
