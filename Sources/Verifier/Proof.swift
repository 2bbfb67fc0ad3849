/// Something that holds for every run of a flow, and what that rests on.
public struct Proof: Sendable, Hashable {
  /// How it was found.
  public enum Basis: String, Sendable, CaseIterable {
    /// Every way was looked at by itself, counters included.
    case exact
    /// More ways than there are were looked at: guards, counters or orders were left open.
    case abstracted
  }

  /// What holds, in one line: `ends on every way (write <= 2 visits)`.
  public var claim: String
  /// How it was found.
  public var basis: Basis
  /// What it rests on or assumes, one line each.
  public var restsOn: [String]

  /// A proof.
  public init(claim: String, basis: Basis, restsOn: [String]) {
    self.claim = claim
    self.basis = basis
    self.restsOn = restsOn
  }
}
