import Source

/// Reading fields of maps, records and optionals.
enum Selection {
  static func field(
    _ cell: Cell,
    _ key: Cell,
    _ context: Context,
    _ range: TextRange,
    _ messages: MessageRegistry
  ) -> Cell {
    switch cell.tag {
    case Tag.error, Tag.absent: return cell
    case Tag.map:
      let value = cell.entries.value(named: key)
      if value.tag != Tag.absent { return value }
      return context.fail(
        .noSuchField,
        Messages.noSuchField(key.text.string, names(cell)),
        at: range
      )
    case Tag.record: return messages.field(cell, key, context, range)
    case Tag.optional:
      return cell.isNone ? .none : optional(cell.wrapped, key, context, range, messages)
    case Tag.null:
      return context.fail(.nullValue, Messages.fieldOfNull(key.text.string), at: range)
    default:
      return context.fail(.noSuchOverload, Messages.fieldOf(key.text.string, cell), at: range)
    }
  }

  private static func names(_ cell: Cell) -> [String] {
    (0..<min(cell.count, 64)).compactMap { index in
      let key = cell.entries.key(index)
      return key.isString ? key.text.string : nil
    }
  }

  /// `operand.?field`.
  static func optional(
    _ cell: Cell,
    _ key: Cell,
    _ context: Context,
    _ range: TextRange,
    _ messages: MessageRegistry
  ) -> Cell {
    switch cell.tag {
    case Tag.error, Tag.absent: return cell
    case Tag.optional:
      return cell.isNone ? .none : optional(cell.wrapped, key, context, range, messages)
    case Tag.map:
      let value = cell.entries.value(named: key)
      return value.tag == Tag.absent ? .none : context.optional(value)
    case Tag.record:
      let isSet = messages.has(cell, key, context, range)
      if isSet.isError { return isSet }
      return isSet.isTrue
        ? context.optional(messages.field(cell, key, context, range)) : .none
    default:
      return context.fail(.noSuchOverload, Messages.fieldOf(key.text.string, cell), at: range)
    }
  }

  /// `has(operand.field)`.
  static func has(
    _ cell: Cell,
    _ key: Cell,
    _ context: Context,
    _ range: TextRange,
    _ messages: MessageRegistry
  ) -> Cell {
    switch cell.tag {
    case Tag.error, Tag.absent: return cell
    case Tag.map: return Cell(cell.entries.value(named: key).tag != Tag.absent)
    case Tag.record: return messages.has(cell, key, context, range)
    case Tag.optional:
      return cell.isNone ? Cell(false) : has(cell.wrapped, key, context, range, messages)
    case Tag.null:
      return context.fail(.nullValue, Messages.fieldOfNull(key.text.string), at: range)
    default:
      return context.fail(.noSuchOverload, Messages.fieldOf(key.text.string, cell), at: range)
    }
  }
}
