import Definition
import Document
import Source
import Table
import Values

/// The flow's `schemas:`, put into the schemas that refer to them, each with its own place.
///
/// The same that the linker does with the schemas of a table, for findings that say where in the
/// flow a mistake is.
struct NamedSchemas {
  private let named: [MapKey: Node]

  init(_ schemas: [Named<Node>]) {
    named = Dictionary(schemas.map { (.string($0.name), $0.content) }) { first, _ in first }
  }

  /// `schema` with every named schema that it reaches under `$defs`; linear in what it reaches.
  func bundled(_ schema: Node) -> Node {
    guard !named.isEmpty else { return schema }
    var reached: [String] = []
    var seen: Set<MapKey> = []
    let root = rewritten(schema, &reached, &seen, under: [])
    guard !reached.isEmpty, let entries = root.entries else { return root }
    var definitions = root["$defs"]?.entries ?? []
    var next = 0
    while next < reached.count {
      let name = reached[next]
      next += 1
      guard let target = named[.string(name)],
        !definitions.contains(where: { $0.key.sameScalars(as: name) })
      else { continue }
      let node = rewritten(target, &reached, &seen, under: ["$defs", name])
      definitions.append(Node.Entry(key: name, keySpan: target.span, value: node))
    }
    let own = entries.filter { $0.key != "$defs" }
    let definition = Node(content: .mapping(definitions), span: root.span)
    return Node(
      content: .mapping(own + [Node.Entry(key: "$defs", keySpan: root.span, value: definition)]),
      span: root.span
    )
  }

  /// Documents are limited in depth, and so is this.
  private func rewritten(
    _ node: Node,
    _ reached: inout [String],
    _ seen: inout Set<MapKey>,
    under steps: [String]
  ) -> Node {
    switch node.content {
    case .sequence(let elements):
      let rewritten = elements.map { self.rewritten($0, &reached, &seen, under: steps) }
      return Node(content: .sequence(rewritten), span: node.span)
    case .mapping(let entries):
      var changed: [Node.Entry] = []
      for entry in entries {
        var value = rewritten(entry.value, &reached, &seen, under: steps)
        if entry.key == "$ref", let text = entry.value.string {
          if let name = referredName(text) {
            value = Node(content: .string("#/$defs/\(name)"), span: entry.value.span)
            if seen.insert(.string(name)).inserted { reached.append(name) }
          } else if !steps.isEmpty,
            let moved = SchemaReferences.relocated(text, under: steps)
          {
            value = Node(content: .string(moved), span: entry.value.span)
          }
        }
        changed.append(Node.Entry(key: entry.key, keySpan: entry.keySpan, value: value))
      }
      return Node(content: .mapping(changed), span: node.span)
    default: return node
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
