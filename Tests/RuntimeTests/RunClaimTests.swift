import Foundation
import Runtime
import Signalbox
import SignalboxTesting
import Table
import Testing
import Verifier

/// What is printed of flows besides their invariants, held against runs in worlds made by chance.
@Suite struct RunClaimTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  private static let chosen = ProcessInfo.processInfo.environment["SIGNALBOX_FLOW"].flatMap {
    Int($0)
  }

  /// What runs of many flows refuted, by kind of claim.
  private struct Findings {
    var flows = 0
    var runs = 0
    var claims: [String: Int] = [:]
    var broken: [String: (count: Int, example: String)] = [:]

    mutating func play(_ text: String, number: Int, runs count: Int) {
      let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
      guard let table = prepared.table, let report = prepared.verification else { return }
      flows += 1
      let claims = RunClaims(table, report)
      for claim in claims.kinds { self.claims[claim, default: 0] += 1 }
      for seed in 0..<count {
        runs += 1
        for breach in claims.breaches(seed: UInt64(number) << 8 | UInt64(seed)) {
          let example = "flow \(number), seed \(seed): \(breach.words)\n\(text)"
          broken[breach.claim, default: (0, example)].count += 1
        }
      }
    }

    func show(_ name: String) {
      let list = claims.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      print("claims on \(name): \(flows) flows, \(runs) runs: \(list.joined(separator: ", "))")
      for (claim, entry) in broken.sorted(by: { $0.value.count > $1.value.count }) {
        print("FALSE CLAIM \(claim), \(entry.count) times: \(entry.example)")
      }
    }
  }

  @Test func `runs of enumerated flows keep what is said of them`() {
    var findings = Findings()
    let flows = EnumeratedFlows()
    // Two flows next to each other differ in nothing but their invariant.
    let stride = Self.isSoak ? 2 : 44
    for position in Swift.stride(from: 0, to: flows.count, by: stride) {
      if let chosen = Self.chosen, chosen != position { continue }
      findings.play(flows[position].text, number: position, runs: Self.isSoak ? 40 : 8)
    }
    findings.show("enumerated flows")
    #expect(findings.broken.isEmpty)
    #expect(Self.chosen != nil || findings.claims.count >= 5)
  }

  @Test func `runs of covering flows keep what is said of them`() {
    var findings = Findings()
    var flows = CoveringFlows(seed: 31)
    for _ in 0..<(Self.isSoak ? 2_000 : 60) {
      let flow = flows.next()
      if let chosen = Self.chosen, chosen != flow.number { continue }
      findings.play(flow.text, number: flow.number, runs: Self.isSoak ? 10 : 5)
    }
    findings.show("covering flows")
    #expect(findings.broken.isEmpty)
  }
}

/// The claims of one flow.
private struct RunClaims {
  struct Breach {
    var claim: String
    var words: String
  }

  private let table: LinkedTable
  private let costs: CostReport
  private let longest: Int64?
  private let proven: [String]
  /// Places that are said to be never reached, and rows never taken.
  private let unreached: Set<NodeIndex>
  private let untaken: Set<RowIndex>
  /// Whether what a run costs is known in advance, as no answer is charged by its length.
  private let hasFixedPrices: Bool

  init(_ table: LinkedTable, _ report: VerifierReport) {
    self.table = table
    costs = CostAnalysis.analyse(table)
    longest = report.longestMilliseconds
    proven = report.proven
    func spans(_ code: DiagnosticCode) -> [SourceSpan] {
      report.findings.filter { $0.code == code }.compactMap(\.span)
    }
    let (places, rows) = (spans(.unreachablePlace), spans(.untakenRow))
    let nodes = table.table.nodes.indices.filter { node in
      table.table.span(of: node).map { places.contains($0) } ?? false
    }
    unreached = Set(nodes.map { NodeIndex($0) })
    let marked = table.table.debug.rows.indices.filter { row in
      table.table.debug.rows[row].map { rows.contains($0) } ?? false
    }
    untaken = Set(marked.map { RowIndex($0) })
    hasFixedPrices =
      table.table.performers.allSatisfy { $0.kind != .model }
      && table.table.nodes.allSatisfy { $0.kind != .plan }
  }

  private func isProven(_ prefix: String) -> Bool { proven.contains { $0.hasPrefix(prefix) } }

  /// The kinds of claim that are made.
  var kinds: [String] {
    var kinds = ["costs"]
    for line in ["ends on every way", "every step has an error edge", "every call has a deadline"]
    where isProven(line) { kinds.append(line) }
    if longest != nil { kinds.append("longest time") }
    if !unreached.isEmpty { kinds.append("unreached") }
    if !untaken.isEmpty { kinds.append("untaken") }
    return kinds
  }

  /// What a run of a seed does.
  private struct Totals {
    var picodollars: Int64 = 0
    var tokens: Int64 = 0
    var started: Int64 = 0
    var ended: Int64 = 0
    var hasOpenCalls = false

    mutating func read(_ event: RunEvent) {
      if case .started = event.kind { started = event.atMilliseconds }
      ended = event.atMilliseconds
      switch event.kind {
      case .completed(_, _, let usage, let cost), .failed(_, _, _, let usage, let cost):
        picodollars = Picodollars.sum(picodollars, cost)
        for count in [usage?.promptTokens, usage?.outputTokens] {
          tokens = Saturating.sum(tokens, count ?? 0)
        }
      default: break
      }
    }
  }

  /// The claims that the run of a seed breaks.
  func breaches(seed: UInt64) -> [Breach] {
    var drive = RandomDrive(table, seed: seed)
    var totals = Totals()
    // A run that is said to end is followed beyond the 1,000 places that max_steps lets it enter.
    let limit = isProven("ends on every way") ? 10_000 : 400
    let ending = drive.run(limit: limit) { _, event, _, output in
      totals.read(event)
      for effect in output.effects {
        if case .call(let call) = effect, call.deadlineMilliseconds < 0 {
          totals.hasOpenCalls = true
        }
      }
    }
    var found = exceeded(costs.worst, totals, "worst")
    if let place = drive.enteredPlaces.first(where: { unreached.contains($0) }) {
      found.append(Breach(claim: "unreached", words: table.table.nodes[Int(place)].name))
    }
    if let row = drive.takenRows.first(where: { untaken.contains($0) }) {
      found.append(Breach(claim: "untaken", words: table.table.words(ofRow: row)))
    }
    if totals.hasOpenCalls, isProven("every call has a deadline") {
      found.append(Breach(claim: "deadline", words: "a call has none"))
    }
    if let longest, totals.ended - totals.started > longest {
      let took = totals.ended - totals.started
      found.append(Breach(claim: "longest", words: "\(took) ms, longest \(longest) ms"))
    }
    switch ending {
    case .ended(let outcome): found += breaches(outcome, totals)
    case .stalled, .stuck, .cut:
      guard isProven("ends on every way") else { break }
      found.append(Breach(claim: "ends on every way", words: "\(ending)"))
    }
    return found
  }

  private func breaches(_ outcome: RunOutcome, _ totals: Totals) -> [Breach] {
    switch outcome {
    case .success(let final, _):
      var found = ended(in: final, totals)
      if hasFixedPrices, let least = costs.least.picodollars.value, totals.picodollars < least {
        found.append(Breach(claim: "least", words: "\(totals.picodollars) below \(least)"))
      }
      return found
    case .failure(let final?, _, _): return ended(in: final, totals)
    case .failure(nil, let error?, _):
      let isLimit = [ErrorKind.maxSteps, .cancelled, .inputRejected].contains(error.kind)
      guard !isLimit, !error.step.isEmpty, isProven("every step has an error edge") else {
        return []
      }
      return [Breach(claim: "error edge", words: "\(error.kind) of \(error.step)")]
    case .failure, .cancelled: return []
    }
  }

  /// An ending is among those that are listed, and within its bounds.
  private func ended(in final: String, _ totals: Totals) -> [Breach] {
    let own = costs.outcomes.filter { outcome in
      outcome.place.map { table.table.nodes[Int($0)].name.sameScalars(as: final) } ?? false
    }
    // Endings of the same name are told apart by nothing that a run shows.
    let breaches = own.map { exceeded($0.worst, totals, "worst of an ending") }
    return breaches.min { $0.count < $1.count }
      ?? [Breach(claim: "endings", words: "`\(final)` is not listed")]
  }

  private func exceeded(_ figures: CostFigures, _ totals: Totals, _ name: String) -> [Breach] {
    let took = totals.ended - totals.started
    let pairs: [(String, Figure, Int64)] = [
      ("money", figures.picodollars, totals.picodollars), ("tokens", figures.tokens, totals.tokens),
      ("time", figures.elapsedMilliseconds, took),
    ]
    return pairs.compactMap { what, figure, real in
      guard let bound = figure.value, real > bound else { return nil }
      return Breach(claim: "\(name): \(what)", words: "\(real) above \(bound)")
    }
  }
}
