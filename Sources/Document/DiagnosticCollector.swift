import Source

/// Gathers the findings of one input up to a limit and counts the rest.
///
/// A class, as readers of nested parts of a document write into the same collection.
public final class DiagnosticCollector {
  /// The findings in order of arrival, at most the limit.
  public private(set) var diagnostics: [Diagnostic] = []
  /// How many findings came after the limit.
  public private(set) var omittedCount = 0
  /// Whether any finding, kept or omitted, is an error.
  public private(set) var hasErrors = false
  private let limit: Int

  /// An empty collection that keeps `limits.diagnostics` findings.
  public init(limits: Limits) {
    limit = max(1, limits.diagnostics)
  }

  /// Adds a finding.
  public func report(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasErrors = true }
    if diagnostics.count < limit {
      diagnostics.append(diagnostic)
    } else {
      omittedCount += 1
    }
  }

  /// Adds findings in order.
  public func report(contentsOf diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { report(diagnostic) }
  }

  /// Adds an error.
  public func error(
    _ code: DiagnosticCode,
    _ message: String,
    at span: SourceSpan?,
    hint: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    report(Diagnostic(code, .error, message, at: span, notes: notes, hint: hint))
  }

  /// Adds a warning.
  public func warning(
    _ code: DiagnosticCode,
    _ message: String,
    at span: SourceSpan?,
    hint: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    report(Diagnostic(code, .warning, message, at: span, notes: notes, hint: hint))
  }
}
