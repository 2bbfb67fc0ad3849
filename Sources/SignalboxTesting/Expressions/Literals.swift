import Expression

/// Spells constants.
enum Literals {
  static let ints: [Int64] = [
    0, 1, 2, 3, -1, 5, 10, 42, 100, -7, 255, 1_000, .max, .min, .max - 1, 1 << 53, (1 << 53) + 1,
    64,
  ]
  static let uints: [UInt64] = [0, 1, 2, 3, 7, 42, 255, .max, 1 << 63, 64]
  static let doubles: [Double] = [
    0, -0.0, 1, 1.5, -2.25, 0.1, 100, 1e10, 1e-7, 1e300, 123_456_789, .infinity, -.infinity, .nan,
    9_007_199_254_740_992, 9.223372036854775e18, .leastNonzeroMagnitude, 0.5, -0.5, 2.5,
  ]
  static let strings = [
    "", "a", "b", "abc", "é", "e\u{301}", "hello world", "A-Z", "日本", "😀", "a,b,c", " x ", "1",
    "true", "%s", "tab\t", "line\n", "quote'\"", "back\\slash", "\u{0}", "İ", "ß", "🇩🇪",
  ]
  static let bytes: [[UInt8]] = [[], [0], [0x61, 0x62], [0xFF], [0xC3, 0xA9], [0xC3], [1, 2, 3]]
  static let timestamps: [Timestamp] = [
    Timestamp(seconds: 0, nanoseconds: 0), Timestamp(seconds: 1_234_567_890, nanoseconds: 5),
    Timestamp(seconds: -62_135_596_800, nanoseconds: 0),
    Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999),
    Timestamp(seconds: -1, nanoseconds: 500_000_000),
    Timestamp(seconds: 1_709_210_096, nanoseconds: 123_000_000),
  ]
  static let durations: [Int64] = [
    0, 1, 1_000_000_000, -1_500_000_000, 3_600_000_000_000, .max, .min + 1, 90_061_001_000_000,
  ]

  /// A text in quotes, in one of the spellings; `text` may hold escapes that are kept.
  static func text(_ escaped: String, _ random: inout RandomSource) -> String {
    random.chance(50) ? "'\(escaped)'" : "\"\(escaped)\""
  }

  /// A string literal.
  static func string(_ text: String, _ random: inout RandomSource) -> String {
    let quote = random.chance(70) ? "'" : random.one(of: ["\"", "'''", "\"\"\""])
    var result = quote
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "'": result += "\\'"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\t" where random.chance(50): result += "\\t"
      case "\u{0}": result += "\\000"
      case _ where scalar.value > 0x7F && scalar.value < 0xFFFF && random.chance(30):
        result += "\\u" + hex(scalar.value, 4)
      case _ where scalar.value > 0xFFFF && random.chance(30):
        result += "\\U" + hex(scalar.value, 8)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + quote
  }

  static func bytes(_ bytes: [UInt8]) -> String {
    "b'"
      + bytes.map {
        $0 >= 0x61 && $0 <= 0x7A ? String(UnicodeScalar($0)) : "\\x" + hex(UInt32($0), 2)
      }
      .joined() + "'"
  }

  static func hex(_ number: UInt32, _ width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension SketchWriter {
  /// A literal, or a construction of literals; nil for types that only variables have.
  mutating func literal(_ type: ExpressionType, depth: Int) -> Sketch? {
    switch type {
    case .bool: return Sketch(random.chance(50) ? "true" : "false", type)
    case .null: return Sketch("null", type)
    case .int:
      let number = random.one(of: Literals.ints)
      if random.chance(8), number >= 0 { return Sketch("0x" + String(number, radix: 16), type) }
      return Sketch("\(number)", type, number < 0 ? .unary : .member)
    case .uint: return Sketch("\(random.one(of: Literals.uints))u", type)
    case .double: return double()
    case .string: return Sketch(Literals.string(random.one(of: Literals.strings), &random), type)
    case .bytes: return Sketch(Literals.bytes(random.one(of: Literals.bytes)), type)
    case .timestamp:
      let text = random.chance(90) ? "2024-02-29T12:30:45Z" : roleText(.timestamp)
      return Sketch("timestamp('\(text)')", type)
    case .duration: return Sketch("duration('\(roleText(.duration))')", type)
    case .abstract("net.IP", _): return Sketch("ip('\(roleText(.address))')", type)
    case .abstract("net.CIDR", _): return Sketch("cidr('\(roleText(.network))')", type)
    case .type: return Sketch(random.one(of: ["int", "string", "bool", "list", "type(1)"]), type)
    case .list(let element): return list(element, depth)
    case .map(let key, let value): return map(key, value, depth)
    case .optional(let wrapped):
      if random.chance(30) { return nothing(wrapped) }
      guard let inner = part(wrapped, depth) else { return nil }
      return Sketch(type, .member, [.text("optional.of("), .part(inner, .conditional), .text(")")])
    case .dyn:
      guard let inner = literal(random.one(of: [.int, .string, .double]), depth: 0) else {
        return nil
      }
      return Sketch(type, .member, [.text("dyn("), .part(inner, .conditional), .text(")")])
    default: return nil
    }
  }

  private mutating func part(_ type: ExpressionType, _ depth: Int) -> Sketch? {
    depth > 0
      ? sketch(type, depth - 1)
      : ExpressionGenerator.isClosed(type) || type == .dyn
        ? literal(type, depth: 0) : leaf(type)
  }

  /// An empty optional of a known type; the type of `optional.none()` would be anything.
  private mutating func nothing(_ wrapped: ExpressionType) -> Sketch? {
    guard let inner = part(wrapped, 0) else { return nil }
    if case .optional = wrapped {
      // Selecting an optional from a map gives it as it is.
      return Sketch(
        .optional(wrapped),
        .member,
        [.text("optional.of("), .part(inner, .conditional), .text(")")]
      )
    }
    return Sketch(
      .optional(wrapped),
      .member,
      [.text("{'a': "), .part(inner, .conditional), .text("}.?none")]
    )
  }

  private mutating func double() -> Sketch {
    let number = random.one(of: Literals.doubles)
    if number.isNaN { return Sketch("double('NaN')", .double) }
    if number.isInfinite { return Sketch("double('\(number < 0 ? "-" : "")Infinity')", .double) }
    let text = number == 0.5 && random.chance(30) ? ".5" : "\(number)"
    return Sketch(text, .double, number.sign == .minus ? .unary : .member)
  }

  private mutating func list(_ element: ExpressionType, _ depth: Int) -> Sketch {
    var parts: [Sketch.Part] = [.text("[")]
    let usesOptional = plan.options.usesOptionals && depth > 0 && random.chance(10)
    for index in 0..<(1 + random.below(3)) {
      let isOptional = usesOptional && random.chance(50)
      guard let part = part(isOptional ? .optional(element) : element, depth) else { break }
      parts += [
        .text((index > 0 ? ", " : "") + (isOptional ? "?" : "")), .part(part, .conditional),
      ]
    }
    return Sketch(.list(element), .member, parts + [.text("]")])
  }

  private mutating func map(
    _ key: ExpressionType,
    _ value: ExpressionType,
    _ depth: Int
  ) -> Sketch {
    var parts: [Sketch.Part] = [.text("{")]
    for index in 0..<(1 + random.below(2)) {
      let name =
        key == .string
        ? Sketch("'\(random.one(of: BindingGenerator.keys))'", key) : part(key, depth)
      guard let name, let content = part(value, depth) else { break }
      parts += [
        .text(index > 0 ? ", " : ""), .part(name, .conditional), .text(": "),
        .part(content, .conditional),
      ]
    }
    return Sketch(.map(key, value), .member, parts + [.text("}")])
  }
}
