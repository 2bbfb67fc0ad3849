/// How models are asked: in which order, how often, how many at once.
///
/// A policy never widens what a flow is granted, and no choice passes the call's reservation.
public struct ModelPolicy: Sendable {
  /// Which of several allowed models is asked first.
  public enum Choice: String, Sendable, CaseIterable {
    /// The order in which the flow grants them, its own first.
    case ordered
    /// The one with the least worst cost; among equals the order.
    case cheapest
  }

  /// When an endpoint counts as broken.
  public struct Breaker: Sendable {
    /// Failures in a row that open the breaker.
    public var failures = 5
    /// How long it stays open before one call may try again.
    public var pauseMilliseconds: Int64 = 30_000

    /// The usual breaker.
    public init() {}
  }

  /// What one endpoint may be burdened with.
  public struct EndpointLimits: Sendable {
    /// Calls under way at once.
    public var concurrentCalls = 16
    /// Calls that wait for one of them to end; more are refused.
    public var waitingCalls = 1_024
    /// Until a connection stands.
    public var connectMilliseconds = 10_000
    /// Until the first byte of a streamed answer; nil for the call's own deadline.
    public var firstByteMilliseconds: Int?

    /// The usual limits.
    public init() {}
  }

  /// What is remembered of answers.
  public struct Cache: Sendable {
    /// Answers that are kept; 0 keeps none.
    public var entries = 0
    /// Bytes of all kept answers together.
    public var bytes = 16 << 20
    /// How long an answer may be given again.
    public var milliseconds: Int64 = 3_600_000

    /// A cache that keeps nothing.
    public init() {}
  }

  /// Which model is asked first.
  public var choice = Choice.ordered
  /// Rounds over the allowed models, the first included.
  public var rounds = 3
  /// Pause before the second round, doubled before each further one.
  public var backoffMilliseconds: Int64 = 250
  /// A pause longer than this is not waited for.
  public var longestPauseMilliseconds: Int64 = 20_000
  /// When an endpoint counts as broken.
  public var breaker = Breaker()
  /// What each endpoint may be burdened with.
  public var limits = EndpointLimits()
  /// What is remembered of answers.
  public var cache = Cache()

  /// The usual policy.
  public init() {}
}
