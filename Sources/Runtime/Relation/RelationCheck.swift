public import Execution
public import Relation
import Table

/// Holds what the executor does against the relation: every entry of a step's trace must be a move
/// of it, every ending one that it knows, every call one that its place makes.
///
/// A difference means that something which was said of the flow before it ran may be false.
public struct RelationCheck: Sendable {
  /// What a step did that the relation does not have.
  public struct Difference: Sendable, Hashable, CustomStringConvertible {
    /// The place, row or ending, and what is missing.
    public let description: String
  }

  /// The relation.
  public let relation: FlowRelation

  /// A check against a relation.
  public init(_ relation: FlowRelation) { self.relation = relation }

  /// The first thing that a step did which the relation does not have; nil: it has everything.
  ///
  /// O(trace × positions of the frame at which control is, or between two places), the tokens of
  /// each frame that the trace names, and one comparison for each token of the run.
  public func difference(
    before: RunState,
    after: RunState,
    output: StepOutput
  ) -> Difference? {
    var step = CheckedStep(relation, before: before, after: after)
    for entry in output.trace {
      if let problem = step.admit(entry) { return Difference(description: problem) }
    }
    for effect in output.effects {
      if let problem = step.admit(effect) { return Difference(description: problem) }
    }
    return step.close(after).map { Difference(description: $0) }
  }
}

/// One step under the check: where control may be, as its trace tells.
struct CheckedStep {
  /// A position in a frame.
  struct Active: Hashable {
    var frame: Int32
    var position: Int32
  }

  /// How a node ended in this step.
  struct Ended: Hashable {
    var frame: Int32
    var node: Int
    var cause: MoveCause
  }

  let relation: FlowRelation
  private var table: TransitionTable { relation.table }
  /// The tokens before the step, in order of their frames.
  private let tokens: [Token]
  /// The frames before and after it, in order of their numbers.
  private let frames: [[FrameInstance]]
  /// Whether the run has just begun.
  private let isStart: Bool
  /// By frame that the step has to do with, where control is in it.
  private var activeInFrame: [Int32: Set<Int32>] = [:]
  private var ended: Set<Ended> = []
  private var taken: Set<Int32> = []
  /// Where the instances of frames begin.
  private var starts: [Int32: [Int32]] = [:]
  /// Whether the run was being cancelled, so that whatever is active may end.
  private let isCancelled: Bool

  init(_ relation: FlowRelation, before: RunState, after: RunState) {
    self.relation = relation
    isCancelled = after.cancelReason != nil
    tokens = before.tokens
    frames = [before.frames, after.frames]
    isStart = before.placesEntered == 0 && before.tokens.isEmpty
  }

  /// Where control is in the frames that the step has to do with.
  private var active: [Active] {
    activeInFrame.flatMap { frame, positions in
      positions.map { Active(frame: frame, position: $0) }
    }
  }

  /// Looks at a frame, the first time that it matters: most of many items rest while one goes on.
  private mutating func open(_ frame: Int32) {
    guard activeInFrame[frame] == nil else { return }
    activeInFrame[frame] = []
    for list in frames where starts[frame] == nil {
      let position = list.first(from: frame) { $0.id }
      guard position < list.count, list[position].id == frame else { continue }
      starts[frame] = Self.starts(of: list[position].template, relation)
    }
    var position = tokens.first(from: frame) { $0.frame }
    while position < tokens.count, tokens[position].frame == frame {
      activate(Int(tokens[position].place), frame)
      position += 1
    }
    if isStart, frame == 0 { activate(0, 0) }
  }

  /// Where an instance of a frame template begins.
  private static func starts(of template: PoolIndex, _ relation: FlowRelation) -> [Int32] {
    let root = relation.original(Int(relation.table.frames[Int(template)].nodes.lowerBound))
    let thread = relation.threadOfNode[root]
    guard thread >= 0 else { return [] }
    return relation.threads[Int(thread)].starts + relation.threads[Int(thread)].otherStarts
  }

  /// Where the instance begins that a node belongs to: of a frame that came and went in this step.
  private func instanceStarts(around node: Int) -> [Int32] {
    var number = Int(relation.threadOfNode[node])
    while number > 0 {
      let part = relation.threads[number]
      if case .instance = part.kind { return part.starts + part.otherStarts }
      number = Int(part.outer)
    }
    return []
  }

  // MARK: Where control is

  /// Marks a node and those around it in its frame as active.
  private mutating func activate(_ node: Int, _ frame: Int32) {
    var current = relation.original(node)
    while current >= 0 {
      if let entry = relation.entry(of: current) {
        let isNew = activeInFrame[frame, default: []].insert(entry).inserted
        guard isNew else { return }
        if isEnteredInside(entry) { activeInFrame[frame, default: []].insert(entry + 1) }
      }
      let thread = relation.threadOfNode[current]
      if thread >= 0, case .instance = relation.threads[Int(thread)].kind,
        Int(relation.threads[Int(thread)].root) == current
      {
        return
      }
      current = Int(table.nodes[current].parent)
    }
  }

  private func isEnteredInside(_ entry: Int32) -> Bool {
    let next = Int(entry) + 1
    return next < relation.positions.count && relation.positions[next].isEnteredInside
      && relation.positions[next].node == relation.positions[Int(entry)].node
  }

  /// Positions that control may have come to from where it is, without entering a place that would
  /// show in the trace.
  private func reached(in frame: Int32) -> Set<Int32> {
    var queue = Array(activeInFrame[frame] ?? []) + (starts[frame] ?? [])
    var seen = Set(queue)
    while let position = queue.popLast() {
      let source = relation.positions[Int(position)]
      let isActive = isActive(position, frame)
      if isActive, source.phase == .entry, relation.roles[Int(source.node)] == .host {
        for start in innerStarts(of: source) where seen.insert(start).inserted {
          queue.append(start)
        }
      }
      guard passes(source) || isActive else { continue }
      for move in relation.moves(from: position) where isOpen(move, source, frame) {
        if seen.insert(move.target).inserted { queue.append(move.target) }
      }
    }
    return seen
  }

  /// Where what a host runs in its own frame begins.
  private func innerStarts(of host: Position) -> [Int32] {
    relation.innerThreads[Int(host.node)].flatMap { number -> [Int32] in
      let part = relation.threads[Int(number)]
      if case .instance = part.kind { return [] }
      return part.starts + (host.isEnteredInside ? part.otherStarts : [])
    }
  }

  private func isActive(_ position: Int32, _ frame: Int32) -> Bool {
    activeInFrame[frame]?.contains(position) == true
  }

  /// Whether control passes a position without a trace.
  private func passes(_ position: Position) -> Bool {
    let node = Int(position.node)
    guard position.phase == .entry else { return true }
    switch relation.roles[node] {
    case .branch: return true
    case .leaf: return table.isInTree(node) && [.park, .check].contains(table.nodes[node].kind)
    case .final: return table.isInTree(node)
    case .compound, .host, .history, .copy: return false
    }
  }

  /// Whether a move may have been made: its row was taken, or it has none; its place has ended so.
  private func isOpen(_ move: Move, _ source: Position, _ frame: Int32) -> Bool {
    if move.row != noIndex, table.rows[Int(move.row)].tree == nil, !taken.contains(move.row) {
      return false
    }
    switch move.cause {
    case .succeeded, .skipped, .failed, .refused:
      guard !move.isFromInside, source.phase == .entry, !passes(source) else { return true }
      return ended.contains(
        Ended(frame: frame, node: Int(source.node), cause: move.cause)
      )
    default: return true
    }
  }

  // MARK: Traces

  mutating func admit(_ entry: TraceEntry) -> String? {
    switch entry {
    case .entered(let place, let frame, _):
      open(frame)
      return admitEntry(Int(place), frame)
    case .took(let row, let frame):
      open(frame)
      return admitRow(row, frame)
    case .forced(let target, let frame):
      open(frame)
      guard target == table.runLimits.timeoutTarget, !relation.overdueTargets.isEmpty else {
        return "no timeout leads to \(name(target))"
      }
      for position in relation.overdueTargets {
        activate(Int(relation.positions[Int(position)].node), frame)
        activeInFrame[frame, default: []].insert(position)
      }
      return nil
    case .finished(let place, let frame, let status, let error):
      open(frame)
      return admitEnd(Int(place), frame, status, error)
    case .retried(let place, _, let attempt, _):
      let node = table.nodes[Int(place)]
      let most = node.retry == noIndex ? 1 : table.retries[Int(node.retry)].maxAttempts
      return attempt <= most ? nil : "attempt \(attempt) of \(name(place))"
    case .guardFailed, .actionFailed, .logged, .answered, .ticked: return nil
    }
  }

  private mutating func admitEntry(_ place: Int, _ frame: Int32) -> String? {
    let node = relation.original(place)
    guard let entry = relation.entry(of: node) else {
      return "\(name(NodeIndex(place))) is entered"
    }
    if frame != 0, starts[frame] == nil { starts[frame] = instanceStarts(around: node) }
    let reached = reached(in: frame)
    guard isKnown(node, entry, reached) else { return "nothing leads to \(name(NodeIndex(place)))" }
    activate(node, frame)
    return nil
  }

  /// Whether a node may be entered by where control has come to; a compound also with a node inside
  /// it to which a row led.
  private func isKnown(_ node: Int, _ entry: Int32, _ reached: Set<Int32>) -> Bool {
    if reached.contains(entry) || isEnteredInside(entry) && reached.contains(entry + 1) {
      return true
    }
    guard relation.roles[node] == .compound || relation.roles[node] == .host else { return false }
    let end = table.nodes[node].subtreeEnd
    return reached.contains { position in
      let other = relation.positions[Int(position)].node
      return other > NodeIndex(node) && other < end
    }
      || taken.contains { row in
        table.targets(of: table.rows[Int(row)]).contains { $0 > NodeIndex(node) && $0 < end }
      }
  }

  private mutating func admitRow(_ row: RowIndex, _ frame: Int32) -> String? {
    let entry = table.rows[Int(row)]
    let offset = Int(relation.copyOffset[Int(entry.place)])
    let number = offset == 0 ? row : rowOfOriginal(row, offset)
    taken.insert(number)
    if table.rows[Int(number)].target == noIndex {
      let isKnown = relation.isRowTaken[Int(number)] || table.rows[Int(number)].tree != nil
      return isKnown ? nil : "row \(row) of \(name(entry.place)) (\(entry.event)) is taken"
    }
    let place = Int(table.rows[Int(number)].place)
    if entry.event == .enter, table.nodes[place].kind == .tree { return admitTree(place, frame) }
    let sources = reached(in: frame).filter { position in
      let source = relation.positions[Int(position)]
      return relation.moves(from: position).contains { move in
        move.row == number && isOpen(move, source, frame)
      }
    }
    // What refuses at its door is no entry in the trace, and takes events until it has ended.
    for source in sources where relation.positions[Int(source)].phase == .entry {
      activate(Int(relation.positions[Int(source)].node), frame)
    }
    let isMove = !sources.isEmpty
    return isMove ? nil : "row \(row) of \(name(entry.place)) (\(entry.event)) is taken"
  }

  /// A tree begins: its host is active.
  private func admitTree(_ place: Int, _ frame: Int32) -> String? {
    guard let entry = relation.entry(of: place), isActive(entry, frame) else {
      return "the tree of \(name(NodeIndex(place))) begins"
    }
    return nil
  }

  /// The same row of the child flow that stands for this one.
  private func rowOfOriginal(_ row: RowIndex, _ offset: Int) -> RowIndex {
    let place = Int(table.rows[Int(row)].place)
    let position = row - table.nodes[place].rows.lowerBound
    return table.nodes[place + offset].rows.lowerBound + position
  }

  private mutating func admitEnd(
    _ place: Int,
    _ frame: Int32,
    _ status: StepStatus,
    _ error: RunError?
  ) -> String? {
    let node = relation.original(place)
    let label = name(NodeIndex(place))
    // Refused or skipped at its door it was not entered, but control has come to it.
    if let entry = relation.entry(of: node), !isActive(entry, frame),
      isKnown(node, entry, reached(in: frame))
    {
      activate(node, frame)
    }
    switch status {
    case .pending: return nil
    case .success:
      if relation.roles[node] == .leaf || relation.roles[node] == .host {
        guard relation.canSucceed[node] else { return "\(label) succeeds" }
      }
      ended.insert(Ended(frame: frame, node: node, cause: .succeeded))
    case .skipped:
      if relation.roles[node] == .leaf || relation.roles[node] == .host {
        guard relation.canSkip[node] else { return "\(label) is skipped" }
      }
      ended.insert(Ended(frame: frame, node: node, cause: .skipped))
    case .cancelled: return nil
    case .failure, .unknown:
      guard let kind = error?.kind else { return nil }
      return admitFailure(node, frame, kind, label)
    }
    return nil
  }

  private mutating func admitFailure(
    _ node: Int,
    _ frame: Int32,
    _ kind: ErrorKind,
    _ label: String
  ) -> String? {
    ended.insert(
      Ended(frame: frame, node: node, cause: kind == .maxVisits ? .refused : .failed)
    )
    // A part's refusal may be what its host fails with.
    ended.insert(Ended(frame: frame, node: node, cause: .failed))
    if isCancelled || [.branch, .final].contains(relation.roles[node]) { return nil }
    // What is left in the middle fails with what ended it.
    let own = relation.failureKinds[node]
    let isLimit = kind == .maxVisits && table.nodes[node].maxVisits > 0
    if own.contains(kind) || isLimit || kind == .cancelled { return nil }
    let isLeft = kind == .unknown || kind == .timeout || relation.roles[node] == .compound
    return isLeft ? nil : "\(label) fails with \(kind.name)"
  }

  // MARK: Effects and the end

  func admit(_ effect: Effect) -> String? {
    guard case .call(let call) = effect else { return nil }
    let node = table.nodes[Int(call.place)]
    guard node.effect != noIndex, table.effects[Int(node.effect)].performer == call.performer else {
      return "\(name(call.place)) calls performer \(call.performer)"
    }
    return nil
  }

  /// Whether everything that is active, or the end of the run, was led to.
  mutating func close(_ after: RunState) -> String? {
    var earlier = 0
    for token in after.tokens {
      // What was active before may be so after it.
      while earlier < tokens.count, tokens[earlier].precedes(token) { earlier += 1 }
      if earlier < tokens.count, !token.precedes(tokens[earlier]) { continue }
      open(token.frame)
      let node = relation.original(Int(token.place))
      guard let entry = relation.entry(of: node) else { continue }
      let isThere = isActive(entry, token.frame) || reached(in: token.frame).contains(entry)
      if !isThere { return "\(name(token.place)) is active" }
    }
    open(0)
    return closeOutcome(after)
  }

  private func closeOutcome(_ after: RunState) -> String? {
    switch after.outcome {
    case nil, .cancelled?: return nil
    case .success(let final, _)?:
      let isEnd = active.contains { entry in
        let position = relation.positions[Int(entry.position)]
        return entry.frame == 0 && relation.roles[Int(position.node)] == .final
          && table.nodes[Int(position.node)].parent <= 0
          && !table.nodes[Int(position.node)].isFailure
      }
      return isEnd ? nil : "the run ends in \(final)"
    case .failure(_?, _, _)?: return nil
    case .failure(nil, let error, _)?:
      let kind = error?.kind ?? .failed
      let byLimit = [.maxSteps, .timeout, .inputRejected, .cancelled, .unknown].contains(kind)
      let thread = relation.threads[0]
      if byLimit || thread.canFail && thread.failureKinds.contains(kind) { return nil }
      return "the run fails with \(kind.name)"
    }
  }

  private func name(_ place: NodeIndex) -> String {
    let name = table.nodes[Int(place)].name
    return "\(name.isEmpty ? "(unnamed)" : "`\(name)`") (node \(place))"
  }
}

extension Token {
  /// Whether it stands before another in the order of frames and places.
  fileprivate func precedes(_ other: Token) -> Bool {
    frame == other.frame ? place < other.place : frame < other.frame
  }
}

extension Array {
  /// In an array in order of numbers, the position of the first with at least that number.
  fileprivate func first(from number: Int32, _ numberOf: (Element) -> Int32) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if numberOf(self[middle]) < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
