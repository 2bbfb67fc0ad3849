import Expression

/// Types with parameters, as functions declare them.
enum TypePattern {
  /// Whether `type` fits `pattern`; learns the parameters.
  static func match(
    _ pattern: ExpressionType,
    _ type: ExpressionType,
    _ known: inout [String: ExpressionType]
  ) -> Bool {
    switch (pattern, type) {
    case (.parameter(let name), _):
      if let before = known[name] { return before == type }
      known[name] = type
      return true
    case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)),
      (.type(let left), .type(let right)):
      return match(left, right, &known)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return match(leftKey, rightKey, &known) && match(leftValue, rightValue, &known)
    default: return pattern == type
    }
  }

  /// The pattern with its parameters replaced.
  static func substitute(
    _ pattern: ExpressionType,
    _ known: [String: ExpressionType]
  ) -> ExpressionType {
    switch pattern {
    case .parameter(let name): known[name] ?? .int
    case .list(let inner): .list(substitute(inner, known))
    case .optional(let inner): .optional(substitute(inner, known))
    case .type(let inner): .type(substitute(inner, known))
    case .map(let key, let value): .map(substitute(key, known), substitute(value, known))
    default: pattern
    }
  }

  /// The type parameters of a function, in order.
  static func parameters(_ function: Environment.Function) -> [String] {
    var result: [String] = []
    func collect(_ type: ExpressionType) {
      switch type {
      case .parameter(let name): if !result.contains(name) { result.append(name) }
      case .list(let inner), .optional(let inner), .type(let inner): collect(inner)
      case .map(let key, let value):
        collect(key)
        collect(value)
      default: break
      }
    }
    for type in function.parameters + [function.result] { collect(type) }
    return result
  }

  /// The type parameters that are keys of maps somewhere.
  static func keys(_ function: Environment.Function) -> Set<String> {
    var result: Set<String> = []
    func collect(_ type: ExpressionType) {
      switch type {
      case .list(let inner), .optional(let inner): collect(inner)
      case .map(let key, let value):
        if case .parameter(let name) = key { result.insert(name) }
        collect(value)
      default: break
      }
    }
    for type in function.parameters + [function.result] { collect(type) }
    return result
  }

  /// Whether values of the type may be keys of maps.
  static func isKey(_ type: ExpressionType) -> Bool {
    switch type {
    case .bool, .int, .uint, .string: true
    default: false
    }
  }
}
