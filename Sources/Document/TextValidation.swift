/// The first byte of a text that YAML cannot hold.
enum TextValidation {
  enum Flaw {
    /// Bytes that are not UTF-8.
    case invalidUTF8
    /// UTF-16 or UTF-32, known by its byte-order mark or its zero bytes.
    case wideEncoding
    /// A character outside the printable set (YAML 1.2.2, section 5.1).
    case unprintable(Unicode.Scalar)
    /// A character that libyaml takes for the end of a line, as YAML 1.1 did; in YAML 1.2 it is one
    /// like others (section 5.4).
    case lineSeparator(Unicode.Scalar)
  }

  /// The first flaw of `bytes`, a leading byte-order mark allowed.
  ///
  /// O(n).
  static func firstFlaw(in bytes: [UInt8]) -> (offset: Int, flaw: Flaw)? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || (bytes.count >= 2 && (bytes[0] == 0) != (bytes[1] == 0))
    {
      return (0, .wideEncoding)
    }
    var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09 {
        offset += 1
        continue
      }
      guard let (scalar, length) = scalar(in: bytes, at: offset) else {
        return (offset, .invalidUTF8)
      }
      switch scalar.value {
      case 0x85, 0x2028, 0x2029: return (offset, .lineSeparator(scalar))
      default: if !isPrintable(scalar) { return (offset, .unprintable(scalar)) }
      }
      offset += length
    }
    return nil
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0x10000...0x10FFFF: true
    case 0xE000...0xFFFD: scalar.value != 0xFEFF
    default: false
    }
  }

  /// The scalar at `offset` and its length, nil when the bytes are not UTF-8 (RFC 3629).
  static func scalar(in bytes: [UInt8], at offset: Int) -> (Unicode.Scalar, length: Int)? {
    let lead = bytes[offset]
    let length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard length > 0, lead < 0xF5, offset + length <= bytes.count else { return nil }
    if length == 1 { return (Unicode.Scalar(lead), 1) }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for byte in bytes[(offset + 1)..<(offset + length)] {
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    guard let scalar = Unicode.Scalar(value) else { return nil }
    let isShortest = length == 2 || (length == 3 ? value >= 0x800 : value >= 0x1_0000)
    return isShortest ? (scalar, length) : nil
  }
}
