import Execution
import Journal
import Planning
import Relation
import Source
import Table
import Values

/// Drives one run: each event is journaled with everything that follows from it, and only then are
/// its calls made; their results become events in turn.
///
/// A driver owns its run by an epoch that the store checks at every append, so that two processes
/// cannot both drive it. After a fault the run stands in the store as it was before; another
/// driver resumes it.
public actor RunDriver {
  /// A call under way.
  struct OpenCall {
    var intent: CallIntent
    var dispatch: Dispatch
    /// What lost attempts before a crash were charged.
    var lostPicodollars: Int64 = 0
    var startedMilliseconds: Int64 = 0
    var task: Task<Void, Never>?
    /// Tool calls that the agent made within this call.
    var turns: [AgentTurn] = []
    /// The proposal that was journaled for it before its driver changed.
    var proposal: ProposalRecord?
  }

  /// An event that is not applied yet.
  struct PendingEvent {
    var kind: RunEvent.Kind
    var origin = ""
    /// The proposal that it follows from, as long as that is not journaled.
    var proposal: JudgedProposal?
  }

  /// What the run is.
  public nonisolated let header: RunHeader
  /// The table it is pinned to.
  public nonisolated let table: LinkedTable
  nonisolated let surroundings: RunSurroundings
  /// Where its times come from.
  public nonisolated var clock: any RunClock { surroundings.clock }
  let epoch: Int64

  /// The run's state after the last record.
  public internal(set) var state: RunState
  /// Everything that the run did, in order.
  public internal(set) var trace: [TraceEntry] = []
  var sequence: Int64 = 0
  var head: Digest
  var calls: [EffectID: OpenCall] = [:]
  var people: [EffectID: PersonTask] = [:]
  var undecided: [EffectID: UndecidedCall] = [:]
  var agenda = Agenda()
  var pending: [PendingEvent] = []
  var performingCount = 0
  /// Runs that this one started, by the effect that did.
  var children: [EffectID: ChildRun] = [:]
  /// The names of the environment that prompts may read, as snapshotted at the start.
  var publicEnvironment = ValueMap()
  /// What is held back and what was charged, as the journal says.
  var ledger: RunLedger
  /// How the run begins to exist, with its first record; nil: it exists.
  var creation: RunCreation?
  /// Why the latest answer at a place was refused, for the attempt that follows.
  var refusedAnswers: [AnswerPlace: String] = [:]
  /// Plans that were proposed, in order.
  var proposals: [ProposalRecord] = []
  /// Judges of proposals, by the asking place.
  var judges: [NodeIndex: PlanJudge] = [:]
  /// Plans that are kept if they succeed: where, and their texts.
  var plansToKeep: [String: (key: Digest, text: String)] = [:]
  /// Where proposals come from that no model made.
  var sources: [EffectID: ProposalRecord.Source] = [:]
  /// Until when the other side asked not to be called again, by place.
  var askedToWait: [NodeIndex: Int64] = [:]
  /// A bill above its reservation, after which nothing that costs money is called any more.
  var breach: Breach?
  /// What every step is held against; nil: nothing.
  let relation: RelationCheck?
  private(set) var isAbandoned = false
  private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  /// Waits so far.
  private var waits = 0

  init(header: RunHeader, table: LinkedTable, surroundings: RunSurroundings, epoch: Int64) {
    self.header = header
    self.table = table
    self.surroundings = surroundings
    self.epoch = epoch
    state = Executor.start(table)
    ledger = RunLedger(header: header, table: table.table)
    head = header.anchor
    relation =
      surroundings.checksSteps ? RelationCheck(FlowRelation(table.table)) : nil
  }

  /// Creates a run, claims it and journals its start, all in one transaction.
  ///
  /// Nothing is called before, and nobody is told of a run that is not there.
  /// The pure step completes the input with the flow's defaults (`RunInput.completed`).
  public static func start(
    _ table: LinkedTable,
    header: RunHeader,
    input: Value,
    in surroundings: RunSurroundings
  ) async throws(RunFault) -> RunDriver {
    let driver = RunDriver(
      header: header,
      table: table,
      surroundings: surroundings,
      epoch: 1
    )
    try await driver.create(input: input)
    return driver
  }

  private func create(input: Value) throws(RunFault) {
    creation = RunCreation(header: header, owner: surroundings.ownerText)
    defer { creation = nil }
    try begin(input: input)
  }

  func begin(input: Value) throws(RunFault) {
    var environment = ValueMap()
    for name in table.table.publicEnvironment {
      if let value = surroundings.environment[name] { environment[name] = value }
    }
    try apply(
      PendingEvent(
        kind: .started(runID: header.runID, input: input, environment: environment)
      )
    )
  }

  /// Drives the run until it ends or only people can move it on.
  ///
  /// May be called again after answers and decisions, and after a temporary fault of the store:
  /// what arrived meanwhile is kept and journaled first.
  public func drive() async throws(RunFault) -> RunPause {
    do throws(RunFault) {
      while true {
        if case .rests(let pause) = try await goOn() { return pause }
      }
    } catch {
      if case .store(let cause) = error, cause.isTemporary { throw error }
      await abandon()
      await awaitWithdrawn()
      throw error
    }
  }

  /// Goes on as `advance` does; of a run that has ended nothing is under way any more then.
  ///
  /// While the store is in use elsewhere, an answer that has arrived is kept and tried again, for
  /// `heldAnswerMilliseconds` since something was last journaled.
  private func goOn(isPumped: Bool = false) async throws(RunFault) -> Advance {
    var (journaled, end) = (Int64.min, ContinuousClock.now)
    while true {
      do throws(RunFault) {
        let advance = try await advance(isPumped: isPumped)
        if case .rests(.ended) = advance { await awaitWithdrawn() }
        return advance
      } catch {
        let now = ContinuousClock.now
        if sequence > journaled {
          journaled = sequence
          end = now + .milliseconds(surroundings.limits.heldAnswerMilliseconds)
        }
        guard case .store(.locked) = error, holdsAnswers, !isAbandoned,
          !surroundings.clock.isVirtual, now < end
        else { throw error }
        try? await Task.sleep(for: .milliseconds(Int.random(in: 50...250)))
      }
    }
  }

  /// Whether something came in that is in no journal yet.
  private var holdsAnswers: Bool {
    let isPending = pending.contains { event in
      switch event.kind {
      case .completed, .failed: true
      default: false
      }
    }
    return isPending
      || agenda.entries.contains { if case .result = $0.matter { true } else { false } }
  }

  /// Waits until the calls that were withdrawn have let go, programs being killed after their
  /// grace.
  public func awaitWithdrawn() async {
    let bound = surroundings.limits.withdrawalMilliseconds
    var isLate = false
    let end = ContinuousClock.now + .milliseconds(bound)
    while performingCount > 0, !isLate {
      waits += 1
      let wait = waits
      let alarm = Task {
        try? await Task.sleep(for: .milliseconds(bound))
        self.wake(from: wait)
      }
      await withCheckedContinuation { waiters[wait] = $0 }
      alarm.cancel()
      isLate = ContinuousClock.now >= end
    }
  }

  /// Drives what is due now.
  ///
  /// That is until the run rests, or nothing happens before a later time, for which it then rests
  /// in its store: nobody has to drive it until then.
  public func driveDue() async throws(RunFault) -> RunRest {
    do throws(RunFault) {
      while true {
        switch try await goOn(isPumped: true) {
        case .rests(let pause): return .paused(pause)
        case .sleeps(let due):
          let isBusy = performingCount > 0 || awaitedChildren.contains { $0.pause == nil }
          if isBusy {
            await wait(untilMilliseconds: due)
            continue
          }
          try rest(as: .waiting)
          return .sleeps(untilMilliseconds: due)
        }
      }
    } catch {
      if case .store(let cause) = error, cause.isTemporary { throw error }
      await abandon()
      await awaitWithdrawn()
      throw error
    }
  }

  /// How far a run has come.
  enum Advance {
    /// It rests.
    case rests(RunPause)
    /// Nothing happens before that time.
    case sleeps(untilMilliseconds: Int64)
  }

  /// Goes on until the run rests; `isPumped`: or until it would sleep.
  func advance(isPumped: Bool = false) async throws(RunFault) -> Advance {
    while true {
      if let outcome = state.outcome { return .rests(.ended(outcome)) }
      if isAbandoned { throw .refused(Messages.abandoned(header.runID)) }
      if let fault = faultOfAwaitedChild { throw fault }
      if !pending.isEmpty {
        try applyNext()
        continue
      }
      if surroundings.clock.isVirtual, performingCount > 0 {
        await wait(untilMilliseconds: nil)
        continue
      }
      let earliest = agenda.earliest
      if let entry = earliest, entry.dueMilliseconds <= surroundings.clock.nowMilliseconds {
        // An answer that waits for this driver came before the deadline that it met here.
        if case .deadline = entry.matter, !surroundings.clock.isVirtual { await Task.yield() }
        // It may be another by now.
        guard let entry = agenda.earliest else { continue }
        agenda.withdraw(entry)
        take(entry)
        continue
      }
      var due = earliest?.dueMilliseconds
      if surroundings.clock.isVirtual, !children.isEmpty {
        let childDue = try await pumpChildren()
        // A child's end comes before anything else; what came in meanwhile is looked at again.
        if !pending.isEmpty || faultOfAwaitedChild != nil { continue }
        due = [due, childDue].compactMap { $0 }.min()
      }
      if let pause = pauseReason() {
        try rest(pause)
        return .rests(pause)
      }
      if isPumped, let due { return .sleeps(untilMilliseconds: due) }
      await wait(untilMilliseconds: due)
    }
  }

  /// Applies the first pending event; one that could not be journaled stays the first.
  private func applyNext() throws(RunFault) {
    if let proposal = pending.first?.proposal {
      try append(proposal)
      pending[0].proposal = nil
    }
    let event = pending.removeFirst()
    do throws(RunFault) {
      try apply(event)
      keepPlan(of: event.kind)
    } catch {
      pending.insert(event, at: 0)
      throw error
    }
  }

  /// Asks the run to stop; steps that are cancelled may still take their way out.
  ///
  /// After its end, those that it started and that still go on are asked.
  public func cancel(reason: String) async {
    guard state.outcome == nil else {
      for child in children.values { await child.driver?.cancel(reason: reason) }
      return
    }
    pending.append(PendingEvent(kind: .cancelled(reason: reason)))
    wake()
  }

  /// Stops driving at once: calls under way are withdrawn without an event, and `drive` throws.
  ///
  /// The run stands in its store as after a crash; another driver resumes it.
  public func abandon() async {
    isAbandoned = true
    for call in calls.values { call.task?.cancel() }
    wake()
    for child in children.values { await child.driver?.abandon() }
  }

  // MARK: Waiting

  /// Why nothing but people can move the run on; nil: something else can.
  private func pauseReason() -> RunPause? {
    guard performingCount == 0 else { return nil }
    let awaited = awaitedChildren.map(\.pause)
    guard awaited.allSatisfy({ $0 != nil }) else { return nil }
    var decisions = undecided.values.sorted { $0.effect < $1.effect }
    var questions = people.values.sorted { $0.effect < $1.effect }
    for pause in awaited {
      if case .undecided(let calls) = pause { decisions += calls }
      if case .waiting(let tasks) = pause { questions += tasks }
    }
    if !decisions.isEmpty { return .undecided(decisions) }
    if questions.isEmpty { return agenda.entries.isEmpty ? .stalled : nil }
    // A virtual clock would wait for deadlines in no time; people are asked for nevertheless.
    for entry in agenda.entries {
      switch entry.matter {
      case .deadline where people[entry.effect] != nil: continue
      case .timer(.flowTimeout), .timer(.grace): continue
      default: return nil
      }
    }
    return .waiting(questions)
  }

  private func rest(_ pause: RunPause) throws(RunFault) {
    if case .undecided = pause { try rest(as: .undecided) } else { try rest(as: .waiting) }
  }

  private func rest(as status: RunStatus) throws(RunFault) {
    do throws(StoreError) {
      try surroundings.store.setStatus(
        status,
        runID: header.runID,
        epoch: epoch,
        atMilliseconds: surroundings.clock.nowMilliseconds
      )
    } catch {
      throw .store(error)
    }
  }

  private func wait(untilMilliseconds due: Int64?) async {
    let clock = surroundings.clock
    if clock.isVirtual, let due {
      await clock.sleep(untilMilliseconds: due)
      return
    }
    waits += 1
    let wait = waits
    let alarm = due.map { due in
      Task {
        await clock.sleep(untilMilliseconds: due)
        self.wake(from: wait)
      }
    }
    await withCheckedContinuation { waiters[wait] = $0 }
    alarm?.cancel()
  }

  /// Ends a wait whose time has come; a later one goes on, since alarms that are no longer needed
  /// are cancelled and come early.
  private func wake(from wait: Int) {
    waiters.removeValue(forKey: wait)?.resume()
  }

  func wake() {
    let woken = waiters.values
    waiters = [:]
    for waiter in woken { waiter.resume() }
  }

  // MARK: Results

  /// Puts the matter of an agenda entry among the events to apply.
  private func take(_ entry: Agenda.Entry) {
    switch entry.matter {
    case .timer:
      pending.append(PendingEvent(kind: .fired(timer: entry.effect)))
    case .deadline:
      guard let call = calls[entry.effect] else { return }
      // As the flow says it, however long the call took to start.
      let milliseconds = table.table.nodes[Int(call.intent.place)].deadlineMilliseconds
      let words = "no answer within \(Self.durationText(milliseconds))"
      finish(entry.effect, doubt(about: call, words) ?? .failed(.timeout, message: words))
    case .result(let result):
      finish(entry.effect, result)
    case .beginning: begin(call: entry.effect)
    case .occurrence(let kind):
      pending.append(PendingEvent(kind: kind))
    }
  }

  /// A performer has returned.
  ///
  /// It came at `now`, however long the driver was busy since.
  func arrived(_ effect: EffectID, _ result: CallResult, at now: Int64) {
    performingCount -= 1
    defer { wake() }
    guard !isAbandoned, let call = calls[effect] else { return }
    switch result {
    case .completed, .failed:
      agenda.add(Agenda.Entry(dueMilliseconds: now, effect: effect, matter: .result(result)))
    case .later(let after, let result):
      let (due, overflow) = call.startedMilliseconds.addingReportingOverflow(max(0, after))
      agenda.add(
        Agenda.Entry(
          dueMilliseconds: overflow ? .max : due,
          effect: effect,
          matter: .result(result)
        )
      )
    case .pausing(let pause, let result):
      let (end, overflow) = now.addingReportingOverflow(max(0, pause))
      askedToWait[call.intent.place] = overflow ? .max : end
      agenda.add(Agenda.Entry(dueMilliseconds: now, effect: effect, matter: .result(result)))
    case .never: break
    case .awaitsPerson:
      let task = personTask(of: call)
      people[effect] = task
      surroundings.progress(.waiting(task))
    }
  }

  /// Turns a result into the event that will be journaled.
  func finish(_ effect: EffectID, _ result: CallResult, answeredBy: String = "") {
    guard let call = calls.removeValue(forKey: effect) else { return }
    call.task?.cancel()
    agenda.withdraw(effect)
    people[effect] = nil
    let performer = table.table.performers[Int(call.intent.performer)]
    let (result, proposal) = judged(result, of: call)
    let checked = check(result, of: performer)
    let bill = charge(checked, of: call)
    noteBreach(bill, of: call)
    let cost = LedgerAccount.sum(bill, call.lostPicodollars)
    let usage: Usage?
    var error: RunError?
    var output: Value?
    switch checked {
    case .completed(let answer, let reported, _):
      usage = reported
      output = answer
      pending.append(
        PendingEvent(
          kind: .completed(
            effect: effect,
            output: answer,
            usage: reported,
            costPicodollars: cost
          ),
          origin: answeredBy,
          proposal: proposal
        )
      )
    case .failed(let kind, let message, let reported, _, _):
      usage = reported
      error = RunError(kind: kind, message: message, step: step(of: call.intent))
      noteRefusedAnswer(kind, message, of: call.intent)
      pending.append(
        PendingEvent(
          kind: .failed(
            effect: effect,
            error: kind,
            message: message,
            usage: reported,
            costPicodollars: cost
          ),
          origin: answeredBy,
          proposal: proposal
        )
      )
    case .later, .never, .awaitsPerson, .pausing:
      preconditionFailure("only a final result ends a call")
    }
    surroundings.progress(
      .called(
        CallReport(
          step: step(of: call.intent),
          performer: performer,
          offsetMilliseconds: call.startedMilliseconds - state.startedMilliseconds,
          durationMilliseconds: surroundings.clock.nowMilliseconds - call.startedMilliseconds,
          usage: usage,
          costPicodollars: cost,
          error: error,
          answeredBy: answeredBy,
          input: call.intent.input,
          output: output
        )
      )
    )
  }

  /// The result as the run may see it: redacted, within its size, fitting its schema.
  private func check(_ result: CallResult, of performer: Performer) -> CallResult {
    guard case .completed(let output, let usage, let cost) = result else {
      if case .failed(let kind, let message, let usage, let wasSent, let cost) = result {
        let clean = surroundings.redact(.string(message)).text ?? ""
        return .failed(
          kind,
          message: clean,
          usage: usage,
          wasSent: wasSent,
          costPicodollars: cost
        )
      }
      return result
    }
    let answer = table.normalized(surroundings.redact(output), schema: performer.outputSchema)
    var writer = BinaryWriter()
    writer.write(value: answer)
    guard writer.bytes.count <= surroundings.limits.answerBytes else {
      return .failed(
        .invalidOutput,
        message: "the answer has \(writer.bytes.count) bytes; at most "
          + "\(surroundings.limits.answerBytes) are taken",
        usage: usage,
        costPicodollars: cost
      )
    }
    let violations = table.violations(of: answer, schema: performer.outputSchema)
    guard let first = violations.first else {
      return .completed(output: answer, usage: usage, costPicodollars: cost)
    }
    let more = violations.count > 1 ? " (and \(violations.count - 1) more)" : ""
    return .failed(
      .invalidOutput,
      message: "the answer of `\(performer.id)` does not fit: \(first.description)\(more)",
      usage: usage,
      costPicodollars: cost
    )
  }

  /// What a result costs: its usage by the price book, else the whole reservation if it was sent.
  func charge(_ result: CallResult, of call: OpenCall) -> Int64 {
    let performer = table.table.performers[Int(call.intent.performer)]
    func cost(_ usage: Usage?) -> Int64 {
      if performer.kind == .human { return max(0, performer.costPerCallPicodollars) }
      guard let usage else { return call.dispatch.reservedPicodollars }
      return surroundings.pricer.costPicodollars(performer, usage)
    }
    switch result {
    case .completed(_, let usage, let known): return known ?? cost(usage)
    case .failed(_, _, let usage, let wasSent, let known):
      if let known { return known }
      return usage == nil && !wasSent ? 0 : cost(usage)
    case .later, .never, .awaitsPerson, .pausing: return 0
    }
  }

  /// The name of the step of a call.
  func step(of intent: CallIntent) -> String { table.table.nodes[Int(intent.place)].name }

  private static func durationText(_ milliseconds: Int64) -> String {
    let units: [(Int64, String)] = [
      (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"),
    ]
    for (length, name) in units where milliseconds >= length && milliseconds % length == 0 {
      return "\(milliseconds / length)\(name)"
    }
    return "\(milliseconds)ms"
  }
}
