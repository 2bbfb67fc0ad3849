import Expression
import Source
import Table
import Values

// Taking rows: exit, actions, entry (SCXML appendix D, microstep).
extension StepInterpreter {
  /// Takes rows of the current frame together.
  ///
  /// `assigns`: their assignments are made here, between exit and entry, and a failing one is an
  /// event; else they were made before.
  mutating func microstep(_ rows: [EnabledRow], assigns: Bool) {
    let frame = currentFrame
    // What stands later is left first, across all rows (SCXML appendix D, exitStates).
    let domains = rows.map(\.domain).filter { !$0.isEmpty }
    for domain in domains.sorted(by: { $0.lowerBound > $1.lowerBound }) { exit(domain, frame) }
    for enabled in rows {
      let row = table.rows[Int(enabled.row)]
      output.trace.append(.took(row: enabled.row, frame: frame))
      if row.counter != noIndex { state.registers[Int(row.counter)].countUp() }
      for register in row.resets { state.registers[Int(register)] = 0 }
      if assigns, let message = assign(row.assignments) {
        output.trace.append(.actionFailed(node: enabled.place, message: message))
        raiseError(message)
        continue
      }
      perform(actions: row.actions)
    }
    guard state.outcome == nil else { return }
    var entries: [Entry] = []
    for enabled in rows {
      let row = table.rows[Int(enabled.row)]
      guard row.target != noIndex else { continue }
      let targets = row.targets.isEmpty ? [row.target] : list(row.targets)
      entries.append(Entry(targets: targets, ancestor: enabled.domain.lowerBound - 1))
    }
    if !entries.isEmpty { enter(entries) }
  }

  // MARK: Exit

  /// Exits the active nodes of a range: deepest and last first, as SCXML has it.
  mutating func exit(_ domain: Range<NodeIndex>, _ frame: Int32) {
    activate(frame)
    if linked.hasTrees { haltTrees(in: domain) }
    if let only = onlyLeaf(in: domain, frame) {
      leave(only, frame)
      return
    }
    let nodes = activeNodes(in: domain, frame)
    for node in nodes { remember(node, frame) }
    for node in nodes.reversed() { leave(node, frame) }
  }

  /// The one active node of a range, when it is a leaf right below the range's owner.
  private func onlyLeaf(in domain: Range<NodeIndex>, _ frame: Int32) -> NodeIndex? {
    guard state.tokens.count == 1, let token = state.tokens.first, token.frame == frame,
      domain.contains(token.place),
      table.nodes[Int(token.place)].parent == domain.lowerBound - 1
    else { return nil }
    return token.place
  }

  /// Active nodes of a range in document order.
  func activeNodes(in domain: Range<NodeIndex>, _ frame: Int32) -> [NodeIndex] {
    var nodes: Set<NodeIndex> = []
    for token in state.tokens where token.frame == frame && domain.contains(token.place) {
      var node = token.place
      while domain.contains(node), nodes.insert(node).inserted {
        node = table.nodes[Int(node)].parent
      }
    }
    return nodes.sorted()
  }

  /// Stores a node's configuration where histories stand for it.
  private mutating func remember(_ node: NodeIndex, _ frame: Int32) {
    guard let histories = linked.historiesOfNode[node] else { return }
    let range = node + 1..<table.nodes[Int(node)].subtreeEnd
    for history in histories {
      let entry = table.nodes[Int(history)]
      let active = activeNodes(in: range, frame)
      state.histories[Int(entry.history)] = active.filter {
        entry.isDeep ? !table.nodes[Int($0)].isComposite : table.nodes[Int($0)].parent == node
      }
    }
  }

  /// Leaves one node: its exit actions, then whatever it had under way.
  mutating func leave(_ index: NodeIndex, _ frame: Int32) {
    let node = table.nodes[Int(index)]
    perform(blocks: node.exitBlocks)
    let position = token(index, frame)
    if let position {
      let token = state.tokens[position]
      switch token.phase {
      case .calling, .pausing, .waiting, .hosting:
        let isDoubtful = mayHaveHappened(token)
        if token.effect != 0 { output.effects.append(.cancel(token.effect)) }
        let error = RunError(
          kind: isDoubtful ? .unknown : .cancelled,
          message: "`\(node.name)` was left before it ended",
          step: node.name
        )
        if state.steps[Int(index)].status == .pending {
          record(index, isDoubtful ? .unknown : .cancelled, error)
        }
        dropFrames(of: index, frame)
      case .entered, .resting: break
      }
      if let position = self.token(index, frame) { state.tokens.remove(at: position) }
    }
    state.joins.removeAll { $0.owner == index && $0.frame == frame }
    cancelTimers { timer in
      guard timer.node == index, timer.frame == frame else { return false }
      if case .event = timer.purpose { return false }
      return true
    }
    state.steps[Int(index)].isActive = false
    exposeStep(index)
  }

  /// Withdraws timers.
  mutating func cancelTimers(where matches: (RunTimer) -> Bool) {
    guard !state.timers.isEmpty else { return }
    for timer in state.timers where matches(timer) { output.effects.append(.cancel(timer.effect)) }
    state.timers.removeAll(where: matches)
  }

  // MARK: Entry

  /// Targets and the active node inside which they are entered.
  struct Entry {
    var targets: [NodeIndex]
    var ancestor: NodeIndex
  }

  /// Enters targets and whatever has to be active with them, inside an active node.
  mutating func enter(_ targets: [NodeIndex], within ancestor: NodeIndex) {
    enter([Entry(targets: targets, ancestor: ancestor)])
  }

  private mutating func enter(_ entries: [Entry]) {
    let first = agenda.count
    defer {
      // The agenda is worked off from its end: what was entered first starts first.
      agenda[first...].reverse()
    }
    if entries.count == 1, entries[0].targets.count == 1 {
      let target = entries[0].targets[0]
      let node = table.nodes[Int(target)]
      if node.parent == entries[0].ancestor, !node.isComposite, node.kind != .history {
        enter(node: target)
        return
      }
    }
    var entry = EntrySet(linked: linked, histories: state.histories)
    for group in entries { entry.add(group.targets, within: group.ancestor) }
    let nodes = entry.nodes.sorted()
    var position = 0
    while position < nodes.count, state.outcome == nil {
      let node = nodes[position]
      position += 1
      if enter(node: node, entry) { continue }
      // Skipped, refused or opened later: what lies inside is not entered now.
      let end = table.nodes[Int(node)].subtreeEnd
      while position < nodes.count, nodes[position] < end { position += 1 }
    }
  }

  /// Enters one node; returns whether what lies inside is entered as well.
  @discardableResult
  private mutating func enter(node index: NodeIndex, _ entry: EntrySet? = nil) -> Bool {
    guard admit(index, entry) else { return false }
    return begin(index, table.nodes[Int(index)])
  }

  /// Enters a node without beginning its work; returns whether that may begin.
  mutating func admit(_ index: NodeIndex, _ entry: EntrySet? = nil) -> Bool {
    let node = table.nodes[Int(index)]
    let frame = currentFrame
    // A refused entry counts too: doors that refuse in turn must not go round for ever.
    if !node.isComposite, !countPlace(node) { return false }
    if !node.isComposite || node.kind == .parallel && !table.entersPartsTogether(index) {
      addToken(Token(place: index, frame: frame))
    }
    state.steps[Int(index)].isActive = true
    if node.maxVisits > 0, visits(of: node) >= Int64(node.maxVisits) {
      let plural = node.maxVisits == 1 ? "visit" : "visits"
      let error = RunError(
        kind: .maxVisits,
        message: "`\(node.name)` has had its \(node.maxVisits) \(plural)",
        step: node.name
      )
      refuse(index, .failure(error))
      return false
    }
    if node.visitsRegister != noIndex { state.registers[Int(node.visitsRegister)].countUp() }
    state.steps[Int(index)] = StepRecord()
    state.steps[Int(index)].isActive = true
    output.trace.append(.entered(place: index, frame: frame, visit: visits(of: node)))
    exposeStep(index)
    perform(blocks: node.entryBlocks)
    if let entry {
      if entry.defaults.contains(index) { perform(actions: node.initialActions) }
      for history in entry.histories where table.nodes[Int(history)].parent == index {
        perform(actions: table.nodes[Int(history)].initialActions)
      }
    }
    startTimers(of: index, node)
    return state.outcome == nil
  }

  /// Counts a place that is entered; whether `max_steps` allows it.
  ///
  /// One too many ends the run.
  private mutating func countPlace(_ node: PlaceNode) -> Bool {
    let limit = table.runLimits.maxSteps
    guard state.placesEntered < limit else {
      let message = "the run entered \(limit) places, as many as max_steps allows"
      let error = RunError(kind: .maxSteps, message: message, step: node.name)
      state.lastError = error
      endByError(error)
      return false
    }
    state.placesEntered.countUp()
    return true
  }

  /// Queues what follows the entry of a node.
  private mutating func begin(_ index: NodeIndex, _ node: PlaceNode) -> Bool {
    let frame = currentFrame
    switch node.kind {
    case .compound, .parallel:
      if node.when != noIndex {
        switch linked.test(node.when, state.memory) {
        case .isTrue: break
        case .isFalse:
          refuse(index, .skipped)
          return false
        case .failure(let error):
          let error = RunError(kind: .guardError, message: error.message, step: node.name)
          refuse(index, .failure(error))
          return false
        }
      }
      note(index, .began)
      guard node.kind == .parallel else { return true }
      let parts = linked.partsOfNode[index] ?? []
      var join = JoinState(owner: index, frame: frame, items: [], parts: parts.count)
      if table.entersPartsTogether(index) {
        join.opened = Int32(clamping: parts.count)
        state.joins.append(join)
        return true
      }
      state.joins.append(join)
      forgetParts(of: index, node)
      if let position = token(index, frame) { state.tokens[position].phase = .hosting }
      agenda.append(.open(owner: index, frame: frame))
      return false
    case .final: reachFinal(index, node)
    case .rest:
      if let position = token(index, frame) { state.tokens[position].phase = .resting }
    default: agenda.append(.start(place: index, frame: frame))
    }
    return true
  }

  /// What an earlier visit left in the records of a node's parts, so that nobody who awaits one
  /// takes it for this visit's.
  mutating func forgetParts(of index: NodeIndex, _ node: PlaceNode) {
    for part in index + 1..<max(index + 1, node.subtreeEnd)
    where state.steps[Int(part)].status != .pending {
      state.steps[Int(part)] = StepRecord()
      exposeStep(part)
    }
  }

  /// A node that was entered but does not begin: it ends at once.
  ///
  /// One with others inside counts as a place here, as none inside it will: its `when` may be false
  /// each time that its own edge leads back to it.
  private mutating func refuse(_ index: NodeIndex, _ ending: Ending) {
    let node = table.nodes[Int(index)]
    if node.isComposite, !countPlace(node) { return }
    if token(index, currentFrame) == nil {
      addToken(Token(place: index, frame: currentFrame))
    }
    agenda.append(.refused(node: index, frame: currentFrame, ending: ending))
  }

  mutating func startTimers(of index: NodeIndex, _ node: PlaceNode) {
    let frame = currentFrame
    for row in node.rows where table.rows[Int(row)].event == .after {
      let entry = table.rows[Int(row)]
      var milliseconds = entry.detail
      if entry.delay != noIndex {
        switch delay(linked.evaluate(entry.delay, state.memory)) {
        case .success(let value): milliseconds = value
        case .failure(let error):
          raiseError(error.message)
          continue
        }
      }
      guard state.timers.count < linked.limits.timers else {
        output.trace.append(.actionFailed(node: index, message: tooManyTimers))
        raiseError(tooManyTimers)
        continue
      }
      let effect = startTimer(.after, place: index, after: milliseconds)
      state.timers.append(
        RunTimer(effect: effect, node: index, frame: frame, purpose: .after(row: row))
      )
    }
    let isOwn = [.action, .human, .planner].contains(node.kind)
    guard node.deadlineMilliseconds >= 0, !isOwn else { return }
    let effect = startTimer(.deadline, place: index, after: node.deadlineMilliseconds)
    state.timers.append(
      RunTimer(effect: effect, node: index, frame: frame, purpose: .deadline)
    )
  }
}

/// The nodes that a transition enters (SCXML appendix D, computeEntrySet).
struct EntrySet {
  private let linked: LinkedTable
  private let remembered: [[NodeIndex]]
  /// The nodes.
  private(set) var nodes: Set<NodeIndex> = []
  /// Compounds that are entered by their initial states.
  private(set) var defaults: Set<NodeIndex> = []
  /// Histories that stood for their defaults.
  private(set) var histories: [NodeIndex] = []

  /// The nodes inside the active ancestor: a history further out leads through nodes that stay
  /// active, and what is active is not entered again.
  private var bounds: Range<NodeIndex> = 0..<0

  init(linked: LinkedTable, histories: [[NodeIndex]]) {
    self.linked = linked
    remembered = histories
  }

  private func node(_ index: NodeIndex) -> PlaceNode { linked.table.nodes[Int(index)] }

  private func list(_ range: Range<PoolIndex>) -> [NodeIndex] {
    range.map { linked.table.lists[Int($0)] }
  }

  mutating func add(_ targets: [NodeIndex], within ancestor: NodeIndex) {
    let end = ancestor < 0 ? NodeIndex(linked.table.nodes.count) : node(ancestor).subtreeEnd
    bounds = ancestor + 1..<end
    for target in targets { addDescendants(of: target) }
    for target in targets { addAncestors(of: target, upTo: ancestor) }
  }

  private mutating func addDescendants(of index: NodeIndex) {
    let node = node(index)
    switch node.kind {
    case .history:
      let known = remembered[Int(node.history)]
      if known.isEmpty { histories.append(index) }
      let targets = known.isEmpty ? list(node.initial) : known
      for target in targets { addDescendants(of: target) }
      for target in targets { addAncestors(of: target, upTo: node.parent) }
    case .compound:
      nodes.insert(index)
      defaults.insert(index)
      let targets = list(node.initial)
      for target in targets { addDescendants(of: target) }
      for target in targets { addAncestors(of: target, upTo: index) }
    case .parallel:
      nodes.insert(index)
      addParts(of: index)
    default: nodes.insert(index)
    }
  }

  private mutating func addAncestors(of index: NodeIndex, upTo ancestor: NodeIndex) {
    var parent = node(index).parent
    while parent != ancestor, parent > 0 {
      let node = node(parent)
      if bounds.contains(parent) {
        nodes.insert(parent)
        if node.kind == .parallel { addParts(of: parent) }
      }
      parent = node.parent
    }
  }

  /// The parts of a chart's parallel node that no target lies in; others are opened in turn.
  private mutating func addParts(of index: NodeIndex) {
    guard linked.table.entersPartsTogether(index) else { return }
    for part in linked.partsOfNode[index] ?? [] {
      let end = self.node(part).subtreeEnd
      if !nodes.contains(where: { $0 >= part && $0 < end }) { addDescendants(of: part) }
    }
  }
}
