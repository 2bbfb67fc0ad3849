import Signalbox

/// Traces of two behavior-tree engines, replayed through the production compiler and executor.
///
/// A scenario's tree becomes a flow whose leaves call tools; every recorded tick becomes a `tick`
/// event that holds the answers of the leaves' scripts. Root status and leaf events must be those
/// recorded, in order.
package enum BehaviorTreeSuite {
  /// Runs every scenario below `directory`.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "behavior-trees")
    for (file, contents) in try SuiteFile.documents(directory) {
      let isPolling = contents["dialect"]?.text == "py_trees"
      for scenario in contents["scenarios"]?.elements ?? [] {
        let id = "\(file)/\(scenario["name"]?.text ?? "?")"
        if let mode = scenario["mode"]?.text {
          result.skip(
            id,
            reason: "mode `\(mode)`: the engine's wake-up signal decides when it ticks"
          )
          continue
        }
        result.record(id, failure: failure(scenario, isPolling: isPolling))
      }
    }
    return result
  }

  /// The flows of the scenarios below `directory`.
  package static func flows(directory: String) throws(SuiteUnavailable) -> [SuiteFlow] {
    var flows: [SuiteFlow] = []
    for (file, contents) in try SuiteFile.documents(directory) {
      for scenario in contents["scenarios"]?.elements ?? [] {
        guard let tree = scenario["tree"] else { continue }
        var reader = BehaviorTreeReader(isPolling: contents["dialect"]?.text == "py_trees")
        let flow = reader.flow(tree, scenario["blackboard"])
        let scripts = reader.scripts
        flows.append(
          SuiteFlow(id: "\(file)/\(scenario["name"]?.text ?? "?")", flow: flow) { table in
            var replay = TickReplay(table: table, scripts: scripts)
            for input in scenario["inputs"]?.elements ?? [] { _ = replay.step(input) }
            return replay.passed
          }
        )
      }
    }
    return flows
  }

  /// What goes wrong in a scenario; nil: nothing.
  static func failure(_ scenario: Value, isPolling: Bool) -> String? {
    guard let tree = scenario["tree"] else { return "it has no tree" }
    var reader = BehaviorTreeReader(isPolling: isPolling)
    let flow = reader.flow(tree, scenario["blackboard"])
    return failure(scenario, flow: flow, scripts: reader.scripts)
  }

  /// What goes wrong when a flow goes through a scenario; nil: nothing.
  static func failure(
    _ scenario: Value,
    flow: Flow,
    scripts: [String: [TreeTick.Answer]]
  ) -> String? {
    let compiled = FlowCompiler.compile(flow)
    guard let table = compiled.table else {
      return "it does not compile: \(compiled.diagnostics.first?.message ?? "")"
    }
    var replay = TickReplay(table: table, scripts: scripts)
    let inputs = scenario["inputs"]?.elements ?? []
    let steps = scenario["expect"]?["steps"]?.elements ?? []
    for (position, (input, wanted)) in zip(inputs, steps).enumerated() {
      let (root, events) = replay.step(input)
      let wantedRoot = wanted["root"]?.text ?? ""
      let wantedEvents = (wanted["events"]?.elements ?? []).compactMap(\.text)
      if root != wantedRoot || events != wantedEvents {
        return "step \(position): expected \(wantedRoot) \(wantedEvents), got \(root) \(events)"
      }
    }
    return replay.difference(from: scenario["expect"]?["blackboard"])
  }
}

/// A tree driven tick by tick.
private struct TickReplay {
  let table: LinkedTable
  let scripts: [String: [TreeTick.Answer]]
  var state: RunState
  var positions: [String: Int] = [:]
  var now: Int64 = 0
  var passed = PassedPlaces()

  init(table: LinkedTable, scripts: [String: [TreeTick.Answer]]) {
    self.table = table
    self.scripts = scripts
    state = Executor.start(table)
  }

  /// One input; returns the root's letter and the leaves' events.
  mutating func step(_ input: Value) -> (root: String, events: [String]) {
    if case .int(let wait)? = input["wait_ms"] { now += wait }
    var tick = TreeTick()
    if case .map(let writes)? = input["set"] { tick.writes = writes }
    tick.isHalt = input["halt"] == .bool(true)
    tick.answers = table.table.nodes.indices.filter { table.table.nodes[$0].kind == .action }
      .map { place in
        let leaf = name(Int32(place))
        let script = scripts[leaf] ?? []
        let rest = script.dropFirst(positions[leaf] ?? 0)
        let answers = rest.isEmpty ? Array(script.suffix(1)) : Array(rest)
        return (table.table.nodes[place].name, answers)
      }
    var output = StepOutput()
    Executor.step(table, &state, RunEvent(atMilliseconds: now, kind: .tick(tick)), &output)
    passed.note(output.trace)
    var root = "?"
    var events: [String] = []
    for entry in output.trace {
      switch entry {
      case .answered(let place, _, let answer):
        let leaf = name(place)
        positions[leaf, default: 0] += 1
        events.append("\(leaf):\(letter(answer))")
      case .finished(let place, _, .cancelled, _), .finished(let place, _, .unknown, _):
        if table.table.nodes[Int(place)].kind == .action { events.append("!\(name(place))") }
      case .ticked(let status): root = letter(status)
      default: continue
      }
    }
    return (root, events)
  }

  /// What differs at the end from the recorded blackboard.
  func difference(from wanted: Value?) -> String? {
    guard case .map(let fields)? = wanted, let slot = table.stateSlot else { return nil }
    let state = state.memory.value(Int(slot))
    for entry in fields.entries {
      guard case .string(let name) = entry.key else { continue }
      let got = state?[name] ?? .null
      if !got.isSameJSON(as: entry.value) {
        return "at the end \(name) is \(JSONWriter.string(got)), "
          + "expected \(JSONWriter.string(entry.value))"
      }
    }
    return nil
  }

  /// The leaf of the recording: the tool that a place calls.
  private func name(_ place: Int32) -> String {
    let effect = table.table.nodes[Int(place)].effect
    guard effect != noIndex else { return table.table.nodes[Int(place)].name }
    return table.table.performers[Int(table.table.effects[Int(effect)].performer)].id
  }

  private func letter(_ answer: TreeTick.Answer) -> String {
    switch answer {
    case .success: "S"
    case .failure: "F"
    case .running: "R"
    }
  }

  private func letter(_ status: TreeStatus) -> String {
    switch status {
    case .success: "S"
    case .failure: "F"
    case .running: "R"
    case .skipped: "K"
    case .halted: "I"
    }
  }
}
