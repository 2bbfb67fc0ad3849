import Execution
import Journal
import Runtime
import Table
import Testing
import Values

/// Replay names the first difference between a journal and its recomputation.
@Suite struct ReplayTests {
  private struct Recording {
    var table: LinkedTable
    var summary: RunSummary
    var records: [StoredRecord]
  }

  private func recording() async throws -> Recording {
    let table = try #require(
      HandMadeTable.line(
        ["a", "b", "c"].map {
          HandMadeTable.Step(name: $0, performer: HandMadeTable.tool($0, isWrite: false))
        }
      )
    )
    let store = MemoryRunStore()
    let driver = try await RunDriver.start(
      table,
      header: header(table),
      input: .map(ValueMap()),
      in: surroundings(store, CountingPerformer())
    )
    _ = try await driver.drive()
    return Recording(
      table: table,
      summary: try store.summary(runID: "r-1"),
      records: try store.records(runID: "r-1", from: 1)
    )
  }

  /// Edits record `number`; `rehashes` makes the chain whole again, as somebody who knows it would.
  private func difference(
    in recording: Recording,
    editing number: Int,
    rehashes: Bool,
    _ edit: (inout JournalRecord.Step) -> Void
  ) throws -> ReplayDifference? {
    var records = recording.records
    var summary = recording.summary
    var record = try JournalRecord(decoding: records[number - 1].bytes)
    guard case .step(var step) = record.body else { return nil }
    edit(&step)
    record.body = .step(step)
    records[number - 1] = StoredRecord(
      sequence: record.sequence,
      bytes: record.encoded(),
      hash: rehashes ? nil : records[number - 1].hash
    )
    if rehashes {
      for index in number..<records.count {
        var next = try JournalRecord(decoding: records[index].bytes)
        next.previousHash = records[index - 1].hash
        records[index] = StoredRecord(next)
      }
      summary.head = records[records.count - 1].hash
    }
    guard case .different(let difference) = Replay.verify(summary, records, table: recording.table)
    else { return nil }
    return difference
  }

  @Test(arguments: [false, true]) func namesAnEditedRow(_ rehashes: Bool) async throws {
    let recording = try await recording()
    let found = try #require(
      try difference(in: recording, editing: 3, rehashes: rehashes) { step in
        for (index, entry) in step.trace.enumerated() {
          if case .took(_, let frame) = entry { step.trace[index] = .took(row: 3, frame: frame) }
        }
      }
    )
    #expect(found.record == 3)
    #expect(found.kind == .rows)
    #expect(found.isChainBroken == !rehashes)
    #expect(found.recorded == "row 3: `b` to `lost`")
    #expect(found.recomputed == "row 2: `b` to `c`")
  }

  @Test(arguments: [false, true]) func namesAnEditedResult(_ rehashes: Bool) async throws {
    let recording = try await recording()
    let found = try #require(
      try difference(in: recording, editing: 2, rehashes: rehashes) { step in
        guard case .completed(let effect, _, let usage, _) = step.event.kind else { return }
        step.event.kind = .completed(
          effect: effect,
          output: .string("forged"),
          usage: usage,
          costPicodollars: 7
        )
      }
    )
    #expect(found.record == 2)
    #expect(found.kind == .state)
    #expect(found.isChainBroken == !rehashes)
    #expect(found.message.contains("the answer of call 1"))
  }

  @Test func namesAChangedIntentAndAChangedOrigin() async throws {
    let recording = try await recording()
    let intent = try difference(in: recording, editing: 1, rehashes: true) { step in
      step.intents.removeAll()
    }
    #expect(intent?.kind == .intents)
    let origin = try difference(in: recording, editing: 2, rehashes: false) { step in
      step.origin = "somebody else"
    }
    #expect(origin?.kind == .bytes)
    #expect(origin?.record == 2)
  }

  @Test func namesMissingAndSwappedRecords() async throws {
    let recording = try await recording()
    func verdict(_ records: [StoredRecord]) -> ReplayDifference? {
      if case .different(let difference) = Replay.verify(
        recording.summary,
        records,
        table: recording.table
      ) {
        return difference
      }
      return nil
    }
    #expect(verdict(recording.records) == nil)
    #expect(verdict(Array(recording.records.dropLast()))?.kind == .end)
    #expect(verdict(Array(recording.records.dropFirst()))?.kind == .order)
    var swapped = recording.records
    swapped.swapAt(1, 2)
    #expect(verdict(swapped)?.kind == .order)
    #expect(verdict(swapped)?.record == 2)
    var damaged = recording.records
    damaged[2].bytes = [1, 2, 3]
    #expect(verdict(damaged)?.kind == .form)
    #expect(verdict(damaged)?.record == 3)
  }

  @Test func tablesAreKeptByDigestAndRefusedWhenChanged() async throws {
    let recording = try await recording()
    let store = MemoryRunStore()
    let digest = try PinnedTable.put(recording.table, in: store)
    #expect(digest == recording.table.table.digest)
    let again = try PinnedTable.load(digest, from: store)
    #expect(again.table.digest == digest)
    try store.putArtifact(.table, digest: .sha256([1]), bytes: [1, 2])
    #expect(throws: StoreError.self) { _ = try PinnedTable.load(.sha256([1]), from: store) }
    #expect(throws: StoreError.self) { _ = try PinnedTable.load(.sha256([2]), from: store) }
  }
}
