/// Keeps calls from an endpoint that fails again and again, and from one that asked for a pause.
///
/// Closed it admits all; after enough failures in a row it opens for a pause; then it admits one
/// call, whose outcome closes or opens it again.
struct CircuitBreaker: Sendable {
  let rule: ModelPolicy.Breaker
  private(set) var failures = 0
  /// Until when nothing is admitted; -1: no pause.
  private(set) var pausedUntilMilliseconds: Int64 = -1
  private var isProbing = false

  init(rule: ModelPolicy.Breaker) {
    self.rule = rule
  }

  private var isOpen: Bool { failures >= max(1, rule.failures) }

  /// Whether a call may go out now; the one call after a pause counts as admitted by this.
  mutating func admits(atMilliseconds now: Int64) -> Bool {
    guard now >= pausedUntilMilliseconds, !isProbing else { return false }
    isProbing = isOpen
    return true
  }

  /// How long nothing is admitted; 0: something is, or depends on a call under way.
  func pauseMilliseconds(atMilliseconds now: Int64) -> Int64 {
    max(0, pausedUntilMilliseconds - now)
  }

  /// Takes a call that was answered, with whatever answer.
  mutating func succeeded() {
    failures = 0
    isProbing = false
    pausedUntilMilliseconds = -1
  }

  /// Takes a call that says nothing about the endpoint: withdrawn, or refused for its own sake.
  mutating func endedWithoutVerdict() { isProbing = false }

  /// Takes a failure of the endpoint.
  mutating func failed(atMilliseconds now: Int64) {
    isProbing = false
    failures = min(failures + 1, 1_000_000)
    if isOpen { pause(untilMilliseconds: Self.sum(now, rule.pauseMilliseconds)) }
  }

  /// Takes the endpoint's own wish for a pause.
  mutating func wasAsked(toPauseMilliseconds pause: Int64, atMilliseconds now: Int64) {
    isProbing = false
    self.pause(untilMilliseconds: Self.sum(now, pause))
  }

  private mutating func pause(untilMilliseconds end: Int64) {
    pausedUntilMilliseconds = max(pausedUntilMilliseconds, end)
  }

  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(max(0, right))
    return overflow ? .max : sum
  }
}
