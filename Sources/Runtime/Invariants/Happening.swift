import Execution
import Table
import Values

/// Something that happened in a run, as invariants see it: to a step, to a call, or to a step and
/// the call that it makes at once.
struct Happening: Sendable {
  /// How something ended.
  enum Outcome: Sendable {
    /// Well, with its answer if it has one.
    case success(Value?)
    /// Not.
    case failure
    /// Nobody knows: a write that may have happened.
    case unknown
  }

  /// What became of it.
  enum Phase: Sendable {
    /// It started.
    case start
    /// It ended.
    case end(Outcome)
  }

  /// One side of it.
  struct Side: Sendable {
    /// The place of a step, the performer of a call.
    var index: Int32
    /// What became of it.
    var phase: Phase
    /// What it was given, rendered; nil: it takes nothing, or nothing could be rendered.
    var input: Value?
    /// Whether that is beyond doubt.
    var isCertain = true
  }

  /// What happened to a step; nil: nothing.
  var step: Side?
  /// What happened to a call; nil: nothing.
  var call: Side?
  /// The place at which it happened; `noIndex`: a tool call within an agent's own.
  var place: NodeIndex
  /// The number of the call; 0: none.
  var effect: EffectID
}

/// Reads the steps of a run as what happened to its places and calls.
struct HappeningReader: Sendable {
  /// A place in its frame.
  struct Site: Sendable, Hashable {
    var place: NodeIndex
    var frame: Int32
  }

  /// A call under way.
  struct OpenCall: Sendable {
    var site: Site
    var effect: EffectID
    var performer: PoolIndex
    var input: Value
    var mayWrite: Bool
  }

  /// Steps that have begun and not ended, with what they were given.
  private(set) var begun: [Site: Value?] = [:]
  /// Calls under way, oldest first.
  private(set) var calls: [OpenCall] = []
  /// Answers noted for places whose success comes next in the trace.
  private var answers: [Site: Value] = [:]
  /// The call that the event ended, until its step's end comes up in the trace.
  private var answered: (call: OpenCall, outcome: Happening.Outcome)?

  /// What happened in a step, in order.
  ///
  /// `refused` names calls that were not made, because the run may not. O(entries and notes).
  mutating func read(
    _ event: RunEvent.Kind,
    _ state: RunState,
    _ output: StepOutput,
    _ table: TransitionTable,
    refused: Set<EffectID> = []
  ) -> [Happening] {
    var found: [Happening] = []
    if let ended = endCall(event, table) {
      if endsWithItsStep(ended.call.site, output.trace) {
        answered = ended
      } else {
        found.append(Self.end(of: ended.call, ended.outcome))
      }
    }
    let notes = output.notes ?? []
    var next = 0
    for position in 0...output.trace.count {
      while next < notes.count, notes[next].position <= position {
        next += read(notes[next...], output, table, refused, &found)
      }
      guard position < output.trace.count else { break }
      read(output.trace, position, table, &found)
    }
    for case .cancel(let effect) in output.effects {
      guard let index = calls.firstIndex(where: { $0.effect == effect }) else { continue }
      let call = calls.remove(at: index)
      guard call.mayWrite else { continue }
      let outcome = Happening.Outcome.unknown
      var happening = Self.end(of: call, outcome)
      if let input = begun.removeValue(forKey: call.site) {
        happening.step = Happening.Side(
          index: call.site.place,
          phase: .end(outcome),
          input: input
        )
      }
      found.append(happening)
    }
    answers = [:]
    answered = nil
    forget(what: state, table)
    return found
  }

  // MARK: Calls

  /// Takes the call that an event ends out of those under way.
  private mutating func endCall(
    _ event: RunEvent.Kind,
    _ table: TransitionTable
  ) -> (call: OpenCall, outcome: Happening.Outcome)? {
    switch event {
    case .completed(let effect, let answer, _, _):
      guard let index = calls.firstIndex(where: { $0.effect == effect }) else { return nil }
      return (calls.remove(at: index), .success(answer))
    case .failed(let effect, let kind, _, _, _):
      guard let index = calls.firstIndex(where: { $0.effect == effect }) else { return nil }
      let call = calls.remove(at: index)
      // A write that timed out may have happened; what changes nothing leaves no doubt.
      let isDoubtful = call.mayWrite && (kind == .unknown || kind == .timeout)
      return (call, isDoubtful ? .unknown : .failure)
    case .started, .fired, .cancelled, .external, .tick: return nil
    }
  }

  /// Whether the end of the step that made a call is the next that the trace says of it.
  private func endsWithItsStep(_ site: Site, _ trace: Trace) -> Bool {
    for entry in trace {
      switch entry {
      case .finished(site.place, site.frame, _, _): return true
      case .retried(site.place, site.frame, _, _), .entered(site.place, site.frame, _): return false
      default: continue
      }
    }
    return false
  }

  private static func end(of call: OpenCall, _ outcome: Happening.Outcome) -> Happening {
    Happening(
      call: Happening.Side(index: call.performer, phase: .end(outcome), input: call.input),
      place: call.site.place,
      effect: call.effect
    )
  }

  // MARK: Starts

  /// Reads the first note, and the second where both tell of one start; returns how many it read.
  private mutating func read(
    _ notes: ArraySlice<StepNote>,
    _ output: StepOutput,
    _ table: TransitionTable,
    _ refused: Set<EffectID>,
    _ found: inout [Happening]
  ) -> Int {
    guard let note = notes.first else { return 1 }
    let site = Site(place: note.place, frame: note.frame)
    switch note.matter {
    case .answered(let answer): answers[site] = answer
    case .passed(let input): if begun[site] != nil { begun[site] = .some(input) }
    case .called(let effect):
      if let happening = start(output.effects[effect], site, table, refused) {
        found.append(happening)
      }
    case .began:
      let second = notes.dropFirst().first.flatMap { follower in
        follower.place == note.place && follower.frame == note.frame
          && follower.position == note.position ? follower : nil
      }
      begun[site] = .some(nil)
      var happening = Happening(place: site.place, effect: 0)
      var count = 2
      switch second?.matter {
      case .called(let effect):
        if let call = start(output.effects[effect], site, table, refused) { happening = call }
      case .passed(let input): begun[site] = .some(input)
      case .began, .answered, nil: count = 1
      }
      happening.step = Happening.Side(
        index: site.place,
        phase: .start,
        input: begun[site] ?? nil
      )
      found.append(happening)
      return count
    }
    return 1
  }

  /// The start of a call, kept as being under way; nil when it is not made.
  private mutating func start(
    _ effect: Effect,
    _ site: Site,
    _ table: TransitionTable,
    _ refused: Set<EffectID>
  ) -> Happening? {
    guard case .call(let intent) = effect else { return nil }
    begun[site] = .some(intent.input)
    guard !refused.contains(intent.id) else { return nil }
    let performer = table.performers[Int(intent.performer)]
    calls.append(
      OpenCall(
        site: site,
        effect: intent.id,
        performer: intent.performer,
        input: intent.input,
        mayWrite: performer.mayWrite(among: table.performers)
      )
    )
    return Happening(
      call: Happening.Side(index: intent.performer, phase: .start, input: intent.input),
      place: site.place,
      effect: intent.id
    )
  }

  // MARK: The trace

  private mutating func read(
    _ trace: Trace,
    _ position: Int,
    _ table: TransitionTable,
    _ found: inout [Happening]
  ) {
    switch trace[position] {
    case .entered(let place, let frame, _):
      let site = Site(place: place, frame: frame)
      begun[site] = nil
      guard table.nodes[Int(place)].beginsByEntry else { return }
      begun[site] = .some(nil)
      found.append(
        Happening(
          step: Happening.Side(index: place, phase: .start),
          place: place,
          effect: 0
        )
      )
    case .finished(let place, let frame, let status, _):
      let leavesDoubt = table.leavesDoubt(Int(place))
      let status = status == .unknown && !leavesDoubt ? .failure : status
      finish(Site(place: place, frame: frame), status, trace, position, &found)
    case .took, .forced, .retried, .guardFailed, .actionFailed, .logged, .answered, .ticked: return
    }
  }

  private mutating func finish(
    _ site: Site,
    _ status: StepStatus,
    _ trace: Trace,
    _ position: Int,
    _ found: inout [Happening]
  ) {
    var happening = Happening(place: site.place, effect: 0)
    let outcome: Happening.Outcome? =
      switch status {
      case .success: .success(answers.removeValue(forKey: site))
      case .failure: .failure
      case .unknown: .unknown
      case .pending, .skipped, .cancelled: nil
      }
    let isUndone = fails(site, trace, after: position)
    // What has not begun has no outcome: it was skipped or refused.
    if let outcome, let input = begun[site] {
      happening.step = Happening.Side(
        index: site.place,
        phase: .end(outcome),
        input: input,
        isCertain: !isUndone
      )
    }
    if let (call, outcome) = answered, call.site == site {
      answered = nil
      happening.effect = call.effect
      happening.call = Self.end(of: call, outcome).call
      // An answer that its step refuses was given nevertheless.
      happening.call?.isCertain = !isUndone && (status == .success || !outcome.isSuccess)
    } else if let index = calls.firstIndex(where: { $0.site == site }) {
      let call = calls.remove(at: index)
      happening.effect = call.effect
      if call.mayWrite { happening.call = Self.end(of: call, .unknown).call }
    }
    if !isUndone { begun[site] = nil }
    if happening.step != nil || happening.call != nil { found.append(happening) }
  }

  /// Whether a step that has just succeeded fails in the same step: no edge is open, or a guard of
  /// its edges fails.
  private func fails(_ site: Site, _ trace: Trace, after position: Int) -> Bool {
    for entry in trace[(position + 1)...] {
      switch entry {
      case .finished(site.place, site.frame, let status, _): return status != .success
      case .guardFailed: continue
      default: return false
      }
    }
    return false
  }

  /// Forgets steps that are under way no more.
  private mutating func forget(what state: RunState, _ table: TransitionTable) {
    guard state.outcome == nil else {
      begun = [:]
      calls = []
      return
    }
    guard !begun.isEmpty else { return }
    begun = begun.filter { site, _ in
      guard site.frame != 0 else { return state.steps[Int(site.place)].isActive }
      guard let frame = state.frames.first(where: { $0.id == site.frame }) else { return false }
      let offset = Int(site.place - table.frames[Int(frame.template)].nodes.lowerBound)
      return frame.steps.indices.contains(offset) && frame.steps[offset].isActive
    }
  }
}

extension Happening.Outcome {
  var isSuccess: Bool { if case .success = self { true } else { false } }
}

extension TransitionTable {
  /// Whether a place, or what lies inside it, may change something outside.
  fileprivate func leavesDoubt(_ place: Int) -> Bool {
    let effect = nodes[place].effect
    guard effect != noIndex else { return true }
    return performers[Int(effects[Int(effect)].performer)].mayWrite(among: performers)
  }
}

extension PlaceNode {
  /// Whether being entered is all that it takes to begin; others may be skipped or refused.
  fileprivate var beginsByEntry: Bool {
    switch kind {
    case .rest, .final, .branch: true
    case .parallel: tree != nil
    case .compound, .action, .decision, .check, .wait, .human, .pass, .planner, .fork, .join,
      .call, .history, .tree, .park, .plan:
      false
    }
  }
}
