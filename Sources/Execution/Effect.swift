import Table
import Values

/// What the pure step asks the Runtime to do.
public enum Effect: Sendable {
  /// Call an agent or tool, or ask a person.
  case call(CallIntent)
  /// Fire a timer at an absolute time.
  case startTimer(TimerIntent)
  /// Start a run of its own.
  case startChild(ChildIntent)
  /// The call, timer or child is no longer wanted.
  case cancel(EffectID)
}

/// A call to be made: everything but how.
public struct CallIntent: Sendable {
  /// The effect's number in its run.
  public var id: EffectID
  /// The place that calls.
  public var place: NodeIndex
  /// The frame of the place.
  public var frame: Int32
  /// Who is called, in the table's performers pool.
  public var performer: PoolIndex
  /// The input, rendered.
  public var input: Value
  /// 1 for the first attempt.
  public var attempt: Int32
  /// The place's visit that this call belongs to, from 1.
  public var visit: Int64
  /// When the attempt counts as failed, kind `timeout`: milliseconds since the epoch; -1: never.
  public var deadlineMilliseconds: Int64

  /// A call.
  public init(
    id: EffectID,
    place: NodeIndex,
    frame: Int32,
    performer: PoolIndex,
    input: Value,
    attempt: Int32,
    visit: Int64,
    deadlineMilliseconds: Int64
  ) {
    self.id = id
    self.place = place
    self.frame = frame
    self.performer = performer
    self.input = input
    self.attempt = attempt
    self.visit = visit
    self.deadlineMilliseconds = deadlineMilliseconds
  }

  /// The idempotency key: the same for every attempt of one visit, so that a repetition after a
  /// crash or a retry does not act twice.
  public func idempotencyKey(runID: String) -> String { "\(runID)-\(place)-\(frame)-\(visit)" }
}

/// A timer to be set.
public struct TimerIntent: Sendable, Hashable {
  /// Why.
  public enum Purpose: UInt8, Sendable, CaseIterable {
    /// The pause before another attempt.
    case backoff
    /// A wait step.
    case wait
    /// The flow's timeout.
    case flowTimeout
    /// The end of the grace that the timeout's target has.
    case grace
    /// A delay since a node was entered.
    case after
    /// An event sent with a delay.
    case event
    /// A node with others inside, or one that waits for events, takes too long.
    case deadline
  }

  /// The effect's number in its run.
  public var id: EffectID
  /// Why.
  public var purpose: Purpose
  /// The place that waits; `noIndex` for the flow's timers.
  public var place: NodeIndex
  /// When: milliseconds since the epoch.
  public var dueMilliseconds: Int64

  /// A timer.
  public init(id: EffectID, purpose: Purpose, place: NodeIndex, dueMilliseconds: Int64) {
    self.id = id
    self.purpose = purpose
    self.place = place
    self.dueMilliseconds = dueMilliseconds
  }
}
