import Values

/// Writes a tree as canonical text.
///
/// Recursion follows the nesting of the tree, which the parser limits.
struct Unparser {
  private let tree: Tree
  private var result = ""

  /// The text of the subtree at `node`.
  static func text(_ tree: Tree, _ node: Int32) -> String {
    var unparser = Unparser(tree: tree)
    unparser.write(node)
    return unparser.result
  }

  private init(tree: Tree) { self.tree = tree }

  /// How tightly a node binds: what stands in a tighter place needs parentheses.
  private enum Binding: Int, Comparable {
    case conditional, or, and, relation, additive, multiplicative, unary, postfix

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The next tighter one.
    var tighter: Binding { Binding(rawValue: rawValue + 1) ?? .postfix }
  }

  private func binding(_ node: Int32) -> Binding {
    switch tree[node].kind {
    case .conditional: .conditional
    case .or: .or
    case .and: .and
    case .relation: .relation
    case .arithmetic:
      switch tree.chainOperator(node, 1) {
      case .add, .subtract: .additive
      default: .multiplicative
      }
    case .not, .negate: .unary
    // `-1.f()` is read as `(-1).f()`, but not by people.
    case .literal: Self.isNegative(tree.constant(node)) ? .unary : .postfix
    default: .postfix
    }
  }

  private static func isNegative(_ value: Value) -> Bool {
    switch value {
    case .int(let int): int < 0
    case .double(let double): double.sign == .minus
    default: false
    }
  }

  private mutating func write(_ node: Int32, in place: Binding = .conditional) {
    let needsParentheses = binding(node) < place
    if needsParentheses { result += "(" }
    writeBare(node)
    if needsParentheses { result += ")" }
  }

  private mutating func writeBare(_ node: Int32) {
    let here = tree[node]
    switch here.kind {
    case .literal: result += LiteralText.text(tree.constant(node))
    case .identifier: result += (here.flag ? "." : "") + spelled(tree.name(node))
    case .select:
      if let state = unnamableState(node) {
        result += "in_state(\(LiteralText.quoted(state)))"
      } else {
        write(tree.child(node, 0), in: .postfix)
        field(node)
      }
    case .presence:
      result += "has("
      write(tree.child(node, 0), in: .postfix)
      field(node)
      result += ")"
    case .index:
      write(tree.child(node, 0), in: .postfix)
      result += here.flag ? "[?" : "["
      write(tree.child(node, 1))
      result += "]"
    case .call:
      result += (here.flag ? "." : "") + tree.name(node)
      arguments(tree.children(node))
    case .memberCall: member(node, tree.name(node))
    case .list: list(tree.children(node))
    case .map: map(node)
    case .record: record(node)
    case .optionalElement:
      result += "?"
      write(tree.child(node, 0))
    case .not:
      // The grammar repeats one sign but mixes `!` and `-` only with parentheses.
      let operand = tree.child(node, 0)
      result += "!"
      write(operand, in: tree[operand].kind == .negate ? .postfix : .unary)
    case .negate: negation(tree.child(node, 0))
    case .arithmetic, .relation, .and, .or: chain(node)
    case .conditional: conditional(node)
    case .comprehension, .bind, .block, .optionalMap: macro(node)
    case .invalid: break
    }
  }

  // MARK: Names

  /// Variables that only macros of tests can name.
  private func spelled(_ name: String) -> String {
    guard name.utf8.first == 0x40 else { return name }
    if name.hasPrefix("@index") { return "cel.index(\(name.dropFirst(6)))" }
    let parts = name.split(separator: ":")
    guard parts.count == 3 else { return name }
    return "cel.\(parts[0] == "@it" ? "iterVar" : "accuVar")(\(parts[1]), \(parts[2]))"
  }

  /// The id in what `in_state('id')` stands for, when no dotted name can spell it.
  private func unnamableState(_ node: Int32) -> String? {
    guard tree.name(node) == "active", tree[tree.child(node, 0)].kind == .select else { return nil }
    let step = tree.child(node, 0)
    let id = tree.name(step)
    let isSpelled = tree[step].code == 1 || LiteralText.isName(id)
    return isSpelled || tree[tree.child(step, 0)].kind != .identifier ? nil : id
  }

  private mutating func field(_ node: Int32) {
    let here = tree[node]
    let name = tree.name(node)
    result += (here.flag ? ".?" : ".") + (here.code == 1 ? "`\(name)`" : name)
  }

  // MARK: Calls

  private mutating func member(_ node: Int32, _ name: String) {
    write(tree.child(node, 0), in: .postfix)
    result += "." + name
    arguments(tree.children(node).dropFirst())
  }

  private mutating func arguments(_ children: ArraySlice<Int32>) {
    result += "("
    separated(children)
    result += ")"
  }

  private mutating func separated(_ children: ArraySlice<Int32>) {
    for (position, child) in children.enumerated() {
      if position > 0 { result += ", " }
      write(child)
    }
  }

  private mutating func macro(_ node: Int32) {
    let here = tree[node]
    let children = tree.children(node)
    let variable = spelled(tree.name(node))
    switch here.kind {
    case .bind:
      result += "cel.bind(\(variable), "
      separated(children)
      result += ")"
    case .block:
      result += "cel.block("
      list(children.dropLast())
      result += ", "
      separated(children.suffix(1))
      result += ")"
    case .optionalMap:
      write(tree.child(node, 0), in: .postfix)
      result += ".\(here.flag ? "optFlatMap" : "optMap")(\(variable), "
      separated(children.dropFirst())
      result += ")"
    default:
      let macro = Comprehension(rawValue: here.code) ?? .all
      write(tree.child(node, 0), in: .postfix)
      let name = macro == .existsOne && here.flag ? "exists_one" : macro.name
      result += ".\(name)(\(variable), "
      if let second = tree.secondName(node) { result += spelled(second) + ", " }
      separated(children.dropFirst())
      result += ")"
    }
  }

  // MARK: Collections

  private mutating func list(_ children: ArraySlice<Int32>) {
    result += "["
    separated(children)
    result += "]"
  }

  private mutating func map(_ node: Int32) {
    let children = tree.children(node)
    result += "{"
    for (position, child) in children.enumerated() {
      if position > 0 { result += position % 2 == 1 ? ": " : ", " }
      write(child)
    }
    result += "}"
  }

  private mutating func record(_ node: Int32) {
    let children = Array(tree.children(node))
    result += (tree[node].flag ? "." : "") + tree.name(node) + "{"
    for position in stride(from: 0, to: children.count - 1, by: 2) {
      if position > 0 { result += ", " }
      let value = children[position + 1]
      let isOptional = tree[value].kind == .optionalElement
      let name = tree.name(children[position])
      if isOptional { result += "?" }
      result += (LiteralText.isName(name) ? name : "`\(name)`") + ": "
      write(isOptional ? tree.child(value, 0) : value)
    }
    result += "}"
  }

  // MARK: Operators

  /// `-5` is a literal, so that the negation of 5 needs parentheses.
  private mutating func negation(_ operand: Int32) {
    var leftmost = operand
    while tree[leftmost].kind != .literal, tree[leftmost].count > 0,
      binding(leftmost) == .postfix, Self.startsWithOperand(tree[leftmost].kind)
    {
      leftmost = tree.child(leftmost, 0)
    }
    let isNumber = tree[leftmost].kind == .literal && Self.isNumber(tree.constant(leftmost))
    let needsParentheses =
      isNumber && binding(leftmost) == .postfix || tree[operand].kind == .not
    result += needsParentheses ? "-(" : "-"
    let place = tree[operand].kind == .not ? Binding.postfix : .unary
    write(operand, in: needsParentheses ? .conditional : place)
    if needsParentheses { result += ")" }
  }

  private static func startsWithOperand(_ kind: NodeKind) -> Bool {
    switch kind {
    case .select, .index, .memberCall, .comprehension, .optionalMap: true
    default: false
    }
  }

  private static func isNumber(_ value: Value) -> Bool {
    switch value {
    case .int, .uint, .double: true
    default: false
    }
  }

  private mutating func chain(_ node: Int32) {
    let place = binding(node).tighter
    for (position, child) in tree.children(node).enumerated() {
      if position > 0 {
        let symbol: String
        switch tree[node].kind {
        case .and: symbol = "&&"
        case .or: symbol = "||"
        default: symbol = tree.chainOperator(node, position).symbol
        }
        result += " \(symbol) "
      }
      write(child, in: place)
    }
  }

  private mutating func conditional(_ node: Int32) {
    for (position, child) in tree.children(node).enumerated() {
      if position > 0 { result += position % 2 == 1 ? " ? " : " : " }
      write(child, in: .or)
    }
  }
}
