/// The kinds of failure that a call of a tool, an agent or a model ends with.
///
/// The raw values are the error kinds of the flow format, as `retry.on` and `error.kind` spell
/// them.
public enum CallFailureKind: String, Sendable, CaseIterable {
  /// No answer before the deadline.
  case timeout
  /// The other side could not be reached or started, or says that it cannot serve now.
  case unavailable
  /// The other side asks for a pause.
  case rateLimited = "rate_limited"
  /// An answer came that is not what was asked for.
  case invalidOutput = "invalid_output"
  /// The grants do not allow the call; nothing was sent.
  case denied
  /// The run no longer wants the answer.
  case cancelled
  /// A write was sent and its outcome is not known; it must not be repeated by itself.
  case unknown
  /// The other side did the work and reports that it failed, or the call was malformed.
  case failed
}

/// Why a call has no output.
public struct CallFailure: Error, Sendable, Equatable {
  /// The kind, on which retries and error edges decide.
  public var kind: CallFailureKind
  /// What happened, in words for the people who run the flow.
  public var message: String
  /// How long the other side asks to wait before the next attempt.
  public var retryAfterMilliseconds: Int?
  /// Whether the request may have reached the other side, so that it may have acted or charged.
  public var requestWasSent: Bool

  /// A failure.
  public init(
    kind: CallFailureKind,
    message: String,
    retryAfterMilliseconds: Int? = nil,
    requestWasSent: Bool
  ) {
    self.kind = kind
    self.message = message
    self.retryAfterMilliseconds = retryAfterMilliseconds
    self.requestWasSent = requestWasSent
  }
}

/// What a call does to the world, which decides what a lost answer means.
public enum CallEffect: String, Sendable {
  /// Nothing changes; repeating is harmless.
  case read
  /// Something changes.
  case write
}

/// How safe it is to perform one call again.
public struct Repeatability: Sendable, Equatable {
  /// What the call does to the world.
  public var effect: CallEffect
  /// Whether the tool promises that the same idempotency key acts once.
  public var isIdempotent: Bool

  /// The effect and the promise as the flow declares them.
  public init(effect: CallEffect, isIdempotent: Bool) {
    self.effect = effect
    self.isIdempotent = isIdempotent
  }

  /// Whether performing the call twice is as good as once.
  public var mayBeRepeated: Bool { effect == .read || isIdempotent }

  /// The failure of a call whose answer was lost: `unknown` when it was sent and may not be
  /// repeated, else `failure` as it is.
  public func settled(_ failure: CallFailure) -> CallFailure {
    guard !mayBeRepeated, failure.requestWasSent else { return failure }
    var settled = failure
    settled.kind = .unknown
    settled.message = "whether the write happened is unknown: \(failure.message)"
    settled.retryAfterMilliseconds = nil
    return settled
  }
}
