import Execution
import Journal
import Runtime
import Signalbox
import Source
import Synchronization
import Table
import Testing
import Values

/// How a driver waits while something else works.
@Suite struct WaitingTests {
  /// The system's clock, which counts how often somebody sleeps.
  private final class CountingClock: RunClock {
    let sleeps = Mutex(0)
    private let clock = SystemClock()
    var nowMilliseconds: Int64 { clock.nowMilliseconds }
    var isVirtual: Bool { false }

    func sleep(untilMilliseconds due: Int64) async {
      sleeps.withLock { $0 += 1 }
      await clock.sleep(untilMilliseconds: due)
    }
  }

  /// Answers after a while.
  private struct SlowPerformer: Performing {
    func perform(_ call: DispatchedCall) async -> CallResult {
      try? await Task.sleep(for: .milliseconds(60))
      return .completed(output: .map(["v": .int(1)]), usage: nil)
    }
  }

  @Test func `an alarm that is no longer needed wakes nobody`() async throws {
    let text = """
      signalbox: 1
      name: slow
      agents: {ask: {type: scripted, timeout: 1h, output: {v: {type: integer}}}}
      tasks:
        - {id: a, agent: ask}
        - {id: b, agent: ask, depends_on: [a]}
        - {id: c, agent: ask, depends_on: [b]}
      """
    let prepared = FlowPreparation.prepare(SourceFile(name: "flow.yaml", text: text))
    let table = try #require(prepared.table)
    let clock = CountingClock()
    let surroundings = RunSurroundings(
      store: MemoryRunStore(),
      performing: SlowPerformer(),
      clock: clock,
      pricer: .declaredOnly
    )
    let header = RunHeader(
      runID: "r-1",
      flowName: "slow",
      tableDigest: table.table.digest,
      createdMilliseconds: clock.nowMilliseconds
    )
    let driver = try await RunDriver.start(
      table,
      header: header,
      input: .map([:]),
      in: surroundings
    )
    guard case .ended(.success) = try await driver.drive() else {
      Issue.record("the run must succeed")
      return
    }
    // One wait for each answer; a few more where something else woke the driver.
    let sleeps = clock.sleeps.withLock { $0 }
    #expect(sleeps >= 3 && sleeps <= 9)
  }
}
