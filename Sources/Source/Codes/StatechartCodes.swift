/// Codes of findings about states inside states.
extension DiagnosticCode {
  /// Two states of one name.
  public static let flowRepeatedState = DiagnosticCode(
    "SBX-CHART-001",
    "two states of one flow have the same name",
    """
    Guards read a step's result under its id and edges lead to states by their ids, so an id means
    one state, also when the states stand inside different states. Final states may repeat: an edge
    leads to the nearest.

        wrong:  states: {review: {states: {check: {…}}}, check: {…}}
        right:  states: {review: {states: {check_text: {…}}}, check: {…}}
    """
  )

  /// A state that starts nowhere.
  public static let flowEmptyState = DiagnosticCode(
    "SBX-CHART-002",
    "a state with states inside starts in none of them",
    """
    A state that has states inside is never active alone: entering it enters one of them. Say which
    with `initial_state`.

        wrong:  review: {states: {}}
        right:  review: {initial_state: check, states: {check: {agent: reviewer, …}}}
    """
  )

  /// The codes of this file.
  static let statechartCodes: [DiagnosticCode] = [flowRepeatedState, flowEmptyState]
}
