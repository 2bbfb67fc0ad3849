import Signalbox
import Testing

/// Events by number go the same way as events by name.
@Suite struct SignalTests {
  private static let flow = """
    signalbox: 1
    name: lap
    max_steps: 100
    state: {score: {type: integer, default: 40}, count: {type: integer, default: 0}}
    initial_state: idle
    states:
      idle: {on_event: {start: working}}
      working:
        on_event:
          score:
            - {when: "state.score > 70", target: approved}
            - {when: "state.score < 70", target: scored}
          broken: {when: "1 / state.count > 0", target: idle}
      scored:
        on_event:
          review: {target: reviewing}
          approve: {when: "state.score <= 60", target: approved}
          add: {assign: {count: "state.count + 1"}, target: working}
      reviewing: {on_event: {back: {target: working}, "*": {target: idle}}}
      approved:
        on_entry: [{assign: {score: "state.score + 1"}}]
        on_event: {reset: {target: idle}}
    """

  @Test func `a signal does what the full step does`() throws {
    let loaded = FlowLoader.load(SourceFile(name: "lap.yaml", text: Self.flow))
    let compiled = FlowCompiler.compile(try #require(loaded.flow))
    let table = try #require(compiled.table, "\(compiled.diagnostics.map(\.message))")
    #expect(table.flat != nil)
    var (fast, slow) = (Executor.start(table), Executor.start(table))
    let start = RunEvent.Kind.started(runID: "r", input: .map([:]), environment: [:])
    var output = StepOutput()
    Executor.step(table, &fast, RunEvent(atMilliseconds: 0, kind: start), &output)
    Executor.step(table, &slow, RunEvent(atMilliseconds: 0, kind: start), &output)
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
    var numbers = seed
    for time in 1...2_000 {
      numbers = numbers &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let event = Int32((numbers >> 33) % UInt64(table.table.names.count))
      let name = table.table.names[Int(event)]
      var (one, other) = (StepOutput(), StepOutput())
      Executor.signal(table, &fast, event, atMilliseconds: Int64(time), &one)
      let kind = RunEvent.Kind.external(name: name, payload: .null)
      Executor.step(table, &slow, RunEvent(atMilliseconds: Int64(time), kind: kind), &other)
      #expect(fast.encoded() == slow.encoded(), "seed \(seed), event \(time) `\(name)`")
      #expect(
        one.trace.map { "\($0)" } == other.trace.map { "\($0)" },
        "seed \(seed), event \(time) `\(name)`"
      )
    }
    #expect(fast.outcome != nil, "the run used its steps up, so that the end was compared too")
  }
}
