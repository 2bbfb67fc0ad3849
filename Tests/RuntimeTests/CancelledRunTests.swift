import FoundationEssentials
import Signalbox
import SignalboxTesting
import Testing

/// A run that is asked to stop ends as cancelled, and starts nothing but what it has declared for
/// that: where its cancel edges lead, and what follows from there.
@Suite struct CancelledRunTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  private static let seed: UInt64 = 6

  @Test func startsNothingButItsCleanUp() throws {
    var flows = CoveringFlows(seed: Self.seed)
    var temper = RunTemper()
    temper.cancellations = 15
    temper.failures = 20
    temper.waiting = 20
    var cancelled = 0
    var cleanUps = 0
    for number in 0..<(Self.isSoak ? 3_000 : 300) {
      let flow = flows.next()
      guard let table = flow.compiled.table else { continue }
      let cleanUp = CleanUp(table.table)
      for attempt in 0..<4 {
        let seed = UInt64(number * 4 + attempt)
        var drive = RandomDrive(table, seed: seed, temper: temper)
        var isCancelled = false
        let ending = drive.run(limit: 400) { before, event, _, output in
          if case .cancelled = event.kind { isCancelled = true }
          guard isCancelled, before.outcome == nil else { return }
          for case .call(let intent) in output.effects {
            cleanUps += 1
            let name = table.table.nodes[Int(intent.place)].name
            #expect(
              cleanUp.holds(intent.place),
              "`\(name)` of flow \(number), run \(seed):\n\(flow.text)"
            )
          }
        }
        guard isCancelled else { continue }
        cancelled += 1
        switch ending {
        case .ended, .cut, .stalled: continue
        case .stuck: Issue.record("flow \(number), run \(seed) waits for nothing:\n\(flow.text)")
        }
      }
    }
    #expect(cancelled > 100 && cleanUps > 10, "\(cancelled) cancelled, \(cleanUps) calls")
  }
}

/// Places that may be entered once a run is cancelled.
private struct CleanUp {
  private var places: Set<NodeIndex> = []

  init(_ table: TransitionTable) {
    var open = table.rows.filter { $0.event == .cancel }.flatMap { Self.entered(by: $0, table) }
    // What a tree does when it is halted is declared, too.
    open += table.nodes.compactMap { $0.tree?.cleanup }.filter { $0 != noIndex }
    while let node = open.popLast() {
      guard node >= 0, node < table.nodes.count, places.insert(node).inserted else { continue }
      let entry = table.nodes[Int(node)]
      open += (node + 1)..<max(node + 1, entry.subtreeEnd)
      open += entry.rows.flatMap { Self.entered(by: table.rows[Int($0)], table) }
      if entry.template != noIndex, Int(entry.template) < table.frames.count {
        open.append(table.frames[Int(entry.template)].nodes.lowerBound)
      }
    }
  }

  /// Where a row leads; one that leads into another region enters all regions beside it, too.
  private static func entered(by row: Row, _ table: TransitionTable) -> [NodeIndex] {
    var entered = [row.target]
    guard row.target >= 0 else { return [] }
    var part = row.target
    while part > 0 {
      let parent = table.nodes[Int(part)].parent
      guard parent > 0 else { break }
      let holdsSource = row.place >= part && row.place < table.nodes[Int(part)].subtreeEnd
      if table.nodes[Int(parent)].kind == .parallel, !holdsSource { entered.append(parent) }
      part = parent
    }
    return entered
  }

  func holds(_ place: NodeIndex) -> Bool { places.contains(place) }
}
