/// A picture as a Mermaid flowchart.
struct MermaidText {
  let picture: FlowPicture

  var text: String {
    var lines = ["flowchart TD"]
    guard !picture.boxes.isEmpty else { return "flowchart TD\n" }
    lines.append("  start((\" \")) --> \(name(picture.start))")
    lines += picture.outline(
      opening: { position, box in ["subgraph \(name(position))[\"\(label(box))\"]"] },
      leaf: { position, box in
        let (left, right) = Self.outline(box.shape)
        return "\(name(position))\(left)\"\(label(box))\"\(right)"
      },
      closing: "end"
    )
    for arrow in picture.arrows {
      let label = arrow.label.isEmpty ? "" : "|\"\(Self.escaped(arrow.label))\"|"
      let line = arrow.isDashed ? "-.->" : "-->"
      lines.append("  \(name(arrow.source)) \(line)\(label) \(name(arrow.target))")
    }
    let failures = picture.boxes.indices.filter { picture.boxes[$0].isFailure }
    if !failures.isEmpty {
      lines.append("  classDef failure stroke-dasharray: 4 2")
      lines.append("  class \(failures.map(name).joined(separator: ",")) failure")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func label(_ box: FlowPicture.Box) -> String {
    Self.escaped(box.lines.joined(separator: "\n"))
  }

  private func name(_ position: Int) -> String { "n\(picture.boxes[position].node)" }

  private static func outline(_ shape: FlowPicture.Shape) -> (String, String) {
    switch shape {
    case .choice: ("{", "}")
    case .final: ("([", "])")
    case .person: ("[/", "/]")
    case .wait: ("((", "))")
    case .group, .regions, .work: ("[", "]")
    }
  }

  /// Everything but letters, digits and a few plain signs as a numeric entity.
  private static func escaped(_ text: String) -> String {
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
}
