import Source
import Values

extension Checker {
  /// A name or a selection: the longest declared prefix of a dotted name, then fields.
  mutating func selection(_ node: Int32) -> ExpressionType {
    guard let (parts, isAbsolute) = tree.dottedName(node) else {
      let operand = check(tree.child(node, 0))
      let type = field(tree.name(node), of: operand, at: node, isPresence: false)
      return tree[node].flag ? optionalResult(type) : type
    }
    guard let found = resolve(parts, isAbsolute: isAbsolute) else {
      var base = node
      while tree[base].kind == .select { base = tree.child(base, 0) }
      unknown(parts, at: parts.count > 1 && isDottedMiss(parts) ? node : base)
      let message = Messages.undeclared(parts.joined(separator: "."))
      bindings[Int(node)] = .failure(.unknownName, message)
      return .error
    }
    var path: [Int32] = []
    var bound = node
    for _ in 0..<(parts.count - found.consumed) {
      path.append(bound)
      bound = tree.child(bound, 0)
    }
    bindings[Int(bound)] = found.binding
    var type = found.type
    types[Int(bound)] = type
    for selection in path.reversed() {
      type = field(tree.name(selection), of: type, at: selection, isPresence: false)
      types[Int(selection)] = type
    }
    return type
  }

  private func optionalResult(_ type: ExpressionType) -> ExpressionType {
    if case .optional = type { return type }
    return .optional(type)
  }

  /// The candidates of a name in the container, innermost first.
  func candidates(_ name: String, isAbsolute: Bool) -> [String] {
    guard !isAbsolute, !environment.container.isEmpty else { return [name] }
    var result: [String] = []
    var scope = Substring(environment.container)
    while !scope.isEmpty {
      result.append("\(scope).\(name)")
      if let dot = scope.lastIndex(of: ".") { scope = scope[..<dot] } else { scope = "" }
    }
    result.append(name)
    return result
  }

  private mutating func resolve(
    _ parts: [String],
    isAbsolute: Bool
  ) -> (binding: Binding, type: ExpressionType, consumed: Int)? {
    if !isAbsolute, let local = scopes.last(where: { $0.name == parts[0] }) {
      return (.local(local.place), local.type, 1)
    }
    if isAbsolute, let element = environment.element { return within(element, parts) }
    var name = parts.joined(separator: ".")
    for count in stride(from: parts.count, through: 1, by: -1) {
      for candidate in candidates(name, isAbsolute: isAbsolute) {
        if let found = declared(candidate) { return (found.0, found.1, count) }
      }
      if count == 1 { break }
      name.removeLast(parts[count - 1].utf8.count + 1)
    }
    // Templates of the seed form say `.tasks.x.output.y` for `x.y` (FLOW-SEMANTICS 16).
    if isFlow, isAbsolute, parts.count > 1, parts[0] == "tasks" {
      var rest = Array(parts.dropFirst())
      let hasOutput = rest.count > 1 && rest[1] == "output"
      if hasOutput { rest.remove(at: 1) }
      if let found = resolve(rest, isAbsolute: true) {
        return (found.binding, found.type, found.consumed + (hasOutput ? 2 : 1))
      }
    }
    // Templates of the seed form say `.workflow.input.x` for `input.x`, and have names of their
    // own for what `run` says.
    if isFlow, isAbsolute, parts.count > 1, parts[0] == "workflow" {
      if let field = Self.runFields[parts[1]], let run = environment.variableIndex["run"] {
        let type = fieldType(field, of: environment.variables[run].type) ?? .dyn
        return (.alias(run, [field]), type, 2)
      }
      if let found = resolve(Array(parts.dropFirst()), isAbsolute: true) {
        return (found.binding, found.type, found.consumed + 1)
      }
    }
    return nil
  }

  private static let runFields = ["execution_id": "id", "execution_time": "elapsed"]

  private mutating func declared(_ name: String) -> (Binding, ExpressionType)? {
    if let position = environment.variableIndex[name] {
      return (.variable(position), environment.variables[position].type)
    }
    if let alias = environment.aliasIndex[name],
      let position = environment.variableIndex[alias.variable]
    {
      var type = environment.variables[position].type
      for part in alias.fields {
        type = fieldType(part, of: unifier.resolve(type)) ?? .dyn
      }
      return (.alias(position, alias.fields), type)
    }
    if let value = enumerationMember(name) {
      return (.constant(value), Checker.type(of: value))
    }
    if Checker.typeNames.contains(name) || environment.records.records[name]?.isMessage ?? false
      || environment.records.enumerations[name] != nil
    {
      let value = Value.type(name)
      return (.constant(value), Checker.type(of: value))
    }
    return nil
  }

  static let typeNames: Set<String> = [
    "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
    "google.protobuf.Timestamp", "google.protobuf.Duration", "optional_type", "net.IP", "net.CIDR",
  ]

  private static let nullEnumeration = "google.protobuf.NullValue"

  private func enumerationMember(_ name: String) -> Value? {
    guard !environment.records.enumerations.isEmpty, let dot = name.lastIndex(of: ".") else {
      return nil
    }
    let type = String(name[..<dot])
    guard
      let number = environment.records.enumerations[type]?[String(name[name.index(after: dot)...])]
    else { return nil }
    // `NullValue` means null within a JSON value only; by itself it is a number like any other.
    return environment.options.hasStrongEnumerations && type != Self.nullEnumeration
      ? .enumeration(type: type, number: number) : .int(Int64(number))
  }

  /// Whether a declared dotted variable shares the first part.
  private func isDottedMiss(_ parts: [String]) -> Bool {
    environment.variables.contains { $0.name.hasPrefix(parts[0] + ".") }
  }

  private mutating func unknown(_ parts: [String], at node: Int32) {
    guard isChecking else { return }
    for count in stride(from: parts.count, through: 1, by: -1) {
      if let refusal = environment.refusalIndex[parts[..<count].joined(separator: ".")] {
        return mistake(.celRefusedName, refusal.message, at: node, hint: refusal.hint)
      }
    }
    let declared = environment.variables.map(\.name) + Array(environment.aliasIndex.keys)
    let names = declared + scopes.map(\.name)
    if parts.count > 1 {
      let two = parts.prefix(2).joined(separator: ".")
      let siblings = names.filter { $0.hasPrefix(parts[0] + ".") }.sorted()
      if !siblings.isEmpty {
        let near = Suggestion.nearest(to: two, in: siblings)
        return mistake(
          .celUnknownName,
          Messages.unknownName(two),
          at: node,
          hint: Messages.didYouMean(near) ?? Messages.known(siblings)
        )
      }
    }
    let habit = Habits.names[parts[0]]
    let near = Suggestion.nearest(to: parts[0], in: names.sorted())
    mistake(
      .celUnknownName,
      Messages.unknownName(parts[0]),
      at: node,
      hint: habit ?? Messages.didYouMean(near) ?? Messages.known(names.sorted())
    )
  }

  // MARK: Fields

  /// The declared type of a field, or nil when a record lacks it.
  func fieldType(_ name: String, of type: ExpressionType) -> ExpressionType? {
    switch type {
    case .map(_, let value): value
    case .record(let record): environment.records.field(name, of: record)?.type
    default: .dyn
    }
  }

  /// The type of `operand.name`; reports what cannot be selected.
  mutating func field(
    _ name: String,
    of operand: ExpressionType,
    at node: Int32,
    isPresence: Bool
  ) -> ExpressionType {
    let type = unifier.resolve(operand)
    switch type {
    case .map(let key, let value):
      if !unifier.isAssignable(.string, to: key) {
        mistake(.celTypes, Messages.noSelection(type, name), at: node)
      }
      return value
    case .record(let record):
      if let field = environment.records.field(name, of: record) { return plain(field.type) }
      guard let fields = environment.records.fields(of: record) else { return .dyn }
      let names = fields.map(\.name)
      mistake(
        .celUnknownField,
        Messages.unknownField(name, record),
        at: node,
        hint: Messages.didYouMean(Suggestion.nearest(to: name, in: names))
          ?? environment.fieldHints[record]?(name) ?? Messages.fieldList(names)
      )
      return .error
    case .optional(let wrapped):
      let inner = field(name, of: wrapped, at: node, isPresence: isPresence)
      return optionalResult(inner)
    case .dyn, .any, .error: return .dyn
    case .parameter:
      _ = unifier.isAssignable(.dyn, to: type)
      return .dyn
    case .list, .string, .bytes:
      if name == "length", isFlow, !isPresence {
        reporter.report(
          .celStyle,
          Messages.lengthSugar,
          at: tree[node].range,
          hint: Messages.sizeHint(text(tree.child(node, 0))),
          severity: .note
        )
        return .int
      }
      let hint = name == "length" ? Messages.sizeHint(text(tree.child(node, 0))) : nil
      mistake(.celTypes, Messages.noSelection(type, name), at: node, hint: hint)
      return .error
    default:
      mistake(.celTypes, Messages.noSelection(type, name), at: node)
      return .error
    }
  }

  /// The source text of a node.
  func text(_ node: Int32) -> String {
    let range = tree[node].range
    let utf8 = reporter.source.text.utf8
    guard Int(range.end) <= utf8.count else { return "" }
    let start = utf8.index(utf8.startIndex, offsetBy: Int(range.start))
    let end = utf8.index(utf8.startIndex, offsetBy: Int(range.end))
    return String(reporter.source.text[start..<end])
  }

  /// The type with enumerations as ints, unless they have types of their own.
  private func plain(_ type: ExpressionType) -> ExpressionType {
    if type == .enumeration(Self.nullEnumeration) { return .int }
    guard !environment.options.hasStrongEnumerations else { return type }
    switch type {
    case .enumeration: return .int
    case .list(let element): return .list(plain(element))
    case .map(let key, let value): return .map(key, plain(value))
    default: return type
    }
  }

  // MARK: Messages

  mutating func record(_ node: Int32) -> ExpressionType {
    let name = tree.name(node)
    let children = Array(tree.children(node))
    let found = candidates(name, isAbsolute: tree[node].flag).first {
      environment.records.records[$0]?.isMessage ?? false
    }
    guard let found else {
      let known = environment.records.records.values.filter(\.isMessage).map(\.name)
      mistake(
        .celUnknownName,
        Messages.unknownType(name),
        at: node,
        hint: Messages.didYouMean(Suggestion.nearest(to: name, in: known.sorted()))
      )
      bindings[Int(node)] = .failure(.unknownName, Messages.unknownType(name))
      for index in stride(from: 1, to: children.count, by: 2) { check(children[index]) }
      return .error
    }
    bindings[Int(node)] = .type(found)
    for index in stride(from: 0, to: children.count - 1, by: 2) {
      let given = check(children[index + 1])
      let fieldName = tree.name(children[index])
      guard let field = environment.records.field(fieldName, of: found) else {
        let names = environment.records.fields(of: found)?.map(\.name) ?? []
        mistake(
          .celUnknownField,
          Messages.unknownField(fieldName, found),
          at: children[index],
          hint: Messages.didYouMean(Suggestion.nearest(to: fieldName, in: names))
            ?? Messages.fieldList(names)
        )
        continue
      }
      // A field of that type takes null, too, as it does in JSON.
      if field.type == .enumeration(Self.nullEnumeration), given == .null { continue }
      if !unifier.isAssignable(given, to: plain(field.type)) {
        mistake(
          .celTypes,
          Messages.fieldType(fieldName, field.type, unifier.resolve(given)),
          at: children[index + 1]
        )
      }
    }
    return WellKnown.expressionType(of: found) ?? .record(found)
  }
}

/// Names of other languages, and what CEL says instead.
enum Habits {
  static let names: [String: String] = [
    "True": "write `true`", "False": "write `false`", "None": "write `null`",
    "nil": "write `null`", "undefined": "write `null`, or ask with `has(x.field)`",
    "not": "write `!`", "now": "write `now()` in a flow",
    "end": "`{{ end }}` closes a block, and none is open here",
  ]
  static let functions: [String: String] = [
    "len": "write `size(x)`", "length": "write `size(x)`", "count": "write `size(x)`",
    "includes": "write `x in list`, or `text.contains(part)`",
    "indexOf": "write `x in list`", "toLowerCase": "write `text.lowerAscii()`",
    "toUpperCase": "write `text.upperAscii()`", "lower": "write `text.lowerAscii()`",
    "upper": "write `text.upperAscii()`", "toString": "write `string(x)`",
    "str": "write `string(x)`", "float": "write `double(x)`", "some": "write `exists`",
    "every": "write `all`", "any": "write `exists`", "find": "write `filter(x, …)[0]`",
    "abs": "write `math.abs(x)`", "floor": "write `math.floor(x)`",
    "ceil": "write `math.ceil(x)`", "round": "write `math.round(x)`",
    "sqrt": "write `math.sqrt(x)`", "trunc": "write `math.trunc(x)`",
    "isNull": "write `x == null`", "isNil": "write `x == null`", "isNaN": "write `math.isNaN(x)`",
    "push": "lists cannot change; write `list + [x]`", "concat": "write `a + b`",
    "isEmpty": "write `size(x) == 0`", "match": "write `text.matches('pattern')`",
    "test": "write `text.matches('pattern')`", "startswith": "write `startsWith`",
    "endswith": "write `endsWith`", "reduce": "CEL has no reduce; flows have `sum`, `min`, `max`",
  ]
}
