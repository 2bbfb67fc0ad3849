/// How many findings of each weight there are, in the words of a closing line.
public struct DiagnosticSummary: Sendable, Hashable {
  /// Findings that refuse the input.
  public var errors = 0
  /// Probable mistakes.
  public var warnings = 0
  /// Remarks.
  public var notes = 0
  /// Findings beyond `Limits.diagnostics`, counted and not reported.
  public var omitted = 0

  /// Counts `diagnostics`; `omitted` is how many more were found than reported.
  public init(_ diagnostics: [Diagnostic], omitted: Int = 0) {
    for diagnostic in diagnostics {
      switch diagnostic.severity {
      case .error: errors += 1
      case .warning: warnings += 1
      case .note: notes += 1
      }
    }
    self.omitted = omitted
  }

  /// `1 error, 2 warnings`, `nothing found`, `100 errors, 23 more not shown`.
  public var text: String {
    var parts: [String] = []
    for (count, noun) in [(errors, "error"), (warnings, "warning"), (notes, "note")] where count > 0
    {
      parts.append("\(count) \(noun)\(count == 1 ? "" : "s")")
    }
    if parts.isEmpty { parts.append("nothing found") }
    if omitted > 0 { parts.append("\(omitted) more not shown") }
    return parts.joined(separator: ", ")
  }
}
