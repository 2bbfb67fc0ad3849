public import Source

/// What is asked of the verifier.
public struct VerifierOptions: Sendable, Hashable {
  /// Whether the house form's rules apply: what only loads for compatibility's sake is refused.
  public var isStrict = true

  /// The rules of the house form.
  public init() {}
}

/// What the verifier found and what it proved.
public struct VerifierReport: Sendable {
  /// Mistakes and doubts, in order of the checks and of the flow.
  public var findings: [Diagnostic] = []
  /// What holds for every run.
  public var proofs: [Proof] = []
  /// What could not be looked at, one line each.
  public var notAnalysed: [String] = []
  /// Waits that nothing bounds, one line each: ``s` waits for an event`.
  public var openWaits: [String] = []
  /// Ways from the start to an end, told apart by the places they pass; at most `waysLimit`; nil
  /// when they can't be counted (a cycle without a bound, too many states).
  public var waysThrough: Int?
  /// Longest time a run may take, people included, in milliseconds; nil: without a bound or not
  /// known.
  public var longestMilliseconds: Int64?

  /// What holds for every run, one line each: `ends on every way (write <= 2 visits)`.
  public var proven: [String] { proofs.map(\.claim) }

  /// Ways are not counted beyond this.
  public static let waysLimit = 1_000_000

  /// An empty report.
  public init() {}
}
