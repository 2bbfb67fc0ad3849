import Source
import Values

/// CEL's operators over cells; operands of other kinds fail with "no such overload".
///
/// Each charges its own price once its operands are there.
enum Arithmetic {
  static func apply(
    _ operation: Operator,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    if left.isError { return left }
    if right.isError { return right }
    switch operation {
    case .add: return add(left, right, context, range)
    case .subtract: return subtract(left, right, context, range)
    case .multiply, .divide, .remainder:
      return scale(operation, left, right, context, range)
    case .equal: return Cell(equal(left, right, context))
    case .notEqual: return Cell(!equal(left, right, context))
    case .isIn: return contains(left, right, context, range)
    default: return compare(operation, left, right, context, range)
    }
  }

  private static func equal(_ left: Cell, _ right: Cell, _ context: Context) -> Bool {
    context.charge(Cell.comparisonPrice(left, right))
    return Equality.equal(left, right, context)
  }

  static func noOverload(
    _ symbol: String,
    _ cells: [Cell],
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    context.fail(.noSuchOverload, Messages.noOverload(symbol, cells), at: range)
  }

  static func compare(
    _ operation: Operator,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    let isText = left.isString || left.tag == Tag.bytes
    context.charge(isText && left.tag == right.tag ? Cell.comparisonPrice(left, right) : 1)
    guard let order = Equality.order(left, right) else {
      return noOverload(operation.symbol, [left, right], context, range)
    }
    switch operation {
    case .less: return Cell(order == .less)
    case .lessEqual: return Cell(order == .less || order == .equal)
    case .greater: return Cell(order == .greater)
    default: return Cell(order == .greater || order == .equal)
    }
  }

  static func add(
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    let isLong = left.tag == right.tag && left.tag >= Tag.string && left.tag <= Tag.list
    if !isLong { context.charge(1) }
    switch (left.tag, right.tag) {
    case (Tag.int, Tag.int):
      let (sum, overflow) = left.int.addingReportingOverflow(right.int)
      return overflow ? context.fail(.overflow, Messages.overflow, at: range) : Cell(sum)
    case (Tag.uint, Tag.uint):
      let (sum, overflow) = left.bits.addingReportingOverflow(right.bits)
      return overflow ? context.fail(.overflow, Messages.overflow, at: range) : Cell(sum)
    case (Tag.double, Tag.double): return Cell(left.double + right.double)
    case (Tag.string, Tag.string), (Tag.bytes, Tag.bytes):
      context.range = range
      context.charge(CostUnits.tenth(left.pricedSize + right.pricedSize))
      if context.isExhausted { return context.exhausted(at: range) }
      return context.join(left, right)
    case (Tag.list, Tag.list):
      context.charge(CostUnits.joinLists(left.count + right.count))
      if left.count == 0 { return right }
      if right.count == 0 { return left }
      context.range = range
      var builder = ListBuilder(capacity: left.count + right.count, context)
      builder.append(contentsOf: left, context)
      builder.append(contentsOf: right, context)
      return builder.finish(context)
    case (Tag.duration, Tag.duration):
      let (sum, overflow) = left.int.addingReportingOverflow(right.int)
      return overflow
        ? context.fail(.overflow, Messages.overflow, at: range) : Cell(durationNanoseconds: sum)
    case (Tag.timestamp, Tag.duration): return shift(left, by: right.int, context, range)
    case (Tag.duration, Tag.timestamp): return shift(right, by: left.int, context, range)
    default: return noOverload("+", [left, right], context, range)
    }
  }

  /// A timestamp moved by nanoseconds.
  private static func shift(
    _ cell: Cell,
    by nanoseconds: Int64,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    guard let moved = Civil.shift(cell.timestamp, by: nanoseconds) else {
      return context.fail(.overflow, Messages.timestampRange, at: range)
    }
    return Cell(moved)
  }

  static func subtract(
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    context.charge(1)
    switch (left.tag, right.tag) {
    case (Tag.int, Tag.int):
      let (result, overflow) = left.int.subtractingReportingOverflow(right.int)
      return overflow ? context.fail(.overflow, Messages.overflow, at: range) : Cell(result)
    case (Tag.uint, Tag.uint):
      let (result, overflow) = left.bits.subtractingReportingOverflow(right.bits)
      return overflow ? context.fail(.overflow, Messages.overflow, at: range) : Cell(result)
    case (Tag.double, Tag.double): return Cell(left.double - right.double)
    case (Tag.duration, Tag.duration):
      let (result, overflow) = left.int.subtractingReportingOverflow(right.int)
      return overflow
        ? context.fail(.overflow, Messages.overflow, at: range)
        : Cell(durationNanoseconds: result)
    case (Tag.timestamp, Tag.duration):
      if right.int == .min { return context.fail(.overflow, Messages.timestampRange, at: range) }
      return shift(left, by: -right.int, context, range)
    case (Tag.timestamp, Tag.timestamp):
      guard let nanoseconds = Civil.difference(left.timestamp, right.timestamp) else {
        return context.fail(.overflow, Messages.overflow, at: range)
      }
      return Cell(durationNanoseconds: nanoseconds)
    default: return noOverload("-", [left, right], context, range)
    }
  }

  private static func scale(
    _ operation: Operator,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    context.charge(1)
    switch (left.tag, right.tag) {
    case (Tag.int, Tag.int): return integers(operation, left.int, right.int, context, range)
    case (Tag.uint, Tag.uint): return integers(operation, left.bits, right.bits, context, range)
    case (Tag.double, Tag.double) where operation == .multiply:
      return Cell(left.double * right.double)
    case (Tag.double, Tag.double) where operation == .divide:
      return Cell(left.double / right.double)
    default: return noOverload(operation.symbol, [left, right], context, range)
    }
  }

  private static func integers<Integer: FixedWidthInteger>(
    _ operation: Operator,
    _ left: Integer,
    _ right: Integer,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    let result: (partialValue: Integer, overflow: Bool)
    switch operation {
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .divide:
      if right == 0 { return context.fail(.divideByZero, Messages.divideByZero, at: range) }
      result = left.dividedReportingOverflow(by: right)
    default:
      if right == 0 { return context.fail(.divideByZero, Messages.remainderByZero, at: range) }
      result = left.remainderReportingOverflow(dividingBy: right)
    }
    if result.overflow { return context.fail(.overflow, Messages.overflow, at: range) }
    return Integer.isSigned
      ? Cell(Int64(truncatingIfNeeded: result.partialValue))
      : Cell(UInt64(truncatingIfNeeded: result.partialValue))
  }

  static func negate(_ cell: Cell, _ context: Context, _ range: TextRange) -> Cell {
    context.charge(1)
    switch cell.tag {
    case Tag.error, Tag.absent: return cell
    case Tag.int:
      if cell.int == .min { return context.fail(.overflow, Messages.overflow, at: range) }
      return Cell(-cell.int)
    case Tag.double: return Cell(-cell.double)
    default: return noOverload("-", [cell], context, range)
    }
  }

  static func contains(
    _ element: Cell,
    _ collection: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    switch collection.tag {
    case Tag.list:
      return Cell(holds(collection, element, context, range))
    case Tag.map:
      context.charge(1)
      return Cell(collection.entries.position(of: element) >= 0)
    default:
      context.charge(1)
      return noOverload("in", [element, collection], context, range)
    }
  }

  /// Whether a list holds an element; charges for all of the list first, as cel-go does.
  private static func holds(
    _ list: Cell,
    _ element: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Bool {
    context.charge(list.count)
    if context.isExhausted { return false }
    let elements = list.elements
    for index in 0..<elements.count {
      if Equality.equalParts(elements[index], element, context) { return true }
      if context.isExhausted { return false }
    }
    return false
  }

  /// `operand[index]`.
  static func index(
    _ operand: Cell,
    _ index: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    if operand.isError { return operand }
    if index.isError { return index }
    switch operand.tag {
    case Tag.list:
      guard let position = listIndex(index) else {
        return context.fail(
          .noSuchOverload,
          Messages.noOverload("[]", [operand, index]),
          at: range
        )
      }
      guard position >= 0, position < operand.count else {
        return context.fail(
          .indexOutOfRange,
          Messages.indexOutOfRange(position, operand.count),
          at: range
        )
      }
      return operand.elements[Int(position)]
    case Tag.map:
      let position = operand.entries.position(of: index)
      if position < 0 {
        return context.fail(.noSuchField, Messages.noSuchKey(index), at: range)
      }
      return operand.entries.value(position)
    case Tag.optional: return optionalIndex(operand, index, context, range)
    case Tag.null: return context.fail(.nullValue, Messages.indexOfNull(index), at: range)
    default: return noOverload("[]", [operand, index], context, range)
    }
  }

  /// `operand[?index]`: nothing where the index or key is missing.
  static func optionalIndex(
    _ operand: Cell,
    _ index: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    if operand.isError { return operand }
    if index.isError { return index }
    if operand.tag == Tag.optional {
      return operand.isNone ? .none : optionalIndex(operand.wrapped, index, context, range)
    }
    switch operand.tag {
    case Tag.list:
      guard let position = listIndex(index) else { break }
      guard position >= 0, position < operand.count else { return .none }
      return context.optional(operand.elements[Int(position)])
    case Tag.map:
      let position = operand.entries.position(of: index)
      return position < 0 ? .none : context.optional(operand.entries.value(position))
    default: break
    }
    return noOverload("[?]", [operand, index], context, range)
  }

  private static func listIndex(_ cell: Cell) -> Int64? {
    switch cell.tag {
    case Tag.int: cell.int
    case Tag.uint: Int64(exactly: cell.bits)
    case Tag.double: Int64(exactly: cell.double)
    default: nil
    }
  }
}
