import Execution
import Journal
import Runtime
import Table
import Testing
import Values

/// What a crash between any two transactions leaves, and what resuming makes of it.
@Suite struct CrashTests {
  private static let steps = [
    HandMadeTable.Step(name: "classify", performer: HandMadeTable.model("classifier"), attempts: 2),
    HandMadeTable.Step(
      name: "search",
      performer: HandMadeTable.tool("search_docs", isWrite: false)
    ),
    HandMadeTable.Step(name: "write", performer: HandMadeTable.model("writer")),
    HandMadeTable.Step(
      name: "ticket",
      performer: HandMadeTable.tool("create_ticket", isWrite: true, isIdempotent: true)
    ),
  ]

  @Test func resumesAtEveryPointWithTheSameWay() async throws {
    let table = try #require(HandMadeTable.line(Self.steps))
    let whole = MemoryRunStore()
    let undisturbed = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(whole, CountingPerformer())
    )
    _ = try await undisturbed.drive()
    let records = try whole.records(runID: "r-1", from: 1)
    let wanted = try identical(whole, table).traceDigest

    for survivors in 1..<records.count {
      let store = FailingStore(failsAfter: survivors)
      let before = CountingPerformer()
      let world = surroundings(store, before)
      await #expect(throws: RunFault.self) {
        let driver = try await RunDriver.start(
          table,
          header: header(table),
          input: .map(ValueMap()),
          in: world
        )
        _ = try await driver.drive()
      }
      store.mend()
      let after = CountingPerformer()
      let driver = try await RunDriver.resume(
        runID: "r-1",
        table,
        in: surroundings(store, after)
      )
      guard case .ended(let outcome) = try await driver.drive() else {
        Issue.record("after \(survivors) records the run must end")
        continue
      }
      #expect(final(outcome) == "done")
      let replay = try identical(store, table)
      #expect(replay.traceDigest == wanted, "after \(survivors) records")
      // Step k completed when record k + 1 was written: it must not run again.
      for (index, step) in Self.steps.enumerated() where index + 2 <= survivors {
        #expect(after.calls(of: step.name) == 0, "\(step.name) after \(survivors) records")
        #expect(before.calls(of: step.name) == 1)
      }
      #expect(try store.reservations(runID: "r-1").isEmpty)
      let account = try store.account(scope: "run:r-1")
      #expect(account.spentPicodollars == replay.state.spentPicodollars)
      // A model's lost attempt is charged in full: 1,100 besides the 550 of each answer.
      let lostModel = survivors == 1 || survivors == 3
      #expect(account.spentPicodollars == (lostModel ? 2_200 : 1_100))
    }
  }

  @Test func pausesBeforeAnotherAttemptSurviveACrash() async throws {
    let steps = [
      HandMadeTable.Step(
        name: "search",
        performer: HandMadeTable.tool("search_docs", isWrite: false),
        attempts: 3
      ),
      HandMadeTable.Step(name: "note", performer: HandMadeTable.tool("note", isWrite: false)),
    ]
    let table = try #require(HandMadeTable.line(steps))
    let answers: @Sendable (DispatchedCall) -> CallResult = { call in
      call.step == "search" && call.attempt < 3
        ? .failed(.unavailable, message: "down") : .completed(output: .null, usage: nil)
    }
    let whole = MemoryRunStore()
    let undisturbed = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(whole, CountingPerformer(answers))
    )
    _ = try await undisturbed.drive()
    let wanted = try identical(whole, table)
    // Start, two failures with a timer each, two answers.
    #expect(wanted.records == 7)
    for survivors in 1..<wanted.records {
      let store = FailingStore(failsAfter: survivors)
      let clock = VirtualClock(startMilliseconds: 1_000_000)
      await #expect(throws: RunFault.self) {
        let driver = try await RunDriver.start(
          table,
          header: header(table),
          input: .map(ValueMap()),
          in: surroundings(store, CountingPerformer(answers), clock: clock)
        )
        _ = try await driver.drive()
      }
      store.mend()
      let driver = try await RunDriver.resume(
        runID: "r-1",
        table,
        in: surroundings(store, CountingPerformer(answers), clock: clock)
      )
      _ = try await driver.drive()
      let replay = try identical(store, table)
      #expect(replay.traceDigest == wanted.traceDigest, "after \(survivors) records")
      // Pauses of 100 and 200 milliseconds, each counted once.
      #expect(clock.nowMilliseconds == 1_000_300, "after \(survivors) records")
    }
  }

  @Test func repeatedCallsKeepTheirKey() async throws {
    let table = try #require(HandMadeTable.line(Self.steps))
    let store = FailingStore(failsAfter: 4)
    let before = CountingPerformer()
    await #expect(throws: RunFault.self) {
      let driver = try await RunDriver.start(
        table,
        header: header(table),
        input: .map(ValueMap()),
        in: surroundings(store, before)
      )
      _ = try await driver.drive()
    }
    store.mend()
    let after = CountingPerformer()
    let driver = try await RunDriver.resume(runID: "r-1", table, in: surroundings(store, after))
    _ = try await driver.drive()
    #expect(before.calls(of: "ticket") == 1)
    #expect(after.calls(of: "ticket") == 1)
    #expect(before.keys(of: "ticket") == after.keys(of: "ticket"))
  }

  private static let sending = [
    HandMadeTable.Step(name: "send", performer: HandMadeTable.tool("send", isWrite: true)),
    HandMadeTable.Step(name: "note", performer: HandMadeTable.tool("note", isWrite: false)),
  ]

  private func crashed(_ table: LinkedTable) async -> FailingStore {
    let store = FailingStore(failsAfter: 1)
    await #expect(throws: RunFault.self) {
      let driver = try await RunDriver.start(
        table,
        header: header(table),
        input: .map(ValueMap()),
        in: surroundings(store, CountingPerformer())
      )
      _ = try await driver.drive()
    }
    store.mend()
    return store
  }

  @Test(arguments: [true, false]) func anUnknownWriteIsDecidedByAPerson(
    _ happened: Bool
  ) async throws {
    let table = try #require(HandMadeTable.line(Self.sending))
    let store = await crashed(table)
    let performer = CountingPerformer()
    let driver = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: surroundings(store, performer)
    )
    guard case .undecided(let calls) = try await driver.drive() else {
      Issue.record("a write that may have happened must not be repeated")
      return
    }
    #expect(calls.map(\.step) == ["send"])
    #expect(try store.summary(runID: "r-1").status == .undecided)
    await #expect(throws: RunFault.self) {
      try await driver.decide(step: "note", .didNotHappen, by: "anna")
    }
    try await driver.decide(
      step: nil,
      happened ? .happened(output: .null) : .didNotHappen,
      by: "anna"
    )
    guard case .ended(let outcome) = try await driver.drive() else {
      Issue.record("the run must end")
      return
    }
    #expect(final(outcome) == (happened ? "done" : "lost"))
    #expect(performer.calls(of: "send") == 0)
    _ = try identical(store, table)
  }

  @Test func anEdgeForUnknownTakesIt() async throws {
    var steps = Self.sending
    steps[0].failureKinds = ErrorKindSet([.unknown])
    let table = try #require(HandMadeTable.line(steps))
    let store = await crashed(table)
    let driver = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: surroundings(store, CountingPerformer())
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.lastError?.kind == .unknown)
  }

  @Test func aLostAttemptCountsAgainstTheBudget() async throws {
    // One attempt fits; the lost one in full and another do not.
    let table = try #require(
      HandMadeTable.line([Self.steps[2], Self.steps[1]], hardPicodollars: 2_000)
    )
    let store = await crashed(table)
    let performer = CountingPerformer()
    let driver = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: surroundings(store, performer)
    )
    _ = try await driver.drive()
    #expect(performer.calls(of: "write") == 0)
    #expect(await driver.state.lastError?.kind == .budget)
    #expect(
      try store.account(scope: "run:r-1") == LedgerAccount(spentPicodollars: 1_100)
    )
    #expect(await driver.state.spentPicodollars == 1_100)
  }

  @Test func aRunThatNeverStartedCannotBeResumed() async throws {
    let table = try #require(HandMadeTable.line(Self.sending))
    let store = MemoryRunStore()
    try store.createRun(header(table))
    await #expect(throws: RunFault.self) {
      _ = try await RunDriver.resume(
        runID: "r-1",
        table,
        in: surroundings(store, CountingPerformer())
      )
    }
    await #expect(throws: RunFault.self) {
      _ = try await RunDriver.resume(
        runID: "r-2",
        table,
        in: surroundings(store, CountingPerformer())
      )
    }
  }

  private func identical(_ store: some RunStore, _ table: LinkedTable) throws -> ReplaySummary {
    switch try Replay.verify(store, runID: "r-1", table: table) {
    case .identical(let summary): return summary
    case .different(let difference):
      Issue.record("\(difference.message)")
      throw StoreError.corrupt(difference.message)
    }
  }
}
