import Execution
import Values

/// Kinds of things that runs are pinned to by digest.
public enum ArtifactKind: UInt8, Sendable, CaseIterable, Hashable {
  /// A table's binary form.
  case table
  /// The files that a table was compiled from.
  case sources
  /// A price book.
  case priceBook
  /// The text of a plan that has succeeded, under the key of its question.
  case plan
}

/// What a list of runs shows.
public struct RunSummary: Sendable, Hashable {
  /// What the run is.
  public var header: RunHeader
  /// How it stands.
  public var status: RunStatus
  /// Number of records.
  public var records: Int64
  /// Hash of the last record; of none, the header's anchor.
  public var head: Digest
  /// Epoch of the latest owner; 0: never claimed.
  public var epoch: Int64
  /// Who claimed the run last, in the owner's own words.
  public var owner: String
  /// Milliseconds since the Unix epoch of the latest change.
  public var updatedMilliseconds: Int64
  /// What is seen to be wrong with its journal without reading all of it, in words; nil: nothing.
  public var damage: String?

  /// A summary.
  public init(
    header: RunHeader,
    status: RunStatus,
    records: Int64,
    head: Digest,
    epoch: Int64,
    owner: String,
    updatedMilliseconds: Int64
  ) {
    self.header = header
    self.status = status
    self.records = records
    self.head = head
    self.epoch = epoch
    self.owner = owner
    self.updatedMilliseconds = updatedMilliseconds
  }
}

/// One transaction of a run: a record, what it does to the ledger, how the run then stands.
public struct JournalAppend: Sendable {
  /// The run.
  public var runID: String
  /// The owner's epoch, as `claim` gave it.
  public var epoch: Int64
  /// The record.
  public var record: StoredRecord
  /// Changes of the ledger, in order.
  public var ledger: [LedgerChange]
  /// The run's status afterwards.
  public var status: RunStatus
  /// Milliseconds since the Unix epoch.
  public var atMilliseconds: Int64
  /// Runs that the record starts; they are created with it, without records of their own.
  public var children: [RunHeader] = []
  /// The run itself, when this is its first record and creates it; claimed at once under `epoch`.
  public var creation: RunCreation?

  /// A transaction.
  public init(
    runID: String,
    epoch: Int64,
    record: StoredRecord,
    ledger: [LedgerChange],
    status: RunStatus,
    atMilliseconds: Int64
  ) {
    self.runID = runID
    self.epoch = epoch
    self.record = record
    self.ledger = ledger
    self.status = status
    self.atMilliseconds = atMilliseconds
  }
}

/// A run that begins to exist with its first record, so that none ever stands without its input.
public struct RunCreation: Sendable {
  /// What the run is.
  public var header: RunHeader
  /// Who drives it, in the owner's own words.
  public var owner: String

  /// A run to be created.
  public init(header: RunHeader, owner: String) {
    self.header = header
    self.owner = owner
  }
}

/// Where runs, their journals, what they are pinned to and the ledger are kept.
///
/// Every method is one transaction: it happened and is durable when the method returns, and did
/// not happen at all when it throws.
public protocol RunStore: Sendable {
  /// Keeps `bytes` under their digest; storing the same again changes nothing.
  func putArtifact(_ kind: ArtifactKind, digest: Digest, bytes: [UInt8]) throws(StoreError)
  /// The bytes kept under a digest.
  func artifact(_ kind: ArtifactKind, digest: Digest) throws(StoreError) -> [UInt8]
  /// Creates a run without records.
  func createRun(_ header: RunHeader) throws(StoreError)
  /// Makes the caller the run's owner and returns its epoch, higher than every earlier one.
  func claim(runID: String, owner: String, atMilliseconds: Int64) throws(StoreError) -> Int64
  /// Appends a record; refused unless the epoch is the latest and the sequence the next.
  func append(_ append: JournalAppend) throws(StoreError)
  /// Sets how a run stands without a record; refused unless the epoch is the latest.
  func setStatus(
    _ status: RunStatus,
    runID: String,
    epoch: Int64,
    atMilliseconds: Int64
  ) throws(StoreError)
  /// The records from `sequence` on, in order.
  func records(runID: String, from sequence: Int64) throws(StoreError) -> [StoredRecord]
  /// How one run stands.
  func summary(runID: String) throws(StoreError) -> RunSummary
  /// The latest runs, newest first, at most `limit`.
  func runs(limit: Int) throws(StoreError) -> [RunSummary]
  /// The account of a scope; zero when nothing was ever reserved or settled there.
  func account(scope: String) throws(StoreError) -> LedgerAccount
  /// What is reserved for calls of a run that are not settled: by effect, in pico-dollars.
  func reservations(runID: String) throws(StoreError) -> [EffectID: Int64]
}

/// A reservation as a store keeps it.
public struct StoredReservation: Sendable, Hashable, Comparable {
  /// The run; nil: there is none of that number.
  public var runID: String?
  /// The call.
  public var effect: EffectID
  /// The account that it counts against.
  public var scope: String
  /// How much is held back, in pico-dollars.
  public var picodollars: Int64

  /// A reservation.
  public init(runID: String?, effect: EffectID, scope: String, picodollars: Int64) {
    self.runID = runID
    self.effect = effect
    self.scope = scope
    self.picodollars = picodollars
  }

  /// By run, call and account.
  public static func < (left: StoredReservation, right: StoredReservation) -> Bool {
    (left.runID ?? "", left.effect, left.scope) < (right.runID ?? "", right.effect, right.scope)
  }
}

/// A store whose whole contents can be looked at, to be checked.
public protocol AuditableStore: RunStore {
  /// From here on one state of the store is read, whatever others write.
  func beginSnapshot() throws(StoreError)
  /// From here on the latest state is read again.
  func endSnapshot()
  /// What is wrong with the file itself, in words.
  func fileDamage() throws(StoreError) -> [String]
  /// Ids of all runs, oldest first, unreadable ones included.
  func runIDs() throws(StoreError) -> [String]
  /// All accounts by scope.
  func accounts() throws(StoreError) -> [String: LedgerAccount]
  /// All reservations.
  func allReservations() throws(StoreError) -> [StoredReservation]
}

extension RunStore {
  /// The scope of a run's own account.
  public static func scope(ofRun runID: String) -> String { "run:\(runID)" }
}
