/// Something that holds for every run, and what that rests on.
public struct Proof: Sendable, Hashable {
  /// How a proof looks at the runs that a table allows.
  public enum Basis: String, Sendable, CaseIterable {
    /// At just these runs.
    case exact
    /// At these and others that may not happen, so that the proof holds for these too.
    case abstracted
  }

  /// What holds, in one line: `ends on every way (write <= 2 visits)`.
  public var claim: String
  /// How it was proven.
  public var basis: Basis
  /// What was assumed, one line each.
  public var restsOn: [String]

  /// A proof.
  public init(claim: String, basis: Basis, restsOn: [String]) {
    self.claim = claim
    self.basis = basis
    self.restsOn = restsOn
  }
}
