public import Source
import Values

/// A text with `{{ expression }}` parts.
///
/// A text that is exactly one `{{ }}` keeps the type of its value; any other is a string in which
/// values that are no strings are rendered as JSON; a text without `{{` is a constant.
public struct Template: Sendable {
  /// The type of the result.
  public let type: ExpressionType
  /// What its expressions read.
  public let reads: [ValuePath]

  /// Compiles all parts; the template is nil when a diagnostic is an error.
  public static func compile(
    _ source: SourceText,
    in environment: Environment,
    limits: Limits = Limits()
  ) -> (template: Template?, diagnostics: [Diagnostic]) { (nil, []) }

  /// The result, or why there is none.
  public func evaluate(_ memory: borrowing Memory) -> Evaluation { .value(.null) }
}
