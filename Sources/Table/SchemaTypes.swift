import Expression
import Values

/// Turns JSON Schemas into the types that guards and templates are checked with.
///
/// `integer` is an int, `number` a double, an object with declared properties a record, and what a
/// schema leaves open is `dyn`. A property that is neither required nor has a default is optional.
public struct SchemaTypes: Sendable {
  /// The records declared so far.
  public var records: RecordRegistry
  /// Deepest nesting that is followed; below it everything is `dyn`, so that recursive schemas end.
  private static let maxDepth = 12

  /// Types over an empty registry.
  public init() { records = RecordRegistry() }

  /// The type of values of `schema`; records are declared under `name` and paths below it.
  public mutating func type(of schema: Value, name: String) -> ExpressionType {
    type(of: schema, name: name, root: schema, depth: 0)
  }

  private mutating func type(
    of schema: Value,
    name: String,
    root: Value,
    depth: Int
  ) -> ExpressionType {
    guard depth < Self.maxDepth, case .map = schema else { return .dyn }
    if let reference = schema["$ref"]?.text {
      guard let target = Self.resolve(reference, in: root) else { return .dyn }
      return type(of: target, name: name, root: root, depth: depth + 1)
    }
    if let kind = Self.commonKind(schema) { return kind }
    switch schema["type"]?.text {
    case "integer": return .int
    case "number": return .double
    case "string": return .string
    case "boolean": return .bool
    case "null": return .null
    case "array":
      guard let items = schema["items"] else { return .list(.dyn) }
      return .list(type(of: items, name: name + "[]", root: root, depth: depth + 1))
    case "object": return object(schema, name: name, root: root, depth: depth)
    default:
      return schema["properties"] == nil
        ? .dyn : object(schema, name: name, root: root, depth: depth)
    }
  }

  private mutating func object(
    _ schema: Value,
    name: String,
    root: Value,
    depth: Int
  ) -> ExpressionType {
    guard case .map(let properties)? = schema["properties"] else {
      guard let additional = schema["additionalProperties"], case .map = additional else {
        return .map(.string, .dyn)
      }
      return .map(.string, type(of: additional, name: name + "{}", root: root, depth: depth + 1))
    }
    var required: Set<MapKey> = []
    if case .list(let names)? = schema["required"] {
      for name in names { if let text = name.text { required.insert(.string(text)) } }
    }
    let fields = properties.entries.compactMap { entry -> RecordField? in
      guard case .string(let key) = entry.key else { return nil }
      let type = type(of: entry.value, name: "\(name).\(key)", root: root, depth: depth + 1)
      return RecordField(
        key,
        type,
        isOptional: !required.contains(entry.key) && entry.value["default"] == nil,
        allowedTexts: Self.allowedTexts(entry.value),
        size: Self.size(of: entry.value, root: root)
      )
    }
    records.declare(name, fields: fields)
    return .record(name)
  }

  /// The kind that all members of `enum`, or the `const`, share.
  private static func commonKind(_ schema: Value) -> ExpressionType? {
    let members: [Value]
    if let constant = schema["const"] {
      members = [constant]
    } else if case .list(let list)? = schema["enum"], !list.isEmpty {
      members = list
    } else {
      return nil
    }
    var kind: ExpressionType?
    for member in members {
      let next: ExpressionType
      switch member {
      case .string: next = .string
      case .bool: next = .bool
      case .int: next = .int
      case .double: next = .double
      default: return .dyn
      }
      if let kind, kind != next { return .dyn }
      kind = next
    }
    // `1` is a double where the schema says `number`, and `1.0` an int where it says `integer`.
    switch (kind, schema["type"]?.text) {
    case (.int, "number"): return .double
    case (.double, "integer"): return .int
    default: return kind
    }
  }

  /// The texts that a schema enumerates, if it does.
  static func allowedTexts(_ schema: Value) -> [String]? {
    if let constant = schema["const"] { return constant.text.map { [$0] } }
    guard case .list(let members)? = schema["enum"] else { return nil }
    let texts = members.compactMap(\.text)
    return texts.count == members.count ? texts : nil
  }

  /// What a reference inside `root` points to: `#`, or `#` and a JSON pointer.
  static func resolve(_ reference: String, in root: Value) -> Value? {
    guard reference.utf8.first == UInt8(ascii: "#") else { return nil }
    let steps = reference.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    // Before the first slash stands the name of an anchor, which is not followed.
    guard steps.first?.isEmpty ?? true else { return nil }
    var value = root
    for step in steps.dropFirst() {
      let key = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
      let next: Value?
      if case .list(let elements) = value {
        next = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      } else {
        next = value[key]
      }
      guard let next else { return nil }
      value = next
    }
    return value
  }
}
