import Costing
import Execution
import Journal
import Planning
import Source
import Table
import Values

// Proposals are judged again: the same text in the same circumstances must have the same verdict.
extension RunReplay {
  /// The first proposal whose verdict is another now; nil: all verdicts stand.
  ///
  /// No model is asked: texts and circumstances come from the journals.
  package static func difference(
    ofProposalsIn records: [StoredRecord],
    _ summary: RunSummary,
    _ table: LinkedTable,
    in store: some RunStore
  ) throws(StoreError) -> ReplayDifference? {
    guard !table.table.planners.isEmpty else { return nil }
    let prices = try prices(of: summary, in: store)
    var judges: [NodeIndex: PlanJudge] = [:]
    var proposals: [ProposalRecord] = []
    for stored in records {
      guard case .proposal(_, let record)? = (try? JournalRecord(decoding: stored.bytes))?.body
      else { continue }
      proposals.append(record)
      guard let planner = table.table.planner(at: record.place) else {
        return differs(stored, "a proposal", "no planner at its place")
      }
      let judge = judges[record.place] ?? PlanJudge(table, planner, prices: prices)
      judges[record.place] = judge
      var history = PlanHistory()
      for earlier in proposals
      where earlier.place == record.place && earlier.frame == record.frame
        && earlier.visit < record.visit && earlier.table != nil
      {
        try history.add(earlier, of: summary.header.runID, in: store, Limits())
      }
      let circumstances = PlanJudge.Circumstances(
        kept: record.kept.map { KeptStep(id: $0.id, text: $0.text, result: $0.result) },
        calls: history.calls,
        remainingPicodollars: record.remainingPicodollars
      )
      let name = "proposal \(record.number)"
      var again = record
      again.verdict = RunDriver.verdict(judge.judge(record.text, name: name, circumstances))
      guard again.encodedVerdict == record.encodedVerdict else {
        return differs(stored, record.word, again.word)
      }
      if let digest = record.table { _ = try PinnedTable.load(digest, from: store) }
    }
    return nil
  }

  private static func differs(
    _ stored: StoredRecord,
    _ recorded: String,
    _ recomputed: String
  ) -> ReplayDifference {
    ReplayDifference(
      record: stored.sequence,
      kind: .verdict,
      isChainBroken: false,
      recorded: recorded,
      recomputed: recomputed
    )
  }

  private static func prices(
    of summary: RunSummary,
    in store: some RunStore
  ) throws(StoreError) -> PriceBook {
    guard let digest = summary.header.priceBookDigest else { return .standard }
    let bytes = try store.artifact(.priceBook, digest: digest)
    return PriceBook.read(SourceFile(name: "<stored prices>", bytes: bytes)).book ?? .standard
  }
}
