import Execution
import Glibc
import Journal
import Runtime
import SQLiteStore
import Table
import TestSupport
import Testing
import Values

/// One run has one driver.
@Suite struct OwnerTests {
  private let steps = [
    HandMadeTable.Step(name: "send", performer: HandMadeTable.tool("send", isWrite: false))
  ]

  @Test func twoDriversOverOneFileDoNotBothWrite() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let table = try #require(HandMadeTable.line(steps))
    let first = try SQLiteRunStore(path: folder.path + "/runs.db")
    let second = try SQLiteRunStore(path: folder.path + "/runs.db")
    let old = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(first, CountingPerformer())
    )
    let new = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: surroundings(second, CountingPerformer())
    )
    _ = try await new.drive()
    await #expect {
      _ = try await old.drive()
    } throws: { error in
      guard case .store(.staleOwner)? = error as? RunFault else { return false }
      return true
    }
    #expect(try first.summary(runID: "r-1").status == .succeeded)
    guard case .identical = try Replay.verify(first, runID: "r-1", table: table) else {
      Issue.record("the journal must be whole")
      return
    }
  }

  @Test func aRunOfALivingProcessIsNotTakenOver() async throws {
    let table = try #require(HandMadeTable.line(steps))
    let store = MemoryRunStore()
    _ = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(store, CountingPerformer { _ in .never })
    )
    // As if process 1, which always runs, had claimed it; its start is the machine's.
    let mine = try store.summary(runID: "r-1").owner
    let parts = mine.split(separator: "/")
    #expect(parts.count == 3)
    #expect(parts.first.map(String.init) == "\(getpid())")
    _ = try store.claim(
      runID: "r-1",
      owner: "\(getpid())/0/\(parts.last ?? "")",
      atMilliseconds: 0
    )
    // The same number with another start is a process that has ended: the run is free.
    let driver = try await RunDriver.resume(
      runID: "r-1",
      table,
      in: surroundings(store, CountingPerformer())
    )
    _ = try await driver.drive()
    #expect(final(await driver.state.outcome) == "done")
  }
}
