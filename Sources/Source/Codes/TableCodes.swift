extension DiagnosticCode {
  /// A schema that is no valid JSON Schema.
  public static let tableSchema = DiagnosticCode(
    "SBX-TABLE-002", "a schema that is not valid",
    """
    Inputs and answers are checked by JSON Schemas (draft 2020-12), so a schema that cannot be read
    would let anything through.

        output: {score: {type: numbr}}     # wrong: no such type
        output: {score: {type: number}}    # right
    """)
  /// The codes of the compiler and of tables.
  public static let tableCodes: [DiagnosticCode] = [tableBroken, tableSchema]
}
