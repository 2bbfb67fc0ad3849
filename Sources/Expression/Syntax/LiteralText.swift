import Values

/// Writes constants as CEL reads them.
enum LiteralText {
  /// The literal of a constant: doubles stay doubles, uints keep their `u`.
  static func text(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .uint(let uint): "\(uint)u"
    case .double(let double): self.double(double)
    case .string(let text): quoted(text)
    case .bytes(let bytes): quoted(bytes)
    default: ""
    }
  }

  /// The shortest digits that read back.
  private static func double(_ double: Double) -> String {
    if double.isNaN { return "double('NaN')" }
    // No literal is infinite, but one beyond the range reads as infinite.
    if double.isInfinite { return double < 0 ? "-1e999" : "1e999" }
    return double.description
  }

  /// Text in the quotes that need fewer escapes, `'` when equal.
  static func quoted(_ text: String) -> String {
    var singles = 0
    var doubles = 0
    for byte in text.utf8 {
      if byte == 0x27 { singles += 1 }
      if byte == 0x22 { doubles += 1 }
    }
    let quote: Unicode.Scalar = singles > doubles ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      if let escape = escape(scalar, quote) {
        result += escape
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    result.unicodeScalars.append(quote)
    return result
  }

  /// Bytes: printable ASCII as it is, all else as `\x` escapes.
  private static func quoted(_ bytes: [UInt8]) -> String {
    var result = "b'"
    for byte in bytes {
      let scalar = Unicode.Scalar(byte)
      if byte >= 0x7F {
        result += "\\x" + hex(UInt32(byte), 2)
      } else if let simple = simpleEscape(scalar, "'") {
        result += simple
      } else if byte < 0x20 {
        result += "\\x" + hex(UInt32(byte), 2)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  private static func simpleEscape(_ scalar: Unicode.Scalar, _ quote: Unicode.Scalar) -> String? {
    switch scalar {
    case quote, "\\": "\\" + String(scalar)
    case "\u{07}": "\\a"
    case "\u{08}": "\\b"
    case "\t": "\\t"
    case "\n": "\\n"
    case "\u{0B}": "\\v"
    case "\u{0C}": "\\f"
    case "\r": "\\r"
    default: nil
    }
  }

  /// Escapes what ends the text, and what a reader could not see.
  private static func escape(_ scalar: Unicode.Scalar, _ quote: Unicode.Scalar) -> String? {
    if let simple = simpleEscape(scalar, quote) { return simple }
    switch scalar.value {
    case 0x20...0x7E: return nil
    case 0...0x9F: return "\\x" + hex(scalar.value, 2)
    // Joiners shape visible characters.
    case 0x200C, 0x200D: return nil
    default: break
    }
    switch scalar.properties.generalCategory {
    case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      return scalar.value <= 0xFFFF
        ? "\\u" + hex(scalar.value, 4) : "\\U" + hex(scalar.value, 8)
    default: return nil
    }
  }

  private static func hex(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Whether `text` may stand as a name without backquotes.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, Lexer.isLetter(first),
      text.utf8.allSatisfy({ Lexer.isLetter($0) || Lexer.isDigit($0) })
    else { return false }
    return !["in", "true", "false", "null"].contains(text)
  }
}
