import Execution
import Journal
import Runtime
import Synchronization
import Table
import Values

/// Counts calls by step and answers them at once, or as told.
final class CountingPerformer: Performing {
  private let counts = Mutex<[String: Int]>([:])
  private let keys = Mutex<[String: Set<String>]>([:])
  private let answers: @Sendable (DispatchedCall) -> CallResult

  init(
    _ answers: @escaping @Sendable (DispatchedCall) -> CallResult = {
      .completed(
        output: .string("answer of \($0.step)"),
        usage: $0.performer.kind == .model ? Usage(promptTokens: 50, outputTokens: 5) : nil
      )
    }
  ) {
    self.answers = answers
  }

  func perform(_ call: DispatchedCall) async -> CallResult {
    counts.withLock { $0[call.step, default: 0] += 1 }
    keys.withLock { _ = $0[call.step, default: []].insert(call.idempotencyKey) }
    return call.performer.kind == .human ? .awaitsPerson : answers(call)
  }

  func calls(of step: String) -> Int { counts.withLock { $0[step] ?? 0 } }
  func keys(of step: String) -> Set<String> { keys.withLock { $0[step] ?? [] } }
}

/// A store that fails from its n-th append on, as a disk does that runs full, or a process that
/// is killed between two transactions.
final class FailingStore: RunStore {
  let base = MemoryRunStore()
  private let remaining: Mutex<Int>
  private let failures: Mutex<Int>
  private let error: StoreError

  /// Fails after so many appends, for so many, in that way.
  init(failsAfter appends: Int, failures: Int = .max, with error: StoreError = .diskFull) {
    remaining = Mutex(appends)
    self.failures = Mutex(failures)
    self.error = error
  }

  func mend() { remaining.withLock { $0 = .max } }

  func append(_ append: JournalAppend) throws(StoreError) {
    let isAllowed = remaining.withLock { remaining in
      if remaining <= 0 {
        let isOver = failures.withLock { failures in
          failures -= 1
          return failures < 0
        }
        guard isOver else { return false }
        remaining = .max
      }
      remaining -= 1
      return true
    }
    guard isAllowed else { throw error }
    try base.append(append)
  }

  func putArtifact(_ kind: ArtifactKind, digest: Digest, bytes: [UInt8]) throws(StoreError) {
    try base.putArtifact(kind, digest: digest, bytes: bytes)
  }
  func artifact(_ kind: ArtifactKind, digest: Digest) throws(StoreError) -> [UInt8] {
    try base.artifact(kind, digest: digest)
  }
  func createRun(_ header: RunHeader) throws(StoreError) { try base.createRun(header) }
  func claim(runID: String, owner: String, atMilliseconds: Int64) throws(StoreError) -> Int64 {
    try base.claim(runID: runID, owner: owner, atMilliseconds: atMilliseconds)
  }
  func setStatus(
    _ status: RunStatus,
    runID: String,
    epoch: Int64,
    atMilliseconds: Int64
  ) throws(StoreError) {
    try base.setStatus(status, runID: runID, epoch: epoch, atMilliseconds: atMilliseconds)
  }
  func records(runID: String, from sequence: Int64) throws(StoreError) -> [StoredRecord] {
    try base.records(runID: runID, from: sequence)
  }
  func summary(runID: String) throws(StoreError) -> RunSummary {
    try base.summary(runID: runID)
  }
  func runs(limit: Int) throws(StoreError) -> [RunSummary] { try base.runs(limit: limit) }
  func account(scope: String) throws(StoreError) -> LedgerAccount {
    try base.account(scope: scope)
  }
  func reservations(runID: String) throws(StoreError) -> [EffectID: Int64] {
    try base.reservations(runID: runID)
  }
}

/// Ten pico-dollars a token of either kind: a model of the hand-made tables costs 1,100 at worst.
let pricer = CallPricer(
  worstPicodollars: { $0.kind == .model ? 10 * ($0.promptTokens + $0.outputTokens) : 0 },
  costPicodollars: { $1.promptTokens * 10 + $1.outputTokens * 10 }
)

func surroundings(
  _ store: any RunStore,
  _ performing: any Performing,
  clock: VirtualClock = VirtualClock(startMilliseconds: 1_000_000)
) -> RunSurroundings {
  RunSurroundings(store: store, performing: performing, clock: clock, pricer: pricer)
}

func header(_ table: LinkedTable, _ runID: String = "r-1") -> RunHeader {
  RunHeader(
    runID: runID,
    flowName: table.table.name,
    tableDigest: table.table.digest,
    createdMilliseconds: 1_000_000
  )
}

func final(_ outcome: RunOutcome?) -> String {
  switch outcome {
  case .success(let final, _): final
  case .failure(let final, let error, _): final ?? "failed: \(error?.kind.name ?? "")"
  case .cancelled: "cancelled"
  case nil: "under way"
  }
}
