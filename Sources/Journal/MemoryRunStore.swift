import Execution
import Synchronization
import Values

/// A store that lives as long as its process: for scenarios, tests and trying things out.
public final class MemoryRunStore: AuditableStore {
  fileprivate struct Reservation {
    var picodollars: Int64
    var scopes: [String]
  }

  fileprivate struct Run {
    var summary: RunSummary
    var records: [StoredRecord]
    var reservations: [EffectID: Reservation]
  }

  fileprivate struct ArtifactKey: Hashable {
    var kind: ArtifactKind
    var digest: Digest
  }

  fileprivate struct Contents {
    var artifacts: [ArtifactKey: [UInt8]] = [:]
    var runs: [String: Run] = [:]
    var order: [String] = []
    var accounts: [String: LedgerAccount] = [:]
  }

  private let contents = Mutex(Contents())

  /// An empty store.
  public init() {}

  /// Runs `body` on the contents; it changes nothing before its last throwing call.
  private func transaction<Result: Sendable>(
    _ body: (inout Contents) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    let outcome: Swift.Result<Result, StoreError> = contents.withLock { contents in
      do throws(StoreError) {
        return .success(try body(&contents))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Keeps `bytes` under their digest.
  public func putArtifact(
    _ kind: ArtifactKind,
    digest: Digest,
    bytes: [UInt8]
  ) throws(StoreError) {
    try transaction { contents throws(StoreError) in
      contents.artifacts[ArtifactKey(kind: kind, digest: digest)] = bytes
    }
  }

  /// The bytes kept under a digest.
  public func artifact(_ kind: ArtifactKind, digest: Digest) throws(StoreError) -> [UInt8] {
    try transaction { contents throws(StoreError) in
      guard let bytes = contents.artifacts[ArtifactKey(kind: kind, digest: digest)] else {
        throw .notFound("artifact `\(digest.hex)`")
      }
      return bytes
    }
  }

  /// Creates a run without records.
  public func createRun(_ header: RunHeader) throws(StoreError) {
    try transaction { contents throws(StoreError) in
      guard contents.runs[header.runID] == nil else { throw .exists("run `\(header.runID)`") }
      contents.create(header)
    }
  }

  /// Makes the caller the owner and returns its epoch.
  public func claim(
    runID: String,
    owner: String,
    atMilliseconds: Int64
  ) throws(StoreError) -> Int64 {
    try transaction { contents throws(StoreError) in
      var run = try contents.run(runID)
      run.summary.epoch += 1
      run.summary.owner = owner
      run.summary.updatedMilliseconds = atMilliseconds
      contents.runs[runID] = run
      return run.summary.epoch
    }
  }

  /// Appends a record and applies its ledger changes.
  public func append(_ append: JournalAppend) throws(StoreError) {
    try transaction { contents throws(StoreError) in
      guard let creation = append.creation else { return try contents.take(append) }
      guard contents.runs[append.runID] == nil else { throw .exists("run `\(append.runID)`") }
      var trial = contents
      trial.create(creation.header)
      trial.runs[append.runID]?.summary.epoch = append.epoch
      trial.runs[append.runID]?.summary.owner = creation.owner
      try trial.take(append)
      contents = trial
    }
  }

  /// Nothing else writes to it.
  public func beginSnapshot() throws(StoreError) {}

  /// Nothing else writes to it.
  public func endSnapshot() {}

  /// What is wrong with the file itself: there is none.
  public func fileDamage() throws(StoreError) -> [String] { [] }

  /// Ids of all runs, oldest first.
  public func runIDs() throws(StoreError) -> [String] {
    try transaction { contents throws(StoreError) in contents.order }
  }

  /// All accounts by scope.
  public func accounts() throws(StoreError) -> [String: LedgerAccount] {
    try transaction { contents throws(StoreError) in contents.accounts }
  }

  /// All reservations.
  public func allReservations() throws(StoreError) -> [StoredReservation] {
    try transaction { contents throws(StoreError) in
      contents.runs.flatMap { runID, run in
        run.reservations.flatMap { effect, reservation in
          reservation.scopes.map { scope in
            StoredReservation(
              runID: runID,
              effect: effect,
              scope: scope,
              picodollars: reservation.picodollars
            )
          }
        }
      }.sorted()
    }
  }

  /// Sets how a run stands, without a record.
  public func setStatus(
    _ status: RunStatus,
    runID: String,
    epoch: Int64,
    atMilliseconds: Int64
  ) throws(StoreError) {
    try transaction { contents throws(StoreError) in
      var run = try contents.run(runID)
      guard run.summary.epoch == epoch else { throw .staleOwner(runID: runID) }
      run.summary.status = status
      run.summary.updatedMilliseconds = atMilliseconds
      contents.runs[runID] = run
    }
  }

  /// The records from `sequence` on.
  public func records(
    runID: String,
    from sequence: Int64
  ) throws(StoreError) -> [StoredRecord] {
    try transaction { contents throws(StoreError) in
      Array(try contents.run(runID).records.drop { $0.sequence < sequence })
    }
  }

  /// How one run stands.
  public func summary(runID: String) throws(StoreError) -> RunSummary {
    try transaction { contents throws(StoreError) in try contents.run(runID).summary }
  }

  /// The latest runs, newest first.
  public func runs(limit: Int) throws(StoreError) -> [RunSummary] {
    try transaction { contents throws(StoreError) in
      contents.order.reversed().prefix(max(0, limit)).compactMap { contents.runs[$0]?.summary }
    }
  }

  /// The account of a scope.
  public func account(scope: String) throws(StoreError) -> LedgerAccount {
    try transaction { contents throws(StoreError) in
      contents.accounts[scope] ?? LedgerAccount()
    }
  }

  /// What is reserved for unsettled calls.
  public func reservations(runID: String) throws(StoreError) -> [EffectID: Int64] {
    try transaction { contents throws(StoreError) in
      try contents.run(runID).reservations.mapValues(\.picodollars)
    }
  }
}

extension MemoryRunStore.Run {
  fileprivate mutating func record(_ append: JournalAppend) {
    records.append(append.record)
    summary.records += 1
    summary.head = append.record.hash
    summary.status = append.status
    summary.updatedMilliseconds = append.atMilliseconds
  }
}

extension MemoryRunStore.Contents {
  /// Takes a record of a run that exists; changes nothing when it throws.
  fileprivate mutating func take(_ append: JournalAppend) throws(StoreError) {
    let summary = try run(append.runID).summary
    guard summary.epoch == append.epoch, summary.records + 1 == append.record.sequence else {
      throw .staleOwner(runID: append.runID)
    }
    for header in append.children where runs[header.runID] != nil {
      throw .exists("run `\(header.runID)`")
    }
    try apply(append.ledger, runID: append.runID)
    for header in append.children { create(header) }
    runs[append.runID]?.record(append)
  }

  fileprivate mutating func create(_ header: RunHeader) {
    order.append(header.runID)
    runs[header.runID] = MemoryRunStore.Run(
      summary: RunSummary(
        header: header,
        status: .created,
        records: 0,
        head: header.anchor,
        epoch: 0,
        owner: "",
        updatedMilliseconds: header.createdMilliseconds
      ),
      records: [],
      reservations: [:]
    )
  }

  fileprivate func run(_ runID: String) throws(StoreError) -> MemoryRunStore.Run {
    guard let run = runs[runID] else { throw .notFound("run `\(runID)`") }
    return run
  }

  /// Applies changes of the ledger: all of them, or none when one finds no room.
  fileprivate mutating func apply(
    _ changes: [LedgerChange],
    runID: String
  ) throws(StoreError) {
    guard !changes.isEmpty else { return }
    var reservations = runs[runID]?.reservations ?? [:]
    var touched: [String: LedgerAccount] = [:]
    for change in changes {
      switch change {
      case .reserve(let effect, let amount, let limits):
        for limit in limits {
          var account = touched[limit.scope] ?? accounts[limit.scope] ?? LedgerAccount()
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
          touched[limit.scope] = account
        }
        reservations[effect] = MemoryRunStore.Reservation(
          picodollars: amount,
          scopes: limits.map(\.scope)
        )
      case .settle(let effect, _), .release(let effect):
        var amount: Int64 = 0
        if case .settle(_, let settled) = change { amount = settled }
        guard let reservation = reservations.removeValue(forKey: effect) else { continue }
        for scope in reservation.scopes {
          var account = touched[scope] ?? accounts[scope] ?? LedgerAccount()
          account.reservedPicodollars -= reservation.picodollars
          account.spentPicodollars = LedgerAccount.sum(account.spentPicodollars, amount)
          touched[scope] = account
        }
      }
    }
    runs[runID]?.reservations = reservations
    accounts.merge(touched) { $1 }
  }
}
