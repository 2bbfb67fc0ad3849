extension Value {
  /// The text, when this is a string.
  public var text: String? {
    if case .string(let string) = self { string } else { nil }
  }

  /// The field of a map or record with a text key; nil when absent or of another kind.
  public subscript(name: String) -> Value? {
    switch self {
    case .map(let map): map[name]
    case .record(_, let fields): fields[name]
    default: nil
    }
  }

  /// The name of the kind as people know it: `null`, `bool`, `int`, `list`, `map`, ….
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map: "map"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .type: "type"
    case .optional: "optional"
    case .record(let type, _): type
    case .enumeration(let type, _): type
    case .opaque(let type, _): type
    }
  }
}
