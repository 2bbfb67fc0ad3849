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
  public var error: RunError?

  /// A step that has not been entered.
  public init() {
    status = .pending
    attempts = 0
    error = nil
  }
}

/// The whole state of a run between two steps: a value.
public struct RunState: Sendable {
  /// The run's id.
  public var runID: String
  /// The tokens, in order of their places.
  public var tokens: [Token]
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
  public init(nodes: Int, registers: Int, slots: Int) {
    runID = ""
    tokens = []
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

/// One thing that a step did, in order: the material of timelines and trace digests.
public enum TraceEntry: Sendable {
  /// A place was entered.
  case entered(place: NodeIndex, frame: Int32, visit: Int64)
  /// A row was taken.
  case took(row: RowIndex, frame: Int32)
  /// The run's own rule moved it without a row (flow timeout to its target, failure without edge).
  case forced(target: NodeIndex, frame: Int32)
  /// A step finished with a status.
  case finished(place: NodeIndex, frame: Int32, status: StepStatus, error: RunError?)
  /// Another attempt will be made.
  case retried(place: NodeIndex, frame: Int32, attempt: Int32, error: RunError)
  /// A guard could not be evaluated: the row, and why with the values it read.
  case guardFailed(row: RowIndex, message: String)
}

/// What one step gave besides the new state.
public struct StepOutput: Sendable {
  /// What the Runtime is to do, in order.
  public var effects: [Effect]
  /// What happened, in order.
  public var trace: [TraceEntry]

  /// Nothing.
  public init() {
    effects = []
    trace = []
  }
}
