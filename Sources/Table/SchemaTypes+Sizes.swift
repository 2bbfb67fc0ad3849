import Expression
import Values

extension SchemaTypes {
  /// Deepest nesting of items that sizes are read from.
  private static let maxSizeDepth = 8

  /// How large the values of `schema` may be, as far as it says; nil when it says nothing.
  ///
  /// `maxLength` of texts, `maxItems` of lists, `maxProperties` of mappings, the least sizes as
  /// well, and those of their elements.
  static func size(of schema: Value, root: Value, depth: Int = 0) -> SizeBounds? {
    guard depth < maxSizeDepth, case .map = schema else { return nil }
    if let reference = schema["$ref"]?.text {
      guard let target = resolve(reference, in: root) else { return nil }
      return size(of: target, root: root, depth: depth + 1)
    }
    if let texts = allowedTexts(schema), !texts.isEmpty {
      let sizes = texts.map(\.unicodeScalars.count)
      return SizeBounds(least: sizes.min() ?? 0, most: sizes.max())
    }
    switch schema["type"]?.text {
    case "string": return bounds(schema, "minLength", "maxLength", nil)
    case "array":
      let elements = schema["items"].flatMap { size(of: $0, root: root, depth: depth + 1) }
      return bounds(schema, "minItems", "maxItems", elements)
    case "object":
      let values = schema["additionalProperties"].flatMap {
        size(of: $0, root: root, depth: depth + 1)
      }
      return bounds(schema, "minProperties", "maxProperties", values)
    default: return nil
    }
  }

  private static func bounds(
    _ schema: Value,
    _ least: String,
    _ most: String,
    _ elements: SizeBounds?
  ) -> SizeBounds? {
    let least = count(schema[least])
    let most = count(schema[most])
    guard least != nil || most != nil || elements != nil else { return nil }
    return SizeBounds(least: least ?? 0, most: most, elements: elements)
  }

  private static func count(_ value: Value?) -> Int? {
    guard case .int(let int)? = value, int >= 0 else { return nil }
    return Int(int)
  }
}
