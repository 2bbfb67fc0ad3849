import Signalbox
import Testing

/// A tree never waits for what can't come: what has no way on fails.
@Suite struct TreeRestTests {
  private static let head = """
    signalbox: 1
    name: test
    state:
      n: {type: integer, default: 0}
      seen: {type: integer, default: 0}
      mode: {type: integer, default: 0}
    tools:
      t: {type: process, effect: read}
      set: {type: process, effect: read}

    """

  private func answer(_ run: inout Drive, _ step: String, _ value: Value = .map([:])) {
    let token = run.state.tokens.first {
      run.table.table.nodes[Int($0.place)].name.sameScalars(as: step)
    }
    run.send(
      .completed(
        effect: token?.effect ?? 0,
        output: value,
        usage: nil,
        costPicodollars: 0
      )
    )
  }

  private static let nodes = [
    "type: sequence, children: [{check: \"true\"}, {id: a, tool: t}]",
    "type: fallback, children: [{check: \"false\"}, {id: a, tool: t}]",
    "type: inverter, child: {id: a, tool: t}",
    "type: timeout, after: 1m, child: {id: a, tool: t}",
    "type: conditional_selector, reactive: true, conditions: [{when: \"state.mode == 1\", child: "
      + "{id: a, tool: t}}, {when: \"state.mode == 0\", child: {check: \"true\"}}]",
    "type: parallel, children: [{id: a, tool: t}, {check: \"true\"}]",
    "check: \"true\"",
  ]
  private static let places = [
    "NODE",
    "{type: sequence, children: [{check: \"true\"}, NODE]}",
    "{type: parallel, children: [NODE, {id: b, check: \"true\"}]}",
    "{type: parallel, children: [{id: b, check: \"true\"}, NODE]}",
    "{type: parallel, children: [{type: sequence, children: [NODE, {check: \"true\"}]}, "
      + "{id: b, check: \"true\"}]}",
  ]

  @Test(
    "a guard that cannot be evaluated fails its node, wherever it stands",
    arguments: ["failure_if", "success_if", "skip_if", "while"],
    Self.nodes
  )
  func guards(_ key: String, _ node: String) throws {
    for id in ["", "id: w, "] {
      for place in Self.places {
        let node =
          "{\(id)\(key): \"1 / state.n == 1\", on_failure: {seen: \"state.seen + 1\"}, \(node)}"
        let parts = place.split(separator: "NODE", omittingEmptySubsequences: false)
        let run = try Drive(Self.head + "root: " + parts.joined(separator: node))
        #expect(run.end == "failed: guard_error", "\(place) \(node)")
        #expect(run.calls.isEmpty, "\(place) \(node)")
        // Leaves and parallel nodes have places of their own, which are never entered.
        if !id.isEmpty, !node.contains("type: parallel"), node.contains("type:") {
          #expect(run.step("w").status == .failure, "\(place) \(node)")
          #expect(!run.step("w").isActive, "\(place) \(node)")
        }
      }
    }
  }

  @Test("a part that may switch no more fails", arguments: ["", "success_if: \"false\", "])
  func switches(_ asked: String) throws {
    let choice =
      "{\(asked)type: conditional_selector, reactive: true, max_switches: 1, conditions: "
      + "[{when: \"state.mode % 2 == 0\", child: {id: a, tool: t}}, {when: \"true\", child: "
      + "{id: b, tool: t}}]}"
    let writer = "{type: repeat, count: 5, child: {id: s, tool: set, assign: {mode: \"output.m\"}}}"
    var run = try Drive(
      Self.head + "root: {type: parallel, join: finished, children: [\(choice), \(writer)]}"
    )
    for mode in 1...2 {
      answer(&run, "s", .map(["m": .int(Int64(mode))]))
    }
    #expect(run.state.lastError?.kind == .maxVisits)
    #expect(!run.state.tokens.contains { ["a", "b"].contains(name(run, $0.place)) })
    for mode in 3...5 {
      answer(&run, "s", .map(["m": .int(Int64(mode))]))
    }
    #expect(run.end == "/success")
  }

  private func name(_ run: Drive, _ place: NodeIndex) -> String {
    run.table.table.nodes[Int(place)].name
  }

  @Test("a part that a watch ends makes room for the next", arguments: [1, 2])
  func room(_ concurrency: Int) throws {
    var run = try Drive(
      Self.head + "root: {type: parallel, join: finished, concurrency: \(concurrency), children: "
        + "[{type: sequence, while: \"state.n == 0\", children: [{id: a, tool: t, assign: "
        + "{n: \"1\"}}, {id: b, tool: t}]}, {id: c, tool: t}, {id: d, tool: t}]}"
    )
    answer(&run, "a")
    #expect(run.step("b").status == .cancelled)
    if concurrency == 2 { #expect(run.state.tokens.count { $0.phase == .calling } == 2) }
    answer(&run, "c")
    answer(&run, "d")
    #expect(run.end == "/success")
  }

  @Test(
    "a leaf is skipped when all that it holds was",
    arguments: [
      "{id: l, root: {type: sequence, children: [{skip_if: \"true\", check: \"true\"}, "
        + "{id: a, tool: t, when: \"false\"}]}}",
      "{id: l, root: {id: a, tool: t, when: \"false\"}}",
      "{id: l, for_each: \"[1, 2]\", max_items: 2, root: {id: a, tool: t, when: \"false\"}}",
      "{id: l, root: {id: m, root: {id: a, tool: t, when: \"false\"}}}",
    ]
  )
  func skips(_ leaf: String) throws {
    let places = [
      ("LEAF", "/success"), ("{type: sequence, children: [LEAF, {check: \"true\"}]}", "/success"),
      ("{type: fallback, children: [LEAF, {check: \"false\"}]}", "failed: check"),
      ("{type: inverter, child: LEAF}", "/success"),
      ("{type: parallel, children: [LEAF, {check: \"true\"}]}", "/success"),
      (
        "{type: parallel, join: finished, children: [{type: force_failure, child: LEAF}, "
          + "{check: \"true\"}]}", "/success"
      ),
    ]
    for (place, end) in places {
      let parts = place.split(separator: "LEAF", omittingEmptySubsequences: false)
      let run = try Drive(Self.head + "root: " + parts.joined(separator: leaf))
      #expect(run.end == end, "\(place) \(leaf)")
      #expect(run.step("l").status == .skipped, "\(place) \(leaf)")
    }
  }

  @Test("parts that had to succeed and were skipped", arguments: [nil, [], [1]] as [[Int]?])
  func positions(_ wanted: [Int]?) throws {
    let span = SourceText(name: "tree", text: " ").span
    func leaf(_ id: String, isSkipped: Bool) -> TreeNode {
      var step = Step(span: span)
      step.work = .check(SourceText(name: "tree", text: "true"))
      if isSkipped { step.when = SourceText(name: "tree", text: "false") }
      return TreeNode(.step(step), id: Located(id, span), span: span)
    }
    for (isFirstSkipped, end) in [
      (true, "/success"), (false, wanted == nil ? "/success" : "failed: failed"),
    ] {
      let join = TreeJoin(.positions(wanted), span: span)
      let root = TreeNode(
        .parallel(join),
        children: [leaf("a", isSkipped: isFirstSkipped), leaf("b", isSkipped: true)],
        span: span
      )
      let flow = Flow(
        form: .house,
        name: "tree",
        span: span,
        body: .tree(BehaviorTree(root: root, span: span))
      )
      let run = Drive(try #require(FlowCompiler.compile(flow).table))
      #expect(run.end == end, "\(String(describing: wanted)) \(isFirstSkipped)")
    }
  }

  private static let bounded = "{type: timeout, after: 1m, child: {id: a, tool: t, timeout: 5s}}"

  @Test(
    "what bounds a halted branch without a name is withdrawn with it",
    arguments: [
      // Left by an edge of what is around the tree.
      "initial_state: p\nstates: {p: {type: parallel, on_error: late, states: {"
        + "r: {tool: set, timeout: 5s}, s: {initial_state: x, states: {x: {root: TREE, "
        + "on_success: good, on_error: bad}}, final_states: {good: {}, bad: {}}}}}, "
        + "late: {tool: set, timeout: 5s, on_success: done, on_error: done}}\n"
        + "final_states: {done: {}}\n",
      // Halted because another part has failed.
      "root: {type: fallback, children: [{type: parallel, children: [{id: r, tool: set}, TREE]}, "
        + "{id: late, tool: set}]}",
      // Halted by a watch.
      "root: {type: fallback, children: [{type: parallel, join: finished, children: ["
        + "{type: inverter, child: {id: r, tool: set, on_failure: {n: \"1\"}}}, "
        + "{type: force_failure, child: "
        + "{type: sequence, while: \"state.n == 0\", children: [TREE]}}]}, "
        + "{id: late, tool: set}]}",
    ],
    [bounded, "{type: sequence, children: [\(bounded), {check: \"true\"}]}"]
  )
  func withdrawn(_ flow: String, _ tree: String) throws {
    var run = try Drive(Self.head + flow.replacing("TREE", with: tree))
    #expect(run.state.timers.count { run.table.table.nodes[Int($0.node)].kind == .branch } == 1)
    let effect = try effect(run, "r")
    run.send(
      .failed(effect: effect, error: .failed, message: "", usage: nil, costPicodollars: 0)
    )
    #expect(run.step("a").status == .cancelled)
    #expect(run.state.timers.allSatisfy { run.table.table.nodes[Int($0.node)].kind != .branch })
    answer(&run, "late")
    #expect(run.state.outcome != nil)
  }

  private func effect(_ run: Drive, _ step: String) throws -> EffectID {
    let token = run.state.tokens.first {
      run.table.table.nodes[Int($0.place)].name.sameScalars(as: step)
    }
    return try #require(token).effect
  }
}
