extension DiagnosticCode {
  /// The text is not JSON.
  public static let jsonSyntax = DiagnosticCode(
    "SBX-JSON-001",
    "the text is not JSON",
    """
    JSON is read strictly (RFC 8259): double quotes only, no comments, no comma before a closing
    bracket, no `NaN` or `Infinity`, no leading zeros.

        {'a': 01,}     # wrong, three times
        {"a": 1}       # right
    """
  )
  /// A key that stands twice.
  public static let jsonDuplicateKey = DiagnosticCode(
    "SBX-JSON-002",
    "a key stands twice in one object",
    """
    An object can hold a key only once; with two, one of the values would be lost silently, and
    which one depends on the reader.

        {"amount": 1, "amount": 100}     # wrong
    """
  )
  /// Bytes or escapes that are no Unicode text.
  public static let jsonBadText = DiagnosticCode(
    "SBX-JSON-003",
    "bytes or escapes that are no text",
    """
    JSON is UTF-8, and an escape above `\\uFFFF` is a pair of surrogates. Bytes that are not UTF-8,
    half of a pair, and raw control characters are refused rather than replaced.

        "\\ud83d"            # wrong: half of a pair
        "\\ud83d\\ude00"      # right
    """
  )
  /// Nested too deeply.
  public static let jsonDepthLimit = DiagnosticCode(
    "SBX-JSON-004",
    "values nest too deeply",
    """
    Arrays and objects inside each other are limited in depth, so that a hostile text cannot
    exhaust the stack.

        [[[[[[[[[[[[1]]]]]]]]]]]]     # wrong, when it goes on like this for 256 levels
        [1]                           # right
    """
  )
  /// A number beyond a 64-bit float.
  public static let jsonNumberRange = DiagnosticCode(
    "SBX-JSON-005",
    "a number is too large",
    """
    Numbers beyond the range of a 64-bit float would become infinite. A number with more digits than
    a float holds, such as an identifier, is a text.

        {"amount": 1e400}       # wrong
        {"amount": 1e300}       # right
    """
  )

  /// The codes of this file.
  static let jsonCodes: [DiagnosticCode] = [
    jsonSyntax, jsonDuplicateKey, jsonBadText, jsonDepthLimit, jsonNumberRange,
  ]
}
