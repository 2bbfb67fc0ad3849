import Values

/// Makes schemas self-contained: a `$ref` to a named schema of the flow becomes one into `$defs`.
///
/// Flows refer to `schemas:` by name, `$ref: address` or `$ref: "#/schemas/address"`.
struct SchemaBundle {
  private let named: [MapKey: Value]

  init(names: [FieldText], schemas: [Value]) {
    var named: [MapKey: Value] = [:]
    for entry in names {
      guard let index = Int(entry.text), schemas.indices.contains(index) else { continue }
      named[.string(entry.name)] = schemas[index]
    }
    self.named = named
  }

  /// `schema` with every named schema that it reaches under `$defs`.
  func bundled(_ schema: Value) -> Value {
    guard !named.isEmpty else { return schema }
    var reached: [String] = []
    var seen: Set<MapKey> = []
    let root = rewritten(schema, &reached, &seen, depth: 0)
    guard !reached.isEmpty, case .map(var fields) = root else { return root }
    var definitions = ValueMap()
    if case .map(let own)? = fields["$defs"] { definitions = own }
    var next = 0
    while next < reached.count {
      let name = reached[next]
      next += 1
      guard let target = named[.string(name)], definitions[name] == nil else { continue }
      let moved = SchemaReferences.relocated(target, under: ["$defs", name])
      definitions[name] = rewritten(moved, &reached, &seen, depth: 0)
    }
    fields["$defs"] = .map(definitions)
    return .map(fields)
  }

  /// Rewrites references, collecting the names they reach; JSON's own depth limit bounds the depth.
  private func rewritten(
    _ value: Value,
    _ reached: inout [String],
    _ seen: inout Set<MapKey>,
    depth: Int
  ) -> Value {
    switch value {
    case .list(let elements):
      return .list(elements.map { rewritten($0, &reached, &seen, depth: depth + 1) })
    case .map(var fields):
      for entry in fields.entries {
        if case .string("$ref") = entry.key, let text = entry.value.text,
          let name = referredName(text)
        {
          fields[entry.key] = .string("#/$defs/\(name)")
          if seen.insert(.string(name)).inserted { reached.append(name) }
        } else {
          fields[entry.key] = rewritten(entry.value, &reached, &seen, depth: depth + 1)
        }
      }
      return .map(fields)
    default: return value
    }
  }

  private func referredName(_ reference: String) -> String? {
    let prefix = "#/schemas/"
    let name =
      reference.utf8.starts(with: prefix.utf8)
      ? String(reference.dropFirst(prefix.count)) : reference
    return named[.string(name)] == nil ? nil : name
  }
}
