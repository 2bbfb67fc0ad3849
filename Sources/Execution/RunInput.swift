import Document
import Table
import Values

/// Prepares and judges a flow's input before a run exists.
public enum RunInput {
  /// The input with the flow's defaults for what it leaves out, numbers as the schema wants them.
  public static func completed(_ input: Value, for table: LinkedTable) -> Value {
    var input = input
    if case .map(var fields) = input, case .map(let defaults) = table.inputDefaults {
      for entry in defaults.entries where fields[entry.key] == nil {
        fields[entry.key] = entry.value
      }
      input = .map(fields)
    }
    guard let schema = schema(of: table) else { return input }
    return table.normalized(input, schema: schema)
  }

  /// Why a completed input does not fit the flow's declaration; empty when it does.
  public static func violations(of input: Value, for table: LinkedTable) -> [SchemaViolation] {
    guard let schema = schema(of: table) else { return [] }
    return table.violations(of: input, schema: schema)
  }

  private static func schema(of table: LinkedTable) -> PoolIndex? {
    table.table.slots.first { $0.kind == .input }?.schema
  }
}
