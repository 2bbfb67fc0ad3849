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
    if operation == .isIn, let set = right.constant, set.tag == Tag.list {
      return membership(left, set, range)
    }
    if operation.isComparison, operation != .isIn, let constant = right.constant {
      return comparison(operation, left, constant, range)
    }
    let first = left.code
    let second = right.code
    switch operation {
    case .add:
      return Piece(code: { context in
        context.charge(1)
        let left = first(context)
        let right = second(context)
        if left.isInt, right.isInt {
          let (sum, overflow) = left.int.addingReportingOverflow(right.int)
          if !overflow { return Cell(sum) }
        } else if left.isDouble, right.isDouble {
          return Cell(left.double + right.double)
        }
        return Arithmetic.apply(.add, left, right, context, range)
      })
    case .multiply:
      return Piece(code: { context in
        context.charge(1)
        let left = first(context)
        let right = second(context)
        if left.isDouble, right.isDouble { return Cell(left.double * right.double) }
        return Arithmetic.apply(.multiply, left, right, context, range)
      })
    default:
      return Piece(code: { context in
        context.charge(1)
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
        context.charge(1)
        return Comparison.apply(operation, slow(context), constant, context, range)
      })
    }
  }

  /// `reader` takes the quick way and comes back absent where `slow` must explain.
  @inline(__always) private func fused(
    _ operation: Operator,
    _ constant: Cell,
    _ range: TextRange,
    _ slow: @escaping Code,
    _ reader: some Reader
  ) -> Piece {
    if isRecording {
      return Piece(code: { context in
        Comparison.apply(operation, slow(context), constant, context, range)
      })
    }
    if constant.isDouble, !constant.double.isNaN {
      return doubles(operation, constant, range, slow, reader)
    }
    if constant.isString || constant.isBool, operation == .equal || operation == .notEqual {
      let isEqual = operation == .equal
      return Piece(code: { context in
        context.charge(2)
        let cell = reader.read(context)
        if cell.isError {
          return Comparison.apply(operation, slow(context), constant, context, range)
        }
        let same =
          cell.head == constant.head
          && (cell.isString ? TextView.sameBytes(cell, constant) : cell.bits == constant.bits)
        return Cell(same == isEqual)
      })
    }
    return Piece(code: { context in
      context.charge(2)
      let cell = reader.read(context)
      if cell.isInt, constant.isInt {
        switch operation {
        case .equal: return Cell(cell.int == constant.int)
        case .notEqual: return Cell(cell.int != constant.int)
        case .less: return Cell(cell.int < constant.int)
        case .lessEqual: return Cell(cell.int <= constant.int)
        case .greater: return Cell(cell.int > constant.int)
        default: return Cell(cell.int >= constant.int)
        }
      }
      let value = cell.isError ? slow(context) : cell
      return Comparison.apply(operation, value, constant, context, range)
    })
  }

  @inline(__always) private func doubles(
    _ operation: Operator,
    _ constant: Cell,
    _ range: TextRange,
    _ slow: @escaping Code,
    _ reader: some Reader
  ) -> Piece {
    let bound = constant.double
    return Piece(code: { context in
      context.charge(2)
      let cell = reader.read(context)
      if cell.isDouble {
        switch operation {
        case .equal: return Cell(cell.double == bound)
        case .notEqual: return Cell(cell.double != bound)
        case .less: return Cell(cell.double < bound)
        case .lessEqual: return Cell(cell.double <= bound)
        case .greater: return Cell(cell.double > bound)
        default: return Cell(cell.double >= bound)
        }
      }
      let value = cell.isError ? slow(context) : cell
      return Comparison.apply(operation, value, constant, context, range)
    })
  }

  /// `x in [constants]`: a scan for short lists, an index for long ones of keys.
  private mutating func membership(_ left: Piece, _ set: Cell, _ range: TextRange) -> Piece {
    let code = left.code
    let elements = set.elements
    if set.count > 8, let index = keyIndex(elements) {
      return Piece(code: { context in
        context.charge(1)
        let cell = code(context)
        if cell.isError { return cell }
        return Cell(index.entries.position(of: cell) >= 0)
      })
    }
    return Piece(code: { context in
      context.charge(1)
      let cell = code(context)
      if cell.isString {
        for index in 0..<elements.count {
          let element = elements[index]
          if element.head == cell.head, TextView.sameBytes(element, cell) { return Cell(true) }
        }
        return Cell(false)
      }
      if cell.isError { return cell }
      return Arithmetic.contains(cell, set, context, range)
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
    let codes = pieces.map(\.code)
    return Piece(code: { context in
      context.charge(codes.count - 1)
      var total = 0
      var cells: [Cell] = []
      cells.reserveCapacity(codes.count)
      for code in codes {
        let cell = code(context)
        if cell.isError { return cell }
        if !cell.isString {
          return Arithmetic.noOverload("+", [cells.last ?? cell, cell], context, range)
        }
        total += cell.count
        cells.append(cell)
      }
      context.range = range
      return context.joined(cells, total, separator: .emptyText)
    })
  }
}

/// Comparisons with any operands.
enum Comparison {
  static func apply(
    _ operation: Operator,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    Arithmetic.apply(operation, left, right, context, range)
  }
}

/// Reads what a fused form compares: a type of its own each, so that the form is compiled for it.
private protocol Reader: Sendable {
  /// The cell, absent where the slow way must explain.
  func read(_ context: Context) -> Cell
}

private struct SlotReader: Reader {
  let slot: Int

  @inline(__always) func read(_ context: Context) -> Cell { context.slot(slot) }
}

private struct LocalReader: Reader {
  let place: Int

  @inline(__always) func read(_ context: Context) -> Cell { context.local(place) }
}

private struct SlotFieldReader: Reader {
  let slot: Int
  let key: Cell

  @inline(__always) func read(_ context: Context) -> Cell {
    let cell = context.slot(slot)
    return cell.tag == Tag.map ? cell.entries.value(named: key) : .absent
  }
}

private struct LocalFieldReader: Reader {
  let place: Int
  let key: Cell

  @inline(__always) func read(_ context: Context) -> Cell {
    let cell = context.local(place)
    return cell.tag == Tag.map ? cell.entries.value(named: key) : .absent
  }
}
