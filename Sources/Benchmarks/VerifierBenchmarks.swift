import Signalbox
import SignalboxTesting

/// What is said of flows before they run: verified with an invariant, and priced; and what it costs
/// to hold a step against it while they run.
enum VerifierBenchmarks {
  static let all =
    shapes.map { shape in
      Benchmark(
        names: [shape.name, "\(shape.name)_memory", "price.\(shape.name.dropFirst(7))"],
        measure: { try figures(shape) }
      )
    } + [Benchmark(names: ["step.plain", "step.checked"], measure: steps)]

  /// A flow of some size, made when it is measured.
  private struct Shape: Sendable {
    let name: String
    let text: @Sendable () -> String
  }

  private static let shapes = [
    Shape(name: "verify.200_states") { chain(200) },
    Shape(name: "verify.1000_states") { chain(1_000) },
    Shape(name: "verify.5000_states") { chain(5_000) },
    Shape(name: "verify.tree_1000") { tree(1_000) },
    Shape(name: "verify.children_12_levels") { children(12) },
    Shape(name: "verify.parallel_1000") { regions(1_000) },
    Shape(name: "verify.tasks_1000") { tasks(1_000) },
  ]

  /// A machine of random states, one of which must not be without another.
  private static func chain(_ states: Int) -> String {
    FlowGenerator.flow(states: states, seed: 1)
      + "\ninvariants: [{at_most: 5, of: {step: s7}}, {never: {step: s7}, without: {step: s1}}]\n"
  }

  private static let act = """
    agents:
      act: {type: scripted, timeout: 5s, cost_per_call: $0.001, output: {v: {type: integer}}}
    """

  private static func flow(_ name: String, _ invariant: String, _ body: [String]) -> String {
    (["signalbox: 1", "name: \(name)", act, "invariants: [\(invariant)]"] + body)
      .joined(separator: "\n")
  }

  /// A tree of sequences and selectors that call, so many nodes in all.
  private static func tree(_ nodes: Int) -> String {
    let groups = (0..<(nodes / 5)).map { group in
      """
        - type: selector
          children:
            - {id: a\(group), agent: act}
            - {type: sequence, children: [{check: "state.n < 3"}, {id: b\(group), agent: act}]}
      """
    }
    let head = ["state: {n: {type: integer, default: 0}}", "root:", "  type: sequence"]
    return flow(
      "tree",
      "{never: {step: b9}, without: {step: a0}}",
      head + ["  children:"] + groups
    )
  }

  /// Child flows each of which calls the next one twice; the flow itself is the first level.
  private static func children(_ levels: Int) -> String {
    let (call, end) = ("agent: act, on_success: e", "final_states: {e: {}}")
    let flows = (2...levels).map { level in
      let (one, two) = ("x\(level)", "y\(level)")
      guard level < levels else {
        return "  f\(level): {initial_state: \(one), states: {\(one): {\(call)}}, \(end)}"
      }
      let next = "flow: f\(level + 1)"
      let states = "{\(one): {\(next), on_success: \(two)}, \(two): {\(next), on_success: e}}"
      return "  f\(level): {initial_state: \(one), states: \(states), \(end)}"
    }
    return flow(
      "levels",
      "{never: {step: y\(levels - 1)}, without: {step: x\(levels - 1)}}",
      ["flows:"] + flows + ["tasks: [{id: top, flow: f2}]"]
    )
  }

  private static func regions(_ count: Int) -> String {
    let head = ["initial_state: all", "states:", "  all:", "    type: parallel"]
    let edges = ["    on_success: end", "    on_error: [{target: bad}]", "    states:"]
    return flow(
      "regions",
      "{never: {step: r7}, without: {step: end}}",
      head + edges + (0..<count).map { "      r\($0): {agent: act}" }
        + ["final_states: {end: {}, bad: {outcome: failure}}"]
    )
  }

  private static func tasks(_ count: Int) -> String {
    let tasks = (0..<count).map { index in
      let awaited = index == 0 ? "" : ", depends_on: [t\((index - 1) / 2)]"
      return "  - {id: t\(index), agent: act\(awaited)}"
    }
    return flow("tasks", "{never: {step: t9}, without: {step: t4}}", ["tasks:"] + tasks)
  }

  private static func figures(_ shape: Shape) throws -> [Figure] {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: shape.text()))
    let compiled = loaded.flow.map { FlowCompiler.compile($0) }
    guard let flow = loaded.flow, let table = compiled?.table else {
      let findings = loaded.diagnostics + (compiled?.diagnostics ?? [])
      throw BenchmarkFailure(description: "\(shape.name): \(findings.map(\.message).prefix(3))")
    }
    let sink = Sink()
    let peak = PeakMemory.growth {
      sink.take(FlowPreparation.verify(table, of: flow).report.proofs.count)
    }
    let samples = 11
    let time = Measurement.median(samples: samples) {
      sink.take(FlowPreparation.verify(table, of: flow).report.proofs.count)
    }
    let price = Measurement.median(samples: samples) {
      sink.take(CostAnalysis.analyse(table).steps.count)
    }
    return [
      Figure(name: shape.name, value: time * 1e3, unit: "ms"),
      Figure(name: "\(shape.name)_memory", value: Double(peak) / 1_048_576, unit: "MiB"),
      Figure(name: "price.\(shape.name.dropFirst(7))", value: price * 1e3, unit: "ms"),
    ]
  }

  // MARK: While it runs

  /// One answered call that takes a guarded edge and makes the next call, by itself and held
  /// against the relation, as the driver of durable runs does.
  private static func steps() throws -> [Figure] {
    let table = try EngineBenchmarks.table(EngineBenchmarks.loop)
    let check = RelationCheck(FlowRelation(table.table))
    let plain = try EngineBenchmarks.step(table, under: nil)
    let checked = try EngineBenchmarks.step(table, under: check)
    return [
      Figure(name: "step.plain", value: plain * 1e9, unit: "ns"),
      Figure(name: "step.checked", value: checked * 1e9, unit: "ns"),
    ]
  }
}
