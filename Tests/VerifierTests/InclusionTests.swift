import Foundation
import Relation
import Signalbox
import SignalboxTesting
import Testing

/// The executor does nothing that the relation does not have: on flows that bring every two kinds
/// together, in worlds made by chance.
@Suite("inclusion of what runs in the relation")
struct InclusionTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] != nil
  private static let flowCount = isSoak ? 20_000 : 150
  private static let runsOfFlow = isSoak ? 10 : 4

  @Test("every step is a move") func inclusion() throws {
    var flows = CoveringFlows(seed: 12)
    let environment = ProcessInfo.processInfo.environment
    if let number = environment["SIGNALBOX_FLOW"].flatMap({ Int($0) }) {
      show(number)
      return
    }
    var runs = 0
    var differences: [String: (count: Int, example: String)] = [:]
    for _ in 0..<Self.flowCount {
      let flow = flows.next()
      guard let table = flow.compiled.table else { continue }
      let check = RelationCheck(FlowRelation(table.table))
      for seed in 0..<UInt64(Self.runsOfFlow) {
        runs += 1
        let problem = Self.play(table, check, seed: UInt64(flow.number) << 8 | seed)
        guard let problem else { continue }
        let kind = problem.split(separator: " ").filter { $0.first != "`" }
          .joined(separator: " ").filter { !$0.isNumber }
        differences[kind, default: (0, "flow \(flow.number) seed \(seed): \(problem)")].count += 1
      }
    }
    print(
      "inclusion: \(flows.coverage), \(Self.flowCount) flows, \(runs) runs, "
        + "\(differences.values.reduce(0) { $0 + $1.count }) disagreements"
    )
    for (_, found) in differences.sorted(by: { $0.value.count > $1.value.count }) {
      print("DIFF \(found.count) times, \(found.example)")
    }
    #expect(differences.isEmpty)
  }

  /// Causes that are looked at: in short, those that few flows need are left to the long run.
  ///
  /// Only trees that are looked at in ticks have rows for what is still running, and the suites of
  /// other engines compare them.
  private static let causes = MoveCause.allCases.filter { cause in
    switch cause {
    case .running: false
    case .halted, .changed, .always, .switched, .refused: isSoak
    default: true
    }
  }

  @Test("each kind of move is missed when it is left out", arguments: causes)
  func mutation(_ cause: MoveCause) {
    var flows = CoveringFlows(seed: 12)
    var isMissed = false
    var looked = 0
    while !isMissed, looked < (Self.isSoak ? 5_000 : 300) {
      looked += 1
      let flow = flows.next()
      guard let table = flow.compiled.table else { continue }
      let relation = FlowRelation(table.table, dropping: cause)
      // What has no such move tells nothing.
      guard relation.moves.count < FlowRelation(table.table).moves.count || cause == .overdue else {
        continue
      }
      let check = RelationCheck(relation)
      for seed in 0..<UInt64(6) where !isMissed {
        isMissed = Self.play(table, check, seed: UInt64(flow.number) << 8 | seed) != nil
      }
    }
    print("mutation: \(cause) left out, missed after \(looked) flows")
    #expect(isMissed, "no run needed a move by \(cause) among \(looked) flows")
  }

  /// Few flows of the array come to a door that refuses and show it: one by hand, in every run.
  @Test("a refusal by `max_visits` is missed when it is left out") func refusal() throws {
    let text = """
      signalbox: 1
      name: refused
      initial_state: a
      states:
        a: {assign: {n: "1"}, max_visits: 2, on_success: a, on_error: late}
        late: {assign: {n: "0"}, on_success: done}
      state: {n: {type: integer, default: 0}}
      final_states: {done: {}}
      """
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    let flow = try #require(loaded.flow)
    let table = try #require(FlowCompiler.compile(flow).table)
    let whole = RelationCheck(FlowRelation(table.table))
    let lacking = RelationCheck(FlowRelation(table.table, dropping: .refused))
    let seeds = UInt64(0)..<20
    #expect(seeds.allSatisfy { Self.play(table, whole, seed: $0) == nil })
    #expect(seeds.contains { Self.play(table, lacking, seed: $0) != nil })
  }

  /// Prints one flow of the array and what is wrong with its runs, for a person who looks into it.
  private func show(_ number: Int) {
    var flows = CoveringFlows(seed: 12)
    for _ in 0..<number { _ = flows.next() }
    let flow = flows.next()
    print("FLOW " + flow.text)
    guard let table = flow.compiled.table else { return }
    let check = RelationCheck(FlowRelation(table.table))
    for seed in 0..<UInt64(Self.runsOfFlow) {
      let problem = Self.play(table, check, seed: UInt64(flow.number) << 8 | seed)
      print("FOUND \(seed) \(problem ?? "nothing")")
    }
  }

  static func play(_ table: LinkedTable, _ check: RelationCheck, seed: UInt64) -> String? {
    var drive = RandomDrive(table, seed: seed)
    var found: String?
    struct Stop: Error {}
    _ = try? drive.run(limit: 80) { before, event, after, output in
      if ProcessInfo.processInfo.environment["SIGNALBOX_TRACE"] == "1" {
        print("EVENT", event, output.trace.map { "\($0)" }, after.timers)
      }
      if let difference = check.difference(before: before, after: after, output: output) {
        if ProcessInfo.processInfo.environment["SIGNALBOX_FLOW"] != nil {
          print("TRACE", output.trace.map { "\($0)" }, before.tokens.map(\.place), after.tokens)
        }
        found = "\(difference.description) at " + "\(event.kind)".prefix(12)
        throw Stop()
      }
    }
    return found
  }
}
