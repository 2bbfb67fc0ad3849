import Foundation
import Signalbox
import SignalboxTesting
import Testing

@testable import Conformance

@Suite struct LiteralTreeTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"

  private func steps(of scenario: Value, isPolling: Bool) -> [(root: String, events: [String])] {
    let tree = scenario["tree"] ?? .null
    let inputs = scenario["inputs"]?.elements ?? []
    if isPolling {
      let run = LiteralPollRun(tree, blackboard: scenario["blackboard"])
      return inputs.map { run.step($0) }
    }
    let run = LiteralTickRun(
      tree,
      blackboard: scenario["blackboard"],
      mode: scenario["mode"]?.text
    )
    return inputs.map { run.step($0) }
  }

  @Test(
    .enabled(
      if: ConformanceDirectory.has("behavior-trees"),
      ConformanceDirectory.absence("behavior-trees")
    )
  )
  func `the literal readings give every recording of the two engines`() throws {
    var count = 0
    let documents = try SuiteFile.documents("\(ConformanceDirectory.root)/behavior-trees")
    for (file, contents) in documents where file != "btcpp-timing" {
      let isPolling = contents["dialect"]?.text == "py_trees"
      for scenario in contents["scenarios"]?.elements ?? [] {
        let wanted = scenario["expect"]?["steps"]?.elements ?? []
        let got = steps(of: scenario, isPolling: isPolling)
        for (position, (step, wanted)) in zip(got, wanted).enumerated() {
          let events = (wanted["events"]?.elements ?? []).compactMap(\.text)
          #expect(
            step.root == wanted["root"]?.text && step.events == events,
            "\(file)/\(scenario["name"]?.text ?? "") step \(position): \(step) \(wanted)"
          )
        }
        count += 1
      }
    }
    #expect(count > 480)
  }

  /// What differs between the compiled tree and the literal reading; nil: nothing.
  private func difference(_ scenario: Value, isPolling: Bool) -> String? {
    guard case .map(var fields) = scenario else { return nil }
    let steps = steps(of: scenario, isPolling: isPolling).map { step in
      Value.map([
        "root": .string(step.root), "events": .list(step.events.map { .string($0) }),
      ])
    }
    fields["expect"] = .map(["steps": .list(steps)])
    return BehaviorTreeSuite.failure(.map(fields), isPolling: isPolling)
  }

  /// The smallest scenario found that still differs.
  private func shrunk(_ scenario: Value, isPolling: Bool) -> (Value, String) {
    var best = scenario
    var reason = difference(scenario, isPolling: isPolling) ?? ""
    var attempts = 0
    while attempts < 3_000, case .map(let fields) = best {
      var candidates = RandomScenario.smaller(best["tree"] ?? .null).map { tree in
        var fields = fields
        fields["tree"] = tree
        return Value.map(fields)
      }
      let inputs = best["inputs"]?.elements ?? []
      for index in inputs.indices {
        var fields = fields
        var inputs = inputs
        inputs.remove(at: index)
        fields["inputs"] = .list(inputs)
        candidates.append(.map(fields))
      }
      let next = candidates.lazy.compactMap { candidate -> (Value, String)? in
        attempts += 1
        return difference(candidate, isPolling: isPolling).map { (candidate, $0) }
      }.first
      guard let next else { break }
      (best, reason) = next
    }
    return (best, reason)
  }

  @Test(arguments: RandomScenario.Family.allCases)
  func `random trees under ticks do what a literal reading of the engines does`(
    _ family: RandomScenario.Family
  ) throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["SIGNALBOX_TREES"].flatMap { Int($0) } ?? (Self.isSoak ? 4_000 : 150)
    let seed: UInt64 = 77
    var random = RandomSource(seed: seed)
    var failures: [String] = []
    for number in 0..<count {
      var generator = RandomScenario(family, random: random.fork())
      let scenario = generator.scenario(depth: 2 + number % 4)
      guard difference(scenario, isPolling: family.isPolling) != nil else { continue }
      guard failures.count < 10 else {
        failures.append("")
        continue
      }
      let (smallest, reason) = shrunk(scenario, isPolling: family.isPolling)
      failures.append("tree \(number): \(reason)\n\(JSONWriter.string(smallest))")
    }
    let shown = failures.prefix(10).sorted { $0.utf8.count < $1.utf8.count }.prefix(5)
    #expect(
      failures.isEmpty,
      "\(family): \(failures.count) of \(count), seed \(seed)\n\(shown.joined(separator: "\n"))"
    )
  }
}
