import Document
import Source
import Values

/// Subtrees: a flow of `flows:` whose tree is put in where a node names it.
extension FlowReader {
  /// The flows that a tree may name, and the state fields around.
  struct TreeSurroundings {
    /// The entries of `flows:`, the innermost first.
    var flows: [Node.Entry] = []
    /// The declared state fields.
    var fields: [Node.Entry] = []
  }

  /// What a flow's header declares, on top of what is around it.
  func surroundings(of header: Mapping) -> TreeSurroundings {
    TreeSurroundings(
      flows: (header.entry("flows")?.value.entries ?? []) + treeSurroundings.flows,
      fields: header.entry("state")?.value.entries ?? []
    )
  }

  /// A `subtree` node: the tree of a flow, under names of its own; nil after a finding.
  mutating func subtree(_ mapping: Mapping, _ type: Located<String>) -> TreeNode? {
    guard let name = name("flow", mapping) else {
      if mapping.entry("flow") == nil {
        let hint = "write the name of a flow of `flows`: `flow: approach`"
        report(Messages.missing("flow", in: "the `subtree`", at: type.span, hint: hint))
      }
      return nil
    }
    guard let id = mapping.entry("id")?.value.string, !id.isEmpty else {
      let hint = "what is the subtree's own is called by it: write `id: \(name.value)_1`"
      report(Messages.missing("id", in: "the `subtree`", at: type.span, hint: hint))
      return nil
    }
    if openSubtrees.contains(where: { $0.sameScalars(as: name.value) }) {
      report(Messages.recursiveSubtree(name, through: openSubtrees))
      return nil
    }
    let known = treeSurroundings.flows
    guard let entry = known.first(where: { $0.key.sameScalars(as: name.value) }) else {
      report(Messages.unknownSubtree(name, among: known.map(\.key)))
      return nil
    }
    let openCount = openIncludes.count
    defer { openIncludes.removeLast(openIncludes.count - openCount) }
    guard let node = definitionNode(entry), let entries = node.entries else { return nil }
    guard let root = entries.first(where: { $0.key == "root" }) else {
      report(Messages.flowWithoutTree(name, at: entry.keySpan))
      return nil
    }
    let fields = entries.first { $0.key == "state" }?.value.entries ?? []
    guard let names = subtreeNames(mapping, id, name, fields, root.value) else { return nil }
    let outer = (subtreeNames, treeSurroundings)
    addOwnFields(fields, names, mapping)
    subtreeNames = names
    treeSurroundings = TreeSurroundings(
      flows: (entries.first { $0.key == "flows" }?.value.entries ?? []) + known,
      fields: fields
    )
    openSubtrees.append(name.value)
    defer {
      (subtreeNames, treeSurroundings) = outer
      openSubtrees.removeLast()
    }
    let path = "flows.\(name.value).root"
    guard let tree = treeNode(root.value, at: root.keySpan, path: path) else { return nil }
    return TreeNode(.sequence(.resuming), children: [tree], span: mapping.span)
  }

  /// The names of a subtree's instance: ports, and everything else by the node's id.
  private mutating func subtreeNames(
    _ mapping: Mapping,
    _ id: String,
    _ flow: Located<String>,
    _ fields: [Node.Entry],
    _ root: Node
  ) -> SubtreeNames? {
    let whole = subtreeNames?.node(id) ?? id
    var names = SubtreeNames(id: whole, ports: [], ids: [])
    Self.collectIDs(root, into: &names.ids, limits.definitionDepth * 20)
    guard let entry = value("ports", mapping) else { return names }
    guard let ports = entry.value.entries else {
      let hint = "write `ports: {its_field: our_field}`"
      report(Messages.wrongKind(entry, wanted: "a mapping of state fields", hint: hint))
      return nil
    }
    let findings = self.findings.hasErrors
    for port in ports {
      guard let target = text(port) else { continue }
      guard let inner = fields.first(where: { $0.key.sameScalars(as: port.key) }) else {
        report(Messages.unknownPort(port, of: flow.value, among: fields.map(\.key)))
        continue
      }
      let around = treeSurroundings.fields
      guard let field = around.first(where: { $0.key.sameScalars(as: target.value) }) else {
        report(Messages.unknownPortTarget(target, among: around.map(\.key)))
        continue
      }
      if let one = inner.value["type"]?.string, let other = field.value["type"]?.string,
        !one.sameScalars(as: other)
      {
        report(Messages.portType(port, one, target.value, other, declared: inner.keySpan))
        continue
      }
      names.ports.append((port.key, subtreeNames?.field(target.value) ?? target.value))
    }
    return self.findings.hasErrors && !findings ? nil : names
  }

  /// The state fields that belong to the instance alone.
  private mutating func addOwnFields(
    _ fields: [Node.Entry],
    _ names: SubtreeNames,
    _ mapping: Mapping
  ) {
    let given = mapping.entry("with")?.value.entries ?? []
    for value in given {
      let isPort = names.ports.contains { $0.field.sameScalars(as: value.key) }
      let isKnown = fields.contains { $0.key.sameScalars(as: value.key) }
      guard !isKnown || isPort else { continue }
      report(Messages.unknownPort(value, of: names.id, among: fields.map(\.key)))
    }
    for field in fields
    where !names.ports.contains(where: { $0.field.sameScalars(as: field.key) }) {
      let start = given.first { $0.key.sameScalars(as: field.key) }
      let entries = (field.value.entries ?? []).filter { start == nil || $0.key != "default" }
      let schema = Node(
        content: .mapping(
          entries
            + (start.map { [Node.Entry(key: "default", keySpan: $0.keySpan, value: $0.value)] }
              ?? [])
        ),
        span: field.value.span
      )
      subtreeFields.append(
        Node.Entry(key: names.field(field.key), keySpan: field.keySpan, value: schema)
      )
    }
  }

  private static func collectIDs(
    _ node: Node,
    into ids: inout Set<SubtreeNames.MapKeyText>,
    _ depth: Int
  ) {
    guard depth > 0 else { return }
    for entry in node.entries ?? [] {
      if entry.key == "id", let id = entry.value.string { ids.insert(.init(id)) }
      collectIDs(entry.value, into: &ids, depth - 1)
    }
    for element in node.elements ?? [] { collectIDs(element, into: &ids, depth - 1) }
  }
}
