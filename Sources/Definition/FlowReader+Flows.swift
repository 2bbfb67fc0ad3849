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
      guard entry.value.entries != nil else {
        report(Messages.wrongKind(entry, wanted: "a flow: a header and a body", hint: nil))
        return nil
      }
      guard let mapping = mapping(entry.value, .flow, path: "\(prefix).\(entry.key)") else {
        return nil
      }
      for key in ["signalbox", "permissions"] {
        if let own = mapping.entry(key) { report(Messages.headerOfChild(own)) }
      }
      return childFlow(mapping, entry)
    }
  }

  private mutating func childFlow(_ mapping: Mapping, _ entry: Node.Entry) -> Named<Flow>? {
    guard var flow = flow(mapping, stem: entry.key, at: entry.value.span) else { return nil }
    flow.isDetached = boolean("detach", mapping) ?? false
    return Named(name: entry.key, nameSpan: entry.keySpan, content: flow)
  }
}
