import Table

/// What the executor says of failures that it finds itself.
enum Messages {
  /// A task that does not start, because one that it depends on has not ended well.
  ///
  /// `status` is that of the other; `pending` means that it did not start either.
  static func dependencyFailed(of task: String, on other: String, status: StepStatus) -> String {
    let end =
      switch status {
      case .pending: "did not start"
      case .cancelled: "was cancelled"
      case .unknown: "may or may not have happened"
      case .success, .failure, .skipped: "has failed"
      }
    return "`\(task)` does not start: `\(other)`, which it depends on, \(end)"
  }

  /// A node of a tree from which no row leads on.
  static func noWayOn(from node: String) -> String { "nothing leads on from `\(node)`" }

  /// More items and child flows than a run can tell apart.
  static func tooManyFrames(_ limit: Int32) -> String {
    "the run has started \(limit) items and child flows, as many as it can tell apart"
  }
}
