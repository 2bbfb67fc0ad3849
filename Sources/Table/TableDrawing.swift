import Values

/// Draws a table: the same picture for every planner.
public enum TableDrawing {
  /// The table as a Mermaid flowchart.
  ///
  /// Labels are entity-escaped, so that no name or guard can break out of its place.
  public static func mermaid(_ table: TransitionTable) -> String {
    var lines = ["flowchart TD"]
    lines.append("  start((\" \")) --> n\(table.start)")
    for index in table.nodes.indices.dropFirst() {
      let label = mermaidEscaped(nodeLabel(table, NodeIndex(index)))
      let (open, close) = mermaidShape(table.nodes[index])
      lines.append("  n\(index)\(open)\"\(label)\"\(close)")
    }
    for edge in edges(table) {
      let label = edge.label.isEmpty ? "" : "|\"\(mermaidEscaped(edge.label))\"|"
      let arrow = edge.isDashed ? "-.->" : "-->"
      lines.append("  n\(edge.source) \(arrow)\(label) n\(edge.target)")
    }
    let failures = table.nodes.indices.filter { table.nodes[$0].isFailure }
    if !failures.isEmpty {
      lines.append("  classDef failure stroke-dasharray: 4 2")
      lines.append("  class \(failures.map { "n\($0)" }.joined(separator: ",")) failure")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The table as a graph for Graphviz `dot`.
  public static func dot(_ table: TransitionTable) -> String {
    var lines = ["digraph \"\(dotEscaped(table.name))\" {"]
    lines.append("  node [shape=box, fontname=\"sans-serif\"]")
    lines.append("  edge [fontname=\"sans-serif\", fontsize=10]")
    lines.append("  start [shape=point]")
    for index in table.nodes.indices.dropFirst() {
      let node = table.nodes[index]
      var attributes = ["label=\"\(dotEscaped(nodeLabel(table, NodeIndex(index))))\""]
      switch node.kind {
      case .decision, .check: attributes.append("shape=diamond")
      case .final: attributes.append("shape=doublecircle")
      case .human: attributes.append("shape=house")
      default: break
      }
      if node.isFailure { attributes.append("style=dashed") }
      lines.append("  n\(index) [\(attributes.joined(separator: ", "))]")
    }
    lines.append("  start -> n\(table.start)")
    for edge in edges(table) {
      var attributes: [String] = []
      if !edge.label.isEmpty { attributes.append("label=\"\(dotEscaped(edge.label))\"") }
      if edge.isDashed { attributes.append("style=dashed") }
      let suffix = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
      lines.append("  n\(edge.source) -> n\(edge.target)\(suffix)")
    }
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private struct Edge {
    var source: NodeIndex
    var target: NodeIndex
    var label: String
    var isDashed: Bool
  }

  /// Rows as edges; cancellation follows the failure edges and is left out of the picture.
  private static func edges(_ table: TransitionTable) -> [Edge] {
    table.rows.compactMap { row in
      guard row.target != noIndex, row.event != .cancel else { return nil }
      var label = table.guardText(of: row)
      switch row.event {
      case .success, .always, .cancel: break
      case .failure: label = label.isEmpty ? "error" : "error: " + label
      case .external:
        let name = table.eventNames(of: row)
        label = label.isEmpty ? name : "\(name) [\(label)]"
      case .after:
        let delay = TableText.duration(milliseconds: row.detail)
        label = label.isEmpty ? "after \(delay)" : "after \(delay) [\(label)]"
      case .changed, .done, .enter, .running, .skipped:
        label = label.isEmpty ? row.event.name : "\(row.event.name): \(label)"
      }
      return Edge(
        source: row.place,
        target: row.target,
        label: label,
        isDashed: row.event == .failure
      )
    }
  }

  private static func nodeLabel(_ table: TransitionTable, _ index: NodeIndex) -> String {
    let node = table.nodes[Int(index)]
    guard node.effect != noIndex else {
      if node.kind == .wait {
        return "\(node.name)\nwait \(TableText.duration(milliseconds: node.waitMilliseconds))"
      }
      return node.name
    }
    let performer = table.performers[Int(table.effects[Int(node.effect)].performer)]
    let action = performer.action.isEmpty ? "" : "." + performer.action
    return "\(node.name)\n\(performer.role == .agent ? "agent" : "tool") \(performer.id)\(action)"
  }

  private static func mermaidShape(_ node: PlaceNode) -> (String, String) {
    switch node.kind {
    case .decision, .check: ("{", "}")
    case .final: ("([", "])")
    case .human: ("[/", "/]")
    case .wait: ("((", "))")
    default: ("[", "]")
    }
  }

  /// Everything but letters, digits and a few plain signs as a numeric entity.
  private static func mermaidEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", " ", "_", "-", ".", ",", ":", "(", ")", "=", "!", "+",
        "*", "/", "?", "'":
        result.unicodeScalars.append(scalar)
      case "\n": result += "<br/>"
      default:
        if scalar.value < 0x20 { continue }
        result += "#\(scalar.value);"
      }
    }
    return result
  }

  private static func dotEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default:
        if scalar.value >= 0x20 { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }
}
