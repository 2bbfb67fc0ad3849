import Signalbox
import Values

/// A run of a statechart under a clock that only the scenario moves.
struct ChartRun {
  private let table: LinkedTable
  /// The original id of each step.
  private let ids: [String: String]
  private var state: RunState
  private var timers: [EffectID: Int64] = [:]
  private var now: Int64 = 0
  /// What the latest step that failed said.
  private(set) var problem = ""
  /// The original names of the places entered, in order.
  private(set) var entered: [String] = []
  /// All that it went through.
  private(set) var passed = PassedPlaces()
  /// What calls are answered with, by their input; nil: they are not.
  private let answer: ((Value) -> CallAnswer)?
  private var answers: [RunEvent.Kind] = []

  /// A run that has started.
  init(
    _ table: LinkedTable,
    steps: [String: String],
    input: Value = .map([:]),
    answer: ((Value) -> CallAnswer)? = nil
  ) {
    self.table = table
    self.answer = answer
    var ids: [String: String] = [:]
    for (id, step) in steps { ids[step] = id }
    self.ids = ids
    state = Executor.start(table)
    let completed = RunInput.completed(input, for: table)
    apply(.started(runID: "run-1", input: completed, environment: ValueMap([])))
  }

  /// How it ended, if it has.
  var outcome: RunOutcome? { state.outcome }

  /// The value of a state field.
  func field(_ name: String) -> Value? {
    guard let slot = table.table.slots.firstIndex(where: { $0.kind == .state }),
      case .map(let fields)? = state.memory.value(slot)
    else { return nil }
    return fields[name]
  }

  /// The ids of the active atomic states, sorted.
  var active: [String] {
    switch state.outcome {
    case .success(let final, _): return [ids[final] ?? final]
    case .failure(let final?, _, _): return [ids[final] ?? final]
    case .failure(nil, let error, _): return ["failed: \(error?.message ?? "?")"]
    case .cancelled: return ["cancelled"]
    case nil: break
    }
    let places = state.tokens.filter { $0.frame == 0 }.map { table.table.nodes[Int($0.place)].name }
    return Set(places.compactMap { ids[$0] }).sorted()
  }

  /// Lets time pass; timers fire when they are due.
  mutating func advance(to time: Int64) {
    while let next = timers.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
      next.value <= time
    {
      timers[next.key] = nil
      now = max(now, next.value)
      apply(.fired(timer: next.key))
    }
    now = max(now, time)
  }

  /// Lets time pass from now.
  mutating func advance(by milliseconds: Int64) { advance(to: now + milliseconds) }

  /// Gives the run an event.
  mutating func send(_ event: String, _ data: Value = .null) {
    apply(.external(name: event, payload: data))
  }

  private mutating func apply(_ kind: RunEvent.Kind) {
    step(kind)
    while !answers.isEmpty { step(answers.removeFirst()) }
  }

  private mutating func step(_ kind: RunEvent.Kind) {
    var output = StepOutput()
    Executor.step(table, &state, RunEvent(atMilliseconds: now, kind: kind), &output)
    passed.note(output.trace)
    for case .entered(let place, _, _) in output.trace {
      if let id = ids[table.table.nodes[Int(place)].name] { entered.append(id) }
    }
    for case .finished(_, _, _, let error?) in output.trace { problem = error.message }
    for effect in output.effects {
      switch effect {
      case .startTimer(let timer): timers[timer.id] = timer.dueMilliseconds
      case .cancel(let id): timers[id] = nil
      case .call(let intent):
        if let answer { answers.append(answer(intent.input).event(intent.id)) }
      case .startChild: break
      }
    }
  }
}

/// What a call of a suite's case is answered with.
enum CallAnswer {
  case output(Value)
  case failure(ErrorKind, String)

  fileprivate func event(_ id: EffectID) -> RunEvent.Kind {
    switch self {
    case .output(let value):
      .completed(effect: id, output: value, usage: nil, costPicodollars: 0)
    case .failure(let kind, let message):
      .failed(effect: id, error: kind, message: message, usage: nil, costPicodollars: 0)
    }
  }
}
