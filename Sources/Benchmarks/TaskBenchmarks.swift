import Signalbox

/// Lists of tasks in memory: the engine's own time, answers given at once.
enum TaskBenchmarks {
  static let all = [
    Benchmark(names: ["task.run_5_steps", "task.run_5_parallel"], measure: run)
  ]

  private static func run() throws -> [Figure] {
    let listed = try table(dependsOn: false)
    let parallel = try table(dependsOn: true)
    return [
      Figure(name: "task.run_5_steps", value: try time(listed) * 1e6, unit: "us"),
      Figure(name: "task.run_5_parallel", value: try time(parallel) * 1e6, unit: "us"),
    ]
  }

  private static func table(dependsOn: Bool) throws -> LinkedTable {
    let tasks = (1...5).map { number in
      let before = number == 1 ? "1" : "t\(number - 1).v"
      let awaits = dependsOn && number > 1 ? ", depends_on: [t\(number - 1)]" : ""
      return "  - {id: t\(number), agent: ask, with: {n: \"{{ \(before) }}\"}\(awaits)}\n"
    }
    return try EngineBenchmarks.table(
      """
      signalbox: 1
      name: five
      agents: {ask: {type: scripted, output: {v: {type: integer}}, timeout: 5s}}
      tasks:
      \(tasks.joined())
      """
    )
  }

  /// One run from start to end.
  private static func time(_ table: LinkedTable) throws -> Double {
    let sink = Sink()
    let answer = Value.map(["v": .int(7)])
    let start = RunEvent.Kind.started(runID: "r", input: .map([:]), environment: [:])
    var isWhole = true
    let time = Measurement.median(samples: 21, rounds: 1_000) {
      var state = Executor.start(table)
      var output = StepOutput()
      Executor.step(table, &state, RunEvent(atMilliseconds: 0, kind: start), &output)
      for _ in 0..<5 {
        guard let effect = state.tokens.first(where: { $0.effect != 0 })?.effect else { break }
        var output = StepOutput()
        let event = RunEvent(
          atMilliseconds: 1,
          kind: .completed(effect: effect, output: answer, usage: nil, costPicodollars: 0)
        )
        Executor.step(table, &state, event, &output)
        sink.take(output.effects.count)
      }
      if case .success? = state.outcome {} else { isWhole = false }
    }
    guard isWhole else { throw BenchmarkFailure(description: "a run of tasks did not end") }
    return time
  }
}
