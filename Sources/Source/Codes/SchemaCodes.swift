extension DiagnosticCode {
  /// A keyword that JSON Schema does not define.
  public static let schemaUnknownKeyword = DiagnosticCode(
    "SBX-SCHEMA-001",
    "an unknown keyword in a schema",
    """
    JSON Schema ignores words that it does not know, so a misspelt keyword checks nothing. Here
    such a word is refused.

        amount: {type: number, minumum: 0}    # wrong: nothing is checked
        amount: {type: number, minimum: 0}    # right
    """
  )
  /// A keyword with a value that it cannot have.
  public static let schemaBadKeyword = DiagnosticCode(
    "SBX-SCHEMA-002",
    "a keyword of a schema has a wrong value",
    """
    Each keyword wants a value of its own kind: types are JSON Schema's seven words, sizes are whole
    numbers, properties are mappings of names to schemas.

        amount: {type: float}     # wrong
        amount: {type: number}    # right
    """
  )
  /// A reference without target.
  public static let schemaUnresolvedReference = DiagnosticCode(
    "SBX-SCHEMA-003",
    "a reference to a schema leads nowhere",
    """
    `$ref` names a part of the same schema (`#/$defs/name`) or a registered document. Nothing is
    fetched over the network.

        $ref: "#/$defs/adress"     # wrong when the definition is called `address`
    """
  )
  /// A pattern that RE2 refuses.
  public static let schemaBadPattern = DiagnosticCode(
    "SBX-SCHEMA-004",
    "a pattern of a schema is refused",
    """
    Patterns run in linear time on RE2. Look-around and back-references, which cannot, are refused.

        pattern: "^(?!test)"      # wrong
        not: {pattern: "^test"}   # right
    """
  )
  /// Field declarations of the wrong form.
  public static let schemaBadFields = DiagnosticCode(
    "SBX-SCHEMA-005",
    "fields are declared wrongly",
    """
    Inputs, state and outputs are declared field by field, each with a schema. A field is required
    unless it says `optional: true`; no other fields are accepted.

        input:
          amount: number             # wrong
          amount: {type: number}     # right
    """
  )

  /// The codes of this file.
  static let schemaCodes: [DiagnosticCode] = [
    schemaUnknownKeyword, schemaBadKeyword, schemaUnresolvedReference, schemaBadPattern,
    schemaBadFields,
  ]
}
