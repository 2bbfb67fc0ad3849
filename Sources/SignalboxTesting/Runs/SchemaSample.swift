import Signalbox

/// Values by chance that mostly fit a JSON Schema.
package enum SchemaSample {
  private static let maxDepth = 6

  /// A value of a schema; what it does not fit is for the caller to find out.
  package static func value(of schema: Value, by random: inout RandomSource) -> Value {
    value(of: schema, by: &random, depth: 0)
  }

  /// A value of which nothing is known.
  package static func anything(by random: inout RandomSource) -> Value {
    switch random.below(6) {
    case 0: .null
    case 1: .int(number(by: &random, 0, 3))
    case 2: .string("text")
    case 3: .list([.int(1), .int(2)])
    default:
      .map([
        "v": .int(number(by: &random, 0, 3)), "ok": .bool(random.chance(50)),
        "text": .string("a"),
      ])
    }
  }

  private static func value(
    of schema: Value,
    by random: inout RandomSource,
    depth: Int
  ) -> Value {
    if let constant = schema["const"] { return constant }
    if case .list(let members)? = schema["enum"], !members.isEmpty {
      return random.one(of: members)
    }
    for key in ["anyOf", "oneOf"] {
      if case .list(let members)? = schema[key], !members.isEmpty, depth < maxDepth {
        return value(of: random.one(of: members), by: &random, depth: depth + 1)
      }
    }
    switch schema["type"]?.text {
    case "boolean": return .bool(random.chance(50))
    case "null": return .null
    case "integer": return .int(integer(schema, by: &random))
    case "number": return .double(Double(integer(schema, by: &random)))
    case "string": return text(schema, by: &random)
    case "array": return list(schema, by: &random, depth: depth)
    case "object": return object(schema, by: &random, depth: depth)
    default:
      if schema["properties"] != nil { return object(schema, by: &random, depth: depth) }
      return anything(by: &random)
    }
  }

  private static func number(by random: inout RandomSource, _ low: Int64, _ high: Int64) -> Int64 {
    low + Int64(random.below(Int(clamping: max(0, high - low)) + 1))
  }

  /// Small numbers, on either side of what guards compare with.
  private static func integer(_ schema: Value, by random: inout RandomSource) -> Int64 {
    var low: Int64 = 0
    var high: Int64 = 4
    if case .int(let minimum)? = schema["minimum"] {
      low = minimum
      high = max(high, low)
    }
    if case .int(let maximum)? = schema["maximum"] {
      high = maximum
      low = min(low, high)
    }
    return number(by: &random, low, min(high, low + 1_000))
  }

  private static func text(_ schema: Value, by random: inout RandomSource) -> Value {
    var text = random.one(of: ["a", "b", "text", ""])
    if case .int(let length)? = schema["minLength"] {
      while text.unicodeScalars.count < length, text.utf8.count < 1_000 { text += "a" }
    }
    if case .int(let length)? = schema["maxLength"], text.unicodeScalars.count > length {
      text = ""
    }
    return .string(text)
  }

  private static func list(
    _ schema: Value,
    by random: inout RandomSource,
    depth: Int
  ) -> Value {
    var low = 0
    var high = 3
    if case .int(let least)? = schema["minItems"] { low = Int(clamping: min(least, 100)) }
    if case .int(let most)? = schema["maxItems"] { high = Int(clamping: min(most, 100)) }
    guard depth < maxDepth else { return .list([]) }
    let items = schema["items"] ?? .null
    let count = low + random.below(max(0, high - low) + 1)
    return .list((0..<count).map { _ in value(of: items, by: &random, depth: depth + 1) })
  }

  private static func object(
    _ schema: Value,
    by random: inout RandomSource,
    depth: Int
  ) -> Value {
    var required: [Value] = []
    if case .list(let names)? = schema["required"] { required = names }
    var fields = ValueMap()
    guard case .map(let properties)? = schema["properties"], depth < maxDepth else {
      return .map(fields)
    }
    for property in properties.entries {
      let isRequired = required.contains { name in
        property.key.value.text.map { name.text?.sameScalars(as: $0) ?? false } ?? false
      }
      guard isRequired || random.chance(70) else { continue }
      fields[property.key] = value(of: property.value, by: &random, depth: depth + 1)
    }
    return .map(fields)
  }
}
