import Document
import Source
import Values

/// The schemas of a table, read and compiled.
struct SchemaPool: Sendable {
  /// The schemas as values, named ones bundled.
  let values: [Value]
  private let schemas: [Schema]

  /// Compiles all schemas; nil when one is not valid.
  static func compile(
    _ values: [Value],
    at span: SourceSpan?,
    limits: Limits
  ) -> (pool: SchemaPool?, diagnostics: [Diagnostic]) {
    var schemas: [Schema] = []
    var diagnostics: [Diagnostic] = []
    var options = Schema.Options()
    options.reportsUnknownKeywords = false
    options.assertsFormats = true
    for value in values {
      let result = Schema.compile(value, options: options, limits: limits)
      if let schema = result.schema {
        schemas.append(schema)
      } else if let first = result.diagnostics.first(where: { $0.severity == .error }) {
        diagnostics.append(Messages.schema(first.message, at: span))
      }
    }
    return (diagnostics.isEmpty ? SchemaPool(values: values, schemas: schemas) : nil, diagnostics)
  }

  /// What `value` violates.
  func violations(of value: Value, schema: PoolIndex) -> [SchemaViolation] {
    schema == noIndex ? [] : schemas[Int(schema)].validate(value)
  }
}

extension SchemaPool {
  /// The named schemas as checks of a value: nil when it fits, else the first violation.
  ///
  /// Of a list, a schema of `type: object` is asked about each element: flows validate lists of
  /// records with the schema of one.
  func checks(named names: [FieldText]) -> [String: @Sendable (Value) -> String?] {
    var checks: [String: @Sendable (Value) -> String?] = [:]
    for entry in names {
      guard let index = PoolIndex(entry.text), schemas.indices.contains(Int(index)) else {
        continue
      }
      let isOfRecords = values[Int(index)].isObjectSchema
      checks[entry.name] = { value in
        guard isOfRecords, case .list(let elements) = value else {
          return violations(of: value, schema: index).first?.description
        }
        for (position, element) in elements.enumerated() {
          if let violation = violations(of: element, schema: index).first {
            return "element \(position): \(violation.description)"
          }
        }
        return nil
      }
    }
    return checks
  }
}

extension SchemaViolation {
  /// The violation in one line: where in the value, then what is wrong.
  public var description: String {
    guard !instanceLocation.isEmpty else { return message }
    let path = instanceLocation.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .joined(separator: ".")
    return "`\(path)`: \(message)"
  }
}

extension Value {
  /// Whether, as a JSON Schema, it accepts objects only.
  fileprivate var isObjectSchema: Bool {
    guard case .map(let keywords) = self else { return false }
    return keywords["type"] == .string("object")
  }
}
