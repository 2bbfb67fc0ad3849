import Source
import Values

/// The fields that an input, a state or an output declares.
///
/// The house form is a mapping of names to schemas: each field is required unless it says
/// `optional: true`, and other fields are refused. A scalar `type:` or a `$ref:` at the top means
/// plain JSON Schema instead; then the fields are those of its `properties`.
public struct FieldSchemas: Sendable {
  /// Who may have written a field's value.
  public enum Trust: String, Sendable, CaseIterable {
    /// Comes from the flow's own author or operator.
    case trusted
    /// May hold anything.
    case untrusted
  }

  /// One field.
  public struct Field: Sendable {
    /// Its name.
    public let name: String
    /// Where the name stands.
    public let nameSpan: SourceSpan
    /// Its schema as written.
    public let node: Node
    /// Its schema alone.
    public let schema: Schema
    /// Whether it may be absent.
    public let isOptional: Bool
    /// Its value when absent.
    public let defaultNode: Node?
    /// What is declared about its origin.
    public let trust: Trust?
  }

  /// The fields in order.
  public let fields: [Field]
  /// The schema of the whole object.
  public let schema: Schema
  /// Whether plain JSON Schema was written.
  public let isPlainSchema: Bool
  /// The whole as plain JSON Schema, for interfaces and models.
  public let json: Value

  /// The field of a name.
  ///
  /// O(fields).
  public subscript(name: String) -> Field? {
    fields.first { $0.name.sameScalars(as: name) }
  }

  /// Keys of a field that are not JSON Schema's.
  private static let houseKeys: Set<String> = ["optional", "trust"]

  /// Reads declarations; nil when a finding is an error.
  public static func compile(
    _ node: Node,
    registry: SchemaRegistry = SchemaRegistry(),
    limits: Limits = Limits()
  ) -> (fields: FieldSchemas?, diagnostics: [Diagnostic]) {
    guard let entries = node.entries else {
      return (nil, [SchemaMessages.fieldsNotMapping(node)])
    }
    var builder = FieldSchemasBuilder(registry: registry, limits: limits)
    let isPlain = node["type"].map { $0.entries == nil } ?? false || node["$ref"]?.string != nil
    let fields = isPlain ? builder.plain(node, entries) : builder.house(node, entries)
    return (builder.diagnostics.hasErrors ? nil : fields, builder.diagnostics)
  }

  /// Reads one schema with the house form's extra keys allowed.
  static func options() -> Schema.Options {
    var options = Schema.Options()
    options.extraKeywords = houseKeys
    return options
  }
}

/// Reads field declarations and gathers the findings.
struct FieldSchemasBuilder {
  let registry: SchemaRegistry
  let limits: Limits
  var diagnostics: [Diagnostic] = []

  init(registry: SchemaRegistry, limits: Limits) {
    self.registry = registry
    self.limits = limits
  }

  mutating func house(_ node: Node, _ entries: [Node.Entry]) -> FieldSchemas? {
    let fields = entries.compactMap { field($0) }
    guard fields.count == entries.count else { return nil }
    let json = object(fields.map { ($0.name, $0.node, $0.isOptional || $0.defaultNode != nil) })
    var options = FieldSchemas.options()
    options.reportsUnknownKeywords = false
    let (schema, _) = Schema.compile(json, registry: registry, options: options, limits: limits)
    return schema.map {
      FieldSchemas(fields: fields, schema: $0, isPlainSchema: false, json: json)
    }
  }

  mutating func plain(_ node: Node, _ entries: [Node.Entry]) -> FieldSchemas? {
    guard let schema = compile(node) else { return nil }
    let required = (node["required"]?.elements ?? []).compactMap(\.string)
    let properties = node["properties"]?.entries ?? []
    let fields = properties.compactMap { entry -> FieldSchemas.Field? in
      var copy = self
      guard let schema = copy.compile(entry.value) else { return nil }
      return FieldSchemas.Field(
        name: entry.key,
        nameSpan: entry.keySpan,
        node: entry.value,
        schema: schema,
        isOptional: !required.contains { $0.sameScalars(as: entry.key) },
        defaultNode: entry.value["default"],
        trust: nil
      )
    }
    return FieldSchemas(fields: fields, schema: schema, isPlainSchema: true, json: node.value)
  }

  private mutating func field(_ entry: Node.Entry) -> FieldSchemas.Field? {
    guard entry.value.entries != nil else {
      diagnostics.append(SchemaMessages.fieldNotSchema(entry))
      return nil
    }
    guard let schema = compile(entry.value) else { return nil }
    let defaultNode = entry.value["default"]
    if let defaultNode, let violation = schema.validate(defaultNode.value).first {
      diagnostics.append(SchemaMessages.badDefault(violation, at: defaultNode.span))
    }
    return FieldSchemas.Field(
      name: entry.key,
      nameSpan: entry.keySpan,
      node: entry.value,
      schema: schema,
      isOptional: flag(entry.value),
      defaultNode: defaultNode,
      trust: trust(entry.value)
    )
  }

  private mutating func flag(_ node: Node) -> Bool {
    guard let optional = node["optional"] else { return false }
    if case .bool(let isOptional) = optional.content { return isOptional }
    diagnostics.append(
      SchemaMessages.badFieldKey("optional", wanted: "`true` or `false`", at: optional.span)
    )
    return false
  }

  private mutating func trust(_ node: Node) -> FieldSchemas.Trust? {
    guard let written = node["trust"] else { return nil }
    if let trust = FieldSchemas.Trust(rawValue: written.string ?? "") { return trust }
    diagnostics.append(
      SchemaMessages.badFieldKey("trust", wanted: "`trusted` or `untrusted`", at: written.span)
    )
    return nil
  }

  private mutating func compile(_ node: Node) -> Schema? {
    let (schema, found) = Schema.compile(
      node,
      registry: registry,
      options: FieldSchemas.options(),
      limits: limits
    )
    diagnostics += found
    return schema
  }

  /// A closed object schema of the fields, without the house form's own keys.
  private func object(_ fields: [(name: String, node: Node, isOptional: Bool)]) -> Value {
    var properties = ValueMap()
    for field in fields {
      guard case .map(var map) = field.node.value else { continue }
      map["optional"] = nil
      map["trust"] = nil
      properties[field.name] = .map(map)
    }
    let required = fields.filter { !$0.isOptional }.map { Value.string($0.name) }
    return .map([
      "type": .string("object"), "properties": .map(properties), "required": .list(required),
      "additionalProperties": .bool(false),
    ])
  }
}
