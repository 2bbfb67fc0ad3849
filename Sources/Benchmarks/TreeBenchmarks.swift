import Signalbox
import SignalboxTesting

/// Behavior trees: what one tick of an engine that polls is an event here, after which the same
/// nodes are looked at and the same leaf goes on running.
///
/// Times are divided by the nodes that BehaviorTree.CPP visits in its tick of the same tree. An
/// event writes a field that every condition reads, so that none of them can be passed over.
enum TreeBenchmarks {
  static let all = [
    Benchmark(names: ["bt.reactive_10", "bt.bytes_11_nodes"], measure: reactive),
    Benchmark(names: ["bt.guards_9"], measure: guards),
    Benchmark(names: ["bt.failure_if_9"], measure: failureIf),
    Benchmark(names: ["bt.tree_1000"], measure: thousand),
    Benchmark(names: ["bt.run_1000"], measure: wholeRun),
    Benchmark(names: ["bt.event_floor"], measure: floor),
    Benchmark(names: ["bt.rows_per_node"], measure: rows),
    Benchmark(names: ["bt.compile_1000_nodes"], measure: compile),
  ]

  private static let action = "{id: act, agent: act}"

  /// A flow whose tree stands in a state that takes readings.
  private static func flow(_ root: String) -> String {
    """
    signalbox: 1
    name: watched
    max_steps: 1000000
    state:
      level: {type: integer, default: 5}
      confidence: {type: number, default: 0.9}
    agents: {act: {type: scripted, timeout: 5s}}
    initial_state: watching
    states:
      watching:
        root: \(root)
        on_event:
          reading: {actions: [{assign: {level: "9 - state.level"}}]}
          scored: {actions: [{assign: {confidence: "1.75 - state.confidence"}}]}
        on_success: done
      done: {on_event: {again: watching}}
    """
  }

  private static func sequence(_ children: [String], isReactive: Bool = false) -> String {
    let reactive = isReactive ? "reactive: true, " : ""
    return "{type: sequence, \(reactive)children: [\(children.joined(separator: ", "))]}"
  }

  private static func checks(_ count: Int, _ expression: String) -> [String] {
    [String](repeating: "{check: \"\(expression)\"}", count: count)
  }

  private static let reactiveTree = sequence(
    checks(9, "state.level > 0") + [action],
    isReactive: true
  )

  /// A reactive root over 99 sequences of nine checks, eight checks and an action: 1,000 nodes.
  private static let thousandNodes = sequence(
    [String](repeating: sequence(checks(9, "state.level > 0")), count: 99)
      + checks(8, "state.level > 0") + [action],
    isReactive: true
  )

  // MARK: Times

  private static func send(
    _ table: LinkedTable,
    _ state: inout RunState,
    _ kind: RunEvent.Kind,
    _ output: inout StepOutput
  ) {
    Executor.step(table, &state, RunEvent(atMilliseconds: 1, kind: kind), &output)
  }

  private static func started(_ table: LinkedTable) -> RunState {
    var state = Executor.start(table)
    var output = StepOutput()
    send(table, &state, .started(runID: "r", input: .map([:]), environment: [:]), &output)
    return state
  }

  /// An event with its number looked up, as drivers have it.
  private static func numbered(_ name: String, _ table: LinkedTable) throws -> RunEvent {
    guard let number = table.event(named: name) else {
      throw BenchmarkFailure(description: "no event \(name)")
    }
    let kind = RunEvent.Kind.external(name: name, payload: .null)
    return RunEvent(atMilliseconds: 1, kind: kind, number: number)
  }

  /// Seconds that an event takes after which the whole tree is looked at, and nothing comes of it.
  private static func time(
    _ table: LinkedTable,
    event name: String,
    rounds: Int
  ) throws -> Double {
    let event = try numbered(name, table)
    var state = started(table)
    let sink = Sink()
    var output = StepOutput()
    let before = try RunState(decoding: state.encoded(), for: table)
    let time = Measurement.median(samples: 41, rounds: rounds) {
      Executor.step(table, &state, event, &output)
      sink.take(output.trace.count)
      output.clear()
    }
    guard state.outcome == nil, sink.sum >= 41 * rounds,
      state.tokens.map(\.effect) == before.tokens.map(\.effect),
      state.tokens.contains(where: { $0.phase == .calling })
    else { throw BenchmarkFailure(description: "the tree did not go on as it was") }
    return time
  }

  private static func reactive() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(reactiveTree))
    let time = try time(table, event: "reading", rounds: 5_000)
    return [
      Figure(name: "bt.reactive_10", value: time / 11 * 1e9, unit: "ns"),
      Figure(
        name: "bt.bytes_11_nodes",
        value: Double(started(table).encoded().count),
        unit: "B"
      ),
    ]
  }

  private static func guards() throws -> [Figure] {
    let tree = sequence(checks(9, "state.confidence > 0.8") + [action], isReactive: true)
    let table = try EngineBenchmarks.table(flow(tree))
    let time = try time(table, event: "scored", rounds: 5_000)
    return [Figure(name: "bt.guards_9", value: time / 11 * 1e9, unit: "ns")]
  }

  /// The same conditions as guards of the nodes around the action, asked whenever they change.
  private static func failureIf() throws -> [Figure] {
    var tree = action
    for _ in 0..<9 {
      tree = "{type: force_success, while: \"state.confidence > 0.8\", child: \(tree)}"
    }
    let table = try EngineBenchmarks.table(flow(tree))
    let time = try time(table, event: "scored", rounds: 5_000)
    return [Figure(name: "bt.failure_if_9", value: time / 10 * 1e9, unit: "ns")]
  }

  private static func thousand() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(thousandNodes))
    let time = try time(table, event: "reading", rounds: 50)
    return [Figure(name: "bt.tree_1000", value: time / 1_000 * 1e9, unit: "ns")]
  }

  /// The same event without a tree to look at.
  private static func floor() throws -> [Figure] {
    let table = try EngineBenchmarks.table(flow(sequence([action])))
    let time = try time(table, event: "reading", rounds: 5_000)
    return [Figure(name: "bt.event_floor", value: time * 1e9, unit: "ns")]
  }

  /// A tree that is entered, gone through and left: every node starts and ends.
  private static func wholeRun() throws -> [Figure] {
    let tree = sequence(
      [String](repeating: sequence(checks(9, "state.level > 0")), count: 99)
        + checks(9, "state.level > 0")
    )
    let table = try EngineBenchmarks.table(flow(tree))
    let again = try numbered("again", table)
    var state = started(table)
    let sink = Sink()
    var output = StepOutput()
    let time = Measurement.median(samples: 41, rounds: 20) {
      Executor.step(table, &state, again, &output)
      sink.take(output.trace.count)
      output.clear()
    }
    guard state.outcome == nil, sink.sum > 41 * 20 * 900 else {
      throw BenchmarkFailure(description: "the tree was not run: \(sink.sum)")
    }
    return [Figure(name: "bt.run_1000", value: time / 1_000 * 1e9, unit: "ns")]
  }

  // MARK: Tables

  /// Rows of the table for every node as written, over random trees.
  private static func rows() throws -> [Figure] {
    var random = RandomSource(seed: 1)
    var (rows, nodes) = (0, 0)
    for number in 0..<500 {
      var generator = TreeGenerator(random: random.fork())
      let flow = generator.flow(depth: 1 + number % 5)
      guard let table = FlowCompiler.compile(flow).table, case .tree(let tree) = flow.body else {
        throw BenchmarkFailure(description: "tree \(number) does not compile")
      }
      rows += table.table.rows.count
      nodes += count(tree.root)
    }
    return [Figure(name: "bt.rows_per_node", value: Double(rows) / Double(nodes), unit: "rows")]
  }

  private static func count(_ node: TreeNode) -> Int {
    1 + node.children.reduce(0) { $0 + count($1) }
  }

  private static func compile() throws -> [Figure] {
    let text = flow(thousandNodes)
    let sink = Sink()
    let time = try Measurement.median(samples: 5) {
      sink.take(try EngineBenchmarks.table(text).table.rows.count)
    }
    return [Figure(name: "bt.compile_1000_nodes", value: time * 1e3, unit: "ms")]
  }
}
