import Source

/// Collects the findings of one expression, up to a limit.
struct Reporter {
  let source: SourceText
  let limit: Int
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var hasErrors = false

  init(source: SourceText, limit: Int) {
    self.source = source
    self.limit = max(1, limit)
  }

  /// Whether further findings would be dropped.
  var isFull: Bool { diagnostics.count >= limit }

  /// Takes findings of others.
  mutating func report(_ findings: [Diagnostic]) {
    if findings.hasErrors { hasErrors = true }
    diagnostics += findings.prefix(max(0, limit - diagnostics.count))
  }

  mutating func report(
    _ code: DiagnosticCode,
    _ message: String,
    at range: TextRange,
    hint: String? = nil,
    severity: Severity = .error,
    fix: String? = nil
  ) {
    if severity == .error { hasErrors = true }
    guard !isFull else { return }
    let span = source.span(range)
    diagnostics.append(
      Diagnostic(
        code,
        severity,
        message,
        at: span,
        hint: hint,
        fix: fix.map { Diagnostic.Fix(span: span, replacement: $0) }
      )
    )
  }
}
