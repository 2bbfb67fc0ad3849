import Expression
import Table
import Values

// Entering places, and what follows when their work succeeds or fails.
extension StepInterpreter {
  /// Enters a leaf, or the first leaf of an enclosing node.
  mutating func enter(_ target: NodeIndex, frame: Int32) {
    let index = Int(target)
    let node = table.nodes[index]
    guard state.placesEntered < table.runLimits.maxSteps else {
      let error = RunError(
        kind: .maxSteps,
        message: "the run entered \(table.runLimits.maxSteps) places, as many as max_steps allows",
        step: node.name
      )
      state.lastError = error
      endByError(error)
      return
    }
    // A refused entry counts too: doors that refuse in turn must not go round for ever.
    state.placesEntered += 1
    state.tokens.append(Token(place: target, frame: frame))
    let position = state.tokens.count - 1
    if node.maxVisits > 0, visits(of: node) >= Int64(node.maxVisits) {
      let plural = node.maxVisits == 1 ? "visit" : "visits"
      fail(
        position,
        RunError(
          kind: .maxVisits,
          message: "`\(node.name)` has had its \(node.maxVisits) \(plural)",
          step: node.name
        )
      )
      return
    }
    if node.visitsRegister != noIndex { state.registers[Int(node.visitsRegister)] += 1 }
    state.steps[index] = StepRecord()
    output.trace.append(.entered(place: target, frame: frame, visit: visits(of: node)))
    exposeStep(target)
    if node.when != noIndex {
      switch linked.test(node.when, state.memory) {
      case .isTrue: break
      case .isFalse:
        finish(position, .skipped)
        followSuccess(position)
        return
      case .failure(let error):
        fail(position, RunError(kind: .guardError, message: error.message, step: node.name))
        return
      }
    }
    work(position, node)
  }

  private mutating func work(_ position: Int, _ node: PlaceNode) {
    switch node.kind {
    case .final: end(position, node)
    case .action, .human: call(position)
    case .wait:
      state.tokens[position].phase = .waiting
      state.tokens[position].effect = startTimer(
        .wait,
        place: state.tokens[position].place,
        after: node.waitMilliseconds
      )
    case .check:
      switch linked.test(node.condition, state.memory) {
      case .isTrue: succeed(position, answer: .null)
      case .isFalse:
        fail(
          position,
          RunError(
            kind: .check,
            message: "the check of `\(node.name)` is false",
            step: node.name
          )
        )
      case .failure(let error):
        fail(position, RunError(kind: .guardError, message: error.message, step: node.name))
      }
    case .decision, .pass: succeed(position, answer: nil)
    case .compound, .parallel, .planner, .fork, .join, .call, .history:
      preconditionFailure("the linker admits no place of a kind that this executor does not run")
    }
  }

  /// Starts the next attempt of an action.
  mutating func call(_ position: Int) {
    let token = state.tokens[position]
    let node = table.nodes[Int(token.place)]
    let effect = table.effects[Int(node.effect)]
    let input: Value
    switch render(effect.input) {
    case .success(let fields): input = .map(fields)
    case .failure(let error):
      fail(position, RunError(kind: .guardError, message: error.message, step: node.name))
      return
    }
    let performer = table.performers[Int(effect.performer)]
    if performer.inputSchema != noIndex,
      let first = linked.violations(of: input, schema: performer.inputSchema).first
    {
      fail(
        position,
        RunError(
          kind: .inputRejected,
          message: "the input of `\(performer.id)`: \(first.description)",
          step: node.name
        )
      )
      return
    }
    let id = nextEffect()
    state.tokens[position].phase = .calling
    state.tokens[position].effect = id
    state.tokens[position].attempt += 1
    state.steps[Int(token.place)].attempts += 1
    exposeStep(token.place)
    output.effects.append(
      .call(
        CallIntent(
          id: id,
          place: token.place,
          frame: token.frame,
          performer: effect.performer,
          input: input,
          attempt: state.tokens[position].attempt,
          visit: visits(of: node),
          deadlineMilliseconds: node.deadlineMilliseconds < 0
            ? -1 : state.nowMilliseconds.addingSaturating(node.deadlineMilliseconds)
        )
      )
    )
  }

  /// Renders named templates; an absent optional leaves its key out.
  func render(_ range: Range<PoolIndex>) -> Result<ValueMap, EvaluationError> {
    var fields = ValueMap()
    for index in range {
      let entry = table.fields[Int(index)]
      switch linked.evaluate(entry.program, state.memory) {
      case .value(.optional(let content)):
        if let content { fields[entry.name] = content }
      case .value(let value): fields[entry.name] = value
      case .failure(var error):
        error.message = "`\(entry.name)`: \(error.message)"
        return .failure(error)
      }
    }
    return .success(fields)
  }

  /// A call was answered: results, `require`, merging, assignments, then the success rows.
  mutating func complete(_ position: Int, answer: Value) {
    state.tokens[position].effect = 0
    state.tokens[position].isInDoubt = false
    succeed(position, answer: answer)
  }

  /// Records a success and follows it; nil means that the place has no answer of its own.
  private mutating func succeed(_ position: Int, answer: Value?) {
    let place = state.tokens[position].place
    let node = table.nodes[Int(place)]
    if let answer, let error = store(answer, of: node) {
      fail(position, error)
      return
    }
    if let message = assign(node.assignments) {
      fail(position, RunError(kind: .guardError, message: message, step: node.name))
      return
    }
    finish(position, .success)
    followSuccess(position)
  }

  /// Writes an answer to the slots that hold it; undone when `require` or `result` refuses it.
  ///
  /// `result` and `require` read the answer under the step's own name and as `output`.
  private mutating func store(_ answer: Value, of node: PlaceNode) -> RunError? {
    let (own, performer, output) = (node.resultSlot, node.performerSlot, linked.outputSlot)
    guard !node.result.isEmpty || node.require != noIndex else {
      write(answer, own, performer, output)
      merge(answer, of: node)
      return nil
    }
    let before = (read(own), read(performer), output.flatMap { read($0) })
    write(answer, own, performer, output)
    var result = answer
    var refused: RunError?
    if !node.result.isEmpty {
      switch render(node.result) {
      case .success(let fields):
        result = .map(fields)
        write(result, own, performer, output)
      case .failure(let error):
        refused = RunError(kind: .guardError, message: error.message, step: node.name)
      }
    }
    if let refusal = refused ?? refusal(of: node) {
      if own != noIndex { state.memory.set(Int(own), before.0) }
      if performer != noIndex { state.memory.set(Int(performer), before.1) }
      if let output { state.memory.set(Int(output), before.2) }
      return refusal
    }
    merge(result, of: node)
    return nil
  }

  private func read(_ slot: SlotIndex) -> Value? {
    slot == noIndex ? nil : state.memory.value(Int(slot))
  }

  private mutating func write(
    _ value: Value,
    _ own: SlotIndex,
    _ performer: SlotIndex,
    _ output: SlotIndex?
  ) {
    if own != noIndex { state.memory.set(Int(own), value) }
    if performer != noIndex { state.memory.set(Int(performer), value) }
    if let output { state.memory.set(Int(output), value) }
  }

  /// Why `require` refuses what has just been written; nil: it does not.
  private func refusal(of node: PlaceNode) -> RunError? {
    guard node.require != noIndex else { return nil }
    switch linked.test(node.require, state.memory) {
    case .isTrue: return nil
    case .isFalse:
      return RunError(
        kind: .require,
        message: "the answer of `\(node.name)` does not meet its `require`",
        step: node.name
      )
    case .failure(let error):
      return RunError(kind: .guardError, message: error.message, step: node.name)
    }
  }

  /// The seed form's merging of results into `state` (FLOW-SEMANTICS 9).
  private mutating func merge(_ result: Value, of node: PlaceNode) {
    guard let slot = stateSlot, !node.mergedKeys.isEmpty || !node.saveAs.isEmpty,
      case .map(var fields)? = state.memory.value(slot)
    else { return }
    if !node.saveAs.isEmpty {
      fields[node.saveAs] = result
    } else {
      for key in node.mergedKeys {
        if let value = result[key] { fields[key] = value }
      }
    }
    state.memory.set(slot, .map(fields))
  }

  private mutating func followSuccess(_ position: Int) {
    let node = table.nodes[Int(state.tokens[position].place)]
    switch takeRow(of: position, .success, kind: nil) {
    case .taken: break
    case .guardFailed(let message):
      fail(position, RunError(kind: .guardError, message: message, step: node.name))
    case .none:
      fail(
        position,
        RunError(
          kind: .guardError,
          message: "no edge of `\(node.name)` is open after its success",
          step: node.name
        )
      )
    }
  }

  /// The place's work failed for good: failure rows, else the run fails.
  ///
  /// When a guard among the failure rows fails in its turn, they are tried once more with kind
  /// `guard_error`, and guards that fail then count as false: an edge without `when` catches all.
  mutating func fail(_ position: Int, _ error: RunError) {
    let token = state.tokens[position]
    let isUnknown = token.isInDoubt || error.kind == .unknown
    finish(position, isUnknown ? .unknown : .failure, error)
    expose(error: error)
    switch takeRow(of: position, .failure, kind: error.kind) {
    case .taken: return
    case .none: endByError(error)
    case .guardFailed(let message):
      let step = table.nodes[Int(token.place)].name
      let second = RunError(kind: .guardError, message: message, step: step)
      expose(error: second)
      let choice = takeRow(
        of: position,
        .failure,
        kind: .guardError,
        skipsFailingGuards: true
      )
      if case .taken = choice { return }
      endByError(second)
    }
  }

  mutating func endByError(_ error: RunError) {
    if let reason = state.cancelReason {
      state.outcome = .cancelled(reason: reason)
    } else {
      state.outcome = .failure(final: nil, error: error, result: .null)
    }
  }

  /// Reaching a final place ends the run with the flow's result.
  private mutating func end(_ position: Int, _ node: PlaceNode) {
    finish(position, .success)
    var result = linked.outputSlot.flatMap { state.memory.value(Int($0)) } ?? .null
    if !table.result.isEmpty {
      switch render(table.result) {
      case .success(let fields): result = .map(fields)
      case .failure(let error):
        result = .null
        if !node.isFailure, state.cancelReason == nil {
          state.outcome = .failure(
            final: node.name,
            error: RunError(
              kind: .guardError,
              message: "the flow's result: \(error.message)",
              step: node.name
            ),
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
}
