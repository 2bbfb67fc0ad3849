/// Functions on optionals.
enum OptionalFunctions {
  private static func noOverload(_ name: String, _ cells: [Cell], _ context: Context) -> Cell {
    context.fail(.noSuchOverload, Messages.noOverload(name, cells))
  }

  static func value(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.tag == Tag.optional else { return noOverload("value", [cell], context) }
    return cell.isNone
      ? context.fail(.invalidArgument, Messages.noOptionalValue) : cell.wrapped
  }

  static func hasValue(_ cell: Cell, _ context: Context) -> Cell {
    cell.tag == Tag.optional ? Cell(!cell.isNone) : noOverload("hasValue", [cell], context)
  }

  static func ofNonZero(_ cell: Cell, _ context: Context) -> Cell {
    // An empty optional is a value of its own, as in cel-go and cel-cpp.
    cell.tag != Tag.optional && isZero(cell) ? .none : context.optional(cell)
  }

  static func isZero(_ cell: Cell) -> Bool {
    switch cell.tag {
    case Tag.null: true
    case Tag.bool, Tag.int, Tag.uint, Tag.duration: cell.bits == 0
    case Tag.double: cell.double == 0
    case Tag.string, Tag.bytes, Tag.list, Tag.map, Tag.record: cell.count == 0
    case Tag.timestamp: cell.bits == 0 && cell.count == 0
    case Tag.optional: cell.isNone
    case Tag.enumeration: cell.enumerationNumber == 0
    default: false
    }
  }

  static func unwrap(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.tag == Tag.list else { return noOverload("optional.unwrap", [cell], context) }
    var result: [Cell] = []
    for index in 0..<cell.count {
      let element = cell.elements[index]
      guard element.tag == Tag.optional else {
        return noOverload("optional.unwrap", [element], context)
      }
      if !element.isNone { result.append(element.wrapped) }
    }
    context.charge(cell.count)
    return context.list(result)
  }
}
