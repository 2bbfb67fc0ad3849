/// The type of an expression, as the checker deduces it.
///
/// `dyn` is compatible with everything: what no schema describes is `dyn` and is checked when the
/// expression runs.
public indirect enum ExpressionType: Hashable, Sendable {
  /// Not known before the expression runs.
  case dyn
  /// The null value.
  case null
  /// A boolean.
  case bool
  /// A signed 64-bit integer.
  case int
  /// An unsigned 64-bit integer.
  case uint
  /// A 64-bit float.
  case double
  /// Unicode text.
  case string
  /// Bytes.
  case bytes
  /// A point in time.
  case timestamp
  /// A span of time.
  case duration
  /// A packed message of any type.
  case any
  /// The type of an expression that was refused; reports nothing further.
  case error
  /// A list of elements.
  case list(ExpressionType)
  /// A map from keys to values.
  case map(ExpressionType, ExpressionType)
  /// A record with declared fields, by its name in the registry.
  case record(String)
  /// A value or nothing.
  case optional(ExpressionType)
  /// A type as a value.
  case type(ExpressionType)
  /// A protobuf wrapper: the primitive or null.
  case wrapper(ExpressionType)
  /// A member of an enumeration with a type of its own.
  case enumeration(String)
  /// A type parameter of a function declaration.
  case parameter(String)
  /// A type of an extension, such as `net.IP`, with its parameters.
  case abstract(String, [ExpressionType])

  /// The type as people write it: `list(int)`, `map(string, dyn)`, `optional_type(int)`.
  public var name: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .any: "google.protobuf.Any"
    case .error: "error"
    case .list(let element): "list(\(element.name))"
    case .map(let key, let value): "map(\(key.name), \(value.name))"
    case .record(let name), .enumeration(let name), .parameter(let name): name
    case .optional(let wrapped): "optional_type(\(wrapped.name))"
    case .type(let type): "type(\(type.name))"
    case .wrapper(let primitive): "wrapper(\(primitive.name))"
    case .abstract(let name, let parameters):
      parameters.isEmpty
        ? name : "\(name)(\(parameters.map(\.name).joined(separator: ", ")))"
    }
  }

  /// Whether nothing is known of the type.
  public var isDynamic: Bool {
    switch self {
    case .dyn, .any, .error: true
    default: false
    }
  }

  /// Whether values of the type are numbers.
  public var isNumeric: Bool {
    switch self {
    case .int, .uint, .double: true
    case .wrapper(let primitive): primitive.isNumeric
    default: false
    }
  }
}
