import Costing
import Execution
import Expression
import Journal
import Models
import Source
import Table
import Values

// One event: the pure step, the gate, one transaction, and only then the calls.
extension RunDriver {
  func apply(_ event: PendingEvent) throws(RunFault) {
    if case .started(_, _, let environment) = event.kind { publicEnvironment = environment }
    let now = max(surroundings.clock.nowMilliseconds, state.nowMilliseconds)
    let runEvent = RunEvent(atMilliseconds: now, kind: event.kind, in: table)
    var next = state
    var output = StepOutput()
    Executor.step(table, &next, runEvent, &output)
    try check(next, output)
    let settled = ledger.settlements(
      of: event.kind,
      output.effects,
      hasEnded: next.outcome != nil
    )
    var dispatches = judge(output.effects, tokensUsed: next.tokensUsed)
    let children = try childHeaders(of: childIntents(in: output.effects))
    let step = JournalRecord.Step(
      event: runEvent,
      trace: Array(output.trace),
      stateDigest: Digest.sha256(next.encoded()),
      intents: output.effects,
      dispatches: [],
      origin: event.origin
    )
    let body = try append(
      &dispatches,
      settled: settled,
      limits: ledgerLimits(of: intents(in: output.effects), atMilliseconds: now),
      status: Self.status(of: next.outcome),
      children: children
    ) {
      var step = step
      step.dispatches = $0
      return .step(step)
    }
    _ = ledger.follow(body, hasEnded: next.outcome != nil)
    state = next
    trace += output.trace
    if case .started = event.kind {
      surroundings.progress(
        .started(runID: header.runID, flow: header.flowName, isResumed: false)
      )
    }
    report(output.trace)
    perform(output.effects, dispatches)
    if let outcome = state.outcome {
      try checkReservations([:])
      surroundings.progress(.ended(outcome, spentPicodollars: spentPicodollars))
    }
  }

  /// Holds a step against what was said of the flow before it ran; a difference stops the run here.
  private func check(_ next: RunState, _ output: StepOutput) throws(RunFault) {
    guard let difference = relation?.difference(before: state, after: next, output: output) else {
      return
    }
    throw .unproven(
      flow: table.table.digest,
      record: sequence + 1,
      claim: difference.description
    )
  }

  /// Appends a record with reservations for all calls that are not refused; a call that finds no
  /// room in the budget is refused and the transaction tried again, at most once a call.
  @discardableResult
  func append(
    _ dispatches: inout [Dispatch],
    settled: [LedgerChange],
    limits: [EffectID: [LedgerLimit]],
    status: RunStatus,
    children: [RunHeader] = [],
    _ body: ([Dispatch]) -> JournalRecord.Body
  ) throws(RunFault) -> JournalRecord.Body {
    let now = surroundings.clock.nowMilliseconds
    while true {
      let body = body(dispatches)
      let record = StoredRecord(
        JournalRecord(sequence: sequence + 1, previousHash: head, body: body)
      )
      var ledger = settled
      for dispatch in dispatches where dispatch.refusal == nil {
        ledger.append(
          .reserve(
            effect: dispatch.effect,
            picodollars: dispatch.reservedPicodollars,
            limits: limits[dispatch.effect] ?? []
          )
        )
      }
      do throws(StoreError) {
        var append = JournalAppend(
          runID: header.runID,
          epoch: epoch,
          record: record,
          ledger: ledger,
          status: status,
          atMilliseconds: now
        )
        append.children = children
        if sequence == 0 { append.creation = creation }
        try surroundings.store.append(append)
        sequence += 1
        head = record.hash
        return body
      } catch {
        guard case .overLimit(let shortage) = error,
          let index = dispatches.firstIndex(where: {
            $0.effect == shortage.effect && $0.refusal == nil
          })
        else { throw .store(error) }
        dispatches[index].refusal = RunError(
          kind: .budget,
          message: Messages.overBudget(shortage),
          step: ""
        )
        dispatches[index].reservedPicodollars = 0
      }
    }
  }

  // MARK: Money

  static func scope(ofRun runID: String) -> String { RunBudgets.scope(ofRun: runID) }

  /// What the run's calls count against.
  var accounting: RunBudgets { RunBudgets(header: header, table: table.table) }

  var runScope: String { accounting.runScope }

  /// The budgets that what a place does counts against.
  func budgets(at place: NodeIndex, of performer: Performer? = nil) -> [BudgetScope] {
    accounting.budgets(at: place, of: performer)
  }

  /// The accounts that each call counts against, on the day of the record that starts them.
  func ledgerLimits(
    of intents: [CallIntent],
    atMilliseconds now: Int64
  ) -> [EffectID: [LedgerLimit]] {
    var limits: [EffectID: [LedgerLimit]] = [:]
    for intent in intents {
      limits[intent.id] = accounting.limits(
        at: intent.place,
        of: table.table.performers[Int(intent.performer)],
        atMilliseconds: now
      )
    }
    return limits
  }

  private func intents(in effects: [Effect]) -> [CallIntent] {
    effects.compactMap { if case .call(let intent) = $0 { intent } else { nil } }
  }

  /// Holds the ledger's reservations of the run against what its journal says is under way.
  func checkReservations(_ expected: [EffectID: Int64]) throws(RunFault) {
    let held: [EffectID: Int64]
    do throws(StoreError) {
      held = try surroundings.store.reservations(runID: header.runID)
    } catch {
      throw .store(error)
    }
    guard held != expected else { return }
    throw .damaged(record: sequence, message: Messages.otherReservations(held, expected))
  }

  // MARK: The gate

  /// Decides about each call: permissions, prompt length, tokens, worst cost.
  private func judge(_ effects: [Effect], tokensUsed: Int64) -> [Dispatch] {
    let withdrawn = Set(
      effects.compactMap { effect -> EffectID? in
        if case .cancel(let id) = effect { id } else { nil }
      }
    )
    var tokens = calls.values.reduce(tokensUsed) { sum, call in
      withdrawn.contains(call.intent.id) ? sum : LedgerAccount.sum(sum, worstTokens(call.intent))
    }
    return effects.compactMap { effect in
      guard case .call(let intent) = effect, !withdrawn.contains(intent.id) else { return nil }
      let dispatch = judge(intent, tokensUsed: tokens)
      if dispatch.refusal == nil { tokens = LedgerAccount.sum(tokens, worstTokens(intent)) }
      return dispatch
    }
  }

  /// The most tokens that a call may take.
  private func worstTokens(_ intent: CallIntent) -> Int64 {
    let performer = table.table.performers[Int(intent.performer)]
    guard performer.kind == .model else { return 0 }
    return Picodollars.product(
      LedgerAccount.sum(performer.promptTokens, performer.outputTokens),
      Int64(max(1, performer.turns))
    )
  }

  func judge(_ intent: CallIntent, tokensUsed: Int64) -> Dispatch {
    let performer = table.table.performers[Int(intent.performer)]
    let worst = worstPicodollars(of: performer)
    // Without a hard limit an unknown price is no reason to refuse, and nothing can be held back.
    let isUnbounded =
      worst == .max
      && budgets(at: intent.place, of: performer).allSatisfy { $0.limitPicodollars < 0 }
    var dispatch = Dispatch(
      effect: intent.id,
      idempotencyKey: intent.idempotencyKey(runID: header.runID),
      reservedPicodollars: isUnbounded ? 0 : worst
    )
    if let refusal = refusal(of: intent, performer, tokensUsed: tokensUsed) {
      dispatch.refusal = refusal
      dispatch.reservedPicodollars = 0
    }
    return dispatch
  }

  private func refusal(
    of intent: CallIntent,
    _ performer: Performer,
    tokensUsed: Int64
  ) -> RunError? {
    let step = step(of: intent)
    if let refusal = refusalAfterBreach(of: performer, step) { return refusal }
    let limit = table.table.runLimits.tokens
    let wanted = worstTokens(intent)
    if limit >= 0, wanted > 0, LedgerAccount.sum(tokensUsed, wanted) > limit {
      return RunError(
        kind: .budget,
        message: Messages.overTokens(wanted, used: tokensUsed, limit: limit),
        step: step
      )
    }
    for callee in [performer] + performer.offeredTools(among: table.table.performers) {
      if let obstacle = surroundings.performing.obstacle(to: callee) {
        return RunError(kind: .denied, message: obstacle, step: step)
      }
    }
    switch rendered(intent, performer) {
    case .failure(let error):
      return RunError(kind: .failed, message: error.message, step: step)
    case .success(let texts):
      guard performer.kind == .model, performer.promptTokens > 0 else { return nil }
      let bound = promptTokensUpperBound(
        texts,
        performer,
        schema: planner(asking: intent).flatMap { self.schema(of: $0) }
      )
      guard bound > performer.promptTokens else { return nil }
      return RunError(
        kind: .failed,
        message: Messages.overlongPrompt(performer.id, bound, limit: performer.promptTokens),
        step: step
      )
    }
  }

  /// Prompt and instructions of a call.
  struct RenderedTexts {
    var prompt: String?
    var instructions: String?
  }

  func rendered(
    _ intent: CallIntent,
    _ performer: Performer
  ) -> Result<RenderedTexts, EvaluationError> {
    if let planner = planner(asking: intent) { return .success(texts(of: intent, planner)) }
    let memory = LinkedTable.performerMemory(
      input: intent.input,
      environment: .map(publicEnvironment)
    )
    var texts = RenderedTexts()
    for (program, isPrompt) in [(performer.prompt, true), (performer.instructions, false)]
    where program != noIndex {
      switch table.evaluate(program, memory) {
      case .failure(let error): return .failure(error)
      case .value(let value):
        let text = value.text ?? JSONWriter.string(value)
        if isPrompt { texts.prompt = text } else { texts.instructions = text }
      }
    }
    return .success(texts)
  }

  // MARK: Performing

  func perform(_ effects: [Effect], _ dispatches: [Dispatch]) {
    for effect in effects {
      switch effect {
      case .call(let intent):
        guard let dispatch = dispatches.first(where: { $0.effect == intent.id }) else { continue }
        start(OpenCall(intent: intent, dispatch: dispatch))
      case .startTimer(let timer): arm(timer)
      case .startChild(let child): startChild(child)
      case .cancel(let id):
        withdraw(id)
        cancelChild(id)
      }
    }
  }

  func arm(_ timer: TimerIntent) {
    agenda.add(
      Agenda.Entry(
        dueMilliseconds: timer.dueMilliseconds,
        effect: timer.id,
        matter: .timer(timer.purpose)
      )
    )
  }

  private func withdraw(_ effect: EffectID) {
    agenda.withdraw(effect)
    people[effect] = nil
    undecided[effect] = nil
    calls.removeValue(forKey: effect)?.task?.cancel()
    pending.removeAll { event in
      switch event.kind {
      case .completed(let id, _, _, _), .failed(let id, _, _, _, _): id == effect
      default: false
      }
    }
  }

  /// The item of the innermost map around a frame.
  private func item(of frame: Int32) -> Int32? {
    var next = frame
    while next != 0, let instance = state.frames.first(where: { $0.id == next }) {
      if table.table.nodes[Int(instance.owner)].kind == .fork { return instance.position }
      next = instance.parent
    }
    return nil
  }

  /// Makes a call, or turns its refusal into an event.
  func start(_ open: OpenCall) {
    var call = open
    let performer = table.table.performers[Int(open.intent.performer)]
    call.startedMilliseconds = max(surroundings.clock.nowMilliseconds, state.nowMilliseconds)
    let patience = table.table.nodes[Int(open.intent.place)].deadlineMilliseconds
    if open.intent.deadlineMilliseconds >= 0, patience >= 0, performer.kind != .human {
      // A call has its whole time, however long its record waited for the store.
      let (due, overflow) = call.startedMilliseconds.addingReportingOverflow(patience)
      if !overflow { call.intent.deadlineMilliseconds = max(due, call.intent.deadlineMilliseconds) }
    }
    let intent = call.intent
    if let refusal = call.dispatch.refusal {
      let error = RunError(kind: refusal.kind, message: refusal.message, step: step(of: intent))
      surroundings.progress(.refused(step: error.step, error: error))
      pending.append(
        PendingEvent(
          kind: .failed(
            effect: intent.id,
            error: refusal.kind,
            message: refusal.message,
            usage: nil,
            costPicodollars: call.lostPicodollars
          )
        )
      )
      return
    }
    if let planner = planner(asking: intent), answerWithoutModel(call, planner) { return }
    if let known = knownResult(of: intent, performer) {
      calls[intent.id] = call
      finish(intent.id, known)
      return
    }
    if intent.deadlineMilliseconds >= 0 {
      agenda.add(
        Agenda.Entry(
          dueMilliseconds: intent.deadlineMilliseconds,
          effect: intent.id,
          matter: .deadline
        )
      )
    }
    calls[intent.id] = call
    // Another attempt waits as long as the other side asked for, within its own deadline.
    let time = askedToWait.removeValue(forKey: intent.place) ?? 0
    guard time > call.startedMilliseconds else {
      begin(call: intent.id)
      return
    }
    if intent.deadlineMilliseconds >= 0, time >= intent.deadlineMilliseconds {
      askedToWait[intent.place] = time
      let pause = time - call.startedMilliseconds
      let words = Messages.askedToWait(performer.id, milliseconds: pause)
      let result = CallResult.failed(.rateLimited, message: words, wasSent: false)
      agenda.add(
        Agenda.Entry(
          dueMilliseconds: call.startedMilliseconds,
          effect: intent.id,
          matter: .result(result)
        )
      )
      return
    }
    agenda.add(Agenda.Entry(dueMilliseconds: time, effect: intent.id, matter: .beginning))
  }

  /// Makes a call that has been let through.
  func begin(call id: EffectID) {
    guard var call = calls[id] else { return }
    let intent = call.intent
    let performer = table.table.performers[Int(intent.performer)]
    var texts = RenderedTexts()
    if case .success(let result) = rendered(intent, performer) { texts = result }
    var dispatched = DispatchedCall(
      runID: header.runID,
      effect: intent.id,
      step: step(of: intent),
      performer: performer,
      input: intent.input,
      prompt: texts.prompt,
      instructions: texts.instructions,
      outputSchema: table.schema(performer.outputSchema),
      idempotencyKey: call.dispatch.idempotencyKey,
      attempt: intent.attempt,
      visit: intent.visit,
      startedMilliseconds: call.startedMilliseconds,
      deadlineMilliseconds: intent.deadlineMilliseconds,
      item: item(of: intent.frame),
      isDetached: surroundings.isDetached
    )
    if performer.kind == .model { equip(&dispatched, for: call, texts) }
    performingCount += 1
    let (performing, clock) = (surroundings.performing, surroundings.clock)
    call.task = Task { [dispatched] in
      let result = await performing.perform(dispatched)
      self.arrived(intent.id, result, at: clock.nowMilliseconds)
    }
    calls[intent.id] = call
  }

  func personTask(of call: OpenCall) -> PersonTask {
    let performer = table.table.performers[Int(call.intent.performer)]
    return PersonTask(
      effect: call.intent.id,
      step: step(of: call.intent),
      performer: performer,
      input: call.intent.input,
      outputSchema: table.schema(performer.outputSchema),
      untilMilliseconds: call.intent.deadlineMilliseconds,
      runID: header.runID
    )
  }

  private func report(_ trace: Trace) {
    for entry in trace {
      switch entry {
      case .took(let row, _): surroundings.progress(.took(row: row))
      case .retried(let place, _, let attempt, let error):
        surroundings.progress(
          .retrying(
            step: table.table.nodes[Int(place)].name,
            attempt: attempt,
            error: error
          )
        )
      case .entered, .forced, .finished, .guardFailed, .actionFailed, .logged, .answered, .ticked:
        break
      }
    }
  }

  static func status(of outcome: RunOutcome?) -> RunStatus {
    switch outcome {
    case nil: .running
    case .success: .succeeded
    case .failure: .failed
    case .cancelled: .cancelled
    }
  }
}
