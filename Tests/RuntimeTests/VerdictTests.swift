import Foundation
import Runtime
import Signalbox
import SignalboxTesting
import Testing

/// What is said of small flows before they run, held against the runs that they can make.
@Suite struct VerdictTests {
  fileprivate static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  /// One flow by its number, for a person who looks into it.
  fileprivate static let chosen = ProcessInfo.processInfo.environment["SIGNALBOX_FLOW"].flatMap {
    Int($0)
  }
  /// Every flow in a soak, else one in so many.
  private static let stride = isSoak ? 1 : 101
  /// Flows are searched side by side.
  private static let shares = 2

  /// What was said of one invariant, and what a search for a run that breaks it came to.
  fileprivate enum Agreement: String, CaseIterable {
    case refuted = "possible and broken"
    case proven = "proven and kept"
    case unsure = "proven, not all looked at"
    case falseAlarm = "possible and kept"
    case possible = "possible, not all looked at"
    case notAnalysed = "not analysed"
    case falseProof = "proven and broken"
  }

  /// A flow with its invariants.
  fileprivate struct Case {
    var number: Int
    /// What it is made around, and with what inside.
    var body: String
    var name: String
    var text: String
  }

  /// How often each came about, by body and by kind of false alarm.
  fileprivate struct Tally {
    var counts: [String: [Agreement: Int]] = [:]
    var falseAlarms: [String: (count: Int, example: Int)] = [:]
    var falseProofs: [String] = []
    var refused: [String] = []

    mutating func add(_ flow: Case, _ invariant: Invariant, _ agreement: Agreement) {
      counts[flow.body, default: [:]][agreement, default: 0] += 1
      guard agreement == .falseAlarm else { return }
      let kind = "\(flow.name): \(invariant.title)"
      falseAlarms[kind, default: (0, flow.number)].count += 1
    }

    mutating func merge(_ other: Tally) {
      for (container, own) in other.counts {
        counts[container, default: [:]].merge(own, uniquingKeysWith: +)
      }
      for (kind, entry) in other.falseAlarms {
        falseAlarms[kind, default: (0, entry.example)].count += entry.count
      }
      falseProofs += other.falseProofs
      refused += other.refused
    }

    func count(_ agreement: Agreement) -> Int {
      counts.values.reduce(0) { $0 + ($1[agreement] ?? 0) }
    }

    static func line(_ counts: [Agreement: Int]) -> String {
      Agreement.allCases.map { "\($0.rawValue) \(counts[$0] ?? 0)" }.joined(separator: ", ")
    }

    func show() {
      for text in falseProofs.prefix(40) { print("FALSE PROOF \(text)") }
      var whole: [Agreement: Int] = [:]
      for (body, own) in counts.sorted(by: { $0.key < $1.key }) {
        if VerdictTests.isSoak { print("verdicts on \(body): \(Self.line(own))") }
        whole.merge(own, uniquingKeysWith: +)
      }
      print("verdicts: \(whole.values.reduce(0, +)) invariants, \(Self.line(whole))")
      guard VerdictTests.isSoak else { return }
      for (kind, entry) in falseAlarms.sorted(by: { $0.value.count > $1.value.count }) {
        print("false alarm, \(entry.count) times: \(kind), such as \(entry.example)")
      }
    }
  }

  private static func tally(_ cases: [Case]) async -> Tally {
    var tally = Tally()
    for flow in cases {
      let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: flow.text))
      guard let table = prepared.table, let invariants = prepared.flow?.invariants else {
        tally.refused.append("\(flow.number): \(flow.name)")
        continue
      }
      for invariant in invariants { await tally.look(at: flow, prepared, table, invariant) }
    }
    return tally
  }

  private static func tally(of cases: [Case]) async -> Tally {
    await withTaskGroup(of: Tally.self) { group in
      for share in 0..<shares {
        let own = Swift.stride(from: share, to: cases.count, by: shares).map { cases[$0] }
        group.addTask { await tally(own) }
      }
      return await group.reduce(into: Tally()) { $0.merge($1) }
    }
  }

  /// Every so many flows of a collection, or the one that was asked for.
  private static func positions(_ count: Int) -> [Int] {
    if let chosen { return [chosen] }
    return Array(Swift.stride(from: 0, to: count, by: stride))
  }

  @Test func `nothing is proven of enumerated flows that a run breaks`() async {
    let flows = EnumeratedFlows()
    let cases = Self.positions(flows.count).map { position in
      let flow = flows[position]
      return Case(
        number: position,
        body: "\(flow.container)",
        name: flow.name,
        text: flow.text
      )
    }
    let tally = await Self.tally(of: cases)
    tally.show()
    #expect(tally.falseProofs.isEmpty)
    #expect(tally.refused == [])
    guard Self.chosen == nil else { return }
    #expect(tally.count(.refuted) > 5 && tally.count(.proven) > 5)
  }

  @Test func `nothing is proven of flows with guards and deadlines that a run breaks`() async {
    let flows = SmallFlows.all
    let cases = Self.positions(flows.count).map { position in
      let flow = flows[position]
      return Case(
        number: position,
        body: "small \(flow.body)",
        name: "small \(flow.body)",
        text: flow.text
      )
    }
    let tally = await Self.tally(of: cases)
    tally.show()
    #expect(tally.falseProofs.isEmpty)
    guard Self.chosen == nil else { return }
    // Some combinations say nothing, and are refused for it.
    #expect(tally.refused.count * 3 < cases.count)
    #expect(tally.count(.refuted) > 5 && tally.count(.proven) > 5)
  }
}

extension VerdictTests.Tally {
  /// Compares what is said of one invariant with what a search finds.
  fileprivate mutating func look(
    at flow: VerdictTests.Case,
    _ prepared: PreparedFlow,
    _ table: LinkedTable,
    _ invariant: Invariant
  ) async {
    // Ids of agents and tools that are declared exist; of steps, those that the flow has.
    let names = table.table.nodes.map(\.name)
    let isKnown = invariant.selectors.allSatisfy { selector in
      selector.subject != .step || names.contains { $0.sameScalars(as: selector.name.value) }
    }
    guard isKnown else { return }
    var limits = Limits()
    limits.pathStates = VerdictTests.isSoak ? 3_000 : 300
    let search = WitnessSearch(
      table: table,
      pricer: CallPricer(prices: .standard),
      limits: limits
    )
    let found = await search.find(invariant, named: "witness")
    let proven = prepared.verification?.proven ?? []
    let isProven = proven.contains { $0.hasSuffix(invariant.title) }
    let isPossible = prepared.broken.contains {
      $0.invariant.title.sameScalars(as: invariant.title)
    }
    let agreement: VerdictTests.Agreement
    switch (found.witness, isProven) {
    case (let witness?, true):
      agreement = .falseProof
      falseProofs.append(
        "\(flow.number): \(flow.name): \(invariant.title): \(witness.words)\n"
          + flow.text + witness.text
      )
    case (_?, false): agreement = .refuted
    case (nil, true): agreement = found.isComplete ? .proven : .unsure
    case (nil, false) where !isPossible: agreement = .notAnalysed
    case (nil, false): agreement = found.isComplete ? .falseAlarm : .possible
    }
    add(flow, invariant, agreement)
    guard VerdictTests.chosen != nil else { return }
    print("\(flow.text)\(invariant.title): \(agreement.rawValue), \(found.stateCount) states")
    print(prepared.diagnostics.map { "\($0.message) \($0.notes.map(\.message))" }, proven)
  }
}
