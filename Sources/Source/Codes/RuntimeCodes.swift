extension DiagnosticCode {
  /// A scenario file that does not have its form.
  public static let scenarioForm = DiagnosticCode(
    "SBX-TEST-001",
    "the scenario file does not have its form",
    """
    A scenario file has `scenarios` and may have `flow`, `with` (overlays), `prices` and `defaults`;
    each scenario has a `name`, an `input`, a `script` of answers and what it expects. An answer is
    a mapping with one of `output`, `error`, `never`.

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
    It has no address, or is of a type that only scenarios answer for. A run would fail at its first
    call, so it is refused before it starts.

        wrong:  tools: {search: {type: http}}
        right:  tools: {search: {type: http, endpoint: "https://docs.example.com/search"}}
    """
  )

  /// A secret or variable that a run needs and this machine does not have.
  public static let secretMissing = DiagnosticCode(
    "SBX-RUN-002",
    "a secret or a variable of the environment is not set",
    """
    Headers, addresses and keys are put together when they are sent. A run whose first call would
    fail for a missing name is refused before it starts. Secrets are files of their name in
    `$SIGNALBOX_SECRETS`, else variables of the environment.

        wrong:  signalbox run flow.yaml
        right:  OPENAI_API_KEY=… signalbox run flow.yaml
    """
  )

  /// A program that is not there.
  public static let programMissing = DiagnosticCode(
    "SBX-RUN-003",
    "the program cannot be started",
    """
    The first element of `argv` is a program: a path, or a name in /usr/local/bin, /usr/bin or /bin.
    No shell reads the command line, so each argument is an element of its own.

        wrong:  argv: ["ls -l"]
        right:  argv: [ls, -l]
    """
  )

  /// An address that cannot be called.
  public static let addressUnusable = DiagnosticCode(
    "SBX-RUN-004",
    "the address cannot be called",
    """
    An `endpoint` is a whole http or https address without user name. What stands in it literally
    is looked at by `check`, what `env` and `secrets` put in before a run starts.

        wrong:  endpoint: docs.example.com/search
        right:  endpoint: https://docs.example.com/search
    """
  )

  /// A header that cannot be sent.
  public static let headerUnusable = DiagnosticCode(
    "SBX-RUN-005",
    "the header cannot be sent",
    """
    Names of headers are single words, values hold no control characters, and what describes the
    connection (`Host`, `Content-Length`, `Connection`, …) is set by the connection itself.

        wrong:  headers: {"X Key": "1"}
        right:  headers: {X-Key: "1"}
    """
  )

  /// The codes of running and of scenarios.
  public static let runtimeCodes: [DiagnosticCode] = [
    scenarioForm, scenarioUnknownName, scenarioQuantity,
    performerNotRunnable, secretMissing, programMissing, addressUnusable, headerUnusable,
  ]
}
