/// What is known of a property that every run should have.
public enum Verdict: String, Sendable, CaseIterable {
  /// A run was executed that lacks it.
  case refuted
  /// The table has a way that lacks it, but no run along it was found: it may need guards that
  /// never hold together, or values that were not tried.
  case possible
  /// Every run has it.
  case proven
  /// Nothing was said: there was too much to look at, or it could not be looked at.
  case notAnalysed = "not analysed"
}
