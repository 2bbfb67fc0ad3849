import Journal
import Runtime
import Signalbox
import TestSupport
import Testing

/// What is damaged is said before anything is called.
@Suite struct DamagedRunTests {
  private static let text = """
    signalbox: 1
    name: two
    budget: {hard: $1}
    tools:
      ta: {type: http, effect: write, idempotent: true, cost_per_call: $0.01}
    tasks: [{id: sa, tool: ta, timeout: 1h}, {id: sb, tool: ta, timeout: 1h}]
    """

  private func table() throws -> LinkedTable {
    let source = SourceFile(name: "two.yaml", text: Self.text)
    return try #require(FlowPreparation.prepare(source).table)
  }

  /// A store with a run whose second call is under way.
  private func interrupted(_ folder: TemporaryFolder) async throws -> SQLiteRunStore {
    let store = try SQLiteRunStore(path: folder.path + "/runs.db")
    let table = try table()
    _ = try PinnedTable.put(table, in: store)
    var world = surroundings(
      store,
      CountingPerformer { call in
        call.step == "sa" ? .completed(output: .map([:]), usage: nil) : .awaitsPerson
      }
    )
    world.pricer = CallPricer(prices: .standard)
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map([:]),
      in: world
    )
    _ = try await driver.drive()
    await driver.abandon()
    return store
  }

  /// What was changed in the file behind the program's back, and what is said of it.
  private static let damages = [
    ("DELETE FROM journal WHERE sequence = 2; UPDATE runs SET records = 1", "head"),
    ("DELETE FROM journal WHERE sequence = 2", "records"),
    ("UPDATE runs SET records = 9", "records"),
    ("UPDATE runs SET head = zeroblob(32)", "head"),
    ("UPDATE journal SET bytes = zeroblob(9) WHERE sequence = 2", "bytes"),
    ("DELETE FROM reservations", "ledger"),
    ("UPDATE reservations SET amount = 1", "ledger"),
  ]

  @Test(arguments: damages) func resumeRefuses(change: String, words: String) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try await interrupted(folder)
    #expect(try StoreAudit.check(store).isSound)
    try store.change(change)
    let performer = CountingPerformer()
    let table = try table()
    do throws(RunFault) {
      _ = try await RunDriver.resume(
        runID: "r-1",
        table,
        in: surroundings(store, performer)
      )
      Issue.record("resumed in spite of: \(change)")
    } catch {
      #expect(error.message.contains(words), "\(change): \(error.message)")
    }
    #expect(performer.calls(of: "sa") + performer.calls(of: "sb") == 0)
    #expect(try !StoreAudit.check(store).isSound, "\(change)")
    let isSeen = try store.runs(limit: 1).first?.damage != nil
    #expect(isSeen == (words != "ledger"), "\(change)")
  }

  @Test(
    arguments: [
      "UPDATE accounts SET spent = spent + 1 WHERE scope = 'run:r-1'",
      "UPDATE accounts SET reserved = 0", "DELETE FROM accounts",
      "INSERT INTO reservations VALUES (1, 77, 'run:r-1', 5)",
      "UPDATE runs SET status = 4", "UPDATE runs SET header = zeroblob(3)",
      "UPDATE artifacts SET bytes = zeroblob(3)",
    ]
  )
  func theCheckFinds(change: String) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try await interrupted(folder)
    try store.change(change)
    #expect(try !StoreAudit.check(store).isSound, "\(change)")
  }

  /// A store in use elsewhere costs time, not answers.
  @Test func anAnswerThatArrivedIsKept() async throws {
    let table = try table()
    let store = FailingStore(failsAfter: 1, failures: 5, with: .locked)
    let performer = CountingPerformer { _ in .completed(output: .map([:]), usage: nil) }
    var world = surroundings(store, performer)
    world.clock = SystemClock()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map([:]),
      in: world
    )
    guard case .ended(.success) = try await driver.drive() else {
      Issue.record("the run must succeed")
      return
    }
    #expect(performer.calls(of: "sa") == 1 && performer.calls(of: "sb") == 1)
  }

  /// In vain for ever: the driver gives up, and the run stands as it was.
  @Test func inVainForEver() async throws {
    let table = try table()
    let store = FailingStore(failsAfter: 1, with: .locked)
    let performer = CountingPerformer { _ in .completed(output: .map([:]), usage: nil) }
    var world = surroundings(store, performer)
    world.clock = SystemClock()
    world.limits.heldAnswerMilliseconds = 300
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map([:]),
      in: world
    )
    await #expect(throws: RunFault.self) { try await driver.drive() }
    #expect(try store.summary(runID: "r-1").records == 1)
  }

  @Test func aRunBeginsToExistWithItsInput() async throws {
    let table = try table()
    let store = FailingStore(failsAfter: 0)
    await #expect(throws: RunFault.self) {
      try await RunDriver.start(
        table,
        header: header(table),
        input: .map([:]),
        in: surroundings(store, CountingPerformer())
      )
    }
    #expect(try store.runs(limit: 9).isEmpty)
  }
}
