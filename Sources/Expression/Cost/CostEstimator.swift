import Source
import Values

/// What is estimated of a part of an expression.
struct Estimate {
  /// The least that coming to a value costs.
  var least: Int
  /// A bound from below on what is charged before it fails: errors may be absorbed outside of it.
  var failing: Int
  var worst: Int
  var shape: Shape

  init(_ cost: Int, _ shape: Shape, failing: Int? = nil) {
    least = cost
    worst = cost
    self.failing = failing ?? cost
    self.shape = shape
  }

  init(least: Int, worst: Int, failing: Int, _ shape: Shape) {
    self.least = least
    self.worst = worst
    self.failing = failing
    self.shape = shape
  }

  /// The least when an error counts as a value.
  var absorbed: Int { min(least, failing) }
}

/// The static estimate of cost: one walk over a checked tree.
///
/// Prices are those that evaluation charges (`CostUnits`, `LoopPrices`); sizes that are not known
/// become intervals, as in cel-go's estimate. Where cel-go's least is no bound (a loop that stops
/// early, the comparison with an empty text, an error that `||` absorbs) this one is lower.
struct CostEstimator {
  let checker: Checker
  let limits: Limits
  /// What a size is at most that nothing declares.
  let undeclaredSize: Int
  private var locals: [Shape]
  /// The estimate of each node, to find the costliest.
  private var worsts: [Int]
  private var leasts: [Int]

  init(_ checker: Checker, limits: Limits, undeclaredSize: Int) {
    self.checker = checker
    self.limits = limits
    self.undeclaredSize = max(0, undeclaredSize)
    locals = Array(repeating: .scalar, count: max(1, checker.localCount))
    worsts = Array(repeating: 0, count: checker.tree.nodes.count)
    leasts = worsts
  }

  mutating func interval() -> CostInterval {
    let estimate = estimate(checker.tree.root)
    return CostInterval(least: estimate.least, worst: estimate.worst)
  }

  mutating func costliest() -> (range: TextRange, cost: CostInterval) {
    _ = estimate(checker.tree.root)
    let tree = checker.tree
    var node = tree.root
    while let next = tree.children(node).max(by: { worsts[Int($0)] < worsts[Int($1)] }),
      worsts[Int(next)] > worsts[Int(tree.root)] / 2
    {
      node = next
    }
    return (
      tree[node].range, CostInterval(least: leasts[Int(node)], worst: worsts[Int(node)])
    )
  }

  mutating func estimate(_ node: Int32) -> Estimate {
    var result = deduce(node)
    let kinds = ShapeKinds(checker.types[Int(node)])
    if kinds != .any { result.shape.kinds = kinds }
    worsts[Int(node)] = result.worst
    leasts[Int(node)] = result.least
    return result
  }

  private mutating func deduce(_ node: Int32) -> Estimate {
    let tree = checker.tree
    switch tree[node].kind {
    case .literal: return Estimate(0, shape(of: tree.constant(node)), failing: .max)
    case .identifier: return name(node)
    case .select: return select(node)
    case .presence:
      let operand = estimate(tree.child(node, 0))
      return Estimate(
        least: (checker.isFlow ? operand.absorbed : operand.least).plus(1),
        worst: operand.worst.plus(1),
        failing: operand.absorbed,
        .scalar
      )
    case .index: return index(node)
    case .call, .memberCall: return call(node)
    case .list, .map: return collection(node)
    case .record:
      let children = Array(tree.children(node))
      let values = stride(from: 1, to: children.count, by: 2).map { estimate(children[$0]) }
      return strict(values, least: CostUnits.record, worst: CostUnits.record, shape(node))
    case .optionalElement: return estimate(tree.child(node, 0))
    case .not, .negate:
      return strict([estimate(tree.child(node, 0))], least: 1, worst: 1, .scalar)
    case .arithmetic, .relation: return chain(node)
    case .and, .or:
      let parts = tree.children(node).map { estimate($0) }
      return Estimate(
        least: parts[0].absorbed,
        worst: parts.reduce(0) { $0.plus($1.worst) },
        failing: parts[0].absorbed,
        .scalar
      )
    case .conditional: return conditional(node)
    case .comprehension: return comprehension(node)
    case .bind, .block: return binding(node)
    case .optionalMap: return optionalMap(node)
    case .invalid: return Estimate(0, .scalar)
    }
  }

  /// A part that evaluates all of `parts` and charges its own price.
  func strict(_ parts: [Estimate], least: Int, worst: Int, _ shape: Shape) -> Estimate {
    Estimate(
      least: parts.reduce(least) { $0.plus($1.least) },
      worst: parts.reduce(worst) { $0.plus($1.worst) },
      failing: parts.first?.absorbed ?? 0,
      shape
    )
  }

  // MARK: Shapes

  /// What the type of a node says of its values.
  func shape(_ node: Int32) -> Shape { shape(of: checker.types[Int(node)], nil) }

  func shape(of type: ExpressionType, _ bounds: SizeBounds?) -> Shape {
    let most = bounds?.most ?? undeclaredSize
    let least = min(bounds?.least ?? 0, most)
    switch type {
    case .null, .bool, .int, .uint, .double, .timestamp, .duration: return .scalar
    case .string: return .text(least, most)
    case .bytes: return .bytes(least, most)
    case .list(let element): return .list(least, most, of: shape(of: element, bounds?.elements))
    case .map(let key, let value):
      let values = shape(of: value, bounds?.elements)
      return .map(least, most, keys: shape(of: key, nil), values: values)
    case .optional(let wrapped), .wrapper(let wrapped):
      return shape(of: wrapped, bounds).shortened()
    case .type, .enumeration, .abstract: return .scalar
    case .record: return .open(undeclaredSize, ShapeKinds(type))
    case .dyn, .any, .error, .parameter: return .open(undeclaredSize)
    }
  }

  func shape(of value: Value) -> Shape {
    switch value {
    case .string(let text):
      let size = text.unicodeScalars.count
      return .text(size, size, byteCount: text.utf8.count)
    case .bytes(let bytes): return .bytes(bytes.count, bytes.count)
    default: return .scalar
    }
  }

  /// The shape of a field.
  private func field(_ name: String, of type: ExpressionType, _ operand: Shape) -> Shape {
    switch type {
    case .record(let record):
      guard let field = checker.environment.records.field(name, of: record) else {
        return .open(undeclaredSize)
      }
      return shape(of: field.type, field.size)
    case .map: return operand.element
    case .optional(let wrapped): return field(name, of: wrapped, operand)
    case .list, .string, .bytes: return .scalar
    default: return .open(undeclaredSize)
    }
  }

  // MARK: Names

  private func name(_ node: Int32) -> Estimate {
    switch checker.bindings[Int(node)] {
    case .variable(let position): return Estimate(1, variable(position))
    case .alias(let position, let fields):
      var type = checker.environment.variables[position].type
      var shape = variable(position)
      for name in fields {
        shape = field(name, of: type, shape)
        type = checker.fieldType(name, of: type) ?? .dyn
      }
      return Estimate(1 + fields.count, shape, failing: 1)
    case .local(let place): return Estimate(1, locals[place])
    case .constant: return Estimate(0, .scalar, failing: .max)
    default: return Estimate(0, .open(undeclaredSize))
    }
  }

  private func variable(_ position: Int) -> Shape {
    let variable = checker.environment.variables[position]
    return shape(of: variable.type, variable.size)
  }

  private mutating func select(_ node: Int32) -> Estimate {
    guard case .none = checker.bindings[Int(node)] else { return name(node) }
    let operand = estimate(checker.tree.child(node, 0))
    let type = checker.types[Int(checker.tree.child(node, 0))]
    let field = field(checker.tree.name(node), of: type, operand.shape)
    // `.?` of a step that has not run is nothing, no error.
    let isAbsorbing = checker.tree[node].flag && checker.isFlow
    let least = isAbsorbing ? operand.absorbed : operand.least
    return Estimate(
      least: least.plus(1),
      worst: operand.worst.plus(1),
      failing: operand.absorbed,
      checker.tree[node].flag ? field.shortened() : field
    )
  }

  private mutating func index(_ node: Int32) -> Estimate {
    let operand = estimate(checker.tree.child(node, 0))
    let key = estimate(checker.tree.child(node, 1))
    let keyNode = checker.tree.child(node, 1)
    var shape = operand.shape.element
    if case .record = checker.types[Int(checker.tree.child(node, 0))] {
      shape = .open(undeclaredSize)
      if checker.tree[keyNode].kind == .literal,
        case .string(let name) = checker.tree.constant(keyNode)
      {
        shape = field(name, of: checker.types[Int(checker.tree.child(node, 0))], operand.shape)
      }
    }
    return strict([operand, key], least: 1, worst: 1, shape.shortened())
  }

  // MARK: Collections and control

  private mutating func collection(_ node: Int32) -> Estimate {
    let tree = checker.tree
    let isMap = tree[node].kind == .map
    let children = Array(tree.children(node))
    let parts = children.map { estimate($0) }
    let step = isMap ? 2 : 1
    var optionals = 0
    var values: Shape?
    var keys: Shape?
    for position in stride(from: 0, to: children.count, by: step) {
      if tree[children[position]].kind == .optionalElement { optionals += 1 }
      let value = parts[min(position + step - 1, parts.count - 1)].shape
      values = values?.union(value) ?? value
      if isMap { keys = keys?.union(parts[position].shape) ?? parts[position].shape }
    }
    let count = children.count / step
    let element = values ?? .scalar
    let price = isMap ? CostUnits.map : CostUnits.list
    return strict(
      parts,
      least: price,
      worst: price,
      isMap
        ? .map(count - optionals, count, keys: keys ?? .scalar, values: element)
        : .list(count - optionals, count, of: element)
    )
  }

  private mutating func conditional(_ node: Int32) -> Estimate {
    let parts = checker.tree.children(node).map { estimate($0) }
    guard var result = parts.last else { return Estimate(0, .scalar) }
    var position = parts.count - 3
    while position >= 0 {
      let condition = parts[position]
      let one = parts[position + 1]
      result = Estimate(
        least: condition.least.plus(min(one.least, result.least)),
        worst: condition.worst.plus(max(one.worst, result.worst)),
        failing: condition.absorbed,
        one.shape.union(result.shape)
      )
      position -= 2
    }
    return result
  }

  /// `cel.bind` and `cel.block`: an error of a value counts only where the value is read.
  private mutating func binding(_ node: Int32) -> Estimate {
    let children = Array(checker.tree.children(node))
    let place = Int(checker.places[Int(node)])
    var least = CostUnits.list
    var worst = CostUnits.list
    for (position, child) in children.dropLast().enumerated() {
      let value = estimate(child)
      least = least.plus(value.absorbed)
      worst = worst.plus(value.worst)
      setLocal(place + position, value.shape)
    }
    let body = estimate(children[children.count - 1])
    return Estimate(
      least: least.plus(body.least),
      worst: worst.plus(body.worst),
      failing: CostUnits.list,
      body.shape
    )
  }

  private mutating func optionalMap(_ node: Int32) -> Estimate {
    let target = estimate(checker.tree.child(node, 0))
    setLocal(Int(checker.places[Int(node)]), target.shape)
    let body = estimate(checker.tree.child(node, 1))
    return Estimate(
      least: target.least.plus(2),
      worst: target.worst.plus(1).plus(max(1, body.worst.plus(12))),
      failing: target.absorbed,
      body.shape.shortened()
    )
  }

  mutating func setLocal(_ place: Int, _ shape: Shape) {
    if place < locals.count { locals[place] = shape }
  }
}
