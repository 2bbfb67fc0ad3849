import FoundationEssentials
import Journal
import Runtime
import Signalbox
import SignalboxTesting
import Synchronization
import TestSupport
import Testing

/// Whatever happens to a run, its money adds up: what the ledger says is what the journals say, and
/// nothing is held back for what is over.
@Suite struct LedgerPropertyTests {
  private static let isSoak = ProcessInfo.processInfo.environment["SIGNALBOX_SOAK"] == "1"
  private static let seed: UInt64 = 13

  /// Flows of every pair of kinds, in worlds that fail, cancel, stay silent and crash.
  @Test func moneyAddsUp() async throws {
    let wanted = Self.isSoak ? 2_400 : 240
    var flows = CoveringFlows(seed: Self.seed)
    var counts = Counts()
    for number in 0..<wanted {
      let flow = flows.next()
      guard let table = flow.compiled.table else { continue }
      let seed = Self.seed &* 1_000_003 &+ UInt64(number)
      try await play(table, seed, "flow \(number) of seed \(Self.seed), run \(seed)", &counts)
    }
    // The property would hold of runs in which nothing happens.
    #expect(counts.runs > wanted * 9 / 10, "\(counts)")
    #expect(counts.ended > wanted / 3, "\(counts)")
    #expect(counts.crashes > wanted / 20, "\(counts)")
    #expect(counts.withdrawn > 0 && counts.lost > 0 && counts.charged > wanted / 2, "\(counts)")
    print("money adds up in \(counts.runs) runs: \(counts)")
  }

  private struct Counts {
    var runs = 0
    var ended = 0
    var crashes = 0
    var charged = 0
    var withdrawn = 0
    var lost = 0
  }

  private func play(
    _ table: LinkedTable,
    _ seed: UInt64,
    _ name: String,
    _ counts: inout Counts
  ) async throws {
    var random = RandomSource(seed: seed)
    let store = FailingStore(failsAfter: random.chance(50) ? 1 + random.below(8) : .max)
    _ = try PinnedTable.put(table, in: store)
    let world = World(seed: random.next(), failures: random.one(of: [0, 20, 60]))
    var own = surroundings(store, world)
    own.pricer = CallPricer(
      worstPicodollars: { $0.kind == .human ? 0 : 1_000 },
      costPicodollars: { min(1_000, $1.promptTokens + $1.outputTokens) }
    )
    own.checksSteps = false
    let cancels = random.chance(25) ? Int64(random.below(30_000)) : nil
    let input = SchemaSample.value(
      of: table.table.slots.first { $0.kind == .input }.flatMap { table.schema($0.schema) }
        ?? .map([:]),
      by: &random
    )
    counts.runs += 1
    var driver: RunDriver?
    // A store that fails, a driver that is gone: another one goes on, at most so often.
    for _ in 0..<5 {
      do throws(RunFault) {
        if driver == nil {
          let isKnown = try summary("r-1", store) != nil
          let fresh =
            isKnown
            ? try await RunDriver.resume(runID: "r-1", table, in: own)
            : try await RunDriver.start(table, header: header(table), input: input, in: own)
          if let cancels, !isKnown {
            await fresh.schedule([
              ScenarioOccurrence(
                content: .cancel(reason: "enough"),
                afterMilliseconds: cancels,
                span: SourceSpan(file: SourceFile(name: "-", text: ""), start: 0, end: 0)
              )
            ])
          }
          driver = fresh
        }
        guard let driver else { break }
        let pause = try await driver.drive()
        _ = await driver.driveChildren()
        check(store, table, name)
        if case .ended = pause {
          counts.ended += 1
          break
        }
        try await move(driver, pause, &random)
      } catch {
        guard case .store(.diskFull) = error else {
          if case .refused = error { break }
          Issue.record("\(name): \(error.message)")
          break
        }
        counts.crashes += 1
        check(store, table, name)
        driver = nil
        store.mend()
      }
    }
    check(store, table, name)
    count(store, table, &counts)
  }

  private func summary(_ runID: String, _ store: FailingStore) throws(RunFault) -> RunSummary? {
    do throws(StoreError) {
      return try store.summary(runID: runID)
    } catch {
      if case .notFound = error { return nil }
      throw .store(error)
    }
  }

  /// People answer, or decide, or leave it.
  private func move(
    _ driver: RunDriver,
    _ pause: RunPause,
    _ random: inout RandomSource
  ) async throws(RunFault) {
    switch pause {
    case .undecided(let calls):
      for call in calls {
        try await driver.decide(
          step: call.step,
          random.chance(50) ? .happened(output: .map([:])) : .didNotHappen,
          by: "somebody"
        )
      }
    default: await driver.cancel(reason: "nobody answers")
    }
  }

  private func check(_ store: FailingStore, _ table: LinkedTable, _ name: String) {
    do {
      let audit = try StoreAudit.check(store.base)
      #expect(audit.findings.map(\.message) == [], "\(name)")
    } catch {
      Issue.record("\(name): \(error)")
    }
  }

  private func count(_ store: FailingStore, _ table: LinkedTable, _ counts: inout Counts) {
    guard let summary = try? store.summary(runID: "r-1"),
      let records = try? store.records(runID: "r-1", from: 1)
    else { return }
    var ledger = RunLedger(header: summary.header, table: table.table)
    var state = Executor.start(table)
    for stored in records {
      guard let record = try? JournalRecord(decoding: stored.bytes) else { continue }
      if case .step(let step) = record.body {
        var output = StepOutput()
        Executor.step(table, &state, step.event, &output)
      }
      for charge in ledger.follow(record.body, hasEnded: state.outcome != nil) {
        switch charge.cause {
        case .settled: counts.charged += 1
        case .withdrawn: counts.withdrawn += 1
        case .lost: counts.lost += 1
        }
      }
    }
  }
}

/// Answers by chance: fitting ones, failures, late ones, none.
private final class World: Performing {
  private let random: Mutex<RandomSource>
  private let failures: Int

  init(seed: UInt64, failures: Int) {
    random = Mutex(RandomSource(seed: seed))
    self.failures = failures
  }

  func perform(_ call: DispatchedCall) async -> CallResult {
    if call.performer.kind == .human { return .awaitsPerson }
    return random.withLock { random in
      if random.chance(5), call.deadlineMilliseconds >= 0 { return .never }
      let usage =
        random.chance(70)
        ? Usage(
          promptTokens: Int64(random.below(500)),
          outputTokens: Int64(random.below(500))
        ) : nil
      let result: CallResult
      if random.chance(failures) {
        result = .failed(
          random.one(of: [.unavailable, .failed, .unknown, .timeout, .invalidOutput]),
          message: "by chance",
          usage: usage,
          wasSent: random.chance(70)
        )
      } else {
        let output = SchemaSample.value(of: call.outputSchema ?? .map([:]), by: &random)
        result = .completed(output: output, usage: usage)
      }
      guard random.chance(60) else { return result }
      return .later(afterMilliseconds: Int64(random.below(8_000)), result)
    }
  }
}
