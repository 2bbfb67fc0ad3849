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
  /// Time passes until the next timer or deadline.
  case wait
  /// Something happens outside.
  case occur(ScenarioOccurrence.Content)
}

/// A call that was answered, as a script names it.
struct PathCall: Sendable {
  /// The step's name, or the performer's id where the step has none.
  var key: String
  /// The number of the item that it was made for.
  var item: Int32?
  /// The answer.
  var answer: PathAnswer
}

/// A run of the pure step whose world is decided by a search.
///
/// It orders events as the driver does under a virtual clock: answers at once in order of the
/// calls, then deadlines, timers, occurrences.
struct PathRun: Sendable {
  private struct Alarm {
    var due: Int64
    var isTimer: Bool
    var effect: EffectID
  }

  /// A call without an answer.
  struct OpenCall: Sendable {
    /// The call.
    var intent: CallIntent
    /// The number of the item that it was made for.
    var item: Int32?
  }

  /// The state of the run.
  private(set) var state: RunState
  /// Time since the start, in milliseconds.
  private(set) var elapsedMilliseconds: Int64 = 0
  /// Calls without an answer, oldest first.
  private(set) var open: [OpenCall] = []
  /// Calls that nobody will answer.
  private var unanswered: [CallIntent] = []
  private var alarms: [Alarm] = []
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

  /// A run that has not started.
  init(_ table: LinkedTable) { state = Executor.start(table) }

  /// Whether the run has ended.
  var isEnded: Bool { state.outcome != nil }
  /// Whether time can move the run on.
  var hasAlarms: Bool { !alarms.isEmpty }

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
    let next = alarms.min { left, right in
      (left.due, left.isTimer ? 1 : 0, left.effect)
        < (right.due, right.isTimer ? 1 : 0, right.effect)
    }
    guard let next else { return }
    elapsedMilliseconds = max(
      elapsedMilliseconds,
      next.due - ScenarioRunner.startMilliseconds
    )
    alarms.removeAll { $0.effect == next.effect }
    if next.isTimer {
      step(.fired(timer: next.effect), table)
    } else {
      unanswered.removeAll { $0.id == next.effect }
      fail(next.effect, .timeout, table)
    }
  }

  private mutating func step(_ event: RunEvent.Kind, _ table: LinkedTable) {
    var output = StepOutput()
    let now = ScenarioRunner.startMilliseconds + elapsedMilliseconds
    Executor.step(table, &state, RunEvent(atMilliseconds: now, kind: event, in: table), &output)
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
        open.append(OpenCall(intent: call, item: item(of: call.frame, table)))
        if call.deadlineMilliseconds >= 0 {
          alarms.append(
            Alarm(due: call.deadlineMilliseconds, isTimer: false, effect: call.id)
          )
        }
      case .startTimer(let timer):
        alarms.append(Alarm(due: timer.dueMilliseconds, isTimer: true, effect: timer.id))
      case .cancel(let id):
        alarms.removeAll { $0.effect == id }
        unanswered.removeAll { $0.id == id }
        // The driver has asked for an answer already, so the script must hold one.
        if let call = open.first(where: { $0.intent.id == id }) {
          calls.append(pathCall(call, .never, table))
        }
        open.removeAll { $0.intent.id == id }
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
    return PathCall(key: name.isEmpty ? performer : name, item: call.item, answer: answer)
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

  /// How exactly two states are told apart.
  enum Precision: Sendable, CaseIterable {
    /// By their places, counters, state fields, and what their guards say now.
    case guards
    /// By all that the run remembers.
    case memory
  }

  /// A number that is the same for states that a search need not tell apart.
  func key(
    _ table: LinkedTable,
    _ precision: Precision,
    _ literals: PathLiterals
  ) -> Int {
    var hasher = Hasher()
    for token in state.tokens {
      hasher.combine(token.place)
      hasher.combine(token.frame)
      hasher.combine(token.phase)
      hasher.combine(token.attempt)
    }
    for call in unanswered { hasher.combine(call.place) }
    hasher.combine(alarms.count)
    hasher.combine(state.histories)
    for join in state.joins {
      hasher.combine([join.owner, join.opened, join.successes, join.failures, join.skipped])
    }
    for frame in state.frames {
      hasher.combine([frame.template, frame.owner, frame.position])
      hasher.combine(frame.registers)
    }
    hasher.combine(state.cancelReason != nil)
    hasher.combine(state.isOverdue)
    switch state.outcome {
    case nil: hasher.combine(0)
    case .success(let final, _): hasher.combine(final)
    case .failure(let final, let error, _):
      hasher.combine(final)
      hasher.combine(error?.kind)
    case .cancelled: hasher.combine(1)
    }
    switch precision {
    case .guards: combineGuards(table, literals, &hasher)
    case .memory:
      let now = ScenarioRunner.startMilliseconds + elapsedMilliseconds
      for due in alarms.map(\.due).sorted() { hasher.combine(due - now) }
      hasher.combine(state.registers)
      for slot in 0..<state.memory.slotCount where table.table.slots[slot].kind != .run {
        hasher.combine(state.memory.value(slot).map { JSONWriter.string($0) })
      }
    }
    return hasher.finalize()
  }

  /// Registers beyond every limit are the same to all guards but rare ones.
  private static let countedVisits: Int64 = 4

  private func combineGuards(
    _ table: LinkedTable,
    _ literals: PathLiterals,
    _ hasher: inout Hasher
  ) {
    var caps = [Int64](repeating: Int64.max, count: state.registers.count)
    for (index, node) in table.table.nodes.enumerated() {
      if node.visitsRegister != noIndex {
        let limit = node.maxVisits > 0 ? Int64(node.maxVisits) + 1 : Self.countedVisits
        caps[Int(node.visitsRegister)] = limit
      }
      // A guard over several steps says the same until the last has ended.
      let isRead =
        node.stepSlot != noIndex
        && (literals.reads[.string("steps.\(node.name)")] != nil
          || literals.reads[.string("steps")] != nil)
      if node.tree != nil || isRead { hasher.combine(state.steps[index].status) }
      for program in [node.when, node.require, node.condition] where program != noIndex {
        combine(program, table, &hasher)
      }
    }
    for (register, value) in state.registers.enumerated() {
      hasher.combine(min(value, caps[register]))
    }
    var seen: Set<PoolIndex> = []
    for row in table.table.rows where row.guardProgram != noIndex {
      if seen.insert(row.guardProgram).inserted { combine(row.guardProgram, table, &hasher) }
    }
    for (slot, entry) in table.table.slots.enumerated() where entry.kind == .state {
      guard case .map(let fields)? = state.memory.value(slot) else { continue }
      for field in fields.entries {
        guard case .string(let name) = field.key else { continue }
        switch field.value {
        case .string, .double:
          // Texts and fractions that nothing is compared with never change the way.
          if literals.literals(for: name).isEmpty { continue }
        default: break
        }
        hasher.combine(field.key)
        hasher.combine(JSONWriter.string(field.value))
      }
    }
  }

  private func combine(_ program: PoolIndex, _ table: LinkedTable, _ hasher: inout Hasher) {
    switch table.test(program, state.memory) {
    case .isTrue: hasher.combine(1)
    case .isFalse: hasher.combine(2)
    case .failure: hasher.combine(3)
    }
  }
}
