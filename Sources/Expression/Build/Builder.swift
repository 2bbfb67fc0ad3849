import RegularExpression
import Source
import Values

/// Compiled code: a closure over cells.
typealias Code = @Sendable (Context) -> Cell

/// Code with what is known about it.
struct Piece {
  var code: Code
  /// The value, when it is constant.
  var constant: Cell?
  /// What evaluating the constant would have cost: its code charges that, and so do fused forms,
  /// as the price of an expression does not depend on how it is compiled.
  var price = 0
  /// What it reads, when that is simple enough for fused forms.
  var shape = Shape.other

  /// A constant.
  init(constant cell: Cell, price: Int = 0) {
    if price == 0 {
      code = { _ in cell }
    } else {
      code = { context in
        context.charge(price)
        return cell
      }
    }
    constant = cell
    self.price = price
  }

  init(code: @escaping Code, constant: Cell? = nil, price: Int = 0, shape: Shape = .other) {
    self.code = code
    self.constant = constant
    self.price = price
    self.shape = shape
  }

  enum Shape {
    case other
    case slot(Int)
    case local(Int)
    case slotField(Int, Cell)
    case localField(Int, Cell)
  }
}

/// The owners of a program's constants while it is built.
final class Constants {
  var blocks: [Block] = []
}

/// Turns a checked tree into closures.
struct Builder {
  let tree: Tree
  let types: [ExpressionType]
  let bindings: [Binding]
  let queries: [Int32: QueryCall]
  let places: [Int32]
  let environment: Environment
  let messages: MessageRegistry
  /// Owners of the constants that closures hold: an object, so that copies of the builder share it
  /// and adding to it never copies.
  let constants = Constants()
  var isRecording = false
  /// Whether each node notes what it uses up.
  var isNoting = false
  /// Whether nodes are wrapped, so that fused forms would hide parts.
  var isInstrumented: Bool { isRecording || isNoting }
  var reporter: Reporter
  let isFlow: Bool

  init(_ checker: Checker, messages: MessageRegistry) {
    tree = checker.tree
    types = checker.types
    bindings = checker.bindings
    queries = checker.queries
    places = checker.places
    environment = checker.environment
    reporter = checker.reporter
    isFlow = checker.isFlow
    self.messages = messages
  }

  /// A constant cell that lives as long as the program.
  mutating func constant(_ value: Value) -> Cell {
    let block = Block(value)
    constants.blocks.append(block)
    return block.cell
  }

  mutating func text(_ string: String) -> Cell { constant(.string(string)) }

  func constantPiece(_ cell: Cell, price: Int = 0) -> Piece {
    Piece(constant: cell, price: price)
  }

  func failing(_ kind: EvaluationError.Kind, _ message: String, _ node: Int32) -> Piece {
    let range = tree[node].range
    return Piece(code: { $0.fail(kind, message, at: range) })
  }

  mutating func build(_ node: Int32) -> Piece {
    // Without what is known about its parts, nothing is folded or fused.
    guard environment.options.isOptimized else { return Piece(code: compile(node).code) }
    let piece = fold(compile(node), node)
    guard isInstrumented else { return piece }
    let code = piece.code
    if isNoting {
      return Piece(
        code: { context in
          let before = context.remainingCost
          let cell = code(context)
          context.note(before - context.remainingCost, at: node)
          return cell
        },
        constant: piece.constant,
        price: piece.price
      )
    }
    return Piece(
      code: { context in
        let cell = code(context)
        context.record(node, cell)
        return cell
      },
      constant: piece.constant,
      price: piece.price
    )
  }

  /// Units that folding one node may use.
  private static let foldingCost = 2_000

  /// Evaluates what reads nothing once, now.
  private mutating func fold(_ piece: Piece, _ node: Int32) -> Piece {
    let here = tree[node]
    guard piece.constant == nil, isFoldable(here, node) else { return piece }
    let code = piece.code
    var price = 0
    let result: Evaluation = Evaluator.run(
      Evaluator.emptyMemory,
      localCount: 0,
      cost: Self.foldingCost,
      valueSize: 10_000
    ) { context in
      let cell = code(context)
      if cell.isError { return .failure(context.error(cell)) }
      guard !context.isExhausted, context.isWithinLimits(cell) else {
        return .failure(EvaluationError(.costExceeded, "", at: here.range))
      }
      price = Self.foldingCost - context.remainingCost
      return .value(cell.value)
    }
    switch result {
    case .value(let value): return constantPiece(constant(value), price: price)
    case .failure(let error):
      if isFlow, error.kind == .invalidArgument || error.kind == .invalidConversion {
        reporter.report(.celConstantFailure, Messages.badConstant(error.message), at: error.range)
      }
      return piece
    }
  }

  /// Whether a node does work and all its children are constants.
  private func isFoldable(_ here: Node, _ node: Int32) -> Bool {
    switch here.kind {
    case .call, .memberCall:
      switch bindings[Int(node)] {
      case .function(let name, let drops):
        return name != "optional.none"
          && tree.children(node).dropFirst(drops ? 1 : 0).allSatisfy { isConstant($0) }
      case .type: return tree.children(node).allSatisfy { isConstant($0) }
      default: return false
      }
    case .list, .map, .negate, .not, .arithmetic, .relation, .index:
      return tree.children(node).allSatisfy { isConstant($0) }
    default: return false
    }
  }

  private func isConstant(_ node: Int32) -> Bool {
    let here = tree[node]
    switch here.kind {
    case .literal: return true
    case .identifier, .select:
      if case .constant = bindings[Int(node)] { return true }
      return false
    case .optionalElement: return false
    case .not, .negate, .arithmetic, .relation, .index, .list, .map:
      return tree.children(node).allSatisfy { isConstant($0) }
    case .call, .memberCall: return isFoldable(here, node)
    default: return false
    }
  }

  private mutating func compile(_ node: Int32) -> Piece {
    let here = tree[node]
    switch here.kind {
    case .literal:
      return Piece(constant: constant(tree.constant(node)))
    case .identifier: return name(node)
    case .select: return select(node)
    case .presence: return presence(node)
    case .index: return index(node)
    case .call, .memberCall: return call(node)
    case .list: return list(node)
    case .map: return map(node)
    case .record: return record(node)
    case .optionalElement: return build(tree.child(node, 0))
    case .not: return not(node)
    case .negate:
      let operand = build(tree.child(node, 0)).code
      let range = here.range
      return Piece(code: { Arithmetic.negate(operand($0), $0, range) })
    case .arithmetic, .relation: return chain(node)
    case .and, .or: return logic(node)
    case .conditional: return conditional(node)
    case .comprehension: return comprehension(node)
    case .bind: return bind(node)
    case .block: return block(node)
    case .optionalMap: return optionalMap(node)
    case .invalid: return failing(.unknownName, Messages.emptyExpression, node)
    }
  }

  // MARK: Names and fields

  private mutating func name(_ node: Int32) -> Piece {
    let range = tree[node].range
    switch bindings[Int(node)] {
    case .variable(let position):
      return variable(position, range)
    case .alias(let position, let fields): return alias(position, fields, node)
    case .local(let place):
      return Piece(
        code: {
          $0.charge(1)
          return $0.local(place)
        },
        shape: .local(place)
      )
    case .constant(let value): return constantPiece(constant(value))
    case .failure(let kind, let message): return failing(kind, message, node)
    default: return failing(.unknownName, Messages.undeclared(tree.name(node)), node)
    }
  }

  mutating func alias(_ position: Int, _ fields: [String], _ node: Int32) -> Piece {
    var piece = variable(position, tree[node].range)
    for field in fields { piece = self.field(piece, field, node, isOptional: false) }
    return piece
  }

  func variable(_ position: Int, _ range: TextRange) -> Piece {
    let variable = environment.variables[position]
    let slot = variable.slot
    let name = variable.name
    return Piece(
      code: { context in
        context.charge(1)
        let cell = context.slot(slot)
        if cell.tag == Tag.absent {
          return context.fail(.absent, Messages.noValueYet(name), at: range)
        }
        return cell
      },
      shape: .slot(slot)
    )
  }

  private mutating func select(_ node: Int32) -> Piece {
    switch bindings[Int(node)] {
    case .none: break
    default: return name(node)
    }
    let operand = build(tree.child(node, 0))
    return field(operand, tree.name(node), node, isOptional: tree[node].flag)
  }

  private mutating func field(
    _ operand: Piece,
    _ name: String,
    _ node: Int32,
    isOptional: Bool
  ) -> Piece {
    let key = text(name)
    let range = tree[node].range
    let code = operand.code
    let messages = messages
    if isOptional {
      // A step that has not run holds nothing to select from: `.?` and `has` may ask of it
      // (FLOW-SEMANTICS 10).
      let isFlow = isFlow
      return Piece(code: { context in
        context.charge(1)
        let cell = code(context)
        if isFlow, cell.isError, context.error(cell).kind == .absent { return .none }
        return Selection.optional(cell, key, context, range, messages)
      })
    }
    let acceptsLength = isFlow && name == "length"
    var shape = Piece.Shape.other
    if case .slot(let slot) = operand.shape { shape = .slotField(slot, key) }
    if case .local(let place) = operand.shape { shape = .localField(place, key) }
    return Piece(
      code: { context in
        context.charge(1)
        let cell = code(context)
        if cell.tag == Tag.map {
          let value = cell.entries.value(named: key)
          if value.tag != Tag.absent { return value }
        } else if acceptsLength, let size = TextFunctions.size(cell) {
          return Cell(size)
        }
        return Selection.field(cell, key, context, range, messages)
      },
      shape: acceptsLength ? .other : shape
    )
  }

  private mutating func presence(_ node: Int32) -> Piece {
    let operand = build(tree.child(node, 0)).code
    let key = text(tree.name(node))
    let range = tree[node].range
    let messages = messages
    let isFlow = isFlow
    return Piece(code: { context in
      context.charge(1)
      let cell = operand(context)
      if isFlow, cell.isError, context.error(cell).kind == .absent { return Cell(false) }
      return Selection.has(cell, key, context, range, messages)
    })
  }

  private mutating func index(_ node: Int32) -> Piece {
    let operand = build(tree.child(node, 0))
    let key = build(tree.child(node, 1))
    let code = operand.code
    let keyCode = key.code
    let range = tree[node].range
    if tree[node].flag {
      return Piece(code: { context in
        context.charge(1)
        return Arithmetic.optionalIndex(code(context), keyCode(context), context, range)
      })
    }
    return Piece(code: { context in
      context.charge(1)
      return Arithmetic.index(code(context), keyCode(context), context, range)
    })
  }

  // MARK: Logic

  private mutating func not(_ node: Int32) -> Piece {
    let operand = build(tree.child(node, 0)).code
    let range = tree[node].range
    return Piece(code: { context in
      context.charge(1)
      let cell = operand(context)
      if cell.isBool { return Cell(cell.bits == 0) }
      if cell.isError { return cell }
      return Arithmetic.noOverload("!", [cell], context, range)
    })
  }

  private mutating func logic(_ node: Int32) -> Piece {
    let pieces = tree.children(node).map { build($0) }
    let isAnd = tree[node].kind == .and
    let range = tree[node].range
    if pieces.count <= Self.pairedOperands { return paired(pieces[...], isAnd, range) }
    let symbol = isAnd ? "&&" : "||"
    let decisive: UInt64 = isAnd ? 0 : 1
    return Piece(code: { context in
      var failure: Cell?
      for piece in pieces {
        let cell = piece.code(context)
        if cell.isBool {
          if cell.bits == decisive { return cell }
        } else if failure == nil {
          failure = Builder.undecided(cell, cell, symbol, context, range)
        }
      }
      return failure ?? Cell(tag: Tag.bool, bits: decisive ^ 1)
    })
  }

  /// Operands up to which a chain becomes a tree of pairs, which is quicker than a loop.
  private static let pairedOperands = 32

  private func paired(
    _ pieces: ArraySlice<Piece>,
    _ isAnd: Bool,
    _ range: TextRange
  ) -> Piece {
    guard pieces.count > 1 else { return pieces[pieces.startIndex] }
    let middle = pieces.startIndex + (pieces.count + 1) / 2
    let first = paired(pieces[..<middle], isAnd, range).code
    let second = paired(pieces[middle...], isAnd, range).code
    if isAnd {
      return Piece(code: { context in
        let left = first(context)
        if left.isFalse { return left }
        let right = second(context)
        if right.isBool, right.bits == 0 || left.isBool { return right }
        return Builder.undecided(left, right, "&&", context, range)
      })
    }
    return Piece(code: { context in
      let left = first(context)
      if left.isTrue { return left }
      let right = second(context)
      if right.isBool, right.bits == 1 || left.isBool { return right }
      return Builder.undecided(left, right, "||", context, range)
    })
  }

  /// The error of an operator whose operands did not decide.
  private static func undecided(
    _ left: Cell,
    _ right: Cell,
    _ symbol: String,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    if left.isError { return left }
    if right.isError { return right }
    return Arithmetic.noOverload(symbol, [left.isBool ? right : left], context, range)
  }

  private mutating func conditional(_ node: Int32) -> Piece {
    let pieces = tree.children(node).map { build($0) }
    let range = tree[node].range
    if pieces.count == 3 {
      let condition = pieces[0].code
      let one = pieces[1].code
      let other = pieces[2].code
      return Piece(code: { context in
        let cell = condition(context)
        if cell.isBool { return cell.bits == 1 ? one(context) : other(context) }
        if cell.isError { return cell }
        return Arithmetic.noOverload("? :", [cell], context, range)
      })
    }
    return Piece(code: { context in
      var index = 0
      while index + 1 < pieces.count {
        let cell = pieces[index].code(context)
        if cell.isTrue { return pieces[index + 1].code(context) }
        if cell.isError { return cell }
        if !cell.isBool { return Arithmetic.noOverload("? :", [cell], context, range) }
        index += 2
      }
      return pieces[pieces.count - 1].code(context)
    })
  }

  // MARK: Operators

  private mutating func chain(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let pieces = children.map { build($0) }
    let range = tree[node].range
    if pieces.count == 2 {
      return binary(tree.chainOperator(node, 1), pieces[0], pieces[1], range)
    }
    let operators = (1..<children.count).map { tree.chainOperator(node, $0) }
    if let joined = concatenation(pieces, operators, range) { return joined }
    let ranges = (1..<children.count).map {
      tree[children[0]].range.union(tree[children[$0]].range)
    }
    return Piece(code: { context in
      var left = pieces[0].code(context)
      var position = 1
      for operation in operators {
        let right = pieces[position].code(context)
        left = Arithmetic.apply(operation, left, right, context, ranges[position - 1])
        if left.isError { return left }
        position += 1
      }
      return left
    })
  }
}
