/// Where the boxes and arrows of a picture stand, in pixels.
///
/// Boxes that hold others are laid out from the inside out. In each, those that follow each other
/// stand in layers from top to bottom (Sugiyama, Tagawa, Toda 1981): circles are opened, a layer is
/// the longest way to it, and the order inside a layer follows the middle of the neighbours.
struct PictureLayout {
  /// A rectangle.
  struct Frame {
    var x = 0.0
    var y = 0.0
    var width = 0.0
    var height = 0.0

    var middle: Double { x + width / 2 }
  }

  /// A point.
  struct Point {
    var x: Double
    var y: Double
  }

  /// The measures of the drawing.
  enum Measure {
    static let character = 7.2
    static let line = 17.0
    static let padding = 12.0
    static let columnGap = 36.0
    static let stationGap = 10.0
    static let layerGap = 24.0
    static let labelHeight = 14.0
    static let labelCharacter = 6.2
    static let dot = 12.0
    static let margin = 16.0
    static let mostCharacters = 44
  }

  /// The frame of each box.
  private(set) var frames: [Frame]
  /// The dot where each box that holds others starts, by box; nil without one.
  private(set) var starts: [Frame?]
  /// The dot where the flow starts.
  private(set) var start = Frame()
  /// The points that each arrow goes through, its ends included.
  private(set) var routes: [[Point]] = []
  /// The middle of each arrow's label; nil where it has none or no room was kept for it.
  private(set) var labels: [Point?] = []
  /// The whole drawing.
  private(set) var width = 0.0
  private(set) var height = 0.0

  private let picture: FlowPicture

  /// The layout of a picture.
  init(_ picture: FlowPicture) {
    self.picture = picture
    frames = Array(repeating: Frame(), count: picture.boxes.count)
    starts = Array(repeating: nil, count: picture.boxes.count)
    place()
  }

  // MARK: Boxes

  private mutating func place() {
    var children: [[Int]] = Array(repeating: [], count: picture.boxes.count)
    var top: [Int] = []
    for (position, box) in picture.boxes.enumerated() {
      if let parent = box.parent { children[parent].append(position) } else { top.append(position) }
    }
    let lifted = liftedArrows()
    var inner: [Layers?] = Array(repeating: nil, count: picture.boxes.count)
    for position in picture.boxes.indices.reversed() {
      let box = picture.boxes[position]
      let label = labelSize(box)
      guard !children[position].isEmpty else {
        frames[position].width = label.width + 2 * Measure.padding
        frames[position].height = label.height + 2 * Measure.padding
        if box.shape == .choice { frames[position].width += 2 * Measure.padding }
        continue
      }
      let layers = layers(of: children[position], inside: position, lifted[position + 1])
      inner[position] = layers
      let room = 2 * Measure.padding
      frames[position].width = max(layers.width, label.width) + room
      frames[position].height = layers.height + label.height + 2 * room
    }
    let whole = layers(of: top, inside: nil, lifted[0])
    spread(whole, in: nil, x: Measure.margin, y: Measure.margin, width: whole.width)
    for (position, box) in picture.boxes.enumerated() {
      guard let layers = inner[position] else { continue }
      let frame = frames[position]
      let label = labelSize(box).height + Measure.padding
      spread(
        layers,
        in: position,
        x: frame.x + Measure.padding,
        y: frame.y + label + Measure.padding,
        width: frame.width - 2 * Measure.padding
      )
    }
    width = whole.width + 2 * Measure.margin
    height = whole.height + 2 * Measure.margin
    route(inner: inner, whole: whole)
  }

  private func labelSize(_ box: FlowPicture.Box) -> (width: Double, height: Double) {
    let longest = box.lines.map { PictureText.columns(PictureText.shortened($0)) }.max() ?? 0
    return (Double(longest) * Measure.character, Double(box.lines.count) * Measure.line)
  }

  /// The arrows between children of each box: for each, by the box's position + 1, which two.
  private func liftedArrows() -> [[Layers.Edge]] {
    var lifted: [[Layers.Edge]] = Array(repeating: [], count: picture.boxes.count + 1)
    for (number, arrow) in picture.arrows.enumerated() {
      guard let pair = meeting(arrow) else { continue }
      lifted[(pair.around ?? -1) + 1].append(
        Layers.Edge(
          source: pair.source,
          target: pair.target,
          arrow: number,
          labelWidth: PictureText.labelWidth(arrow.label)
        )
      )
    }
    return lifted
  }

  /// The children of the innermost box around both ends that hold them.
  ///
  /// From a box into itself: its dot and the child. Nil for arrows outwards and back to the same
  /// box.
  private func meeting(
    _ arrow: FlowPicture.Arrow
  ) -> (source: Int, target: Int, around: Int?)? {
    var around: Int? = nil
    var source = Layers.dot
    if picture.isInside(arrow.target, of: arrow.source) {
      around = arrow.source
    } else {
      guard arrow.source != arrow.target, !picture.isInside(arrow.source, of: arrow.target) else {
        return nil
      }
      source = arrow.source
      while let parent = picture.boxes[source].parent, !picture.isInside(arrow.target, of: parent) {
        source = parent
      }
      around = picture.boxes[source].parent
    }
    var target = arrow.target
    while picture.boxes[target].parent != around {
      guard let parent = picture.boxes[target].parent else { return nil }
      target = parent
    }
    return (source, target, around)
  }

  private func layers(of children: [Int], inside box: Int?, _ edges: [Layers.Edge]) -> Layers {
    let isRegions = box.map { picture.boxes[$0].shape == .regions } ?? false
    var sizes = children.map { (width: frames[$0].width, height: frames[$0].height) }
    var places = children
    var all = isRegions ? [] : edges
    let first = isRegions ? nil : entry(of: box)
    if first != nil || all.contains(where: { $0.source == Layers.dot }) {
      // The dot above what is entered first.
      places.insert(Layers.dot, at: 0)
      sizes.insert((Measure.dot, Measure.dot), at: 0)
    }
    if let first {
      let edge = Layers.Edge(source: Layers.dot, target: first, arrow: -1, labelWidth: 0)
      all.insert(edge, at: 0)
    }
    return Layers(places: places, sizes: sizes, edges: all)
  }

  /// The child that a box (nil: the picture) enters first.
  private func entry(of box: Int?) -> Int? {
    guard let box else {
      var start = picture.start
      guard start < picture.boxes.count else { return nil }
      while let parent = picture.boxes[start].parent { start = parent }
      return start
    }
    guard var first = picture.boxes[box].first, picture.isInside(first, of: box) else { return nil }
    while let parent = picture.boxes[first].parent, parent != box { first = parent }
    return first
  }

  private mutating func spread(_ layers: Layers, in box: Int?, x: Double, y: Double, width: Double)
  {
    let shift = x + (width - layers.width) / 2
    for (place, frame) in zip(layers.places, layers.frames) {
      var frame = frame
      frame.x += shift
      frame.y += y
      if place != Layers.dot {
        frames[place].x = frame.x
        frames[place].y = frame.y
      } else if let box {
        starts[box] = frame
      } else {
        start = frame
      }
    }
  }

  // MARK: Arrows

  /// Gives each arrow its way: out of the bottom, through the gaps between the layers, in at the
  /// top; the other way round for one that leads back.
  private mutating func route(inner: [Layers?], whole: Layers) {
    var exits = Ports()
    var entries = Ports()
    var ways: [[Point]] = Array(repeating: [], count: picture.arrows.count)
    labels = Array(repeating: nil, count: picture.arrows.count)
    for (number, arrow) in picture.arrows.enumerated() {
      guard let pair = meeting(arrow) else { continue }
      let layers = pair.around.map { inner[$0] } ?? whole
      let points = layers?.ways[number] ?? []
      ways[number] = points.map { absolute($0, layers) }
      labels[number] = layers?.labels[number].map { absolute($0, layers) }
      guard pair.source != Layers.dot else {
        let dot = starts[arrow.source] ?? Frame()
        let last = ways[number].last?.x ?? dot.middle
        ways[number].insert(Point(x: dot.middle, y: dot.y + dot.height), at: 0)
        entries.add(number, to: arrow.target, isTop: true, toward: last)
        continue
      }
      let isBack = frames[pair.target].y < frames[pair.source].y
      let next = ways[number].first?.x ?? frames[arrow.target].middle
      let last = ways[number].last?.x ?? frames[arrow.source].middle
      exits.add(number, to: arrow.source, isTop: isBack, toward: next)
      entries.add(number, to: arrow.target, isTop: !isBack, toward: last)
    }
    let exitPoints = exits.points(frames)
    let entryPoints = entries.points(frames)
    routes = picture.arrows.indices.map { number in
      guard let to = entryPoints[number] else { return direct(picture.arrows[number]) }
      return (exitPoints[number].map { [$0] } ?? []) + ways[number] + [to]
    }
  }

  private func absolute(_ point: Point, _ layers: Layers?) -> Point {
    guard let layers, let place = layers.places.first(where: { $0 != Layers.dot }),
      let index = layers.places.firstIndex(of: place)
    else { return point }
    let origin = layers.frames[index]
    return Point(
      x: point.x - origin.x + frames[place].x,
      y: point.y - origin.y + frames[place].y
    )
  }

  /// Between a box and itself or one around it: around the right side, or to the edge.
  private func direct(_ arrow: FlowPicture.Arrow) -> [Point] {
    let from = frames[arrow.source]
    let to = frames[arrow.target]
    if arrow.source == arrow.target {
      let right = from.x + from.width
      return [
        Point(x: right, y: from.y + from.height * 0.3),
        Point(x: right + 26, y: from.y + from.height * 0.5),
        Point(x: right, y: from.y + from.height * 0.7),
      ]
    }
    return [
      Point(x: from.x + from.width, y: from.y + from.height / 2),
      Point(x: to.x + to.width, y: from.y + from.height / 2),
    ]
  }
}

/// The points on the borders of boxes where arrows start or end, side by side.
private struct Ports {
  private struct Key: Hashable {
    var box: Int
    var isTop: Bool
  }

  private var sides: [Key: [(arrow: Int, toward: Double)]] = [:]

  mutating func add(_ arrow: Int, to box: Int, isTop: Bool, toward: Double) {
    sides[Key(box: box, isTop: isTop), default: []].append((arrow, toward))
  }

  func points(_ frames: [PictureLayout.Frame]) -> [Int: PictureLayout.Point] {
    var points: [Int: PictureLayout.Point] = [:]
    for (key, arrows) in sides {
      let frame = frames[key.box]
      let sorted = arrows.sorted { ($0.toward, $0.arrow) < ($1.toward, $1.arrow) }
      for (position, entry) in sorted.enumerated() {
        let share = (Double(position) + 1) / (Double(sorted.count) + 1)
        points[entry.arrow] = PictureLayout.Point(
          x: frame.x + frame.width * share,
          y: key.isTop ? frame.y : frame.y + frame.height
        )
      }
    }
    return points
  }
}
