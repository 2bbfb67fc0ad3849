import Journal
import SQLiteStore
import TestSupport
import Testing
import Values

/// The stores that must behave alike.
enum StoreKind: String, CaseIterable, Sendable {
  case memory
  case sqlite

  func open(in folder: TemporaryFolder) throws -> any RunStore {
    switch self {
    case .memory: MemoryRunStore()
    case .sqlite: try SQLiteRunStore(path: folder.path + "/runs.db")
    }
  }
}

func header(_ runID: String = "r-1") -> RunHeader {
  RunHeader(
    runID: runID,
    flowName: "flow",
    tableDigest: .sha256([1]),
    createdMilliseconds: 1_000
  )
}

func append(
  _ sequence: Int64,
  epoch: Int64,
  bytes: [UInt8]? = nil,
  ledger: [LedgerChange] = [],
  runID: String = "r-1"
) -> JournalAppend {
  JournalAppend(
    runID: runID,
    epoch: epoch,
    record: StoredRecord(sequence: sequence, bytes: bytes ?? [UInt8(sequence)]),
    ledger: ledger,
    status: .running,
    atMilliseconds: 1_000 + sequence
  )
}

@Suite struct RunStoreTests {
  @Test(arguments: StoreKind.allCases) func keepsRecordsInOrder(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    try store.createRun(header())
    let epoch = try store.claim(runID: "r-1", owner: "me", atMilliseconds: 1_000)
    for sequence in Int64(1)...5 { try store.append(append(sequence, epoch: epoch)) }
    #expect(try store.records(runID: "r-1", from: 1).map(\.sequence) == [1, 2, 3, 4, 5])
    #expect(try store.records(runID: "r-1", from: 4).map(\.bytes) == [[4], [5]])
    let summary = try store.summary(runID: "r-1")
    #expect(summary.records == 5)
    #expect(summary.status == .running)
    #expect(summary.head == .sha256([5]))
    #expect(summary.owner == "me")
    #expect(summary.header == header())
  }

  @Test(arguments: StoreKind.allCases) func refusesGapsAndRepetitions(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    try store.createRun(header())
    let epoch = try store.claim(runID: "r-1", owner: "", atMilliseconds: 0)
    #expect(throws: StoreError.self) { try store.append(append(2, epoch: epoch)) }
    try store.append(append(1, epoch: epoch))
    #expect(throws: StoreError.self) { try store.append(append(1, epoch: epoch)) }
    #expect(try store.summary(runID: "r-1").records == 1)
  }

  @Test(arguments: StoreKind.allCases) func fencesOlderOwners(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    try store.createRun(header())
    let first = try store.claim(runID: "r-1", owner: "a", atMilliseconds: 0)
    try store.append(append(1, epoch: first))
    let second = try store.claim(runID: "r-1", owner: "b", atMilliseconds: 0)
    #expect(second > first)
    #expect(throws: StoreError.staleOwner(runID: "r-1")) {
      try store.append(append(2, epoch: first))
    }
    #expect(throws: StoreError.staleOwner(runID: "r-1")) {
      try store.setStatus(.waiting, runID: "r-1", epoch: first, atMilliseconds: 0)
    }
    try store.append(append(2, epoch: second))
    #expect(try store.records(runID: "r-1", from: 1).count == 2)
  }

  @Test(arguments: StoreKind.allCases) func keepsArtifacts(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    let digest = Digest.sha256([9])
    try store.putArtifact(.table, digest: digest, bytes: [9])
    try store.putArtifact(.table, digest: digest, bytes: [9])
    #expect(try store.artifact(.table, digest: digest) == [9])
    #expect(throws: StoreError.self) { try store.artifact(.sources, digest: digest) }
    try store.putArtifact(.sources, digest: .sha256([]), bytes: [])
    #expect(try store.artifact(.sources, digest: .sha256([])).isEmpty)
  }

  @Test(arguments: StoreKind.allCases) func refusesUnknownAndDoubleRuns(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    #expect(throws: StoreError.notFound("run `r-9`")) { try store.summary(runID: "r-9") }
    #expect(throws: StoreError.notFound("run `r-9`")) {
      try store.claim(runID: "r-9", owner: "", atMilliseconds: 0)
    }
    #expect(throws: StoreError.notFound("run `r-9`")) {
      try store.records(runID: "r-9", from: 1)
    }
    try store.createRun(header())
    #expect(throws: StoreError.exists("run `r-1`")) { try store.createRun(header()) }
    try store.createRun(header("r-2"))
    #expect(try store.runs(limit: 9).map(\.header.runID) == ["r-2", "r-1"])
    #expect(try store.runs(limit: 1).map(\.header.runID) == ["r-2"])
  }

  @Test(arguments: StoreKind.allCases) func keepsTheLedger(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    try store.createRun(header())
    let epoch = try store.claim(runID: "r-1", owner: "", atMilliseconds: 0)
    let limits = [
      LedgerLimit(scope: "run:r-1", limitPicodollars: 100),
      LedgerLimit(scope: "day", limitPicodollars: -1),
    ]
    try store.append(
      append(
        1,
        epoch: epoch,
        ledger: [.reserve(effect: 1, picodollars: 60, limits: limits)]
      )
    )
    #expect(
      try store.account(scope: "run:r-1")
        == LedgerAccount(spentPicodollars: 0, reservedPicodollars: 60)
    )
    #expect(try store.reservations(runID: "r-1") == [1: 60])
    // A second call of 41 would pass the limit: nothing of its transaction may remain.
    let tooMuch = append(
      2,
      epoch: epoch,
      ledger: [
        .reserve(effect: 2, picodollars: 1, limits: limits),
        .reserve(effect: 3, picodollars: 41, limits: limits),
      ]
    )
    #expect {
      try store.append(tooMuch)
    } throws: { error in
      guard case .overLimit(let shortage)? = error as? StoreError else { return false }
      return shortage.effect == 3 && shortage.scope == "run:r-1"
    }
    #expect(try store.summary(runID: "r-1").records == 1)
    #expect(try store.reservations(runID: "r-1") == [1: 60])
    try store.append(append(2, epoch: epoch, ledger: [.settle(effect: 1, picodollars: 25)]))
    #expect(try store.account(scope: "day") == LedgerAccount(spentPicodollars: 25))
    try store.append(
      append(
        3,
        epoch: epoch,
        ledger: [
          .reserve(effect: 4, picodollars: 75, limits: limits), .release(effect: 4),
          .settle(effect: 9, picodollars: 5),
        ]
      )
    )
    #expect(try store.account(scope: "run:r-1") == LedgerAccount(spentPicodollars: 25))
    #expect(try store.account(scope: "never used") == LedgerAccount())
  }

  @Test(arguments: StoreKind.allCases) func reservationsNeverWrap(_ kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    try store.createRun(header())
    let epoch = try store.claim(runID: "r-1", owner: "", atMilliseconds: 0)
    let limits = [LedgerLimit(scope: "run:r-1", limitPicodollars: .max - 1)]
    try store.append(
      append(1, epoch: epoch, ledger: [.reserve(effect: 1, picodollars: 9, limits: limits)])
    )
    #expect(throws: StoreError.self) {
      try store.append(
        append(
          2,
          epoch: epoch,
          ledger: [.reserve(effect: 2, picodollars: .max, limits: limits)]
        )
      )
    }
  }
}

@Suite struct SQLiteStoreTests {
  /// Another process holds the store: it is waited for, and given up when the time is up.
  @Test func waitsForWhoeverWrites() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let path = folder.path + "/runs.db"
    let holder = try SQLiteRunStore(path: path)
    let patient = try SQLiteRunStore(path: path)
    let hurried = try SQLiteRunStore(path: path, waitMilliseconds: 20)
    try holder.change("BEGIN IMMEDIATE")
    #expect(throws: StoreError.locked) { try hurried.createRun(header("r-1")) }
    async let created: Void = Task.detached { try patient.createRun(header("r-2")) }.value
    try await Task.sleep(for: .milliseconds(100))
    try holder.change("COMMIT")
    try await created
    try hurried.createRun(header("r-3"))
    #expect(try holder.runs(limit: 9).map(\.header.runID) == ["r-3", "r-2"])
  }

  @Test func manyWritersMissNothing() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let path = folder.path + "/runs.db"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<20 {
        group.addTask {
          let store = try SQLiteRunStore(path: path)
          for number in 0..<10 { try store.createRun(header("r-\(writer)-\(number)")) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try SQLiteRunStore(path: path).runs(limit: 1_000).count == 200)
  }

  @Test(arguments: StoreKind.allCases) func createsARunWithItsFirstRecord(
    _ kind: StoreKind
  ) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try kind.open(in: folder)
    var first = append(1, epoch: 1)
    first.creation = RunCreation(header: header(), owner: "me")
    try store.append(first)
    let summary = try store.summary(runID: "r-1")
    #expect(summary.records == 1 && summary.epoch == 1 && summary.owner == "me")
    #expect(throws: StoreError.exists("run `r-1`")) { try store.append(first) }
    var refused = append(
      1,
      epoch: 1,
      ledger: [
        .reserve(
          effect: 1,
          picodollars: 2,
          limits: [LedgerLimit(scope: "s", limitPicodollars: 1)]
        )
      ],
      runID: "r-2"
    )
    refused.creation = RunCreation(header: header("r-2"), owner: "me")
    #expect(throws: StoreError.self) { try store.append(refused) }
    #expect(throws: StoreError.notFound("run `r-2`")) { try store.summary(runID: "r-2") }
  }

  @Test func survivesReopening() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let path = folder.path + "/runs.db"
    do {
      let store = try SQLiteRunStore(path: path)
      try store.createRun(header())
      let epoch = try store.claim(runID: "r-1", owner: "", atMilliseconds: 0)
      try store.append(append(1, epoch: epoch))
    }
    let store = try SQLiteRunStore(path: path)
    #expect(try store.records(runID: "r-1", from: 1).count == 1)
    #expect(try store.summary(runID: "r-1").epoch == 1)
  }

  @Test func theFileIsItsOwnersAlone() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let store = try SQLiteRunStore(path: folder.path + "/runs.db")
    try store.createRun(header())
    #expect(folder.permissions(of: "runs.db") == 0o600)
  }

  @Test func refusesOtherFiles() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let path = folder.path + "/other"
    try folder.write("other", String(repeating: "no database at all\n", count: 20))
    #expect(throws: StoreError.notADatabase) { _ = try SQLiteRunStore(path: path) }
    #expect(throws: StoreError.self) {
      _ = try SQLiteRunStore(path: folder.path + "/no/such/folder/runs.db")
    }
  }

  @Test func twoConnectionsSeeEachOther() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let path = folder.path + "/runs.db"
    let first = try SQLiteRunStore(path: path)
    let second = try SQLiteRunStore(path: path)
    try first.createRun(header())
    let old = try first.claim(runID: "r-1", owner: "", atMilliseconds: 0)
    let new = try second.claim(runID: "r-1", owner: "", atMilliseconds: 0)
    #expect(throws: StoreError.staleOwner(runID: "r-1")) {
      try first.append(append(1, epoch: old))
    }
    try second.append(append(1, epoch: new))
    #expect(try first.records(runID: "r-1", from: 1).count == 1)
  }

  @Test func aFullStoreLosesNothingAndGoesOnLater() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove("other") }
    let path = folder.path + "/runs.db"
    var accepted: Int64 = 0
    var epoch: Int64 = 0
    do {
      let store = try SQLiteRunStore(path: path)
      try store.createRun(header())
      epoch = try store.claim(runID: "r-1", owner: "", atMilliseconds: 0)
      try store.limitSize(pages: 40)
      let bytes = [UInt8](repeating: 7, count: 8_000)
      var failure: StoreError?
      while failure == nil, accepted < 1_000 {
        do throws(StoreError) {
          try store.append(append(accepted + 1, epoch: epoch, bytes: bytes))
          accepted += 1
        } catch {
          failure = error
        }
      }
      #expect(failure == .diskFull)
      #expect(accepted > 2)
    }
    let store = try SQLiteRunStore(path: path)
    #expect(try store.records(runID: "r-1", from: 1).count == Int(accepted))
    try store.append(append(accepted + 1, epoch: epoch))
    #expect(try store.summary(runID: "r-1").records == accepted + 1)
  }
}
