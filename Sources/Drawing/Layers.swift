/// Boxes of one level in layers, with the ways of the arrows between them.
struct Layers {
  /// Stands for the dot where a level starts.
  static let dot = -1

  /// An arrow between two places of the level.
  struct Edge {
    var source: Int
    var target: Int
    /// Its number in the picture; -1: from the dot.
    var arrow: Int
    /// The room that its label takes.
    var labelWidth: Double
  }

  /// What stands in the level: boxes by position, or the dot.
  let places: [Int]
  /// The frame of each, from the level's own corner.
  private(set) var frames: [PictureLayout.Frame]
  /// The points between the ends of an arrow that passes other layers, by the arrow's number.
  private(set) var ways: [Int: [PictureLayout.Point]] = [:]
  /// The middle of an arrow's label, by the arrow's number.
  private(set) var labels: [Int: PictureLayout.Point] = [:]
  /// The size of the level.
  private(set) var width = 0.0
  private(set) var height = 0.0

  /// Boxes and the invisible stations of long arrows, by layer.
  private var layerOf: [Int] = []
  private var rows: [[Int]] = []
  private var above: [[Int]] = []
  private var below: [[Int]] = []

  /// At most so many stations are made for arrows that pass layers; others go straight.
  private static let mostStations = 4_000
  private static let stationWidth = 14.0

  init(places: [Int], sizes: [(width: Double, height: Double)], edges: [Edge]) {
    self.places = places
    frames = sizes.map { PictureLayout.Frame(width: $0.width, height: $0.height) }
    guard !places.isEmpty else { return }
    var position: [Int: Int] = [:]
    for (index, place) in places.enumerated() { position[place] = index }
    let pairs = edges.compactMap { edge -> Pair? in
      guard let from = position[edge.source], let to = position[edge.target], from != to else {
        return nil
      }
      return Pair(from: from, to: to, edge: edge)
    }
    let opened = Self.opened(pairs, count: places.count)
    assignLayers(opened)
    let stations = addStations(opened)
    order()
    arrange()
    for (arrow, chain, label) in stations {
      func middle(_ station: Int) -> PictureLayout.Point {
        let frame = frames[station]
        return PictureLayout.Point(x: frame.middle, y: frame.y + frame.height / 2)
      }
      ways[arrow] = chain.map(middle)
      labels[arrow] = label.map(middle)
    }
    frames.removeLast(frames.count - places.count)
  }

  /// An edge between places by index; once circles are opened, always downwards.
  private struct Pair {
    var from: Int
    var to: Int
    var edge: Edge
    var isBack = false
  }

  /// The edges without circles: those that lead back to an open place are turned round.
  private static func opened(_ edges: [Pair], count: Int) -> [Pair] {
    var outgoing: [[Int]] = Array(repeating: [], count: count)
    for (number, edge) in edges.enumerated() { outgoing[edge.from].append(number) }
    var isBack = Array(repeating: false, count: edges.count)
    // 0: not seen; 1: on the way; 2: done.
    var mark = Array(repeating: 0, count: count)
    for root in 0..<count where mark[root] == 0 {
      var stack: [(place: Int, next: Int)] = [(root, 0)]
      mark[root] = 1
      while let top = stack.last {
        guard top.next < outgoing[top.place].count else {
          mark[top.place] = 2
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let number = outgoing[top.place][top.next]
        let target = edges[number].to
        if mark[target] == 1 {
          isBack[number] = true
        } else if mark[target] == 0 {
          mark[target] = 1
          stack.append((target, 0))
        }
      }
    }
    return edges.enumerated().map { number, pair in
      isBack[number] ? Pair(from: pair.to, to: pair.from, edge: pair.edge, isBack: true) : pair
    }
  }

  /// A place's layer is the longest way to it; every other layer holds labels only.
  private mutating func assignLayers(_ edges: [Pair]) {
    var incoming = Array(repeating: 0, count: places.count)
    var outgoing: [[Int]] = Array(repeating: [], count: places.count)
    for edge in edges {
      incoming[edge.to] += 1
      outgoing[edge.from].append(edge.to)
    }
    layerOf = Array(repeating: 0, count: places.count)
    var ready = places.indices.filter { incoming[$0] == 0 }
    var next = 0
    while next < ready.count {
      let place = ready[next]
      next += 1
      for target in outgoing[place] {
        layerOf[target] = max(layerOf[target], layerOf[place] + 2)
        incoming[target] -= 1
        if incoming[target] == 0 { ready.append(target) }
      }
    }
    rows = Array(repeating: [], count: (layerOf.max() ?? 0) + 1)
    for place in places.indices { rows[layerOf[place]].append(place) }
  }

  /// Invisible stations where arrows pass a layer, so that they do not run through its boxes, and
  /// where their labels stand.
  private mutating func addStations(
    _ edges: [Pair]
  ) -> [(arrow: Int, chain: [Int], label: Int?)] {
    above = Array(repeating: [], count: places.count)
    below = above
    var result: [(arrow: Int, chain: [Int], label: Int?)] = []
    var count = 0
    for pair in edges {
      var previous = pair.from
      var chain: [Int] = []
      var label: Int?
      let isLabelled = pair.edge.labelWidth > 0
      let passed = (layerOf[pair.from] + 1)..<layerOf[pair.to]
      if passed.count > 1 || isLabelled, count + passed.count <= Self.mostStations {
        count += passed.count
        // A label stands next to where its arrow comes from: that is whose condition it is.
        let labelLayer = pair.isBack ? passed.upperBound - 1 : passed.lowerBound
        for layer in passed {
          let station = frames.count
          let holdsLabel = isLabelled && layer == labelLayer
          frames.append(
            PictureLayout.Frame(
              width: holdsLabel ? pair.edge.labelWidth : Self.stationWidth,
              height: holdsLabel ? PictureLayout.Measure.labelHeight : 0
            )
          )
          if holdsLabel { label = station }
          layerOf.append(layer)
          above.append([previous])
          below.append([])
          below[previous].append(station)
          rows[layer].append(station)
          chain.append(station)
          previous = station
        }
      }
      above[pair.to].append(previous)
      below[previous].append(pair.to)
      if pair.edge.arrow >= 0, !chain.isEmpty {
        result.append((pair.edge.arrow, pair.isBack ? chain.reversed() : chain, label))
      }
    }
    return result
  }

  /// Each layer in the order of the middle of its neighbours, down and up a few times.
  private mutating func order() {
    var rank = Array(repeating: 0.0, count: frames.count)
    for row in rows { for (position, place) in row.enumerated() { rank[place] = Double(position) } }
    for sweep in 0..<6 {
      let isDown = sweep % 2 == 0
      for layer in isDown ? Array(rows.indices) : rows.indices.reversed() {
        let keys = rows[layer].map { place in
          let neighbours = isDown ? above[place] : below[place]
          guard !neighbours.isEmpty else { return rank[place] }
          return neighbours.reduce(0) { $0 + rank[$1] } / Double(neighbours.count)
        }
        let sorted = rows[layer].indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        rows[layer] = sorted.map { rows[layer][$0] }
        for (position, place) in rows[layer].enumerated() { rank[place] = Double(position) }
      }
    }
  }

  /// Coordinates: layers below each other; inside one as near to the neighbours as the gaps allow.
  private mutating func arrange() {
    var y = 0.0
    for row in rows {
      let tallest = row.map { frames[$0].height }.max() ?? 0
      var x = 0.0
      for place in row {
        frames[place].y = y + (tallest - frames[place].height) / 2
        frames[place].x = x
        x += frames[place].width + gap(place)
      }
      y += tallest + PictureLayout.Measure.layerGap
    }
    height = y - PictureLayout.Measure.layerGap
    for sweep in 0..<8 {
      let isDown = sweep % 2 == 0
      for layer in isDown ? Array(rows.indices) : rows.indices.reversed() {
        settle(rows[layer], isDown ? above : below)
      }
    }
    let left = frames.map(\.x).min() ?? 0
    for index in frames.indices { frames[index].x -= left }
    width = frames.map { $0.x + $0.width }.max() ?? 0
  }

  /// The mean of two placements without overlap: pushed from the left, and from the right.
  private mutating func settle(_ row: [Int], _ neighbours: [[Int]]) {
    let wanted = row.map { place in
      let others = neighbours[place]
      guard !others.isEmpty else { return frames[place].x }
      let middle = others.reduce(0) { $0 + frames[$1].middle } / Double(others.count)
      return middle - frames[place].width / 2
    }
    var left = wanted
    for index in row.indices.dropFirst() {
      left[index] = max(
        left[index],
        left[index - 1] + frames[row[index - 1]].width
          + gap(row[index - 1])
      )
    }
    var right = wanted
    for index in row.indices.dropLast().reversed() {
      right[index] = min(
        right[index],
        right[index + 1] - frames[row[index]].width
          - gap(row[index])
      )
    }
    for (index, place) in row.enumerated() { frames[place].x = (left[index] + right[index]) / 2 }
  }

  /// The room to the right of a place: stations stand closer together than boxes.
  private func gap(_ place: Int) -> Double {
    place < places.count ? PictureLayout.Measure.columnGap : PictureLayout.Measure.stationGap
  }
}
