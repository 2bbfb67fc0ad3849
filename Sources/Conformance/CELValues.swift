import Expression
import Values

/// The suite's encoding of values and types.
struct CELValues {
  let registry: RecordRegistry
  let hasStrongEnumerations: Bool

  /// A value as an expression sees it.
  func value(_ encoded: Value) -> Value {
    guard case .map(let map) = encoded, let entry = map.entries.first,
      case .string(let kind) = entry.key
    else { return .null }
    let content = entry.value
    switch kind {
    case "bool": return content
    case "int": return .int(Int64(content.text ?? "") ?? 0)
    case "uint": return .uint(UInt64(content.text ?? "") ?? 0)
    case "double": return .double(double(content.text ?? ""))
    case "string": return content
    case "bytes": return .bytes(CELValues.base64(content.text ?? ""))
    case "list": return .list(content.elements.map { value($0) })
    case "map":
      var result = ValueMap()
      for pair in content.elements where pair.elements.count == 2 {
        if let key = key(value(pair.elements[0])) { result[key] = value(pair.elements[1]) }
      }
      return .map(result)
    case "timestamp":
      let (seconds, nanos) = time(content)
      return .timestamp(Timestamp(seconds: seconds, nanoseconds: Int32(nanos)))
    case "duration":
      let (seconds, nanos) = time(content)
      return .duration(nanoseconds: seconds &* 1_000_000_000 &+ nanos)
    case "type": return .type(content.text ?? "")
    case "enum":
      guard case .int(let number)? = content["value"] else { return .null }
      return hasStrongEnumerations
        ? .enumeration(
          type: content["type"]?.text ?? "",
          number: Int32(truncatingIfNeeded: number)
        )
        : .int(number)
    case "object": return object(content)
    case "any": return value(content)
    default: return .null
    }
  }

  private func double(_ text: String) -> Double {
    switch text {
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    case "NaN": .nan
    default: Double(text) ?? 0
    }
  }

  private func time(_ content: Value) -> (Int64, Int64) {
    var nanos: Int64 = 0
    if case .int(let number)? = content["nanos"] { nanos = number }
    return (Int64(content["seconds"]?.text ?? "") ?? 0, nanos)
  }

  private func key(_ value: Value) -> MapKey? {
    switch value {
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .uint(let uint): .uint(uint)
    case .string(let text): .string(text)
    default: nil
    }
  }

  static func base64(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var accumulator: UInt32 = 0
    var bits = 0
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for byte in text.utf8 {
      guard let digit = alphabet.firstIndex(of: byte) else { continue }
      accumulator = accumulator << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)))
      }
    }
    return result
  }

  /// A message; the well-known ones read as plain values.
  private func object(_ content: Value) -> Value {
    let type = content["type"]?.text ?? ""
    var fields = ValueMap()
    for (name, encoded) in CELDescriptors.entries(content["fields"]) {
      let plain = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
      fields[plain] = value(encoded)
    }
    switch type.hasPrefix("google.protobuf.") ? String(type.dropFirst(16)) : "" {
    case "BoolValue": return fields["value"] ?? .bool(false)
    case "Int32Value", "Int64Value": return fields["value"] ?? .int(0)
    case "UInt32Value", "UInt64Value": return fields["value"] ?? .uint(0)
    case "FloatValue", "DoubleValue": return fields["value"] ?? .double(0)
    case "StringValue": return fields["value"] ?? .string("")
    case "BytesValue": return fields["value"] ?? .bytes([])
    case "Struct": return fields["fields"] ?? .map(ValueMap())
    case "ListValue": return fields["values"] ?? .list([])
    case "Value":
      return fields["null_value"] != nil ? .null : fields.entries.first?.value ?? .null
    default: return .record(type: type, fields: fields)
    }
  }

  // MARK: Types

  /// A type of the suite.
  func type(_ encoded: Value) -> ExpressionType {
    if let name = encoded.text { return CELValues.simple[name] ?? .dyn }
    guard case .map(let map) = encoded, let entry = map.entries.first,
      case .string(let kind) = entry.key
    else { return .dyn }
    let content = entry.value
    switch kind {
    case "wrapper": return .wrapper(type(content))
    case "list": return .list(type(content))
    case "map": return .map(type(content.elements[0]), type(content.elements[1]))
    case "message":
      let name = content.text ?? ""
      let field = WireField(number: 1, kind: .message, typeName: name)
      return field.expressionType
    case "type": return .type(type(content))
    case "param": return .parameter(content.text ?? "")
    case "abstract":
      let name = content["name"]?.text ?? ""
      let parameters = content["params"]?.elements.map { type($0) } ?? []
      return name == "optional_type" && parameters.count == 1
        ? .optional(parameters[0]) : .abstract(name, parameters)
    default: return .dyn
    }
  }

  private static let simple: [String: ExpressionType] = [
    "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
    "bytes": .bytes, "null": .null, "dyn": .dyn, "any": .any, "timestamp": .timestamp,
    "duration": .duration, "error": .error,
  ]

  /// Equal, with NaN equal to itself.
  static func same(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.double(let left), .double(let right)): left == right || (left.isNaN && right.isNaN)
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { same($0, $1) }
    case (.map(let left), .map(let right)): same(left, right)
    case (.record(let left, let leftFields), .record(let right, let rightFields)):
      left == right && same(leftFields, rightFields)
    default: left == right
    }
  }

  private static func same(_ left: ValueMap, _ right: ValueMap) -> Bool {
    left.count == right.count
      && left.entries.allSatisfy { entry in
        right[entry.key].map { same(entry.value, $0) } ?? false
      }
  }
}
