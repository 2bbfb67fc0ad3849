import Source
import Values

/// Finds the paths that an expression reads.
struct Reads {
  private let checker: Checker
  private var result: [ValuePath] = []

  static func of(_ checker: Checker) -> [ValuePath] {
    var reads = Reads(checker: checker)
    reads.visit(checker.tree.root, isOptional: false)
    return reads.result
  }

  private init(checker: Checker) { self.checker = checker }

  private mutating func visit(_ node: Int32, isOptional: Bool) {
    let tree = checker.tree
    let here = tree[node]
    if let path = path(node) {
      let variable = checker.environment.variables[path.variable]
      result.append(
        ValuePath(
          slot: variable.slot,
          variable: variable.name,
          fields: path.fields,
          range: here.range,
          isOptionalAccess: isOptional || path.isOptional
        )
      )
      return
    }
    // A query asks whether its parts are there: what is absent is no error.
    for member in checker.queries[node]?.members ?? [] {
      let variable = checker.environment.variables[member.variable]
      result.append(
        ValuePath(
          slot: variable.slot,
          variable: variable.name,
          fields: [],
          range: here.range,
          isOptionalAccess: true
        )
      )
    }
    switch here.kind {
    case .select where isBound(node): return
    case .call, .memberCall:
      let isDefault = tree.name(node) == "default"
      for (position, child) in tree.children(node).enumerated() {
        visit(child, isOptional: isDefault && position == 0)
      }
    case .record:
      for (position, child) in tree.children(node).enumerated() where position % 2 == 1 {
        visit(child, isOptional: false)
      }
    default:
      for child in tree.children(node) {
        visit(child, isOptional: here.kind == .presence || (here.kind == .select && here.flag))
      }
    }
  }

  private func isBound(_ node: Int32) -> Bool {
    if case .none = checker.bindings[Int(node)] { return false }
    return true
  }

  /// The variable and fields of a static path.
  private func path(
    _ node: Int32
  ) -> (variable: Int, fields: [String], isOptional: Bool)? {
    let tree = checker.tree
    switch checker.bindings[Int(node)] {
    case .variable(let position): return (position, [], false)
    case .alias(let position, let fields): return (position, fields, false)
    case .none: break
    default: return nil
    }
    let here = tree[node]
    switch here.kind {
    case .select, .presence:
      guard let inner = path(tree.child(node, 0)) else { return nil }
      return (
        inner.variable, inner.fields + [tree.name(node)],
        inner.isOptional || here.flag || here.kind == .presence
      )
    case .index:
      let key = tree.child(node, 1)
      guard tree[key].kind == .literal, case .string(let name) = tree.constant(key),
        let inner = path(tree.child(node, 0))
      else { return nil }
      // `a[?'b']` asks for the key; a variable without a value is an error there, too.
      return (inner.variable, inner.fields + [name], inner.isOptional)
    default: return nil
    }
  }
}
