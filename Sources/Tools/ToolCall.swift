import Values

/// One call of a tool or an agent, as the runtime dispatches it.
public struct ToolCall: Sendable {
  /// The input; a map for all but the simplest tools.
  public var input: Value
  /// The key of the effect, the same for every attempt of it.
  public var idempotencyKey: String
  /// What the caller may use, checked again here.
  public var grants: Grants
  /// The wall-clock limit of this attempt.
  public var deadlineMilliseconds: Int
  /// Ends the call early.
  public var cancellation: Cancellation

  /// A call.
  public init(
    input: Value,
    idempotencyKey: String,
    grants: Grants,
    deadlineMilliseconds: Int,
    cancellation: Cancellation = Cancellation()
  ) {
    self.input = input
    self.idempotencyKey = idempotencyKey
    self.grants = grants
    self.deadlineMilliseconds = deadlineMilliseconds
    self.cancellation = cancellation
  }
}

/// What calls share: the client, the runner, and where secrets come from and must not go.
public struct ToolSurroundings: Sendable {
  /// Sends requests.
  public let client: HTTPClient
  /// Runs programs.
  public let processes: ProcessRunner
  /// Knows secrets and environment variables.
  public let secrets: any SecretSource
  /// Learns every secret that is used, and removes it from outputs and messages.
  public let redactor: Redactor
  /// Largest answer, in bytes.
  public let answerBytes: Int

  /// The surroundings of all calls of a program.
  public init(
    client: HTTPClient = HTTPClient(),
    processes: ProcessRunner = ProcessRunner(),
    secrets: any SecretSource = ProcessSecrets(),
    redactor: Redactor = Redactor(),
    answerBytes: Int = 8 << 20
  ) {
    self.client = client
    self.processes = processes
    self.secrets = secrets
    self.redactor = redactor
    self.answerBytes = answerBytes
  }

  /// Carries out what was made of a call, if it could be made; secrets are removed from what comes.
  func carryOut<Request>(
    _ request: Result<Request, CallFailure>,
    _ perform: (Request) async -> Result<Value, CallFailure>
  ) async -> Result<Value, CallFailure> {
    switch request {
    case .failure(let failure): redacted(.failure(failure))
    case .success(let request): redacted(await perform(request))
    }
  }

  /// The result with every known secret removed, as it may be journaled.
  package func redacted(_ result: Result<Value, CallFailure>) -> Result<Value, CallFailure> {
    switch result {
    case .success(let output):
      return .success(redactor.redacted(output))
    case .failure(var failure):
      failure.message = redactor.redacted(failure.message)
      return .failure(failure)
    }
  }
}
