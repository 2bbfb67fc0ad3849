/// Protobuf's well-known types, which CEL reads as plain values.
enum WellKnown {
  /// The type of a well-known message in CEL; nil for any other name.
  static func expressionType(of name: String) -> ExpressionType? {
    guard name.hasPrefix("google.protobuf.") else { return nil }
    switch name.dropFirst("google.protobuf.".utf8.count) {
    case "BoolValue": return .wrapper(.bool)
    case "Int32Value", "Int64Value": return .wrapper(.int)
    case "UInt32Value", "UInt64Value": return .wrapper(.uint)
    case "FloatValue", "DoubleValue": return .wrapper(.double)
    case "StringValue": return .wrapper(.string)
    case "BytesValue": return .wrapper(.bytes)
    case "Timestamp": return .timestamp
    case "Duration": return .duration
    case "Any": return .any
    case "Struct": return .map(.string, .dyn)
    case "Value": return .dyn
    case "ListValue": return .list(.dyn)
    default: return nil
    }
  }
}
