import Expression
import Table
import Values

/// One application of an event, under way.
struct StepInterpreter {
  let linked: LinkedTable
  var state: RunState
  var output: StepOutput
  /// A place to enter next; transitions chain through this instead of recursion.
  var pendingEntry: (node: NodeIndex, frame: Int32)?

  init(linked: LinkedTable, state: RunState, output: StepOutput) {
    self.linked = linked
    self.state = state
    self.output = output
  }

  /// The table's plain data.
  @inline(__always) var table: TransitionTable { linked.table }

  /// Applies `event`, then enters places until none is pending.
  mutating func apply(_ event: RunEvent) {
    guard state.outcome == nil else { return }
    state.nowMilliseconds = max(state.nowMilliseconds, event.atMilliseconds)
    dispatch(event.kind)
    while let entry = pendingEntry, state.outcome == nil {
      pendingEntry = nil
      enter(entry.node, frame: entry.frame)
    }
    if state.outcome != nil { withdrawEverything() }
  }

  private mutating func dispatch(_ event: RunEvent.Kind) {
    switch event {
    case .started(let runID, let input, let environment):
      // A run starts once.
      guard state.placesEntered == 0 else { return }
      begin(runID: runID, input: input, environment: environment)
    case .completed(let effect, let answer, let usage, let cost):
      settle(usage: usage, costPicodollars: cost)
      guard let position = caller(of: effect) else { return }
      complete(position, answer: answer)
    case .failed(let effect, let kind, let message, let usage, let cost):
      settle(usage: usage, costPicodollars: cost)
      guard let position = caller(of: effect) else { return }
      attemptFailed(position, kind: kind, message: message)
    case .fired(let timer):
      exposeRun()
      fire(timer)
    case .cancelled(let reason):
      exposeRun()
      cancelRun(reason: reason)
    case .external(let name, let payload):
      exposeRun()
      receive(name: name, payload: payload)
    }
  }

  /// The token whose call is under way under that number; nil for timers and for what is over.
  private func caller(of effect: EffectID) -> Int? {
    guard effect != 0 else { return nil }
    return state.tokens.firstIndex { $0.effect == effect && $0.phase == .calling }
  }

  private mutating func settle(usage: Usage?, costPicodollars: Int64) {
    state.spentPicodollars = state.spentPicodollars.addingSaturating(costPicodollars)
    if let usage {
      state.tokensUsed = state.tokensUsed.addingSaturating(usage.promptTokens)
        .addingSaturating(usage.outputTokens)
    }
    exposeRun()
  }

  private mutating func begin(runID: String, input: Value, environment: ValueMap) {
    state.runID = runID
    state.startedMilliseconds = state.nowMilliseconds
    for slot in table.slots.indices {
      let entry = table.slots[slot]
      switch entry.kind {
      case .input:
        let input = RunInput.completed(input, for: linked)
        state.memory.set(slot, input)
        if entry.schema != noIndex,
          let first = linked.violations(of: input, schema: entry.schema).first
        {
          let error = RunError(kind: .inputRejected, message: first.description, step: "")
          state.outcome = .failure(final: nil, error: error, result: .null)
          return
        }
      case .environment: state.memory.set(slot, .map(environment))
      default: continue
      }
    }
    exposeRun()
    for node in table.nodes.indices { exposeStep(NodeIndex(node)) }
    if table.runLimits.timeoutMilliseconds >= 0 {
      state.timeoutTimer = startTimer(
        .flowTimeout,
        place: noIndex,
        after: table.runLimits.timeoutMilliseconds
      )
    }
    pendingEntry = (table.start, 0)
  }

  // MARK: Rows

  /// Takes the first row of `place` for `event` whose guard is true; returns whether one was taken.
  ///
  /// `kind` restricts failure and cancel rows. Rows stand in priority order, so the first match
  /// wins (SCXML 3.13, document order; FLOW-SEMANTICS 5). With `skipsFailingGuards` a guard that
  /// cannot be evaluated counts as false.
  mutating func takeRow(
    of position: Int,
    _ event: EventClass,
    kind: ErrorKind?,
    skipsFailingGuards: Bool = false
  ) -> RowChoice {
    let token = state.tokens[position]
    for index in table.nodes[Int(token.place)].rows {
      let row = table.rows[Int(index)]
      guard row.event == event else { continue }
      if let kind, !row.kinds.contains(kind) { continue }
      switch passes(row) {
      case .isFalse: continue
      case .isTrue: break
      case .failure(let error):
        output.trace.append(.guardFailed(row: index, message: error.message))
        if row.guardErrorMode == .fails, !skipsFailingGuards {
          return .guardFailed(error.message)
        }
        continue
      }
      if let message = assign(row.assignments) {
        if skipsFailingGuards { continue }
        return .guardFailed(message)
      }
      output.trace.append(.took(row: index, frame: token.frame))
      leave(position, to: row.target)
      return .taken
    }
    return .none
  }

  private func passes(_ row: Row) -> Truth {
    guard row.guardProgram != noIndex else { return .isTrue }
    switch linked.test(row.guardProgram, state.memory) {
    case .isTrue: return row.isNegated ? .isFalse : .isTrue
    case .isFalse: return row.isNegated ? .isTrue : .isFalse
    case .failure(let error): return .failure(error)
    }
  }

  private mutating func leave(_ position: Int, to target: NodeIndex) {
    let frame = state.tokens[position].frame
    if target == noIndex { return }
    state.tokens.remove(at: position)
    pendingEntry = (target, frame)
  }

  /// Evaluates assignments in order and writes them all, or none when one fails.
  mutating func assign(_ range: Range<PoolIndex>) -> String? {
    guard !range.isEmpty, let slot = stateSlot else { return nil }
    guard case .map(var fields)? = state.memory.value(slot) else { return nil }
    for index in range {
      let entry = table.assignments[Int(index)]
      switch linked.evaluate(entry.program, state.memory) {
      case .value(.optional(let content)): fields[entry.field] = content ?? .null
      case .value(let value): fields[entry.field] = value
      case .failure(let error): return "assigning `\(entry.field)`: \(error.message)"
      }
    }
    state.memory.set(slot, .map(fields))
    return nil
  }

  /// The slot of `state`, if the flow has one.
  var stateSlot: Int? { linked.stateSlot.map { Int($0) } }

  // MARK: Effects

  mutating func nextEffect() -> EffectID {
    defer { state.nextEffect += 1 }
    return state.nextEffect
  }

  mutating func startTimer(
    _ purpose: TimerIntent.Purpose,
    place: NodeIndex,
    after milliseconds: Int64
  ) -> EffectID {
    let id = nextEffect()
    output.effects.append(
      .startTimer(
        TimerIntent(
          id: id,
          purpose: purpose,
          place: place,
          dueMilliseconds: state.nowMilliseconds.addingSaturating(milliseconds)
        )
      )
    )
    return id
  }

  /// Withdraws whatever is still under way.
  mutating func withdrawEverything() {
    for token in state.tokens where token.effect != 0 {
      output.effects.append(.cancel(token.effect))
    }
    state.tokens = []
    if state.timeoutTimer != 0 {
      output.effects.append(.cancel(state.timeoutTimer))
      state.timeoutTimer = 0
    }
  }
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

extension Int64 {
  /// The sum, held at the ends of the range.
  func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
