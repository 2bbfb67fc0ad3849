import Foundation
import Signalbox
import SignalboxTesting
import Testing

/// Runs of random nested flows never rest with nothing that could wake them.
@Suite struct NestedRunTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  private static let flowCount = isSoak ? 20_000 : 600

  /// One way to go on; nil: nothing is under way.
  private func event(of state: RunState, _ random: inout RandomSource) -> RunEvent.Kind? {
    var ways: [RunEvent.Kind] = []
    for token in state.tokens where token.effect != 0 {
      switch token.phase {
      case .calling:
        let kinds: [ErrorKind] = [.failed, .timeout, .unavailable, .cancelled]
        ways.append(
          random.chance(75)
            ? .completed(effect: token.effect, output: .map([:]), usage: nil, costPicodollars: 0)
            : .failed(
              effect: token.effect,
              error: random.one(of: kinds),
              message: "no",
              usage: nil,
              costPicodollars: 0
            )
        )
      case .pausing, .waiting: ways.append(.fired(timer: token.effect))
      case .entered, .resting, .hosting: continue
      }
    }
    // Deadlines pass now and then, and when nothing else is under way.
    if ways.isEmpty || random.chance(10) {
      ways += state.timers.map { .fired(timer: $0.effect) }
    }
    return ways.isEmpty ? nil : random.one(of: ways)
  }

  private static func table(of text: String) -> LinkedTable? { try? compiled(text) }

  /// What a run that rests looks like, for people.
  private func words(_ run: Drive) -> String {
    let nodes = run.table.table.nodes
    let tokens = run.state.tokens.map { token in
      "\(token.place) \(nodes[Int(token.place)].kind) `\(nodes[Int(token.place)].name)` frame "
        + "\(token.frame) \(token.phase)"
    }
    let trace = run.trace.suffix(20).map { $0.words(in: run.table.table) }
    return (tokens + trace).joined(separator: "\n")
  }

  @Test("a run ends, or something can wake it", arguments: [0, 5])
  func rests(_ cancellations: Int) throws {
    let seed: UInt64 = 11 + UInt64(cancellations)
    var random = RandomSource(seed: seed)
    var (usable, runs, events) = (0, 0, 0)
    for number in 0..<Self.flowCount {
      var flow = NestedFlow(random: random.fork())
      let text = flow.text(depth: 1 + number % 4)
      guard let table = Self.table(of: text) else { continue }
      usable += 1
      for _ in 0..<3 {
        var run = Drive(table)
        var steps = 0
        while run.state.outcome == nil {
          guard steps < 3_000, let event = event(of: run.state, &random) else {
            Issue.record(
              "seed \(seed), flow \(number) rests after \(steps) events:\n\(text)\n\(words(run))"
            )
            return
          }
          let isCancelled = random.chance(cancellations) && run.state.cancelReason == nil
          run.send(isCancelled ? .cancelled(reason: "enough") : event)
          steps += 1
          // What is stored can be taken up again.
          let bytes = run.state.encoded()
          let restored = try RunState(decoding: bytes, for: table)
          #expect(restored.encoded() == bytes, "seed \(seed), flow \(number)")
          run.state = restored
        }
        runs += 1
        events += steps
        #expect(run.state.tokens.isEmpty && run.state.frames.isEmpty)
      }
    }
    print(
      "nested flows, seed \(seed): \(usable) of \(Self.flowCount), \(runs) runs, \(events) events"
    )
    #expect(usable > Self.flowCount / 3)
  }
}
