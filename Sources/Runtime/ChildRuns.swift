import Execution
import Journal
import Table
import Values

/// A run that another one started, and that is driven beside it.
struct ChildRun {
  var intent: ChildIntent
  /// Whether its end is an event of the run that started it.
  var isAwaited: Bool
  /// Nil until it is opened.
  var driver: RunDriver?
  /// Drives it, with a real clock.
  var task: Task<Void, Never>?
  /// Whether it is still to be told that nobody wants it any more.
  var isToBeCancelled = false
  /// How it rests; nil: it goes on.
  var pause: RunPause?
  var fault: RunFault?
}

/// How a run that another one started stands after it was driven.
public struct ChildRest: Sendable {
  /// The child's id.
  public var runID: String
  /// Whether nobody waits for its end.
  public var isDetached: Bool
  /// How it rests; nil: it could not be driven.
  public var pause: RunPause?
  /// Why it could not be driven.
  public var fault: RunFault?
}

// Runs that a run starts: created with the record that asks for them, driven by the same process,
// taken up again after a crash. With a virtual clock they take turns with their parent, in the
// order in which they were started, so that scenarios repeat exactly.
extension RunDriver {
  // MARK: Starting

  /// The runs that effects ask for.
  func childIntents(in effects: [Effect]) -> [ChildIntent] {
    effects.compactMap { if case .startChild(let intent) = $0 { intent } else { nil } }
  }

  /// The headers of runs that are to be started; their tables are in the store afterwards.
  func childHeaders(of intents: [ChildIntent]) throws(RunFault) -> [RunHeader] {
    var headers: [RunHeader] = []
    for intent in intents {
      let child = try childTable(of: intent)
      let digest: Digest
      do throws(StoreError) {
        digest = try PinnedTable.put(child, in: surroundings.store)
      } catch {
        throw .store(error)
      }
      let runID = intent.runID(parent: header.runID)
      var caps: [BudgetScope] = []
      if intent.limitPicodollars >= 0 {
        caps.append(
          BudgetScope(name: Self.scope(ofRun: runID), limitPicodollars: intent.limitPicodollars)
        )
      }
      headers.append(
        RunHeader(
          runID: runID,
          flowName: child.table.name,
          tableDigest: digest,
          priceBookDigest: header.priceBookDigest,
          sourcesDigest: header.sourcesDigest,
          createdMilliseconds: surroundings.clock.nowMilliseconds,
          parent: header.runID,
          budgets: caps + (intent.isPrepaid ? [] : budgets(at: intent.place))
        )
      )
    }
    return headers
  }

  private func childTable(of intent: ChildIntent) throws(RunFault) -> LinkedTable {
    switch intent.source {
    case .template(let template):
      guard let child = table.children[template] else {
        throw .refused(Messages.noChildTable(intent.runID(parent: header.runID)))
      }
      return child
    case .stored(let digest):
      do throws(StoreError) {
        return try PinnedTable.load(digest, from: surroundings.store, limits: surroundings.limits)
      } catch {
        throw .store(error)
      }
    }
  }

  /// Lets a child that was created go on beside this run.
  func startChild(_ intent: ChildIntent, isAwaited: Bool? = nil) {
    children[intent.id] = ChildRun(intent: intent, isAwaited: isAwaited ?? intent.isAwaited)
    if !surroundings.clock.isVirtual { conductChild(intent.id) }
  }

  private func conductChild(_ id: EffectID) {
    children[id]?.pause = nil
    children[id]?.task = Task { await self.conduct(id) }
  }

  private func conduct(_ id: EffectID) async {
    do throws(RunFault) {
      let driver = try await openChild(id)
      let pause = try await driver.drive()
      childRested(id, pause, try await driver.settledPicodollars())
      _ = await driver.driveChildren()
    } catch {
      childFailed(id, error)
    }
  }

  /// The child's driver: started if nothing is journaled of it, else taken over.
  private func openChild(_ id: EffectID) async throws(RunFault) -> RunDriver {
    guard let child = children[id] else { throw .refused(Messages.abandoned(header.runID)) }
    if let driver = child.driver { return driver }
    let linked = try childTable(of: child.intent)
    var own = surroundings.ofChild(linked, isDetached: !child.intent.isAwaited)
    own.done = try callsBefore(child: child.intent)
    let driver = try await Self.open(
      runID: child.intent.runID(parent: header.runID),
      linked,
      input: child.intent.input,
      in: own
    )
    children[id]?.driver = driver
    if isAbandoned { await driver.abandon() }
    if child.intent.isAwaited, !child.isAwaited {
      children[id]?.isToBeCancelled = await driver.state.cancelReason == nil
    }
    await cancelIfWanted(id)
    return driver
  }

  private func cancelIfWanted(_ id: EffectID) async {
    guard let child = children[id], child.isToBeCancelled, let driver = child.driver else { return }
    children[id]?.isToBeCancelled = false
    await driver.cancel(reason: Messages.childCancelled)
  }

  // MARK: Ends

  private func childRested(_ id: EffectID, _ pause: RunPause, _ spentPicodollars: Int64) {
    guard var child = children[id], !isAbandoned else { return }
    defer { wake() }
    let wasEnded = if case .ended = child.pause { true } else { false }
    child.pause = pause
    children[id] = child
    guard child.isAwaited, !wasEnded, case .ended(let outcome) = pause else { return }
    if calls[id] != nil {
      finish(id, result(of: outcome, child, spentPicodollars))
    } else {
      pending.append(PendingEvent(kind: event(of: outcome, child, spentPicodollars)))
    }
  }

  /// The end of a child that a call stands for.
  private func result(
    of outcome: RunOutcome,
    _ child: ChildRun,
    _ spentPicodollars: Int64
  ) -> CallResult {
    switch event(of: outcome, child, spentPicodollars) {
    case .failed(_, let kind, let message, let usage, let cost):
      .failed(kind, message: message, usage: usage, costPicodollars: cost)
    case .completed(_, let output, let usage, let cost):
      .completed(output: output, usage: usage, costPicodollars: cost)
    default: .never
    }
  }

  private func event(
    of outcome: RunOutcome,
    _ child: ChildRun,
    _ spentPicodollars: Int64
  ) -> RunEvent.Kind {
    switch outcome {
    case .success(_, let result):
      return .completed(
        effect: child.intent.id,
        output: result,
        usage: nil,
        costPicodollars: spentPicodollars
      )
    case .failure(_, let error, _):
      return .failed(
        effect: child.intent.id,
        error: error?.kind ?? .failed,
        message: error?.message ?? Messages.childFailed(child.intent.runID(parent: header.runID)),
        usage: nil,
        costPicodollars: spentPicodollars
      )
    case .cancelled(let reason):
      return .failed(
        effect: child.intent.id,
        error: .cancelled,
        message: reason,
        usage: nil,
        costPicodollars: spentPicodollars
      )
    }
  }

  private func childFailed(_ id: EffectID, _ fault: RunFault) {
    children[id]?.fault = fault
    wake()
  }

  /// Why an awaited child cannot be driven; it keeps its parent from going on.
  var faultOfAwaitedChild: RunFault? {
    for child in children.values where child.isAwaited {
      if let fault = child.fault { return fault }
    }
    return nil
  }

  /// Children that the run waits for and that have not ended, in order of their start.
  var awaitedChildren: [ChildRun] {
    children.values.filter { child in
      if case .ended = child.pause { return false }
      return child.isAwaited
    }.sorted { $0.intent.id < $1.intent.id }
  }

  /// An awaited child is no longer wanted: it takes its own ways out, and nobody waits for it.
  func cancelChild(_ id: EffectID) {
    guard let child = children[id] else { return }
    children[id]?.isAwaited = false
    pending.removeAll { event in
      switch event.kind {
      case .completed(id, _, _, _), .failed(id, _, _, _, _): true
      default: false
      }
    }
    children[id]?.isToBeCancelled = true
    guard child.driver != nil, !surroundings.clock.isVirtual else { return }
    Task {
      await self.cancelIfWanted(id)
      self.conductAgain(id)
    }
  }

  private func conductAgain(_ id: EffectID) {
    guard let pause = children[id]?.pause else { return }
    if case .ended = pause { return }
    conductChild(id)
  }

  // MARK: Taking turns

  /// Lets every child do what it can before time goes on; returns when the next of them is due.
  func pumpChildren() async throws(RunFault) -> Int64? {
    var earliest: Int64?
    for id in children.keys.sorted() {
      guard children[id]?.fault == nil else { continue }
      do throws(RunFault) {
        let driver = try await openChild(id)
        await cancelIfWanted(id)
        let (pause, due) = try await driver.pump()
        if let pause { childRested(id, pause, try await driver.settledPicodollars()) }
        if let due { earliest = min(earliest ?? due, due) }
      } catch {
        childFailed(id, error)
      }
    }
    return earliest
  }

  /// Goes on until only time moves the run; returns how it rests, and when it or a child is due.
  private func pump() async throws(RunFault) -> (pause: RunPause?, due: Int64?) {
    switch try await advance(isPumped: true) {
    case .sleeps(let due): return (nil, due)
    case .rests(let pause): return (pause, try await pumpChildren())
    }
  }

  /// Drives the runs that this one started and that still go on until they rest, too.
  ///
  /// Detached runs outlive the run that started them: call it after `drive` to see them end in
  /// this process. Those that wait for people are resumed by their own ids later.
  public func driveChildren() async -> [ChildRest] {
    if surroundings.clock.isVirtual {
      while let due = try? await pumpChildren() {
        await surroundings.clock.sleep(untilMilliseconds: due)
      }
    } else {
      while let child = children.values.first(where: { $0.task != nil }) {
        await child.task?.value
        children[child.intent.id]?.task = nil
      }
    }
    return children.values.sorted { $0.intent.id < $1.intent.id }.map { child in
      ChildRest(
        runID: child.intent.runID(parent: header.runID),
        isDetached: !child.intent.isAwaited,
        pause: child.pause,
        fault: child.fault
      )
    }
  }

  /// What the run and everything that it started have cost, as the ledger knows it.
  ///
  /// When the store cannot be read, what its own journal says of it, for people to see.
  public var spentPicodollars: Int64 {
    (try? settledPicodollars()) ?? ledger.spent[runScope] ?? 0
  }

  /// The same, for those who decide by it.
  func settledPicodollars() throws(RunFault) -> Int64 {
    do throws(StoreError) {
      return try surroundings.store.account(scope: runScope).spentPicodollars
    } catch {
      throw .store(error)
    }
  }

  // MARK: Taking up

  /// Children of a run that is taken over: those that it waits for, those that it cancelled, and
  /// detached ones whose driver is gone.
  func takeUpChildren(_ open: OpenIntents) throws(RunFault) {
    for intent in open.children.values.sorted(by: { $0.id < $1.id }) {
      let runID = intent.runID(parent: header.runID)
      let summary: RunSummary
      do throws(StoreError) {
        summary = try surroundings.store.summary(runID: runID)
      } catch {
        throw .store(error)
      }
      let isWanted = intent.isAwaited && !open.cancelledChildren.contains(intent.id)
      if !isWanted {
        let owner = ProcessOwner(summary.owner)
        let isDriven = summary.status == .running && owner?.isAliveElsewhere ?? false
        guard !summary.status.isEnd, summary.status != .waiting, !isDriven else { continue }
      }
      startChild(intent, isAwaited: isWanted && state.outcome == nil)
    }
  }

  /// Whether a child waits for an answer to `step`; nil: to any.
  func child(waitingFor step: String?) -> EffectID? {
    awaitedChildren.first { child in
      guard case .waiting(let tasks) = child.pause else { return false }
      return step.map { step in tasks.contains { $0.step.sameScalars(as: step) } } ?? true
    }?.intent.id
  }

  /// Whether a child waits for a decision about `step`; nil: about any.
  func child(undecidedAbout step: String?) -> EffectID? {
    awaitedChildren.first { child in
      guard case .undecided(let calls) = child.pause else { return false }
      return step.map { step in calls.contains { $0.step.sameScalars(as: step) } } ?? true
    }?.intent.id
  }

  /// Lets a child go on after somebody told it something.
  func goOn(_ id: EffectID) {
    children[id]?.pause = nil
    if !surroundings.clock.isVirtual { conductChild(id) }
  }
}

extension RunSurroundings {
  /// The surroundings of a run that a run in these started.
  func ofChild(_ table: LinkedTable, isDetached: Bool) -> RunSurroundings {
    var child = self
    child.isDetached = isDetached
    child.progress = progressOfChild(table)
    return child
  }
}
