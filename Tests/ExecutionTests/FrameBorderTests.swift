import Signalbox
import Testing

/// What maps and child flows run is a whole of its own: nothing inside leaves it but by ending.
@Suite struct FrameBorderTests {
  private static let tools = """
    signalbox: 1
    name: t
    tools: {look: {type: http, effect: read}}

    """

  /// Items whose root is a parallel state, with an edge from one region into the other.
  private static let regions = """
    initial_state: each
    states:
      each:
        for_each: "[1, 2]"
        max_items: 2
        type: parallel
        states:
          left: {initial_state: l1, states: {l1: {on_event: {go: r2}}}, final_states: {le: {}}}
          right:
            initial_state: r1
            states:
              r1: {on_event: {stop: re}}
              r2: {on_event: {stop: re}}
            final_states: {re: {}}
        on_success: done
        on_error: bad
    final_states: {done: {}, bad: {outcome: failure}}
    """

  @Test func `an edge between regions of an item enters the item anew, not the map`() throws {
    // Names inside an item are found from its own levels only, so the edge stands at the regions.
    let text = Self.regions.split(separator: "\n").map(String.init).joined(separator: "\n")
      .replacing("{on_event: {go: r2}}", with: "{on_event: {go: right}}")
    var run = try Drive(Self.tools + text)
    #expect(run.state.frames.map(\.id) == [1, 2])
    run.send(.external(name: "go", payload: .null))
    #expect(run.state.frames.map(\.id) == [1, 2])
    let fork = try #require(run.table.table.nodes.firstIndex { $0.kind == .fork })
    var entries = 0
    for case .entered(let place, let frame, _) in run.trace where place == fork {
      #expect(frame == 0)
      entries += 1
    }
    #expect(entries == 1)
    let again = try RunState(decoding: run.state.encoded(), for: run.table)
    #expect(again.encoded() == run.state.encoded())
  }

  @Test func `the flow's way for an empty budget is taken by the map, not by its item`() throws {
    var run = try Drive(
      Self.tools + """
        on_budget: poor
        initial_state: each
        states:
          each:
            for_each: "[1, 2]"
            max_items: 2
            tool: look
            timeout: 1s
            on_success: done
            on_error: bad
        final_states: {done: {}, bad: {outcome: failure}, poor: {outcome: failure}}
        """
    )
    let call = try #require(run.calls.first)
    run.send(
      .failed(effect: call.id, error: .budget, message: "none", usage: nil, costPicodollars: 0)
    )
    #expect(run.end == "poor")
    #expect(run.state.tokens.isEmpty && run.state.frames.isEmpty)
  }

  @Test func `a chart inside a task waits for its events`() throws {
    var run = try Drive(
      Self.tools + """
        tasks:
          - id: approval
            initial_state: open
            states:
              open: {on_event: {go: both}}
              both: {type: parallel, states: {left: {wait: 1s}, right: {}}, on_event: {ok: granted}}
            final_states: {granted: {}}
          - {id: after, tool: look, timeout: 1s}
        """
    )
    #expect(run.calls.isEmpty && run.end == "under way")
    run.send(.external(name: "go", payload: .null))
    #expect(run.calls.isEmpty && run.end == "under way")
    run.send(.external(name: "ok", payload: .null))
    #expect(run.calls.count == 1)
  }
}
