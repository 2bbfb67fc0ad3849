import Foundation
import Runtime
import Signalbox
import Testing

/// What is said of small flows before they run, held against the runs that they can make.
@Suite struct VerdictTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  /// Every flow in a soak, else one in so many.
  private static let stride = isSoak ? 1 : 19

  /// How often each verdict was given, and held.
  private struct Tally {
    var flows = 0
    var refused = 0
    var refuted = 0
    var possible = 0
    var proven = 0
    var notAnalysed = 0
    var complete = 0
    var contradictions: [String] = []

    var line: String {
      "\(flows) flows (and \(refused) refused): refuted \(refuted), possible \(possible), "
        + "proven \(proven), not analysed \(notAnalysed); searches complete \(complete); "
        + "proven and broken \(contradictions.count)"
    }
  }

  private func tally(_ body: SmallFlows.Body) async -> Tally {
    var tally = Tally()
    var limits = Limits()
    limits.pathStates = 3_000
    let all = SmallFlows.all(body)
    for position in Swift.stride(from: 0, to: all.count, by: Self.stride) {
      let file = SourceFile(name: "flow.yaml", text: all[position].text)
      let prepared = FlowPreparation.prepare(file)
      guard let table = prepared.table, let report = prepared.verification,
        let invariants = prepared.flow?.invariants
      else {
        // Some combinations say nothing, and are refused for it.
        tally.refused += 1
        continue
      }
      tally.flows += 1
      let search = WitnessSearch(
        table: table,
        pricer: CallPricer(prices: .standard),
        limits: limits
      )
      // Ids of agents and tools that are declared exist; of steps, those that the flow has.
      let names = table.table.nodes.map(\.name)
      for invariant in invariants {
        let isKnown = invariant.selectors.allSatisfy { selector in
          selector.subject != .step || names.contains { $0.sameScalars(as: selector.name.value) }
        }
        guard isKnown else { continue }
        let found = await search.find(invariant, named: "witness")
        if found.isComplete { tally.complete += 1 }
        let isProven = report.proven.contains { $0.sameScalars(as: invariant.title) }
        let isPossible = prepared.broken.contains {
          $0.invariant.title.sameScalars(as: invariant.title)
        }
        switch (found.witness, isProven) {
        case (let witness?, true):
          tally.contradictions.append(
            "proven, but \(witness.words): \(invariant.title)\n\(all[position].text)\(witness.text)"
          )
        case (_?, false): tally.refuted += 1
        case (nil, true): tally.proven += 1
        case (nil, false) where isPossible: tally.possible += 1
        case (nil, false): tally.notAnalysed += 1
        }
      }
    }
    return tally
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["WIT"] != nil,
      "until the relation is read by the search"
    ),
    arguments: SmallFlows.Body.allCases
  )
  func `nothing is proven that a run breaks`(_ body: SmallFlows.Body) async {
    let tally = await tally(body)
    print("verdicts on \(body.rawValue): \(tally.line)")
    for contradiction in tally.contradictions.prefix(20) { print(contradiction) }
    #expect(tally.contradictions.count == 0)
    #expect(tally.refuted > 0 && tally.proven > 0 && tally.refused * 3 < tally.flows)
  }
}
