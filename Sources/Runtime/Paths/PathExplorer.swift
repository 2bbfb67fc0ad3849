import Execution
import Source
import Table
import Values

/// The breadth-first search over choices.
struct PathExplorer {
  /// A state that was reached, and how.
  private struct Node {
    var parent: Int
    var occurrenceCount: Int
    var run: PathRun
  }

  private let table: LinkedTable
  private let precision: PathRun.Precision
  private let limits: Limits
  private let candidates: PathCandidates
  private var nodes: [Node] = []
  private var outputs: [NodeIndex: [Value]] = [:]
  private let failures: [ErrorKind]
  private let events: [(row: RowIndex, name: String)]
  private let eventData: [Value]
  private let canCancel: Bool

  /// For each wanted row that was found the node whose choice took it, shortest way first.
  private(set) var firsts: [(row: RowIndex, node: Int)] = []
  /// Places entered.
  private(set) var entered: Set<NodeIndex> = []
  /// Whether the limit ended the search.
  private(set) var isCut = false

  init(_ table: LinkedTable, _ precision: PathRun.Precision, limits: Limits) {
    self.table = table
    self.precision = precision
    self.limits = limits
    candidates = PathCandidates(table, limits: limits)
    failures = Self.failures(table)
    events = Self.events(table.table)
    eventData = candidates.eventData
    canCancel = table.table.rows.contains { $0.event == .cancel }
  }

  /// Kinds of failure that some row or guard tells from others.
  private static func failures(_ table: LinkedTable) -> [ErrorKind] {
    // What these kinds stand for comes about by itself.
    let own: ErrorKindSet = ErrorKindSet([
      .require, .check, .guardError, .maxVisits, .maxSteps, .inputRejected, .cancelled,
    ])
    var kinds: [ErrorKind] = [.failed]
    for row in table.table.rows where row.event == .failure && row.kinds != .all {
      let named = ErrorKind.allCases.filter { row.kinds.contains($0) && !own.contains($0) }
      kinds += named.count <= 8 ? named : Array(named.prefix(1))
    }
    for program in table.table.programs where program.kind == .expression {
      for literal in PathLiterals.literals(in: program.text) {
        guard let name = literal.text, let kind = ErrorKind(name: name) else { continue }
        if !own.contains(kind) { kinds.append(kind) }
      }
    }
    var seen: Set<ErrorKind> = []
    return kinds.filter { seen.insert($0).inserted }
  }

  /// Names that rows take, without those that the run raises itself.
  private static func events(_ table: TransitionTable) -> [(row: RowIndex, name: String)] {
    var events: [(row: RowIndex, name: String)] = []
    for (index, row) in table.rows.enumerated() where row.event == .external {
      for name in table.eventNames(of: row).split(separator: " ") {
        var name = name
        if name.hasSuffix("*") { name = name.dropLast() }
        if name.hasSuffix(".") { name = name.dropLast() }
        let isOwn = ["done.", "error."].contains { name.hasPrefix($0) }
        guard !isOwn, name != "error", name != "done" else { continue }
        events.append((RowIndex(index), name.isEmpty ? "any" : String(name)))
      }
    }
    return events
  }

  // MARK: Search

  /// Looks for the wanted rows until all are found, nothing is left, or the limit is reached.
  mutating func explore(wanted: Set<RowIndex>) {
    var missing = wanted
    var seen: Set<Int> = []
    for input in candidates.inputs {
      var run = PathRun(table)
      run.apply(.start(input), table)
      inputs[nodes.count] = input
      add(Node(parent: -1, occurrenceCount: 0, run: run), &missing, &seen)
    }
    var next = 0
    while next < nodes.count, !missing.isEmpty {
      for choice in choices(nodes[next].run, nodes[next].occurrenceCount) {
        guard nodes.count < limits.pathStates else {
          isCut = true
          return
        }
        add(child(of: next, choice), &missing, &seen)
      }
      next += 1
    }
  }

  private var inputs: [Int: Value] = [:]

  private func child(of parent: Int, _ choice: PathChoice) -> Node {
    var node = nodes[parent]
    node.parent = parent
    node.run.apply(choice, table)
    if node.run.occurrence != nil { node.occurrenceCount += 1 }
    return node
  }

  /// Keeps a state that is new or takes a row for the first time.
  private mutating func add(_ node: Node, _ missing: inout Set<RowIndex>, _ seen: inout Set<Int>) {
    let found = node.run.rows.filter { missing.remove($0) != nil }
    let isNew = seen.insert(node.run.key(table, precision, candidates.literals)).inserted
    guard isNew || !found.isEmpty else { return }
    entered.formUnion(node.run.entered)
    for row in found { firsts.append((row, nodes.count)) }
    nodes.append(node)
  }

  private mutating func choices(_ run: PathRun, _ occurrenceCount: Int) -> [PathChoice] {
    guard !run.isEnded else { return [] }
    if let call = run.open.first?.intent {
      var choices = outputs(of: call).map { PathChoice.answer(.output($0)) }
      choices += failures.map { .answer(.failure($0)) }
      if run.hasAlarms || !events.isEmpty || canCancel { choices.append(.answer(.never)) }
      return choices
    }
    var choices: [PathChoice] = run.hasAlarms ? [.wait] : []
    guard occurrenceCount < limits.pathEvents else { return choices }
    let active = run.activeNodes(table)
    var names: Set<MapKey> = []
    for (row, name) in events where active.contains(table.table.rows[Int(row)].place) {
      guard names.insert(.string(name)).inserted else { continue }
      choices += eventData.map { .occur(.event(name: name, data: $0)) }
    }
    if canCancel, run.state.cancelReason == nil {
      choices.append(.occur(.cancel(reason: "no longer wanted")))
    }
    return choices
  }

  private mutating func outputs(of call: CallIntent) -> [Value] {
    if let known = outputs[call.place] { return known }
    let performer = table.table.performers[Int(call.performer)]
    let values = candidates.outputs(of: call.place, performer)
    outputs[call.place] = values
    return values
  }

  // MARK: Ways

  /// A whole run: its input, and what was decided at each step.
  struct Way {
    /// The input.
    var input: Value
    /// The run after each choice.
    var runs: [PathRun]
  }

  /// The shortest way found to `node` and on to an end of the run; nil: none was found.
  mutating func way(through node: Int) -> Way? {
    var before: [PathRun] = []
    var index = node
    while nodes[index].parent >= 0 {
      before.append(nodes[index].run)
      index = nodes[index].parent
    }
    guard let input = inputs[index] else { return nil }
    before.append(nodes[index].run)
    guard let after = end(from: nodes[node]) else { return nil }
    return Way(input: input, runs: before.reversed() + after)
  }

  /// The choices from a state to the nearest end.
  private mutating func end(from start: Node) -> [PathRun]? {
    var queue: [(run: PathRun, parent: Int, count: Int)] = [
      (start.run, -1, start.occurrenceCount)
    ]
    var seen: Set<Int> = []
    var next = 0
    while next < queue.count {
      let (run, _, count) = queue[next]
      if run.isEnded {
        var runs: [PathRun] = []
        var index = next
        while queue[index].parent >= 0 {
          runs.append(queue[index].run)
          index = queue[index].parent
        }
        return runs.reversed()
      }
      for choice in choices(run, count) where queue.count < limits.pathEndStates {
        var follower = run
        follower.apply(choice, table)
        guard seen.insert(follower.key(table, precision, candidates.literals)).inserted else {
          continue
        }
        queue.append((follower, next, count + (follower.occurrence == nil ? 0 : 1)))
      }
      next += 1
    }
    return nil
  }
}
