import Execution
import Journal
import Table
import Values

/// Replays a run together with the runs that it started.
public enum RunReplay {
  /// A verdict about a run and everything that it started.
  public struct Report: Sendable {
    /// The run's own verdict, or the first difference in a run that it started.
    public var verdict: ReplayVerdict
    /// The run that differs; nil: the run itself, or none.
    public var childID: String?
    /// How many runs that it started were replayed, those that they started included.
    public var childCount: Int
  }

  /// Recomputes a run and the runs that it started from their journals; nothing is called.
  ///
  /// A child must be the one that its parent asked for: its table, its input, its parent's name;
  /// and what its parent learned of its end must be how it ended. O(records).
  public static func verify(
    _ store: some RunStore,
    runID: String,
    table: LinkedTable
  ) throws(StoreError) -> Report {
    let summary = try store.summary(runID: runID)
    let records = try store.records(runID: runID, from: 1)
    let verdict = Replay.verify(summary, records, table: table)
    guard case .identical = verdict else {
      return Report(verdict: verdict, childID: nil, childCount: 0)
    }
    if let other = try difference(ofProposalsIn: records, summary, table, in: store) {
      return Report(verdict: .different(other), childID: nil, childCount: 0)
    }
    var count = 0
    for child in ChildRecord.all(in: records) {
      let childID = child.intent.runID(parent: runID)
      count += 1
      let report = try verify(child, childID, parent: runID, in: store, table)
      count += report.childCount
      if case .different = report.verdict {
        return Report(
          verdict: report.verdict,
          childID: report.childID ?? childID,
          childCount: count
        )
      }
    }
    return Report(verdict: verdict, childID: nil, childCount: count)
  }

  private static func verify(
    _ child: ChildRecord,
    _ childID: String,
    parent: String,
    in store: some RunStore,
    _ table: LinkedTable
  ) throws(StoreError) -> Report {
    func differs(_ recorded: String, _ recomputed: String) -> Report {
      let difference = ReplayDifference(
        record: child.sequence,
        kind: .child,
        isChainBroken: false,
        recorded: recorded,
        recomputed: recomputed
      )
      return Report(verdict: .different(difference), childID: nil, childCount: 0)
    }
    let summary = try store.summary(runID: childID)
    guard let known = summary.header.parent, known.sameScalars(as: parent) else {
      return differs("a run of `\(summary.header.parent ?? "nobody")`", "one of `\(parent)`")
    }
    let digest: Digest
    switch child.intent.source {
    case .stored(let stored): digest = stored
    case .template(let template):
      guard let own = table.children[template] else { return differs("a child", "none") }
      digest = own.table.digest
    }
    guard summary.header.tableDigest == digest else {
      return differs("the table \(summary.header.tableDigest.short)", digest.short)
    }
    let linked = try PinnedTable.load(digest, from: store)
    let records = try store.records(runID: childID, from: 1)
    guard let first = records.first else {
      // Created with its parent's record, and nobody has driven it yet.
      guard child.end == nil else { return differs("an end", "a run that never started") }
      return Report(
        verdict: Replay.verify(summary, [], table: linked),
        childID: nil,
        childCount: 0
      )
    }
    guard case .step(let step)? = (try? JournalRecord(decoding: first.bytes))?.body,
      case .started(_, let input, _) = step.event.kind, input == child.intent.input
    else { return differs("another input", "that of its parent") }
    let report = try verify(store, runID: childID, table: linked)
    guard case .identical(let replayed) = report.verdict, let end = child.end else { return report }
    guard end.agrees(with: replayed.outcome) else {
      return differs("another end", "that of `\(childID)`")
    }
    return report
  }
}

/// A child as its parent's journal knows it.
private struct ChildRecord {
  var sequence: Int64
  var intent: ChildIntent
  var end: RunEvent.Kind?

  static func all(in records: [StoredRecord]) -> [ChildRecord] {
    var children: [ChildRecord] = []
    for stored in records {
      guard case .step(let step)? = (try? JournalRecord(decoding: stored.bytes))?.body else {
        continue
      }
      switch step.event.kind {
      case .completed(let effect, _, _, _), .failed(let effect, _, _, _, _):
        if let index = children.firstIndex(where: { $0.intent.id == effect }) {
          children[index].end = step.event.kind
        }
      default: break
      }
      for case .startChild(let intent) in step.intents {
        children.append(ChildRecord(sequence: stored.sequence, intent: intent))
      }
    }
    return children
  }
}

extension RunEvent.Kind {
  /// Whether an event that tells the end of a child says how it ended.
  fileprivate func agrees(with outcome: RunOutcome?) -> Bool {
    switch (self, outcome) {
    case (.completed(_, let output, _, _), .success(_, let result)): output == result
    case (.failed(_, let kind, _, _, _), .failure(_, let error, _)):
      kind == error?.kind ?? .failed
    case (.failed(_, .cancelled, _, _, _), .cancelled): true
    default: false
    }
  }
}
