/// Why a store could not do what was asked: an operational error, nothing was half done.
public enum StoreError: Error, Sendable, Hashable {
  /// Another process holds the store; trying again later may succeed.
  case locked
  /// There is no space left; what was accepted before is safe.
  case diskFull
  /// Stored bytes are damaged: what, in words.
  case corrupt(String)
  /// The file is something else than a store.
  case notADatabase
  /// The store was written by a newer version of this software.
  case newerVersion(found: Int64, known: Int64)
  /// Nothing is stored under that name: what was looked for, in words.
  case notFound(String)
  /// A run or artifact with that name exists with other contents.
  case exists(String)
  /// Another owner has claimed the run since; this one may no longer write.
  case staleOwner(runID: String)
  /// A reservation would exceed its limit; nothing was written.
  case overLimit(LedgerShortage)
  /// The system refused: in words.
  case io(String)

  /// In words, for people.
  public var message: String {
    switch self {
    case .locked: "the store is in use by another process"
    case .diskFull: "there is no space left for the store"
    case .corrupt(let what): "the store is damaged: \(what)"
    case .notADatabase: "the file is not a store of runs"
    case .newerVersion(let found, let known):
      "the store has version \(found), newer than \(known), the newest this program knows"
    case .notFound(let what): "there is no \(what)"
    case .exists(let what): "\(what) exists already"
    case .staleOwner(let runID): "run `\(runID)` has been taken over by another process"
    case .overLimit(let shortage):
      "a reservation of \(shortage.wantedPicodollars) pico-dollars exceeds the limit of "
        + "`\(shortage.scope)`"
    case .io(let message): message
    }
  }

  /// Whether the same request may succeed later without anybody repairing anything.
  public var isTemporary: Bool {
    switch self {
    case .locked, .diskFull: true
    default: false
    }
  }
}
