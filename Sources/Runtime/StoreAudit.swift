import Execution
import Journal
import Source
import Table
import Values

/// What a check of a whole store finds.
public struct StoreAudit: Sendable {
  /// One thing that is wrong.
  public struct Finding: Sendable, Hashable {
    /// The run; nil: it concerns no single one.
    public var runID: String?
    /// In words.
    public var message: String
  }

  /// What is wrong, in order of the runs; at most `Limits.storeFindings`.
  public private(set) var findings: [Finding] = []
  /// Further findings, beyond those.
  public private(set) var furtherCount = 0
  /// Runs looked at.
  public private(set) var runCount = 0
  /// Records read.
  public private(set) var recordCount = 0
  /// Accounts compared.
  public private(set) var accountCount = 0

  private let limits: Limits
  private var tables: [Digest: LinkedTable] = [:]
  private var spent: [String: Int64] = [:]
  private var reservations: [StoredReservation] = []
  /// Whether some run's journal cannot be followed, so that shared accounts are not known.
  private var isIncomplete = false
  private var unreadable: Set<String> = []

  private init(_ limits: Limits) { self.limits = limits }

  /// Whether nothing is wrong.
  public var isSound: Bool { findings.isEmpty }

  /// Reads every run, recomputes it, and holds the ledger against what the journals say.
  ///
  /// One state of the store is read, so that runs may go on meanwhile. O(records).
  public static func check(
    _ store: some AuditableStore,
    limits: Limits = Limits()
  ) throws(StoreError) -> StoreAudit {
    var audit = StoreAudit(limits)
    try store.beginSnapshot()
    defer { store.endSnapshot() }
    for damage in try store.fileDamage() { audit.add(nil, damage) }
    for runID in try store.runIDs() { try audit.check(runID, in: store) }
    try audit.checkLedger(of: store)
    return audit
  }

  private mutating func add(_ runID: String?, _ message: String) {
    guard findings.count < limits.storeFindings else {
      furtherCount += 1
      return
    }
    findings.append(Finding(runID: runID, message: message))
  }

  private mutating func giveUp(_ runID: String, _ message: String) {
    isIncomplete = true
    unreadable.insert(runID)
    add(runID, message)
  }

  // MARK: Runs

  private mutating func check(
    _ runID: String,
    in store: some AuditableStore
  ) throws(StoreError) {
    runCount += 1
    let summary: RunSummary
    let records: [StoredRecord]
    let table: LinkedTable
    do throws(StoreError) {
      summary = try store.summary(runID: runID)
      records = try store.records(runID: runID, from: 1)
      table = try self.table(summary.header.tableDigest, in: store)
    } catch {
      guard !error.isTemporary else { throw error }
      giveUp(runID, error.message)
      return
    }
    recordCount += records.count
    switch Replay.verify(summary, records, table: table) {
    case .different(let difference): giveUp(runID, difference.message)
    case .identical(let replayed):
      follow(summary, records, table)
      let status = RunDriver.status(of: replayed.outcome)
      if replayed.outcome != nil ? summary.status != status : summary.status.isEnd {
        add(runID, "it stands as \(summary.status.name), its journal says \(status.name)")
      }
      if records.isEmpty, summary.header.parent == nil {
        add(runID, "it was created and never started")
      }
    }
    for (kind, digest) in [
      (ArtifactKind.priceBook, summary.header.priceBookDigest),
      (ArtifactKind.sources, summary.header.sourcesDigest),
    ] {
      guard let digest else { continue }
      let bytes = try? store.artifact(kind, digest: digest)
      if bytes.map(Digest.sha256) != digest { add(runID, "its \(kind) were changed or are gone") }
    }
  }

  private mutating func table(
    _ digest: Digest,
    in store: some AuditableStore
  ) throws(StoreError) -> LinkedTable {
    if let known = tables[digest] { return known }
    let table = try PinnedTable.load(digest, from: store, limits: limits)
    tables[digest] = table
    return table
  }

  /// Adds what a sound journal says of its money to the sums.
  private mutating func follow(
    _ summary: RunSummary,
    _ records: [StoredRecord],
    _ table: LinkedTable
  ) {
    var ledger = RunLedger(header: summary.header, table: table.table)
    var state = Executor.start(table)
    for stored in records {
      guard let record = try? JournalRecord(decoding: stored.bytes) else { continue }
      if case .step(let step) = record.body {
        var output = StepOutput()
        Executor.step(table, &state, step.event, &output)
      }
      _ = ledger.follow(record.body, hasEnded: state.outcome != nil)
    }
    for (scope, amount) in ledger.spent {
      spent[scope] = LedgerAccount.sum(spent[scope] ?? 0, amount)
    }
    reservations += ledger.stored(runID: summary.header.runID)
  }

  // MARK: Money

  private mutating func checkLedger(of store: some AuditableStore) throws(StoreError) {
    let stored = try store.allReservations()
    for entry in Set(stored).subtracting(reservations).sorted() {
      if let runID = entry.runID, unreadable.contains(runID) { continue }
      let runID = entry.runID ?? "a run that is not there"
      add(
        entry.runID,
        "\(Messages.dollars(entry.picodollars)) of `\(entry.scope)` are held back for call "
          + "\(entry.effect) of \(runID), and no journal says so"
      )
    }
    for entry in Set(reservations).subtracting(stored).sorted() {
      add(
        entry.runID,
        "\(Messages.dollars(entry.picodollars)) of `\(entry.scope)` for call \(entry.effect) are "
          + "not held back, though it is under way"
      )
    }
    var held: [String: Int64] = [:]
    for entry in stored {
      held[entry.scope] = LedgerAccount.sum(held[entry.scope] ?? 0, entry.picodollars)
    }
    let accounts = try store.accounts()
    accountCount = accounts.count
    for scope in Set(accounts.keys).union(spent.keys).sorted() {
      let account = accounts[scope] ?? LedgerAccount()
      if account.reservedPicodollars != held[scope] ?? 0 {
        add(
          nil,
          "`\(scope)` holds back \(Messages.dollars(account.reservedPicodollars)), its "
            + "reservations are \(Messages.dollars(held[scope] ?? 0))"
        )
      }
      // A journal that cannot be followed may have charged any account.
      guard !isIncomplete, account.spentPicodollars != spent[scope] ?? 0 else { continue }
      add(
        nil,
        "`\(scope)` has spent \(Messages.dollars(account.spentPicodollars)), the journals say "
          + Messages.dollars(spent[scope] ?? 0)
      )
    }
  }
}
