/// A picture as a graph for Graphviz.
struct DotText {
  let picture: FlowPicture

  var text: String {
    var lines = ["digraph \"\(Self.escaped(picture.name))\" {"]
    lines.append("  node [shape=box, fontname=\"sans-serif\"]")
    lines.append("  edge [fontname=\"sans-serif\", fontsize=10]")
    lines.append("  start [shape=point]")
    var open: [Int] = []
    func indent() -> String { String(repeating: "  ", count: open.count + 1) }
    func close(upTo position: Int) {
      while let last = open.last, position >= picture.boxes[last].end {
        open.removeLast()
        lines.append("\(indent())}")
      }
    }
    for (position, box) in picture.boxes.enumerated() {
      close(upTo: position)
      let label = Self.escaped(box.lines.joined(separator: "\n"))
      if box.end > position + 1 {
        lines.append("\(indent())subgraph cluster_\(box.node) {")
        open.append(position)
        lines.append("\(indent())label=\"\(label)\"")
        lines.append("\(indent())n\(box.node) [shape=point, style=invis]")
      } else {
        lines.append("\(indent())n\(box.node) [\(attributes(of: box, label))]")
      }
    }
    close(upTo: picture.boxes.count)
    if !picture.boxes.isEmpty { lines.append("  start -> n\(picture.boxes[picture.start].node)") }
    for arrow in picture.arrows {
      var attributes: [String] = []
      if !arrow.label.isEmpty { attributes.append("label=\"\(Self.escaped(arrow.label))\"") }
      if arrow.isDashed { attributes.append("style=dashed") }
      let suffix = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
      let ends = "n\(picture.boxes[arrow.source].node) -> n\(picture.boxes[arrow.target].node)"
      lines.append("  \(ends)\(suffix)")
    }
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private func attributes(of box: FlowPicture.Box, _ label: String) -> String {
    var attributes = ["label=\"\(label)\""]
    switch box.shape {
    case .choice: attributes.append("shape=diamond")
    case .final: attributes.append("shape=doublecircle")
    case .person: attributes.append("shape=house")
    case .group, .regions, .wait, .work: break
    }
    if box.isFailure { attributes.append("style=dashed") }
    return attributes.joined(separator: ", ")
  }

  private static func escaped(_ text: String) -> String {
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
