import Signalbox
import Testing

/// What one step or run may take is a field of `Limits`.
@Suite struct StepLimitTests {
  private func drive(_ limits: Limits) throws -> Drive {
    let text = """
      signalbox: 1
      name: timers
      state: {failed: {type: boolean, default: false}}
      initial_state: a
      states:
        a:
          on_entry:
            - {send: {event: x, delay: 1s}}
            - {send: {event: y, delay: 2s}}
          on_event: {error.execution: {target: b}}
        b: {}
      """
    let loaded = FlowLoader.load(SourceFile(name: "timers.yaml", text: text))
    let flow = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))")
    let compiled = FlowCompiler.compile(flow, limits: limits)
    return Drive(try #require(compiled.table, "\(compiled.diagnostics.map(\.message))"))
  }

  private func name(_ run: Drive) -> String {
    run.table.table.nodes[Int(run.state.tokens[0].place)].name
  }

  @Test func `one timer too many is an error event`() throws {
    var limits = Limits()
    limits.timers = 2
    var run = try drive(limits)
    #expect(run.state.timers.count == 2 && name(run) == "a")
    limits.timers = 1
    run = try drive(limits)
    #expect(run.state.timers.count == 1 && name(run) == "b")
  }

  @Test func `actions end where the limit says`() throws {
    var limits = Limits()
    limits.actions = 1
    let run = try drive(limits)
    #expect(name(run) == "b")
  }
}
