import RegularExpression
import Source
import Values

extension Builder {
  mutating func call(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let range = tree[node].range
    switch bindings[Int(node)] {
    case .variable(let position): return variable(position, range)
    case .query: return query(node)
    case .alias(let position, let fields): return alias(position, fields, node)
    case .failure(let kind, let message): return failing(kind, message, node)
    case .type(let name): return conversion(to: name, children[children.count - 1], range)
    case .function(let name, let dropsReceiver):
      return function(name, Array(children.dropFirst(dropsReceiver ? 1 : 0)), node)
    default: return failing(.unknownFunction, Messages.undeclaredFunction(tree.name(node)), node)
    }
  }

  private mutating func function(_ name: String, _ children: [Int32], _ node: Int32) -> Piece {
    let pieces = children.map { build($0) }
    let range = tree[node].range
    if let special = special(name, pieces, range) { return special }
    if name == "sum", let first = pieces.first {
      return sum(first.code, types[Int(node)], range)
    }
    let price = Library.price(name)
    let base = price == .own ? 0 : 1
    let walks = price == .walks
    let isClamped = isFlow && name == "slice" && tree[node].kind == .call
    switch Library.find(isClamped ? Library.clampedSlice : name, pieces.count) {
    case .unary(let body):
      let first = pieces[0].code
      return Piece(code: { context in
        context.charge(base)
        let cell = first(context)
        if cell.isError { return cell }
        if walks { context.charge(cell.walkPrice) }
        context.range = range
        return body(cell, context)
      })
    case .binary(let body):
      let first = pieces[0].code
      let second = pieces[1].code
      return Piece(code: { context in
        context.charge(base)
        let left = first(context)
        if left.isError { return left }
        let right = second(context)
        if right.isError { return right }
        if walks { context.charge(left.walkPrice &+ right.walkPrice) }
        context.range = range
        return body(left, right, context)
      })
    case .variadic(let body):
      return Piece(code: { context in
        context.charge(base)
        var cells: [Cell] = []
        cells.reserveCapacity(pieces.count)
        for piece in pieces {
          let cell = piece.code(context)
          if cell.isError { return cell }
          if walks { context.charge(cell.walkPrice) }
          cells.append(cell)
        }
        context.range = range
        return body(cells, context)
      })
    case nil:
      return Piece(code: { context in
        var cells: [Cell] = []
        for piece in pieces {
          let cell = piece.code(context)
          if cell.isError { return cell }
          cells.append(cell)
        }
        return Arithmetic.noOverload(name, cells, context, range)
      })
    }
  }

  /// `sum(list)`: of no elements it is the zero of the deduced type.
  private mutating func sum(
    _ list: @escaping Code,
    _ type: ExpressionType,
    _ range: TextRange
  )
    -> Piece
  {
    let value: Value =
      switch type {
      case .uint: .uint(0)
      case .double: .double(0)
      case .string: .string("")
      case .duration: .duration(nanoseconds: 0)
      default: .int(0)
      }
    let zero = constant(value)
    return Piece(code: { context in
      context.charge(1)
      let cell = list(context)
      if cell.isError { return cell }
      context.range = range
      return ListFunctions.sum(cell, context, zero: zero)
    })
  }

  /// Functions that are not strict, or that gain from constants.
  private mutating func special(
    _ name: String,
    _ pieces: [Piece],
    _ range: TextRange
  ) -> Piece? {
    switch (name, pieces.count) {
    case ("optional.none", 0): return constantPiece(.none, price: 1)
    case ("or", 2), ("orValue", 2): return alternative(name, pieces, range)
    case ("default", 2): return fallback(pieces)
    case ("validateSchema", 2): return schemaCheck(pieces, range)
    case ("join", 1) where isFlow, ("join", 2) where isFlow:
      let list = pieces[0].code
      let separator = pieces.count > 1 ? pieces[1].code : constantPiece(.emptyText).code
      return Piece(code: { context in
        context.charge(1)
        let cell = list(context)
        if cell.isError { return cell }
        let between = separator(context)
        if between.isError { return between }
        context.charge(between.walkPrice)
        context.range = range
        return TextFunctions.join(cell, between, context, isFlow: true)
      })
    case ("matches", 2): return matches(pieces, range)
    case ("startsWith", 2), ("endsWith", 2): return affix(name, pieces, range)
    default: return nil
    }
  }

  private func alternative(_ name: String, _ pieces: [Piece], _ range: TextRange) -> Piece {
    let first = pieces[0].code
    let second = pieces[1].code
    let unwraps = name == "orValue"
    return Piece(code: { context in
      context.charge(1)
      let cell = first(context)
      if cell.isError { return cell }
      guard cell.tag == Tag.optional else {
        return Arithmetic.noOverload(name, [cell], context, range)
      }
      if !cell.isNone { return unwraps ? cell.wrapped : cell }
      let other = second(context)
      guard unwraps || other.isError || other.tag == Tag.optional else {
        return Arithmetic.noOverload(name, [cell, other], context, range)
      }
      return other
    })
  }

  /// `default(value, other)`: the other where the value is missing, null or an empty optional.
  private func fallback(_ pieces: [Piece]) -> Piece {
    let first = pieces[0].code
    let second = pieces[1].code
    return Piece(code: { context in
      context.charge(1)
      let cell = first(context)
      switch cell.tag {
      case Tag.null: return second(context)
      case Tag.optional:
        return cell.isNone || cell.wrapped.tag == Tag.null ? second(context) : cell.wrapped
      case Tag.error:
        switch context.error(cell).kind {
        case .absent, .noSuchField, .nullValue, .indexOutOfRange: return second(context)
        default: return cell
        }
      default: return cell
      }
    })
  }

  /// `matches` with a constant pattern, compiled once.
  private mutating func matches(_ pieces: [Piece], _ range: TextRange) -> Piece? {
    guard let constant = pieces[1].constant, constant.isString else { return nil }
    let first = pieces[0].code
    let pattern: Pattern
    do throws(PatternError) {
      pattern = try Pattern(constant.text.string)
    } catch {
      let message = Messages.badPattern(error.message)
      if isFlow { reporter.report(.celConstantFailure, message, at: range) }
      return Piece(code: { context in
        let cell = first(context)
        if cell.isError { return cell }
        return cell.isString
          ? context.fail(.invalidArgument, message, at: range)
          : Arithmetic.noOverload("matches", [cell], context, range)
      })
    }
    let factor = CostUnits.pattern(
      constant.pricedSize,
      instructions: pattern.instructionCount
    )
    let price = pieces[1].price
    return Piece(code: { context in
      let cell = first(context)
      guard cell.isString else {
        return cell.isError ? cell : Arithmetic.noOverload("matches", [cell], context, range)
      }
      context.charge(TextFunctions.matchPrice(cell, factor) &+ price)
      if context.isExhausted { return context.exhausted(at: range) }
      return Cell(cell.text.matches(pattern))
    })
  }

  private func affix(_ name: String, _ pieces: [Piece], _ range: TextRange) -> Piece? {
    guard let constant = pieces[1].constant, constant.isString else { return nil }
    let first = pieces[0].code
    let part = constant.text
    let isStart = name == "startsWith"
    let price = CostUnits.tenth(constant.pricedSize) &+ pieces[1].price
    let slow: Code = { context in
      let cell = first(context)
      guard cell.isString else {
        return cell.isError
          ? cell : Arithmetic.noOverload(name, [cell, constant], context, range)
      }
      context.charge(price)
      return Cell(isStart ? cell.text.starts(with: part) : cell.text.ends(with: part))
    }
    if !isInstrumented, case .localField(let place, let key) = pieces[0].shape {
      guard isStart else { return Piece(code: slow) }
      let paid = price &+ 2
      return Piece(code: { context in
        let holder = context.local(place)
        let cell = holder.tag == Tag.map ? holder.entries.value(named: key) : .absent
        guard cell.isString else { return slow(context) }
        context.charge(paid)
        return Cell(cell.text.starts(with: part))
      })
    }
    return Piece(code: slow)
  }

  /// `Enumeration(value)` with strong enumerations.
  private mutating func conversion(
    to name: String,
    _ child: Int32,
    _ range: TextRange
  ) -> Piece {
    let code = build(child).code
    let type = text(name)
    let members = environment.records.enumerations[name] ?? [:]
    return Piece(code: { context in
      context.charge(1)
      let cell = code(context)
      if cell.isError { return cell }
      context.range = range
      switch cell.tag {
      case Tag.int:
        guard let number = Int32(exactly: cell.int) else {
          return context.fail(.overflow, Messages.overflow)
        }
        return context.enumeration(type, number)
      case Tag.string:
        guard let number = members[cell.text.string] else {
          return context.fail(.invalidConversion, Messages.conversion(cell, to: name))
        }
        return context.enumeration(type, number)
      case Tag.enumeration: return context.enumeration(type, cell.enumerationNumber)
      default: return Arithmetic.noOverload(name, [cell], context, range)
      }
    })
  }

  /// `Type{field: value}`.
  mutating func record(_ node: Int32) -> Piece {
    guard case .type(let name) = bindings[Int(node)] else {
      return failing(.unknownName, Messages.unknownType(tree.name(node)), node)
    }
    let children = Array(tree.children(node))
    var fields: [(key: Cell, code: Code, isOptional: Bool)] = []
    for index in stride(from: 0, to: children.count - 1, by: 2) {
      fields.append(
        (
          text(tree.name(children[index])), build(children[index + 1]).code,
          tree[children[index + 1]].kind == .optionalElement
        )
      )
    }
    let type = text(name)
    let range = tree[node].range
    let messages = messages
    let parts = fields
    return Piece(code: { context in
      context.charge(40)
      var given: [(Cell, Cell)] = []
      for part in parts {
        var cell = part.code(context)
        if cell.isError { return cell }
        if part.isOptional {
          guard cell.tag == Tag.optional else {
            return context.fail(.noSuchOverload, Messages.notOptional, at: range)
          }
          if cell.isNone { continue }
          cell = cell.wrapped
        }
        given.append((part.key, cell))
      }
      context.range = range
      return messages.construct(type, given, context)
    })
  }
}
