import Expression
import Table
import Values

/// Where a token rests and what it waits for.
public struct Token: Sendable, Hashable {
  /// What the place is doing.
  public enum Phase: UInt8, Sendable, CaseIterable {
    /// Just entered; nothing started.
    case entered
    /// A call is under way.
    case calling
    /// A pause before another attempt.
    case pausing
    /// A wait step.
    case waiting
    /// Finished, or waiting for events: nothing of its own is under way.
    case resting
    /// Runs instances of a frame template.
    case hosting
  }

  /// The leaf.
  public var place: NodeIndex
  /// The frame instance; 0 is the root frame.
  public var frame: Int32
  /// What the place is doing.
  public var phase: Phase
  /// The call or timer under way; 0: none.
  public var effect: EffectID
  /// The attempt under way, from 1.
  public var attempt: Int32
  /// Whether an earlier attempt of this visit was a write that may have happened.
  public var isInDoubt: Bool

  /// A token that has just entered `place`.
  public init(place: NodeIndex, frame: Int32) {
    self.place = place
    self.frame = frame
    phase = .entered
    effect = 0
    attempt = 0
    isInDoubt = false
  }

  /// A token that rests on a place of the run's own frame.
  @inline(__always)
  init(restingOn place: NodeIndex) {
    self.init(place: place, frame: 0)
    phase = .resting
  }
}

/// How far the parts of a parallel node or the items of a fork have come.
public struct JoinState: Sendable {
  /// The node whose parts they are.
  public var owner: NodeIndex
  /// The frame of the node.
  public var frame: Int32
  /// Parts started so far.
  public var opened: Int32
  /// Parts that succeeded.
  public var successes: Int32
  /// Parts that failed.
  public var failures: Int32
  /// Parts that ended as skipped.
  public var skipped: Int32
  /// The items of a fork.
  public var items: [Value]
  /// Results by part; nil where a part has not ended, or failed.
  public var results: [Value?]
  /// The first failure.
  public var error: RunError?

  /// Nothing started.
  public init(owner: NodeIndex, frame: Int32, items: [Value], parts: Int) {
    self.owner = owner
    self.frame = frame
    self.items = items
    opened = 0
    successes = 0
    failures = 0
    skipped = 0
    results = [Value?](repeating: nil, count: parts)
    error = nil
  }

  /// Parts that have ended.
  public var ended: Int32 {
    successes.addingSaturating(failures).addingSaturating(skipped)
  }

  /// Parts in all.
  var parts: Int32 { Int32(clamping: results.count) }
}

/// One instance of a frame template: what it owns while it is not the one looked at.
public struct FrameInstance: Sendable {
  /// Its number in the run, from 1.
  public var id: Int32
  /// The template.
  public var template: PoolIndex
  /// The frame of the place that runs it.
  public var parent: Int32
  /// The place that runs it.
  public var owner: NodeIndex
  /// Its number among the instances of that place's visit, from 0.
  public var position: Int32
  /// Its slots.
  public var memory: MemoryPart
  /// Its registers.
  public var registers: [Int64]
  /// Its step records.
  public var steps: [StepRecord]
  /// Its remembered configurations.
  public var histories: [[NodeIndex]]
}

/// An event on its way inside a run.
public struct QueuedEvent: Sendable {
  /// The name.
  public var name: String
  /// The data.
  public var data: Value
  /// `internal`, `external` or `platform` (SCXML 5.10.1).
  public var type: String
  /// The id it was sent under; empty: none.
  public var sendID: String
  /// Where it came from: the child's id when it came from one; empty: the flow itself.
  public var invokeID: String
  /// The session that gets it: a frame whose place calls a child flow, or 0.
  public var session: Int32

  /// An event.
  public init(
    name: String,
    data: Value = .null,
    type: String,
    sendID: String = "",
    invokeID: String = "",
    session: Int32 = 0
  ) {
    self.name = name
    self.data = data
    self.type = type
    self.sendID = sendID
    self.invokeID = invokeID
    self.session = session
  }
}

/// A timer of a run besides those that tokens wait for.
public struct RunTimer: Sendable {
  /// What happens when its time has come.
  public enum Purpose: Sendable {
    /// A row of a node is looked at.
    case after(row: RowIndex)
    /// An event that was sent with a delay arrives.
    case event(QueuedEvent)
    /// The node takes too long.
    case deadline
  }

  /// The effect's number.
  public var effect: EffectID
  /// The node that set it; for events the one that sent it.
  public var node: NodeIndex
  /// The frame.
  public var frame: Int32
  /// What happens.
  public var purpose: Purpose

  /// A timer.
  public init(effect: EffectID, node: NodeIndex, frame: Int32, purpose: Purpose) {
    self.effect = effect
    self.node = node
    self.frame = frame
    self.purpose = purpose
  }
}

/// How a step stands, as guards see it in `steps.<id>.status`.
public enum StepStatus: UInt8, Sendable, CaseIterable, Hashable {
  /// Not entered, or under way.
  case pending
  /// Finished.
  case success
  /// Failed.
  case failure
  /// `when` was false.
  case skipped
  /// Cancelled.
  case cancelled
  /// It is not known whether its write happened.
  case unknown

  /// The name in guards.
  public var name: String {
    switch self {
    case .pending: "pending"
    case .success: "success"
    case .failure: "failure"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    case .unknown: "unknown"
    }
  }
}

/// Why a run or step failed.
public struct RunError: Sendable, Hashable, Error {
  /// The kind.
  public var kind: ErrorKind
  /// In words, for people.
  public var message: String
  /// The step that failed; empty: the run itself.
  public var step: String

  /// An error.
  public init(kind: ErrorKind, message: String, step: String) {
    self.kind = kind
    self.message = message
    self.step = step
  }
}

/// How a run ended.
public enum RunOutcome: Sendable {
  /// In a final state; `result` is what the flow returns.
  case success(final: String, result: Value)
  /// In a final state declared as a failure, or by an error that no edge takes.
  case failure(final: String?, error: RunError?, result: Value)
  /// Cancelled before it ended.
  case cancelled(reason: String)
}

/// What the run remembers of one step besides its results.
public struct StepRecord: Sendable, Hashable {
  /// How the latest visit stands.
  public var status: StepStatus
  /// Attempts of the latest visit.
  public var attempts: Int32
  /// Why the latest visit failed, if it did.
  public var error: RunError? {
    get { failure?.error }
    set { failure = newValue.map { Failure($0) } }
  }
  /// Kept apart, so that a record without one is a few bytes.
  private var failure: Failure?
  /// Whether the node is active now.
  public var isActive: Bool
  /// Items of the latest visit that failed (maps).
  public var failedItems: Int32

  /// A step that has not been entered.
  public init() {
    status = .pending
    attempts = 0
    failure = nil
    isActive = false
    failedItems = 0
  }

  /// A new visit begins.
  @inline(__always)
  mutating func begin() {
    status = .pending
    attempts = 0
    if failure != nil { failure = nil }
    isActive = true
    failedItems = 0
  }

  private final class Failure: Sendable, Hashable {
    let error: RunError

    init(_ error: RunError) { self.error = error }

    static func == (left: Failure, right: Failure) -> Bool { left.error == right.error }

    func hash(into hasher: inout Hasher) { hasher.combine(error) }
  }
}

/// The whole state of a run between two steps: a value.
public struct RunState: Sendable {
  /// The run's id.
  public var runID: String
  /// The tokens, in order of their frames and places: the active leaves.
  public var tokens: [Token]
  /// Parallel nodes and forks under way.
  public var joins: [JoinState]
  /// Frames besides the run's own, in order of their numbers.
  public var frames: [FrameInstance]
  /// Number of the next frame.
  public var nextFrame: Int32
  /// Configurations remembered by history nodes.
  public var histories: [[NodeIndex]]
  /// Timers besides those that tokens wait for.
  public var timers: [RunTimer]
  /// Registers by number.
  public var registers: [Int64]
  /// What guards and templates read.
  public var memory: Memory
  /// What is remembered of each node's step, by node.
  public var steps: [StepRecord]
  /// Why somebody asked the run to stop; nil: nobody did.
  public var cancelReason: String?
  /// The latest error of any step.
  public var lastError: RunError?
  /// Number of the next effect.
  public var nextEffect: EffectID
  /// Time of the start event.
  public var startedMilliseconds: Int64
  /// Time of the latest event.
  public var nowMilliseconds: Int64
  /// What the run has cost.
  public var spentPicodollars: Int64
  /// What the run has used.
  public var tokensUsed: Int64
  /// The flow's timeout timer; 0: none.
  public var timeoutTimer: EffectID
  /// Whether the flow's timeout has fired.
  public var isOverdue: Bool
  /// Places entered so far; the way itself is in the journal.
  public var placesEntered: Int64
  /// How the run ended; nil while it goes on.
  public var outcome: RunOutcome?

  /// A run that has not started.
  public init(nodes: Int, registers: Int, slots: Int, histories: Int = 0) {
    runID = ""
    tokens = []
    joins = []
    frames = []
    nextFrame = 1
    self.histories = [[NodeIndex]](repeating: [], count: histories)
    timers = []
    self.registers = [Int64](repeating: 0, count: registers)
    memory = Memory(slotCount: slots)
    steps = [StepRecord](repeating: StepRecord(), count: nodes)
    cancelReason = nil
    lastError = nil
    nextEffect = 1
    startedMilliseconds = 0
    nowMilliseconds = 0
    spentPicodollars = 0
    tokensUsed = 0
    timeoutTimer = 0
    isOverdue = false
    placesEntered = 0
    outcome = nil
  }
}
