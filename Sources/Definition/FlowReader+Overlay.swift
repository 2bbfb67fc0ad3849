import Document
import Source
import Values

/// Overlays: mappings merge, lists and scalars replace, each value keeps its own span.
extension FlowReader {
  /// `base` with `overlay` on top.
  mutating func merged(_ base: Node, _ overlay: Node) -> Node {
    guard let baseEntries = base.entries, let overlayEntries = overlay.entries else {
      return overlay
    }
    var entries = baseEntries
    var positions: [MapKey: Int] = [:]
    for (index, entry) in entries.enumerated() { positions[.string(entry.key)] = index }
    for entry in overlayEntries {
      guard let position = positions[.string(entry.key)] else {
        entries.append(entry)
        continue
      }
      let under = definitionTree(entries[position], under: entry)
      let value = merged(under, entry.value)
      let isReplaced = under.entries == nil || entry.value.entries == nil
      entries[position] = Node.Entry(
        key: entry.key,
        keySpan: isReplaced ? entry.keySpan : entries[position].keySpan,
        value: value
      )
    }
    return Node(content: .mapping(entries), span: base.span)
  }

  /// The value that an overlay's mapping merges into: of a definition written as text or in a file,
  /// its tree.
  private mutating func definitionTree(_ entry: Node.Entry, under overlay: Node.Entry) -> Node {
    guard entry.key == "definition" || entry.key == "transitions",
      overlay.value.entries != nil, entry.value.string != nil
    else { return entry.value }
    let openCount = openIncludes.count
    defer { openIncludes.removeLast(openIncludes.count - openCount) }
    // What the overlay gives stands for a file that is not there.
    let before = findings
    if let node = definitionNode(entry) { return node }
    let isMissing = findings.diagnostics.last?.code == .flowInclude
    if isMissing { findings = before }
    return overlay.value
  }
}
