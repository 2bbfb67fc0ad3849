import Signalbox

/// How the nodes of a run's behavior trees stand, and the way to what made a tree fail.
struct TreeStory {
  /// One node.
  struct Line {
    var depth: Int
    var text: String
    var status: String
    var error: RunError?
  }

  /// The tree's name; empty: it has none.
  let name: String
  /// The nodes in preorder.
  let lines: [Line]
  /// The texts from the root to the leaf that failed; empty: the tree has not failed.
  let failedWay: [String]

  /// The trees of a run's own flow.
  static func trees(of state: RunState, _ table: LinkedTable) -> [TreeStory] {
    table.table.outlines.filter { table.templateOfNode[Int($0.node)] == 0 }
      .map { TreeStory($0, state, table) }
  }

  private init(_ outline: TreeOutline, _ state: RunState, _ table: LinkedTable) {
    let node = table.table.nodes[Int(outline.node)]
    name = node.name.hasPrefix("/") ? "" : node.name
    var reading = Reading(outline: outline, state: state)
    if !outline.lines.isEmpty { _ = reading.read(0) }
    lines = outline.lines.indices.map { index in
      Line(
        depth: Int(outline.lines[index].depth),
        text: outline.lines[index].text,
        status: reading.statuses[index]?.rawValue ?? "-",
        error: reading.statuses[index] == .failure ? reading.error(of: index) : nil
      )
    }
    let way = reading.statuses.first == .failure ? reading.failedWay() : []
    failedWay = way.map { outline.lines[$0].text }
  }

  /// The tree for people, each node with its status.
  var text: String {
    var text = name.isEmpty ? "tree\n" : "tree of \(name)\n"
    func label(_ line: Line) -> String {
      String(repeating: "  ", count: line.depth + 1) + line.text.visibleInTerminal
    }
    let width = min(70, lines.map { label($0).unicodeScalars.count }.max() ?? 0)
    for line in lines {
      let label = label(line)
      let pad = String(repeating: " ", count: max(0, width - label.unicodeScalars.count))
      text += "\(label)\(pad)  \(line.status)"
      if let error = line.error {
        text += "  \(error.kind.name): \(error.message.visibleInTerminal)"
      }
      text += "\n"
    }
    if !failedWay.isEmpty {
      text += "failed by \(failedWay.map(\.visibleInTerminal).joined(separator: " > "))\n"
    }
    return text
  }

  /// The same as a value.
  var value: Value {
    .map([
      "name": .string(name),
      "nodes": .list(
        lines.map { line in
          var fields: ValueMap = [
            "depth": .int(Int64(line.depth)), "node": .string(line.text),
            "status": .string(line.status),
          ]
          if let error = line.error {
            fields["error"] = .map([
              "kind": .string(error.kind.name), "message": .string(error.message),
            ])
          }
          return .map(fields)
        }
      ), "failed_by": .list(failedWay.map { .string($0) }),
    ])
  }
}

/// Reads the statuses of a tree's nodes from the records of those that have one.
private struct Reading {
  enum Status: String {
    case running
    case success
    case failure
    case skipped
    case cancelled
    case unknown
  }

  let outline: TreeOutline
  let state: RunState
  /// By line; nil: not reached.
  var statuses: [Status?]

  init(outline: TreeOutline, state: RunState) {
    self.outline = outline
    self.state = state
    statuses = [Status?](repeating: nil, count: outline.lines.count)
  }

  func children(of index: Int) -> [Int] {
    let depth = outline.lines[index].depth
    var children: [Int] = []
    for position in index + 1..<max(index + 1, outline.lines.count) {
      if outline.lines[position].depth <= depth { break }
      if outline.lines[position].depth == depth + 1 { children.append(position) }
    }
    return children
  }

  /// Why a node failed, if it knows by itself.
  func error(of index: Int) -> RunError? {
    let line = outline.lines[index]
    for place in [line.place, line.branch] where place != noIndex {
      if let error = state.steps[Int(place)].error { return error }
    }
    return nil
  }

  private func own(_ place: NodeIndex) -> Status? {
    let record = state.steps[Int(place)]
    switch record.status {
    case .pending: return record.isActive && state.outcome == nil ? .running : nil
    case .success: return .success
    case .failure: return .failure
    case .skipped: return .skipped
    case .cancelled: return .cancelled
    case .unknown: return .unknown
    }
  }

  /// The status of a node; its children's on the way.
  mutating func read(_ index: Int) -> Status? {
    let line = outline.lines[index]
    let below = children(of: index).map { read($0) }
    var status: Status?
    if line.place != noIndex {
      status = own(line.place)
    } else if line.branch != noIndex, state.steps[Int(line.branch)].status == .failure {
      status = .failure
    } else {
      status = Self.derived(line.rule, below)
    }
    statuses[index] = status
    return status
  }

  private static func derived(_ rule: TreeOutline.Line.Rule, _ below: [Status?]) -> Status? {
    if below.contains(.running) { return .running }
    let reached = below.compactMap(\.self)
    switch rule {
    case .sequence, .recovery:
      if rule == .recovery, let last = below.last, last != nil { return .failure }
      if reached.contains(.failure) { return .failure }
      let wanted = rule == .recovery ? below.count - 1 : below.count
      guard reached.count >= wanted else { return reached.contains(.cancelled) ? .cancelled : nil }
      return reached.contains(.cancelled)
        ? .cancelled : reached.contains(.success) ? .success : .skipped
    case .fallback:
      if reached.contains(.success) { return .success }
      guard reached.count == below.count else {
        return reached.contains(.cancelled) ? .cancelled : nil
      }
      return reached.contains(.cancelled)
        ? .cancelled : reached.contains(.failure) ? .failure : .skipped
    case .branch:
      return below.dropFirst().compactMap(\.self).last
        ?? (below.first == .some(.failure) && below.count == 2 ? .failure : nil)
    case .choice: return reached.last
    case .inverter:
      switch reached.first {
      case .success?: return .failure
      case .failure?: return .success
      case let other: return other
      }
    case .success, .failure:
      guard let first = reached.first, first == .success || first == .failure else {
        return reached.first
      }
      return rule == .success ? .success : .failure
    case .own, .same: return reached.first
    }
  }

  /// The lines from the root to what made it fail.
  func failedWay() -> [Int] {
    var way = [0]
    while true {
      let index = way[way.count - 1]
      let line = outline.lines[index]
      if line.branch != noIndex, state.steps[Int(line.branch)].error?.kind == .check,
        line.place == noIndex, line.failureIf != noIndex || line.rule == .choice
      {
        return way
      }
      let below = children(of: index)
      let wanted: Status = line.rule == .inverter ? .success : .failure
      let failed = below.filter { statuses[$0] == wanted }
      // All children of a fallback have failed: the last one decided.
      guard
        let next = line.rule == .fallback
          ? failed.last : failed.first ?? below.last(where: { statuses[$0] != nil })
      else { return way }
      way.append(next)
    }
  }
}
