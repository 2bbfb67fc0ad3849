import Source
import Values

/// What a node of the tree is.
enum NodeKind: UInt8 {
  /// A constant; `text` is its index in `constants`.
  case literal
  /// A name; `flag` when it starts with a dot.
  case identifier
  /// `operand.name`; `flag` when optional (`.?`).
  case select
  /// `has(operand.name)`; `flag` when the selection is optional.
  case presence
  /// `operand[index]`; `flag` when optional (`[?`).
  case index
  /// `name(arguments)`; `flag` when the name starts with a dot.
  case call
  /// `receiver.name(arguments)`.
  case memberCall
  /// A list; children marked optional are wrapped in `.optionalElement`.
  case list
  /// A map: keys and values in turn; an optional key is wrapped in `.optionalElement`.
  case map
  /// A message: names in `names`, children are values, optional ones wrapped.
  case record
  /// `?element` within a literal.
  case optionalElement
  case not
  case negate
  /// A chain of one precedence level, left-associative: operands, with `operators` between them.
  case arithmetic
  case relation
  /// Flat chains.
  case and
  case or
  /// Conditions and results in turn, the last child is the alternative.
  case conditional
  /// A macro over a range: children are the range and the macro's expressions.
  case comprehension
  /// `cel.bind(name, value, body)`.
  case bind
  /// `cel.block([values], body)`.
  case block
  /// `target.optMap(name, body)`; `flag` for `optFlatMap`.
  case optionalMap
  /// Stands where a mistake was reported.
  case invalid
}

/// Binary operators.
enum Operator: UInt8 {
  case add, subtract, multiply, divide, remainder
  case equal, notEqual, less, lessEqual, greater, greaterEqual, isIn

  var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .remainder: "%"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessEqual: "<="
    case .greater: ">"
    case .greaterEqual: ">="
    case .isIn: "in"
    }
  }
}

/// Macros that iterate.
enum Comprehension: UInt8 {
  case all, exists, existsOne, filter, map, filterMap
  case transformList, transformMap, transformMapEntry, sortBy

  var name: String {
    switch self {
    case .all: "all"
    case .exists: "exists"
    case .existsOne: "existsOne"
    case .filter: "filter"
    case .map, .filterMap: "map"
    case .transformList: "transformList"
    case .transformMap: "transformMap"
    case .transformMapEntry: "transformMapEntry"
    case .sortBy: "sortBy"
    }
  }
}

/// A node: plain data, its children a window of the tree's `children`.
struct Node {
  var kind: NodeKind
  var flag = false
  /// Raw value of the operator or macro.
  var code: UInt8 = 0
  var height: UInt16 = 1
  var range: TextRange
  /// Index of a name in `names`, or of a constant.
  var text: Int32 = -1
  /// Index of the second variable's name.
  var second: Int32 = -1
  var first: Int32 = 0
  var count: Int32 = 0
}

/// A parsed expression in flat arrays: no recursion to free, nodes named by index.
struct Tree {
  var nodes: [Node] = []
  var children: [Int32] = []
  var names: [String] = []
  var constants: [Value] = []
  /// Operators between the operands of a chain, by position in `children` of the right operand.
  var operators: [Int32: Operator] = [:]
  var root: Int32 = 0

  subscript(node: Int32) -> Node { nodes[Int(node)] }

  /// A child by position.
  func child(_ node: Int32, _ position: Int) -> Int32 {
    children[Int(nodes[Int(node)].first) + position]
  }

  func children(_ node: Int32) -> ArraySlice<Int32> {
    let node = nodes[Int(node)]
    return children[Int(node.first)..<Int(node.first + node.count)]
  }

  /// The name of an identifier, selection, call or variable.
  func name(_ node: Int32) -> String {
    let text = nodes[Int(node)].text
    return text >= 0 ? names[Int(text)] : ""
  }

  func secondName(_ node: Int32) -> String? {
    let text = nodes[Int(node)].second
    return text >= 0 ? names[Int(text)] : nil
  }

  func constant(_ node: Int32) -> Value { constants[Int(nodes[Int(node)].text)] }

  /// The operator before the operand at `position` (1 or more) of a chain.
  func chainOperator(_ node: Int32, _ position: Int) -> Operator {
    let node = nodes[Int(node)]
    if node.count == 2, let only = Operator(rawValue: node.code) { return only }
    return operators[node.first + Int32(position)] ?? .add
  }

  /// The dotted name of a chain of plain selections from an identifier, outermost last.
  func dottedName(_ node: Int32) -> (parts: [String], isAbsolute: Bool)? {
    var parts: [String] = []
    var current = node
    while true {
      let here = self[current]
      switch here.kind {
      case .select where !here.flag && here.code == 0:
        parts.append(name(current))
        current = child(current, 0)
      case .identifier:
        parts.append(name(current))
        parts.reverse()
        return (parts, here.flag)
      default: return nil
      }
    }
  }
}
