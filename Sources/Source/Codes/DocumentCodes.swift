extension DiagnosticCode {
  /// A value of another kind than the key wants.
  public static let documentWrongKind = DiagnosticCode(
    "SBX-DOC-001",
    "a value of the wrong kind",
    """
    The key wants another kind of value. Unquoted texts that look like numbers, `true`, `false` and
    `null` are not texts in YAML; quote them.

        version: 1.10      # wrong where a text is wanted: this is the number 1.1
        version: "1.10"    # right
    """
  )
  /// A required key is absent.
  public static let documentMissingKey = DiagnosticCode(
    "SBX-DOC-002",
    "a required key is missing",
    """
    The mapping lacks a key without which it has no meaning. Add the key; the message names it and
    the thing that needs it.

        scenarios:
          - {input: {question: "hello"}}                    # wrong: which scenario?
          - {name: greeting, input: {question: "hello"}}    # right
    """
  )
  /// A key that means nothing here.
  public static let documentUnknownKey = DiagnosticCode(
    "SBX-DOC-003",
    "an unknown key",
    """
    Keys that mean nothing are refused rather than ignored: a dropped `interactive: true` or a
    misspelt `on_eror:` would change what a flow does without a word. Correct the spelling, or move
    the key to the level it belongs to.

        step:
          on_eror: failed     # wrong
          on_error: failed    # right
    """
  )
  /// A text that is none of the allowed ones.
  public static let documentUnknownChoice = DiagnosticCode(
    "SBX-DOC-004",
    "a text that is not one of the choices",
    """
    The key takes one of a few words, compared exactly, case included. The message lists them.

        join: All     # wrong
        join: all     # right
    """
  )
  /// A number outside its range.
  public static let documentOutOfRange = DiagnosticCode(
    "SBX-DOC-005",
    "a number out of range",
    """
    The key takes whole numbers within a range; the message names the range.

        max_items: 0      # wrong: at least 1
    """
  )

  /// The codes of this file.
  static let documentCodes: [DiagnosticCode] = [
    documentWrongKind, documentMissingKey, documentUnknownKey, documentUnknownChoice,
    documentOutOfRange,
  ]
}
