extension DiagnosticCode {
  /// The codes of files that say how models are asked.
  public static let modelCodes: [DiagnosticCode] = [modelPolicy]

  /// An entry of a models file cannot be read.
  public static let modelPolicy = DiagnosticCode(
    "SBX-MODEL-001",
    "an entry of the models file cannot be read",
    """
    The file that SIGNALBOX_MODELS names says how models are asked on this machine: which hosts may
    be connected to, which of several allowed models comes first, how often and how many at once. A
    host, a duration or a choice in it has a form that cannot be meant. Nothing is run with a policy
    that was understood by half.

    Wrong:

        residency: {hosts: ["https://models.example/v1"]}
        breaker: {pause: 30}

    Right:

        residency: {hosts: ["models.example", "10.0.0.7:8000"]}
        choice: cheapest
        breaker: {failures: 5, pause: 30s}
    """
  )
}
