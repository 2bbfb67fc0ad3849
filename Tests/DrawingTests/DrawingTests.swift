import Foundation
import Signalbox
import SignalboxTesting
import Source
import Testing
import XML

@testable import Drawing

/// The tables of flows in the repository.
enum Tables {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let examples = [
    "customer-support", "content-pipeline", "fraud-detection", "content-moderation", "deployment",
  ]

  static func example(_ name: String) throws -> TransitionTable {
    let data = try Data(contentsOf: package.appending(path: "examples/\(name).yaml"))
    return try compile(Array(data), name: "\(name).yaml")
  }

  static func compile(_ bytes: [UInt8], name: String) throws -> TransitionTable {
    let loaded = FlowLoader.load(SourceFile(name: name, bytes: bytes))
    let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(flow)
    return try #require(compiled.table, "\(compiled.diagnostics.map(\.message))").table
  }

  /// States in states, regions side by side, history, a state that leads to itself, a transition
  /// out of the middle.
  static let nested = """
    signalbox: 1
    initial_state: outer
    states:
      outer:
        initial_state: inner
        states:
          inner: {on_event: {again: inner, split: both}}
          both:
            type: parallel
            states:
              left: {initial_state: one, states: {one: {on_event: {go: two}}, two: {}}}
              right: {initial_state: three, states: {three: {on_event: {up: outer}}}}
          back: {type: history, default: inner}
        on_event: {stop: ended, pause: waiting}
      waiting: {after: [{delay: 5m, target: ended}], on_event: {resume: back}}
    final_states: {ended: {}}
    """
}

@Suite struct DrawingTests {
  private func golden(_ name: String, _ actual: String) -> String {
    let url = Tables.package.appending(path: "Tests/DrawingTests/Golden/\(name)")
    if ProcessInfo.processInfo.environment["SIGNALBOX_GOLDEN"] == "1" {
      try? Data(actual.utf8).write(to: url)
    }
    return (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) } ?? "(none)"
  }

  @Test(arguments: Tables.examples)
  func drawingsAreStable(_ name: String) throws {
    let table = try Tables.example(name)
    let mermaid = TableDrawing.mermaid(table)
    let dot = TableDrawing.dot(table)
    let svg = TableDrawing.svg(table)
    #expect(mermaid == golden("\(name).mermaid.txt", mermaid))
    #expect(dot == golden("\(name).dot.txt", dot))
    #expect(svg == golden("\(name).svg", svg))
  }

  @Test func namesCannotBreakOutOfTheirLabels() throws {
    var table = try Tables.example("customer-support")
    let hostile = "a\"] --> n9; click n1 \"javascript:alert(1)\"\n%% <script>\\ & ' \u{1} \u{FFFE}"
    table.nodes[1].name = hostile
    table.name = hostile
    let mermaid = TableDrawing.mermaid(table)
    #expect(!mermaid.contains("<script>"))
    let labels = mermaid.split(separator: "\n").filter { $0.hasPrefix("  n1[") }
    #expect(labels.count == 1)
    #expect(labels[0].filter { $0 == "\"" }.count == 2)
    #expect(!mermaid.contains("click n1 \""))
    let dot = TableDrawing.dot(table)
    #expect(dot.hasPrefix("digraph \"a\\\"] --> n9; click n1 \\\"javascript"))
    #expect(dot.contains("<script>\\\\"))
    let svg = TableDrawing.svg(table)
    let parsed = XMLParser.parse(SourceFile(name: "drawing.svg", bytes: Array(svg.utf8)))
    #expect(parsed.root?.name == "svg", "\(parsed.diagnostics)")
    #expect(!svg.contains("<script>"))
  }

  @Test func nestedStatesAreDrawnInsideEachOther() throws {
    let table = try Tables.compile(Array(Tables.nested.utf8), name: "nested.yaml")
    try expectSound(table)
    let svg = TableDrawing.svg(table)
    for name in ["outer", "both", "left", "three", "waiting", "ended", "again", "after 5m"] {
      #expect(svg.contains(">\(name)<"), "\(name)")
    }
  }

  @Test(arguments: Tables.examples)
  func examplesAreSound(_ name: String) throws { try expectSound(try Tables.example(name)) }

  @Test func generatedFlowsAreSound() throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    print("drawings of generated flows: seed \(seed)")
    var random = RandomSource(seed: seed)
    for _ in 0..<40 {
      let text = Generator<String>.flows().next(&random, size: 12)
      try expectSound(try Tables.compile(Array(text.utf8), name: "flow.yaml"))
      var trees = TreeGenerator(random: random.fork())
      if let table = FlowCompiler.compile(trees.flow(depth: 4)).table {
        try expectSound(table.table)
      }
    }
  }

  /// Boxes lie inside the box that holds them and beside their neighbours; arrows start and end on
  /// the borders of their boxes; the text is XML.
  private func expectSound(_ table: TransitionTable) throws {
    let picture = FlowPicture(table)
    let layout = PictureLayout(picture)
    func holds(_ outer: PictureLayout.Frame, _ inner: PictureLayout.Frame) -> Bool {
      inner.x >= outer.x - 0.1 && inner.y >= outer.y - 0.1
        && inner.x + inner.width <= outer.x + outer.width + 0.1
        && inner.y + inner.height <= outer.y + outer.height + 0.1
    }
    let whole = PictureLayout.Frame(width: layout.width, height: layout.height)
    for (position, box) in picture.boxes.enumerated() {
      let frame = layout.frames[position]
      #expect(frame.width > 0 && frame.height > 0)
      #expect(holds(box.parent.map { layout.frames[$0] } ?? whole, frame), "\(box.lines)")
      for other in picture.boxes.indices.dropFirst(box.end)
      where picture.boxes[other].parent == box.parent {
        let second = layout.frames[other]
        let isApart =
          frame.x + frame.width <= second.x + 0.1 || second.x + second.width <= frame.x + 0.1
          || frame.y + frame.height <= second.y + 0.1 || second.y + second.height <= frame.y + 0.1
        #expect(isApart, "\(box.lines) lies over \(picture.boxes[other].lines)")
      }
    }
    for (number, arrow) in picture.arrows.enumerated() {
      let route = layout.routes[number]
      let end = try #require(route.last)
      let frame = layout.frames[arrow.target]
      let isOnBorder =
        abs(end.y - frame.y) < 0.1 || abs(end.y - frame.y - frame.height) < 0.1
        || abs(end.x - frame.x) < 0.1 || abs(end.x - frame.x - frame.width) < 0.1
      #expect(isOnBorder, "\(arrow)")
      #expect(arrow.label.isEmpty || layout.labels[number] != nil || route.count >= 2)
    }
    let svg = TableDrawing.svg(table)
    #expect(XMLParser.parse(SourceFile(name: "drawing.svg", bytes: Array(svg.utf8))).root != nil)
  }
}
