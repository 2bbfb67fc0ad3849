import FoundationEssentials
import Signalbox
import Testing

/// No run costs more than the worst case, whatever chance decides.
@Suite("worst case against random runs")
struct BoundPropertyTests {
  private static var tables: Int {
    ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1" ? 10_000 : 500
  }

  @Test("random runs stay within the bounds, looked at way by way", arguments: [UInt64(20_261_121)])
  func everyWay(seed: UInt64) {
    check(seed: seed, unfoldedStates: 50_000)
  }

  @Test("random runs stay within the bounds, loops summed up", arguments: [UInt64(7_041_776)])
  func summedLoops(seed: UInt64) {
    check(seed: seed, unfoldedStates: 0)
  }

  private func check(seed: UInt64, unfoldedStates: Int) {
    var numbers = SeededNumbers(seed: seed)
    var bounded = 0
    var attained = 0
    for round in 0..<Self.tables {
      let table = RandomTable.make(&numbers)
      let report = CostAnalysis.analyse(
        table,
        prices: RandomTable.prices,
        unfoldedStates: unfoldedStates
      )
      var dearest: Int64 = 0
      for _ in 0..<20 {
        let walk = RandomWalk(table, RandomTable.prices, &numbers)
        if walk.isCut {
          continue
        }
        dearest = max(dearest, walk.picodollars)
        let name = "seed \(seed), table \(round)"
        #expect(isWithin(walk.picodollars, report.worst.picodollars), "money, \(name)")
        #expect(isWithin(walk.tokens, report.worst.tokens), "tokens, \(name)")
        #expect(isWithin(walk.work, report.worst.workMilliseconds), "work, \(name)")
        #expect(isWithin(walk.elapsed, report.worst.elapsedMilliseconds), "time, \(name)")
        // Least is of runs that succeed; what fails may take less.
        let end = report.outcomes.first { $0.place == walk.final }
        if end?.isFailure == false {
          #expect(walk.picodollars >= (report.least.picodollars.value ?? 0), "least, \(name)")
        }
        if walk.places < table.runLimits.maxSteps {
          let outcome = report.outcomes.first { $0.place == walk.final }
          #expect(outcome != nil, "ending, \(name)")
          if let outcome {
            #expect(isWithin(walk.picodollars, outcome.worst.picodollars), "outcome, \(name)")
            #expect(
              walk.picodollars >= (outcome.least.picodollars.value ?? 0),
              "outcome least, \(name)"
            )
          }
        }
      }
      guard let worst = report.worst.picodollars.value else { continue }
      bounded += 1
      if worst > 0, dearest == worst { attained += 1 }
      if case .everyWay = report.method {
        let total = report.outcomes.compactMap(\.share).reduce(0, +)
        #expect(abs(total - 1) < 1e-6, "shares, seed \(seed), table \(round)")
      }
    }
    // The property would be empty if nothing had a bound, or if no run came near it.
    #expect(bounded > Self.tables / 4)
    #expect(unfoldedStates == 0 || attained > Self.tables / 50)
  }

  private func isWithin(_ actual: Int64, _ bound: Figure) -> Bool {
    switch bound {
    case .known(let most): actual <= most
    case .unbounded: true
    case .unknown: false
    }
  }

  @Test("summing up loops never gives less than looking at every way", arguments: [UInt64(11)])
  func order(seed: UInt64) {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<Self.tables {
      let table = RandomTable.make(&numbers)
      let exact = CostAnalysis.analyse(table, prices: RandomTable.prices)
      let summed = CostAnalysis.analyse(table, prices: RandomTable.prices, unfoldedStates: 0)
      if let most = summed.worst.picodollars.value {
        #expect(isWithin(exact.worst.picodollars.value ?? .max, .known(most)), "table \(round)")
      }
      #expect(
        exact.least.picodollars.value ?? 0 >= summed.least.picodollars.value ?? 0,
        "table \(round)"
      )
      for place in exact.maxToGo.indices {
        #expect(exact.maxToGo[place] <= summed.maxToGo[place], "table \(round), place \(place)")
      }
    }
  }

  @Test("a timeout that leads back to a limited place may find it refused")
  func overdueRefusal() {
    var table = TransitionTable(name: "overdue")
    var agent = Performer(role: .agent, id: "a", kind: .http, typeName: "http")
    agent.costPerCallPicodollars = 7
    table.performers = [agent]
    table.effects = [EffectDescriptor(performer: 0, input: 0..<0)]
    table.nodes = [
      PlaceNode(name: "root", kind: .compound, parent: noIndex),
      PlaceNode(name: "first", kind: .pass, parent: 0),
      PlaceNode(name: "dear", kind: .action, parent: 0),
      PlaceNode(name: "done", kind: .final, parent: 0),
    ]
    table.nodes[1].maxVisits = 1
    table.nodes[2].effect = 0
    table.start = 1
    table.runLimits.timeoutMilliseconds = 5
    table.runLimits.timeoutTarget = 1
    table.rows = [
      Row(place: 1, event: .success, target: 3), Row(place: 1, event: .failure, target: 2),
      Row(place: 2, event: .success, target: 3), Row(place: 2, event: .failure, target: 3),
    ]
    table.nodes[1].rows = 0..<2
    table.nodes[2].rows = 2..<4
    // first, overdue, first again: refused, so on to the dear step.
    #expect(CostAnalysis.analyse(table).worst.picodollars == .known(7))
    #expect(
      CostAnalysis.analyse(table, unfoldedStates: 0).worst.picodollars.value ?? 0 >= 7
    )
  }
}
