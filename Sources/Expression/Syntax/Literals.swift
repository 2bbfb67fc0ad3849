import Values

/// Reads the values of literal tokens.
enum Literals {
  struct Mistake: Error {
    let message: String
  }

  /// An int, uint or double literal; `negative` reads the most negative int, too.
  static func number(
    _ bytes: ArraySlice<UInt8>,
    negative: Bool
  ) throws(Mistake) -> Value {
    var digits = bytes
    let isUnsigned = digits.last.map { $0 | 0x20 == 0x75 } ?? false
    if isUnsigned { digits = digits.dropLast() }
    let isHex = digits.count > 1 && digits[digits.startIndex + 1] == 0x78
    let isFloat =
      !isHex && digits.contains { $0 == 0x2E || $0 | 0x20 == 0x65 }
    if isFloat {
      let text = String(decoding: digits, as: UTF8.self)
      guard let double = Double(text.utf8.first == 0x2E ? "0" + text : text) else {
        throw Mistake(message: Messages.badNumber(text))
      }
      return .double(negative ? -double : double)
    }
    var magnitude: UInt64 = 0
    for byte in isHex ? digits.dropFirst(2) : digits {
      let digit =
        byte <= 0x39 ? UInt64(byte) - 0x30 : UInt64(byte | 0x20) - 0x61 + 10
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: isHex ? 16 : 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else {
        throw Mistake(message: Messages.numberTooLarge(String(decoding: bytes, as: UTF8.self)))
      }
      magnitude = sum
    }
    if isUnsigned {
      guard !negative else { throw Mistake(message: Messages.negativeUnsigned) }
      return .uint(magnitude)
    }
    if negative, magnitude == 1 << 63 { return .int(.min) }
    guard let int = Int64(exactly: magnitude) else {
      throw Mistake(message: Messages.numberTooLarge(String(decoding: bytes, as: UTF8.self)))
    }
    return .int(negative ? -int : int)
  }

  /// A text or bytes literal with its prefix and quotes.
  static func text(_ token: ArraySlice<UInt8>) throws(Mistake) -> Value {
    var body = token
    var isRaw = false
    var isBytes = false
    while let first = body.first, first != 0x22, first != 0x27 {
      if first | 0x20 == 0x72 { isRaw = true } else { isBytes = true }
      body = body.dropFirst()
    }
    let quote = body.first ?? 0x22
    let isTriple =
      body.count >= 6 && body[body.startIndex + 1] == quote && body[body.startIndex + 2] == quote
    let width = isTriple ? 3 : 1
    body = body.dropFirst(width).dropLast(width)
    let decoded = isRaw ? Array(body) : try unescape(body, isBytes: isBytes)
    if isBytes { return .bytes(decoded) }
    return .string(String(decoding: decoded, as: UTF8.self))
  }

  private static func unescape(
    _ body: ArraySlice<UInt8>,
    isBytes: Bool
  ) throws(Mistake) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(body.count)
    var index = body.startIndex
    while index < body.endIndex {
      let byte = body[index]
      index += 1
      guard byte == 0x5C else {
        result.append(byte)
        continue
      }
      guard index < body.endIndex else { throw Mistake(message: Messages.badEscape("\\")) }
      let escape = body[index]
      index += 1
      if let simple = simpleEscape(escape) {
        result.append(simple)
        continue
      }
      let (code, isScalar) = try numericEscape(escape, body, &index, isBytes: isBytes)
      if isBytes, !isScalar {
        result.append(UInt8(truncatingIfNeeded: code))
      } else {
        guard let scalar = Unicode.Scalar(code) else {
          throw Mistake(message: Messages.badCodePoint(code))
        }
        result.append(contentsOf: Array(String(Character(scalar)).utf8))
      }
    }
    return result
  }

  /// Bytes of an escape, given the byte behind the backslash.
  static func escapeLength(_ byte: UInt8) -> Int {
    switch byte {
    case 0x30...0x33: 4
    case 0x78, 0x58: 4
    case 0x75: 6
    case 0x55: 10
    default: 2
    }
  }

  private static func simpleEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x61: 0x07
    case 0x62: 0x08
    case 0x66: 0x0C
    case 0x6E: 0x0A
    case 0x72: 0x0D
    case 0x74: 0x09
    case 0x76: 0x0B
    case 0x5C, 0x3F, 0x22, 0x27, 0x60: byte
    default: nil
    }
  }

  private static func numericEscape(
    _ escape: UInt8,
    _ body: ArraySlice<UInt8>,
    _ index: inout Int,
    isBytes: Bool
  ) throws(Mistake) -> (code: UInt32, isScalar: Bool) {
    let width: Int
    let radix: UInt32
    var code: UInt32 = 0
    switch escape {
    case 0x30...0x33:
      code = UInt32(escape - 0x30)
      (width, radix) = (2, 8)
    case 0x78, 0x58: (width, radix) = (2, 16)
    case 0x75: (width, radix) = (4, 16)
    case 0x55: (width, radix) = (8, 16)
    default:
      throw Mistake(message: Messages.badEscape("\\" + String(decoding: [escape], as: UTF8.self)))
    }
    let isScalar = escape == 0x75 || escape == 0x55
    if isBytes, isScalar { throw Mistake(message: Messages.unicodeEscapeInBytes) }
    for _ in 0..<width {
      guard index < body.endIndex, let digit = digit(body[index]), digit < radix,
        code <= UInt32.max / radix
      else {
        throw Mistake(message: Messages.badEscape("\\" + String(decoding: [escape], as: UTF8.self)))
      }
      code = code * radix + digit
      index += 1
    }
    return (code, isScalar)
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte) - 0x30
    case 0x41...0x46, 0x61...0x66: UInt32(byte | 0x20) - 0x61 + 10
    default: nil
    }
  }
}
