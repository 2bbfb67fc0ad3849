extension DiagnosticCode {
  /// A scenario file that does not have its form.
  public static let scenarioForm = DiagnosticCode(
    "SBX-TEST-001",
    "the scenario file does not have its form",
    """
    A scenario file has `flow`, `defaults` and `scenarios`; each scenario has a `name`, an `input`,
    a `script` of answers and what it expects. An answer is a mapping with one of `output`,
    `error`, `never`.

        wrong:  script: {classify: {category: billing}}
        right:  script: {classify: {output: {category: billing}}}
    """
  )

  /// A script key or a step in an expectation that the flow does not have.
  public static let scenarioUnknownName = DiagnosticCode(
    "SBX-TEST-002",
    "the scenario names something that the flow does not have",
    """
    A script is keyed by the ids of steps, else of agents and tools; a path names steps and final
    states. A name that the flow lacks would never be used, and the scenario would test less than
    it seems to.

        wrong:  script: {clasify: {output: {}}}
        right:  script: {classify: {output: {}}}
    """
  )

  /// A duration, an amount of money or a count that cannot be read.
  public static let scenarioQuantity = DiagnosticCode(
    "SBX-TEST-003",
    "the quantity cannot be read",
    """
    Durations carry their unit, money is in US dollars, counts are whole numbers from 0.

        wrong:  after: 3        right:  after: 3h
        wrong:  max: 5 cents    right:  max: $0.05
    """
  )

  /// A performer that the flow may be checked and tested with, but not run.
  public static let performerNotRunnable = DiagnosticCode(
    "SBX-RUN-001",
    "the agent or tool can be checked, planned and tested, not run",
    """
    It has no address, or is of a type that this version does not call. Scenarios answer for it;
    a run would fail at its first call, so it is refused before it starts.

        wrong:  tools: {search: {type: http}}
        right:  tools: {search: {type: http, endpoint: "https://docs.example.com/search"}}
    """
  )

  /// The codes of running and of scenarios.
  public static let runtimeCodes: [DiagnosticCode] = [
    scenarioForm, scenarioUnknownName, scenarioQuantity,
    performerNotRunnable,
  ]
}
