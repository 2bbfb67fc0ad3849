import Definition
import Document
import Source
import Table
import Values

// Declared fields as JSON Schemas in the table's pool.
extension Compilation {
  /// Named schemas first, so that `$ref` finds them.
  mutating func compileSchemas() {
    for schema in flow.schemas {
      let index = addSchema(schema.content.value)
      table.schemaNames.append(FieldText(name: schema.name, text: String(index)))
    }
  }

  /// Adds a schema; equal texts share one entry.
  mutating func addSchema(_ schema: Value) -> PoolIndex {
    let text = JSONWriter.string(schema)
    if let known = table.schemas.firstIndex(where: { $0.sameScalars(as: text) }) {
      return PoolIndex(known)
    }
    table.schemas.append(text)
    return PoolIndex(table.schemas.count - 1)
  }

  /// The schema of declared fields; `noIndex` for none.
  mutating func addSchema(of fields: FieldSet?) -> PoolIndex {
    guard let fields else { return noIndex }
    return addSchema(Self.schema(of: fields))
  }

  /// The JSON Schema that says what the declared fields say.
  static func schema(of fields: FieldSet) -> Value {
    if let plain = fields.plainSchema { return plain.value }
    var properties = ValueMap()
    var required: [Value] = []
    for field in fields.fields {
      properties[field.name] = field.schema.value
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
}
