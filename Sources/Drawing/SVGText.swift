import XML

/// A picture with its layout as an SVG 1.1 image.
struct SVGText {
  let picture: FlowPicture
  let layout: PictureLayout

  private static let style = """
    text { font: 13px ui-monospace, monospace; fill: #1f2430; }
    .label { font-size: 11px; fill: #3c4658; }
    .under { fill: #fff; opacity: 0.85; }
    .box { fill: #f6f8fb; stroke: #5b6b86; }
    .group { fill: #fff; stroke: #a9b4c6; }
    .region { stroke-dasharray: 6 3; }
    .choice { fill: #fff8e6; stroke: #b58a1f; }
    .person { fill: #eef7ee; stroke: #3f8f4f; }
    .wait { fill: #eef3fb; stroke: #4a74b8; }
    .final { fill: #e8eef7; stroke: #1f2430; stroke-width: 2; }
    .failure { fill: #fbecec; stroke: #b03a3a; }
    .arrow { fill: none; stroke: #5b6b86; }
    .error { stroke: #b03a3a; stroke-dasharray: 5 3; }
    """

  var text: String {
    let width = Self.number(layout.width)
    let height = Self.number(layout.height)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
        + "width=\"\(width)\" height=\"\(height)\" role=\"img\">",
      "<title>\(XMLText.escaped(picture.name))</title>",
      "<style>\n\(Self.style)\n</style>",
      "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
        + "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#5b6b86\"/>"
        + "</marker></defs>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
    ]
    for position in picture.boxes.indices { lines += box(position) }
    lines += starts()
    for number in picture.arrows.indices { lines += arrow(number) }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Boxes

  private func box(_ position: Int) -> [String] {
    let box = picture.boxes[position]
    let frame = layout.frames[position]
    let isGroup = box.end > position + 1
    var names = [className(of: box)]
    if box.isFailure { names.append("failure") }
    if let parent = box.parent, picture.boxes[parent].shape == .regions { names.append("region") }
    let classes = names.joined(separator: " ")
    let title = "<title>\(XMLText.escaped(box.lines.joined(separator: " · ")))</title>"
    var lines = ["<g>\(title)\(outline(box.shape, frame, classes))"]
    let height = PictureLayout.Measure.line
    let top =
      isGroup
      ? frame.y + PictureLayout.Measure.padding
      : frame.y + (frame.height - Double(box.lines.count) * height) / 2
    for (index, line) in box.lines.enumerated() {
      let y = Self.number(top + (Double(index) + 0.75) * height)
      let x = Self.number(isGroup ? frame.x + PictureLayout.Measure.padding : frame.middle)
      let anchor = isGroup ? "start" : "middle"
      let text = XMLText.escaped(PictureText.shortened(line))
      lines.append("<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(text)</text>")
    }
    lines.append("</g>")
    return lines
  }

  private func className(of box: FlowPicture.Box) -> String {
    switch box.shape {
    case .group, .regions: "group"
    case .work: "box"
    case .choice: "choice"
    case .person: "person"
    case .wait: "wait"
    case .final: "final"
    }
  }

  private func outline(
    _ shape: FlowPicture.Shape,
    _ frame: PictureLayout.Frame,
    _ classes: String
  ) -> String {
    let (x, y) = (frame.x, frame.y)
    let (right, bottom) = (frame.x + frame.width, frame.y + frame.height)
    func corners(_ points: [(Double, Double)]) -> String {
      let list = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }
      return "<polygon class=\"\(classes)\" points=\"\(list.joined(separator: " "))\"/>"
    }
    let cut = PictureLayout.Measure.padding
    switch shape {
    case .choice:
      let middle = y + frame.height / 2
      return corners([
        (x + cut, y), (right - cut, y), (right, middle), (right - cut, bottom), (x + cut, bottom),
        (x, middle),
      ])
    case .person:
      return corners([(x + cut, y), (right, y), (right - cut, bottom), (x, bottom)])
    case .final, .wait, .group, .regions, .work:
      let radius = shape == .final || shape == .wait ? frame.height / 2 : 6
      return "<rect class=\"\(classes)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        + "width=\"\(Self.number(frame.width))\" height=\"\(Self.number(frame.height))\" "
        + "rx=\"\(Self.number(radius))\"/>"
    }
  }

  /// The dots where levels start, with their arrows.
  private func starts() -> [String] {
    var lines: [String] = []
    func add(_ dot: PictureLayout.Frame, _ target: PictureLayout.Frame?) {
      let (x, y) = (Self.number(dot.middle), Self.number(dot.y + dot.height / 2))
      lines.append("<circle cx=\"\(x)\" cy=\"\(y)\" r=\"5\" fill=\"#1f2430\"/>")
      guard let target else { return }
      let ends = [
        PictureLayout.Point(x: dot.middle, y: dot.y + dot.height),
        PictureLayout.Point(x: target.middle, y: target.y),
      ]
      lines.append("<path class=\"arrow\" d=\"\(Self.curve(ends))\" marker-end=\"url(#head)\"/>")
    }
    if picture.start < layout.frames.count {
      add(layout.start, layout.frames[picture.start])
    }
    for (position, dot) in layout.starts.enumerated() {
      guard let dot else { continue }
      add(dot, picture.boxes[position].first.map { layout.frames[$0] })
    }
    return lines
  }

  // MARK: Arrows

  private func arrow(_ number: Int) -> [String] {
    let arrow = picture.arrows[number]
    let points = layout.routes[number]
    guard points.count > 1 else { return [] }
    let classes = arrow.isDashed ? "arrow error" : "arrow"
    var lines = [
      "<path class=\"\(classes)\" d=\"\(Self.curve(points))\" marker-end=\"url(#head)\"/>"
    ]
    guard !arrow.label.isEmpty else { return lines }
    let middle =
      layout.labels[number]
      ?? PictureLayout.Point(
        x: (points[0].x + points[1].x) / 2,
        y: (points[0].y + points[1].y) / 2
      )
    let (x, y) = (middle.x, middle.y + 4)
    let full = XMLText.escaped(arrow.label)
    let short = XMLText.escaped(PictureText.shortened(arrow.label))
    let title = short == full ? "" : "<title>\(full)</title>"
    let width = PictureText.labelWidth(arrow.label)
    lines.append(
      "<rect class=\"under\" x=\"\(Self.number(x - width / 2))\" y=\"\(Self.number(y - 10))\" "
        + "width=\"\(Self.number(width))\" height=\"13\"/>"
    )
    lines.append(
      "<text class=\"label\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        + "text-anchor=\"middle\">\(title)\(short)</text>"
    )
    return lines
  }

  /// A smooth line that leaves and arrives upright.
  private static func curve(_ points: [PictureLayout.Point]) -> String {
    var path = "M\(number(points[0].x)) \(number(points[0].y))"
    for (from, to) in zip(points, points.dropFirst()) {
      let middle = (from.y + to.y) / 2
      path += "C\(number(from.x)) \(number(middle)) \(number(to.x)) \(number(middle)) "
      path += "\(number(to.x)) \(number(to.y))"
    }
    return path
  }

  /// A coordinate in tenths, so that the same picture gives the same text everywhere.
  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let rest = tenths.magnitude % 10
    return "\(sign)\(tenths.magnitude / 10)" + (rest == 0 ? "" : ".\(rest)")
  }
}
