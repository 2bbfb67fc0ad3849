/// `math.*`.
enum MathFunctions {
  private static func noOverload(_ name: String, _ cells: [Cell], _ context: Context) -> Cell {
    context.fail(.noSuchOverload, Messages.noOverload(name, cells))
  }

  static func rounded(
    _ name: String,
    _ cell: Cell,
    _ context: Context,
    _ rule: FloatingPointRoundingRule
  ) -> Cell {
    guard cell.isDouble else { return noOverload(name, [cell], context) }
    return Cell(cell.double.rounded(rule))
  }

  static func abs(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.int:
      return cell.int == .min
        ? context.fail(.overflow, Messages.overflow) : Cell(Swift.abs(cell.int))
    case Tag.uint: return cell
    case Tag.double: return Cell(cell.double.magnitude)
    default: return noOverload("math.abs", [cell], context)
    }
  }

  static func sign(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.int: Cell(cell.int.signum())
    case Tag.uint: Cell(cell.bits == 0 ? UInt64(0) : 1)
    case Tag.double:
      Cell(cell.double > 0 ? 1.0 : cell.double < 0 ? -1.0 : cell.double.isNaN ? cell.double : 0)
    default: noOverload("math.sign", [cell], context)
    }
  }

  static func test(
    _ name: String,
    _ cell: Cell,
    _ context: Context,
    _ body: (Double) -> Bool
  ) -> Cell {
    cell.isDouble ? Cell(body(cell.double)) : noOverload(name, [cell], context)
  }

  /// `math.greatest` and `math.least`: of numbers only, unlike `max` and `min` of flows.
  static func extreme(_ arguments: [Cell], _ context: Context, isGreatest: Bool) -> Cell {
    let best = ListFunctions.extreme(arguments, context, isGreatest: isGreatest)
    guard best.isError || best.isNumber else {
      return noOverload(isGreatest ? "math.greatest" : "math.least", arguments, context)
    }
    return best
  }

  static func root(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isNumber else { return noOverload("math.sqrt", [cell], context) }
    return Cell(Conversions.double(cell, context).double.squareRoot())
  }

  static func bits(
    _ name: String,
    _ left: Cell,
    _ right: Cell,
    _ context: Context,
    _ body: (UInt64, UInt64) -> UInt64
  ) -> Cell {
    guard left.tag == right.tag, left.isInt || left.isUint else {
      return noOverload(name, [left, right], context)
    }
    return Cell(head: left.head, bits: body(left.bits, right.bits))
  }

  static func not(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isInt || cell.isUint else { return noOverload("math.bitNot", [cell], context) }
    return Cell(head: cell.head, bits: ~cell.bits)
  }

  static func shift(_ cell: Cell, _ count: Cell, _ context: Context, left: Bool) -> Cell {
    guard cell.isInt || cell.isUint, count.isInt else {
      return noOverload(left ? "math.bitShiftLeft" : "math.bitShiftRight", [cell, count], context)
    }
    guard count.int >= 0 else {
      return context.fail(.invalidArgument, Messages.negativeShift)
    }
    if count.int > 63 { return Cell(head: cell.head, bits: 0) }
    return Cell(
      head: cell.head,
      bits: left ? cell.bits << UInt64(count.int) : cell.bits >> UInt64(count.int)
    )
  }
}
