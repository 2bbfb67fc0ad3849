import Table
import Values

/// Number of an effect within its run, from 1; also its place in the idempotency key.
public typealias EffectID = Int64

/// What a call used, as reported by the other side.
public struct Usage: Sendable, Hashable {
  /// Tokens of the prompt.
  public var promptTokens: Int64
  /// Tokens of the answer.
  public var outputTokens: Int64

  /// A usage.
  public init(promptTokens: Int64, outputTokens: Int64) {
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
  }
}

/// Something that happened outside, journaled before it is applied.
///
/// Times, ids and answers enter a run only this way, so that the same events give the same run.
public struct RunEvent: Sendable {
  /// The kinds of events.
  public enum Kind: Sendable {
    /// The run starts. `environment` holds the declared public names.
    case started(runID: String, input: Value, environment: ValueMap)
    /// A call was answered. `cost` in pico-dollars is what it is settled with.
    case completed(effect: EffectID, output: Value, usage: Usage?, costPicodollars: Int64)
    /// A call failed.
    case failed(
      effect: EffectID,
      error: ErrorKind,
      message: String,
      usage: Usage?,
      costPicodollars: Int64
    )
    /// A timer's time has come.
    case fired(timer: EffectID)
    /// Somebody wants the run to stop.
    case cancelled(reason: String)
    /// A named event from outside.
    case external(name: String, payload: Value)
    /// A tree is looked at as engines that poll do it.
    case tick(TreeTick)
  }

  /// Milliseconds since the Unix epoch, never before those of the event before.
  public var atMilliseconds: Int64
  /// What happened.
  public var kind: Kind { didSet { number = nil } }
  /// The number of the event's name, if it was looked up.
  private(set) var number: EventNumber?

  /// An event.
  ///
  /// The number of a named event, if given, is that of its name: a step need not look it up.
  public init(atMilliseconds: Int64, kind: Kind, number: EventNumber? = nil) {
    self.atMilliseconds = atMilliseconds
    self.kind = kind
    self.number = number
  }

  /// An event for runs of `table`, in which the name of a named event is looked up once.
  public init(atMilliseconds: Int64, kind: Kind, in table: LinkedTable) {
    self.init(atMilliseconds: atMilliseconds, kind: kind)
    if case .external(let name, _) = kind { number = table.event(named: name) }
  }

  /// The number of the event's name in the table; nil: it is no named event, or unknown there.
  @inline(__always)
  func number(in table: LinkedTable) -> Int32? {
    if let number, let known = number.value(in: table) { return known }
    return lookUp(in: table)
  }

  @inline(never)
  private func lookUp(in table: LinkedTable) -> Int32? {
    guard case .external(let name, _) = kind else { return nil }
    return table.event(named: name)?.value(in: table)
  }
}
