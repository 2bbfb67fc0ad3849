/// How the program ends, for scripts.
package enum ExitCode: Int32, Sendable, CaseIterable {
  /// All is good; a run that waits for a person counts as good.
  case success = 0
  /// A run ended in failure, or a scenario did.
  case runFailed = 1
  /// Wrong use of the command line, or a definition with errors.
  case badUse = 2
  /// Refused by a budget or a policy before anything was done.
  case refused = 3
  /// Cancelled or timed out.
  case stopped = 4
  /// A file, a store or a stream cannot be read or written.
  case inputOutput = 74
  /// Something outside is not available just now; the same command may succeed later.
  case tryAgain = 75
  /// Interrupted from the keyboard.
  case interrupted = 130

  /// What it means, as the help prints it.
  package var meaning: String {
    switch self {
    case .success: "good"
    case .runFailed: "a run or a scenario failed"
    case .badUse: "wrong use, or a definition with errors"
    case .refused: "refused by a budget or a policy"
    case .stopped: "cancelled or timed out"
    case .inputOutput: "a file, store or stream cannot be read or written"
    case .tryAgain: "not available now, try again"
    case .interrupted: "interrupted"
    }
  }
}
