import Signalbox
import Testing

/// What a leaf of a tree can hold, and what of it calls `t`.
enum TreeBody: String, CaseIterable, Sendable {
  case call, childFlow, childTree, items, itemFlows, machine, nestedTasks, nestedTree

  /// The leaf `b`.
  var text: String {
    switch self {
    case .call: "{id: b, tool: t}"
    case .childFlow: "{id: b, flow: one}"
    case .childTree: "{id: b, flow: grove}"
    case .items: "{id: b, for_each: \"[1, 2]\", max_items: 2, tool: t}"
    case .itemFlows: "{id: b, for_each: \"[1, 2]\", max_items: 2, concurrency: 1, flow: one}"
    case .machine:
      "{id: b, initial_state: m, states: {m: {tool: t, on_success: n}, n: {tool: t, on_success: "
        + "o}}, final_states: {o: {}}}"
    case .nestedTasks:
      "{id: b, initial_state: m, states: {m: {tasks: [{id: x, tool: t}, {id: y, tool: t, "
        + "depends_on: [x]}], on_success: o}}, final_states: {o: {}}}"
    case .nestedTree:
      "{id: b, root: {type: sequence, children: [{id: x, tool: t}, {id: y, tool: t}]}}"
    }
  }

  static let flows = """
    flows:
      one: {tasks: [{id: x, tool: t}]}
      grove: {root: {type: sequence, children: [{id: x, tool: t}, {id: y, tool: t}]}}
    """

  /// Calls of `t` that one round makes when all of them succeed, or all fail.
  func calls(succeeding: Bool) -> Int {
    switch self {
    case .call, .childFlow: 1
    case .items: 2
    case .childTree, .itemFlows, .machine, .nestedTasks, .nestedTree: succeeding ? 2 : 1
    }
  }
}

/// A node around a leaf, and what it makes of it.
enum TreeWrapper: String, CaseIterable, Sendable {
  case inverter, forceSuccess, forceFailure, retry, rounds, timeout, delay, runOnce, keepRunning
  case sequence, fallback, reactiveSequence, reactiveFallback, keepSequence, keepFallback, select
  case reactiveSelect, choose, ifThenElse, whileDoElse, tryCatch, parallel, guarded, posts

  /// The node `w` around a child.
  func text(_ child: String) -> String {
    switch self {
    case .inverter: "{id: w, type: inverter, child: \(child)}"
    case .forceSuccess: "{id: w, type: force_success, child: \(child)}"
    case .forceFailure: "{id: w, type: force_failure, child: \(child)}"
    case .retry: "{id: w, type: retry, attempts: 2, child: \(child)}"
    case .rounds: "{id: w, type: repeat, count: 2, child: \(child)}"
    case .timeout: "{id: w, type: timeout, after: 1h, child: \(child)}"
    case .delay: "{id: w, type: delay, after: 1s, child: \(child)}"
    case .runOnce: "{id: w, type: run_once, child: \(child)}"
    case .keepRunning: "{id: w, type: keep_running_until_failure, max: 2, child: \(child)}"
    case .sequence: "{id: w, type: sequence, children: [\(child), {check: \"state.go\"}]}"
    case .fallback: "{id: w, type: fallback, children: [\(child), {check: \"state.no\"}]}"
    case .reactiveSequence:
      "{id: w, type: sequence, reactive: true, children: [{check: \"state.go\"}, \(child)]}"
    case .reactiveFallback:
      "{id: w, type: fallback, reactive: true, children: [{check: \"state.no\"}, \(child)]}"
    case .keepSequence:
      "{id: w, type: sequence, keep: true, children: [{check: \"state.go\"}, \(child)]}"
    case .keepFallback:
      "{id: w, type: fallback, keep: true, children: [{check: \"state.no\"}, \(child)]}"
    case .select:
      "{id: w, type: conditional_selector, conditions: [{when: \"state.no\", child: {check: "
        + "\"state.go\"}}, {when: \"state.go\", child: \(child)}]}"
    case .reactiveSelect:
      "{id: w, type: conditional_selector, reactive: true, conditions: [{when: \"state.no\", "
        + "child: {check: \"state.go\"}}, {when: \"state.go\", child: \(child)}]}"
    case .choose:
      "{id: w, type: switch, value: \"state.mode\", cases: {two: {check: \"state.no\"}, "
        + "one: \(child)}}"
    case .ifThenElse:
      "{id: w, type: if_then_else, children: [{check: \"state.no\"}, {check: \"state.go\"}, "
        + "\(child)]}"
    case .whileDoElse:
      "{id: w, type: while_do_else, children: [{check: \"state.go\"}, \(child)]}"
    case .tryCatch: "{id: w, type: try_catch, children: [\(child), {check: \"state.go\"}]}"
    case .parallel:
      "{id: w, type: parallel, children: [\(child), {id: beside, check: \"state.go\"}]}"
    case .guarded:
      "{id: w, type: force_success, while: \"state.go\", failure_if: \"state.no\", child: \(child)}"
    case .posts: "{id: w, type: inverter, on_success: {n: \"1\"}, child: \(child)}"
    }
  }

  /// How often the leaf runs, and whether the node succeeds.
  func outcome(succeeding: Bool) -> (rounds: Int, success: Bool) {
    switch self {
    case .inverter, .posts: (1, !succeeding)
    case .forceSuccess, .guarded: (1, true)
    case .forceFailure: (1, false)
    case .retry: succeeding ? (1, true) : (2, false)
    case .rounds, .keepRunning: succeeding ? (2, true) : (1, false)
    default: (1, succeeding)
    }
  }
}

extension Drive {
  /// Names of the tools called so far, by the calls of every event.
  fileprivate mutating func goOn(
    _ called: inout [String: Int],
    choosing: ([(tool: String, effect: EffectID)]) -> (tool: String, effect: EffectID)?,
    fails: (String) -> Bool
  ) -> Bool {
    let open = state.tokens.filter { $0.phase == .calling }.map { ($0.effect, tool(of: $0.place)) }
    if let next = choosing(open.map { (tool: $0.1, effect: $0.0) }) {
      called[next.tool, default: 0] += 1
      if fails(next.tool) {
        send(
          .failed(
            effect: next.effect,
            error: .failed,
            message: "broken",
            usage: nil,
            costPicodollars: 0
          )
        )
      } else {
        send(
          .completed(effect: next.effect, output: .map([:]), usage: nil, costPicodollars: 0)
        )
      }
      return true
    }
    guard let timer = state.tokens.first(where: { $0.phase == .waiting })?.effect else {
      return false
    }
    send(.fired(timer: timer))
    return true
  }

  fileprivate func name(of place: NodeIndex) -> String { table.table.nodes[Int(place)].name }

  private func tool(of place: NodeIndex) -> String {
    let effect = table.table.nodes[Int(place)].effect
    return table.table.performers[Int(table.table.effects[Int(effect)].performer)].id
  }
}

/// Leaves that hold others, below every kind of node and beside others under way.
@Suite struct TreeBodyTests {
  private static let head = """
    signalbox: 1
    name: test
    state:
      go: {type: boolean, default: true}
      no: {type: boolean, default: false}
      mode: {type: string, default: one}
      n: {type: integer, default: 0}
    tools:
      t: {type: process, effect: read}
      t1: {type: process, effect: read}
      t2: {type: process, effect: read}
      last: {type: process, effect: read}
    \(TreeBody.flows)

    """
  private static let siblings = ["{id: s1, tool: t1}", "{id: s2, tool: t2}"]

  private func tree(_ node: String, at position: Int, join: String) throws -> Drive {
    var parts = Self.siblings
    parts.insert(node, at: position)
    let parallel = "{type: parallel, join: \(join), children: [\(parts.joined(separator: ", "))]}"
    return try Drive(
      Self.head + "root: {type: sequence, children: [\(parallel), {id: l, tool: last}]}"
    )
  }

  @Test(
    "everything ends, whatever stands around it",
    arguments: TreeWrapper.allCases,
    TreeBody.allCases
  )
  func ends(_ wrapper: TreeWrapper, _ body: TreeBody) throws {
    for position in 0...2 {
      let start = try tree(wrapper.text(body.text), at: position, join: "finished")
      for succeeding in [true, false] {
        for bodyFirst in [true, false] {
          var run = start
          var called: [String: Int] = [:]
          let order = bodyFirst ? ["t", "t1", "t2", "last"] : ["t2", "t1", "t", "last"]
          while run.state.outcome == nil {
            let went = run.goOn(
              &called,
              choosing: { open in
                order.lazy.compactMap { name in open.first { $0.tool == name } }.first
              },
              fails: { $0 == "t" && !succeeding }
            )
            guard went else { break }
          }
          let expected = wrapper.outcome(succeeding: succeeding)
          let place = "\(wrapper) \(body) at \(position), \(succeeding), \(bodyFirst)"
          #expect(run.end == "/success", "\(place)")
          // Items under way beside one that fails are halted unanswered.
          let answered =
            body == .items && !succeeding
            ? 1 : body.calls(succeeding: succeeding)
          #expect(called["t"] == expected.rounds * answered, "\(place)")
          #expect(called["t1"] == 1 && called["t2"] == 1 && called["last"] == 1, "\(place)")
          #expect(
            run.step("w").status == (expected.success ? .success : .failure),
            "\(place)"
          )
          #expect(run.step("s1").status == .success && run.step("s2").status == .success)
          #expect(run.state.frames.isEmpty && run.state.joins.isEmpty, "\(place)")
        }
      }
    }
  }

  @Test("leaves that hold others are parts themselves", arguments: TreeBody.allCases)
  func parts(_ body: TreeBody) throws {
    for concurrency in 0...3 {
      for position in 0...2 {
        var parts = Self.siblings
        parts.insert(body.text.dropLast() + ", assign: {n: \"state.n + 1\"}}", at: position)
        let limit = concurrency > 0 ? ", concurrency: \(concurrency)" : ""
        let start = try Drive(
          Self.head + "root: {type: sequence, children: [{type: parallel, join: finished\(limit), "
            + "children: [\(parts.joined(separator: ", "))]}, {id: l, tool: last}]}"
        )
        for succeeding in [true, false] {
          var run = start
          var called: [String: Int] = [:]
          while run.state.outcome == nil,
            run.goOn(
              &called,
              choosing: { $0.first },
              fails: { $0 == "t" && !succeeding }
            )
          {}
          let words = "\(body) at \(position), \(concurrency) at a time, \(succeeding)"
          #expect(run.end == "/success", "\(words)")
          #expect(called["t1"] == 1 && called["t2"] == 1 && called["last"] == 1, "\(words)")
          #expect(run.step("b").status == (succeeding ? .success : .failure), "\(words)")
          #expect(run.value("state")?["n"] == .int(succeeding ? 1 : 0), "\(words)")
        }
      }
    }
  }

  @Test(
    "what is halted leaves nothing behind",
    arguments: TreeWrapper.allCases,
    TreeBody.allCases
  )
  func halts(_ wrapper: TreeWrapper, _ body: TreeBody) throws {
    // A deadline of what is halted must not come to anything later.
    let leaf = body.text.dropLast() + ", timeout: 10m}"
    for position in 0...2 {
      var run = try tree(wrapper.text(String(leaf)), at: position, join: "first")
      var ignored: [String: Int] = [:]
      if wrapper == .delay {
        #expect(
          run.goOn(&ignored, choosing: { _ in nil }, fails: { _ in false })
        )
      }
      let inside = run.state.tokens.filter { token in
        token.phase == .calling && !["s1", "s2"].contains(run.name(of: token.place))
      }
      #expect(!inside.isEmpty, "\(wrapper) \(body) at \(position)")
      var called: [String: Int] = [:]
      #expect(
        run.goOn(&called, choosing: { $0.first { $0.tool == "t2" } }, fails: { _ in false })
      )
      let place = "\(wrapper) \(body) at \(position)"
      for token in inside { #expect(run.withdrawn.contains(token.effect), "\(place)") }
      #expect(run.step("b").status == .cancelled, "\(place)")
      #expect(run.state.frames.isEmpty && run.state.joins.isEmpty, "\(place)")
      #expect(run.state.timers.isEmpty, "\(place)")
      #expect(run.state.tokens.map { run.name(of: $0.place) } == ["/tree", "l"], "\(place)")
      #expect(
        run.goOn(&called, choosing: { $0.first }, fails: { _ in false }) && run.end == "/success"
      )
      #expect(called == ["t2": 1, "last": 1], "\(place)")
    }
  }
}
