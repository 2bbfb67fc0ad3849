import Execution
import Expression
import Table
import Values

/// An answer that a search gives to a call.
enum PathAnswer: Sendable {
  /// An output.
  case output(Value)
  /// A failure.
  case failure(ErrorKind)
  /// Nothing, ever.
  case never

  /// What tells it from other answers.
  var text: String {
    switch self {
    case .output(let value): "output " + JSONWriter.string(value)
    case .failure(let kind): "error " + kind.name
    case .never: "never"
    }
  }
}

/// One thing that a search decides.
enum PathChoice: Sendable {
  /// The run starts with an input.
  case start(Value)
  /// The oldest call without an answer is answered.
  case answer(PathAnswer)
  /// The answer to that call comes later, by so many milliseconds.
  case postpone(Int64)
  /// Time passes until the next timer or deadline.
  case wait
  /// Something happens outside.
  case occur(ScenarioOccurrence.Content)
}

/// An answer with its time.
struct PathReply: Sendable {
  /// The answer.
  var answer: PathAnswer
  /// How long after the call it comes, in milliseconds.
  var afterMilliseconds: Int64 = 0

  /// What tells it from other replies.
  var text: String { afterMilliseconds > 0 ? "\(afterMilliseconds) \(answer.text)" : answer.text }
}

/// A call that was answered, as a script names it.
struct PathCall: Sendable {
  /// The call's number.
  var effect: EffectID
  /// The step's name, or the performer's id where the step has none.
  var key: String
  /// The number of the item that it was made for.
  var item: Int32?
  /// The answer.
  var reply: PathReply
}

/// A run of the pure step whose world is decided by a search.
///
/// It orders events as the driver does under a virtual clock: answers at once in order of the
/// calls, then deadlines, timers, occurrences.
struct PathRun: Sendable {
  struct Alarm {
    /// Of what is due at once the lower goes first, as the driver has it.
    enum Kind: Int {
      case answer
      case deadline
      case timer
    }

    var due: Int64
    var kind: Kind
    var effect: EffectID
    var place: NodeIndex
    /// Whether it is the flow's own timeout, or its grace.
    var endsRun = false
  }

  /// A call without an answer.
  struct OpenCall: Sendable {
    /// The call.
    var intent: CallIntent
    /// The number of the item that it was made for.
    var item: Int32?
    /// When it was made, after the start, in milliseconds.
    var calledMilliseconds: Int64 = 0
    /// How often its answer was put off.
    var delays = 0
    /// The number of the run's steps when it last was; -1: it never was.
    var delayedAtStep = -1
  }

  /// The state of the run.
  private(set) var state: RunState
  /// Time since the start, in milliseconds.
  private(set) var elapsedMilliseconds: Int64 = 0
  /// Calls without an answer, oldest first.
  private(set) var open: [OpenCall] = []
  /// Calls whose answers come later.
  private(set) var late: [OpenCall] = []
  /// Calls that nobody will answer.
  private(set) var unanswered: [CallIntent] = []
  /// What time will bring.
  private(set) var alarms: [Alarm] = []
  /// Rows that the latest choice took.
  private(set) var rows: [RowIndex] = []
  /// Places that the latest choice entered.
  private(set) var entered: [NodeIndex] = []
  /// Calls answered by the latest choice, those withdrawn before their answer included.
  private(set) var calls: [PathCall] = []
  /// What happened outside because of the latest choice.
  private(set) var occurrence: ScenarioOccurrence.Content?
  /// When it happened, after the start.
  private(set) var occurredMilliseconds: Int64 = 0

  /// Calls that were withdrawn so far.
  private(set) var withdrawn: Set<EffectID> = []
  /// Steps made so far.
  private(set) var stepCount = 0
  /// Holds the run against an invariant.
  private(set) var monitor: InvariantMonitor?

  /// A run that has not started.
  init(_ table: LinkedTable, _ monitor: InvariantMonitor? = nil) {
    state = Executor.start(table)
    self.monitor = monitor
  }

  /// Whether the run has ended.
  var isEnded: Bool { state.outcome != nil }
  /// Whether anything comes by time.
  var hasAlarms: Bool { !alarms.isEmpty }
  /// The time, in milliseconds since the Unix epoch.
  var now: Int64 { ScenarioRunner.startMilliseconds + elapsedMilliseconds }

  /// Applies one choice.
  mutating func apply(_ choice: PathChoice, _ table: LinkedTable) {
    rows = []
    entered = []
    calls = []
    occurrence = nil
    switch choice {
    case .start(let input):
      step(.started(runID: "r-scenario", input: input, environment: ValueMap()), table)
    case .answer(let answer):
      guard !open.isEmpty else { return }
      let call = open.removeFirst()
      calls.append(pathCall(call, answer, table))
      self.answer(call.intent, answer, table)
    case .postpone(let milliseconds):
      guard !open.isEmpty else { return }
      var call = open.removeFirst()
      call.delays += 1
      call.delayedAtStep = stepCount
      late.append(call)
      alarms.append(
        Alarm(
          due: now + milliseconds,
          kind: .answer,
          effect: call.intent.id,
          place: call.intent.place
        )
      )
    case .wait: wait(table)
    case .occur(let content):
      occurrence = content
      occurredMilliseconds = elapsedMilliseconds
      switch content {
      case .event(let name, let data): step(.external(name: name, payload: data), table)
      case .cancel(let reason): step(.cancelled(reason: reason), table)
      }
    }
  }

  private mutating func answer(_ call: CallIntent, _ answer: PathAnswer, _ table: LinkedTable) {
    switch answer {
    case .never: unanswered.append(call)
    case .output(let value):
      alarms.removeAll { $0.effect == call.id }
      let schema = table.table.performers[Int(call.performer)].outputSchema
      let output = table.normalized(value, schema: schema)
      step(.completed(effect: call.id, output: output, usage: nil, costPicodollars: 0), table)
    case .failure(let kind): fail(call.id, kind, table)
    }
  }

  private mutating func fail(_ effect: EffectID, _ kind: ErrorKind, _ table: LinkedTable) {
    alarms.removeAll { $0.effect == effect }
    let event = RunEvent.Kind.failed(
      effect: effect,
      error: kind,
      message: "scripted failure",
      usage: nil,
      costPicodollars: 0
    )
    step(event, table)
  }

  private mutating func wait(_ table: LinkedTable) {
    guard let next = nextAlarm else { return }
    elapsedMilliseconds = max(
      elapsedMilliseconds,
      next.due - ScenarioRunner.startMilliseconds
    )
    switch next.kind {
    case .answer:
      // Those that come at the same time come before anything else does.
      let due = alarms.filter { $0.kind == .answer && $0.due == next.due }.map(\.effect)
      alarms.removeAll { $0.kind == .answer && $0.due == next.due }
      open += late.filter { due.contains($0.intent.id) }
      late.removeAll { due.contains($0.intent.id) }
      open.sort { $0.intent.id < $1.intent.id }
    case .deadline:
      alarms.removeAll { $0.effect == next.effect }
      unanswered.removeAll { $0.id == next.effect }
      fail(next.effect, .timeout, table)
    case .timer:
      alarms.removeAll { $0.effect == next.effect }
      step(.fired(timer: next.effect), table)
    }
  }

  private mutating func step(_ event: RunEvent.Kind, _ table: LinkedTable) {
    stepCount += 1
    var output = StepOutput()
    if monitor != nil { output.notes = [] }
    Executor.step(table, &state, RunEvent(atMilliseconds: now, kind: event, in: table), &output)
    monitor?.read(event, state, output)
    for entry in output.trace {
      switch entry {
      case .took(let row, _): rows.append(row)
      case .entered(let place, _, _): entered.append(place)
      default: break
      }
    }
    for effect in output.effects {
      switch effect {
      case .call(let call):
        open.append(
          OpenCall(
            intent: call,
            item: item(of: call.frame, table),
            calledMilliseconds: elapsedMilliseconds
          )
        )
        if call.deadlineMilliseconds >= 0 {
          alarms.append(
            Alarm(
              due: call.deadlineMilliseconds,
              kind: .deadline,
              effect: call.id,
              place: call.place
            )
          )
        }
      case .startTimer(let timer):
        alarms.append(
          Alarm(
            due: timer.dueMilliseconds,
            kind: .timer,
            effect: timer.id,
            place: timer.place,
            endsRun: timer.purpose == .flowTimeout || timer.purpose == .grace
          )
        )
      case .cancel(let id):
        alarms.removeAll { $0.effect == id }
        if unanswered.contains(where: { $0.id == id }) { withdrawn.insert(id) }
        unanswered.removeAll { $0.id == id }
        // The driver has asked for an answer already, so the script must hold one.
        if let call = (open + late).first(where: { $0.intent.id == id }) {
          calls.append(pathCall(call, .never, table))
          withdrawn.insert(id)
        }
        open.removeAll { $0.intent.id == id }
        late.removeAll { $0.intent.id == id }
      case .startChild: continue
      }
    }
  }

  private func pathCall(
    _ call: OpenCall,
    _ answer: PathAnswer,
    _ table: LinkedTable
  ) -> PathCall {
    let name = table.table.nodes[Int(call.intent.place)].name
    let performer = table.table.performers[Int(call.intent.performer)].id
    var reply = PathReply(answer: answer)
    if case .never = answer {
      // What never comes comes at no time.
    } else {
      reply.afterMilliseconds = elapsedMilliseconds - call.calledMilliseconds
    }
    return PathCall(
      effect: call.intent.id,
      key: name.isEmpty ? performer : name,
      item: call.item,
      reply: reply
    )
  }

  /// The item of the innermost map around a frame, as the driver counts it.
  private func item(of frame: Int32, _ table: LinkedTable) -> Int32? {
    var next = frame
    while next != 0, let instance = state.frames.first(where: { $0.id == next }) {
      if table.table.nodes[Int(instance.owner)].kind == .fork { return instance.position }
      next = instance.parent
    }
    return nil
  }

  // MARK: Where it stands

  /// Whether something is due at this time.
  var isDue: Bool { alarms.contains { $0.due <= now } }

  /// Whether time can move the run on; an answer that was put off for something to come before it
  /// is not waited for as long as nothing has.
  var canWait: Bool {
    guard let next = nextAlarm else { return false }
    guard next.kind == .answer else { return true }
    return late.contains { call in
      call.intent.id == next.effect && call.delayedAtStep < stepCount
    }
  }

  private var nextAlarm: Alarm? {
    alarms.min { left, right in
      (left.due, left.kind.rawValue, left.effect) < (right.due, right.kind.rawValue, right.effect)
    }
  }

  /// By how many milliseconds the answer to an open call may be put off so that something else can
  /// come before it: another answer or something from outside, or the next timer or deadline.
  func delays(of call: OpenCall, canOccur: Bool) -> [Int64] {
    guard call.delayedAtStep < stepCount else { return [] }
    let others = alarms.filter { $0.effect != call.intent.id && !$0.endsRun && $0.due >= now }
    var delays: [Int64] = []
    if open.count > 1 || !late.isEmpty || canOccur { delays.append(1) }
    if let next = others.map(\.due).min(), next - now + 1 != 1 { delays.append(next - now + 1) }
    let deadline = call.intent.deadlineMilliseconds
    return delays.filter { deadline < 0 || now + $0 < deadline }
  }

  /// Active nodes: the places of all tokens, and the nodes around them.
  func activeNodes(_ table: LinkedTable) -> Set<NodeIndex> {
    var active: Set<NodeIndex> = []
    for token in state.tokens {
      var node = token.place
      var frame = token.frame
      while true {
        while node != noIndex, active.insert(node).inserted {
          node = table.table.nodes[Int(node)].parent
        }
        guard frame != 0, let instance = state.frames.first(where: { $0.id == frame }) else {
          break
        }
        node = instance.owner
        frame = instance.parent
      }
    }
    return active
  }
}
