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

  /// A prompt of a seed whose template nobody can fill.
  public static let literalPrompt = DiagnosticCode(
    "SBX-TABLE-003",
    "a prompt that is kept as text",
    """
    The prompt of a seed's agent holds `{{ }}` with a name that its input does not have, or in
    another template language. It is sent as it stands. Declare the input, or write the flow in the
    house form, where such a prompt is an error.

        prompt: "Service {{ .service_name }}"      # kept as text
        input: {service_name: {type: string}}      # with this it is filled in
    """
  )

  /// The codes of tables.
  public static let tableCodes: [DiagnosticCode] = [tableBroken, tableSchema, literalPrompt]
}
