import Values

/// What a plain YAML scalar means: the core schema of YAML 1.2.2, section 10.3.2.
enum CoreSchema {
  enum Resolution {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    /// `.inf`, `.nan`, a number beyond a 64-bit float, or an integer whose digits it cannot keep.
    case nonFinite
    case string
  }

  /// Resolves a plain scalar.
  ///
  /// O(n).
  static func resolve(_ text: [UInt8]) -> Resolution {
    guard let first = text.first else { return .null }
    switch first {
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"),
      UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
      return word(text)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return number(text)
    default: return .string
    }
  }

  private static func word(_ text: [UInt8]) -> Resolution {
    guard text.count <= 5 else { return .string }
    switch String(decoding: text, as: UTF8.self) {
    case "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: return .string
    }
  }

  private static func number(_ text: [UInt8]) -> Resolution {
    if text.count > 2, text[0] == UInt8(ascii: "0") {
      if text[1] == UInt8(ascii: "o") { return based(text.dropFirst(2), radix: 8) }
      if text[1] == UInt8(ascii: "x") { return based(text.dropFirst(2), radix: 16) }
    }
    var index = 0
    if text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-") { index = 1 }
    if isNonFinite(text, after: index) { return .nonFinite }
    guard let shape = shape(text, from: index) else { return .string }
    if shape == .integer, let integer = integer(text, from: index) { return integer }
    var spelling = String(decoding: text, as: UTF8.self)
    if spelling.utf8.first == UInt8(ascii: "+") { spelling.removeFirst() }
    if spelling.utf8.last == UInt8(ascii: ".") { spelling.append("0") }
    spelling = withDigits(spelling)
    guard let double = Double(spelling) else { return .string }
    if shape == .integer, double.isFinite, !DecimalText.isWhole(double, spelled: spelling) {
      return .nonFinite
    }
    return double.isFinite ? .double(double) : .nonFinite
  }

  private enum Shape {
    case integer
    case float
  }

  /// `[0-9]+`, or `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
  private static func shape(_ text: [UInt8], from start: Int) -> Shape? {
    var index = start
    func digits() -> Int {
      let from = index
      while index < text.count, text[index] >= 0x30, text[index] <= 0x39 { index += 1 }
      return index - from
    }
    let whole = digits()
    if whole > 0, index == text.count { return .integer }
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      let fraction = digits()
      guard whole > 0 || fraction > 0 else { return nil }
    } else if whole == 0 {
      return nil
    }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
        index += 1
      }
      guard digits() > 0 else { return nil }
    }
    return index == text.count ? .float : nil
  }

  /// A base-10 integer that fits 64 bits; nil when it needs a float.
  private static func integer(_ text: [UInt8], from start: Int) -> Resolution? {
    var magnitude: UInt64 = 0
    for digit in text[start...] {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
      if overflow || carry { return nil }
      magnitude = sum
    }
    if text[0] == UInt8(ascii: "-") {
      guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
      return .int(magnitude == UInt64(Int64.max) + 1 ? .min : -Int64(magnitude))
    }
    return magnitude <= UInt64(Int64.max) ? .int(Int64(magnitude)) : .uint(magnitude)
  }

  private static func based(_ digits: ArraySlice<UInt8>, radix: Int) -> Resolution {
    var double = 0.0
    for digit in digits {
      let value: Int
      switch digit {
      case 0x30...0x39: value = Int(digit) - 0x30
      case 0x41...0x46: value = Int(digit) - 0x41 + 10
      case 0x61...0x66: value = Int(digit) - 0x61 + 10
      default: return .string
      }
      guard value < radix else { return .string }
      double = double * Double(radix) + Double(value)
    }
    guard let exact = UInt64(String(decoding: digits, as: UTF8.self), radix: radix) else {
      return double.isFinite ? .double(double) : .nonFinite
    }
    return exact <= UInt64(Int64.max) ? .int(Int64(exact)) : .uint(exact)
  }

  private static func isNonFinite(_ text: [UInt8], after start: Int) -> Bool {
    guard text.count - start == 4, text[start] == UInt8(ascii: ".") else { return false }
    switch String(decoding: text[(start + 1)...], as: UTF8.self) {
    case "inf", "Inf", "INF": return true
    case "nan", "NaN", "NAN": return start == 0
    default: return false
    }
  }

  /// Swift reads neither `.5` nor `1.e3`: puts the missing zero in.
  private static func withDigits(_ spelling: String) -> String {
    var result: [UInt8] = []
    for byte in spelling.utf8 {
      let isDigit = byte >= 0x30 && byte <= 0x39
      if byte == UInt8(ascii: "."), result.last.map({ $0 < 0x30 }) ?? true { result.append(0x30) }
      if !isDigit, result.last == UInt8(ascii: ".") { result.append(0x30) }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
