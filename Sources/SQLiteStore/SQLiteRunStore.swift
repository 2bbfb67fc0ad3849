import Execution
import Journal
import Source
import Synchronization
import Values

/// A store of runs in one SQLite file: write-ahead log, every transaction synced.
///
/// Several processes may open the same file; a run is driven by the one that claimed it last.
public final class SQLiteRunStore: AuditableStore {
  let handle: SQLiteHandle
  private let waitMilliseconds: Int64
  private let lock = Mutex(())

  /// Opens or creates the store at `path`.
  ///
  /// A store that another process is writing to is waited for, here and in every later call, at
  /// most `waitMilliseconds`; then it is `locked`.
  public init(
    path: String,
    waitMilliseconds: Int64 = Limits().storeWaitMilliseconds
  ) throws(StoreError) {
    self.waitMilliseconds = waitMilliseconds
    handle = try Self.patiently(waitMilliseconds) { () throws(StoreError) in
      let handle = try SQLiteHandle(path: path)
      try SQLiteSchema.prepare(handle)
      return handle
    }
  }

  /// Does what `body` does, again and again while others hold the store, until the time is up.
  private static func patiently<Result>(
    _ milliseconds: Int64,
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    var patience = StorePatience(milliseconds: milliseconds)
    while true {
      do throws(StoreError) {
        return try body()
      } catch {
        guard case .locked = error, patience.wait() else { throw error }
      }
    }
  }

  /// Limits the file to `pages` pages of 4 KiB, beyond which it counts as a full disk.
  package func limitSize(pages: Int) throws(StoreError) {
    try handle.query("PRAGMA max_page_count = \(pages)", []) { _ in () }
  }

  /// Runs `body` with the connection to itself; while it waits for other processes, other threads
  /// have their turn.
  func alone<Result: Sendable>(
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try Self.patiently(waitMilliseconds) { () throws(StoreError) in
      let outcome: Swift.Result<Result, StoreError> = lock.withLock { _ in
        do throws(StoreError) { return .success(try body()) } catch { return .failure(error) }
      }
      return try outcome.get()
    }
  }

  /// Runs `body` as one durable transaction that no other process can interleave with.
  private func transaction<Result: Sendable>(
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try alone { () throws(StoreError) in
      try handle.run("BEGIN IMMEDIATE")
      do throws(StoreError) {
        let result = try body()
        try handle.run("COMMIT")
        return result
      } catch {
        // After some failures SQLite has rolled back by itself, and this one says so in vain.
        _ = try? handle.run("ROLLBACK")
        throw error
      }
    }
  }

  /// Keeps `bytes` under their digest; storing the same again changes nothing.
  public func putArtifact(
    _ kind: ArtifactKind,
    digest: Digest,
    bytes: [UInt8]
  ) throws(StoreError) {
    _ = try alone { () throws(StoreError) in
      try handle.run(
        "INSERT OR IGNORE INTO artifacts (kind, digest, bytes) VALUES (?, ?, ?)",
        [.integer(Int64(kind.rawValue)), .blob(digest.bytes), .blob(bytes)]
      )
    }
  }

  /// The bytes kept under a digest.
  public func artifact(_ kind: ArtifactKind, digest: Digest) throws(StoreError) -> [UInt8] {
    try alone { () throws(StoreError) in
      let rows = try handle.query(
        "SELECT bytes FROM artifacts WHERE kind = ? AND digest = ?",
        [.integer(Int64(kind.rawValue)), .blob(digest.bytes)]
      ) { $0.blob(0) }
      guard let bytes = rows.first else { throw .notFound("artifact `\(digest.hex)`") }
      return bytes
    }
  }

  /// Creates a run without records.
  public func createRun(_ header: RunHeader) throws(StoreError) {
    try transaction { () throws(StoreError) in try insert(header) }
  }

  private func insert(
    _ header: RunHeader,
    epoch: Int64 = 0,
    owner: String = ""
  ) throws(StoreError) {
    let known = try handle.query("SELECT number FROM runs WHERE id = ?", [.text(header.runID)]) {
      $0.integer(0)
    }
    guard known.isEmpty else { throw .exists("run `\(header.runID)`") }
    try handle.run(
      """
      INSERT INTO runs (id, header, status, records, head, epoch, owner, updated)
      VALUES (?, ?, ?, 0, ?, ?, ?, ?)
      """,
      [
        .text(header.runID), .blob(header.encoded()),
        .integer(Int64(RunStatus.created.rawValue)), .blob(header.anchor.bytes), .integer(epoch),
        .text(owner), .integer(header.createdMilliseconds),
      ]
    )
  }

  /// Makes the caller the run's owner and returns its epoch, higher than every earlier one.
  public func claim(
    runID: String,
    owner: String,
    atMilliseconds: Int64
  ) throws(StoreError) -> Int64 {
    try transaction { () throws(StoreError) in
      let rows = try handle.query(
        "UPDATE runs SET epoch = epoch + 1, owner = ?, updated = ? WHERE id = ? RETURNING epoch",
        [.text(owner), .integer(atMilliseconds), .text(runID)]
      ) { $0.integer(0) }
      guard let epoch = rows.first else { throw .notFound("run `\(runID)`") }
      return epoch
    }
  }

  /// Appends a record; refused unless the epoch is the latest and the sequence the next.
  public func append(_ append: JournalAppend) throws(StoreError) {
    try transaction { () throws(StoreError) in
      if let creation = append.creation {
        try insert(creation.header, epoch: append.epoch, owner: creation.owner)
      }
      let rows = try handle.query(
        "SELECT number, epoch, records FROM runs WHERE id = ?",
        [.text(append.runID)]
      ) { ($0.integer(0), $0.integer(1), $0.integer(2)) }
      guard let (run, epoch, records) = rows.first else {
        throw .notFound("run `\(append.runID)`")
      }
      guard epoch == append.epoch, records + 1 == append.record.sequence else {
        throw .staleOwner(runID: append.runID)
      }
      for header in append.children { try insert(header) }
      for change in append.ledger { try apply(change, run: run) }
      try handle.run(
        "INSERT INTO journal (run, sequence, hash, bytes) VALUES (?, ?, ?, ?)",
        [
          .integer(run), .integer(append.record.sequence), .blob(append.record.hash.bytes),
          .blob(append.record.bytes),
        ]
      )
      try handle.run(
        "UPDATE runs SET records = ?, head = ?, status = ?, updated = ? WHERE number = ?",
        [
          .integer(append.record.sequence), .blob(append.record.hash.bytes),
          .integer(Int64(append.status.rawValue)), .integer(append.atMilliseconds), .integer(run),
        ]
      )
    }
  }

  /// Sets how a run stands without a record; refused unless the epoch is the latest.
  public func setStatus(
    _ status: RunStatus,
    runID: String,
    epoch: Int64,
    atMilliseconds: Int64
  ) throws(StoreError) {
    try transaction { () throws(StoreError) in
      let rows = try handle.query("SELECT epoch FROM runs WHERE id = ?", [.text(runID)]) {
        $0.integer(0)
      }
      guard let latest = rows.first else { throw .notFound("run `\(runID)`") }
      guard latest == epoch else { throw .staleOwner(runID: runID) }
      try handle.run(
        "UPDATE runs SET status = ?, updated = ? WHERE id = ?",
        [.integer(Int64(status.rawValue)), .integer(atMilliseconds), .text(runID)]
      )
    }
  }

  /// The records from `sequence` on, in order.
  public func records(
    runID: String,
    from sequence: Int64
  ) throws(StoreError) -> [StoredRecord] {
    try alone { () throws(StoreError) in
      let run = try number(of: runID)
      let rows = try handle.query(
        "SELECT sequence, hash, bytes FROM journal WHERE run = ? AND sequence >= ? "
          + "ORDER BY sequence",
        [.integer(run), .integer(sequence)]
      ) { ($0.integer(0), $0.blob(1), $0.blob(2)) }
      var records: [StoredRecord] = []
      for (sequence, hash, bytes) in rows {
        guard let digest = Digest(bytes: hash) else {
          throw .corrupt("record \(sequence) of run `\(runID)` has no hash")
        }
        records.append(StoredRecord(sequence: sequence, bytes: bytes, hash: digest))
      }
      return records
    }
  }

  private func number(of runID: String) throws(StoreError) -> Int64 {
    let rows = try handle.query("SELECT number FROM runs WHERE id = ?", [.text(runID)]) {
      $0.integer(0)
    }
    guard let number = rows.first else { throw .notFound("run `\(runID)`") }
    return number
  }

  /// How one run stands.
  public func summary(runID: String) throws(StoreError) -> RunSummary {
    let rows = try summaries(where: "id = ?", [.text(runID)])
    guard let summary = rows.first else { throw .notFound("run `\(runID)`") }
    return summary
  }

  /// The latest runs, newest first, at most `limit`; damaged ones say so.
  public func runs(limit: Int) throws(StoreError) -> [RunSummary] {
    try summaries(
      where: "1 ORDER BY number DESC LIMIT ?",
      [.integer(Int64(max(0, limit)))],
      toleratesDamage: true
    )
  }

  private func summaries(
    where condition: String,
    _ parameters: [SQLiteValue],
    toleratesDamage: Bool = false
  ) throws(StoreError) -> [RunSummary] {
    try alone { () throws(StoreError) in
      let rows = try handle.query(
        """
        SELECT header, status, records, head, epoch, owner, updated, id,
          (SELECT count(*) FROM journal WHERE run = runs.number),
          (SELECT hash FROM journal WHERE run = runs.number ORDER BY sequence DESC LIMIT 1),
          (SELECT bytes FROM journal WHERE run = runs.number ORDER BY sequence DESC LIMIT 1)
        FROM runs WHERE \(condition)
        """,
        parameters
      ) { StoredSummary($0) }
      var summaries: [RunSummary] = []
      for row in rows { summaries.append(try row.summary(toleratesDamage: toleratesDamage)) }
      return summaries
    }
  }

  /// The account of a scope; zero when nothing was ever reserved or settled there.
  public func account(scope: String) throws(StoreError) -> LedgerAccount {
    try alone { () throws(StoreError) in try readAccount(scope) }
  }

  private func readAccount(_ scope: String) throws(StoreError) -> LedgerAccount {
    let rows = try handle.query(
      "SELECT spent, reserved FROM accounts WHERE scope = ?",
      [.text(scope)]
    ) { LedgerAccount(spentPicodollars: $0.integer(0), reservedPicodollars: $0.integer(1)) }
    return rows.first ?? LedgerAccount()
  }

  private func write(_ account: LedgerAccount, scope: String) throws(StoreError) {
    try handle.run(
      """
      INSERT INTO accounts (scope, spent, reserved) VALUES (?, ?, ?)
      ON CONFLICT (scope) DO UPDATE SET spent = excluded.spent, reserved = excluded.reserved
      """,
      [
        .text(scope), .integer(account.spentPicodollars), .integer(account.reservedPicodollars),
      ]
    )
  }

  /// What is reserved for calls of a run that are not settled: by effect, in pico-dollars.
  public func reservations(runID: String) throws(StoreError) -> [EffectID: Int64] {
    try alone { () throws(StoreError) in
      let rows = try handle.query(
        "SELECT effect, max(amount) FROM reservations WHERE run = ? GROUP BY effect",
        [.integer(try number(of: runID))]
      ) { ($0.integer(0), $0.integer(1)) }
      return Dictionary(rows) { first, _ in first }
    }
  }

  // MARK: Ledger

  private func apply(_ change: LedgerChange, run: Int64) throws(StoreError) {
    switch change {
    case .reserve(let effect, let amount, let limits):
      for limit in limits {
        var account = try readAccount(limit.scope)
        guard account.admits(amount, limitPicodollars: limit.limitPicodollars) else {
          throw .overLimit(
            LedgerShortage(
              scope: limit.scope,
              effect: effect,
              wantedPicodollars: amount,
              account: account,
              limitPicodollars: limit.limitPicodollars
            )
          )
        }
        account.reservedPicodollars = LedgerAccount.sum(account.reservedPicodollars, amount)
        try write(account, scope: limit.scope)
        try handle.run(
          "INSERT INTO reservations (run, effect, scope, amount) VALUES (?, ?, ?, ?)",
          [.integer(run), .integer(effect), .text(limit.scope), .integer(amount)]
        )
      }
    case .settle(let effect, let amount): try close(effect, run: run, spent: amount)
    case .release(let effect): try close(effect, run: run, spent: 0)
    }
  }

  private func close(_ effect: EffectID, run: Int64, spent: Int64) throws(StoreError) {
    let reserved = try handle.query(
      "DELETE FROM reservations WHERE run = ? AND effect = ? RETURNING scope, amount",
      [.integer(run), .integer(effect)]
    ) { ($0.text(0), $0.integer(1)) }
    for (scope, amount) in reserved {
      var account = try readAccount(scope)
      account.reservedPicodollars -= amount
      account.spentPicodollars = LedgerAccount.sum(account.spentPicodollars, spent)
      try write(account, scope: scope)
    }
  }
}
