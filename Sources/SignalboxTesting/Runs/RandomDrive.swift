import Signalbox

/// One run of the production executor in a world made by chance.
///
/// Answers, failures, lost answers, named events, cancellations and the passing of time come from a
/// seed. Time is virtual, and its order is that of `RunDriver`: nothing happens after an earlier
/// deadline or timer, and a call whose deadline has come fails with `timeout` at that time.
public struct RandomDrive {
  /// How a drive ended.
  public enum Ending: Sendable {
    /// The run ended.
    case ended(RunOutcome)
    /// Nothing that the drive may do can move the run on.
    case stalled
    /// Nothing at all can: nothing is under way, and no event is waited for. A fault.
    case stuck
    /// The limit of events was reached.
    case cut
  }

  /// A run that a run asked for.
  public struct Child: Sendable {
    /// What was asked for.
    public let intent: ChildIntent
    /// Its table; nil for a plan, whose table only a store knows.
    public let table: LinkedTable?
  }

  /// Something that is to happen at a time unless it is withdrawn.
  struct Alarm {
    var due: Int64
    var isTimer: Bool
    var effect: EffectID
  }

  /// A call, or a run that is awaited, without an answer.
  struct OpenCall {
    var id: EffectID
    var place: NodeIndex
    /// Nil: a run that is awaited.
    var performer: Performer?
    var deadlineMilliseconds: Int64
    var isLost = false
  }

  /// The table.
  public let table: LinkedTable
  /// What the world is like.
  public let temper: RunTemper
  /// The run's state after the latest event.
  public private(set) var state: RunState
  /// Runs that the run asked for, in order.
  public private(set) var children: [Child] = []
  /// Places entered at least once.
  public private(set) var enteredPlaces: Set<NodeIndex> = []
  /// Rows taken at least once.
  public private(set) var takenRows: Set<RowIndex> = []
  /// Events applied.
  public private(set) var eventCount = 0
  var random: RandomSource
  var now: Int64
  private var open: [OpenCall] = []
  private var alarms: [Alarm] = []
  /// Effects that are no longer wanted.
  private var closed: [EffectID] = []
  let eventNames: [String]
  let pricer = CallPricer(prices: .standard)
  private let input: Value?

  /// A run of `table` in the world of `seed`.
  ///
  /// Without a `temper` the seed chooses one; without an `input` it makes one.
  public init(
    _ table: LinkedTable,
    seed: UInt64,
    temper: RunTemper? = nil,
    input: Value? = nil
  ) {
    self.table = table
    self.input = input
    random = RandomSource(seed: seed)
    let chosen = RunTemper(by: &random)
    self.temper = temper ?? chosen
    now = ScenarioRunner.startMilliseconds
    state = Executor.start(table)
    eventNames = Self.eventNames(of: table.table)
  }

  /// Runs until the run ends, nothing can move it on, or `limit` events were applied.
  ///
  /// `observe` is given the state before each event, the event, the state after it, and what the
  /// step put out; what it throws ends the drive.
  public mutating func run(
    limit: Int,
    observe: (
      _ before: RunState,
      _ event: RunEvent,
      _ after: RunState,
      _ output: StepOutput
    ) throws -> Void
  ) rethrows -> Ending {
    try apply(
      .started(runID: "r-random", input: input ?? randomInput(), environment: environment()),
      observe
    )
    // What the world cannot do at a moment is chosen again, but not for ever.
    var idle = 0
    while eventCount < limit, idle < 1_000 {
      if let outcome = state.outcome { return .ended(outcome) }
      if isStuck { return .stuck }
      guard let kind = nextEvent() else {
        if isStalled { return .stalled }
        idle += 1
        continue
      }
      idle = 0
      try apply(kind, observe)
    }
    if let outcome = state.outcome { return .ended(outcome) }
    return idle < 1_000 ? .cut : .stalled
  }

  /// Runs until the run ends, nothing can move it on, or `limit` events were applied.
  public mutating func run(limit: Int) -> Ending { run(limit: limit) { _, _, _, _ in } }

  private mutating func apply(
    _ kind: RunEvent.Kind,
    _ observe: (RunState, RunEvent, RunState, StepOutput) throws -> Void
  ) rethrows {
    let event = RunEvent(atMilliseconds: now, kind: kind, in: table)
    let before = state
    var output = StepOutput()
    Executor.step(table, &state, event, &output)
    eventCount += 1
    for entry in output.trace {
      switch entry {
      case .entered(let place, _, _): enteredPlaces.insert(place)
      case .took(let row, _): takenRows.insert(row)
      case .forced, .finished, .retried, .guardFailed, .actionFailed, .logged, .answered, .ticked:
        break
      }
    }
    for effect in output.effects { take(effect) }
    try observe(before, event, state, output)
  }

  /// What the driver would do about an effect.
  private mutating func take(_ effect: Effect) {
    switch effect {
    case .call(let call):
      open.append(
        OpenCall(
          id: call.id,
          place: call.place,
          performer: table.table.performers[Int(call.performer)],
          deadlineMilliseconds: call.deadlineMilliseconds
        )
      )
      guard call.deadlineMilliseconds >= 0 else { return }
      alarms.append(Alarm(due: call.deadlineMilliseconds, isTimer: false, effect: call.id))
    case .startTimer(let timer):
      alarms.append(Alarm(due: timer.dueMilliseconds, isTimer: true, effect: timer.id))
    case .startChild(let child):
      let own: LinkedTable? =
        if case .template(let template) = child.source { table.children[template] } else { nil }
      children.append(Child(intent: child, table: own))
      guard child.isAwaited else { return }
      open.append(
        OpenCall(id: child.id, place: child.place, performer: nil, deadlineMilliseconds: -1)
      )
    case .cancel(let id): close(id)
    }
  }

  private mutating func close(_ id: EffectID) {
    open.removeAll { $0.id == id }
    alarms.removeAll { $0.effect == id }
    closed.append(id)
  }

  /// Whether the run has not ended, waits for nothing, and takes no event: a fault of the executor
  /// or of the table.
  public var isStuck: Bool {
    guard state.outcome == nil, eventCount > 0, open.isEmpty, alarms.isEmpty else { return false }
    return !state.tokens.contains { token in
      var node = token.place
      var frame = token.frame
      while true {
        while node != noIndex {
          let entry = table.table.nodes[Int(node)]
          if entry.rows.contains(where: { table.table.rows[Int($0)].event == .external }) {
            return true
          }
          node = entry.parent
        }
        guard frame != 0, let instance = state.frames.first(where: { $0.id == frame }) else {
          // A state without any way on is what its author wrote.
          return table.table.nodes[Int(token.place)].kind == .rest
        }
        node = instance.owner
        frame = instance.parent
      }
    }
  }

  // MARK: What happens next

  private var isStalled: Bool {
    open.allSatisfy(\.isLost) && nextAlarm == nil && (eventNames.isEmpty || temper.events == 0)
      && temper.cancellations == 0
  }

  /// The earliest deadline or timer; those behind all time that is written anywhere never come.
  private var nextAlarm: Alarm? {
    alarms.filter { $0.due < .max / 4 }.min { left, right in
      let ranks = (left.isTimer ? 1 : 0, right.isTimer ? 1 : 0)
      return (left.due, ranks.0, left.effect) < (right.due, ranks.1, right.effect)
    }
  }

  /// The next event; nil: what was chosen cannot happen now.
  private mutating func nextEvent() -> RunEvent.Kind? {
    if random.chance(state.cancelReason == nil ? temper.cancellations : temper.cancellations * 4) {
      pass(until: nil)
      return .cancelled(reason: "no longer wanted")
    }
    if random.chance(temper.strays), let id = closed.last {
      // A result that was on its way when its call was withdrawn.
      return random.chance(50) ? .fired(timer: id) : failure(of: id, .failed, cost: 0)
    }
    if random.chance(temper.events) || open.allSatisfy(\.isLost) && nextAlarm == nil {
      guard temper.events > 0 else { return nil }
      pass(until: nil)
      return namedEvent()
    }
    let answerable = open.indices.filter { !open[$0].isLost }
    guard let index = answerable.randomElement(using: &random), !random.chance(temper.waiting)
    else { return passedAlarm() }
    if random.chance(temper.losses) {
      open[index].isLost = true
      return nil
    }
    pass(until: nil)
    let call = open[index]
    close(call.id)
    return answer(to: call)
  }

  /// Lets time pass by chance, up to the next deadline or timer at most.
  private mutating func pass(until due: Int64?) {
    if let due {
      now = max(now, due)
    } else if random.chance(60) {
      let most = nextAlarm.map { max(0, $0.due - now) } ?? 5_000
      now += Int64(random.below(Int(clamping: min(most, 3_600_000)) + 1))
    }
  }

  /// Time passes until the next deadline or timer.
  private mutating func passedAlarm() -> RunEvent.Kind? {
    guard let alarm = nextAlarm else { return nil }
    pass(until: alarm.due)
    guard alarm.isTimer else {
      let call = open.first { $0.id == alarm.effect }
      let charged = call.map { failureCost(of: $0) } ?? 0
      close(alarm.effect)
      return failure(of: alarm.effect, .timeout, cost: charged)
    }
    close(alarm.effect)
    return .fired(timer: alarm.effect)
  }

  func failure(of id: EffectID, _ kind: ErrorKind, cost: Int64) -> RunEvent.Kind {
    .failed(
      effect: id,
      error: kind,
      message: "made to fail",
      usage: nil,
      costPicodollars: cost
    )
  }
}
