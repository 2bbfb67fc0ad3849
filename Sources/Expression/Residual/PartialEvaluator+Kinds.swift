import Values

extension PartialEvaluator {
  /// The part of the new tree that stands for a node.
  mutating func reduce(_ node: Int32, depth: Int32) -> Part {
    if isKnown(node, depth: depth) { return known(node) }
    switch tree[node].kind {
    case .and, .or: return logic(node, depth)
    case .conditional: return conditional(node, depth)
    case .comprehension: return comprehension(node, depth)
    case .bind: return bind(node, depth)
    case .optionalMap: return optionalMap(node, depth)
    case .block: return block(node, depth)
    case .arithmetic: return arithmetic(node, depth)
    case .call, .memberCall: return call(node, depth)
    default: return rebuilt(node, depth)
    }
  }

  /// The node with its operands reduced.
  private mutating func rebuilt(_ node: Int32, _ depth: Int32) -> Part {
    switch checker.bindings[Int(node)] {
    case .none, .function, .type: break
    default: return Part(node: kept(node))
    }
    let operands = Set(self.operands(node))
    let children = tree.children(node).map { child in
      operands.contains(child) ? reduce(child, depth: depth).node : kept(child)
    }
    return Part(node: target.rebuilt(tree, node, children))
  }

  // MARK: Logic

  /// One decisive operand decides, wherever it stands; the others with known value drop out.
  private mutating func logic(_ node: Int32, _ depth: Int32) -> Part {
    let isAnd = tree[node].kind == .and
    var parts: [Int32] = []
    var allAreTruths = true
    for child in tree.children(node) {
      let part = reduce(child, depth: depth)
      if case .bool(let truth)? = part.value {
        if truth != isAnd {
          return Part(node: target.literal(.bool(truth)), value: .bool(truth))
        }
        continue
      }
      if checker.types[Int(child)] != .bool { allAreTruths = false }
      parts.append(part.node)
    }
    // What may be no truth must stay in an operator that finds out, and one of the same kind:
    // chains of two and longer ones name different culprits.
    let count = tree.children(node).count
    if !allAreTruths {
      while parts.count < min(count, 3) { parts.append(target.literal(.bool(isAnd))) }
    }
    return Part(node: parts.count == 1 ? parts[0] : target.chain(tree[node].kind, parts))
  }

  private mutating func conditional(_ node: Int32, _ depth: Int32) -> Part {
    let children = Array(tree.children(node))
    var parts: [Int32] = []
    var index = 0
    var end: Part?
    while index + 1 < children.count, end == nil {
      let condition = reduce(children[index], depth: depth)
      switch condition.value {
      case .bool(true)?: end = reduce(children[index + 1], depth: depth)
      case .bool(false)?: break
      default:
        parts.append(condition.node)
        parts.append(reduce(children[index + 1], depth: depth).node)
      }
      index += 2
    }
    let alternative = end ?? reduce(children[children.count - 1], depth: depth)
    if parts.isEmpty { return alternative }
    return Part(node: target.rebuilt(tree, node, parts + [alternative.node]))
  }

  // MARK: Macros

  private mutating func comprehension(_ node: Int32, _ depth: Int32) -> Part {
    let children = Array(tree.children(node))
    let range = reduce(children[0], depth: depth)
    if let value = range.value, Self.isEmpty(value) {
      switch Comprehension(rawValue: tree[node].code) ?? .all {
      case .all: return Part(node: target.literal(.bool(true)), value: .bool(true))
      case .exists, .existsOne:
        return Part(node: target.literal(.bool(false)), value: .bool(false))
      default: break
      }
    }
    let inner = checker.places[Int(node)] + (tree.secondName(node) == nil ? 1 : 2)
    let parts = children.dropFirst().map { reduce($0, depth: inner).node }
    return Part(node: target.rebuilt(tree, node, [range.node] + parts))
  }

  private static func isEmpty(_ value: Value) -> Bool {
    switch value {
    case .list(let elements): elements.isEmpty
    case .map(let map): map.isEmpty
    default: false
    }
  }

  /// A variable that the rest no longer reads goes with its value, which is evaluated lazily.
  private mutating func bind(_ node: Int32, _ depth: Int32) -> Part {
    let place = checker.places[Int(node)]
    let value = tree.child(node, 0)
    let before = usedPlaces
    usedPlaces.remove(place)
    bindKnown(node, value, place)
    let body = reduce(tree.child(node, 1), depth: place + 1)
    unbind(place)
    let isUsed = usedPlaces.contains(place)
    usedPlaces.remove(place)
    usedPlaces.formUnion(before)
    guard isUsed else { return body }
    let reduced = reduce(value, depth: depth).node
    return Part(node: target.rebuilt(tree, node, [reduced, body.node]))
  }

  private mutating func optionalMap(_ node: Int32, _ depth: Int32) -> Part {
    let wrapped = reduce(tree.child(node, 0), depth: depth)
    if case .optional(nil)? = wrapped.value { return wrapped }
    let body = reduce(tree.child(node, 1), depth: checker.places[Int(node)] + 1)
    return Part(node: target.rebuilt(tree, node, [wrapped.node, body.node]))
  }

  private mutating func block(_ node: Int32, _ depth: Int32) -> Part {
    let children = Array(tree.children(node))
    let place = checker.places[Int(node)]
    var parts: [Int32] = []
    for (index, child) in children.enumerated() {
      parts.append(reduce(child, depth: place + Int32(index)).node)
    }
    return Part(node: target.rebuilt(tree, node, parts))
  }

  // MARK: Operators and calls

  /// Known operands at the start of a chain become one.
  private mutating func arithmetic(_ node: Int32, _ depth: Int32) -> Part {
    let children = Array(tree.children(node))
    let known = children.prefix { isKnown($0, depth: depth) }
    guard known.count > 1 else { return rebuilt(node, depth) }
    let operators = (1..<children.count).map { tree.chainOperator(node, $0) }
    var scratch = TreeAssembler()
    var copies: [Int32] = []
    for child in known { copies.append(copied(child, &scratch)) }
    let prefix = scratch.chain(.arithmetic, copies, Array(operators.prefix(known.count - 1)))
    guard case .value(let value) = evaluate(&scratch, prefix),
      let folded = target.inlined(value, limits)
    else { return rebuilt(node, depth) }
    let rest = children.dropFirst(known.count).map { reduce($0, depth: depth).node }
    let remaining = Array(operators.dropFirst(known.count - 1))
    return Part(node: target.chain(.arithmetic, [folded] + rest, remaining))
  }

  /// Functions that choose between their arguments may be decided by the first.
  private mutating func call(_ node: Int32, _ depth: Int32) -> Part {
    guard case .function(let name, _) = checker.bindings[Int(node)] else {
      return rebuilt(node, depth)
    }
    let operands = self.operands(node)
    guard operands.count == 2, ["default", "or", "orValue"].contains(name),
      isKnown(operands[0], depth: depth)
    else { return rebuilt(node, depth) }
    if let chosen = choice(name, evaluate(operands[0])) {
      if chosen == 1 { return reduce(operands[1], depth: depth) }
      let first = self.known(operands[0])
      guard case .optional(.some(let wrapped))? = first.value, name != "or" else { return first }
      if let inlined = target.inlined(wrapped, limits) {
        return Part(node: inlined, value: wrapped)
      }
    }
    return rebuilt(node, depth)
  }

  /// Which argument such a function gives; nil when the first does not decide.
  private func choice(_ name: String, _ first: Evaluation) -> Int? {
    switch (name, first) {
    case ("or", .value(.optional(let wrapped))): wrapped == nil ? nil : 0
    case ("orValue", .value(.optional(let wrapped))): wrapped == nil ? 1 : 0
    case ("default", .value(.null)), ("default", .value(.optional(nil))),
      ("default", .value(.optional(.some(.null)))):
      1
    case ("default", .value): 0
    case ("default", .failure(let error)):
      switch error.kind {
      case .absent, .noSuchField, .nullValue, .indexOutOfRange: 1
      default: nil
      }
    default: nil
    }
  }
}
