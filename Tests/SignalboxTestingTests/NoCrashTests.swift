import FoundationEssentials
import Signalbox
import SignalboxTesting
import Testing

/// No input ends the process: everything that is done with a flow before it runs, and runs.
///
/// A trap ends the tests as well, without a report. `SIGNALBOX_TRACE=1` prints each flow before it
/// is looked at, `SIGNALBOX_FIRST=N` begins with the Nth.
@Suite struct NoCrashTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let isTraced = environment["SIGNALBOX_TRACE"] == "1"
  private static let first = environment["SIGNALBOX_FIRST"].flatMap { Int($0) } ?? 0
  private static let flows = Sample.isSoak ? 20_000 : 300
  private static let runs = Sample.isSoak ? 10 : 3

  @Test func `no flow and no run ends the process`() throws {
    let seed = Sample.seed(41)
    var flows = CoveringFlows(seed: seed)
    for _ in 0..<Self.first { _ = flows.next() }
    var counts = (flows: 0, runs: 0, events: 0)
    for _ in Self.first..<Self.flows {
      let flow = flows.next()
      if Self.isTraced { print("seed \(seed), flow \(flow.number)\n\(flow.text)") }
      let table = try #require(Self.prepare(flow), "seed \(seed), flow \(flow.number)")
      counts.flows += 1
      for run in 0..<UInt64(Self.runs) {
        let fault = Self.fault(of: table, seed: UInt64(flow.number) << 8 | run, &counts)
        #expect(fault == nil, "seed \(seed), flow \(flow.number), run \(run)\n\(flow.text)")
      }
    }
    print("no crash: \(counts.flows) flows, \(counts.runs) runs, \(counts.events) events")
  }

  /// Everything that is done with a flow before it runs; its table.
  private static func prepare(_ flow: CoveringFlow) -> LinkedTable? {
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: flow.text))
    guard let table = prepared.table else { return nil }
    let report = CostAnalysis.analyse(table)
    for budget in [nil, Int64(0), .max] {
      let gate = BudgetGate.decide(report, overrideHard: budget)
      _ = PlanText.render(
        report,
        verification: prepared.verification,
        gate: gate,
        digest: table.table.digest.short
      )
      _ = PlanJSON.value(
        report,
        verification: prepared.verification,
        gate: gate,
        digest: table.table.digest.short
      )
    }
    _ = Disassembler.text(table.table)
    _ = TableDrawing.mermaid(table.table)
    _ = TableDrawing.dot(table.table)
    _ = TableDrawing.svg(table.table)
    _ = GuardNeed.find(in: table, input: .map(["n": .int(1), "ok": .bool(true)]))
    _ = try? TransitionTable(decoding: table.table.encoded())
    return table
  }

  /// Runs a table and those that its detached flows have; what is wrong with a state.
  private static func fault(
    of table: LinkedTable,
    seed: UInt64,
    _ counts: inout (flows: Int, runs: Int, events: Int)
  ) -> String? {
    for table in [table] + table.children.sorted(by: { $0.key < $1.key }).map(\.value) {
      var drive = RandomDrive(table, seed: seed)
      var fault: String?
      let ending = drive.run(limit: 120) { _, event, after, _ in
        // What is stored can be read again.
        let bytes = after.encoded()
        let again = try? RunState(decoding: bytes, for: table)
        if fault == nil, again?.encoded() != bytes { fault = "unsound after \(event.kind)" }
      }
      counts.runs += 1
      counts.events += drive.eventCount
      if case .stuck = ending { fault = fault ?? "nothing can move the run on" }
      if let fault { return fault }
    }
    return nil
  }
}
