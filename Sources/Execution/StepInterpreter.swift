import Expression
import Source
import Table
import Values

/// One application of an event, under way.
///
/// The W3C algorithm (SCXML appendix D) over tokens: a macrostep takes eventless rows first, then
/// internal events, then starts the work of the places entered, then takes what the run sent to
/// itself, until nothing is left to do.
struct StepInterpreter {
  let linked: LinkedTable
  /// The caller's state and output.
  let loan: StepLoan
  /// What is to be done next, the last first: depth first, in document order.
  var agenda: [Work] = []
  var internalEvents: [QueuedEvent] = []
  var externalEvents: [QueuedEvent] = []
  /// The frame whose slots, registers and records stand in the state's own arrays.
  var currentFrame: Int32 = 0
  /// What the step knows while it works on trees.
  var tree = TreeWork()
  /// The well-known slots of that frame.
  var context: FrameContext
  /// Eventless rows and events taken in this step.
  private var microsteps = 0

  /// A piece of work of the agenda.
  enum Work {
    /// Starts what a leaf does.
    case start(place: NodeIndex, frame: Int32)
    /// Starts the next part of a parallel node or fork.
    case open(owner: NodeIndex, frame: Int32)
    /// A node with others inside has ended.
    case ended(node: NodeIndex, frame: Int32, ending: Ending)
    /// A node was entered, and does not begin.
    case refused(node: NodeIndex, frame: Int32, ending: Ending)
    /// Everything inside a node is done anew.
    case again(node: NodeIndex, frame: Int32)
    /// Something that a gate awaits has ended.
    case awaited(place: NodeIndex, frame: Int32)
    /// A leaf of a tree has ended by itself.
    case tree(leaf: NodeIndex, frame: Int32, ending: Ending)
  }

  /// How something ended.
  enum Ending {
    /// Well, with its result; nil: it has none of its own.
    case success(Value?)
    /// Not.
    case failure(RunError)
    /// It was skipped.
    case skipped
  }

  init(linked: LinkedTable, loan: StepLoan) {
    self.linked = linked
    self.loan = loan
    context = linked.contexts[0]
  }

  /// The table's plain data.
  @inline(__always) var table: TransitionTable { linked.table }

  /// Applies `event`, then goes on until every token waits or the run has ended.
  mutating func apply(_ event: RunEvent) {
    guard state.outcome == nil else { return }
    state.nowMilliseconds = max(state.nowMilliseconds, event.atMilliseconds)
    dispatch(event.kind)
    settle()
    if let reason = state.cancelReason, state.outcome == nil, !isAnythingUnderWay() {
      state.outcome = .cancelled(reason: reason)
    }
    activate(0)
    if state.outcome != nil { withdrawEverything() }
  }

  private mutating func dispatch(_ event: RunEvent.Kind) {
    switch event {
    case .started(let runID, let input, let environment):
      // A run starts once.
      guard state.placesEntered == 0 else { return }
      begin(runID: runID, input: input, environment: environment)
    case .completed(let effect, let answer, let usage, let cost):
      settle(usage: usage, costPicodollars: cost)
      guard let caller = caller(of: effect) else { return }
      activate(caller.frame)
      complete(caller.place, answer: answer)
    case .failed(let effect, let kind, let message, let usage, let cost):
      settle(usage: usage, costPicodollars: cost)
      guard let caller = caller(of: effect) else { return }
      activate(caller.frame)
      attemptFailed(caller.place, kind: kind, message: message)
    case .fired(let timer):
      exposeRun()
      fire(timer)
    case .cancelled(let reason):
      exposeRun()
      cancelRun(reason: reason)
    case .external(let name, let payload):
      exposeRun()
      receive(name: name, payload: payload)
    case .tick(let tick): self.tick(tick)
    }
  }

  /// Runs to quiescence.
  private mutating func settle() {
    while state.outcome == nil {
      if linked.hasEventlessRows, takeEventless() {
        count()
      } else if !internalEvents.isEmpty {
        deliver(internalEvents.removeFirst())
        count()
      } else if let work = agenda.popLast() {
        perform(work)
      } else if !externalEvents.isEmpty {
        deliver(externalEvents.removeFirst())
        count()
      } else if linked.hasTrees, tree.answers == nil, lookAtWatches() {
        count()
      } else {
        return
      }
    }
  }

  /// Counts a microstep; one too many faults the run.
  private mutating func count() {
    microsteps += 1
    let limit = linked.limits.microsteps
    guard microsteps > limit, state.outcome == nil else { return }
    let error = RunError(
      kind: .maxSteps,
      message: "the flow took \(limit) rows and events of its own without waiting",
      step: ""
    )
    state.lastError = error
    endByError(error)
  }

  private mutating func perform(_ work: Work) {
    switch work {
    case .start(let place, let frame):
      guard token(place, frame) != nil else { return }
      activate(frame)
      start(place)
    case .open(let owner, let frame):
      guard join(of: owner, frame) != nil else { return }
      activate(frame)
      openPart(of: owner)
    case .ended(let node, let frame, let ending):
      guard isActive(node, frame) else { return }
      activate(frame)
      if case .success = ending, table.nodes[Int(node)].isChart,
        table.nodes[Int(node)].kind == .compound, token(node, frame) == nil
      {
        // What it raised may have led it back from its final.
        guard hasEnded(node, frame) else { return }
      }
      conclude(node, ending)
    case .refused(let node, let frame, let ending):
      guard isActive(node, frame) else { return }
      activate(frame)
      conclude(node, ending, isRefused: true)
    case .again(let node, let frame):
      guard let position = token(node, frame), state.tokens[position].phase == .pausing,
        state.tokens[position].effect == 0
      else { return }
      activate(frame)
      rest(node)
      beginAgain(node)
    case .awaited(let place, let frame):
      guard token(place, frame) != nil else { return }
      activate(frame)
      passGate(place)
    case .tree(let leaf, let frame, let ending):
      guard isActive(leaf, frame) else { return }
      activate(frame)
      resumeTree(after: leaf, ending)
    }
  }

  /// Where the call under that number comes from; nil for timers and for what is over.
  private func caller(of effect: EffectID) -> (place: NodeIndex, frame: Int32)? {
    guard effect != 0 else { return nil }
    return state.tokens.first { $0.effect == effect && $0.phase == .calling }
      .map { ($0.place, $0.frame) }
  }

  private mutating func settle(usage: Usage?, costPicodollars: Int64) {
    state.spentPicodollars = state.spentPicodollars.addingSaturating(costPicodollars)
    if let usage {
      state.tokensUsed = state.tokensUsed.addingSaturating(usage.promptTokens)
        .addingSaturating(usage.outputTokens)
    }
    exposeRun()
  }

  private mutating func begin(runID: String, input: Value, environment: ValueMap) {
    state.runID = runID
    state.startedMilliseconds = state.nowMilliseconds
    for slot in table.slots.indices {
      let entry = table.slots[slot]
      switch entry.kind {
      case .input where entry.scope == 0:
        let input = RunInput.completed(input, for: linked)
        state.memory.set(slot, input)
        if entry.schema != noIndex,
          let first = linked.violations(of: input, schema: entry.schema).first
        {
          let error = RunError(kind: .inputRejected, message: first.description, step: "")
          state.outcome = .failure(final: nil, error: error, result: .null)
          return
        }
      case .environment: state.memory.set(slot, .map(environment))
      default: continue
      }
    }
    exposeRun()
    for node in table.nodes.indices { exposeStep(NodeIndex(node)) }
    if table.runLimits.timeoutMilliseconds >= 0 {
      state.timeoutTimer = startTimer(
        .flowTimeout,
        place: noIndex,
        after: table.runLimits.timeoutMilliseconds
      )
    }
    let root = table.nodes[0]
    state.steps[0].isActive = true
    perform(blocks: root.entryBlocks)
    perform(actions: root.initialActions)
    enter(root.initial.isEmpty ? [table.start] : list(root.initial), within: 0)
  }

  /// A list of node numbers of the lists pool.
  func list(_ range: Range<PoolIndex>) -> [NodeIndex] {
    range.map { table.lists[Int($0)] }
  }

  // MARK: Tokens

  /// The position of the token on a place.
  func token(_ place: NodeIndex, _ frame: Int32) -> Int? {
    state.tokens.firstIndex { $0.place == place && $0.frame == frame }
  }

  /// Whether some token lies on a node or inside it.
  func isActive(_ node: NodeIndex, _ frame: Int32) -> Bool {
    let end = table.nodes[Int(node)].subtreeEnd
    return state.tokens.contains { $0.frame == frame && $0.place >= node && $0.place < end }
  }

  /// Adds a token where it belongs in the order of frames and places.
  mutating func addToken(_ token: Token) {
    var position = state.tokens.count
    while position > 0 {
      let other = state.tokens[position - 1]
      guard (token.frame, token.place) < (other.frame, other.place) else { break }
      position -= 1
    }
    state.tokens.insert(token, at: position)
  }

  // MARK: Effects

  mutating func nextEffect() -> EffectID {
    defer { state.nextEffect += 1 }
    return state.nextEffect
  }

  mutating func startTimer(
    _ purpose: TimerIntent.Purpose,
    place: NodeIndex,
    after milliseconds: Int64
  ) -> EffectID {
    let id = nextEffect()
    output.effects.append(
      .startTimer(
        TimerIntent(
          id: id,
          purpose: purpose,
          place: place,
          dueMilliseconds: state.nowMilliseconds.addingSaturating(milliseconds)
        )
      )
    )
    return id
  }

  /// Withdraws whatever is still under way.
  mutating func withdrawEverything() {
    for token in state.tokens where token.effect != 0 {
      output.effects.append(.cancel(token.effect))
    }
    for timer in state.timers { output.effects.append(.cancel(timer.effect)) }
    state.tokens = []
    state.timers = []
    state.joins = []
    state.frames = []
    if state.timeoutTimer != 0 {
      output.effects.append(.cancel(state.timeoutTimer))
      state.timeoutTimer = 0
    }
  }
}

extension FixedWidthInteger {
  /// The sum, held at the ends of the range.
  func addingSaturating(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  /// The difference, held at the ends of the range.
  func subtractingSaturating(_ other: Self) -> Self {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }

  /// Counts one more, up to the end of the range.
  mutating func countUp() { self = addingSaturating(1) }
}
