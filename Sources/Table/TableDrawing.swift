import Values

/// Draws a table: the same picture for every planner.
public enum TableDrawing {
  /// The table as a Mermaid flowchart.
  ///
  /// Labels are entity-escaped, so that no name or guard can break out of its place.
  public static func mermaid(_ table: TransitionTable) -> String {
    var lines = ["flowchart TD"]
    lines.append("  start((\" \")) --> n\(table.start)")
    appendNodes(in: 1..<NodeIndex(table.nodes.count), table, indent: "  ", &lines)
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

  /// The nodes of a range, each composite with its own inside; nothing is nested deeper than the
  /// table is.
  private static func appendNodes(
    in range: Range<NodeIndex>,
    _ table: TransitionTable,
    indent: String,
    _ lines: inout [String]
  ) {
    var index = range.lowerBound
    while index < range.upperBound {
      let node = table.nodes[Int(index)]
      let label = mermaidEscaped(nodeLabel(table, index))
      if node.subtreeEnd > index + 1 {
        lines.append("\(indent)subgraph n\(index)[\"\(label)\"]")
        appendNodes(in: index + 1..<node.subtreeEnd, table, indent: indent + "  ", &lines)
        lines.append("\(indent)end")
      } else {
        let (open, close) = mermaidShape(node)
        lines.append("\(indent)n\(index)\(open)\"\(label)\"\(close)")
      }
      index = max(index + 1, node.subtreeEnd)
    }
  }

  /// The same for Graphviz.
  private static func appendDot(
    in range: Range<NodeIndex>,
    _ table: TransitionTable,
    indent: String,
    _ lines: inout [String]
  ) {
    var index = range.lowerBound
    while index < range.upperBound {
      let node = table.nodes[Int(index)]
      let label = dotEscaped(nodeLabel(table, index))
      if node.subtreeEnd > index + 1 {
        lines.append("\(indent)subgraph cluster_\(index) {")
        lines.append("\(indent)  label=\"\(label)\"")
        lines.append("\(indent)  n\(index) [shape=point, style=invis]")
        appendDot(in: index + 1..<node.subtreeEnd, table, indent: indent + "  ", &lines)
        lines.append("\(indent)}")
      } else {
        var attributes = ["label=\"\(label)\""]
        switch node.kind {
        case .decision, .check: attributes.append("shape=diamond")
        case .final: attributes.append("shape=doublecircle")
        case .human: attributes.append("shape=house")
        default: break
        }
        if node.isFailure { attributes.append("style=dashed") }
        lines.append("\(indent)n\(index) [\(attributes.joined(separator: ", "))]")
      }
      index = max(index + 1, node.subtreeEnd)
    }
  }

  /// The table as a graph for Graphviz `dot`.
  public static func dot(_ table: TransitionTable) -> String {
    var lines = ["digraph \"\(dotEscaped(table.name))\" {"]
    lines.append("  node [shape=box, fontname=\"sans-serif\"]")
    lines.append("  edge [fontname=\"sans-serif\", fontsize=10]")
    lines.append("  start [shape=point]")
    appendDot(in: 1..<NodeIndex(table.nodes.count), table, indent: "  ", &lines)
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
      if node.name.isEmpty { return hiddenLabel(table, node) }
      if node.kind == .fork {
        let most = table.frames[Int(node.template)].maxInstances
        return "\(node.name)\nfor each of at most \(most)"
      }
      if node.kind == .call {
        let isDetached = table.frames[Int(node.template)].maxInstances == 0
        return "\(node.name)\n\(isDetached ? "detached" : "child") flow"
      }
      if node.kind == .parallel { return "\(node.name)\nside by side" }
      if node.kind == .wait {
        return "\(node.name)\nwait \(TableText.duration(milliseconds: node.waitMilliseconds))"
      }
      return node.name
    }
    let performer = table.performers[Int(table.effects[Int(node.effect)].performer)]
    if node.kind == .planner { return "\(node.name)\nasks \(performer.model) for a plan" }
    if node.kind == .plan { return "\(node.name)\nthe accepted plan" }
    let action = performer.action.isEmpty ? "" : "." + performer.action
    return "\(node.name)\n\(performer.role == .agent ? "agent" : "tool") \(performer.id)\(action)"
  }

  /// What stands for nodes that nobody named.
  private static func hiddenLabel(_ table: TransitionTable, _ node: PlaceNode) -> String {
    switch node.kind {
    case .join:
      let names = node.awaited.map { table.nodes[Int(table.lists[Int($0)])].name }
      return "after " + names.joined(separator: ", ")
    case .parallel: return "side by side"
    case .final: return "end"
    default: return " "
    }
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
