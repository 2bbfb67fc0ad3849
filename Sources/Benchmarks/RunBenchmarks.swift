import Signalbox

/// Whole durable runs, beside what the disk alone takes.
enum RunBenchmarks {
  static let all = [
    Benchmark(names: ["run.durable_5_steps_p50", "disk.fsync_p50"], measure: durable),
    Benchmark(names: ["run.waiting_cpu"], measure: waiting),
  ]

  private struct Answering: Performing {
    func perform(_ call: DispatchedCall) async -> CallResult {
      .completed(output: .map(["v": .int(1)]), usage: nil)
    }
  }

  private static func durable() async throws -> [Figure] {
    let folder = try ScratchFolder()
    defer { folder.remove(["runs.db", "runs.db-wal", "runs.db-shm", "append"]) }
    let floor = try folder.syncTimes(bytes: 4_096, count: 200, file: "append")
    let states = (1...5).map { number in
      let next = number == 5 ? "done" : "s\(number + 1)"
      return "  s\(number): {agent: ask, with: {n: \"{{ state.n }}\"}, assign: {n: \"state.n + "
        + "s\(number).v\"}, on_success: \(next)}\n"
    }
    let table = try EngineBenchmarks.table(
      """
      signalbox: 1
      name: five
      state: {n: {type: integer, default: 0}}
      agents: {ask: {type: scripted, output: {v: {type: integer}}}}
      initial_state: s1
      states:
      \(states.joined())
      final_states: {done: {}}
      """
    )
    let surroundings = RunSurroundings(
      store: try SQLiteRunStore(path: "\(folder.path)/runs.db"),
      performing: Answering(),
      clock: SystemClock(),
      pricer: .declaredOnly
    )
    let digest = table.table.digest
    let clock = ContinuousClock()
    var times: [Double] = []
    for number in 0..<200 {
      let start = clock.now
      let header = RunHeader(
        runID: "run-\(number)",
        flowName: "five",
        tableDigest: digest,
        createdMilliseconds: 1
      )
      let driver = try await RunDriver.start(
        table,
        header: header,
        input: .map([:]),
        in: surroundings
      )
      guard case .ended(.success) = try await driver.drive() else {
        throw BenchmarkFailure(description: "the run did not succeed")
      }
      times.append(Measurement.seconds(start.duration(to: clock.now)))
    }
    return [
      Figure(
        name: "run.durable_5_steps_p50",
        value: Measurement.middle(of: times) * 1e3,
        unit: "ms"
      ),
      Figure(name: "disk.fsync_p50", value: Measurement.middle(of: floor) * 1e6, unit: "us"),
    ]
  }

  /// Answers after half a second.
  private struct Waiting: Performing {
    func perform(_ call: DispatchedCall) async -> CallResult {
      try? await Task.sleep(for: .milliseconds(500))
      return .completed(output: .map(["v": .int(1)]), usage: nil)
    }
  }

  /// The part of a core that a run takes while it waits for answers, each with a deadline.
  private static func waiting() async throws -> [Figure] {
    let table = try EngineBenchmarks.table(
      """
      signalbox: 1
      name: waiting
      agents: {ask: {type: scripted, timeout: 60s, output: {v: {type: integer}}}}
      tasks:
        - {id: a, agent: ask}
        - {id: b, agent: ask, depends_on: [a]}
        - {id: c, agent: ask, depends_on: [b]}
        - {id: d, agent: ask, depends_on: [c]}
      """
    )
    let surroundings = RunSurroundings(
      store: MemoryRunStore(),
      performing: Waiting(),
      clock: SystemClock(),
      pricer: .declaredOnly
    )
    let header = RunHeader(
      runID: "run",
      flowName: "waiting",
      tableDigest: table.table.digest,
      createdMilliseconds: 1
    )
    let clock = ContinuousClock()
    let (start, work) = (clock.now, Stopwatch.work)
    let driver = try await RunDriver.start(
      table,
      header: header,
      input: .map([:]),
      in: surroundings
    )
    guard case .ended(.success) = try await driver.drive() else {
      throw BenchmarkFailure(description: "the run did not succeed")
    }
    let used = Stopwatch.work - work
    let share = used / Measurement.seconds(start.duration(to: clock.now))
    return [Figure(name: "run.waiting_cpu", value: share * 100, unit: "%")]
  }
}
