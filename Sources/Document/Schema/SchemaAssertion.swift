import RegularExpression
import Source
import Values

/// The keywords that look at one value alone.
enum SchemaAssertion {
  /// The keyword that fails and what is wrong, nil when the value fits; the message is empty when
  /// `isQuiet`.
  static func flaw(
    of value: Value,
    against keyword: SchemaKeyword,
    isQuiet: Bool
  ) -> (keyword: String, message: String)? {
    func found(_ keyword: String, _ message: @autoclosure () -> String) -> (String, String) {
      (keyword, isQuiet ? "" : message())
    }
    switch keyword {
    case .type(let types):
      return isOf(types, value)
        ? nil : found("type", "must be \(describe(types)), found \(describe(value))")
    case .enumeration(let values):
      return values.contains { SchemaNumber.same($0, value) }
        ? nil : found("enum", "must be one of \(list(values)), found \(short(value))")
    case .const(let wanted):
      return SchemaNumber.same(wanted, value)
        ? nil : found("const", "must be \(short(wanted)), found \(short(value))")
    case .multipleOf(let divisor):
      return !SchemaNumber.isNumber(value) || SchemaNumber.isMultiple(value, of: divisor)
        ? nil
        : found("multipleOf", "must be a multiple of \(short(divisor)), found \(short(value))")
    case .bound(let bound, let limit):
      return !SchemaNumber.isNumber(value) || holds(bound, value, limit)
        ? nil
        : found(bound.rawValue, "must be \(words(bound)) \(short(limit)), found \(short(value))")
    case .size(let size, let limit): return sizeFlaw(size, limit, value).map { found($0, $1) }
    case .pattern(let pattern, let source):
      guard case .string(let text) = value, !pattern.matches(text) else { return nil }
      return found("pattern", "must match the pattern `\(source)`, found \(short(value))")
    case .format(let name):
      guard case .string(let text) = value, !SchemaFormat.accepts(text, name) else { return nil }
      return found("format", "must be in the format `\(name)`, found \(short(value))")
    case .uniqueItems:
      guard case .list(let list) = value, !SchemaNumber.areUnique(list) else { return nil }
      return found("uniqueItems", "holds an element twice")
    case .required(let names):
      guard case .map(let map) = value, let name = names.first(where: { map[$0] == nil }) else {
        return nil
      }
      let missing = names.filter { map[$0] == nil }
      return found(
        "required",
        missing.count == 1
          ? "lacks the property `\(name)`"
          : "lacks the properties " + missing.map { "`\($0)`" }.joined(separator: ", ")
      )
    case .dependentRequired(let dependents):
      guard case .map(let map) = value else { return nil }
      for (key, names) in dependents where map[key] != nil {
        guard let name = names.first(where: { map[$0] == nil }) else { continue }
        return found("dependentRequired", "lacks the property `\(name)`, needed beside `\(key)`")
      }
      return nil
    default: return nil
    }
  }

  static func unknownProperty(_ name: String, known: [String]) -> String {
    let suggestion = Suggestion.nearest(to: name, in: known.sorted())
    return "the property `\(name)` is not allowed"
      + (suggestion.map { "; did you mean `\($0)`?" } ?? "")
  }

  private static func isOf(_ types: SchemaTypes, _ value: Value) -> Bool {
    switch value {
    case .null: types.contains(.null)
    case .bool: types.contains(.boolean)
    case .int, .uint: types.contains(.integer) || types.contains(.number)
    case .double(let double):
      types.contains(.number) || types.contains(.integer) && SchemaNumber.isIntegral(double)
    case .list: types.contains(.array)
    case .map, .record: types.contains(.object)
    default: types.contains(.string)
    }
  }

  private static func holds(
    _ bound: SchemaKeyword.Bound,
    _ value: Value,
    _ limit: Value
  ) -> Bool {
    switch bound {
    case .maximum: !SchemaNumber.isLess(limit, value)
    case .exclusiveMaximum: SchemaNumber.isLess(value, limit)
    case .minimum: !SchemaNumber.isLess(value, limit)
    case .exclusiveMinimum: SchemaNumber.isLess(limit, value)
    }
  }

  private static func sizeFlaw(
    _ size: SchemaKeyword.Size,
    _ limit: Int,
    _ value: Value
  ) -> (String, String)? {
    let count: Int
    let unit: String
    switch (size, value) {
    case (.maxLength, .string(let text)), (.minLength, .string(let text)):
      count = text.unicodeScalars.count
      unit = "characters"
    case (.maxItems, .list(let list)), (.minItems, .list(let list)):
      count = list.count
      unit = "elements"
    case (.maxProperties, .map(let map)), (.minProperties, .map(let map)):
      count = map.count
      unit = "properties"
    default: return nil
    }
    let isMaximum = size == .maxLength || size == .maxItems || size == .maxProperties
    if isMaximum ? count <= limit : count >= limit { return nil }
    return (
      size.rawValue, "has \(count) \(unit), \(isMaximum ? "at most" : "at least") \(limit) allowed"
    )
  }

  private static func words(_ bound: SchemaKeyword.Bound) -> String {
    switch bound {
    case .maximum: "at most"
    case .exclusiveMaximum: "less than"
    case .minimum: "at least"
    case .exclusiveMinimum: "more than"
    }
  }

  private static func describe(_ types: SchemaTypes) -> String {
    SchemaTypes.names.filter { types.contains($0.1) }.map { "\($0.0)" }.joined(separator: " or ")
  }

  private static func describe(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .int, .uint: "integer"
    case .double: "number"
    case .list: "array"
    case .map, .record: "object"
    default: "string"
    }
  }

  private static func list(_ values: [Value]) -> String {
    values.prefix(10).map(short).joined(separator: ", ") + (values.count > 10 ? ", …" : "")
  }

  /// A value for a message: its JSON text, cut to a readable length.
  private static func short(_ value: Value) -> String {
    switch value {
    case .list(let list) where list.count > 8: return "a list of \(list.count) elements"
    case .map(let map) where map.count > 8: return "an object of \(map.count) properties"
    case .string(let text) where text.utf8.count > 80:
      return "`\"" + String(text.unicodeScalars.prefix(60).map(Character.init)) + "…\"`"
    default:
      let text = JSONWriter.string(value)
      return text.utf8.count > 200 ? "a large value" : "`\(text)`"
    }
  }
}
