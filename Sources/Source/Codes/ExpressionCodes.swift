extension DiagnosticCode {
  /// The codes of expressions.
  public static let expressionCodes: [DiagnosticCode] = []
}
