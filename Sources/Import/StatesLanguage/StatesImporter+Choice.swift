import Document
import Source
import Values

// Choices.
extension StatesImporter {
  static let timestampPattern =
    "'^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:"
    + "[0-5][0-9](\\\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$'"

  mutating func choice(_ node: Node, _ scope: Scope) -> Node {
    let input = selected("InputPath", node, from: scope.data)
    let data = isJSONata ? scope.data : output(node, result: input, raw: scope.data)
    var edges: [Node] = []
    for rule in node["Choices"]?.elements ?? [] {
      var test = "false"
      if !isJSONata {
        test = condition(rule, base: input).text
      } else if let condition = rule["Condition"] {
        test = template(condition, base: input)
      }
      var edge: [(String, Node)] = [("when", .quoted(test, at: rule.span))]
      let chosen = rule["Output"].map { template($0, base: input) } ?? data
      edge += edgeAssignments(chosen, variables(rule, base: input), scope, rule)
      edge.append(("target", .text(next(rule, scope), at: rule.span)))
      edges.append(.map(edge, at: rule.span))
    }
    if let fallback = node["Default"]?.string, let target = scope.names[fallback] {
      let chosen = isJSONata ? node["Output"].map { template($0, base: input) } ?? data : data
      let assign = edgeAssignments(chosen, variables(node, base: input), scope, node)
      edges.append(.map(assign + [("target", .text(target, at: node.span))], at: node.span))
    } else {
      let failure = "{'Error': 'States.NoChoiceMatched'}"
      edges.append(.map(failing(failure, to: scope.failed, at: node.span), at: node.span))
    }
    return .map([("on_success", .list(edges, at: node.span))], at: node.span)
  }

  private func edgeAssignments(
    _ data: String,
    _ variables: [(String, Node)],
    _ scope: Scope,
    _ node: Node
  ) -> [(String, Node)] {
    var entries = variables
    if data != scope.data { entries.insert((scope.field, .quoted(data, at: node.span)), at: 0) }
    return entries.isEmpty ? [] : [("assign", .map(entries, at: node.span))]
  }

  /// The CEL of a rule, and whether it needs parentheses inside others.
  private mutating func condition(
    _ rule: Node,
    base: String
  ) -> (text: String, isCompound: Bool) {
    if let inner = rule["Not"] {
      return ("!(\(condition(inner, base: base).text))", false)
    }
    for (key, symbol) in [("And", " && "), ("Or", " || ")] {
      guard let rules = rule[key]?.elements else { continue }
      var parts: [String] = []
      for inner in rules {
        let part = condition(inner, base: base)
        parts.append(part.isCompound && rules.count > 1 ? "(\(part.text))" : part.text)
      }
      return (parts.joined(separator: symbol), true)
    }
    guard let comparison = rule.entries?.first(where: { StatesFields.operators.contains($0.key) })
    else { return ("false", false) }
    return (self.comparison(comparison, rule, base: base), true)
  }

  private mutating func comparison(_ entry: Node.Entry, _ rule: Node, base: String) -> String {
    let span = rule["Variable"]?.span ?? rule.span
    let path = rule["Variable"]?.string ?? "$"
    if entry.key == "IsPresent" {
      let present = presence(path, base: base, at: span)
      if case .bool(false) = entry.value.content { return "!(\(present))" }
      return present
    }
    let variable = cel(path, base: base, at: span)
    if entry.key.hasPrefix("Is") {
      let test = typeTest(String(entry.key.dropFirst(2)), variable)
      if case .bool(false) = entry.value.content { return "!(\(test))" }
      return test
    }
    var name = entry.key
    let operand: String
    if name.hasSuffix("Path") {
      name = String(name.dropLast(4))
      operand = cel(entry.value.string ?? "$", base: base, at: entry.value.span)
    } else {
      operand = CELText.literal(entry.value.value)
    }
    if name == "StringMatches" { return matches(variable, entry.value.string ?? "") }
    let isLiteral = name == entry.key
    let orders = [
      ("LessThanEquals", "<="), ("GreaterThanEquals", ">="), ("LessThan", "<"),
      ("GreaterThan", ">"), ("Equals", "=="),
    ]
    guard let order = orders.first(where: { name.hasSuffix($0.0) }) else { return "false" }
    let type = String(name.dropLast(order.0.count))
    var tests = [typeTest(type, variable)]
    // Values of another type never match; it is no error to ask.
    if !isLiteral { tests.append(typeTest(type, operand)) }
    if type == "Timestamp" {
      if isLiteral, !Self.isTimestamp(entry.value.string ?? "") { return "false" }
      tests.append("timestamp(\(variable)) \(order.1) timestamp(\(operand))")
    } else {
      tests.append("\(variable) \(order.1) \(operand)")
    }
    return tests.joined(separator: " && ")
  }

  private func typeTest(_ type: String, _ value: String) -> String {
    switch type {
    case "Null": "\(value) == null"
    case "Numeric": "type(\(value)) in [int, uint, double]"
    case "String": "type(\(value)) == string"
    case "Boolean": "type(\(value)) == bool"
    default: "type(\(value)) == string && string(\(value)).matches(\(Self.timestampPattern))"
    }
  }

  /// Whether a path is there, asked step by step.
  private mutating func presence(_ text: String, base: String, at span: SourceSpan) -> String {
    guard var parent = StatesPath(text) else { return "false" }
    var tests: [String] = []
    if !parent.isReference {
      // What selects several places is there when it selects any.
      let count = parent.segments.prefix { segment in
        switch segment {
        case .key, .index: true
        default: false
        }
      }.count
      let rest = parent.segments[count...]
      parent.segments.removeSubrange(count...)
      let value = cel(of: parent, base: base, at: span)
      do throws(StatesPathFault) {
        let query = ScriptTranslator.quoted(try StatesPath.query(rest))
        tests.append("jsonpath_exists(dyn(\(value)), \(query))")
      } catch {
        refuse(error.what, at: span)
      }
    }
    while let last = parent.segments.popLast() {
      let value = cel(of: parent, base: base, at: span)
      switch last {
      case .key(let key):
        tests.append("type(\(value)) == map && \(ScriptTranslator.quoted(key)) in \(value)")
      case .index(let index) where index >= 0:
        tests.append("type(\(value)) == list && size(\(value)) > \(index)")
      default: refuse("a test of presence of this path", at: span)
      }
    }
    return tests.isEmpty ? "true" : tests.reversed().joined(separator: " && ")
  }

  private mutating func cel(of path: StatesPath, base: String, at span: SourceSpan) -> String {
    do throws(StatesPathFault) {
      switch path.root {
      case .data: return try path.cel(from: base)
      case .variable(let name):
        return try path.cel(from: readable[name] ?? ScriptTranslator.failing)
      case .context: throw StatesPathFault(what: "a test of presence in the context object")
      }
    } catch {
      refuse(error.what, at: span)
      return "null"
    }
  }

  /// `*` stands for any text; `\*` for itself.
  private func matches(_ variable: String, _ pattern: String) -> String {
    var expression = "^"
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      if scalar == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if scalar == "*", !isEscaped {
        expression += ".*"
      } else {
        if ".*+?()[]{}|^$\\".unicodeScalars.contains(scalar) { expression += "\\" }
        expression.unicodeScalars.append(scalar)
      }
      isEscaped = false
    }
    let text = ScriptTranslator.quoted("(?s)" + expression + "$")
    return "type(\(variable)) == string && string(\(variable)).matches(\(text))"
  }

  /// Full RFC 3339 with an offset.
  static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let shape = Array("dddd-dd-ddTdd:dd:dd".utf8)
    guard bytes.count > shape.count else { return false }
    for (byte, wanted) in zip(bytes, shape) {
      let isRight =
        wanted == UInt8(ascii: "d") ? byte >= 0x30 && byte <= 0x39 : byte == wanted
      if !isRight { return false }
    }
    var rest = bytes.dropFirst(shape.count)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst().drop { $0 >= 0x30 && $0 <= 0x39 }
    }
    if Array(rest) == [UInt8(ascii: "Z")] { return true }
    guard rest.count == 6, let sign = rest.first, sign == 0x2B || sign == 0x2D else { return false }
    return Array(rest)[3] == UInt8(ascii: ":")
  }
}
