import Source
import Values

/// Builds a tree from parts of another and from values.
struct TreeAssembler {
  private(set) var tree = Tree()
  private var nameIndex: [String: Int32] = [:]

  mutating func name(_ text: String) -> Int32 {
    if let known = nameIndex[text], tree.names[Int(known)].sameScalars(as: text) { return known }
    let index = Int32(tree.names.count)
    tree.names.append(text)
    nameIndex[text] = index
    return index
  }

  mutating func add(_ node: Node, _ children: [Int32] = []) -> Int32 {
    var node = node
    node.first = Int32(tree.children.count)
    node.count = Int32(children.count)
    tree.children += children
    node.height = (children.map { tree[$0].height }.max() ?? 0) + 1
    tree.nodes.append(node)
    return Int32(tree.nodes.count - 1)
  }

  private static let place = TextRange(0, 0)

  mutating func literal(_ value: Value) -> Int32 {
    var node = Node(kind: .literal, range: Self.place)
    node.text = Int32(tree.constants.count)
    tree.constants.append(value)
    return add(node)
  }

  mutating func call(_ function: String, _ arguments: [Int32]) -> Int32 {
    var node = Node(kind: .call, range: Self.place)
    node.text = name(function)
    return add(node, arguments)
  }

  mutating func bind(_ variable: String, _ value: Int32, _ body: Int32) -> Int32 {
    var node = Node(kind: .bind, range: Self.place)
    node.text = name(variable)
    return add(node, [value, body])
  }

  mutating func chain(_ kind: NodeKind, _ operands: [Int32], _ operators: [Operator] = []) -> Int32
  {
    var node = Node(kind: kind, range: Self.place)
    if operators.count == 1 { node.code = operators[0].rawValue }
    if operators.count > 1 {
      let first = tree.children.count
      for (index, operation) in operators.enumerated() {
        tree.operators[Int32(first + index + 1)] = operation
      }
    }
    return add(node, operands)
  }

  /// A node of another tree with other children.
  mutating func rebuilt(_ source: Tree, _ node: Int32, _ children: [Int32]) -> Int32 {
    var copy = source[node]
    switch copy.kind {
    case .literal: return literal(source.constant(node))
    case .arithmetic, .relation:
      let operators = (1..<Int(copy.count)).map { source.chainOperator(node, $0) }
      return chain(copy.kind, children, operators)
    default: break
    }
    if copy.text >= 0 { copy.text = name(source.names[Int(copy.text)]) }
    if copy.second >= 0 { copy.second = name(source.names[Int(copy.second)]) }
    copy.range = Self.place
    return add(copy, children)
  }

  /// The expression of a value; nil when it has none, or one beyond the limits.
  mutating func inlined(_ value: Value, _ limits: Limits) -> Int32? {
    var budget = limits.inlinedNodes
    guard Self.isInlinable(value, limits, &budget) else { return nil }
    return expression(of: value)
  }

  private static func isInlinable(
    _ value: Value,
    _ limits: Limits,
    _ budget: inout Int
  ) -> Bool {
    budget -= 1
    guard budget >= 0 else { return false }
    switch value {
    case .null, .bool, .int, .uint, .timestamp, .duration, .optional(nil): return true
    case .double(let double): return double.isFinite
    case .string(let text): return text.utf8.count <= limits.inlinedBytes
    case .bytes(let bytes): return bytes.count <= limits.inlinedBytes
    case .optional(.some(let wrapped)): return isInlinable(wrapped, limits, &budget)
    case .list(let elements):
      return elements.allSatisfy { isInlinable($0, limits, &budget) }
    case .map(let map):
      return map.entries.allSatisfy { entry in
        isInlinable(entry.key.value, limits, &budget) && isInlinable(entry.value, limits, &budget)
      }
    case .type, .record, .enumeration, .opaque: return false
    }
  }

  private mutating func expression(of value: Value) -> Int32 {
    switch value {
    case .timestamp(let timestamp):
      return call("timestamp", [literal(.string(Civil.text(timestamp)))])
    case .duration(let nanoseconds):
      return call("duration", [literal(.string(Civil.text(durationNanoseconds: nanoseconds)))])
    case .optional(let wrapped):
      var space = Node(kind: .identifier, range: Self.place)
      space.text = name("optional")
      var node = Node(kind: .memberCall, range: Self.place)
      node.text = name(wrapped == nil ? "none" : "of")
      var children = [add(space)]
      if let wrapped { children.append(expression(of: wrapped)) }
      return add(node, children)
    case .list(let elements):
      return add(Node(kind: .list, range: Self.place), elements.map { expression(of: $0) })
    case .map(let map):
      var children: [Int32] = []
      for entry in map.entries {
        children.append(expression(of: entry.key.value))
        children.append(expression(of: entry.value))
      }
      return add(Node(kind: .map, range: Self.place), children)
    default: return literal(value)
    }
  }
}
