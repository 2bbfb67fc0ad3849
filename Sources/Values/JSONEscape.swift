/// The escapes of JSON strings, as RFC 8785 section 3.2.2.2 has them: the shortest form.
enum JSONEscape {
  /// Appends `text` without quotes.
  ///
  /// Linear; runs without escapes are copied whole.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    let utf8 = text.utf8
    if !utf8.contains(where: needsEscape) {
      bytes.append(contentsOf: utf8)
      return
    }
    for byte in utf8 {
      if needsEscape(byte) { appendEscape(byte, to: &bytes) } else { bytes.append(byte) }
    }
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x22 || byte == 0x5C
  }

  private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(0x5C)
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x22, 0x5C: bytes.append(byte)
    default:
      bytes.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, 0x30 + byte >> 4])
      let low = byte & 15
      bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
    }
  }
}
