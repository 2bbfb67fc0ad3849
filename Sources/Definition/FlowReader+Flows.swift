import Document
import Source
import Values

/// Child flows: `flows:`, each a header and a body of its own.
extension FlowReader {
  /// The child flows at `flows`.
  mutating func childFlows(_ header: Mapping) -> [Named<Flow>] {
    guard let entry = value("flows", header) else { return [] }
    guard let entries = entry.value.entries else {
      let hint = "write `flows: {name: {initial_state: …, states: …}}`"
      report(Messages.wrongKind(entry, wanted: "a mapping of names to flows", hint: hint))
      return []
    }
    guard definitionDepth < limits.definitionDepth else {
      let title = "flows inside each other"
      report(Messages.tooMany(title, limits.definitionDepth, at: entry.keySpan))
      return []
    }
    definitionDepth += 1
    defer { definitionDepth -= 1 }
    let outer = (planningAgent, definitionOnError)
    defer { (planningAgent, definitionOnError) = outer }
    let prefix = header.path.isEmpty ? "flows" : "\(header.path).flows"
    return entries.compactMap { entry in
      checkName(entry, isStep: false)
      planningAgent = nil
      definitionOnError = []
      let openCount = openIncludes.count
      defer { openIncludes.removeLast(openIncludes.count - openCount) }
      guard let node = flowNode(entry) else { return nil }
      guard let mapping = mapping(node, .flow, path: "\(prefix).\(entry.key)") else {
        return nil
      }
      for key in ["signalbox", "permissions", "prices"] {
        if let own = mapping.entry(key) { report(Messages.headerOfChild(own)) }
      }
      return childFlow(mapping, entry)
    }
  }

  /// A flow as it stands, or in the file that is named.
  private mutating func flowNode(_ entry: Node.Entry) -> Node? {
    if entry.value.entries != nil { return entry.value }
    guard let text = entry.value.string, !text.isEmpty, !Self.isDocument(text) else {
      let wanted = "a flow (a header and a body), or the name of a file that holds one"
      report(Messages.wrongKind(entry, wanted: wanted, hint: nil))
      return nil
    }
    guard let node = definitionNode(entry) else { return nil }
    guard let entries = node.entries else {
      report(Messages.definitionKind(node))
      return nil
    }
    // A file that is a flow by itself says so; inside another that says nothing more.
    return Node(content: .mapping(entries.filter { $0.key != "signalbox" }), span: node.span)
  }

  private mutating func childFlow(_ mapping: Mapping, _ entry: Node.Entry) -> Named<Flow>? {
    guard var flow = flow(mapping, stem: entry.key, at: entry.value.span) else { return nil }
    flow.isDetached = boolean("detach", mapping) ?? false
    return Named(name: entry.key, nameSpan: entry.keySpan, content: flow)
  }
}
