import Execution
import Journal
import Runtime
import SQLiteStore
import Signalbox
import Source
import Table
import TestSupport
import Testing
import Values

/// Detached flows: runs of their own that another run starts.
@Suite struct ChildRunTests {
  private static let flow = """
    signalbox: 1
    name: shop
    input: {order: {type: string}}
    budget: {hard: $0.05}
    timeout: 1h
    agents:
      clerk: {type: scripted, timeout: 10s, cost_per_call: $0.01, output: {v: {type: integer}}}
    tools:
      pack: {type: http, effect: write, timeout: 10s, input: {order: {type: string}}}
    tasks:
      - {id: greet, agent: clerk, with: {order: "{{ input.order }}"}, timeout: 10s}
      - {id: notify, flow: deliver, with: {order: "{{ input.order }}"}}
      - {id: thank, agent: clerk, with: {order: "{{ notify.run }}"}, timeout: 10s}
    flows:
      deliver:
        detach: true
        input: {order: {type: string, maxLength: 10}}
        timeout: 1h
        tasks:
          - {id: look, agent: clerk, with: {order: "{{ input.order }}"}, timeout: 10s}
          - {id: send, tool: pack, with: {order: "{{ input.order }}"}, timeout: 10s}
    """

  private func table(_ text: String = flow) throws -> LinkedTable {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    return try #require(prepared.table, "\(prepared.diagnostics.map(\.message))")
  }

  private func performer() -> CountingPerformer {
    CountingPerformer { call in
      .later(
        afterMilliseconds: 1_000,
        .completed(output: .map(["v": .int(1)]), usage: nil, costPicodollars: 10_000_000_000)
      )
    }
  }

  private func world(
    _ store: any RunStore,
    _ performer: CountingPerformer,
    _ clock: VirtualClock = VirtualClock(startMilliseconds: 1_000_000)
  ) -> RunSurroundings {
    var world = surroundings(store, performer, clock: clock)
    world.pricer = .declaredOnly
    return world
  }

  private let input = Value.map(["order": .string("o-1")])

  @Test("a detached flow is a run of its own") func startsAChild() async throws {
    let table = try table()
    let store = MemoryRunStore()
    let performer = performer()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: input,
      in: world(store, performer)
    )
    guard case .ended(.success) = try await driver.drive() else {
      Issue.record("the caller must end")
      return
    }
    let children = await driver.driveChildren()
    #expect(children.count == 1)
    guard case .ended(.success) = children.first?.pause else {
      Issue.record("the child must end")
      return
    }
    let childID = try #require(children.first?.runID)
    let summary = try store.summary(runID: childID)
    #expect(summary.header.parent == "r-1")
    #expect(summary.header.flowName == "shop.deliver")
    #expect(summary.header.tableDigest != table.table.digest)
    #expect(summary.status == .succeeded)
    #expect(performer.calls(of: "look") == 1)
    #expect(performer.calls(of: "send") == 1)
    // Two calls of the caller, two of the child; those count against the caller's budget as well.
    let cent: Int64 = 10_000_000_000
    #expect(try store.account(scope: "run:r-1").spentPicodollars == 4 * cent)
    #expect(try store.account(scope: "run:\(childID)").spentPicodollars == 2 * cent)
    let report = try RunReplay.verify(store, runID: "r-1", table: table)
    #expect(report.childCount == 1)
    guard case .identical = report.verdict else {
      Issue.record("the replay must be identical")
      return
    }
  }

  @Test("the caller does not wait, and its cancellation leaves the child alone")
  func cancelledCaller() async throws {
    let table = try table()
    let store = MemoryRunStore()
    let performer = CountingPerformer { call in
      call.step == "thank"
        ? .later(afterMilliseconds: 100_000, .failed(.unavailable, message: "", wasSent: false))
        : .completed(output: .map(["v": .int(1)]), usage: nil, costPicodollars: 0)
    }
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: input,
      in: world(store, performer)
    )
    await driver.cancel(reason: "enough")
    guard case .ended(.cancelled) = try await driver.drive() else {
      Issue.record("the caller must be cancelled")
      return
    }
    for child in await driver.driveChildren() {
      guard case .ended(.success) = child.pause else {
        Issue.record("the child must end by itself")
        return
      }
    }
  }

  @Test("an input that does not fit fails the step that starts it") func refusedInput() async throws
  {
    let table = try table()
    let store = MemoryRunStore()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(["order": .string("longer than ten")]),
      in: world(store, performer())
    )
    guard case .ended(.failure(_, let error, _)) = try await driver.drive() else {
      Issue.record("the run must fail")
      return
    }
    #expect(error?.kind == .inputRejected)
    #expect(error?.step == "notify")
    #expect(try store.runs(limit: 9).count == 1)
  }

  @Test("a child finds no room in what its caller's budget has left") func callersBudget()
    async throws
  {
    let table = try table(
      Self.flow.replacing("hard: $0.05", with: "hard: $0.02")
    )
    let store = MemoryRunStore()
    let performer = performer()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: input,
      in: world(store, performer)
    )
    _ = try await driver.drive()
    let children = await driver.driveChildren()
    // `greet` and whoever comes first of `look` and `thank` are all that two cents pay.
    #expect(performer.calls(of: "look") + performer.calls(of: "thank") == 1)
    #expect(children.count == 1)
    #expect(try store.account(scope: "run:r-1").spentPicodollars <= 20_000_000_000)
    #expect(try store.account(scope: "run:r-1").reservedPicodollars == 0)
  }

  @Test("after a crash at any record both runs end, each step once", arguments: 1..<9)
  func crash(_ appends: Int) async throws {
    let table = try table()
    let store = FailingStore(failsAfter: appends)
    let performer = performer()
    let clock = VirtualClock(startMilliseconds: 1_000_000)
    if let driver = try? await RunDriver.start(
      table,
      header: header(table),
      input: input,
      in: world(store, performer, clock)
    ) {
      _ = try? await driver.drive()
      _ = await driver.driveChildren()
    }
    store.mend()
    guard try store.summary(runID: "r-1").records > 0 else { return }
    let again = self.performer()
    let driver = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: world(store, again, clock)
    )
    let pause = try await driver.drive()
    let children = await driver.driveChildren()
    guard case .ended(.success) = pause else {
      Issue.record("the caller must end: \(pause)")
      return
    }
    let started = try store.runs(limit: 9).filter { $0.header.parent == "r-1" }
    #expect(started.count == 1)
    guard let child = started.first else { return }
    if child.status == .undecided {
      // The write of `send` was under way.
      #expect(children.count == 1)
      return
    }
    #expect(child.status == .succeeded)
    #expect(try store.reservations(runID: child.header.runID).isEmpty)
    #expect(try store.account(scope: "run:r-1").reservedPicodollars == 0)
    guard case .identical = try RunReplay.verify(store, runID: "r-1", table: table).verdict else {
      Issue.record("the replay must be identical")
      return
    }
  }

  @Test("a child that was created and never started begins by its own id") func resumesByItself()
    async throws
  {
    let table = try table()
    let store = MemoryRunStore()
    let performer = performer()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: input,
      in: world(store, performer)
    )
    // With a virtual clock children only run while their caller is driven; the run ends before.
    await driver.cancel(reason: "not now")
    _ = try await driver.drive()
    let child = try #require(table.children.values.first)
    let created = try store.runs(limit: 9).first { $0.header.parent == "r-1" }
    guard let created else { return }
    let own = try await RunDriver.resume(
      runID: created.header.runID,
      child,
      in: world(store, performer)
    )
    guard case .ended(.success) = try await own.drive() else {
      Issue.record("the child must end")
      return
    }
  }

  @Test("a child whose journal was changed is found by its caller's replay") func changedChild()
    async throws
  {
    let table = try table()
    let store = MemoryRunStore()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: input,
      in: world(store, performer())
    )
    _ = try await driver.drive()
    let childID = try #require(await driver.driveChildren().first?.runID)
    // Another child under the same name: its start is not what the caller asked for.
    let other = MemoryRunStore()
    for run in try store.runs(limit: 9).reversed() {
      try other.createRun(run.header)
      let epoch = try other.claim(runID: run.header.runID, owner: "", atMilliseconds: 0)
      let records = try store.records(runID: run.header.runID, from: 1)
      for record in run.header.runID == childID ? records.dropLast() : records[...] {
        try other.append(
          JournalAppend(
            runID: run.header.runID,
            epoch: epoch,
            record: record,
            ledger: [],
            status: run.status,
            atMilliseconds: 0
          )
        )
      }
    }
    for child in table.children.values { _ = try PinnedTable.put(child, in: other) }
    guard case .identical = try RunReplay.verify(other, runID: "r-1", table: table).verdict else {
      Issue.record("a shorter journal of a detached run is one that goes on")
      return
    }
    let empty = MemoryRunStore()
    try empty.createRun(header(table))
    let epoch = try empty.claim(runID: "r-1", owner: "", atMilliseconds: 0)
    for record in try store.records(runID: "r-1", from: 1) {
      try empty.append(
        JournalAppend(
          runID: "r-1",
          epoch: epoch,
          record: record,
          ledger: [],
          status: .succeeded,
          atMilliseconds: 0
        )
      )
    }
    #expect(throws: StoreError.self) {
      try RunReplay.verify(empty, runID: "r-1", table: table)
    }
    var stranger = try store.summary(runID: childID).header
    stranger.parent = "r-2"
    try empty.createRun(stranger)
    let report = try RunReplay.verify(empty, runID: "r-1", table: table)
    guard case .different(let difference) = report.verdict else {
      Issue.record("a run of somebody else is no child")
      return
    }
    #expect(difference.kind == .child)
    #expect(report.childID == childID)
  }

  @Test("a child is created with its caller's record or not at all") func oneTransaction() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let stores: [any RunStore] = [
      MemoryRunStore(), try SQLiteRunStore(path: folder.path + "/runs.db"),
    ]
    for store in stores {
      let table = try table()
      try store.createRun(header(table))
      let epoch = try store.claim(runID: "r-1", owner: "", atMilliseconds: 0)
      var child = header(table, "r-1.1")
      child.parent = "r-1"
      child.budgets = [BudgetScope(name: "run:r-1", period: .day, limitPicodollars: 7)]
      func append(_ sequence: Int64, _ ledger: [LedgerChange]) throws {
        var append = JournalAppend(
          runID: "r-1",
          epoch: epoch,
          record: StoredRecord(sequence: sequence, bytes: [1]),
          ledger: ledger,
          status: .running,
          atMilliseconds: 0
        )
        append.children = [child]
        try store.append(append)
      }
      let limits = [LedgerLimit(scope: "run:r-1", limitPicodollars: 5)]
      #expect(throws: StoreError.self) {
        try append(1, [.reserve(effect: 1, picodollars: 6, limits: limits)])
      }
      #expect(throws: StoreError.self) { try store.summary(runID: "r-1.1") }
      try append(1, [.reserve(effect: 1, picodollars: 5, limits: limits)])
      #expect(try store.summary(runID: "r-1.1").header == child)
      #expect(throws: StoreError.self) { try append(2, []) }
      #expect(try store.summary(runID: "r-1").records == 1)
    }
  }
}
