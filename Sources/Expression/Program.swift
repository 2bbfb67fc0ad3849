public import Source
import Values

/// A compiled expression: pure, metered, safe to share.
public struct Program: Sendable {
  /// The deduced type.
  public let type: ExpressionType
  /// The source text.
  public let text: String
  /// What it reads: slots and static paths of fields, in order of appearance.
  public let reads: [ValuePath]

  /// Parses, resolves, checks and compiles `source`.
  ///
  /// All mistakes are reported, up to `limits.diagnostics`; the program is nil when one of them is
  /// an error.
  public static func compile(
    _ source: SourceText,
    in environment: Environment,
    limits: Limits = Limits()
  ) -> (program: Program?, diagnostics: [Diagnostic]) {
    (nil, [])
  }

  /// The value of the expression, or why it has none.
  ///
  /// Never traps; bounded by the cost limit.
  public func evaluate(_ memory: borrowing Memory) -> Evaluation { .value(.null) }

  /// The truth of a guard: converts and allocates nothing for guards over scalars.
  public func test(_ memory: borrowing Memory) -> Truth { .isFalse }

  /// The value of every sub-expression that was evaluated, in order of the text.
  public func trace(
    _ memory: borrowing Memory
  ) -> [(range: TextRange, text: String, value: Evaluation)] { [] }
}
