import Values

/// Values and operations of other languages as CEL texts.
enum CELText {
  /// The literal of a JSON value.
  static func literal(_ value: Value) -> String {
    switch value {
    case .string(let text): ScriptTranslator.quoted(text)
    case .list(let elements): "[" + elements.map { literal($0) }.joined(separator: ", ") + "]"
    case .map(let fields):
      "{"
        + fields.entries.map { ScriptTranslator.quoted($0.key.written) + ": " + literal($0.value) }
        .joined(separator: ", ") + "}"
    default: JSONWriter.string(value)
    }
  }

  /// `map` with `value` put at a path of keys; what is missing on the way is made.
  static func inserted(_ value: String, at keys: [String], into map: String) -> String {
    guard let key = keys.first else { return value }
    let quoted = ScriptTranslator.quoted(key)
    var inner = value
    if keys.count > 1 {
      let current = map + StatesPath.field(key)
      inner = inserted(
        value,
        at: Array(keys.dropFirst()),
        into: "(\(quoted) in \(map) ? \(current) : {})"
      )
    }
    return "(\(map).filter(k, k != \(quoted)) + [\(quoted)]).transformMapEntry(i, k, "
      + "{k: k == \(quoted) ? dyn(\(inner)) : \(map)[k]})"
  }

  // MARK: Names for values

  /// Whether a text is so short and cheap that it may be repeated: a path or a literal.
  static func isPlain(_ text: String) -> Bool {
    isNumber(text) || isIntegral(text)
      || text.utf8.allSatisfy { byte in
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
          || byte >= 0x30 && byte <= 0x39
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      }
  }

  /// `body` of a value whose kind only a run knows, computed once.
  static func bound(_ value: String, _ name: String, _ body: (String) -> String) -> String {
    isPlain(value) ? body(value) : "cel.bind(\(name), dyn(\(value)), \(body(name)))"
  }

  // MARK: One kind of number

  /// Whether a text is the literal of a number.
  static func isNumber(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard let first = digits.first, first >= 0x30, first <= 0x39 else { return false }
    return Int64(text) != nil || Double(text) != nil
  }

  /// Whether a text is arithmetic of constant ints.
  private static func isIntegral(_ text: String) -> Bool {
    text.utf8.allSatisfy { "0123456789 +-*()".utf8.contains($0) }
  }

  /// An operation of languages that know one kind of number: ints with ints, else as doubles.
  ///
  /// `symbol` is `+`, `-` or `*`; values that are no numbers are left to the operator.
  static func arithmetic(_ left: String, _ symbol: String, _ right: String) -> String {
    if isIntegral(left), isIntegral(right) { return "(\(left) \(symbol) \(right))" }
    if isIntegral(left), !isNumber(left), isNumber(right) {
      return "(double\(left) \(symbol) \(asDouble(right)))"
    }
    if isNumber(left), isIntegral(right), !isNumber(right) {
      return "(\(asDouble(left)) \(symbol) double\(right))"
    }
    if isNumber(left), isNumber(right) {
      guard (Int64(left) != nil) != (Int64(right) != nil) else {
        return "(\(left) \(symbol) \(right))"
      }
      return "(\(asDouble(left)) \(symbol) \(asDouble(right)))"
    }
    if isNumber(right) {
      let isWhole = Int64(right) != nil
      let other = isWhole ? "double" : "int"
      return bound(left, "a") { a in
        let mixed = isWhole ? "\(a) \(symbol) \(right).0" : "double(\(a)) \(symbol) \(right)"
        return "(type(\(a)) == \(other) ? dyn(\(mixed)) : dyn(\(a) \(symbol) \(right)))"
      }
    }
    if isNumber(left) {
      let isWhole = Int64(left) != nil
      let other = isWhole ? "double" : "int"
      return bound(right, "b") { b in
        let mixed = isWhole ? "\(left).0 \(symbol) \(b)" : "\(left) \(symbol) double(\(b))"
        return "(type(\(b)) == \(other) ? dyn(\(mixed)) : dyn(\(left) \(symbol) \(b)))"
      }
    }
    return bound(left, "a") { a in
      bound(right, "b") { b in
        "(type(\(a)) == double && type(\(b)) == int ? dyn(\(a) \(symbol) double(\(b))) : "
          + "type(\(a)) == int && type(\(b)) == double ? dyn(double(\(a)) \(symbol) \(b)) : "
          + "dyn(\(a) \(symbol) \(b)))"
      }
    }
  }

  private static func asDouble(_ literal: String) -> String {
    Int64(literal) == nil ? literal : "\(literal).0"
  }

  // MARK: Texts and maps

  /// A value as text: texts as they are, others as JSON.
  static func text(_ value: String) -> String {
    bound(value, "t") { t in "(type(\(t)) == string ? string(\(t)) : toJson(\(t)))" }
  }

  /// Two maps as one; the second has the last word.
  static func merged(_ left: String, _ right: String) -> String {
    "cel.bind(a, dyn(\(left)), cel.bind(b, dyn(\(right)), "
      + "(a.filter(k, !(k in b)) + b.filter(k, true))"
      + ".transformMapEntry(i, k, {k: k in b ? dyn(b[k]) : dyn(a[k])})))"
  }

  /// A number as the int that is nearest, halves up.
  static func rounded(_ value: String) -> String {
    if Int64(value) != nil { return value }
    return bound(value, "x") { x in
      "(type(\(x)) == double ? int(math.floor(double(\(x)) + 0.5)) : int(\(x)))"
    }
  }

  /// A list in parts of at most so many elements.
  static func partitioned(_ list: String, _ size: String) -> String {
    "cel.bind(l, dyn(\(list)), cel.bind(n, int(\(size)), n > 0 && type(l) == list ? "
      + "lists.range((size(l) + n - 1) / n).map(i, slice(l, i * n, i * n + n)) : "
      + "\(ScriptTranslator.failing)))"
  }

  /// The ints from one to another in steps.
  static func range(_ first: String, _ last: String, _ step: String) -> String {
    "cel.bind(a, \(rounded(first)), cel.bind(b, \(rounded(last)), cel.bind(s, \(rounded(step)), "
      + "lists.range((b - a) * s < 0 ? 0 : (b - a) / s + 1).map(i, a + i * s))))"
  }
}
