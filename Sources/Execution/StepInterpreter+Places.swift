import Expression
import Table
import Values

// Starting the work of leaves, and what follows when it succeeds or fails.
extension StepInterpreter {
  /// Starts what a leaf of the current frame does.
  mutating func start(_ place: NodeIndex) {
    let node = table.nodes[Int(place)]
    if node.when != noIndex {
      switch linked.test(node.when, state.memory) {
      case .isTrue: break
      case .isFalse:
        conclude(place, .skipped)
        return
      case .failure(let error):
        let error = RunError(kind: .guardError, message: error.message, step: node.name)
        fail(place, error, triesAgain: false)
        return
      }
    }
    note(place, .began)
    switch node.kind {
    case .action, .human, .planner: call(place)
    case .plan: startPlan(place, node)
    case .wait:
      guard let position = token(place, currentFrame) else { return }
      state.tokens[position].phase = .waiting
      state.tokens[position].effect = startTimer(
        .wait,
        place: place,
        after: node.waitMilliseconds
      )
    case .check: check(place, node)
    case .decision, .pass:
      // A pure step's `result` is all its answer.
      succeed(place, answer: node.result.isEmpty ? nil : .map([:]))
    case .fork: startFork(place, node)
    case .call: startCall(place, node)
    case .join: startJoin(place)
    case .tree: startTree(place)
    case .final, .rest, .history, .compound, .parallel, .branch, .park: return
    }
  }

  private mutating func check(_ place: NodeIndex, _ node: PlaceNode) {
    switch linked.test(node.condition, state.memory) {
    case .isTrue: succeed(place, answer: .null)
    case .isFalse:
      fail(
        place,
        RunError(
          kind: .check,
          message: linked.falseCheck(of: node, state.memory),
          step: node.name
        )
      )
    case .failure(let error):
      fail(place, RunError(kind: .guardError, message: error.message, step: node.name))
    }
  }

  /// Starts the next attempt of an action.
  mutating func call(_ place: NodeIndex) {
    let frame = currentFrame
    let node = table.nodes[Int(place)]
    let effect = table.effects[Int(node.effect)]
    let performer = table.performers[Int(effect.performer)]
    let input: Value
    switch render(effect.input) {
    case .success(let fields):
      input = linked.normalized(.map(fields), schema: performer.inputSchema)
    case .failure(let error):
      fail(place, RunError(kind: .guardError, message: error.message, step: node.name))
      return
    }
    if performer.inputSchema != noIndex,
      let first = linked.violations(of: input, schema: performer.inputSchema).first
    {
      fail(
        place,
        RunError(
          kind: .inputRejected,
          message: "the input of `\(performer.id)`: \(first.description)",
          step: node.name
        )
      )
      return
    }
    guard let position = token(place, frame) else { return }
    let id = nextEffect()
    state.tokens[position].phase = .calling
    state.tokens[position].effect = id
    state.tokens[position].attempt.countUp()
    state.steps[Int(place)].attempts.countUp()
    exposeStep(place)
    output.effects.append(
      .call(
        CallIntent(
          id: id,
          place: place,
          frame: frame,
          performer: effect.performer,
          input: input,
          attempt: state.tokens[position].attempt,
          visit: visits(of: node),
          deadlineMilliseconds: node.deadlineMilliseconds < 0
            ? -1 : state.nowMilliseconds.addingSaturating(node.deadlineMilliseconds)
        )
      )
    )
    note(place, .called(effect: output.effects.count - 1))
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

  // MARK: Success

  /// A call was answered: results, `require`, merging, assignments, then the success rows.
  mutating func complete(_ place: NodeIndex, answer: Value) {
    rest(place)
    if let position = token(place, currentFrame) { state.tokens[position].isInDoubt = false }
    succeed(place, answer: answer)
  }

  mutating func rest(_ place: NodeIndex) {
    guard let position = token(place, currentFrame) else { return }
    state.tokens[position].effect = 0
    state.tokens[position].phase = .resting
  }

  /// Records a success and follows it; nil means that the node has no answer of its own.
  mutating func succeed(_ index: NodeIndex, answer: Value?) {
    let node = table.nodes[Int(index)]
    rest(index)
    if let answer, let error = store(answer, of: node) {
      fail(index, error)
      return
    }
    if let message = assign(node.assignments) {
      fail(index, RunError(kind: .guardError, message: message, step: node.name))
      return
    }
    if let answer {
      note(index, .answered(read(node.resultSlot) ?? read(context.output) ?? answer))
    }
    record(index, .success)
    followSuccess(index, .success(answer))
  }

  /// Writes an answer to the slots that hold it; undone when `require` or `result` refuses it.
  ///
  /// `result` and `require` read the answer under the step's own name and as `output`.
  private mutating func store(_ answer: Value, of node: PlaceNode) -> RunError? {
    let (own, performer, output) = (node.resultSlot, node.performerSlot, context.output)
    guard !node.result.isEmpty || node.require != noIndex else {
      write(answer, own, performer, output)
      merge(answer, of: node)
      return nil
    }
    let before = (read(own), read(performer), read(output))
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
      if output != noIndex { state.memory.set(Int(output), before.2) }
      return refusal
    }
    merge(result, of: node)
    return nil
  }

  func read(_ slot: SlotIndex) -> Value? {
    slot == noIndex ? nil : state.memory.value(Int(slot))
  }

  private mutating func write(
    _ value: Value,
    _ own: SlotIndex,
    _ performer: SlotIndex,
    _ output: SlotIndex
  ) {
    for slot in [own, performer, output] where slot != noIndex {
      state.memory.set(Int(slot), value)
    }
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
    guard context.state != noIndex, !node.mergedKeys.isEmpty || !node.saveAs.isEmpty,
      case .map(var fields)? = state.memory.value(Int(context.state))
    else { return }
    if !node.saveAs.isEmpty {
      fields[node.saveAs] = result
    } else {
      for key in node.mergedKeys {
        if let value = result[key] { fields[key] = value }
      }
    }
    state.memory.set(Int(context.state), .map(fields))
  }

  /// Takes a success row; without one the enclosing node goes on.
  mutating func followSuccess(_ index: NodeIndex, _ ending: Ending) {
    if linked.isTreeLeaf[Int(index)] {
      endTreeLeaf(index, ending)
      return
    }
    switch takeRow(of: index, .success, kind: nil) {
    case .taken: break
    case .guardFailed(let message):
      let name = table.nodes[Int(index)].name
      fail(index, RunError(kind: .guardError, message: message, step: name))
    case .none: passOn(index, ending)
    }
  }

  // MARK: Failure

  /// A node's work failed for good: failure rows, else the enclosing node's.
  ///
  /// When a guard among the failure rows fails in its turn, they are tried once more with kind
  /// `guard_error`, and guards that fail then count as false: an edge without `when` catches all.
  /// `triesAgain`: whether its `retry` counts; what was refused at its door is not tried again.
  mutating func fail(_ index: NodeIndex, _ error: RunError, triesAgain: Bool = true) {
    if triesAgain, table.nodes[Int(index)].retry != noIndex, tryAgain(index, error) { return }
    let position = token(index, currentFrame)
    let isInDoubt = position.map { state.tokens[$0].isInDoubt } ?? false
    rest(index)
    record(index, isInDoubt || error.kind == .unknown ? .unknown : .failure, error)
    expose(error: error)
    if linked.isTreeLeaf[Int(index)] {
      endTreeLeaf(index, .failure(error))
      return
    }
    switch takeRow(of: index, .failure, kind: error.kind) {
    case .taken: return
    case .none: passOn(index, .failure(error))
    case .guardFailed(let message):
      let second = RunError(
        kind: .guardError,
        message: message,
        step: table.nodes[Int(index)].name
      )
      expose(error: second)
      let choice = takeRow(of: index, .failure, kind: .guardError, skipsFailingGuards: true)
      if case .taken = choice { return }
      passOn(index, .failure(second))
    }
  }

  mutating func endByError(_ error: RunError) {
    if let reason = state.cancelReason {
      state.outcome = .cancelled(reason: reason)
    } else {
      state.outcome = .failure(final: nil, error: error, result: .null)
    }
  }
}
