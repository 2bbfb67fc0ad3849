import Definition
import Document
import Source
import Table
import Values

// Declared fields as JSON Schemas in the table's pool.
extension Compilation {
  /// Named schemas first, so that `$ref` finds them.
  mutating func compileSchemas() {
    checkSchemas(of: flow.state)
    for schema in flow.schemas {
      checkSchema(schema.content)
      let index = addSchema(schema.content.value)
      table.schemaNames.append(FieldText(name: schema.name, text: String(index)))
    }
  }

  /// Adds a schema; equal texts share one entry.
  mutating func addSchema(_ schema: Value) -> PoolIndex {
    let text = JSONWriter.string(schema)
    if let known = schemaIndex[.string(text)] { return known }
    let index = PoolIndex(table.schemas.count)
    schemaIndex[.string(text)] = index
    table.schemas.append(text)
    return index
  }

  /// The schema of declared fields; `noIndex` for none.
  mutating func addSchema(of fields: FieldSet?) -> PoolIndex {
    guard let fields else { return noIndex }
    let schema = Self.schema(of: fields)
    let known = schemaIndex[.string(JSONWriter.string(schema))]
    if known == nil { checkSchemas(of: fields) }
    return addSchema(schema)
  }

  /// The JSON Schema that says what the declared fields say.
  static func schema(of fields: FieldSet) -> Value {
    if let plain = fields.plainSchema { return plain.value }
    var properties = ValueMap()
    var required: [Value] = []
    for field in fields.fields {
      var schema = SchemaReferences.relocated(
        field.schema.value,
        under: ["properties", field.name]
      )
      if let value = field.defaultValue, case .map(var keywords) = schema {
        // JSON Schema's own keyword: with it the field is there once defaults are filled in.
        keywords["default"] = value.value
        schema = .map(keywords)
      }
      properties[field.name] = schema
      if !field.isOptional, field.defaultValue == nil { required.append(.string(field.name)) }
    }
    var schema: ValueMap = ["type": .string("object"), "properties": .map(properties)]
    if !required.isEmpty { schema["required"] = .list(required) }
    if fields.isClosed { schema["additionalProperties"] = .bool(false) }
    return .map(schema)
  }

  /// Names of the fields that an output declares, whichever way it was written.
  static func declaredNames(_ fields: FieldSet?) -> [String] {
    guard let fields else { return [] }
    if let plain = fields.plainSchema {
      return plain["properties"]?.entries?.map(\.key) ?? []
    }
    return fields.fields.map(\.name)
  }

  /// Reports schemas that are not valid where they stand, and defaults that do not fit theirs.
  mutating func checkSchemas(of fields: FieldSet) {
    if let plain = fields.plainSchema {
      checkSchema(plain)
      return
    }
    for field in fields.fields {
      guard let schema = checkSchema(field.schema), let value = field.defaultValue else { continue }
      if let violation = schema.validate(value.value).first {
        report(Messages.badDefault(field.name, violation.description, at: value.span))
      }
    }
  }

  /// The schema in place, with the named ones that it refers to.
  @discardableResult
  private mutating func checkSchema(_ node: Node) -> Schema? {
    var options = Schema.Options()
    options.reportsUnknownKeywords = false
    options.assertsFormats = true
    let result = Schema.compile(namedSchemas.bundled(node), options: options, limits: limits)
    for finding in result.diagnostics where finding.severity == .error {
      report(finding)
      hasBadSchema = true
    }
    return result.schema
  }
}
