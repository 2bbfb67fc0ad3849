import Document
import Source
import Values

/// Declared fields.
extension FlowReader {
  /// The field set at `key`; nil when absent or after a finding.
  mutating func fieldSet(_ key: String, _ mapping: Mapping) -> FieldSet? {
    guard let entry = value(key, mapping) else { return nil }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of field names to JSON Schemas",
          hint: "write `\(key): {name: {type: string}}`"
        )
      )
      return nil
    }
    if entry.value["type"]?.string != nil || entry.value["$ref"]?.string != nil {
      return plainSchema(entry.value)
    }
    var declarations: [FieldSet.Declaration] = []
    for field in entries {
      checkName(field, isStep: false)
      if let declaration = declaration(field) { declarations.append(declaration) }
    }
    return FieldSet(fields: declarations, span: entry.value.span)
  }

  /// One declared field; nil after a finding.
  mutating func declaration(_ field: Node.Entry) -> FieldSet.Declaration? {
    guard let entries = field.value.entries else {
      if case .null = field.value.content {
        report(Messages.noValue(field))
      } else {
        report(Messages.fieldKind(field))
      }
      return nil
    }
    let keys = Mapping(level: .action, path: "", span: field.value.span, entries: entries)
    let own = ["optional", "default", "trust"]
    let schema = Node(
      content: .mapping(entries.filter { !own.contains($0.key) }),
      span: field.value.span
    )
    checkKeywords(schema, extra: own)
    let trust = word("trust", keys, oneOf: ["untrusted", "trusted"])
    return FieldSet.Declaration(
      name: field.key,
      nameSpan: field.keySpan,
      schema: schema,
      isOptional: boolean("optional", keys) ?? false,
      defaultValue: keys.entry("default")?.value,
      isUntrusted: trust.map { $0.value == "untrusted" }
    )
  }

  /// A JSON Schema as it is; when it describes an object, its properties are the fields.
  private mutating func plainSchema(_ node: Node) -> FieldSet {
    checkKeywords(node, extra: [])
    let required = Set(
      (node["required"]?.elements ?? []).compactMap { $0.string }.map(MapKey.string)
    )
    let fields = (node["properties"]?.entries ?? []).map { property in
      FieldSet.Declaration(
        name: property.key,
        nameSpan: property.keySpan,
        schema: property.value,
        isOptional: !required.contains(.string(property.key)),
        defaultValue: property.value["default"],
        isUntrusted: nil
      )
    }
    var isClosed = false
    if case .bool(false)? = node["additionalProperties"]?.content { isClosed = true }
    return FieldSet(fields: fields, span: node.span, plainSchema: node, isClosed: isClosed)
  }

  /// Warns of keywords that JSON Schema would silently ignore.
  private mutating func checkKeywords(_ schema: Node, extra: [String]) {
    guard let entries = schema.entries else { return }
    for entry in entries {
      if entry.key.hasPrefix("x-") { continue }
      guard Self.keywords.contains(where: { $0.sameScalars(as: entry.key) }) else {
        let near =
          findings.isFull ? nil : Suggestion.nearest(to: entry.key, in: Self.keywords + extra)
        report(Messages.schemaKeyword(entry, near: near))
        continue
      }
      switch entry.key {
      case "format":
        if let name = entry.value.string, !SchemaFormat.names.contains(name) {
          report(Messages.schemaFormat(name, at: entry.value.span))
        }
      case "properties", "$defs", "patternProperties", "dependentSchemas":
        for property in entry.value.entries ?? [] { checkKeywords(property.value, extra: []) }
      case "items", "additionalProperties", "not", "contains", "if", "then", "else",
        "propertyNames", "unevaluatedItems", "unevaluatedProperties":
        checkKeywords(entry.value, extra: [])
      case "allOf", "anyOf", "oneOf", "prefixItems":
        for element in entry.value.elements ?? [] { checkKeywords(element, extra: []) }
      default: break
      }
    }
  }

  /// The keywords of JSON Schema 2020-12.
  private static let keywords = [
    "$id", "$schema", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary",
    "$comment", "$defs", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    "dependentSchemas", "prefixItems", "items", "contains", "properties", "patternProperties",
    "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "type",
    "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
    "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains",
    "minContains", "maxProperties", "minProperties", "required", "dependentRequired", "title",
    "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "format",
    "contentEncoding", "contentMediaType", "contentSchema",
  ]
}
