import Execution
import Journal
import Runtime
import Source
import Table
import Testing
import Values

@Suite struct RunDriverTests {
  private let line = [
    HandMadeTable.Step(name: "classify", performer: HandMadeTable.model("classifier")),
    HandMadeTable.Step(
      name: "search",
      performer: HandMadeTable.tool("search_docs", isWrite: false)
    ),
    HandMadeTable.Step(
      name: "ticket",
      performer: HandMadeTable.tool("create_ticket", isWrite: true, isIdempotent: true)
    ),
  ]

  @Test func runsToTheEndAndReplaysIdentically() async throws {
    let table = try #require(HandMadeTable.line(line))
    let store = MemoryRunStore()
    let performer = CountingPerformer()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(store, performer)
    )
    guard case .ended(let outcome) = try await driver.drive() else {
      Issue.record("the run must end")
      return
    }
    #expect(final(outcome) == "done")
    #expect(try store.summary(runID: "r-1").status == .succeeded)
    #expect(try store.account(scope: "run:r-1") == LedgerAccount(spentPicodollars: 550))
    #expect(try store.reservations(runID: "r-1").isEmpty)
    guard case .identical(let replay) = try Replay.verify(store, runID: "r-1", table: table) else {
      Issue.record("the replay must be identical")
      return
    }
    #expect(replay.steps == 4)
    #expect(replay.records == 4)
  }

  @Test func aCallBeyondTheBudgetIsNotMade() async throws {
    // The first model call costs 550 of 1,600; the second may cost 1,100.
    var steps = line
    steps[1] = HandMadeTable.Step(name: "write", performer: HandMadeTable.model("writer"))
    let table = try #require(HandMadeTable.line(steps, hardPicodollars: 1_600))
    let store = MemoryRunStore()
    let performer = CountingPerformer()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(store, performer)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(performer.calls(of: "classify") == 1)
    #expect(performer.calls(of: "write") == 0)
    let error = await driver.state.lastError
    #expect(error?.kind == .budget)
    #expect(try store.account(scope: "run:r-1") == LedgerAccount(spentPicodollars: 550))
    guard case .identical = try Replay.verify(store, runID: "r-1", table: table) else {
      Issue.record("the replay must be identical")
      return
    }
  }

  @Test func aDaysBudgetIsSharedByItsRuns() async throws {
    // A call may cost 1,100 and costs 550: within 2,000 a day the third run finds no room.
    let table = try #require(
      HandMadeTable.line([line[0]], hardPicodollars: 2_000, period: .day)
    )
    let store = MemoryRunStore()
    let performer = CountingPerformer()
    var ends: [String] = []
    // 2026-02-28, 23:59:59.999 UTC, and a millisecond later.
    let evening: Int64 = 1_772_323_199_999
    for (number, start) in [evening, evening, evening, evening + 1].enumerated() {
      let driver = try await RunDriver.start(
        table,
        header: header(table, "r-\(number)"),
        input: .map(ValueMap()),
        in: surroundings(store, performer, clock: VirtualClock(startMilliseconds: start))
      )
      _ = try await driver.drive()
      ends.append(final(await driver.state.outcome))
    }
    #expect(ends == ["done", "done", "lost", "done"])
    #expect(performer.calls(of: "classify") == 3)
    #expect(
      try store.account(scope: "flow:line:2026-02-28") == LedgerAccount(spentPicodollars: 1_100)
    )
    #expect(
      try store.account(scope: "flow:line:2026-03-01") == LedgerAccount(spentPicodollars: 550)
    )
  }

  @Test(arguments: [(164, 0), (165, 1)]) func tokensAreLimitedToo(
    _ limit: Int64,
    _ secondCalls: Int
  ) async throws {
    // A call takes at most 110 tokens, its answer 55: the second may start below a limit of 165.
    var steps = line
    steps[1] = HandMadeTable.Step(name: "write", performer: HandMadeTable.model("writer"))
    let table = try #require(HandMadeTable.line(steps, tokens: limit))
    let performer = CountingPerformer()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(MemoryRunStore(), performer)
    )
    _ = try await driver.drive()
    #expect(performer.calls(of: "classify") == 1)
    #expect(performer.calls(of: "write") == secondCalls)
    #expect(final(await driver.state.outcome) == (secondCalls == 0 ? "lost" : "done"))
  }

  @Test func anAnswerAfterItsDeadlineIsATimeout() async throws {
    let table = try #require(HandMadeTable.line(line))
    let performer = CountingPerformer { call in
      .later(
        afterMilliseconds: call.step == "search" ? 10_001 : 10_000,
        .completed(output: .null, usage: nil)
      )
    }
    let clock = VirtualClock(startMilliseconds: 1_000_000)
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(MemoryRunStore(), performer, clock: clock)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "lost")
    #expect(await driver.state.lastError?.kind == .timeout)
    #expect(clock.nowMilliseconds == 1_020_000)
  }

  @Test func anAnswerThatDoesNotFitIsTriedAgain() async throws {
    var steps = line
    steps[0].performer.outputSchema = 0
    steps[0].attempts = 3
    let table = try #require(
      HandMadeTable.line(
        steps,
        schemas: [#"{"type":"object","required":["category"]}"#]
      )
    )
    let performer = CountingPerformer { call in
      let output: Value =
        call.attempt < 3 ? .string("nonsense") : .map(["category": .string("other")])
      return .completed(output: output, usage: Usage(promptTokens: 1, outputTokens: 1))
    }
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(MemoryRunStore(), performer)
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "done")
    #expect(performer.calls(of: "classify") == 3)
    #expect(await driver.state.spentPicodollars == 100)
    #expect(performer.keys(of: "classify").count == 1)
  }

  @Test func anAnswerThatIsTooLargeIsRefused() async throws {
    let table = try #require(HandMadeTable.line(line))
    let performer = CountingPerformer { _ in
      .completed(output: .string(String(repeating: "x", count: 2_000)), usage: nil)
    }
    var world = surroundings(MemoryRunStore(), performer)
    world.limits.answerBytes = 1_000
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: world
    )
    _ = try await driver.drive()
    #expect(await driver.state.lastError?.kind == .invalidOutput)
  }

  @Test func waitsForPeopleAndTakesTheirAnswerLater() async throws {
    var steps = line
    steps[1] = HandMadeTable.Step(
      name: "review",
      performer: HandMadeTable.person("reviewer", roles: ["lead"]),
      deadlineMilliseconds: 86_400_000
    )
    let table = try #require(HandMadeTable.line(steps))
    let store = MemoryRunStore()
    let world = surroundings(store, CountingPerformer())
    let first = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: world
    )
    guard case .waiting(let tasks) = try await first.drive() else {
      Issue.record("the run must wait")
      return
    }
    #expect(tasks.map(\.step) == ["review"])
    #expect(tasks.first?.untilMilliseconds == Int64(87_400_000))
    #expect(try store.summary(runID: "r-1").status == .waiting)

    let second = try await RunDriver.resume(runID: "r-1", table, in: world)
    guard case .waiting = try await second.drive() else {
      Issue.record("the run must still wait")
      return
    }
    await #expect(throws: RunFault.self) {
      try await second.answer(step: "review", output: .null, by: "eve", roles: ["guest"])
    }
    await #expect(throws: RunFault.self) {
      try await second.answer(step: "search", output: .null, by: "anna", roles: ["lead"])
    }
    try await second.answer(step: nil, output: .string("send"), by: "anna", roles: ["lead"])
    guard case .ended(let outcome) = try await second.drive() else {
      Issue.record("the run must end")
      return
    }
    #expect(final(outcome) == "done")
    // The driver that was overtaken can no longer write.
    await first.cancel(reason: "late")
    await #expect(throws: RunFault.self) { try await first.drive() }
    guard case .identical = try Replay.verify(store, runID: "r-1", table: table) else {
      Issue.record("the replay must be identical")
      return
    }
  }

  @Test func cancellingEndsTheRun() async throws {
    let table = try #require(HandMadeTable.line(line))
    let performer = CountingPerformer { _ in .never }
    let store = MemoryRunStore()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(store, performer)
    )
    await driver.cancel(reason: "enough")
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "cancelled")
    #expect(try store.summary(runID: "r-1").status == .cancelled)
    #expect(try store.reservations(runID: "r-1").isEmpty)
  }

  @Test func foreignPerformersAreKnownBeforeTheRun() async throws {
    var steps = line
    steps[1].performer.kind = .foreign
    let table = try #require(HandMadeTable.line(steps))
    let findings = Preflight.findings(table, performing: LivePerformer())
    // No endpoint for the services, no such type for the other; the model's provider is missing.
    #expect(findings.count == 3)
    #expect(findings.allSatisfy { $0.code == .performerNotRunnable })
    #expect(Preflight.findings(table, performing: CountingPerformer()).isEmpty)
  }
}
