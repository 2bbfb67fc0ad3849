/// Why a step failed: the closed set of FLOW-FORMAT that guards compare `error.kind` with.
public enum ErrorKind: UInt8, Sendable, CaseIterable, Hashable {
  /// A deadline passed.
  case timeout
  /// The other side could not be reached or said it is overloaded.
  case unavailable
  /// The other side asked to slow down.
  case rateLimited
  /// The answer does not fit its schema.
  case invalidOutput
  /// `require` was false on the result.
  case require
  /// `check` was false.
  case check
  /// A guard could not be evaluated.
  case guardError
  /// A step was entered more often than `max_visits` allows.
  case maxVisits
  /// The run entered more places than `max_steps` allows.
  case maxSteps
  /// A call would exceed the budget.
  case budget
  /// A permission is missing.
  case denied
  /// The step was cancelled.
  case cancelled
  /// It is not known whether a write happened.
  case unknown
  /// Anything else.
  case failed
  /// The input does not fit the flow's declaration.
  case inputRejected

  /// The name in flows: `rate_limited`.
  public var name: String {
    switch self {
    case .timeout: "timeout"
    case .unavailable: "unavailable"
    case .rateLimited: "rate_limited"
    case .invalidOutput: "invalid_output"
    case .require: "require"
    case .check: "check"
    case .guardError: "guard_error"
    case .maxVisits: "max_visits"
    case .maxSteps: "max_steps"
    case .budget: "budget"
    case .denied: "denied"
    case .cancelled: "cancelled"
    case .unknown: "unknown"
    case .failed: "failed"
    case .inputRejected: "input_rejected"
    }
  }

  /// The kind with a name, if there is one.
  public init?(name: String) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }
}

/// A set of error kinds.
public struct ErrorKindSet: OptionSet, Sendable, Hashable {
  /// One bit a kind, by `ErrorKind.rawValue`.
  public let rawValue: UInt32

  /// A set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A set of kinds.
  public init(_ kinds: some Sequence<ErrorKind>) {
    rawValue = kinds.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
  }

  /// Every kind.
  public static let all = ErrorKindSet(ErrorKind.allCases)

  /// Whether `kind` is in the set.
  public func contains(_ kind: ErrorKind) -> Bool {
    rawValue & (1 << UInt32(kind.rawValue)) != 0
  }
}
