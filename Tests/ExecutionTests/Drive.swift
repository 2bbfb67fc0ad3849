import Signalbox
import Testing

/// Why a test's flow is of no use.
struct BadFlow: Error, CustomStringConvertible {
  let description: String
}

/// Whether guards and templates can be evaluated by this build.
let evaluatesExpressions: Bool = {
  let environment = Environment(variables: [])
  return Program.compile(SourceText(name: "t", text: "1 + 1"), in: environment).program != nil
}()

/// The table of a flow's text.
func compiled(_ text: String) throws -> LinkedTable {
  let loaded = FlowLoader.load(SourceFile(name: "test.yaml", text: text))
  guard let flow = loaded.flow else {
    throw BadFlow(description: loaded.diagnostics.map(\.message).joined(separator: "\n") + text)
  }
  let result = FlowCompiler.compile(flow)
  guard let table = result.table else {
    throw BadFlow(description: result.diagnostics.map(\.message).joined(separator: "\n") + text)
  }
  return table
}

/// A run fed by hand.
struct Drive {
  let table: LinkedTable
  var state: RunState
  /// What the latest event gave.
  var output = StepOutput()
  /// Everything that happened.
  var trace: [TraceEntry] = []

  init(_ text: String, input: Value = .map([:]), at time: Int64 = 1_000) throws {
    try self.init(compiled(text), input: input, at: time)
  }

  init(_ table: LinkedTable, input: Value = .map([:]), at time: Int64 = 1_000) {
    self.table = table
    state = Executor.start(table)
    send(.started(runID: "r", input: input, environment: [:]), at: time)
  }

  mutating func send(_ kind: RunEvent.Kind, at time: Int64? = nil) {
    output = StepOutput()
    let event = RunEvent(atMilliseconds: time ?? state.nowMilliseconds, kind: kind)
    Executor.step(table, &state, event, &output)
    trace += output.trace
  }

  /// Answers the call that is under way.
  mutating func answer(_ value: Value = .map([:]), cost: Int64 = 0, at time: Int64? = nil) {
    let effect = state.tokens.first?.effect ?? 0
    send(.completed(effect: effect, output: value, usage: nil, costPicodollars: cost), at: time)
  }

  /// Fails the call that is under way.
  mutating func fail(_ kind: ErrorKind, at time: Int64? = nil) {
    let effect = state.tokens.first?.effect ?? 0
    send(
      .failed(effect: effect, error: kind, message: "broken", usage: nil, costPicodollars: 0),
      at: time
    )
  }

  /// Fires the timer that the token waits for.
  mutating func fire(at time: Int64? = nil) {
    send(.fired(timer: state.tokens.first?.effect ?? 0), at: time)
  }

  /// The calls that the latest event asked for.
  var calls: [CallIntent] {
    output.effects.compactMap { if case .call(let call) = $0 { call } else { nil } }
  }

  /// The timers that the latest event asked for.
  var timers: [TimerIntent] {
    output.effects.compactMap { if case .startTimer(let timer) = $0 { timer } else { nil } }
  }

  /// The calls and timers that the latest event withdrew.
  var withdrawn: [EffectID] {
    output.effects.compactMap { if case .cancel(let id) = $0 { id } else { nil } }
  }

  /// The places entered, in order.
  var path: String {
    trace.compactMap { entry in
      if case .entered(let place, _, _) = entry { name(place) } else { nil }
    }.joined(separator: " ")
  }

  /// `final`, `failed: kind`, `cancelled: reason` or `under way`.
  var end: String {
    switch state.outcome {
    case nil: "under way"
    case .success(let final, _): final
    case .failure(let final, let error, _): final ?? "failed: \(error?.kind.name ?? "")"
    case .cancelled(let reason): "cancelled: \(reason)"
    }
  }

  /// What the flow returned.
  var result: Value? {
    switch state.outcome {
    case .success(_, let result), .failure(_, _, let result): result
    case .cancelled, nil: nil
    }
  }

  /// How a step stands.
  func step(_ name: String) -> StepRecord {
    let index = table.table.nodes.firstIndex { $0.name == name && $0.kind != .final } ?? 0
    return state.steps[index]
  }

  /// What a name holds.
  func value(_ name: String) -> Value? {
    let slot = table.table.slots.firstIndex { $0.name == name } ?? -1
    return Executor.exposedMemory(table, state).value(slot)
  }

  private func name(_ place: NodeIndex) -> String { table.table.nodes[Int(place)].name }
}
