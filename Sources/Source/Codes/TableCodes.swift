extension DiagnosticCode {
  /// A table that this version cannot run.
  public static let tableBroken = DiagnosticCode(
    "SBX-TABLE-001",
    "a table that cannot be run",
    """
    A compiled table is checked before it runs: every number in it must point to something, and
    every place must be of a kind that this version runs. A table that fails was damaged in its
    store, or written by a version that knows more.

        signalbox check support.yaml     # compile the flow again from its source
    """
  )
  /// A schema that is no valid JSON Schema.
  public static let tableSchema = DiagnosticCode(
    "SBX-TABLE-002",
    "a schema that is not valid",
    """
    Inputs and answers are checked by JSON Schemas (draft 2020-12), so a schema that cannot be read
    would let anything through.

        output: {score: {type: numbr}}     # wrong: no such type
        output: {score: {type: number}}    # right
    """
  )

  /// The codes of tables.
  public static let tableCodes: [DiagnosticCode] = [tableBroken, tableSchema]
}
