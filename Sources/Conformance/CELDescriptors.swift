import Expression
import Values

/// Message types as the suite describes them: descriptors in JSON.
enum CELDescriptors {
  /// Reads `descriptors.json` and adds the well-known messages.
  static func registry(_ descriptors: Value) -> RecordRegistry {
    var registry = RecordRegistry()
    declareWellKnown(&registry)
    for (name, enumeration) in entries(descriptors["enums"]) {
      var members: [String: Int32] = [:]
      for (member, number) in entries(enumeration) {
        if case .int(let number) = number { members[member] = Int32(truncatingIfNeeded: number) }
      }
      registry.declareEnumeration(name, members: members)
    }
    let wellKnown = registry
    for (name, message) in entries(descriptors["messages"])
    where wellKnown.fields(of: name) == nil {
      let fields = (message["fields"]?.elements ?? []).map { field($0, "name") }
      registry.declareMessage(name, fields: fields)
    }
    for item in descriptors["extensions"]?.elements ?? [] {
      registry.declareExtension(
        field(item, "full_name"),
        of: item["extendee"]?.text ?? ""
      )
    }
    return registry
  }

  static func entries(_ value: Value?) -> [(String, Value)] {
    guard case .map(let map)? = value else { return [] }
    return map.entries.map { entry in
      if case .string(let key) = entry.key { (key, entry.value) } else { ("", entry.value) }
    }
  }

  private static func flag(_ value: Value, _ name: String) -> Bool {
    if case .bool(true)? = value[name] { true } else { false }
  }

  private static func kind(_ text: String?) -> WireField.Kind {
    text == "enum" ? .enumeration : WireField.Kind(rawValue: text ?? "") ?? .message
  }

  private static func field(_ value: Value, _ nameKey: String) -> RecordField {
    let kind = kind(value["type"]?.text)
    var number = 0
    if case .int(let declared)? = value["number"] { number = Int(declared) }
    var map: WireField.MapKinds?
    if let declared = value["map"] {
      map = WireField.MapKinds(
        key: CELDescriptors.kind(declared["key"]?.text),
        value: CELDescriptors.kind(declared["value"]?.text),
        valueTypeName: declared["value_type"]?.text
      )
    }
    let wire = WireField(
      number: number,
      kind: kind,
      typeName: value["type_name"]?.text,
      isRepeated: flag(value, "repeated"),
      hasPresence: flag(value, "presence"),
      oneof: value["oneof"]?.text,
      defaultText: defaultText(value["default"]),
      map: map
    )
    return RecordField(
      value[nameKey]?.text ?? "",
      wire.expressionType,
      isOptional: wire.hasPresence,
      wire: wire
    )
  }

  /// The default as text: the suite's encoding of its value.
  private static func defaultText(_ value: Value?) -> String? {
    guard let (kind, content) = entries(value).first else { return nil }
    switch (kind, content) {
    case ("bool", .bool(let bool)): return bool ? "true" : "false"
    case ("bytes", .string(let text)):
      return String(decoding: CELValues.base64(text), as: UTF8.self)
    case ("enum", .int(let number)): return String(number)
    default: return content.text
    }
  }

  private static func declareWellKnown(_ registry: inout RecordRegistry) {
    for (name, kind) in [
      ("Bool", WireField.Kind.bool), ("Int32", .int32), ("Int64", .int64), ("UInt32", .uint32),
      ("UInt64", .uint64), ("Float", .float), ("Double", .double), ("String", .string),
      ("Bytes", .bytes),
    ] {
      declare("\(name)Value", [("value", WireField(number: 1, kind: kind))], &registry)
    }
    declareJSON(&registry)
    declareOthers(&registry)
  }

  private static func declareJSON(_ registry: inout RecordRegistry) {
    let value = "google.protobuf.Value"
    declare(
      "Struct",
      [
        (
          "fields",
          WireField(
            number: 1,
            kind: .message,
            isRepeated: true,
            map: .init(key: .string, value: .message, valueTypeName: value)
          )
        )
      ],
      &registry
    )
    declare(
      "ListValue",
      [("values", WireField(number: 1, kind: .message, typeName: value, isRepeated: true))],
      &registry
    )
    declare(
      "Value",
      [
        (
          "null_value",
          WireField(
            number: 1,
            kind: .enumeration,
            typeName: "google.protobuf.NullValue",
            hasPresence: true
          )
        ), ("number_value", WireField(number: 2, kind: .double, hasPresence: true)),
        ("string_value", WireField(number: 3, kind: .string, hasPresence: true)),
        ("bool_value", WireField(number: 4, kind: .bool, hasPresence: true)),
        (
          "struct_value",
          WireField(
            number: 5,
            kind: .message,
            typeName: "google.protobuf.Struct",
            hasPresence: true
          )
        ),
        (
          "list_value",
          WireField(
            number: 6,
            kind: .message,
            typeName: "google.protobuf.ListValue",
            hasPresence: true
          )
        ),
      ],
      &registry
    )
  }

  private static func declareOthers(_ registry: inout RecordRegistry) {
    for name in ["Timestamp", "Duration"] {
      declare(
        name,
        [
          ("seconds", WireField(number: 1, kind: .int64)),
          ("nanos", WireField(number: 2, kind: .int32)),
        ],
        &registry
      )
    }
    declare(
      "Any",
      [
        ("type_url", WireField(number: 1, kind: .string)),
        ("value", WireField(number: 2, kind: .bytes)),
      ],
      &registry
    )
    declare("Empty", [], &registry)
    declare(
      "FieldMask",
      [("paths", WireField(number: 1, kind: .string, isRepeated: true))],
      &registry
    )
    registry.declareEnumeration("google.protobuf.NullValue", members: ["NULL_VALUE": 0])
  }

  private static func declare(
    _ name: String,
    _ fields: [(String, WireField)],
    _ registry: inout RecordRegistry
  ) {
    registry.declareMessage(
      "google.protobuf." + name,
      fields: fields.map { RecordField($0.0, $0.1.expressionType, wire: $0.1) }
    )
  }
}
