import Source
import Values

extension Builder {
  /// A binary operator: fused with a slot, a field or a constant where that is common.
  mutating func binary(
    _ operation: Operator,
    _ left: Piece,
    _ right: Piece,
    _ range: TextRange
  ) -> Piece {
    if operation == .isIn, let set = right.constant, set.tag == Tag.list, !isInstrumented {
      return membership(left, set, set.count &+ right.price, range)
    }
    if operation.isComparison, operation != .isIn, right.price == 0, let constant = right.constant,
      !isInstrumented
    {
      return comparison(operation, left, constant, range)
    }
    let first = left.code
    let second = right.code
    switch operation {
    case .add:
      return Piece(code: { context in
        let left = first(context)
        let right = second(context)
        if left.isInt, right.isInt {
          let (sum, overflow) = left.int.addingReportingOverflow(right.int)
          if !overflow {
            context.charge(1)
            return Cell(sum)
          }
        } else if left.isDouble, right.isDouble {
          context.charge(1)
          return Cell(left.double + right.double)
        }
        return Arithmetic.apply(.add, left, right, context, range)
      })
    case .multiply:
      return Piece(code: { context in
        let left = first(context)
        let right = second(context)
        if left.isDouble, right.isDouble {
          context.charge(1)
          return Cell(left.double * right.double)
        }
        return Arithmetic.apply(.multiply, left, right, context, range)
      })
    default:
      return Piece(code: { context in
        let left = first(context)
        return Arithmetic.apply(operation, left, second(context), context, range)
      })
    }
  }

  private func comparison(
    _ operation: Operator,
    _ left: Piece,
    _ constant: Cell,
    _ range: TextRange
  ) -> Piece {
    let slow = left.code
    switch left.shape {
    case .slot(let slot):
      return fused(operation, constant, range, slow, SlotReader(slot: slot))
    case .local(let place):
      return fused(operation, constant, range, slow, LocalReader(place: place))
    case .slotField(let slot, let key):
      return fused(operation, constant, range, slow, SlotFieldReader(slot: slot, key: key))
    case .localField(let place, let key):
      return fused(operation, constant, range, slow, LocalFieldReader(place: place, key: key))
    case .other:
      return Piece(code: { context in
        Arithmetic.apply(operation, slow(context), constant, context, range)
      })
    }
  }

  /// `reader` takes the quick way and charges for all of it; `slow` reads, charges and explains
  /// where that fails.
  @inline(__always) private func fused<Source: Reader>(
    _ operation: Operator,
    _ constant: Cell,
    _ range: TextRange,
    _ slow: @escaping Code,
    _ reader: Source
  ) -> Piece {
    if constant.isDouble, !constant.double.isNaN {
      return doubles(operation, constant, range, slow, reader)
    }
    if constant.isInt { return integers(operation, constant, range, slow, reader) }
    let isScalar = constant.isBool || constant.isString && (1...10).contains(constant.count)
    if isScalar, operation == .equal || operation == .notEqual {
      let isEqual = operation == .equal
      return Piece(code: { context in
        let cell = reader.read(context)
        guard cell.tag == constant.tag, cell.isBool || cell.count > 0 else {
          return Arithmetic.apply(operation, slow(context), constant, context, range)
        }
        context.charge(Source.price &+ 1)
        let same =
          cell.head == constant.head
          && (cell.isString ? TextView.sameBytes(cell, constant) : cell.bits == constant.bits)
        return Cell(same == isEqual)
      })
    }
    return Piece(code: { context in
      let cell = reader.read(context)
      if cell.isError {
        return Arithmetic.apply(operation, slow(context), constant, context, range)
      }
      context.charge(Source.price)
      return Arithmetic.apply(operation, cell, constant, context, range)
    })
  }

  @inline(__always) private func integers<Source: Reader>(
    _ operation: Operator,
    _ constant: Cell,
    _ range: TextRange,
    _ slow: @escaping Code,
    _ reader: Source
  ) -> Piece {
    let bound = constant.int
    return Piece(code: { context in
      let cell = reader.read(context)
      guard cell.isInt else {
        return Arithmetic.apply(operation, slow(context), constant, context, range)
      }
      context.charge(Source.price &+ 1)
      switch operation {
      case .equal: return Cell(cell.int == bound)
      case .notEqual: return Cell(cell.int != bound)
      case .less: return Cell(cell.int < bound)
      case .lessEqual: return Cell(cell.int <= bound)
      case .greater: return Cell(cell.int > bound)
      default: return Cell(cell.int >= bound)
      }
    })
  }

  @inline(__always) private func doubles<Source: Reader>(
    _ operation: Operator,
    _ constant: Cell,
    _ range: TextRange,
    _ slow: @escaping Code,
    _ reader: Source
  ) -> Piece {
    let bound = constant.double
    return Piece(code: { context in
      let cell = reader.read(context)
      guard cell.isDouble else {
        return Arithmetic.apply(operation, slow(context), constant, context, range)
      }
      context.charge(Source.price &+ 1)
      switch operation {
      case .equal: return Cell(cell.double == bound)
      case .notEqual: return Cell(cell.double != bound)
      case .less: return Cell(cell.double < bound)
      case .lessEqual: return Cell(cell.double <= bound)
      case .greater: return Cell(cell.double > bound)
      default: return Cell(cell.double >= bound)
      }
    })
  }

  /// `x in [constants]`: a scan for short lists, an index for long ones of keys.
  private mutating func membership(
    _ left: Piece,
    _ set: Cell,
    _ price: Int,
    _ range: TextRange
  ) -> Piece {
    let code = left.code
    let elements = set.elements
    if set.count > 8, let index = keyIndex(elements) {
      return Piece(code: { context in
        context.charge(price)
        let cell = code(context)
        if cell.isError { return cell }
        return Cell(index.entries.position(of: cell) >= 0)
      })
    }
    switch left.shape {
    case .slot(let slot):
      return scan(set, price, range, code, SlotReader(slot: slot))
    case .local(let place):
      return scan(set, price, range, code, LocalReader(place: place))
    case .slotField(let slot, let key):
      return scan(set, price, range, code, SlotFieldReader(slot: slot, key: key))
    case .localField(let place, let key):
      return scan(set, price, range, code, LocalFieldReader(place: place, key: key))
    case .other: return scan(set, price, range, code, CodeReader(code: code))
    }
  }

  @inline(__always) private func scan<Source: Reader>(
    _ set: Cell,
    _ price: Int,
    _ range: TextRange,
    _ slow: @escaping Code,
    _ reader: Source
  ) -> Piece {
    let elements = set.elements
    let count = set.count
    return Piece(code: { context in
      var cell = reader.read(context)
      if cell.isString {
        context.charge(price &+ Source.price)
        for index in 0..<count {
          let element = elements[index]
          if element.head == cell.head, TextView.sameBytes(element, cell) { return Cell(true) }
        }
        return Cell(false)
      }
      if Source.price > 0 { cell = slow(context) }
      context.charge(price)
      if cell.isError { return cell }
      for index in 0..<count
      where Equality.equalParts(elements[index], cell, context) { return Cell(true) }
      return Cell(false)
    })
  }

  /// A map with the elements as keys; nil when one cannot be a key.
  private mutating func keyIndex(_ elements: CellList) -> Cell? {
    var map = ValueMap()
    for index in 0..<elements.count {
      guard let key = elements[index].mapKey else { return nil }
      if case .uint(let number) = key, let int = Int64(exactly: number) {
        map[.int(int)] = .null
      } else {
        map[key] = .null
      }
    }
    return constant(.map(map))
  }

  /// A chain of `+` that turns out to be text is joined in one allocation.
  func concatenation(_ pieces: [Piece], _ operators: [Operator], _ range: TextRange) -> Piece? {
    guard operators.allSatisfy({ $0 == .add }) else { return nil }
    let isText = pieces.contains { $0.constant?.isString ?? false }
    guard isText else { return nil }
    return Piece(code: { context in
      var total = 0
      var size = 0
      var cells: [Cell] = []
      cells.reserveCapacity(pieces.count)
      for piece in pieces {
        let cell = piece.code(context)
        if cell.isError { return cell }
        if !cell.isString {
          return Arithmetic.noOverload("+", [cells.last ?? cell, cell], context, range)
        }
        total += cell.count
        size += cell.pricedSize
        // Paid as if each `+` made a text of its own.
        if !cells.isEmpty { context.charge(CostUnits.tenth(size)) }
        cells.append(cell)
      }
      context.range = range
      return context.joined(cells, total, separator: .emptyText, isPaid: true)
    })
  }
}

/// Reads what a fused form compares: a type of its own each, so that the form is compiled for it.
private protocol Reader: Sendable {
  /// What the read is charged; 0 where the code that it runs charges.
  static var price: Int { get }

  /// The cell, absent where the slow way must explain.
  func read(_ context: Context) -> Cell
}

private struct SlotReader: Reader {
  static var price: Int { 1 }

  let slot: Int

  @inline(__always) func read(_ context: Context) -> Cell { context.slot(slot) }
}

private struct LocalReader: Reader {
  static var price: Int { 1 }

  let place: Int

  @inline(__always) func read(_ context: Context) -> Cell { context.local(place) }
}

private struct SlotFieldReader: Reader {
  static var price: Int { 2 }

  let slot: Int
  let key: Cell

  @inline(__always) func read(_ context: Context) -> Cell {
    let cell = context.slot(slot)
    return cell.tag == Tag.map ? cell.entries.value(named: key) : .absent
  }
}

private struct LocalFieldReader: Reader {
  static var price: Int { 2 }

  let place: Int
  let key: Cell

  @inline(__always) func read(_ context: Context) -> Cell {
    let cell = context.local(place)
    return cell.tag == Tag.map ? cell.entries.value(named: key) : .absent
  }
}

private struct CodeReader: Reader {
  static var price: Int { 0 }

  let code: Code

  @inline(__always) func read(_ context: Context) -> Cell { code(context) }
}
