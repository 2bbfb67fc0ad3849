import Values

/// Values as CEL texts.
enum CELText {
  /// The literal of a JSON value.
  static func literal(_ value: Value) -> String {
    switch value {
    case .string(let text): ScriptTranslator.quoted(text)
    case .list(let elements): "[" + elements.map { literal($0) }.joined(separator: ", ") + "]"
    case .map(let fields):
      "{"
        + fields.entries.map { ScriptTranslator.quoted($0.key.written) + ": " + literal($0.value) }
        .joined(separator: ", ") + "}"
    default: JSONWriter.string(value)
    }
  }

  /// `map` with `value` put at a path of keys; what is missing on the way is made.
  static func inserted(_ value: String, at keys: [String], into map: String) -> String {
    guard let key = keys.first else { return value }
    let quoted = ScriptTranslator.quoted(key)
    var inner = value
    if keys.count > 1 {
      let current = map + StatesPath.field(key)
      inner = inserted(
        value,
        at: Array(keys.dropFirst()),
        into: "(\(quoted) in \(map) ? \(current) : {})"
      )
    }
    return "(\(map).filter(k, k != \(quoted)) + [\(quoted)]).transformMapEntry(i, k, "
      + "{k: k == \(quoted) ? dyn(\(inner)) : \(map)[k]})"
  }
}
