import Expression
import Table
import Values

// Failed attempts, timers, cancellation, external events; and what guards see of it all.
extension StepInterpreter {
  /// Kinds that another attempt cannot mend.
  static let finalKinds = ErrorKindSet([.unknown, .denied, .budget, .cancelled])

  /// An attempt failed: another one if the policy says so, else the place fails.
  ///
  /// A write that timed out may have happened. It is repeated only when declared idempotent, and
  /// fails with kind `unknown` unless the flow has an edge for its timeout (FLOW-FORMAT rule 5, 7).
  /// The doubt lasts until an attempt is answered: a later refusal says nothing of the first.
  mutating func attemptFailed(_ place: NodeIndex, kind: ErrorKind, message: String) {
    guard let position = token(place, currentFrame) else { return }
    state.tokens[position].effect = 0
    let node = table.nodes[Int(place)]
    let performer = table.performers[Int(table.effects[Int(node.effect)].performer)]
    if performer.isWrite, kind == .timeout || kind == .unknown {
      state.tokens[position].isInDoubt = true
    }
    let token = state.tokens[position]
    let error = RunError(kind: kind, message: message, step: node.name)
    if node.retry != noIndex, !Self.finalKinds.contains(kind), state.cancelReason == nil,
      !token.isInDoubt || performer.isIdempotent
    {
      let policy = table.retries[Int(node.retry)]
      if policy.kinds.contains(kind), token.attempt < policy.maxAttempts {
        output.trace.append(
          .retried(
            place: place,
            frame: token.frame,
            attempt: token.attempt.addingSaturating(1),
            error: error
          )
        )
        let pause = policy.pauseMilliseconds(before: token.attempt.addingSaturating(1))
        if pause > 0 {
          state.tokens[position].phase = .pausing
          state.tokens[position].effect = startTimer(.backoff, place: place, after: pause)
        } else {
          call(place)
        }
        return
      }
    }
    fail(place, token.isInDoubt ? doubtful(error, .failure, [.timeout], of: node) : error)
  }

  /// The error of a write that may have happened: kind `unknown`, unless one of `kinds` has an
  /// edge of its own (specs/decisions/0001).
  func doubtful(
    _ error: RunError,
    _ event: EventClass,
    _ kinds: [ErrorKind],
    of node: PlaceNode
  ) -> RunError {
    guard error.kind != .unknown else { return error }
    let hasOwnEdge =
      kinds.contains(error.kind)
      && node.rows.contains { index in
        let row = table.rows[Int(index)]
        return row.event == event && row.kinds.contains(error.kind)
          && !row.kinds.contains(.unknown)
      }
    guard !hasOwnEdge else { return error }
    return RunError(
      kind: .unknown,
      message: "\(error.message); whether it happened is not known",
      step: error.step
    )
  }

  /// Whether what the token does may have changed something outside.
  func mayHaveHappened(_ token: Token) -> Bool {
    if token.isInDoubt { return true }
    let node = table.nodes[Int(token.place)]
    guard token.phase == .calling, token.effect != 0, node.effect != noIndex else { return false }
    return table.performers[Int(table.effects[Int(node.effect)].performer)]
      .mayWrite(among: table.performers)
  }

  /// A timer's time has come.
  mutating func fire(_ timer: EffectID) {
    guard timer != 0 else { return }
    if timer == state.timeoutTimer {
      state.timeoutTimer = 0
      flowTimedOut()
      return
    }
    if let position = state.tokens.firstIndex(where: { $0.effect == timer }) {
      let token = state.tokens[position]
      activate(token.frame)
      switch token.phase {
      case .pausing:
        state.tokens[position].effect = 0
        if table.nodes[Int(token.place)].effect == noIndex {
          beginAgain(token.place)
        } else {
          call(token.place)
        }
      case .waiting: complete(token.place, answer: .null)
      case .entered, .calling, .resting, .hosting: return
      }
      return
    }
    guard let position = state.timers.firstIndex(where: { $0.effect == timer }) else { return }
    let entry = state.timers.remove(at: position)
    switch entry.purpose {
    case .event(let event): externalEvents.append(event)
    case .deadline:
      activate(entry.frame)
      tookTooLong(entry.node)
    case .after(let row) where table.nodes[Int(entry.node)].kind == .branch:
      activate(entry.frame)
      if !isCancelled(entry.node) { fireTree(row) }
    case .after(let row):
      let enabled = select(in: entry.frame) { [table] in
        $0.event == .after && $0.place == entry.node && $0 == table.rows[Int(row)]
      }
      if !enabled.isEmpty { microstep(enabled, assigns: true) }
    }
  }

  /// A node with others inside, or one that waits for events, has not ended in its time.
  private mutating func tookTooLong(_ index: NodeIndex) {
    let node = table.nodes[Int(index)]
    let frame = currentFrame
    if isCancelled(index) {
      endCancelled(index)
      return
    }
    // A region of a chart that has ended waits for the others.
    if node.kind == .compound, node.isChart, hasEnded(index, frame) { return }
    dropFrames(of: index, frame)
    activate(frame)
    if node.kind == .tree { haltTree(index + 1..<node.subtreeEnd) }
    if node.kind == .plan { haltPlan(index) }
    if node.isComposite {
      exit(index + 1..<node.subtreeEnd, frame)
      state.joins.removeAll { $0.owner == index && $0.frame == frame }
      if token(index, frame) == nil { addToken(Token(place: index, frame: frame)) }
    }
    let message = "`\(node.name)` did not end in \(node.deadlineMilliseconds) ms"
    fail(index, RunError(kind: .timeout, message: message, step: node.name))
  }

  /// The flow's own deadline: its target within the grace, else the run fails (FLOW-FORMAT).
  private mutating func flowTimedOut() {
    let limits = table.runLimits
    let error = RunError(
      kind: .timeout,
      message: state.isOverdue
        ? "the flow's grace of \(limits.graceMilliseconds) ms is over"
        : "the flow's timeout of \(limits.timeoutMilliseconds) ms has passed",
      step: ""
    )
    abandonTokens(error)
    expose(error: error)
    guard !state.isOverdue, limits.timeoutTarget != noIndex else {
      endByError(error)
      return
    }
    state.isOverdue = true
    state.timeoutTimer = startTimer(.grace, place: noIndex, after: limits.graceMilliseconds)
    output.trace.append(.forced(target: limits.timeoutTarget, frame: 0))
    enter([limits.timeoutTarget], within: 0)
  }

  private mutating func abandonTokens(_ error: RunError) {
    for token in state.tokens {
      activate(token.frame)
      let node = table.nodes[Int(token.place)]
      guard token.phase != .resting else { continue }
      let status: StepStatus = mayHaveHappened(token) ? .unknown : .cancelled
      if token.effect != 0 { output.effects.append(.cancel(token.effect)) }
      record(
        token.place,
        status,
        RunError(kind: error.kind, message: error.message, step: node.name)
      )
    }
    activate(0)
    cancelTimers { _ in true }
    state.tokens = []
    state.joins = []
    state.frames = []
    for node in state.steps.indices { state.steps[node].isActive = false }
  }

  // MARK: What guards see

  func visits(of node: PlaceNode) -> Int64 {
    node.visitsRegister == noIndex ? 1 : state.registers[Int(node.visitsRegister)]
  }

  /// Records how a node of the current frame ended.
  mutating func record(_ index: NodeIndex, _ status: StepStatus, _ error: RunError? = nil) {
    state.steps[Int(index)].status = status
    state.steps[Int(index)].error = error
    if let error { state.lastError = error }
    output.trace.append(
      .finished(place: index, frame: currentFrame, status: status, error: error)
    )
    exposeStep(index)
    wakeJoins()
  }

  /// Puts an event where guards read it (SCXML 5.10.1).
  mutating func expose(_ event: QueuedEvent) {
    let slot = context.event
    guard slot != noIndex, linked.isSlotRead[Int(slot)] else { return }
    var fields: ValueMap = [
      "name": .string(event.name), "data": event.data, "type": .string(event.type),
    ]
    if !event.sendID.isEmpty { fields["sendid"] = .string(event.sendID) }
    if !event.invokeID.isEmpty { fields["invokeid"] = .string(event.invokeID) }
    if event.type == "external" { fields["origin"] = .string("#_scxml_\(state.runID)") }
    state.memory.set(Int(slot), .map(fields))
  }

  mutating func expose(error: RunError) {
    state.lastError = error
    let slot = context.error
    guard slot != noIndex, linked.isSlotRead[Int(slot)] else { return }
    state.memory.set(Int(slot), Self.record(of: error))
  }

  static func record(of error: RunError) -> Value {
    .map([
      "kind": .string(error.kind.name), "message": .string(error.message),
      "step": .string(error.step),
    ])
  }

  /// Brings `steps.<id>` up to date if some program reads it.
  mutating func exposeStep(_ place: NodeIndex, always: Bool = false) {
    let node = table.nodes[Int(place)]
    guard node.stepSlot != noIndex, always || linked.isSlotRead[Int(node.stepSlot)] else { return }
    let record = state.steps[Int(place)]
    state.memory.set(
      Int(node.stepSlot),
      .map([
        "status": .string(record.status.name),
        "visits": .int(
          node.visitsRegister == noIndex ? 0 : state.registers[Int(node.visitsRegister)]
        ),
        "attempts": .int(Int64(record.attempts)),
        "error": .map([
          "kind": .string(record.error?.kind.name ?? ""),
          "message": .string(record.error?.message ?? ""),
        ]),
        "failed": .int(Int64(record.failedItems)), "active": .bool(record.isActive),
      ])
    )
  }

  /// Brings `run` up to date if some program reads it.
  mutating func exposeRun(always: Bool = false) {
    guard let slot = linked.runSlot, always || linked.isSlotRead[Int(slot)] else { return }
    let elapsed = state.nowMilliseconds.subtractingSaturating(state.startedMilliseconds)
    state.memory.set(
      Int(slot),
      .map([
        "id": .string(state.runID), "flow": .string(table.name),
        "started": .timestamp(Timestamp(millisecondsSinceEpoch: state.startedMilliseconds)),
        "elapsed": .duration(nanoseconds: min(elapsed, Int64.max / 1_000_000) * 1_000_000),
        "spent": .double(Double(state.spentPicodollars) / 1e12),
        "now": .timestamp(Timestamp(millisecondsSinceEpoch: state.nowMilliseconds)),
      ])
    )
  }

  mutating func exposeEverything() {
    exposeRun(always: true)
    for node in table.nodes.indices { exposeStep(NodeIndex(node), always: true) }
    guard let slot = linked.errorSlot, let error = state.lastError else { return }
    state.memory.set(Int(slot), Self.record(of: error))
  }
}
