import Execution
import Journal
import Table
import Values

/// What people who watch a run are told, as it happens.
public enum RunProgress: Sendable {
  /// The run has started or was resumed.
  case started(runID: String, flow: String, isResumed: Bool)
  /// A call ended.
  case called(CallReport)
  /// A row was taken.
  case took(row: RowIndex)
  /// A call will be attempted again.
  case retrying(step: String, attempt: Int32, error: RunError)
  /// A person is waited for.
  case waiting(PersonTask)
  /// A call was not made.
  case refused(step: String, error: RunError)
  /// It is not known whether a write happened.
  case undecided(UndecidedCall)
  /// A plan was proposed and judged.
  case proposed(ProposalRecord)
  /// The run ended.
  case ended(RunOutcome, spentPicodollars: Int64)
}

/// One call that ended, for a timeline.
public struct CallReport: Sendable {
  /// The step.
  public var step: String
  /// Who was called.
  public var performer: Performer
  /// Since the start of the run, in milliseconds.
  public var offsetMilliseconds: Int64
  /// How long the call took, in milliseconds.
  public var durationMilliseconds: Int64
  /// What it used, as far as known.
  public var usage: Usage?
  /// What it was charged, in pico-dollars.
  public var costPicodollars: Int64
  /// Why it failed; nil: it did not.
  public var error: RunError?
  /// Who answered, when a person did.
  public var answeredBy: String
  /// What it was called with.
  public var input: Value
  /// The answer.
  public var output: Value?
}

/// A question to a person that is open.
public struct PersonTask: Sendable {
  /// The call.
  public var effect: EffectID
  /// The step.
  public var step: String
  /// Who is asked.
  public var performer: Performer
  /// What the person is shown.
  public var input: Value
  /// The schema of the answer.
  public var outputSchema: Value?
  /// Until when an answer is taken: milliseconds since the Unix epoch; -1: for ever.
  public var untilMilliseconds: Int64
  /// The run that asks: a child's, when a run waits for one.
  public var runID: String
}

/// A write of which nobody knows whether it happened.
public struct UndecidedCall: Sendable {
  /// The call.
  public var effect: EffectID
  /// The step.
  public var step: String
  /// Who was called.
  public var performer: Performer
  /// With what.
  public var input: Value
  /// The key that was sent along.
  public var idempotencyKey: String
  /// The run that called.
  public var runID: String
}

/// How a run stands after what was due was driven.
public enum RunRest: Sendable {
  /// It rests until people move it on, or has ended.
  case paused(RunPause)
  /// Nothing happens before that time: milliseconds since the Unix epoch.
  case sleeps(untilMilliseconds: Int64)
}

/// Why driving a run has come to rest.
public enum RunPause: Sendable {
  /// The run has ended.
  case ended(RunOutcome)
  /// Only people can move it on, or the deadlines that they were given.
  case waiting([PersonTask])
  /// People must decide whether these writes happened.
  case undecided([UndecidedCall])
  /// Nothing can ever move it on: an answer that never comes, without a deadline.
  case stalled
}

/// Why a run could not be driven on; it may be resumed when the cause is gone.
public enum RunFault: Error, Sendable {
  /// The store refused.
  case store(StoreError)
  /// A stored record does not say what the pure step makes of its event.
  case damaged(record: Int64, message: String)
  /// A step did what was not said of the flow before it ran (SBX-PROOF-001); it was not journaled,
  /// and nothing of it was performed.
  case unproven(flow: Digest, record: Int64, claim: String)
  /// The request does not fit the run, in words.
  case refused(String)

  /// In words, for people.
  public var message: String {
    switch self {
    case .store(let error): error.message
    case .damaged(let record, let message): "record \(record) of the run is damaged: \(message)"
    case .unproven(let flow, let record, let claim):
      "error[SBX-PROOF-001]: record \(record) of a run of flow \(flow.short) would do what the "
        + "analysis of the flow does not have: \(claim)"
    case .refused(let message): message
    }
  }
}
