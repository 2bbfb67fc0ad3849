import Source
import Values

/// The protobuf messages that run-time values may be: fields with presence and defaults.
struct MessageRegistry: Sendable {
  let records: RecordRegistry
  let hasStrongEnumerations: Bool

  init(_ environment: Environment) {
    records = environment.records
    hasStrongEnumerations = environment.options.hasStrongEnumerations
  }

  private func declared(_ cell: Cell, _ key: Cell) -> RecordField? {
    records.field(key.text.string, of: cell.typeName.text.string)
  }

  /// The value of a field, its default when unset; an error when the message has no such field.
  func field(_ cell: Cell, _ key: Cell, _ context: Context, _ range: TextRange) -> Cell {
    let value = cell.fields.value(named: key)
    if value.tag != Tag.absent { return value }
    guard let field = declared(cell, key) else { return unknown(cell, key, context, range) }
    context.range = range
    return defaultValue(field, context)
  }

  func has(_ cell: Cell, _ key: Cell, _ context: Context, _ range: TextRange) -> Cell {
    if cell.fields.value(named: key).tag != Tag.absent { return Cell(true) }
    return declared(cell, key) == nil ? unknown(cell, key, context, range) : Cell(false)
  }

  private func unknown(
    _ cell: Cell,
    _ key: Cell,
    _ context: Context,
    _ range: TextRange
  ) -> Cell {
    let type = cell.typeName.text.string
    return context.fail(
      .noSuchField,
      Messages.unknownField(key.text.string, type),
      at: range
    )
  }
}
