import Source
import Values

extension Builder {
  /// `validateSchema(value, 'name')`: passes the value on when the schema accepts it.
  func schemaCheck(_ pieces: [Piece], _ range: TextRange) -> Piece? {
    guard let constant = pieces[1].constant, constant.isString,
      let check = environment.schemaChecks[constant.text.string]
    else { return nil }
    let name = constant.text.string
    let code = pieces[0].code
    return Piece(code: { context in
      let cell = code(context)
      if cell.isError { return cell }
      guard context.isWithinLimits(cell) else { return context.tooLarge }
      let value = cell.value
      context.charge(Builder.size(value))
      if context.isExhausted { return context.exhausted(at: range) }
      guard let reason = check(value) else { return cell }
      return context.fail(.invalidArgument, Messages.violation(name, reason), at: range)
    })
  }

  /// Values and entries within a value, itself included.
  private static func size(_ value: Value) -> Int {
    switch value {
    case .list(let elements): elements.reduce(1) { $0 + size($1) }
    case .map(let map): map.entries.reduce(1) { $0 + 1 + size($1.value) }
    default: 1
    }
  }
}
