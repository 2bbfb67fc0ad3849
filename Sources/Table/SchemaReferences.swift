import Values

/// References of a schema into itself, when it becomes a part of another one.
public enum SchemaReferences {
  /// A schema's references to its own parts, as `#/$defs/n`, rewritten for its new place.
  ///
  /// References to the flow's `schemas:` and to anchors stay; below an `$id` of its own nothing
  /// changes. Linear.
  public static func relocated(_ schema: Value, under steps: [String]) -> Value {
    let pointer = pointer(steps)
    return relocated(schema, pointer, hasSchemas: schema["schemas"] != nil)
  }

  /// A reference's new text; nil when it stays.
  public static func relocated(_ reference: String, under steps: [String]) -> String? {
    moved(reference, pointer(steps), hasSchemas: false)
  }

  private static func pointer(_ steps: [String]) -> String {
    steps.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
  }

  private static func moved(_ reference: String, _ pointer: String, hasSchemas: Bool) -> String? {
    let isWhole = reference.utf8.elementsEqual("#".utf8)
    guard isWhole || reference.utf8.starts(with: "#/".utf8) else { return nil }
    if !hasSchemas, reference.utf8.starts(with: "#/schemas/".utf8) { return nil }
    return "#" + pointer + reference.dropFirst()
  }

  private static func relocated(_ value: Value, _ pointer: String, hasSchemas: Bool) -> Value {
    switch value {
    case .list(let elements):
      return .list(elements.map { relocated($0, pointer, hasSchemas: hasSchemas) })
    case .map(var fields):
      if fields["$id"]?.text != nil { return value }
      for entry in fields.entries {
        if case .string("$ref") = entry.key, let text = entry.value.text {
          if let moved = moved(text, pointer, hasSchemas: hasSchemas) {
            fields[entry.key] = .string(moved)
          }
        } else {
          fields[entry.key] = relocated(entry.value, pointer, hasSchemas: hasSchemas)
        }
      }
      return .map(fields)
    default: return value
    }
  }
}
