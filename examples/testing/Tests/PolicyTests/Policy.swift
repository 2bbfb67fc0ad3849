import SignalboxTesting

/// The policy under test: what its guards may read, and the guards.
enum Policy {
  static let environment: Environment = {
    var records = RecordRegistry()
    records.declare(
      "payment",
      fields: [
        RecordField("amount", .double), RecordField("country", .string),
        RecordField("note", .string, isOptional: true), RecordField("tags", .list(.string)),
      ]
    )
    return Environment(
      variables: [
        .init(name: "payment", type: .record("payment"), slot: 0),
        .init(name: "risk", type: .double, slot: 1),
        .init(name: "limits", type: .map(.string, .int), slot: 2),
      ],
      records: records
    )
  }()

  static let review = """
    risk >= 0.7 || payment.amount > 500.0 && !('known' in payment.tags)
      || has(payment.note) && size(payment.note) > 200
    """

  /// A guard, compiled.
  static func program(_ text: String) throws -> Program {
    let (program, diagnostics) = Program.compile(
      SourceText(name: "policy", text: text),
      in: environment
    )
    guard let program else { throw Refused(messages: diagnostics.map(\.message)) }
    return program
  }

  /// Why a guard is refused.
  struct Refused: Error {
    let messages: [String]
  }
}
