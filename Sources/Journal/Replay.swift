import Execution
import Table
import Values

/// Whether a run, recomputed from its events alone, is the run that was recorded.
public enum ReplayVerdict: Sendable {
  /// Every record is what the pure step makes of its event.
  case identical(ReplaySummary)
  /// The first difference.
  case different(ReplayDifference)
}

/// What a replay that found no difference says.
public struct ReplaySummary: Sendable {
  /// Places entered.
  public var steps: Int
  /// Records read.
  public var records: Int
  /// Digest of the path: rows and frames, without times, ids and attempts.
  public var traceDigest: Digest
  /// How the run ended; nil while it goes on.
  public var outcome: RunOutcome?
  /// Everything that the run did, in order.
  public var trace: [TraceEntry]
  /// The run's state after the last record.
  public var state: RunState
}

/// Where and how a journal and its recomputation first differ.
public struct ReplayDifference: Sendable {
  /// What differs.
  public enum Kind: Sendable, Hashable {
    /// A record is missing, doubled, or names another predecessor.
    case order
    /// The record's bytes are not those that were written.
    case bytes
    /// The record's bytes cannot be read.
    case form
    /// The recorded trace is another than the recomputed one.
    case rows
    /// The state afterwards is another than the recorded one.
    case state
    /// The recorded intents are others than the recomputed ones.
    case intents
    /// Records are missing at the end.
    case end
    /// A run that it started is not the one that it asked for.
    case child
    /// A proposal has another verdict than the recorded one.
    case verdict
  }

  /// The record's number, from 1.
  public var record: Int64
  /// What differs.
  public var kind: Kind
  /// Whether the bytes of the record also no longer fit their hash.
  public var isChainBroken: Bool
  /// What is recorded, in words.
  public var recorded: String
  /// What was recomputed, in words.
  public var recomputed: String

  /// A difference.
  package init(
    record: Int64,
    kind: Kind,
    isChainBroken: Bool,
    recorded: String,
    recomputed: String
  ) {
    self.record = record
    self.kind = kind
    self.isChainBroken = isChainBroken
    self.recorded = recorded
    self.recomputed = recomputed
  }

  /// In one line, for people.
  public var message: String {
    let chain = isChainBroken ? "; its bytes no longer fit their hash" : ""
    let detail =
      recomputed.isEmpty ? recorded : "recorded \(recorded), recomputed \(recomputed)"
    return "record \(record): \(Self.title(kind)): \(detail)\(chain)"
  }

  private static func title(_ kind: Kind) -> String {
    switch kind {
    case .order: "the chain is broken"
    case .bytes: "the record was changed"
    case .form: "the record cannot be read"
    case .rows: "another way was taken"
    case .state: "another state was reached"
    case .intents: "other effects were asked for"
    case .end: "records are missing"
    case .child: "another run was started"
    case .verdict: "a plan was judged otherwise"
    }
  }
}

/// Recomputes recorded runs; it never calls anything.
public enum Replay {
  /// Replays a run against the table that it is pinned to.
  ///
  /// `table` must be the table of the run's digest. O(records).
  public static func verify(
    _ store: some RunStore,
    runID: String,
    table: LinkedTable
  ) throws(StoreError) -> ReplayVerdict {
    let summary = try store.summary(runID: runID)
    return verify(
      summary,
      try store.records(runID: runID, from: 1),
      table: table
    )
  }

  /// Replays records that were read already.
  public static func verify(
    _ summary: RunSummary,
    _ records: [StoredRecord],
    table: LinkedTable
  ) -> ReplayVerdict {
    var pass = ReplayPass(table: table, head: summary.header.anchor)
    for record in records {
      if let difference = pass.take(record) { return .different(difference) }
    }
    guard Int64(records.count) == summary.records, pass.head == summary.head else {
      return .different(
        ReplayDifference(
          record: Int64(records.count) + 1,
          kind: .end,
          isChainBroken: true,
          recorded: "\(summary.records) records",
          recomputed: "\(records.count)"
        )
      )
    }
    return .identical(
      ReplaySummary(
        steps: pass.path.steps,
        records: records.count,
        traceDigest: pass.path.digest,
        outcome: pass.state.outcome,
        trace: pass.trace,
        state: pass.state
      )
    )
  }
}

/// A replay under way.
private struct ReplayPass {
  let table: LinkedTable
  var state: RunState
  var head: Digest
  var sequence: Int64 = 0
  var path = TraceDigest()
  var trace: [TraceEntry] = []

  init(table: LinkedTable, head: Digest) {
    self.table = table
    self.head = head
    state = Executor.start(table)
  }

  mutating func take(_ stored: StoredRecord) -> ReplayDifference? {
    let isBroken = Digest.sha256(stored.bytes) != stored.hash
    let number = sequence + 1
    func difference(
      _ kind: ReplayDifference.Kind,
      _ recorded: String,
      _ recomputed: String = ""
    ) -> ReplayDifference {
      ReplayDifference(
        record: number,
        kind: kind,
        isChainBroken: isBroken,
        recorded: recorded,
        recomputed: recomputed
      )
    }
    let record: JournalRecord
    do throws(BinaryError) {
      record = try JournalRecord(decoding: stored.bytes)
    } catch {
      return difference(.form, error.message)
    }
    guard record.sequence == sequence + 1, stored.sequence == record.sequence else {
      return difference(.order, "number \(record.sequence)", "\(sequence + 1)")
    }
    if case .step(let step) = record.body, let found = compare(step, difference) { return found }
    if isBroken { return difference(.bytes, "the bytes no longer fit their hash") }
    guard record.previousHash == head else {
      return difference(.order, "predecessor \(record.previousHash.short)", head.short)
    }
    sequence += 1
    head = stored.hash
    return nil
  }

  private mutating func compare(
    _ step: JournalRecord.Step,
    _ difference: (ReplayDifference.Kind, String, String) -> ReplayDifference
  ) -> ReplayDifference? {
    var output = StepOutput()
    Executor.step(table, &state, step.event, &output)
    let recorded = step.trace.map { $0.words(in: table.table) }
    let recomputed = output.trace.map { $0.words(in: table.table) }
    if let index = firstDifference(step.trace, Array(output.trace)) {
      return difference(
        .rows,
        recorded.indices.contains(index) ? recorded[index] : "nothing more",
        recomputed.indices.contains(index) ? recomputed[index] : "nothing more"
      )
    }
    let digest = Digest.sha256(state.encoded())
    guard digest == step.stateDigest else {
      return difference(
        .state,
        "\(step.stateDigest.short) after \(step.event.words)",
        digest.short
      )
    }
    guard encoded(step.intents) == encoded(output.effects) else {
      return difference(
        .intents,
        "\(step.intents.count) effects",
        "\(output.effects.count) of other contents"
      )
    }
    path.add(output.trace)
    trace += output.trace
    return nil
  }

  private func firstDifference(_ left: [TraceEntry], _ right: [TraceEntry]) -> Int? {
    for index in 0..<max(left.count, right.count) {
      guard index < left.count, index < right.count else { return index }
      var first = BinaryWriter()
      var second = BinaryWriter()
      first.write(trace: left[index])
      second.write(trace: right[index])
      if first.bytes != second.bytes { return index }
    }
    return nil
  }

  private func encoded(_ effects: [Effect]) -> [UInt8] {
    var writer = BinaryWriter()
    writer.write(list: effects) { $0.write(effect: $1) }
    return writer.bytes
  }
}

extension TraceEntry {
  /// In words, with the names of the table: `classify -> search (row 3)`.
  public func words(in table: TransitionTable) -> String {
    func name(_ node: NodeIndex) -> String {
      table.nodes.indices.contains(Int(node)) ? table.nodes[Int(node)].name : "node \(node)"
    }
    switch self {
    case .entered(let place, _, let visit): return "entered `\(name(place))`, visit \(visit)"
    case .took(let row, _):
      guard table.rows.indices.contains(Int(row)) else { return "row \(row)" }
      let entry = table.rows[Int(row)]
      return "row \(row): `\(name(entry.place))` to `\(name(entry.target))`"
    case .forced(let target, _): return "moved to `\(name(target))`"
    case .finished(let place, _, let status, let error):
      return "`\(name(place))` finished: \(error?.kind.name ?? status.name)"
    case .retried(let place, _, let attempt, _): return "`\(name(place))`: attempt \(attempt)"
    case .guardFailed(let row, _): return "the guard of row \(row) failed"
    case .actionFailed(_, let message): return "an action failed: \(message)"
    case .logged(let label, _): return "logged `\(label)`"
    case .answered(let place, _, let answer): return "`\(name(place))` answered: \(answer)"
    case .ticked(let status): return "tick: \(status)"
    }
  }
}

extension RunEvent {
  /// The event in a few words.
  var words: String {
    switch kind {
    case .started: "the start"
    case .completed(let effect, _, _, _): "the answer of call \(effect)"
    case .failed(let effect, let error, _, _, _): "the failure of call \(effect), \(error.name)"
    case .fired(let timer): "timer \(timer)"
    case .cancelled: "the cancellation"
    case .external(let name, _): "the event `\(name)`"
    case .tick: "a tick"
    }
  }
}
