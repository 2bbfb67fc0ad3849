import Values

/// Writes expressions of JSONata as CEL (specs/machines.md, ASL-10).
struct JSONataTranslator {
  /// What `$states.input`, `$states.result` and `$states.errorOutput` are, where they are known.
  var states: [String: String]
  /// The CEL of a variable; nil for one that is set nowhere.
  var variables: [String: String]
  /// The CEL of the fields of `$states.context`, by their path.
  var context: ([String]) -> (cel: String, used: Int)?

  /// The CEL of an expression whose value is used; what is missing fails.
  func value(_ expression: JSONataExpression) throws(QueryFault) -> String {
    switch expression {
    case .literal(let value): return CELText.literal(value)
    case .variable, .field, .index: return try path(expression, isOptional: false)
    case .call(let name, let arguments): return try call(name, arguments)
    case .negation(let operand): return "-(\(try value(operand)))"
    case .conditional(let test, let then, let otherwise):
      return "(\(try truth(test)) ? dyn(\(try value(then))) : dyn(\(try value(otherwise))))"
    case .list(let elements):
      var texts: [String] = []
      for element in elements { texts.append("dyn(\(try value(element)))") }
      return "[" + texts.joined(separator: ", ") + "]"
    case .object(let members):
      var texts: [String] = []
      for (key, member) in members {
        texts.append("\(ScriptTranslator.quoted(key)): dyn(\(try value(member)))")
      }
      return "{" + texts.joined(separator: ", ") + "}"
    case .binary(let symbol, let left, let right):
      switch symbol {
      case "and": return "(\(try truth(left)) && \(try truth(right)))"
      case "or": return "(\(try truth(left)) || \(try truth(right)))"
      case "=", "!=", "<", "<=", ">", ">=": return try comparison(symbol, left, right)
      case "in":
        let item = try value(left)
        return CELText.bound(try value(right), "l") { l in
          "(type(\(l)) == list ? dyn(\(item)) in \(l) : dyn(\(item)) == \(l))"
        }
      case "&": return "\(CELText.text(try value(left))) + \(CELText.text(try value(right)))"
      case "/": return "double(\(try value(left))) / double(\(try value(right)))"
      case "%": return "dyn(\(try value(left))) % dyn(\(try value(right)))"
      default: return CELText.arithmetic(try value(left), symbol, try value(right))
      }
    }
  }

  /// The CEL of an expression as a condition: what is missing, null, empty or zero is false.
  private func truth(_ expression: JSONataExpression) throws(QueryFault) -> String {
    switch expression {
    case .literal(.bool(let bool)): return bool ? "true" : "false"
    case .binary(let symbol, _, _)
    where ["and", "or", "=", "!=", "<", "<=", ">", ">=", "in"].contains(symbol):
      return try value(expression)
    case .call(let name, _) where ["not", "exists", "boolean", "contains"].contains(name):
      return try value(expression)
    case .field, .index:
      let path = try path(expression, isOptional: true)
      return "\(path).optMap(v, \(Self.isTrue("v"))).orValue(false)"
    default: return CELText.bound(try value(expression), "v") { "(\(Self.isTrue($0)))" }
    }
  }

  private static func isTrue(_ value: String) -> String {
    "type(\(value)) == bool ? \(value) == true : !(\(value) in [dyn(null), 0, '', [], {}])"
  }

  // MARK: Paths

  /// A path; where it may be missing, an optional.
  private func path(
    _ expression: JSONataExpression,
    isOptional: Bool
  ) throws(QueryFault) -> String {
    var steps: [JSONataExpression] = []
    var base = expression
    while true {
      switch base {
      case .field(let inner, _), .index(let inner, _):
        steps.insert(base, at: 0)
        base = inner
        continue
      default: break
      }
      break
    }
    var root = try self.root(base, &steps)
    if isOptional, steps.isEmpty { return "optional.of(dyn(\(root)))" }
    if isOptional, !CELText.isPlain(root) { root = "dyn(\(root))" }
    let mark = isOptional ? "?" : ""
    for step in steps {
      switch step {
      case .field(_, let name):
        root +=
          ScriptTranslator.isName(name)
          ? ".\(mark)\(name)" : "[\(mark)\(ScriptTranslator.quoted(name))]"
      case .index(_, let index):
        if index < 0, isOptional {
          throw QueryFault(what: "an index from the end here", offset: 0)
        }
        guard index >= 0 || root.utf8.count <= StatesPath.maxRepeatedBytes else {
          throw QueryFault(what: "so many indices from the end", offset: 0)
        }
        root += index >= 0 ? "[\(mark)\(index)]" : "[size(\(root)) - \(-index)]"
      default: break
      }
    }
    return root
  }

  /// What a path starts with; the steps that it uses up are removed.
  private func root(
    _ base: JSONataExpression,
    _ steps: inout [JSONataExpression]
  ) throws(QueryFault) -> String {
    guard case .variable(let name) = base else { return "dyn(\(try value(base)))" }
    guard name == "states" else {
      guard !name.isEmpty else { throw QueryFault(what: "`$` in JSONata", offset: 0) }
      return variables[name] ?? ScriptTranslator.failing
    }
    var keys: [String] = []
    for case .field(_, let key) in steps { keys.append(key) }
    guard let first = keys.first else { throw QueryFault(what: "`$states` as a whole", offset: 0) }
    if first == "context" {
      guard let (cel, used) = context(Array(keys.dropFirst())) else {
        let path = keys.joined(separator: ".")
        throw QueryFault(what: "`$states.\(Messages.shortened(path))`", offset: 0)
      }
      steps.removeFirst(used + 1)
      return cel
    }
    steps.removeFirst()
    return states[first] ?? ScriptTranslator.failing
  }

  /// Whether an expression is a path that may be missing.
  private func mayBeMissing(_ expression: JSONataExpression) -> Bool {
    switch expression {
    case .field(.variable("states"), _): false
    case .field, .index: true
    default: false
    }
  }

  private func comparison(
    _ symbol: String,
    _ left: JSONataExpression,
    _ right: JSONataExpression
  ) throws(QueryFault) -> String {
    let sign = symbol == "=" ? "==" : symbol
    // What is missing is neither equal nor unequal to anything.
    var names: [String] = []
    var paths: [String] = []
    for (name, side) in [("v", left), ("w", right)] {
      if mayBeMissing(side) {
        paths.append("\(try path(side, isOptional: true)).optMap(\(name), ")
        names.append(name)
      } else {
        names.append("dyn(\(try value(side)))")
      }
    }
    var text = "\(names[0]) \(sign) \(names[1])"
    for path in paths.reversed() { text = "\(path)\(text)).orValue(false)" }
    return paths.isEmpty ? "(\(text))" : text
  }

  // MARK: Calls

  private func call(
    _ name: String,
    _ arguments: [JSONataExpression]
  ) throws(QueryFault) -> String {
    switch (name, arguments.count) {
    case ("not", 1): return "!(\(try truth(arguments[0])))"
    case ("boolean", 1): return try truth(arguments[0])
    case ("exists", 1):
      if case .variable(let name) = arguments[0], name != "states" {
        return variables[name].map { "has(\($0))" } ?? "false"
      }
      guard mayBeMissing(arguments[0]) else { return "true" }
      return "\(try path(arguments[0], isOptional: true)).hasValue()"
    case ("parse", 1):
      guard case .literal(.string(let text)) = arguments[0] else { break }
      let value = try? JSONParser.parse(text, duplicateKeys: .keepLast)
      return value.map { CELText.literal($0) } ?? ScriptTranslator.failing
    case ("merge", 1):
      guard case .list(let parts) = arguments[0], let first = parts.first else { break }
      var text = try value(first)
      for part in parts.dropFirst() { text = CELText.merged(text, try value(part)) }
      return text
    default: break
    }
    var values: [String] = []
    for argument in arguments { values.append(try value(argument)) }
    if let text = textCall(name, values) ?? listCall(name, values) ?? numberCall(name, values) {
      return text
    }
    throw QueryFault(what: "the function `$\(Messages.shortened(name))` of JSONata", offset: 0)
  }

  private func textCall(_ name: String, _ values: [String]) -> String? {
    switch (name, values.count) {
    case ("string", 1): CELText.text(values[0])
    case ("length", 1): "size(string(\(values[0])))"
    case ("contains", 2): "string(\(values[0])).contains(string(\(values[1])))"
    case ("split", 2): "string(\(values[0])).split(string(\(values[1])))"
    case ("join", 1): "dyn(\(values[0])).join()"
    case ("join", 2): "dyn(\(values[0])).join(string(\(values[1])))"
    case ("replace", 3):
      "string(\(values[0])).replace(string(\(values[1])), string(\(values[2])))"
    case ("base64encode", 1): "base64.encode(bytes(string(\(values[0]))))"
    case ("base64decode", 1): "string(base64.decode(string(\(values[0]))))"
    case ("parse", 1): "fromJson(\(values[0]))"
    default: nil
    }
  }

  private func listCall(_ name: String, _ values: [String]) -> String? {
    switch (name, values.count) {
    case ("count", 1):
      CELText.bound(values[0], "l") { l in "(type(\(l)) == list ? size(\(l)) : 1)" }
    case ("append", 2):
      CELText.bound(values[0], "a") { a in
        CELText.bound(values[1], "b") { b in
          "((type(\(a)) == list ? dyn(\(a)) : dyn([\(a)])) + "
            + "(type(\(b)) == list ? dyn(\(b)) : dyn([\(b)])))"
        }
      }
    case ("reverse", 1): "dyn(\(values[0])).reverse()"
    case ("distinct", 1): "dyn(\(values[0])).distinct()"
    case ("sort", 1): "sort(dyn(\(values[0])))"
    case ("partition", 2): CELText.partitioned(values[0], values[1])
    case ("range", 3): Self.sequence(CELText.range(values[0], values[1], values[2]))
    case ("keys", 1): Self.sequence("keys(dyn(\(values[0])))")
    default: nil
    }
  }

  private func numberCall(_ name: String, _ values: [String]) -> String? {
    switch (name, values.count) {
    case ("sum", 1): "sum(dyn(\(values[0])))"
    case ("max", 1): "max(dyn(\(values[0])))"
    case ("min", 1): "min(dyn(\(values[0])))"
    case ("average", 1): "avg(dyn(\(values[0])))"
    case ("floor", 1), ("ceil", 1): "int(math.\(name)(double(\(values[0]))))"
    case ("abs", 1): "math.abs(dyn(\(values[0])))"
    case ("sqrt", 1): "math.sqrt(double(\(values[0])))"
    case ("number", 1):
      CELText.bound(values[0], "n") { n in
        "(type(\(n)) in [int, double] ? dyn(\(n)) : dyn(double(\(n))))"
      }
    default: nil
    }
  }

  /// A sequence of one is that one, and an empty one is missing.
  private static func sequence(_ list: String) -> String {
    "cel.bind(l, \(list), size(l) > 1 ? dyn(l) : dyn(l[0]))"
  }
}
