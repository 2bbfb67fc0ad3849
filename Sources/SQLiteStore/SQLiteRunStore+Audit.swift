import Execution
import Journal
import Values

/// A row of `runs` with the end of its journal.
struct StoredSummary {
  private let header: [UInt8]
  private let status: Int64
  private let records: Int64
  private let head: [UInt8]
  private let epoch: Int64
  private let owner: String
  private let updated: Int64
  private let id: String
  private let count: Int64
  private let lastHash: [UInt8]
  private let lastBytes: [UInt8]

  init(_ row: SQLiteRow) {
    header = row.blob(0)
    status = row.integer(1)
    records = row.integer(2)
    head = row.blob(3)
    epoch = row.integer(4)
    owner = row.text(5)
    updated = row.integer(6)
    id = row.text(7)
    count = row.integer(8)
    lastHash = row.blob(9)
    lastBytes = row.blob(10)
  }

  /// The row as a summary; of one that cannot be read, when that is tolerated, what is left of it.
  func summary(toleratesDamage: Bool) throws(StoreError) -> RunSummary {
    let known = UInt8(exactly: status).flatMap { RunStatus(rawValue: $0) }
    if let header = try? RunHeader(decoding: header), header.runID.utf8.elementsEqual(id.utf8),
      let known, let head = Digest(bytes: head)
    {
      var summary = summary(header, known, head)
      summary.damage = damage(header)
      return summary
    }
    guard toleratesDamage else {
      throw .corrupt("the header of the run `\(id)` cannot be read")
    }
    let nothing = Digest.sha256([])
    let header = RunHeader(
      runID: id,
      flowName: "",
      tableDigest: nothing,
      createdMilliseconds: updated
    )
    var summary = summary(header, known ?? .created, nothing)
    summary.damage = "its header cannot be read"
    return summary
  }

  private func summary(
    _ header: RunHeader,
    _ status: RunStatus,
    _ head: Digest
  ) -> RunSummary {
    RunSummary(
      header: header,
      status: status,
      records: records,
      head: head,
      epoch: epoch,
      owner: owner,
      updatedMilliseconds: updated
    )
  }

  private func damage(_ header: RunHeader) -> String? {
    guard count == records else { return "it has \(count) records in place of \(records)" }
    if records == 0 {
      return head == header.anchor.bytes ? nil : "its head does not fit its header"
    }
    guard lastHash == head else { return "its head does not fit its last record" }
    guard Digest.sha256(lastBytes).bytes == lastHash else { return "its last record was changed" }
    return nil
  }
}

// What a check of the whole store reads.
extension SQLiteRunStore {
  /// From here on one state of the store is read, whatever others write.
  public func beginSnapshot() throws(StoreError) {
    try alone { () throws(StoreError) in
      try handle.run("BEGIN")
      // The first read fixes the state.
      try handle.query("SELECT count(*) FROM runs", []) { _ in () }
    }
  }

  /// From here on the latest state is read again.
  public func endSnapshot() {
    _ = try? alone { () throws(StoreError) in try handle.run("COMMIT") }
  }

  /// Changes the file behind the back of whoever reads it, as damage does.
  package func change(_ sql: String) throws(StoreError) {
    try alone { () throws(StoreError) in
      try handle.execute("PRAGMA foreign_keys = OFF; " + sql)
    }
  }

  /// What SQLite finds wrong with the file, and rows that belong to no run.
  public func fileDamage() throws(StoreError) -> [String] {
    try alone { () throws(StoreError) in
      var damage = try handle.query("PRAGMA integrity_check(20)", []) { $0.text(0) }
        .filter { $0 != "ok" }
      let strays = try handle.query(
        "SELECT count(*) FROM journal WHERE run NOT IN (SELECT number FROM runs)",
        []
      ) { $0.integer(0) }
      if let count = strays.first, count > 0 {
        damage.append("\(count) records belong to no run")
      }
      return damage
    }
  }

  /// Ids of all runs, oldest first, unreadable ones included.
  public func runIDs() throws(StoreError) -> [String] {
    try alone { () throws(StoreError) in
      try handle.query("SELECT id FROM runs ORDER BY number", []) { $0.text(0) }
    }
  }

  /// All accounts by scope.
  public func accounts() throws(StoreError) -> [String: LedgerAccount] {
    try alone { () throws(StoreError) in
      let rows = try handle.query("SELECT scope, spent, reserved FROM accounts", []) { row in
        (
          row.text(0),
          LedgerAccount(spentPicodollars: row.integer(1), reservedPicodollars: row.integer(2))
        )
      }
      return Dictionary(rows) { first, _ in first }
    }
  }

  /// All reservations.
  public func allReservations() throws(StoreError) -> [StoredReservation] {
    try alone { () throws(StoreError) in
      try handle.query(
        """
        SELECT (SELECT id FROM runs WHERE number = run), effect, scope, amount
        FROM reservations
        """,
        []
      ) { row in
        let runID = row.text(0)
        return StoredReservation(
          runID: runID.isEmpty ? nil : runID,
          effect: row.integer(1),
          scope: row.text(2),
          picodollars: row.integer(3)
        )
      }.sorted()
    }
  }
}
