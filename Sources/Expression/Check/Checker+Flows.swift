import Source
import Values

/// What only flows have: fields of a block's element, named schemas, findings about numbers.
extension Checker {
  /// A name with a leading dot within a `range` block: a variable of the flow, else a field of the
  /// element.
  mutating func within(
    _ element: String,
    _ parts: [String]
  ) -> (binding: Binding, type: ExpressionType, consumed: Int)? {
    let skipped = parts.count > 1 && parts[0] == "workflow" ? 1 : 0
    let rest = parts.dropFirst(skipped)
    for count in stride(from: rest.count, through: 1, by: -1) {
      let name = rest.prefix(count).joined(separator: ".")
      if let position = environment.variableIndex[name] {
        return (.variable(position), environment.variables[position].type, count + skipped)
      }
    }
    guard let position = environment.variableIndex[element] else { return nil }
    let type = unifier.resolve(environment.variables[position].type)
    switch type {
    case .map, .record, .optional, .parameter: break
    default: if !type.isDynamic { return nil }
    }
    guard let field = fieldType(parts[0], of: type) else { return nil }
    return (.alias(position, [parts[0]]), field, 1)
  }

  /// `validateSchema(value, 'name')`: the value, when the schema of that name accepts it.
  mutating func validated(
    _ node: Int32,
    _ nodes: [Int32],
    _ arguments: [ExpressionType]
  ) -> ExpressionType {
    guard tree[nodes[1]].kind == .literal, case .string(let name) = tree.constant(nodes[1]) else {
      mistake(.celTypes, Messages.schemaName, at: nodes[1])
      return arguments[0]
    }
    if environment.schemaChecks[name] == nil {
      let names = environment.schemaChecks.keys.sorted()
      mistake(
        .celUnknownName,
        Messages.unknownSchema(name),
        at: nodes[1],
        hint: Messages.didYouMean(Suggestion.nearest(to: name, in: names))
          ?? Messages.schemaNames(names)
      )
    }
    return arguments[0]
  }

  /// Warns where one operand of an arithmetic operator is a number and the other may be any
  /// (FLOW-SEMANTICS 27): `1 + 1.0` is an error, and JSON does not tell which of both a number is.
  mutating func checkNumbers(
    _ operation: Operator,
    _ types: (ExpressionType, ExpressionType),
    _ operands: (Int32, Int32)
  ) {
    guard environment.options.doubtsUndeclaredNumbers, !operation.isComparison else { return }
    let (left, right) = (unifier.resolve(types.0), unifier.resolve(types.1))
    let isNumber =
      left.isNumeric || right.isNumeric
      || (operation != .add && left == .dyn && right == .dyn)
    guard isNumber else { return }
    for (type, operand) in [(left, operands.0), (right, operands.1)] where type == .dyn {
      guard isRead(operand) else { continue }
      let text = text(operand)
      reporter.report(
        .celUndeclaredNumber,
        Messages.undeclaredNumber(text),
        at: tree[operand].range,
        hint: Messages.undeclaredNumberHint(text),
        severity: .warning
      )
    }
  }

  /// Whether a node reads a value from outside, rather than computing one.
  private func isRead(_ node: Int32) -> Bool {
    switch tree[node].kind {
    case .identifier, .select, .index: true
    default: false
    }
  }
}
