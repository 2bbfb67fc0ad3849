import Table

/// A table as boxes inside boxes and arrows between them: what every drawing shows.
struct FlowPicture {
  /// One node of the table.
  struct Box {
    /// The node's number, which names it in texts.
    var node: NodeIndex
    /// Its label, a line each.
    var lines: [String]
    /// Its outline.
    var shape: Shape
    /// Whether reaching it means failure.
    var isFailure: Bool
    /// The box around it, by position; nil at the top.
    var parent: Int?
    /// One past the last box inside it.
    var end: Int
    /// The box that is entered first of those inside; nil when it has none.
    var first: Int?
  }

  /// The outline of a box.
  enum Shape {
    /// Holds others.
    case group
    /// Holds others that are active together.
    case regions
    /// Works, or does nothing.
    case work
    /// Decides.
    case choice
    /// Asks a person.
    case person
    /// Waits.
    case wait
    /// Ends something.
    case final
  }

  /// One row of the table.
  struct Arrow {
    /// Where it comes from, by position among the boxes.
    var source: Int
    /// Where it leads, by position among the boxes.
    var target: Int
    /// Event, guard; empty: on success.
    var label: String
    /// Whether it is taken on an error.
    var isDashed: Bool
  }

  /// The flow's name.
  let name: String
  /// The boxes in preorder.
  private(set) var boxes: [Box] = []
  /// The arrows in the order of the rows.
  private(set) var arrows: [Arrow] = []
  /// Where the flow starts.
  let start: Int

  /// The picture of a table; O(nodes + rows).
  init(_ table: TransitionTable) {
    name = table.name
    let rows = table.rows.filter { row in
      // Cancellation follows the failure edges and is left out of the picture.
      row.target > 0 && row.place > 0 && row.event != .cancel
    }
    let targets = Set(rows.map(\.target))
    var positions: [NodeIndex: Int] = [:]
    // The root is the picture itself. Ends that nobody named and nothing leads to are left out.
    for index in 1..<max(1, NodeIndex(table.nodes.count)) {
      let node = table.nodes[Int(index)]
      let isHidden = node.kind == .final && (node.name.isEmpty || node.name.hasPrefix("/"))
      if !isHidden || targets.contains(index) { positions[index] = positions.count }
    }
    // What lies inside a node follows it: the first position from a node on.
    func position(from index: NodeIndex) -> Int {
      var index = index
      while index < table.nodes.count {
        if let known = positions[index] { return known }
        index += 1
      }
      return positions.count
    }
    start = positions[table.start] ?? 0
    for index in 1..<max(1, NodeIndex(table.nodes.count)) where positions[index] != nil {
      let node = table.nodes[Int(index)]
      let initial = node.initial.first.map { table.lists[Int($0)] }
      boxes.append(
        Box(
          node: index,
          lines: Self.lines(table, node),
          shape: Self.shape(node, hasParts: node.subtreeEnd > index + 1),
          isFailure: node.isFailure,
          parent: node.parent > 0 ? positions[node.parent] : nil,
          end: max(boxes.count + 1, position(from: node.subtreeEnd)),
          first: initial.flatMap { positions[$0] }
        )
      )
    }
    arrows = rows.compactMap { row in
      guard let source = positions[row.place], let target = positions[row.target] else {
        return nil
      }
      return Arrow(
        source: source,
        target: target,
        label: Self.label(of: row, table),
        isDashed: row.event == .failure
      )
    }
  }

  /// A line for each box, one more where a box that holds others ends: how both text languages
  /// say what lies inside what.
  func outline(
    opening: (Int, Box) -> [String],
    leaf: (Int, Box) -> String,
    closing: String
  ) -> [String] {
    var lines: [String] = []
    var open: [Int] = []
    func add(_ line: String) {
      lines.append(String(repeating: "  ", count: open.count + 1) + line)
    }
    func close(upTo position: Int) {
      while let last = open.last, position >= boxes[last].end {
        open.removeLast()
        add(closing)
      }
    }
    for (position, box) in boxes.enumerated() {
      close(upTo: position)
      guard box.end > position + 1 else {
        add(leaf(position, box))
        continue
      }
      let first = opening(position, box)
      first.prefix(1).forEach(add)
      open.append(position)
      first.dropFirst().forEach(add)
    }
    close(upTo: boxes.count)
    return lines
  }

  /// Whether a box holds another.
  func isInside(_ box: Int, of outer: Int) -> Bool { box > outer && box < boxes[outer].end }

  private static func label(of row: Row, _ table: TransitionTable) -> String {
    let condition = table.guardText(of: row)
    switch row.event {
    case .success, .always, .cancel, .enter: return condition
    case .failure: return condition.isEmpty ? "error" : "error: " + condition
    case .external:
      let name = table.eventNames(of: row)
      return condition.isEmpty ? name : "\(name) [\(condition)]"
    case .after:
      let delay = TableText.duration(milliseconds: row.detail)
      return condition.isEmpty ? "after \(delay)" : "after \(delay) [\(condition)]"
    case .changed, .done, .running, .skipped:
      return condition.isEmpty ? row.event.name : "\(row.event.name): \(condition)"
    }
  }

  private static func lines(_ table: TransitionTable, _ node: PlaceNode) -> [String] {
    guard node.effect == noIndex else {
      let performer = table.performers[Int(table.effects[Int(node.effect)].performer)]
      if node.kind == .planner { return [node.name, "asks \(performer.model) for a plan"] }
      if node.kind == .plan { return [node.name, "the accepted plan"] }
      let action = performer.action.isEmpty ? "" : "." + performer.action
      let role = performer.role == .agent ? "agent" : "tool"
      return [node.name, "\(role) \(performer.id)\(action)"]
    }
    guard !node.name.isEmpty, !node.name.hasPrefix("/") else { return [hidden(table, node)] }
    switch node.kind {
    case .fork:
      let most = table.frames[Int(node.template)].maxInstances
      return [node.name, "for each of at most \(most)"]
    case .call:
      let isDetached = table.frames[Int(node.template)].maxInstances == 0
      return [node.name, "\(isDetached ? "detached" : "child") flow"]
    case .parallel: return [node.name, "side by side"]
    case .wait:
      return [node.name, "wait \(TableText.duration(milliseconds: node.waitMilliseconds))"]
    case .history: return [node.name, node.isDeep ? "deep history" : "history"]
    default: return [node.name]
    }
  }

  /// What stands for nodes that nobody named: the last word of a compiler's own name, or the kind.
  private static func hidden(_ table: TransitionTable, _ node: PlaceNode) -> String {
    let word = node.name.split(separator: "/").last.map(String.init) ?? ""
    let isNumber = word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    switch node.kind {
    case .join:
      let names = node.awaited.map { table.nodes[Int(table.lists[Int($0)])].name }
      return "after " + names.joined(separator: ", ")
    case .parallel: return "side by side"
    case .fork: return "for each"
    case .call: return "child flow"
    case .final: return isNumber ? "end" : word
    case .check: return "check"
    case .tree: return "tree"
    case .branch: return "branch"
    default: return isNumber ? " " : word
    }
  }

  private static func shape(_ node: PlaceNode, hasParts: Bool) -> Shape {
    if hasParts { return node.kind == .parallel ? .regions : .group }
    switch node.kind {
    case .decision, .check: return .choice
    case .final: return .final
    case .human: return .person
    case .wait: return .wait
    default: return .work
    }
  }
}
