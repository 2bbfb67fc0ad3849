import Expression
import Table
import Values

/// A row chosen to be taken, with what it leaves.
struct EnabledRow {
  var row: RowIndex
  var place: NodeIndex
  /// Nodes that it may exit; empty for a row without target.
  var domain: Range<NodeIndex>
}

/// What looking for a row gave.
enum RowChoice {
  /// A row was taken.
  case taken
  /// No row matches.
  case none
  /// A guard or assignment could not be evaluated.
  case guardFailed(String)
}

// Which rows are taken: for outcomes of work the place's own, for events by SCXML 3.13.
extension StepInterpreter {
  // MARK: Outcomes of work

  /// Takes the first row of `node` for an outcome whose guard is true, in the current frame.
  ///
  /// `kind` restricts failure and cancel rows. Rows stand in priority order, so the first match
  /// wins (FLOW-SEMANTICS 5). With `skipsFailingGuards` a guard that cannot be evaluated counts as
  /// false.
  mutating func takeRow(
    of node: NodeIndex,
    _ event: EventClass,
    kind: ErrorKind?,
    skipsFailingGuards: Bool = false
  ) -> RowChoice {
    for index in table.nodes[Int(node)].rows {
      let row = table.rows[Int(index)]
      guard row.event == event else { continue }
      if let kind, !row.kinds.contains(kind) { continue }
      if row.counter != noIndex, state.registers[Int(row.counter)] >= row.counterLimit { continue }
      switch passes(row) {
      case .isFalse: continue
      case .isTrue: break
      case .failure(let error):
        output.trace.append(.guardFailed(row: index, message: error.message))
        if row.guardErrorMode == .fails, !skipsFailingGuards {
          return .guardFailed(error.message)
        }
        if row.guardErrorMode == .raisesEvent { raiseError(error.message) }
        continue
      }
      if let message = assign(row.assignments) {
        if skipsFailingGuards { continue }
        return .guardFailed(message)
      }
      microstep([EnabledRow(row: index, place: node, domain: domain(of: row))], assigns: false)
      return .taken
    }
    return .none
  }

  func passes(_ row: Row) -> Truth {
    guard row.guardProgram != noIndex else { return .isTrue }
    switch linked.test(row.guardProgram, state.memory) {
    case .isTrue: return row.isNegated ? .isFalse : .isTrue
    case .isFalse: return row.isNegated ? .isTrue : .isFalse
    case .failure(let error): return .failure(error)
    }
  }

  // MARK: Events

  /// Takes eventless rows; returns whether there were any (SCXML 3.13, selectEventless).
  mutating func takeEventless() -> Bool {
    for frame in [0] + state.frames.map(\.id) {
      let enabled = select(in: frame) { $0.event == .always }
      guard !enabled.isEmpty else { continue }
      microstep(enabled, assigns: true)
      return true
    }
    return false
  }

  /// An event from outside: every session may take it.
  mutating func receive(name: String, payload: Value) {
    var sessions: [Int32] = [0]
    for frame in state.frames where table.nodes[Int(frame.owner)].kind == .call {
      sessions.append(frame.id)
    }
    for session in sessions {
      externalEvents.append(
        QueuedEvent(name: name, data: payload, type: "external", session: session)
      )
    }
  }

  /// Offers an event to the frames of its session, in order.
  mutating func deliver(_ event: QueuedEvent) {
    for frame in frames(ofSession: event.session) where state.outcome == nil {
      activate(frame)
      expose(event)
      let enabled = select(in: frame) { [linked] row in
        row.event == .external && linked.matches(row, event: event.name)
      }
      if !enabled.isEmpty { microstep(enabled, assigns: true) }
    }
  }

  /// The rows to take for the active leaves of a frame, conflicts settled, in document order.
  ///
  /// Inner rows go before outer ones, and rows of one node by their order; a guard is evaluated
  /// once for all leaves.
  mutating func select(in frame: Int32, where matches: (Row) -> Bool) -> [EnabledRow] {
    activate(frame)
    let boundary = frame == 0 ? noIndex : root(of: frame)
    var tested: [(row: RowIndex, isOpen: Bool)] = []
    var enabled: [EnabledRow] = []
    for position in state.tokens.indices where state.tokens[position].frame == frame {
      if isSpent(state.tokens[position]) { continue }
      var node = state.tokens[position].place
      search: while node != noIndex {
        for index in table.nodes[Int(node)].rows where matches(table.rows[Int(index)]) {
          if let known = tested.first(where: { $0.row == index }) {
            if known.isOpen { break search }
            continue
          }
          let isOpen = isOpen(index)
          tested.append((index, isOpen))
          guard isOpen else { continue }
          let row = table.rows[Int(index)]
          add(EnabledRow(row: index, place: node, domain: domain(of: row)), to: &enabled, frame)
          break search
        }
        node = node == boundary ? noIndex : table.nodes[Int(node)].parent
      }
    }
    return enabled
  }

  private mutating func isOpen(_ index: RowIndex) -> Bool {
    let row = table.rows[Int(index)]
    if row.counter != noIndex, state.registers[Int(row.counter)] >= row.counterLimit {
      return false
    }
    switch passes(row) {
    case .isTrue: return true
    case .isFalse: return false
    case .failure(let error):
      // SCXML 5.9.1: a condition that cannot be evaluated is false, and the error is an event.
      output.trace.append(.guardFailed(row: index, message: error.message))
      if row.guardErrorMode == .raisesEvent { raiseError(error.message) }
      return false
    }
  }

  /// Adds a row unless one chosen before goes first (SCXML appendix D, removeConflicting).
  private func add(_ row: EnabledRow, to enabled: inout [EnabledRow], _ frame: Int32) {
    var outranked: [Int] = []
    for (position, other) in enabled.enumerated() where conflict(row, other, frame) {
      let outer = table.nodes[Int(other.place)]
      guard row.place > other.place, row.place < outer.subtreeEnd else { return }
      outranked.append(position)
    }
    for position in outranked.reversed() { enabled.remove(at: position) }
    enabled.append(row)
  }

  /// Whether two rows would leave the same node.
  private func conflict(_ first: EnabledRow, _ second: EnabledRow, _ frame: Int32) -> Bool {
    let low = max(first.domain.lowerBound, second.domain.lowerBound)
    let high = min(first.domain.upperBound, second.domain.upperBound)
    guard low < high else { return false }
    return state.tokens.contains { $0.frame == frame && $0.place >= low && $0.place < high }
  }

  // MARK: Domains

  /// What a row may exit; through a history that depends on what is remembered.
  func domain(of row: Row) -> Range<NodeIndex> {
    guard row.target != noIndex else { return 0..<0 }
    let targets = row.targets.isEmpty ? [row.target] : list(row.targets)
    guard targets.contains(where: { table.nodes[Int($0)].kind == .history }) else {
      return row.domain
    }
    let effective = targets.flatMap { effectiveTargets($0) }
    return table.domain(from: row.place, to: effective, isInternal: row.isInternal)
  }

  private func effectiveTargets(_ target: NodeIndex) -> [NodeIndex] {
    let node = table.nodes[Int(target)]
    guard node.kind == .history else { return [target] }
    let remembered = state.histories[Int(node.history)]
    return remembered.isEmpty ? list(node.initial) : remembered
  }
}
