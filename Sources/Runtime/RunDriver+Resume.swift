import Execution
import Journal
import Source
import Table
import Values

// Taking a run over: its state is recomputed from its events, what was under way is settled.
extension RunDriver {
  /// Claims a run and rebuilds it from its journal; `drive` goes on with it.
  ///
  /// Of the calls that were under way: questions to people stay open; timers keep their time;
  /// calls that may be repeated are made again under the same key, a model's lost attempt being
  /// charged in full; other writes are `unknown`, taken by an edge that names that kind, else
  /// left to a person's decision. O(records).
  /// A child that was created and never started begins with the input that its parent gave it.
  public static func resume(
    runID: String,
    _ table: LinkedTable,
    in surroundings: RunSurroundings
  ) async throws(RunFault) -> RunDriver {
    try await open(runID: runID, table, input: nil, in: surroundings)
  }

  /// Claims a run; begins it with `input` if nothing is journaled of it, else rebuilds it.
  static func open(
    runID: String,
    _ table: LinkedTable,
    input: Value?,
    in surroundings: RunSurroundings
  ) async throws(RunFault) -> RunDriver {
    var summary: RunSummary
    let epoch: Int64
    let records: [StoredRecord]
    do throws(StoreError) {
      summary = try surroundings.store.summary(runID: runID)
    } catch {
      throw .store(error)
    }
    if summary.status == .running, let owner = ProcessOwner(summary.owner), owner.isAliveElsewhere {
      throw .refused(Messages.drivenElsewhere(runID, owner.process))
    }
    do throws(StoreError) {
      epoch = try surroundings.store.claim(
        runID: runID,
        owner: surroundings.ownerText,
        atMilliseconds: surroundings.clock.nowMilliseconds
      )
      // From here on nobody else writes to it.
      summary = try surroundings.store.summary(runID: runID)
      records = try surroundings.store.records(runID: runID, from: 1)
    } catch {
      throw .store(error)
    }
    var input = input
    if records.isEmpty, input == nil { input = try inputOfChild(summary.header, surroundings) }
    let driver = RunDriver(
      header: summary.header,
      table: table,
      surroundings: surroundings,
      epoch: epoch
    )
    if records.isEmpty {
      guard summary.records == 0, summary.head == summary.header.anchor else {
        throw .damaged(record: 1, message: Messages.missingRecords(summary.records, 0))
      }
      guard let input else { throw .refused(Messages.neverStarted(runID)) }
      try await driver.begin(input: input)
    } else {
      try await driver.rebuild(from: records, as: summary)
    }
    return driver
  }

  /// What a run's parent gave it; nil: it has none.
  private static func inputOfChild(
    _ header: RunHeader,
    _ surroundings: RunSurroundings
  ) throws(RunFault) -> Value? {
    guard let parent = header.parent else { return nil }
    let records: [StoredRecord]
    do throws(StoreError) {
      records = try surroundings.store.records(runID: parent, from: 1)
    } catch {
      throw .store(error)
    }
    for stored in records {
      guard case .step(let step)? = (try? JournalRecord(decoding: stored.bytes))?.body else {
        continue
      }
      for case .startChild(let intent) in step.intents
      where intent.runID(parent: parent).sameScalars(as: header.runID) {
        return intent.input
      }
    }
    return nil
  }

  private func rebuild(
    from records: [StoredRecord],
    as summary: RunSummary
  ) throws(RunFault) {
    var open = OpenIntents()
    for stored in records {
      let record = try verified(stored)
      switch record.body {
      case .step(let step):
        if case .started(_, _, let environment) = step.event.kind {
          publicEnvironment = environment
        }
        var output = StepOutput()
        Executor.step(table, &state, step.event, &output)
        guard Digest.sha256(state.encoded()) == step.stateDigest else {
          throw .damaged(
            record: stored.sequence,
            message: "its event leads to another state than recorded"
          )
        }
        trace += output.trace
        remember(step.event.kind, open.calls)
        open.follow(step)
        ledger.follow(step, hasEnded: state.outcome != nil)
      case .resumed(let time, _, let repetitions):
        open.follow(repetitions)
        ledger.follow(repetitions, atMilliseconds: time)
      case .turn(_, let turn): open.follow(turn)
      case .proposal(_, let proposal):
        proposals.append(proposal)
        open.follow(proposal)
      }
      sequence = stored.sequence
      head = stored.hash
    }
    guard sequence == summary.records, head == summary.head else {
      throw .damaged(
        record: sequence + 1,
        message: Messages.missingRecords(summary.records, sequence)
      )
    }
    try checkReservations(ledger.reservations)
    surroundings.progress(
      .started(runID: header.runID, flow: header.flowName, isResumed: true)
    )
    try takeUpChildren(open)
    guard state.outcome == nil else { return }
    for timer in open.timers.values.sorted(by: { $0.id < $1.id }) { arm(timer) }
    try takeUp(open.calls.values.sorted { $0.intent.id < $1.intent.id })
  }

  private func verified(_ stored: StoredRecord) throws(RunFault) -> JournalRecord {
    guard Digest.sha256(stored.bytes) == stored.hash else {
      throw .damaged(record: stored.sequence, message: "its bytes were changed")
    }
    let record: JournalRecord
    do throws(BinaryError) {
      record = try JournalRecord(decoding: stored.bytes)
    } catch {
      throw .damaged(record: stored.sequence, message: error.message)
    }
    guard record.sequence == sequence + 1, record.previousHash == head else {
      throw .damaged(record: stored.sequence, message: "it does not follow the record before")
    }
    return record
  }

  /// What becomes of calls that were under way.
  private func takeUp(_ open: [OpenCall]) throws(RunFault) {
    var repeated: [OpenCall] = []
    for call in open {
      let performer = table.table.performers[Int(call.intent.performer)]
      if call.dispatch.refusal != nil || performer.kind == .human {
        start(call)
      } else if call.proposal != nil {
        // Judged already: what was said is known, and nobody is asked again.
        calls[call.intent.id] = call
        finish(call.intent.id, .never)
      } else if let turn = call.turns.last, isDoubtful(turn, performer) {
        calls[call.intent.id] = call
        leaveUnknown(call, performer)
      } else if performer.kind == .model || !performer.isWrite || performer.isIdempotent {
        repeated.append(call)
      } else {
        calls[call.intent.id] = call
        leaveUnknown(call, performer)
      }
    }
    guard !repeated.isEmpty else { return }
    try makeAgain(repeated)
  }

  /// A write that may have happened: an edge that names `unknown` takes it, else a person decides.
  private func leaveUnknown(_ call: OpenCall, _ performer: Performer) {
    let place = table.table.nodes[Int(call.intent.place)]
    let names = place.rows.contains { index in
      let row = table.table.rows[Int(index)]
      guard row.event == .failure, row.kinds.contains(.unknown) else { return false }
      if row.kinds != .all { return true }
      guard row.guardProgram != noIndex else { return false }
      let text = table.table.programs[Int(row.guardProgram)].text
      return text.contains("'unknown'") || text.contains("\"unknown\"")
    }
    if names {
      finish(
        call.intent.id,
        .failed(.unknown, message: "the driver ended while the call was under way")
      )
      return
    }
    let entry = UndecidedCall(
      effect: call.intent.id,
      step: step(of: call.intent),
      performer: performer,
      input: call.intent.input,
      idempotencyKey: call.dispatch.idempotencyKey,
      runID: header.runID
    )
    undecided[call.intent.id] = entry
    surroundings.progress(.undecided(entry))
  }

  /// Journals that calls are made again, then makes them.
  private func makeAgain(_ lost: [OpenCall]) throws(RunFault) {
    let now = max(surroundings.clock.nowMilliseconds, state.nowMilliseconds)
    var settled: [LedgerChange] = []
    var repetitions: [EffectID: Repetition] = [:]
    var dispatches: [Dispatch] = []
    for call in lost {
      let id = call.intent.id
      let performer = table.table.performers[Int(call.intent.performer)]
      let charged = performer.kind == .model ? call.dispatch.reservedPicodollars : 0
      settled.append(.settle(effect: id, picodollars: charged))
      let node = table.table.nodes[Int(call.intent.place)]
      let (deadline, overflow) = now.addingReportingOverflow(max(0, node.deadlineMilliseconds))
      repetitions[id] = Repetition(
        effect: id,
        chargedPicodollars: charged,
        deadlineMilliseconds: node.deadlineMilliseconds < 0 || overflow ? -1 : deadline
      )
      dispatches.append(judge(call.intent, tokensUsed: state.tokensUsed))
    }
    let limits = ledgerLimits(of: lost.map(\.intent), atMilliseconds: now)
    let body = try append(
      &dispatches,
      settled: settled,
      limits: limits,
      status: .running
    ) { dispatches in
      .resumed(
        atMilliseconds: now,
        epoch: epoch,
        repetitions: dispatches.compactMap { dispatch in
          var repetition = repetitions[dispatch.effect]
          repetition?.refusal = dispatch.refusal
          return repetition
        }
      )
    }
    _ = ledger.follow(body, hasEnded: false)
    for dispatch in dispatches {
      guard var call = lost.first(where: { $0.intent.id == dispatch.effect }),
        let repetition = repetitions[dispatch.effect]
      else { continue }
      call.dispatch = dispatch
      call.lostPicodollars = LedgerAccount.sum(
        call.lostPicodollars,
        repetition.chargedPicodollars
      )
      call.intent.deadlineMilliseconds = repetition.deadlineMilliseconds
      start(call)
    }
  }
}

/// Calls and timers without an outcome, gathered while a journal is read.
struct OpenIntents {
  private(set) var calls: [EffectID: RunDriver.OpenCall] = [:]
  private(set) var timers: [EffectID: TimerIntent] = [:]
  /// Runs that it started, but for awaited ones whose end it knows.
  private(set) var children: [EffectID: ChildIntent] = [:]
  private(set) var cancelledChildren: Set<EffectID> = []

  /// Follows what one step started and ended.
  mutating func follow(_ step: JournalRecord.Step) {
    switch step.event.kind {
    case .completed(let effect, _, _, _), .failed(let effect, _, _, _, _):
      calls[effect] = nil
      children[effect] = nil
    case .fired(let timer): timers[timer] = nil
    case .started, .cancelled, .external, .tick: break
    }
    for effect in step.intents {
      switch effect {
      case .call(let intent):
        guard let dispatch = step.dispatches.first(where: { $0.effect == intent.id }) else {
          continue
        }
        calls[intent.id] = RunDriver.OpenCall(
          intent: intent,
          dispatch: dispatch,
          startedMilliseconds: step.event.atMilliseconds
        )
      case .startTimer(let timer): timers[timer.id] = timer
      case .startChild(let child): children[child.id] = child
      case .cancel(let id):
        calls[id] = nil
        timers[id] = nil
        if children[id] != nil { cancelledChildren.insert(id) }
      }
    }
  }

  /// Follows a tool call of an agent.
  mutating func follow(_ turn: AgentTurn) {
    guard var call = calls[turn.effect] else { return }
    if call.turns.last?.number == turn.number { call.turns.removeLast() }
    call.turns.append(turn)
    calls[turn.effect] = call
  }

  /// Follows a proposal, whose event is still to come.
  mutating func follow(_ proposal: ProposalRecord) { calls[proposal.effect]?.proposal = proposal }

  /// Follows calls that were made again.
  mutating func follow(_ repetitions: [Repetition]) {
    for repetition in repetitions {
      guard var call = calls[repetition.effect] else { continue }
      call.lostPicodollars = LedgerAccount.sum(
        call.lostPicodollars,
        repetition.chargedPicodollars
      )
      call.intent.deadlineMilliseconds = repetition.deadlineMilliseconds
      call.dispatch.refusal = repetition.refusal
      calls[repetition.effect] = call
    }
  }
}
