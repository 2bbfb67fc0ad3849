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

  private let delays: Int
  private let sight: PathRun.Sight
  private var goal: PathGoal
  private var seen: Set<Int> = []
  private var inputs: [Int: Value] = [:]
  private var next = 0

  /// For each wanted row that was found the node whose choice took it, shortest way first.
  private(set) var firsts: [(row: RowIndex, node: Int)] = []
  /// Nodes whose choice broke the invariant, shortest way first.
  private(set) var breaches: [Int] = []
  /// Places entered.
  private(set) var entered: Set<NodeIndex> = []
  /// Whether the limit ended the search.
  private(set) var isCut = false
  /// Whether some other limit kept it from something: answers put off, events of one way.
  private(set) var hasGaps = false

  init(
    _ table: LinkedTable,
    _ precision: PathRun.Precision,
    _ goal: PathGoal,
    limits: Limits
  ) {
    self.table = table
    self.precision = precision
    self.limits = limits
    self.goal = goal
    let monitor = goal.monitor
    candidates = PathCandidates(table, monitor, limits: limits)
    sight = PathRun.Sight(
      literals: candidates.literals,
      watched: monitor?.arguments.map(\.program) ?? []
    )
    failures = Self.failures(table)
    delays = monitor == nil ? 0 : limits.pathDelays
    events = Self.events(table.table)
    eventData = candidates.eventData
    canCancel = table.table.rows.contains { $0.event == .cancel }
  }

  /// How many states were looked at.
  var stateCount: Int { nodes.count }

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

  /// Looks until the goal is reached, nothing is left, or the limit is reached; goes on from there
  /// when asked again.
  mutating func explore() {
    if nodes.isEmpty {
      for input in candidates.inputs {
        var run = PathRun(table, goal.monitor)
        run.apply(.start(input), table)
        inputs[nodes.count] = input
        add(Node(parent: -1, occurrenceCount: 0, run: run))
      }
    }
    let known = breaches.count
    while next < nodes.count, !goal.isReached(breaches.count - known) {
      for choice in choices(nodes[next].run, nodes[next].occurrenceCount) {
        guard nodes.count < limits.pathStates else {
          isCut = true
          return
        }
        add(child(of: next, choice))
      }
      next += 1
    }
  }

  private func child(of parent: Int, _ choice: PathChoice) -> Node {
    var node = nodes[parent]
    node.parent = parent
    node.run.apply(choice, table)
    if node.run.occurrence != nil { node.occurrenceCount += 1 }
    return node
  }

  /// Keeps a state that is new or takes a row for the first time.
  private mutating func add(_ node: Node) {
    let found = goal.take(node.run.rows)
    let isNew = seen.insert(node.run.key(table, precision, sight)).inserted
    guard isNew || !found.isEmpty else { return }
    entered.formUnion(node.run.entered)
    for row in found { firsts.append((row, nodes.count)) }
    if node.run.monitor?.verdict == .broken { breaches.append(nodes.count) }
    nodes.append(node)
  }

  private mutating func choices(_ run: PathRun, _ occurrenceCount: Int) -> [PathChoice] {
    // What comes after a breach shows nothing new.
    guard !run.isEnded, run.monitor?.verdict ?? .kept == .kept else { return [] }
    return allChoices(run, occurrenceCount)
  }

  private mutating func allChoices(_ run: PathRun, _ occurrenceCount: Int) -> [PathChoice] {
    guard !run.isEnded else { return [] }
    guard let call = run.open.first else {
      let choices: [PathChoice] = run.canWait ? [.wait] : []
      // What is due comes before what happens outside.
      if run.monitor != nil, run.isDue { return choices }
      return choices + occurrences(run, occurrenceCount)
    }
    var choices = outputs(of: call.intent).map { PathChoice.answer(.output($0)) }
    choices += failures.map { .answer(.failure($0)) }
    if run.monitor != nil, !failures.contains(.unknown), mayWrite(call.intent) {
      choices.append(.answer(.failure(.unknown)))
    }
    if run.hasAlarms || !events.isEmpty || canCancel { choices.append(.answer(.never)) }
    guard delays > 0 else { return choices }
    let canOccur = !occurrences(run, occurrenceCount).isEmpty
    let waits = run.delays(of: call, canOccur: canOccur)
    // Put off once more it might come still later; what is not looked at is said.
    guard call.delays < delays || waits.isEmpty else {
      hasGaps = true
      return choices
    }
    return choices + waits.map { .postpone($0) }
  }

  /// What may happen outside.
  private mutating func occurrences(_ run: PathRun, _ count: Int) -> [PathChoice] {
    guard !events.isEmpty || canCancel else { return [] }
    guard count < limits.pathEvents else {
      hasGaps = true
      return []
    }
    var choices: [PathChoice] = []
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

  private func mayWrite(_ call: CallIntent) -> Bool {
    let performers = table.table.performers
    return performers[Int(call.performer)].mayWrite(among: performers)
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
    guard let after = end(from: nodes[node]) ?? stop(nodes[node].run) else { return nil }
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
      for choice in allChoices(run, count) where queue.count < limits.pathEndStates {
        var follower = run
        follower.apply(choice, table)
        guard seen.insert(follower.key(table, precision, sight)).inserted else { continue }
        queue.append((follower, next, count + (follower.occurrence == nil ? 0 : 1)))
      }
      next += 1
    }
    return nil
  }

  /// Stops a run from outside that has broken its invariant and ends by nothing that was tried.
  private func stop(_ run: PathRun) -> [PathRun]? {
    guard run.monitor != nil else { return nil }
    var runs: [PathRun] = []
    var run = run
    // A second request stops at once whatever the first has led to.
    for _ in 0..<2 {
      // What is open was asked for already; what is due comes before.
      while !run.isEnded, !run.open.isEmpty || run.isDue, runs.count < limits.pathEndStates {
        run.apply(run.open.isEmpty ? .wait : .answer(.never), table)
        runs.append(run)
      }
      guard !run.isEnded else { break }
      run.apply(.occur(.cancel(reason: "no longer wanted")), table)
      runs.append(run)
    }
    return run.isEnded ? runs : nil
  }
}

/// What a search looks for.
enum PathGoal {
  /// Each of these rows taken.
  case rows(Set<RowIndex>)
  /// A run that breaks the invariant of this monitor.
  case breach(InvariantMonitor)

  /// The monitor of the invariant that is to be broken.
  var monitor: InvariantMonitor? {
    if case .breach(let monitor) = self { monitor } else { nil }
  }

  /// Takes rows out of those that are wanted; returns those that were.
  mutating func take(_ rows: [RowIndex]) -> [RowIndex] {
    guard case .rows(var wanted) = self else { return [] }
    let found = rows.filter { wanted.remove($0) != nil }
    if !found.isEmpty { self = .rows(wanted) }
    return found
  }

  /// Whether nothing more is wanted, when so many breaches were found.
  func isReached(_ breaches: Int) -> Bool {
    switch self {
    case .rows(let wanted): wanted.isEmpty
    case .breach: breaches > 0
    }
  }
}
