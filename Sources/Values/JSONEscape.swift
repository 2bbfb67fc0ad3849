/// The escapes of JSON strings, as RFC 8785 section 3.2.2.2 has them: the shortest form.
enum JSONEscape {
  /// Appends `text` without quotes.
  ///
  /// Linear; runs without escapes are copied whole.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    let span = text.utf8.span
    var start = 0
    for index in span.indices where needsEscape(span[index]) {
      if start == 0, index > 0 { bytes.reserveCapacity(bytes.count + span.count + 8) }
      for copied in start..<index { bytes.append(span[copied]) }
      appendEscape(span[index], to: &bytes)
      start = index + 1
    }
    if start == 0 {
      bytes.append(contentsOf: text.utf8)
    } else {
      for copied in start..<span.count { bytes.append(span[copied]) }
    }
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x22 || byte == 0x5C
  }

  /// The letter of a byte's short escape; 0 when it has none.
  static func escape(of byte: UInt8) -> UInt8 {
    switch byte {
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0C: UInt8(ascii: "f")
    case 0x0D: UInt8(ascii: "r")
    case 0x22, 0x5C: byte
    default: 0
    }
  }

  private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(0x5C)
    let escape = escape(of: byte)
    if escape != 0 {
      bytes.append(escape)
    } else {
      bytes.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, 0x30 + byte >> 4])
      let low = byte & 15
      bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
    }
  }
}
