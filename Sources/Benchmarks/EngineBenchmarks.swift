import Signalbox
import SignalboxTesting

/// Compiling flows and stepping through them.
enum EngineBenchmarks {
  static let all = [
    Benchmark(names: ["flow.compile_200_states"], measure: compile),
    Benchmark(names: ["step.answered_call"], measure: step),
  ]

  /// Text of 200 states to a linked table.
  private static func compile() throws -> [Figure] {
    let text = FlowGenerator.flow(states: 200, seed: 1)
    let sink = Sink()
    let time = try Measurement.median(samples: 21) {
      sink.take(try table(text).table.rows.count)
    }
    return [Figure(name: "flow.compile_200_states", value: time * 1e3, unit: "ms")]
  }

  /// Two states that call by turns.
  static let loop = """
    signalbox: 1
    name: loop
    max_steps: 1000000
    state: {limit: {type: integer, default: 3}}
    agents: {ask: {type: scripted, output: {v: {type: integer}}}}
    initial_state: one
    states:
      one:
        agent: ask
        on_success:
          - {when: "one.v > 100 || state.limit > 5", target: done}
          - {when: "one.v >= 7 && state.limit == 3", target: two}
          - {target: done}
      two:
        agent: ask
        on_success:
          - {when: "two.v > 100 || state.limit > 5", target: done}
          - {when: "two.v >= 7 && state.limit == 3", target: one}
          - {target: done}
    final_states: {done: {}}
    """

  /// Steps of one sample.
  static let rounds = 20_000

  /// One answered call that takes a guarded edge and makes the next call.
  private static func step() throws -> [Figure] {
    let sink = Sink()
    let table = try table(loop)
    var state = try started(table)
    let answer = Value.map(["v": .int(7)])
    let time = Measurement.median(samples: 21, rounds: rounds) {
      var output = StepOutput()
      Executor.step(table, &state, Self.answer(answer, in: state), &output)
      sink.take(output.effects.count)
    }
    guard state.outcome == nil, sink.sum > 21 * rounds else {
      throw BenchmarkFailure(description: "the loop ended: \(String(describing: state.outcome))")
    }
    return [Figure(name: "step.answered_call", value: time * 1e9, unit: "ns")]
  }

  /// The time of such a step in seconds, held against a relation as durable runs are.
  static func step(_ table: LinkedTable, under check: RelationCheck?) throws -> Double {
    var state = try started(table)
    let answer = Value.map(["v": .int(7)])
    var differences = 0
    let time = Measurement.median(samples: 21, rounds: rounds) {
      var output = StepOutput()
      let event = Self.answer(answer, in: state)
      guard let check else {
        Executor.step(table, &state, event, &output)
        return
      }
      let before = state
      Executor.step(table, &state, event, &output)
      if check.difference(before: before, after: state, output: output) != nil { differences += 1 }
    }
    guard state.outcome == nil, differences == 0 else {
      throw BenchmarkFailure(description: "the loop ended, or \(differences) steps differ")
    }
    return time
  }

  private static func started(_ table: LinkedTable) throws -> RunState {
    var state = Executor.start(table)
    var output = StepOutput()
    let start = RunEvent.Kind.started(runID: "r", input: .map([:]), environment: [:])
    Executor.step(table, &state, RunEvent(atMilliseconds: 0, kind: start), &output)
    guard !state.tokens.isEmpty else { throw BenchmarkFailure(description: "the loop rests") }
    return state
  }

  private static func answer(_ value: Value, in state: RunState) -> RunEvent {
    let effect = state.tokens[0].effect
    return RunEvent(
      atMilliseconds: 1,
      kind: .completed(effect: effect, output: value, usage: nil, costPicodollars: 1)
    )
  }

  /// The linked table of a flow's text.
  static func table(_ text: String) throws -> LinkedTable {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    guard let flow = loaded.flow else {
      throw BenchmarkFailure(description: "the flow: \(loaded.diagnostics.map(\.message))")
    }
    let compiled = FlowCompiler.compile(flow)
    guard let table = compiled.table else {
      throw BenchmarkFailure(description: "the flow: \(compiled.diagnostics.map(\.message))")
    }
    return table
  }
}
