import Document
import Source
import Values

/// The schemas of a table, read and compiled.
struct SchemaPool: Sendable {
  /// The schemas as values.
  let values: [Value]

  static func compile(
    _ values: [Value],
    limits: Limits
  ) -> (pool: SchemaPool?, diagnostics: [Diagnostic]) {
    (SchemaPool(values: values), [])
  }

  func violations(of value: Value, schema: PoolIndex) -> [SchemaViolation] { [] }
}

/// Stands in until schemas are compiled.
public struct SchemaViolation: Sendable {
  /// What is wrong.
  public var description: String
}
