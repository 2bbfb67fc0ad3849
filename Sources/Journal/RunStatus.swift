/// How a run stands in its store.
public enum RunStatus: UInt8, Sendable, CaseIterable, Hashable {
  /// Created; its start is not journaled yet.
  case created
  /// Somebody drives it, or its driver crashed.
  case running
  /// It waits for a person or a time; nobody needs to drive it meanwhile.
  case waiting
  /// It is not known whether a write happened; a person decides.
  case undecided
  /// Ended in a final state.
  case succeeded
  /// Ended in a failing final state or by an error.
  case failed
  /// Cancelled.
  case cancelled

  /// The name that people see.
  public var name: String {
    switch self {
    case .created: "created"
    case .running: "running"
    case .waiting: "waiting"
    case .undecided: "undecided"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }

  /// Whether nothing more can happen to the run.
  public var isEnd: Bool {
    switch self {
    case .succeeded, .failed, .cancelled: true
    default: false
    }
  }
}
