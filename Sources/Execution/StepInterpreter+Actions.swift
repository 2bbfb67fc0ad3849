import Expression
import Source
import Table
import Values

// Actions of entries, exits and rows (SCXML 4).
extension StepInterpreter {
  /// Does blocks one after the other; an error ends its block only (SCXML 3.8, 3.9).
  mutating func perform(blocks: Range<PoolIndex>) {
    for block in blocks { perform(actions: table.blocks[Int(block)]) }
  }

  /// Does actions in order; the first error ends them and is raised as an event.
  mutating func perform(actions: Range<PoolIndex>) {
    guard !actions.isEmpty else { return }
    var budget = linked.limits.actions
    if let problem = perform(actions, &budget) {
      output.trace.append(.actionFailed(node: noIndex, message: problem.message))
      raise(
        QueuedEvent(
          name: problem.event,
          data: .string(problem.message),
          type: "platform",
          sendID: problem.sendID
        )
      )
    }
  }

  /// Why an action could not be done.
  struct ActionProblem: Error {
    var event = "error.execution"
    var message: String
    var sendID = ""
  }

  private mutating func perform(
    _ actions: Range<PoolIndex>,
    _ budget: inout Int
  ) -> ActionProblem? {
    for index in actions {
      budget -= 1
      guard budget > 0 else { return ActionProblem(message: "the actions do not end") }
      let action = table.actions[Int(index)]
      if let problem = perform(action, &budget) { return problem }
    }
    return nil
  }

  private mutating func perform(
    _ action: ActionEntry,
    _ budget: inout Int
  ) -> ActionProblem? {
    switch action.kind {
    case .assign:
      switch value(action.program) {
      case .failure(let problem): return problem
      case .success(let value): return setField(action.text, value)
      }
    case .raise:
      raise(QueuedEvent(name: action.text, type: "internal"))
      return nil
    case .send: return send(action)
    case .cancel:
      switch text(action.text, action.textProgram) {
      case .failure(let problem): return problem
      case .success(let id):
        // Ids belong to the session that sent the event.
        let own = session(of: currentFrame)
        let frames = Set(state.timers.map(\.frame)).filter { session(of: $0) == own }
        cancelTimers { timer in
          guard case .event(let event) = timer.purpose else { return false }
          return event.sendID.sameScalars(as: id) && frames.contains(timer.frame)
        }
        return nil
      }
    case .log:
      guard action.program != noIndex else { return nil }
      switch value(action.program) {
      case .failure(let problem): return problem
      case .success(let value):
        output.trace.append(.logged(label: action.text, value: value))
        return nil
      }
    case .choose:
      switch linked.test(action.program, state.memory) {
      case .isTrue: return perform(action.body, &budget)
      case .isFalse: return perform(action.otherwise, &budget)
      case .failure(let error): return ActionProblem(message: error.message)
      }
    case .loop: return loop(action, &budget)
    }
  }

  private mutating func loop(_ action: ActionEntry, _ budget: inout Int) -> ActionProblem? {
    let items: [Value]
    switch value(action.program) {
    case .failure(let problem): return problem
    case .success(.list(let list)): items = list
    case .success(let value):
      return ActionProblem(message: "`for_each` over \(value.kindName), not a list")
    }
    for (position, item) in items.enumerated() {
      if let problem = setField(action.text, item) { return problem }
      if !action.id.isEmpty, let problem = setField(action.id, .int(Int64(position))) {
        return problem
      }
      if let problem = perform(action.body, &budget) { return problem }
    }
    return nil
  }

  private func value(_ program: PoolIndex) -> Result<Value, ActionProblem> {
    switch linked.evaluate(program, state.memory) {
    case .value(.optional(let content)): return .success(content ?? .null)
    case .value(let value): return .success(value)
    case .failure(let error): return .failure(ActionProblem(message: error.message))
    }
  }

  /// A text as written, or computed.
  private func text(_ text: String, _ program: PoolIndex) -> Result<String, ActionProblem> {
    guard program != noIndex else { return .success(text) }
    switch value(program) {
    case .failure(let problem): return .failure(problem)
    case .success(.string(let computed)): return .success(computed)
    case .success(let value):
      return .failure(ActionProblem(message: "a text is needed, this is \(value.kindName)"))
    }
  }

  /// Writes one field of `state`.
  private mutating func setField(_ field: String, _ value: Value) -> ActionProblem? {
    guard !field.isEmpty, context.state != noIndex,
      state.memory.set(Int(context.state), field, value)
    else { return ActionProblem(message: "`\(field)` is no field of the state") }
    return nil
  }

  /// Evaluates assignments in order and writes them all, or none when one fails.
  mutating func assign(_ range: Range<PoolIndex>) -> String? {
    guard !range.isEmpty, context.state != noIndex else { return nil }
    let slot = Int(context.state)
    guard case .map? = state.memory.value(slot) else { return nil }
    var values: [Value] = []
    values.reserveCapacity(range.count)
    for index in range {
      let entry = table.assignments[Int(index)]
      switch linked.evaluate(entry.program, state.memory) {
      case .value(.optional(let content)): values.append(content ?? .null)
      case .value(let value): values.append(value)
      case .failure(let error): return "assigning `\(entry.field)`: \(error.message)"
      }
    }
    for (offset, value) in values.enumerated() {
      let field = table.assignments[Int(range.lowerBound) + offset].field
      _ = state.memory.set(slot, field, value)
    }
    return nil
  }

  // MARK: Events

  /// Puts an event on the internal queue of the current frame's session.
  mutating func raise(_ event: QueuedEvent) {
    var event = event
    event.session = session(of: currentFrame)
    internalEvents.append(event)
  }

  /// `error.execution`, as SCXML has it.
  mutating func raiseError(_ message: String) {
    raise(QueuedEvent(name: "error.execution", data: .string(message), type: "platform"))
  }

  /// Sends an event (SCXML 6.2): at once or later, to this flow, its caller or a child.
  private mutating func send(_ action: ActionEntry) -> ActionProblem? {
    var id = action.id
    if !action.idField.isEmpty {
      id = "send.\(state.nextEffect)"
      if let problem = setField(action.idField, .string(id)) { return problem }
    }
    let name: String
    switch text(action.text, action.textProgram) {
    case .success(let text): name = text
    case .failure(var problem):
      problem.sendID = id
      return problem
    }
    var data = Value.null
    if action.program != noIndex {
      switch value(action.program) {
      case .success(let value): data = value
      case .failure(var problem):
        problem.sendID = id
        return problem
      }
    } else if !action.fields.isEmpty {
      switch render(action.fields) {
      case .success(let fields): data = .map(fields)
      case .failure(let error): return ActionProblem(message: error.message, sendID: id)
      }
    }
    var milliseconds = action.delayMilliseconds
    if action.delayProgram != noIndex {
      switch delay(linked.evaluate(action.delayProgram, state.memory)) {
      case .success(let value): milliseconds = value
      case .failure(let error): return ActionProblem(message: error.message, sendID: id)
      }
    }
    let event = QueuedEvent(name: name, data: data, type: "external", sendID: id)
    switch text(action.target, action.targetProgram) {
    case .failure(var problem):
      problem.sendID = id
      return problem
    case .success(let target): return dispatch(event, to: target, after: milliseconds)
    }
  }

  private mutating func dispatch(
    _ event: QueuedEvent,
    to target: String,
    after milliseconds: Int64
  ) -> ActionProblem? {
    var event = event
    let own = session(of: currentFrame)
    event.session = own
    switch target {
    case "", "#_scxml_\(state.runID)": break
    case "#_internal":
      event.type = "internal"
      raise(event)
      return nil
    case "#_parent":
      guard own != 0, let position = frame(own) else {
        return unreachable(target, event)
      }
      event.session = session(of: state.frames[position].parent)
      event.invokeID = table.nodes[Int(state.frames[position].owner)].name
    default:
      guard let child = child(named: target) else { return unreachable(target, event) }
      event.session = child
    }
    guard milliseconds > 0 else {
      externalEvents.append(event)
      return nil
    }
    guard state.timers.count < linked.limits.timers else {
      return ActionProblem(message: tooManyTimers, sendID: event.sendID)
    }
    let effect = startTimer(.event, place: noIndex, after: milliseconds)
    state.timers.append(
      RunTimer(effect: effect, node: noIndex, frame: currentFrame, purpose: .event(event))
    )
    return nil
  }

  /// Why no timer is started.
  var tooManyTimers: String {
    "the run waits for \(linked.limits.timers) timers already, as many as are allowed"
  }

  /// The session of a child that the current session started, by `#_<its place>`.
  private func child(named target: String) -> Int32? {
    let own = session(of: currentFrame)
    return state.frames.first { instance in
      let node = table.nodes[Int(instance.owner)]
      return node.kind == .call && session(of: instance.parent) == own
        && target.sameScalars(as: "#_\(node.name)")
    }?.id
  }

  private func unreachable(_ target: String, _ event: QueuedEvent) -> ActionProblem {
    // What has no form of a target is a mistake, what has one and is not there cannot be reached.
    ActionProblem(
      event: target.hasPrefix("#_") ? "error.communication" : "error.execution",
      message: "nobody is reached as `\(target)`",
      sendID: event.sendID
    )
  }

  /// A delay: a duration, milliseconds, or a text such as `1.5s` (SCXML 6.2.3, CSS2 times).
  func delay(_ evaluation: Evaluation) -> Result<Int64, EvaluationError> {
    switch evaluation {
    case .failure(let error): return .failure(error)
    case .value(.duration(let nanoseconds)): return .success(max(0, nanoseconds / 1_000_000))
    case .value(.int(let milliseconds)): return .success(max(0, milliseconds))
    case .value(.string(let text)):
      if let milliseconds = Self.milliseconds(text) { return .success(milliseconds) }
      return .failure(
        EvaluationError(.invalidArgument, "`\(text)` is no delay", at: TextRange(0, 0))
      )
    case .value(let value):
      return .failure(
        EvaluationError(
          .invalidArgument,
          "a delay must be a duration, this is \(value.kindName)",
          at: TextRange(0, 0)
        )
      )
    }
  }

  /// `250ms`, `1.5s`, `2m`, `1h`.
  static func milliseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
    guard let number = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
    let factor: Double
    switch String(decoding: bytes.dropFirst(digits.count), as: UTF8.self) {
    case "ms": factor = 1
    case "s": factor = 1_000
    case "m", "min": factor = 60_000
    case "h": factor = 3_600_000
    default: return nil
    }
    let value = number * factor
    return value >= 0 && value < 1e15 ? Int64(value) : nil
  }
}
