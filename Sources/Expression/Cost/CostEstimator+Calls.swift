import RegularExpression
import Source
import Values

extension CostEstimator {
  // MARK: Operators

  /// A chain of operators of one level, from left to right.
  mutating func chain(_ node: Int32) -> Estimate {
    let children = Array(checker.tree.children(node))
    var left = estimate(children[0])
    for position in 1..<children.count {
      let right = estimate(children[position])
      left = binary(checker.tree.chainOperator(node, position), left, right)
    }
    return left
  }

  private func binary(_ operation: Operator, _ left: Estimate, _ right: Estimate) -> Estimate {
    let (one, other) = (left.shape, right.shape)
    switch operation {
    case .add: return sum(left, right)
    case .equal, .notEqual:
      let most = CostUnits.tenth(min(one.most, other.most))
      return strict(
        [left, right],
        least: CostUnits.tenth(min(one.least, other.least)),
        worst: max(1, most).plus(min(one.parts, other.parts)),
        .scalar
      )
    case .less, .lessEqual, .greater, .greaterEqual:
      guard one.kinds.mayBeWalked, other.kinds.mayBeWalked else {
        return strict([left, right], least: 1, worst: 1, .scalar)
      }
      let least = CostUnits.tenth(min(one.least, other.least))
      return strict(
        [left, right],
        least: min(1, least) == 1 && !one.kinds.contains(.scalar) ? least : min(1, least),
        worst: max(1, CostUnits.tenth(min(one.most, other.most))),
        .scalar
      )
    case .isIn:
      guard other.kinds.contains(.list) else {
        return strict([left, right], least: 1, worst: 1, .scalar)
      }
      let price = other.element.kinds == .scalar ? 0 : min(one.partPrice, other.element.partPrice)
      return strict(
        [left, right],
        least: other.kinds == .list ? other.least : min(1, other.least),
        worst: max(1, other.most.times(price.plus(1))),
        .scalar
      )
    case .subtract, .multiply, .divide, .remainder:
      return strict([left, right], least: 1, worst: 1, .scalar)
    }
  }

  /// `+`: the price depends on what is added.
  private func sum(_ left: Estimate, _ right: Estimate) -> Estimate {
    let (one, other) = (left.shape, right.shape)
    let shared = one.kinds.intersection(other.kinds)
    var least = Int.max
    var worst = 0
    if shared.mayBeWalked {
      least = CostUnits.tenth(one.least.plus(other.least))
      worst = CostUnits.tenth(one.most.plus(other.most))
    }
    if shared.contains(.list) {
      least = min(least, 1)
      worst = max(worst, CostUnits.joinLists(one.most.plus(other.most)))
    }
    let isCertain = one.kinds == other.kinds && (one.kinds == .text || one.kinds == .bytes)
    if !isCertain {
      least = min(least, 1)
      worst = max(worst, 1)
    }
    let isShort = !shared.mayBeWalked && !shared.contains(.list)
    return strict(
      [left, right],
      least: least,
      worst: worst,
      isShort ? .scalar : one.joined(other).shortened(to: isCertain ? .max : one.least)
    )
  }

  // MARK: Calls

  mutating func call(_ node: Int32) -> Estimate {
    let children = Array(checker.tree.children(node))
    switch checker.bindings[Int(node)] {
    case .variable: return Estimate(1, .scalar)
    case .type:
      return strict(
        [estimate(children[children.count - 1])],
        least: 1,
        worst: 1,
        .scalar
      )
    case .function(let name, let dropsReceiver):
      let nodes = dropsReceiver ? Array(children.dropFirst()) : children
      return function(name, nodes.map { estimate($0) }, nodes, node)
    case .query: return query(node, children)
    default: return Estimate(0, .open(undeclaredSize))
    }
  }

  /// A query: the values of its document, and at most so many steps for each as for a large one.
  private mutating func query(_ node: Int32, _ children: [Int32]) -> Estimate {
    let hasMembers = checker.queries[node]?.members != nil
    let parts = hasMembers ? [] : [estimate(children[0])]
    let size = parts.first?.shape.visited ?? Shape.open(undeclaredSize).visited
    return strict(
      parts,
      least: 1,
      worst: size.plus(min(limits.queryCost, size.times(100))).plus(1),
      .open(undeclaredSize)
    )
  }

  private func function(
    _ name: String,
    _ parts: [Estimate],
    _ nodes: [Int32],
    _ node: Int32
  ) -> Estimate {
    switch (name, parts.count) {
    case ("or", 2), ("orValue", 2), ("default", 2):
      let first = name == "default" ? parts[0].absorbed : parts[0].least
      return Estimate(
        least: first.plus(1),
        worst: parts[0].worst.plus(parts[1].worst).plus(1),
        failing: parts[0].absorbed,
        parts[0].shape.union(parts[1].shape).shortened()
      )
    default: break
    }
    let shapes = parts.map(\.shape)
    if let own = ownPrice(name, shapes, nodes) {
      return strict(parts, least: own.least, worst: max(1, own.worst), result(name, shapes, node))
    }
    var worst = 1.plus(extraPrice(name, shapes, nodes))
    var least = 1
    if case .walks = Library.price(name) { worst = shapes.reduce(worst) { $0.plus($1.walkPrice) } }
    if name == "lists.range", let count = literal(nodes[0]) {
      least = count.plus(1)
      worst = least
    }
    return strict(parts, least: least, worst: worst, result(name, shapes, node))
  }

  /// The size of a pattern that is known beforehand; nil for any other.
  private func instructions(_ node: Int32) -> Int? {
    guard checker.tree[node].kind == .literal, case .string(let text) = checker.tree.constant(node)
    else { return nil }
    return (try? Pattern(text))?.instructionCount ?? 0
  }

  private func literal(_ node: Int32) -> Int? {
    guard checker.tree[node].kind == .literal, case .int(let int) = checker.tree.constant(node)
    else { return nil }
    return max(0, Int(int))
  }

  /// The price of functions that charge all of it themselves, as cel-go does.
  private func ownPrice(
    _ name: String,
    _ shapes: [Shape],
    _ nodes: [Int32]
  ) -> (least: Int, worst: Int)? {
    guard case .own = Library.price(name), let first = shapes.first, let last = shapes.last else {
      return nil
    }
    func product(_ one: (Int, Int), _ other: (Int, Int)) -> (Int, Int) {
      (one.0.times(other.0), one.1.times(other.1))
    }
    func tenths(_ shape: Shape) -> (Int, Int) {
      (CostUnits.tenth(shape.least), CostUnits.tenth(shape.most))
    }
    switch name {
    case "contains": return product(tenths(first), tenths(last))
    case "startsWith", "endsWith": return tenths(last)
    case "matches":
      let text = (CostUnits.tenth(first.least.plus(1)), CostUnits.tenth(first.most.plus(1)))
      let instructions = instructions(nodes[nodes.count - 1])
      let most = CostUnits.pattern(
        last.most,
        instructions: instructions ?? Pattern.maximumInstructionCount
      )
      let price = product(text, (CostUnits.quarter(last.least), most))
      let compiling = last.byteCount.plus(Pattern.maximumInstructionCount / 4)
      return (price.0, instructions != nil ? price.1 : price.1.plus(compiling))
    case "string", "bytes":
      let walked: ShapeKinds = name == "string" ? .bytes : .text
      guard first.kinds.contains(walked) else { return (1, 1) }
      let price = tenths(first)
      return (first.kinds == walked ? price.0 : min(1, price.0), max(1, price.1))
    case "strings.quote": return tenths(first)
    case "format":
      let template = tenths(first)
      let piece = max(140, CostUnits.walk(last.element.renderedBytes))
      return (template.0, template.1.plus(last.most.times(piece)))
    default:
      // The sets: every pair is compared.
      let times = name == "sets.equivalent" ? 2 : 1
      let pairs = product((first.least, first.most), (last.least, last.most))
      let part = min(first.element.partPrice, last.element.partPrice)
      return (
        pairs.0.times(times).plus(1), pairs.1.times(times).times(part.plus(1)).plus(1)
      )
    }
  }

  /// What an implementation charges at most beyond one unit and the walk over its texts.
  private func extraPrice(_ name: String, _ shapes: [Shape], _ nodes: [Int32]) -> Int {
    guard let first = shapes.first else { return 0 }
    let bytes = first.kinds.mayBeWalked ? first.byteCount : 0
    let count = first.kinds.isDisjoint(with: [.list, .map, .other]) ? 0 : first.most
    let other = shapes.count > 1 ? shapes[1] : .scalar
    switch name {
    case "lowerAscii", "upperAscii", "trim", "substring", "slice", "charAt":
      return CostUnits.walk(bytes)
    case "reverse": return CostUnits.walk(bytes).plus(count)
    case "lastIndexOf": return bytes.times(other.byteCount / 32).plus(bytes / 16).plus(1)
    case "replace":
      let each = shapes.count > 2 ? shapes[2].byteCount : 0
      let result = bytes.plus(bytes.plus(1).times(each))
      return CostUnits.walk(bytes).plus(bytes.plus(1).times(CostUnits.walk(each)))
        .plus(CostUnits.walk(result))
    case "split": return bytes.plus(2)
    case "join":
      let text = max(first.element.byteCount, first.element.renderedBytes)
      let total = count.times(text.plus(other.byteCount))
      return count.plus(CostUnits.walk(count.times(text))).plus(CostUnits.walk(total))
    case "toJson": return CostUnits.walk(first.renderedBytes)
    case "regex.extract", "regex.extractAll":
      let instructions = instructions(nodes[1]) ?? Pattern.maximumInstructionCount
      let each = (bytes / 4).plus(1).times(PatternFunctions.weight(instructions))
      return other.byteCount.plus(instructions / 4).plus(bytes.plus(2).times(each))
    case "regex.replace":
      let each = shapes.count > 2 ? shapes[2].byteCount : 0
      let result = bytes.plus(bytes.plus(1).times(each)).plus(bytes.times(each))
      let instructions = instructions(nodes[1]) ?? Pattern.maximumInstructionCount
      let weight = PatternFunctions.weight(instructions)
      let search = (bytes / 4).plus(1).times(weight).plus(each / 4)
      return other.byteCount.plus(instructions / 4).plus(bytes.plus(2).times(search))
        .plus(CostUnits.walk(result).times(2))
    case "flatten": return flattened(first)
    case "distinct":
      return count.plus(count.times(count).times(first.element.partPrice.plus(1)))
    case "sort": return count.times(ListFunctions.sortPrice)
    case "sum", "avg":
      let part = first.element
      if part.kinds == .scalar { return count }
      let whole = count.times(max(part.most, part.byteCount))
      return count.times(max(CostUnits.tenth(whole), CostUnits.joinLists(whole)).plus(1))
    case "keys", "values", "optional.unwrap", "unwrapOpt": return count
    case "validateSchema": return first.visited
    case "math.greatest", "math.least", "max", "min": return max(shapes.count, count)
    case "lists.range": return max(undeclaredSize, limits.evaluationCost)
    default: return 0
    }
  }

  /// Elements that flattening to any depth visits.
  private func flattened(_ shape: Shape, depth: Int = 0) -> Int {
    guard shape.kinds.contains(.list), depth < 64 else { return 0 }
    if shape.isOpen { return shape.most.times(2) }
    return shape.most.times(flattened(shape.element, depth: depth + 1).plus(1))
  }

  /// The shape of a result, where it follows from the arguments.
  private func result(_ name: String, _ shapes: [Shape], _ node: Int32) -> Shape {
    guard let first = shapes.first else { return shape(node) }
    switch name {
    case "dyn", "value", "optional.of", "lowerAscii", "upperAscii", "sort": return first
    case "optional.ofNonZeroValue", "trim", "substring", "slice", "charAt", "distinct":
      return first.shortened()
    case "reverse": return first
    case "first", "last": return first.element.shortened()
    case "string":
      let isShort = first.kinds.isDisjoint(with: [.text, .bytes, .other])
      return isShort ? .text(1, 40, byteCount: 40) : shape(node).union(first.shortened())
    case "split":
      let part = Shape.text(0, first.most, byteCount: first.byteCount)
      return .list(0, first.byteCount.plus(1), of: part)
    case "lists.range":
      let count = checker.tree.children(node).last.flatMap { literal($0) }
      return .list(count ?? 0, count ?? undeclaredSize, of: .scalar)
    case "fromJson": return .open(max(undeclaredSize, first.byteCount))
    case "keys": return .list(first.least, first.most, of: first.key)
    case "values": return .list(first.least, first.most, of: first.element)
    default: return shape(node)
    }
  }
}
