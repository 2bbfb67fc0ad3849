import Expression
import Table
import Values

// Failed attempts, timers, cancellation, external events; and what guards see of it all.
extension StepInterpreter {
  /// Kinds that another attempt cannot mend.
  private static let finalKinds = ErrorKindSet([.unknown, .denied, .budget, .cancelled])

  /// An attempt failed: another one if the policy says so, else the place fails.
  ///
  /// A write that timed out may have happened. It is repeated only when declared idempotent, and
  /// fails with kind `unknown` unless the flow has an edge for its timeout (FLOW-FORMAT rule 5, 7).
  /// The doubt lasts until an attempt is answered: a later refusal says nothing of the first.
  mutating func attemptFailed(_ position: Int, kind: ErrorKind, message: String) {
    state.tokens[position].effect = 0
    let node = table.nodes[Int(state.tokens[position].place)]
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
            place: token.place,
            frame: token.frame,
            attempt: token.attempt + 1,
            error: error
          )
        )
        let pause = policy.pauseMilliseconds(before: token.attempt + 1)
        if pause > 0 {
          state.tokens[position].phase = .pausing
          state.tokens[position].effect = startTimer(.backoff, place: token.place, after: pause)
        } else {
          call(position)
        }
        return
      }
    }
    fail(position, token.isInDoubt ? doubtful(error, .failure, [.timeout], of: node) : error)
  }

  /// The error of a write that may have happened: kind `unknown`, unless one of `kinds` has an
  /// edge of its own (specs/decisions/0001).
  private func doubtful(
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
  private func mayHaveHappened(_ token: Token) -> Bool {
    if token.isInDoubt { return true }
    let node = table.nodes[Int(token.place)]
    guard token.phase == .calling, token.effect != 0, node.effect != noIndex else { return false }
    return table.performers[Int(table.effects[Int(node.effect)].performer)].isWrite
  }

  /// A timer's time has come.
  mutating func fire(_ timer: EffectID) {
    guard timer != 0 else { return }
    if timer == state.timeoutTimer {
      state.timeoutTimer = 0
      flowTimedOut()
      return
    }
    guard let position = state.tokens.firstIndex(where: { $0.effect == timer }) else { return }
    switch state.tokens[position].phase {
    case .pausing:
      state.tokens[position].effect = 0
      call(position)
    case .waiting: complete(position, answer: .null)
    case .entered, .calling: return
    }
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
    pendingEntry = (limits.timeoutTarget, 0)
  }

  private mutating func abandonTokens(_ error: RunError) {
    for position in state.tokens.indices {
      let token = state.tokens[position]
      let node = table.nodes[Int(token.place)]
      let status: StepStatus = mayHaveHappened(token) ? .unknown : .cancelled
      if token.effect != 0 { output.effects.append(.cancel(token.effect)) }
      finish(position, status, RunError(kind: error.kind, message: error.message, step: node.name))
    }
    state.tokens = []
  }

  /// Somebody wants the run to stop: cancel edges first; a second request stops at once.
  ///
  /// A write under way may have happened: its kind is then `unknown`, as after a timeout.
  mutating func cancelRun(reason: String) {
    let isFirst = state.cancelReason == nil
    state.cancelReason = state.cancelReason ?? reason
    if isFirst, let position = state.tokens.indices.first {
      let token = state.tokens[position]
      let node = table.nodes[Int(token.place)]
      let isDoubtful = mayHaveHappened(token)
      var error = RunError(kind: .cancelled, message: reason, step: node.name)
      if isDoubtful { error = doubtful(error, .cancel, [.cancelled], of: node) }
      if token.effect != 0 {
        output.effects.append(.cancel(token.effect))
        state.tokens[position].effect = 0
      }
      finish(position, isDoubtful ? .unknown : .cancelled, error)
      expose(error: error)
      let choice = takeRow(of: position, .cancel, kind: error.kind, skipsFailingGuards: true)
      if case .taken = choice { return }
    } else {
      expose(error: RunError(kind: .cancelled, message: reason, step: ""))
    }
    state.outcome = .cancelled(reason: state.cancelReason ?? reason)
  }

  /// A named event: the first token with a matching row takes it; others ignore it.
  mutating func receive(name: String, payload: Value) {
    guard let detail = table.names.firstIndex(where: { $0.sameScalars(as: name) }) else { return }
    for (slot, entry) in table.slots.enumerated() where entry.kind == .event {
      state.memory.set(slot, .map(["name": .string(name), "data": payload]))
    }
    for position in state.tokens.indices {
      let place = Int(state.tokens[position].place)
      let listens = table.nodes[place].rows.contains { index in
        let row = table.rows[Int(index)]
        return row.event == .external && row.detail == Int64(detail)
      }
      guard listens else { continue }
      let effect = state.tokens[position].effect
      if case .taken = takeRow(of: position, .external, kind: nil) {
        // A row without a target leaves the token, and its call, where they are.
        let isStill = state.tokens.contains { $0.effect == effect }
        if effect != 0, !isStill { output.effects.append(.cancel(effect)) }
        return
      }
    }
  }

  // MARK: What guards see

  func visits(of node: PlaceNode) -> Int64 {
    node.visitsRegister == noIndex ? 1 : state.registers[Int(node.visitsRegister)]
  }

  /// Records how a step ended.
  mutating func finish(_ position: Int, _ status: StepStatus, _ error: RunError? = nil) {
    let token = state.tokens[position]
    state.steps[Int(token.place)].status = status
    state.steps[Int(token.place)].error = error
    if let error { state.lastError = error }
    output.trace.append(
      .finished(place: token.place, frame: token.frame, status: status, error: error)
    )
    exposeStep(token.place)
  }

  mutating func expose(error: RunError) {
    state.lastError = error
    guard let slot = linked.errorSlot, linked.isSlotRead[Int(slot)] else { return }
    state.memory.set(Int(slot), Self.record(of: error))
  }

  private static func record(of error: RunError) -> Value {
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
        "failed": .int(0),
      ])
    )
  }

  /// Brings `run` up to date if some program reads it.
  mutating func exposeRun(always: Bool = false) {
    guard let slot = linked.runSlot, always || linked.isSlotRead[Int(slot)] else { return }
    let elapsed = state.nowMilliseconds - state.startedMilliseconds
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
