import Signalbox
import SignalboxTesting

/// Events through a flat machine: five states, a lap of seven events, four guarded rows.
enum MachineBenchmarks {
  static let all = [
    Benchmark(names: ["step.plain", "step.named", "step.c_floor"], measure: plain),
    Benchmark(names: ["step.guarded"], measure: guarded),
    Benchmark(names: ["step.assign"], measure: assigning),
    Benchmark(names: ["snapshot.roundtrip", "run.bytes_flat"], measure: snapshot),
    Benchmark(names: ["flow.compile_1000_states"], measure: compile),
    Benchmark(names: ["runs.live_100k", "runs.live_100k_bytes"], measure: liveRuns),
  ]

  /// The lap: the rows it takes, by event.
  private static let lap = ["start", "score", "review", "back", "score", "approve", "reset"]

  private static func flow(guards: Bool, assigns: Bool) -> String {
    func edge(_ target: String, _ when: String) -> String {
      let condition = guards ? "when: \"\(when)\", " : ""
      let assign = assigns ? "assign: {count: \"state.count + 1\"}, " : ""
      return "{\(condition)\(assign)target: \(target)}"
    }
    return """
      signalbox: 1
      name: lap
      max_steps: 1000000
      state: {score: {type: integer, default: 40}, count: {type: integer, default: 0}}
      initial_state: idle
      states:
        idle: {on_event: {start: \(edge("working", "state.score >= 0"))}}
        working: {on_event: {score: \(edge("scored", "state.score < 70"))}}
        scored:
          on_event:
            review: \(edge("reviewing", "state.score > 10"))
            approve: \(edge("approved", "state.score <= 60"))
        reviewing: {on_event: {back: {target: working}}}
        approved: {on_event: {reset: {target: idle}}}
      """
  }

  private static func started(_ table: LinkedTable) -> RunState {
    var state = Executor.start(table)
    var output = StepOutput()
    let start = RunEvent.Kind.started(runID: "r", input: .map([:]), environment: [:])
    Executor.step(table, &state, RunEvent(atMilliseconds: 0, kind: start), &output)
    return state
  }

  /// The events of the lap, their names looked up or not.
  private static func events(_ table: LinkedTable, areNumbered: Bool = true) throws -> [RunEvent] {
    try lap.map { name in
      let kind = RunEvent.Kind.external(name: name, payload: .null)
      guard table.event(named: name) != nil else {
        throw BenchmarkFailure(description: "no event \(name)")
      }
      return areNumbered
        ? RunEvent(atMilliseconds: 1, kind: kind, in: table)
        : RunEvent(atMilliseconds: 1, kind: kind)
    }
  }

  /// Seconds a transition of the lap, by the function that drivers, replays and scenarios call with
  /// an event at hand.
  private static func time(_ table: LinkedTable, areNumbered: Bool = true) throws -> Double {
    var state = started(table)
    let events = try events(table, areNumbered: areNumbered)
    var output = StepOutput()
    let sink = Sink()
    // Held one by one, as a caller holds the event that it has: out of an array each is copied.
    let (start, score, review, back) = (events[0], events[1], events[2], events[3])
    let (again, approve, reset) = (events[4], events[5], events[6])
    let time = Measurement.median(samples: 41, rounds: 2_000) {
      Executor.step(table, &state, start, &output)
      Executor.step(table, &state, score, &output)
      Executor.step(table, &state, review, &output)
      Executor.step(table, &state, back, &output)
      Executor.step(table, &state, again, &output)
      Executor.step(table, &state, approve, &output)
      Executor.step(table, &state, reset, &output)
      sink.take(output.trace.count)
      output.clear()
    }
    guard state.outcome == nil, state.placesEntered > 41 * 2_000 * 7 else {
      throw BenchmarkFailure(description: "the lap was not run: \(state.placesEntered)")
    }
    return time / Double(lap.count)
  }

  private static func plain() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(guards: false, assigns: false))
    let time = try time(table)
    let named = try self.time(table, areNumbered: false)
    let sink = Sink()
    let floorTime = Measurement.median(samples: 41, rounds: 1_000) {
      sink.take(Int(TableFloor.run(700, score: 40)))
    }
    return [
      Figure(name: "step.plain", value: time * 1e9, unit: "ns"),
      Figure(name: "step.named", value: named * 1e9, unit: "ns"),
      Figure(name: "step.c_floor", value: floorTime / 700 * 1e9, unit: "ns"),
    ]
  }

  private static func guarded() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(guards: true, assigns: false))
    return [Figure(name: "step.guarded", value: try time(table) * 1e9, unit: "ns")]
  }

  private static func assigning() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(guards: true, assigns: true))
    return [Figure(name: "step.assign", value: try time(table) * 1e9, unit: "ns")]
  }

  private static func snapshot() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(guards: true, assigns: false))
    var state = started(table)
    let sink = Sink()
    let time = try Measurement.median(samples: 41, rounds: 2_000) {
      let bytes = state.encoded()
      state = try RunState(decoding: bytes, for: table)
      sink.take(bytes.count)
    }
    return [
      Figure(name: "snapshot.roundtrip", value: time * 1e9, unit: "ns"),
      Figure(name: "run.bytes_flat", value: Double(state.encoded().count), unit: "B"),
    ]
  }

  private static func compile() throws -> [Figure] {
    let text = FlowGenerator.flow(states: 1_000, seed: 1)
    let sink = Sink()
    let time = try Measurement.median(samples: 5) {
      sink.take(try EngineBenchmarks.table(text).table.rows.count)
    }
    return [Figure(name: "flow.compile_1000_states", value: time * 1e3, unit: "ms")]
  }

  /// A hundred thousand parked runs, each woken for one event and parked again.
  private static func liveRuns() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(guards: true, assigns: false))
    let count = 100_000
    let before = ProcessMemory.allocatedBytes
    var runs = [[UInt8]](repeating: started(table).encoded(), count: count)
    // Each run owns its bytes.
    let first = started(table)
    for run in runs.indices { runs[run] = first.encoded() }
    let memory = ProcessMemory.allocatedBytes - before
    let events = try events(table)
    let sink = Sink()
    var lapPosition = 0
    var output = StepOutput()
    let time = try Measurement.median(samples: 5) {
      let event = events[lapPosition % events.count]
      lapPosition += 1
      for run in runs.indices {
        var state = try RunState(decoding: runs[run], for: table)
        Executor.step(table, &state, event, &output)
        output.clear()
        runs[run] = state.encoded()
      }
      sink.take(runs.count)
    }
    return [
      Figure(name: "runs.live_100k", value: Double(count) / time, unit: "steps/s"),
      Figure(
        name: "runs.live_100k_bytes",
        value: Double(memory) / Double(count),
        unit: "B/run"
      ),
    ]
  }
}
