import Source
import Values

/// Writes ECMAScript expressions as CEL (specs/machines.md, SCX-10 to SCX-16).
struct ScriptTranslator {
  /// The state field of each variable of the data model.
  var fields: [String: String] = [:]
  /// The name in the flow of each state.
  var states: [String: String] = [:]
  /// Ids of histories, which are never active.
  var histories: Set<String> = []
  /// Ids of final states, whose activity guards do not see.
  var finals: Set<String> = []

  /// An expression that fails whenever it is evaluated.
  static let failing = "[][0]"
  static let processor = "http://www.w3.org/TR/scxml/#SCXMLEventProcessor"

  /// CEL with how tightly its outermost operator binds: 0 conditional, 7 none.
  struct Text {
    var text: String
    var level = 7

    func wrapped(below least: Int) -> String { level < least ? "(\(text))" : text }
  }

  /// The CEL text of an expression whose value is used.
  func value(_ expression: ScriptExpression) throws(ScriptFault) -> String {
    try translate(expression).text
  }

  /// The CEL text of an expression that is used as a condition.
  func condition(_ expression: ScriptExpression) throws(ScriptFault) -> String {
    try truth(expression).text
  }

  // MARK: Conditions

  /// A value as a condition: ECMAScript takes what is absent, null, false, zero or empty as false.
  private func truth(_ expression: ScriptExpression) throws(ScriptFault) -> Text {
    switch expression {
    case .bool(let bool): return Text(text: bool ? "true" : "false")
    case .null, .undefined: return Text(text: "false")
    case .text(let text): return Text(text: text.isEmpty ? "false" : "true")
    case .number(let number): return Text(text: Double(number) == 0 ? "false" : "true")
    case .list, .object: return Text(text: "true")
    case .unary("!", let operand):
      return Text(text: "!" + (try truth(operand)).wrapped(below: 6), level: 6)
    case .binary("&&", let left, let right):
      let both = (try truth(left), try truth(right))
      return Text(text: both.0.wrapped(below: 2) + " && " + both.1.wrapped(below: 2), level: 2)
    case .binary("||", let left, let right):
      let both = (try truth(left), try truth(right))
      return Text(text: both.0.wrapped(below: 1) + " || " + both.1.wrapped(below: 1), level: 1)
    case .conditional(let test, let then, let otherwise):
      let parts = (try truth(test), try truth(then), try truth(otherwise))
      return Text(
        text: parts.0.wrapped(below: 1) + " ? " + parts.1.wrapped(below: 1) + " : "
          + parts.2.wrapped(below: 1),
        level: 0
      )
    default: break
    }
    if isBoolean(expression) { return try translate(expression) }
    let text = try translate(expression)
    let isFalse = "\(text.wrapped(below: 4)) in [null, false, 0, '']"
    guard let path = expression.path, let presence = presence(path) else {
      return Text(text: "!(\(isFalse))", level: 6)
    }
    return Text(text: "\(presence) && !(\(isFalse))", level: 2)
  }

  /// `has(…)` of a path; nil for one that is always there, such as `run.id`.
  private func presence(_ path: [String]) -> String? {
    guard let root = path.first else { return nil }
    // An event without data has null as its data.
    if path == ["_event", "data"] { return nil }
    if root == "_event", path.count > 1 {
      let base = (["event"] + path.dropFirst().dropLast()).joined(separator: ".")
      return "has(\(base).\(path[path.count - 1]))"
    }
    guard let field = fields[root] else { return nil }
    return "has(" + (["state", field] + path.dropFirst()).joined(separator: ".") + ")"
  }

  private func isBoolean(_ expression: ScriptExpression) -> Bool {
    switch expression {
    case .bool, .unary("!", _): return true
    case .binary(let symbol, let left, let right):
      if ["==", "!=", "===", "!==", "<", "<=", ">", ">="].contains(symbol) { return true }
      return ["&&", "||"].contains(symbol) && isBoolean(left) && isBoolean(right)
    case .call(.name("In"), _): return true
    default: return false
    }
  }

  private func isText(_ expression: ScriptExpression) -> Bool {
    switch expression {
    case .text, .unary("typeof", _): return true
    case .binary("+", let left, let right): return isText(left) || isText(right)
    default:
      guard let path = expression.path else { return false }
      return ["_sessionid", "_name"].contains(path[0]) || path == ["_event", "name"]
    }
  }

  // MARK: Values

  private func translate(_ expression: ScriptExpression) throws(ScriptFault) -> Text {
    switch expression {
    case .number(let text): return Text(text: Self.number(text))
    case .text(let text): return Text(text: Self.quoted(text))
    case .bool(let bool): return Text(text: bool ? "true" : "false")
    case .null: return Text(text: "null")
    case .undefined: throw .outOfScope("`undefined` as a value", offset: 0)
    case .name, .member, .index: return Text(text: try reference(expression))
    case .call(let function, let arguments): return try call(function, arguments)
    case .unary(let symbol, let operand): return try unary(symbol, operand)
    case .binary(let symbol, let left, let right): return try binary(symbol, left, right)
    case .conditional(let test, let then, let otherwise):
      let parts = (try truth(test), try translate(then), try translate(otherwise))
      return Text(
        text: parts.0.wrapped(below: 1) + " ? " + parts.1.wrapped(below: 1) + " : "
          + parts.2.wrapped(below: 1),
        level: 0
      )
    case .list(let elements):
      var texts: [String] = []
      for element in elements { texts.append(try translate(element).text) }
      return Text(text: "[" + texts.joined(separator: ", ") + "]")
    case .object(let members):
      var texts: [String] = []
      for (key, value) in members {
        texts.append(Self.quoted(key) + ": " + (try translate(value)).text)
      }
      return Text(text: "{" + texts.joined(separator: ", ") + "}")
    }
  }

  /// Whole numbers are ints, others doubles.
  private static func number(_ text: String) -> String {
    if text.hasPrefix("0x") || Int64(text) != nil { return text }
    let number = Double(text) ?? 0
    let isWhole = number == number.rounded() && abs(number) < 9e15
    return isWhole && !text.contains(".") ? String(Int64(number)) : "\(number)"
  }

  static func quoted(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'": result += "\\'"
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  private func reference(_ expression: ScriptExpression) throws(ScriptFault) -> String {
    switch expression {
    case .name(let name): return try root(name)
    case .member(.name("_event"), "origintype"):
      // Events that were sent have it, those that were raised have not (SCXML 5.10.1).
      return "['\(Self.processor)'][event.type == 'external' ? 0 : 1]"
    case .member(let base, "length"):
      return "size(" + (try translate(base)).text + ")"
    case .member(let base, let field):
      let operand = (try translate(base)).wrapped(below: 7)
      return Self.isName(field) ? "\(operand).\(field)" : "\(operand)[\(Self.quoted(field))]"
    case .index(let base, let key):
      return (try translate(base)).wrapped(below: 7) + "[" + (try translate(key)).text + "]"
    default: return try value(expression)
    }
  }

  private func root(_ name: String) throws(ScriptFault) -> String {
    switch name {
    case "_event": return "event"
    case "_sessionid": return "run.id"
    case "_name": return "run.flow"
    case "_ioprocessors":
      return "{'\(Self.processor)': {'location': '#_scxml_' + run.id}}"
    default:
      if let field = fields[name] { return "state.\(field)" }
      if ["Math", "JSON", "Date", "Object", "Array", "String", "Number", "console"].contains(name) {
        throw .outOfScope("`\(name)`", offset: 0)
      }
      // Reading a name that nobody declares fails (SCXML B.2.2).
      throw .notAnExpression(offset: 0)
    }
  }

  static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, first < 0x30 || first > 0x39 else { return false }
    return !celWords.contains(text)
      && bytes.allSatisfy { byte in
        byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      }
  }

  static let celWords: Set<String> = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "package", "namespace", "null", "return", "true", "var", "void", "while",
  ]

  private func call(
    _ function: ScriptExpression,
    _ arguments: [ScriptExpression]
  ) throws(ScriptFault) -> Text {
    switch (function, arguments.count) {
    case (.name("In"), 1):
      guard case .text(let id) = arguments[0] else {
        throw .outOfScope("`In` of a computed id", offset: 0)
      }
      if finals.contains(id) { throw .outOfScope("`In` of a final state", offset: 0) }
      if histories.contains(id) || states[id] == nil { return Text(text: "false") }
      return Text(text: "in_state(\(Self.quoted(states[id] ?? id)))")
    case (.member(let base, "concat"), _):
      var parts = [try translate(base)]
      for argument in arguments { parts.append(try translate(argument)) }
      if case .list(let elements) = base, elements.isEmpty, parts.count > 1 { parts.removeFirst() }
      let texts = parts.map { $0.wrapped(below: 5) }
      return Text(text: texts.joined(separator: " + "), level: parts.count > 1 ? 4 : 7)
    case (.member(.name("Math"), "pow"), 2):
      guard case .number(let text) = arguments[1], let power = Int(text), 1...8 ~= power else {
        throw .outOfScope("`Math.pow` but with a small whole exponent", offset: 0)
      }
      let factor = (try translate(arguments[0])).wrapped(below: 6)
      return Text(
        text: Array(repeating: factor, count: power).joined(separator: " * "),
        level: power > 1 ? 5 : 7
      )
    case (.name("String"), 1): return Text(text: "string(\(try translate(arguments[0]).text))")
    default: throw .outOfScope("a call of a function", offset: 0)
    }
  }

  private func unary(
    _ symbol: String,
    _ operand: ScriptExpression
  ) throws(ScriptFault) -> Text {
    switch symbol {
    case "!": return try truth(.unary("!", operand))
    case "-": return Text(text: "-" + (try translate(operand)).wrapped(below: 7), level: 6)
    case "typeof": throw .outOfScope("`typeof` but in a comparison with `undefined`", offset: 0)
    default: return try translate(operand)
    }
  }

  private func binary(
    _ symbol: String,
    _ left: ScriptExpression,
    _ right: ScriptExpression
  ) throws(ScriptFault) -> Text {
    switch symbol {
    case "==", "===", "!=", "!==":
      if let text = try absence(left, right, isEqual: symbol.hasPrefix("=")) { return text }
      let both = (try translate(left), try translate(right))
      let sign = symbol.hasPrefix("=") ? "==" : "!="
      return Text(text: "\(both.0.wrapped(below: 4)) \(sign) \(both.1.wrapped(below: 4))", level: 3)
    case "&&", "||":
      guard isBoolean(left), isBoolean(right) else {
        throw .outOfScope("`\(symbol)` that gives one of its sides", offset: 0)
      }
      return try truth(.binary(symbol, left, right))
    case "+":
      let both = (try translate(left), try translate(right))
      if isText(left) != isText(right) {
        let texts = isText(left) ? (both.0, asText(both.1)) : (asText(both.0), both.1)
        return Text(text: texts.0.wrapped(below: 4) + " + " + texts.1.wrapped(below: 5), level: 4)
      }
      return Text(text: both.0.wrapped(below: 4) + " + " + both.1.wrapped(below: 5), level: 4)
    case "-":
      let both = (try translate(left), try translate(right))
      return Text(text: both.0.wrapped(below: 4) + " - " + both.1.wrapped(below: 5), level: 4)
    case "/":
      let both = (try translate(left), try translate(right))
      return Text(text: "double(\(both.0.text)) / double(\(both.1.text))", level: 5)
    case "*", "%":
      let both = (try translate(left), try translate(right))
      return Text(
        text: "\(both.0.wrapped(below: 5)) \(symbol) \(both.1.wrapped(below: 6))",
        level: 5
      )
    default:
      let both = (try translate(left), try translate(right))
      return Text(
        text: "\(both.0.wrapped(below: 4)) \(symbol) \(both.1.wrapped(below: 4))",
        level: 3
      )
    }
  }

  private func asText(_ text: Text) -> Text { Text(text: "string(\(text.text))") }

  /// `typeof x === 'undefined'`, `x === undefined`: a test of presence.
  private func absence(
    _ left: ScriptExpression,
    _ right: ScriptExpression,
    isEqual: Bool
  ) throws(ScriptFault) -> Text? {
    let subject: ScriptExpression
    switch (left, right) {
    case (.unary("typeof", let operand), .text("undefined")),
      (.text("undefined"), .unary("typeof", let operand)):
      subject = operand
    case (let operand, .undefined), (.undefined, let operand): subject = operand
    default: return nil
    }
    if let path = subject.path {
      if path == ["_event", "data"] {
        return Text(text: "event.data \(isEqual ? "==" : "!=") null", level: 3)
      }
      if path == ["_event", "origintype"] {
        return Text(text: "event.type \(isEqual ? "!=" : "==") 'external'", level: 3)
      }
      if let presence = presence(path) {
        return Text(text: (isEqual ? "!" : "") + presence, level: isEqual ? 6 : 7)
      }
      if path.count == 1, fields[path[0]] == nil, !path[0].hasPrefix("_") {
        return Text(text: isEqual ? "true" : "false")
      }
      if path.count == 1 { return Text(text: isEqual ? "false" : "true") }
    }
    throw .outOfScope("`typeof` of what is no path", offset: 0)
  }

  // MARK: Constants

  /// The JSON value of an expression without names; nil when it has some.
  static func constant(_ expression: ScriptExpression) -> Value? {
    switch expression {
    case .number(let text):
      let spelling = number(text)
      return Int64(spelling).map { .int($0) } ?? Double(spelling).map { .double($0) }
    case .text(let text): return .string(text)
    case .bool(let bool): return .bool(bool)
    case .null: return .null
    case .unary("-", .number(let text)): return constant(.number("-" + text))
    case .list(let elements):
      let values = elements.compactMap { constant($0) }
      return values.count == elements.count ? .list(values) : nil
    case .object(let members):
      let values = members.compactMap { member in constant(member.1).map { (member.0, $0) } }
      return values.count == members.count ? .map(ValueMap(values)) : nil
    default: return nil
    }
  }
}
