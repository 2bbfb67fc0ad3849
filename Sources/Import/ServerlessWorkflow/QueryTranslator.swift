import Values

/// Writes runtime expressions as CEL (specs/machines.md, SWF-5 ff).
struct QueryTranslator {
  /// What `.` stands for.
  var current: String
  /// What variables stand for, by name without `$`.
  var variables: [String: String]

  /// The CEL of an expression whose value is used.
  func value(_ expression: QueryExpression) throws(QueryFault) -> String {
    switch expression {
    case .current: return current
    case .variable, .field, .index: return try path(expression)
    case .literal(let value): return CELText.literal(value)
    case .list(let elements):
      var texts: [String] = []
      for element in elements { texts.append(try value(element)) }
      return "[" + texts.joined(separator: ", ") + "]"
    case .object(let members):
      var texts: [String] = []
      for (key, member) in members {
        texts.append("\(ScriptTranslator.quoted(key)): \(try value(member))")
      }
      return "{" + texts.joined(separator: ", ") + "}"
    case .negation(let operand): return "-(\(try value(operand)))"
    case .binary(let symbol, let left, let right): return try binary(symbol, left, right)
    }
  }

  /// The CEL of an expression used as a condition: only null and false are false.
  func condition(_ expression: QueryExpression) throws(QueryFault) -> String {
    switch expression {
    case .literal(let value): return value == .null || value == .bool(false) ? "false" : "true"
    case .list, .object: return "true"
    case .binary(let symbol, let left, let right) where symbol == "and" || symbol == "or":
      let sign = symbol == "and" ? "&&" : "||"
      return "(\(try condition(left))) \(sign) (\(try condition(right)))"
    case .binary(let symbol, _, _) where ["==", "!=", "<", "<=", ">", ">="].contains(symbol):
      return try value(expression)
    default: return "!(\(try value(expression)) in [null, false])"
    }
  }

  /// A path; what is missing on the way is null.
  private func path(_ expression: QueryExpression) throws(QueryFault) -> String {
    var steps: [String] = []
    var base = expression
    while true {
      switch base {
      case .field(let inner, let name):
        steps.append(
          ScriptTranslator.isName(name) ? ".?\(name)" : "[?\(ScriptTranslator.quoted(name))]"
        )
        base = inner
      case .index(let inner, let index):
        steps.append("[?\(index)]")
        base = inner
      case .variable(let name):
        guard let known = variables[name] else {
          throw QueryFault(what: "the variable `$\(name)`", offset: 0)
        }
        return rooted(known, steps)
      case .current: return rooted(current, steps)
      default: return rooted(try value(base), steps)
      }
    }
  }

  private func rooted(_ base: String, _ steps: [String]) -> String {
    guard !steps.isEmpty else { return base }
    let isName = base.utf8.allSatisfy { byte in
      byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    let root = isName ? base : "dyn(\(base))"
    return root + steps.reversed().joined() + ".orValue(null)"
  }

  private func binary(
    _ symbol: String,
    _ left: QueryExpression,
    _ right: QueryExpression
  ) throws(QueryFault) -> String {
    switch symbol {
    case "and", "or":
      let sign = symbol == "and" ? "&&" : "||"
      return "(\(try condition(left))) \(sign) (\(try condition(right)))"
    case "+": return try sum(left, right)
    case "-", "*": return CELText.arithmetic(try operand(left), symbol, try operand(right))
    case "/": return "double(\(try operand(left))) / double(\(try operand(right)))"
    default: return "\(try operand(left)) \(symbol) \(try operand(right))"
    }
  }

  /// A sum of numbers, texts, lists or objects; null is its neutral element.
  private func sum(
    _ left: QueryExpression,
    _ right: QueryExpression
  ) throws(QueryFault) -> String {
    let (first, second) = (try operand(left), try operand(right))
    if case .literal(.null) = right { return first }
    if case .literal(.null) = left { return second }
    let kinds = [Self.kind(left), Self.kind(right)]
    return CELText.bound(first, "f") { f in
      CELText.bound(second, "s") { s in
        var text: String
        if kinds.contains(.list) || kinds.contains(.text) {
          text = "\(f) + \(s)"
        } else if kinds.contains(.object) {
          text = CELText.merged(f, s)
        } else {
          text = CELText.arithmetic(f, "+", s)
          if !kinds.contains(.number) {
            text =
              "type(\(f)) == map && type(\(s)) == map ? dyn(\(CELText.merged(f, s))) : dyn(\(text))"
          }
        }
        if mayBeNull(right) { text = "\(s) == null ? dyn(\(f)) : dyn(\(text))" }
        if mayBeNull(left) { text = "\(f) == null ? dyn(\(s)) : dyn(\(text))" }
        return mayBeNull(left) || mayBeNull(right) ? "(\(text))" : text
      }
    }
  }

  private enum Kind {
    case number
    case text
    case list
    case object
    case unknown
  }

  private static func kind(_ expression: QueryExpression) -> Kind {
    switch expression {
    case .literal(.int), .literal(.double), .negation: .number
    case .literal(.string): .text
    case .list: .list
    case .object: .object
    case .binary(let symbol, _, _) where ["-", "*", "/", "%"].contains(symbol): .number
    default: .unknown
    }
  }

  private func operand(_ expression: QueryExpression) throws(QueryFault) -> String {
    let text = try value(expression)
    if case .binary(let symbol, _, _) = expression, symbol != "-", symbol != "*" {
      return "(\(text))"
    }
    return text
  }

  private func mayBeNull(_ expression: QueryExpression) -> Bool {
    switch expression {
    case .literal(let value): value == .null
    case .list, .object, .negation: false
    case .binary(let symbol, let left, let right):
      symbol == "+" && mayBeNull(left) && mayBeNull(right)
    default: true
    }
  }
}
