import Values

/// Values as text within templates: texts as they are, anything else as JSON.
enum Rendering {
  static func text(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    case .optional(nil): ""
    case .optional(.some(let wrapped)): text(wrapped)
    default: json(value)
    }
  }

  static func json(_ value: Value) -> String {
    var result = ""
    write(value, &result)
    return result
  }

  private static func write(_ value: Value, _ result: inout String) {
    switch value {
    case .null, .optional(nil): result += "null"
    case .bool(let bool): result += bool ? "true" : "false"
    case .int(let int): result += String(int)
    case .uint(let uint): result += String(uint)
    case .double(let double): result += number(double)
    case .string(let text), .type(let text), .opaque(_, let text): quote(text, &result)
    case .bytes(let bytes): quote(Base64.encode(bytes), &result)
    case .timestamp(let timestamp): quote(Civil.text(timestamp), &result)
    case .duration(let nanoseconds):
      quote(Civil.text(durationNanoseconds: nanoseconds), &result)
    case .enumeration(_, let number): result += String(number)
    case .optional(.some(let wrapped)): write(wrapped, &result)
    case .list(let elements):
      result += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { result += "," }
        write(element, &result)
      }
      result += "]"
    case .map(let map), .record(_, let map):
      result += "{"
      for (index, entry) in map.entries.enumerated() {
        if index > 0 { result += "," }
        quote(entry.key.jsonText, &result)
        result += ":"
        write(entry.value, &result)
      }
      result += "}"
    }
  }

  private static func number(_ double: Double) -> String {
    guard double.isFinite else { return "null" }
    if let int = Int64(exactly: double), abs(int) < 1 << 53 { return String(int) }
    // Fractions as JSON and people write them, `0.000001` and not `1e-06`.
    let isWhole = double.rounded(.towardZero) == double
    return isWhole ? DoubleText.text(double) : JSONWriter.string(.double(double))
  }

  static func quote(_ text: String, _ result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}

/// Base64 with the standard alphabet.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let rest = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16 | (rest > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (rest > 2 ? UInt32(bytes[index + 2]) : 0)
      result.append(alphabet[Int(group >> 18)])
      result.append(alphabet[Int(group >> 12 & 63)])
      result.append(rest > 1 ? alphabet[Int(group >> 6 & 63)] : 0x3D)
      result.append(rest > 2 ? alphabet[Int(group & 63)] : 0x3D)
      index += 3
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The bytes, padded or not and broken into lines or not; nil when malformed.
  static func decode(_ lines: [UInt8]) -> [UInt8]? {
    let text = lines.filter { $0 != 0x0A && $0 != 0x0D }
    var body = text[...]
    while body.last == 0x3D, text.count - body.count < 2 { body = body.dropLast() }
    if body.count != text.count, text.count % 4 != 0 { return nil }
    guard body.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    var accumulator: UInt32 = 0
    var bits = 0
    for byte in body {
      guard let digit = digit(byte) else { return nil }
      accumulator = accumulator << 6 | digit
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)))
      }
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x41...0x5A: UInt32(byte) - 0x41
    case 0x61...0x7A: UInt32(byte) - 0x61 + 26
    case 0x30...0x39: UInt32(byte) - 0x30 + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}
