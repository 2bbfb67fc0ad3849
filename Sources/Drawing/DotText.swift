/// A picture as a graph for Graphviz.
struct DotText {
  let picture: FlowPicture

  var text: String {
    var lines = ["digraph \"\(Self.escaped(picture.name))\" {"]
    lines.append("  node [shape=box, fontname=\"sans-serif\"]")
    lines.append("  edge [fontname=\"sans-serif\", fontsize=10]")
    lines.append("  start [shape=point]")
    lines += picture.outline(
      opening: { _, box in
        [
          "subgraph cluster_\(box.node) {", "label=\"\(label(box))\"",
          "n\(box.node) [shape=point, style=invis]",
        ]
      },
      leaf: { _, box in "n\(box.node) [\(attributes(of: box))]" },
      closing: "}"
    )
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

  private func label(_ box: FlowPicture.Box) -> String {
    Self.escaped(box.lines.joined(separator: "\n"))
  }

  private func attributes(of box: FlowPicture.Box) -> String {
    var attributes = ["label=\"\(label(box))\""]
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
