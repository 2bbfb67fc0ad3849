import Source
import Values

extension Checker {
  // MARK: Operators

  /// A chain of operators of one level, from left to right.
  mutating func chain(_ node: Int32) -> ExpressionType {
    let children = Array(tree.children(node))
    var left = check(children[0])
    for position in 1..<children.count {
      let right = check(children[position])
      left = binary(
        tree.chainOperator(node, position),
        left,
        right,
        at: node,
        (children[position - 1], children[position])
      )
    }
    return left
  }

  private mutating func binary(
    _ operation: Operator,
    _ left: ExpressionType,
    _ right: ExpressionType,
    at node: Int32,
    _ operands: (Int32, Int32)
  ) -> ExpressionType {
    if left == right, let quick = Checker.quickResult(operation, left) {
      if operation == .equal || operation == .notEqual { checkAllowed(operands, node) }
      return quick
    }
    checkNumbers(operation, (left, right), operands)
    let name: String
    switch operation {
    case .equal, .notEqual: name = "_==_"
    case .less, .lessEqual, .greater, .greaterEqual: name = "_<_"
    case .isIn: name = "_in_"
    default: name = "_\(operation.symbol)_"
    }
    if isFlow, let result = flowComparison(operation, left, right) {
      if operation != .isIn { checkAllowed(operands, node) }
      return result
    }
    if name == "_<_", case .enumeration(let one) = left, right == .enumeration(one) {
      return .bool
    }
    return overload(name, node, [left, right], symbol: operation.symbol)
  }

  /// The usual case: both operands of one scalar type.
  private static func quickResult(
    _ operation: Operator,
    _ type: ExpressionType
  ) -> ExpressionType? {
    switch type {
    case .int, .uint: operation == .isIn ? nil : operation.isComparison ? .bool : type
    case .double:
      operation == .isIn || operation == .remainder ? nil : operation.isComparison ? .bool : type
    case .string, .bytes:
      operation == .add ? type : operation.isComparison && operation != .isIn ? .bool : nil
    case .bool, .timestamp, .duration:
      operation.isComparison && operation != .isIn ? .bool : nil
    default: nil
    }
  }

  /// In flows numbers compare across kinds and anything compares with null.
  private mutating func flowComparison(
    _ operation: Operator,
    _ left: ExpressionType,
    _ right: ExpressionType
  ) -> ExpressionType? {
    let first = unifier.resolve(left)
    let second = unifier.resolve(right)
    switch operation {
    case .equal, .notEqual:
      if first == .null || second == .null { return .bool }
      return first.isNumeric && second.isNumeric ? .bool : nil
    case .less, .lessEqual, .greater, .greaterEqual:
      return first.isNumeric && second.isNumeric ? .bool : nil
    case .isIn:
      switch second {
      case .list(let element) where element.isNumeric && first.isNumeric: return .bool
      case .map(let key, _) where key.isNumeric && first.isNumeric: return .bool
      default: return nil
      }
    default: return nil
    }
  }

  /// Reports a text that an enumerated field can never hold.
  private mutating func checkAllowed(_ operands: (Int32, Int32), _ node: Int32) {
    for (fieldNode, constantNode) in [operands, (operands.1, operands.0)] {
      guard tree[fieldNode].kind == .select, tree[constantNode].kind == .literal,
        case .string(let text) = tree.constant(constantNode),
        case .record(let record) = unifier.resolve(types[Int(tree.child(fieldNode, 0))]),
        let allowed = environment.records.field(tree.name(fieldNode), of: record)?.allowedTexts,
        !allowed.contains(where: { $0.sameScalars(as: text) })
      else { continue }
      let near = Suggestion.nearest(to: text, in: allowed)
      reporter.report(
        .celNeverAllowed,
        Messages.neverAllowed(text, allowed),
        at: tree[constantNode].range,
        hint: Messages.didYouMean(near) ?? Messages.allowedHint(allowed)
      )
    }
  }

  // MARK: Overloads

  /// The type of a function applied to arguments; reports when no overload fits.
  mutating func overload(
    _ name: String,
    _ node: Int32,
    _ arguments: [ExpressionType],
    symbol: String,
    isMember: Bool = false
  ) -> ExpressionType {
    if arguments.contains(.error) {
      let only = declarations.named(name).filter { $0.parameters.count == arguments.count }
      return only.count == 1 && !only[0].isGeneric ? only[0].result : .error
    }
    var result: ExpressionType?
    for overload in overloads(named: name)
    where overload.isMember == isMember && overload.parameters.count == arguments.count {
      let instance = unifier.instantiate(overload)
      guard unifier.areAssignable(arguments, to: instance.parameters) else { continue }
      let type = unifier.resolve(instance.result)
      // What is known of the arguments decides; only unknown ones may take a later overload.
      if result == nil, !unifier.isDoubtful { return type }
      if let known = result {
        if !known.isDynamic, type != known { result = .dyn }
      } else {
        result = type
      }
    }
    if let result { return result }
    let shown = arguments.map { unifier.resolve($0, isFinal: true) }
    let signatures = overloads(named: name).filter { $0.isMember == isMember }.map(\.text)
    if name.utf8.first == 0x5F || name == "-_" {
      let message =
        shown.count == 2
        ? Messages.noOperator(symbol, shown[0], shown[1]) : Messages.noOverload(symbol, shown)
      let isMixed = shown.count == 2 && shown[0].isNumeric && shown[1].isNumeric
      let hasText = shown.contains(.string) && shown.contains { $0.isNumeric }
      mistake(
        .celTypes,
        message,
        at: node,
        hint: symbol == "in" && shown.last == .string
          ? Messages.containsHint(text(tree.child(node, 1)), text(tree.child(node, 0)))
          : isMixed
            ? Messages.mixedNumbersHint : hasText ? Messages.textAndNumberHint(symbol) : nil
      )
    } else {
      mistake(
        .celTypes,
        Messages.noOverload(symbol, shown),
        at: node,
        hint: signatures.isEmpty
          ? memberHint(name, node, isMember: isMember) : Messages.overloadHint(signatures)
      )
    }
    return .error
  }

  /// How to write a call of `f(x, y)` where there is only `x.f(y)`.
  private func memberHint(_ name: String, _ node: Int32, isMember: Bool) -> String? {
    let parts = tree.children(node).map { text($0) }
    guard !isMember, let first = parts.first else { return nil }
    return Messages.callMember(name, first, Array(parts.dropFirst()))
  }

  private func overloads(named name: String) -> [Overload] {
    let declared = environment.functions.filter { $0.name == name }.map {
      Overload(
        parameters: $0.parameters,
        result: $0.result,
        isMember: $0.isMember,
        isGeneric: true,
        text: $0.name
      )
    }
    return declared + declarations.named(name)
  }

  private func isFunction(_ name: String) -> Bool {
    !declarations.named(name).isEmpty || Signatures.variadic.contains(name)
      || environment.functions.contains { $0.name == name }
  }

  // MARK: Calls

  mutating func call(_ node: Int32) -> ExpressionType {
    let name = tree.name(node)
    let nodes = Array(tree.children(node))
    if isFlow, name == "now", nodes.isEmpty, let type = clock(node) { return type }
    for candidate in candidates(name, isAbsolute: tree[node].flag) where isFunction(candidate) {
      bindings[Int(node)] = .function(candidate, dropsReceiver: false)
      return global(candidate, node, nodes)
    }
    if let type = enumerationConversion(name, tree[node].flag, node, nodes) { return type }
    for child in nodes { check(child) }
    unknownFunction(name, at: node)
    return .error
  }

  /// `now()` of a flow reads the journaled time.
  private mutating func clock(_ node: Int32) -> ExpressionType? {
    for name in ["now", "run.now"] {
      guard let position = environment.variableIndex[name] else { continue }
      bindings[Int(node)] = .variable(position)
      return environment.variables[position].type
    }
    if let alias = environment.aliasIndex["now"],
      let position = environment.variableIndex[alias.variable]
    {
      bindings[Int(node)] = .alias(position, alias.fields)
      return .timestamp
    }
    return nil
  }

  private mutating func global(
    _ name: String,
    _ node: Int32,
    _ nodes: [Int32]
  ) -> ExpressionType {
    if isFlow, let form = QueryForm(rawValue: name) { return query(form, node, nodes) }
    let arguments = nodes.map { check($0) }
    if Signatures.variadic.contains(name) { return extreme(name, node, arguments) }
    if name == "int", arguments.count == 1, case .enumeration = unifier.resolve(arguments[0]) {
      return .int
    }
    if name == "default", isFlow, arguments.count == 2 { return defaulted(arguments) }
    if name == "validateSchema", isFlow, arguments.count == 2 {
      return validated(node, nodes, arguments)
    }
    return overload(name, node, arguments, symbol: name)
  }

  private mutating func defaulted(_ arguments: [ExpressionType]) -> ExpressionType {
    var first = unifier.resolve(arguments[0])
    if case .optional(let wrapped) = first { first = wrapped }
    if first == .null { return arguments[1] }
    if first == unifier.resolve(arguments[1]) { return first }
    return .dyn
  }

  /// `math.greatest` and `math.least`.
  private mutating func extreme(
    _ name: String,
    _ node: Int32,
    _ arguments: [ExpressionType]
  ) -> ExpressionType {
    var kinds = arguments.map { unifier.resolve($0) }
    if kinds.count == 1, case .list(let element) = kinds[0] { kinds = [element] }
    let isAccepted =
      !kinds.isEmpty
      && kinds.allSatisfy { kind in
        if case .parameter = kind { return true }
        return kind.isDynamic || kind.isNumeric
      }
    guard isAccepted else {
      mistake(.celTypes, Messages.noOverload(name, kinds), at: node)
      return .error
    }
    return kinds.allSatisfy { $0 == kinds[0] } ? kinds[0] : .dyn
  }

  private mutating func enumerationConversion(
    _ name: String,
    _ isAbsolute: Bool,
    _ node: Int32,
    _ nodes: [Int32]
  ) -> ExpressionType? {
    guard nodes.count == 1, environment.options.hasStrongEnumerations else { return nil }
    for candidate in candidates(name, isAbsolute: isAbsolute)
    where environment.records.enumerations[candidate] != nil {
      check(nodes[0])
      bindings[Int(node)] = .type(candidate)
      return .enumeration(candidate)
    }
    return nil
  }

  mutating func memberCall(_ node: Int32) -> ExpressionType {
    let nodes = Array(tree.children(node))
    let name = tree.name(node)
    if let (parts, isAbsolute) = tree.dottedName(nodes[0]),
      isAbsolute || !scopes.contains(where: { $0.name == parts[0] })
    {
      let full = parts.joined(separator: ".") + "." + name
      for candidate in candidates(full, isAbsolute: isAbsolute) where isFunction(candidate) {
        bindings[Int(node)] = .function(candidate, dropsReceiver: true)
        return global(candidate, node, Array(nodes.dropFirst()))
      }
      let arguments = Array(nodes.dropFirst())
      if let type = enumerationConversion(full, isAbsolute, node, arguments) { return type }
    }
    let overloads = self.overloads(named: name)
    if isFlow, Habits.functions[name] != nil, !overloads.contains(where: \.isMember) {
      // What stands between its parentheses is written for another language.
      return unknownMethod(name, unifier.resolve(check(nodes[0])), node, overloads)
    }
    let arguments = nodes.map { check($0) }
    guard overloads.contains(where: \.isMember) else {
      return unknownMethod(name, unifier.resolve(arguments[0]), node, overloads)
    }
    bindings[Int(node)] = .function(name, dropsReceiver: false)
    return overload(name, node, arguments, symbol: name, isMember: true)
  }

  private mutating func unknownMethod(
    _ name: String,
    _ receiver: ExpressionType,
    _ node: Int32,
    _ global: [Overload]
  ) -> ExpressionType {
    bindings[Int(node)] = .failure(.unknownFunction, Messages.undeclaredFunction(name))
    if receiver == .error { return .error }
    let receiverText = text(tree.child(node, 0))
    let hint: String? =
      Habits.functions[name]
      ?? (global.isEmpty
        ? Messages.didYouMean(Suggestion.nearest(to: name, in: memberNames()))
        : Messages.callGlobal(name, receiverText))
    mistake(.celUnknownFunction, Messages.unknownMethod(name, receiver), at: node, hint: hint)
    return .error
  }

  private mutating func unknownFunction(_ name: String, at node: Int32) {
    bindings[Int(node)] = .failure(.unknownFunction, Messages.undeclaredFunction(name))
    let members = declarations.named(name).contains(where: \.isMember)
    let parts = tree.children(node).map { text($0) }
    let names = declarations.overloads.keys.filter { !$0.hasPrefix("_") }.sorted()
    let hint: String? =
      members
      ? parts.isEmpty
        ? Messages.callMember(name) : Messages.callMember(name, parts[0], Array(parts.dropFirst()))
      : Habits.functions[name]
        ?? Messages.didYouMean(Suggestion.nearest(to: name, in: names + ["has"]))
    mistake(.celUnknownFunction, Messages.unknownFunction(name), at: node, hint: hint)
  }

  private func memberNames() -> [String] {
    let macros = ["all", "exists", "exists_one", "existsOne", "map", "filter", "sortBy"]
    return declarations.overloads.filter { $0.value.contains(where: \.isMember) }.map(\.key)
      .sorted() + macros
  }
}

extension Operator {
  /// Whether the result is a boolean.
  var isComparison: Bool { rawValue >= Operator.equal.rawValue }
}
