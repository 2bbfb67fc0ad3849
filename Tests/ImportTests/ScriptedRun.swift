import Signalbox

/// What a call is answered with.
enum Answer {
  case output(Value)
  case failure(ErrorKind, String)
  case never
}

/// A run of an imported flow whose calls a test answers under a clock that jumps.
struct ScriptedRun {
  /// The calls made, in order: what was called, with which input, at which millisecond.
  private(set) var calls: [(name: String, input: Value, at: Int64)] = []
  private let table: LinkedTable
  private let answer: (String, Int) -> Answer
  private var state: RunState
  private var timers: [EffectID: Int64] = [:]
  private var deadlines: [EffectID: Int64] = [:]
  private var now: Int64 = 0
  private var events: [RunEvent.Kind] = []

  /// Runs the flow to its end or until nothing is due; `answer` gets the name of what is called
  /// and the number of its calls before.
  init(
    _ table: LinkedTable,
    input: Value = .map([:]),
    answer: @escaping (String, Int) -> Answer
  ) {
    self.table = table
    self.answer = answer
    state = Executor.start(table)
    let completed = RunInput.completed(input, for: table)
    events = [.started(runID: "run-1", input: completed, environment: ValueMap([]))]
    var steps = 0
    while steps < 10_000, state.outcome == nil {
      steps += 1
      if !events.isEmpty {
        apply(events.removeFirst())
      } else if !fire() {
        break
      }
    }
  }

  /// How it ended, if it has.
  var outcome: RunOutcome? { state.outcome }

  /// The result; null while it runs.
  var result: Value {
    switch state.outcome {
    case .success(_, let result): result
    case .failure(_, _, let result): result
    default: .null
    }
  }

  /// Lets the next timer or deadline come.
  private mutating func fire() -> Bool {
    let timer = timers.min { ($0.value, $0.key) < ($1.value, $1.key) }
    let deadline = deadlines.min { ($0.value, $0.key) < ($1.value, $1.key) }
    if let deadline, deadline.value <= timer?.value ?? .max {
      deadlines[deadline.key] = nil
      now = max(now, deadline.value)
      events.append(
        .failed(
          effect: deadline.key,
          error: .timeout,
          message: "no answer in time",
          usage: nil,
          costPicodollars: 0
        )
      )
      return true
    }
    guard let timer else { return false }
    timers[timer.key] = nil
    now = max(now, timer.value)
    events.append(.fired(timer: timer.key))
    return true
  }

  private mutating func apply(_ kind: RunEvent.Kind) {
    var output = StepOutput()
    Executor.step(table, &state, RunEvent(atMilliseconds: now, kind: kind), &output)
    for effect in output.effects {
      switch effect {
      case .startTimer(let timer): timers[timer.id] = timer.dueMilliseconds
      case .cancel(let id):
        timers[id] = nil
        deadlines[id] = nil
      case .call(let intent): call(intent)
      case .startChild: break
      }
    }
  }

  private mutating func call(_ intent: CallIntent) {
    let name = table.table.performers[Int(intent.performer)].id
    let number = calls.count { $0.name == name }
    calls.append((name, intent.input, now))
    switch answer(name, number) {
    case .output(let value):
      events.append(
        .completed(effect: intent.id, output: value, usage: nil, costPicodollars: 0)
      )
    case .failure(let kind, let message):
      events.append(
        .failed(
          effect: intent.id,
          error: kind,
          message: message,
          usage: nil,
          costPicodollars: 0
        )
      )
    case .never:
      if intent.deadlineMilliseconds >= 0 { deadlines[intent.id] = intent.deadlineMilliseconds }
    }
  }
}
