import Expression
import Table
import Values

// Finals, nodes that end with what lies inside them, and how parts come together.
extension StepInterpreter {
  /// Entering a final node ends the node around it; directly below the root, the run.
  mutating func reachFinal(_ index: NodeIndex, _ node: PlaceNode) {
    let frame = currentFrame
    rest(index)
    record(index, .success)
    guard node.parent > 0 else {
      if frame == 0 { end(node) }
      return
    }
    let ending: Ending
    var data = Value.null
    switch finalResult(node) {
    case .failure(let error):
      raiseError(error.message)
      let failure = RunError(kind: .guardError, message: error.message, step: node.name)
      ending = node.isFailure || !node.isChart ? .failure(failure) : .success(nil)
    case .success(let result):
      data = result ?? .null
      ending =
        node.isFailure
        ? .failure(
          state.lastError ?? RunError(kind: .failed, message: "`\(node.name)`", step: node.name)
        ) : .success(result)
    }
    let owner = node.parent
    if table.nodes[Int(owner)].isChart {
      raiseDone(owner, data)
      // Left and ended anew before anybody looked: it has ended once, with what came last.
      agenda.removeAll { work in
        if case .ended(owner, frame, .success) = work { true } else { false }
      }
    }
    agenda.append(.ended(node: owner, frame: frame, ending: ending))
  }

  /// What a final node hands on; nil: nothing of its own.
  private func finalResult(_ node: PlaceNode) -> Result<Value?, EvaluationError> {
    if node.content != noIndex {
      switch linked.evaluate(node.content, state.memory) {
      case .value(let value): return .success(value)
      case .failure(let error): return .failure(error)
      }
    }
    guard !node.result.isEmpty else { return .success(nil) }
    return render(node.result).map { .map($0) }
  }

  /// `done.state.<id>`, also of a parallel node whose regions are all done (SCXML 3.7).
  private mutating func raiseDone(_ index: NodeIndex, _ data: Value) {
    let node = table.nodes[Int(index)]
    raise(QueuedEvent(name: "done.state.\(node.name)", data: data, type: "platform"))
    guard node.parent > 0, table.nodes[Int(node.parent)].kind == .parallel,
      table.nodes[Int(node.parent)].isChart
    else { return }
    let parts = linked.partsOfNode[node.parent] ?? []
    guard parts.allSatisfy({ isDone($0, currentFrame) }) else { return }
    let parallel = table.nodes[Int(node.parent)]
    raise(QueuedEvent(name: "done.state.\(parallel.name)", type: "platform"))
  }

  /// Whether a compound rests in one of its finals, a parallel in finals of all its regions.
  private func isDone(_ index: NodeIndex, _ frame: Int32) -> Bool {
    let node = table.nodes[Int(index)]
    switch node.kind {
    case .compound:
      return state.tokens.contains { token in
        token.frame == frame && table.nodes[Int(token.place)].parent == index
          && table.nodes[Int(token.place)].kind == .final
      }
    case .parallel: return (linked.partsOfNode[index] ?? []).allSatisfy { isDone($0, frame) }
    default: return false
    }
  }

  /// Whether a node of a chart has ended and not gone on since: events may have led it back from
  /// its final, while it counted as ended.
  func hasEnded(_ index: NodeIndex, _ frame: Int32) -> Bool {
    if let position = token(index, frame) {
      return state.tokens[position].phase == .resting
        && state.steps[Int(index)].status != .pending
    }
    let parts = linked.partsOfNode[index] ?? []
    switch table.nodes[Int(index)].kind {
    case .compound: return isDone(index, frame) || hasFailed(index, frame)
    case .parallel: return parts.allSatisfy { hasEnded($0, frame) }
    default: return false
    }
  }

  /// Whether a compound has failed and nothing inside has gone on since.
  private func hasFailed(_ index: NodeIndex, _ frame: Int32) -> Bool {
    switch state.steps[Int(index)].status {
    case .pending, .success, .skipped: return false
    case .failure, .cancelled, .unknown: break
    }
    let end = table.nodes[Int(index)].subtreeEnd
    return state.tokens.allSatisfy { token in
      token.frame != frame || token.place < index || token.place >= end
        || token.phase == .resting && state.steps[Int(token.place)].status != .pending
    }
  }

  /// Reaching a final place below the root ends the run with the flow's result.
  ///
  /// What is active is left first: nothing but the final and the root (SCXML appendix D,
  /// exitInterpreter).
  private mutating func end(_ node: PlaceNode) {
    perform(blocks: node.exitBlocks)
    perform(blocks: table.nodes[0].exitBlocks)
    var result = read(context.output) ?? .null
    if !table.result.isEmpty {
      switch render(table.result) {
      case .success(let fields): result = .map(fields)
      case .failure(let error):
        result = .null
        if !node.isFailure, state.cancelReason == nil {
          let message = "the flow's result: \(error.message)"
          state.outcome = .failure(
            final: node.name,
            error: RunError(kind: .guardError, message: message, step: node.name),
            result: .null
          )
          return
        }
      }
    }
    if let reason = state.cancelReason {
      state.outcome = .cancelled(reason: reason)
    } else if node.isFailure {
      state.outcome = .failure(final: node.name, error: state.lastError, result: result)
    } else {
      state.outcome = .success(final: node.name, result: result)
    }
  }

  // MARK: Ends of nodes

  /// A node of the current frame has ended: its results and rows.
  ///
  /// `isRefused`: it was entered and did not begin.
  mutating func conclude(_ index: NodeIndex, _ ending: Ending, isRefused: Bool = false) {
    if !isRefused, isCancelled(index) {
      endCancelled(index)
      return
    }
    switch ending {
    case .success(let answer):
      let node = table.nodes[Int(index)]
      succeed(index, answer: answer ?? (node.isComposite ? read(context.output) : nil))
    case .failure(let error):
      let node = table.nodes[Int(index)]
      var own = error
      if own.step.isEmpty { own.step = node.name }
      fail(index, own, triesAgain: !isRefused)
    case .skipped:
      rest(index)
      record(index, .skipped)
      followSuccess(index, .skipped)
    }
  }

  /// No row of the node takes its ending: the node around it decides.
  mutating func passOn(_ index: NodeIndex, _ ending: Ending) {
    let node = table.nodes[Int(index)]
    if currentFrame != 0, index == root(of: currentFrame) {
      endFrame(ending)
      return
    }
    let parent = node.parent
    if parent > 0, table.nodes[Int(parent)].kind == .parallel {
      endPart(index, of: parent, ending)
      return
    }
    switch ending {
    case .failure(let error):
      if parent > 0 {
        // Failing, the enclosing node leaves whatever is active inside it.
        agenda.append(.ended(node: parent, frame: currentFrame, ending: .failure(error)))
      } else {
        endByError(error)
      }
    case .success, .skipped:
      if node.isChart || parent > 0 && table.nodes[Int(parent)].isChart { return }
      fail(
        index,
        RunError(
          kind: .guardError,
          message: "no edge of `\(node.name)` is open after its success",
          step: node.name
        )
      )
    }
  }

  // MARK: Parts

  func join(of owner: NodeIndex, _ frame: Int32) -> Int? {
    state.joins.firstIndex { $0.owner == owner && $0.frame == frame }
  }

  /// Opens the next part of a parallel node or fork of the current frame, if one may run.
  mutating func openPart(of owner: NodeIndex) {
    let frame = currentFrame
    guard let position = join(of: owner, frame) else { return }
    let policy = table.joins[Int(table.nodes[Int(owner)].join)]
    let join = state.joins[position]
    let running = join.opened.subtractingSaturating(join.ended)
    guard join.opened < join.parts,
      policy.concurrency == 0 || running < policy.concurrency
    else {
      decide(owner)
      return
    }
    let part = Int(join.opened)
    state.joins[position].opened.countUp()
    // What the part does at once comes before the next part.
    agenda.append(.open(owner: owner, frame: frame))
    if table.nodes[Int(owner)].kind == .fork {
      openFrame(of: owner, position: part)
    } else if let parts = linked.partsOfNode[owner], parts.indices.contains(part) {
      enter([parts[part]], within: owner)
    }
  }

  /// A part of a parallel node has ended.
  private mutating func endPart(_ index: NodeIndex, of owner: NodeIndex, _ ending: Ending) {
    guard let part = linked.partsOfNode[owner]?.firstIndex(of: index) else { return }
    let node = table.nodes[Int(index)]
    let policy = table.joins[Int(table.nodes[Int(owner)].join)]
    if policy.kind == .chart, !node.isComposite { return }
    if !table.entersPartsTogether(owner) {
      // What has ended waits for the others, and nothing of it can be late any more.
      cancelTimers { [currentFrame] timer in
        guard timer.frame == currentFrame, timer.node >= index, timer.node < node.subtreeEnd
        else { return false }
        if case .event = timer.purpose { return false }
        return true
      }
    }
    var result: Value?
    if case .success(let answer) = ending { result = answer ?? read(node.resultSlot) ?? .null }
    count(part, of: owner, ending, result)
  }

  /// Counts the end of a part, and decides.
  mutating func count(_ part: Int, of owner: NodeIndex, _ ending: Ending, _ result: Value?) {
    let frame = currentFrame
    guard let position = join(of: owner, frame),
      state.joins[position].results.indices.contains(part)
    else { return }
    switch ending {
    case .success:
      // A region of a chart may end again after an event led it back.
      let isKnown =
        table.nodes[Int(owner)].kind == .parallel && table.entersPartsTogether(owner)
        && state.joins[position].results[part] != nil
      if !isKnown { state.joins[position].successes.countUp() }
      state.joins[position].results[part] = result
    case .failure(let error):
      state.joins[position].failures.countUp()
      if state.joins[position].error == nil { state.joins[position].error = error }
      state.joins[position].results[part] = result
    case .skipped: state.joins[position].skipped.countUp()
    }
    decide(owner)
  }

  /// Ends a parallel node or fork when its policy says so; else lets a further part begin.
  private mutating func decide(_ owner: NodeIndex) {
    let frame = currentFrame
    guard let position = join(of: owner, frame) else { return }
    let join = state.joins[position]
    let node = table.nodes[Int(owner)]
    let policy = table.joins[Int(node.join)]
    guard let isSuccess = policy.verdict(of: join) else {
      let hasMore = join.opened < join.parts
      let isQueued = agenda.contains { work in
        if case .open(owner, frame) = work { true } else { false }
      }
      if hasMore, !isQueued,
        join.opened.subtractingSaturating(join.ended) < max(1, policy.concurrency),
        policy.concurrency > 0
      {
        agenda.append(.open(owner: owner, frame: frame))
      }
      return
    }
    let result = result(of: join, node, policy)
    if isSuccess, node.kind == .parallel, table.entersPartsTogether(owner),
      join.ended == join.parts
    {
      // Nothing is left to halt. The regions stay in their finals until a row leads on (SCXML 3.4).
      let parts = linked.partsOfNode[owner] ?? []
      guard join.skipped > 0 || parts.allSatisfy({ hasEnded($0, frame) }) else { return }
      let isSkipped = join.skipped > 0 && join.skipped == join.parts
      conclude(owner, isSkipped ? .skipped : .success(result))
      return
    }
    if isSuccess == false {
      let error =
        join.error
        ?? RunError(kind: .failed, message: "no part of `\(node.name)` succeeded", step: node.name)
      halt(owner)
      conclude(
        owner,
        .failure(RunError(kind: error.kind, message: error.message, step: error.step))
      )
      return
    }
    halt(owner)
    let isSkipped = !join.results.isEmpty && join.skipped == join.parts
    conclude(owner, isSkipped ? .skipped : .success(result))
  }

  /// Leaves whatever is still active inside a node, in document order, and keeps the node.
  private mutating func halt(_ owner: NodeIndex) {
    let frame = currentFrame
    dropFrames(of: owner, frame)
    activate(frame)
    let node = table.nodes[Int(owner)]
    if node.isComposite { exit(owner + 1..<node.subtreeEnd, frame) }
    state.joins.removeAll { $0.owner == owner && $0.frame == frame }
    if token(owner, frame) == nil { addToken(Token(place: owner, frame: frame)) }
    rest(owner)
  }

  private func result(of join: JoinState, _ node: PlaceNode, _ policy: JoinPolicy) -> Value {
    if node.kind == .fork {
      return .list(join.results.map { $0 ?? .null })
    }
    var fields = ValueMap()
    for (part, index) in (linked.partsOfNode[join.owner] ?? []).enumerated() {
      let name = partName(index)
      if !name.isEmpty, let value = join.results[part] { fields[name] = value }
    }
    return .map(fields)
  }

  /// The name of a part; of one that nobody named (a task behind what it awaits), its step's.
  func partName(_ index: NodeIndex) -> String {
    let node = table.nodes[Int(index)]
    guard node.name.isEmpty else { return node.name }
    var child = index + 1
    while child < node.subtreeEnd {
      let inner = table.nodes[Int(child)]
      if !inner.name.isEmpty { return inner.name }
      child = inner.subtreeEnd
    }
    return ""
  }
}

extension JoinPolicy {
  /// Whether parts that stand so have succeeded together; nil: not decided yet.
  func verdict(of join: JoinState) -> Bool? {
    let parts = join.parts
    let isOver = join.ended == parts
    var failures = join.failures
    var successes = join.successes
    if itemError != .fails {
      successes = successes.addingSaturating(failures)
      failures = 0
    }
    if self.failures > 0, failures >= self.failures { return false }
    switch kind {
    case .all:
      if self.failures == 0, failures > 0 { return false }
      return isOver ? true : nil
    case .any:
      if successes > 0 { return true }
      return isOver ? failures == 0 : nil
    case .first:
      if successes > 0 { return true }
      if failures > 0 { return false }
      return isOver ? true : nil
    case .finished, .chart: return isOver ? true : nil
    case .count:
      if successes >= count { return true }
      let open = parts.subtractingSaturating(failures).subtractingSaturating(join.skipped)
      if self.failures == 0, open < count { return false }
      return isOver ? successes >= count : nil
    }
  }
}
