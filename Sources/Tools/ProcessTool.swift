import Values

/// A tool or an agent that is a program: JSON on standard input, JSON on standard output.
///
/// The program is started directly, with exactly the arguments that are written: no shell reads
/// them, and nothing of the input becomes an argument.
public struct ProcessTool: Sendable {
  /// The program and its arguments; see `ProcessCommand`.
  public var arguments: [LateText]
  /// Environment variables that are passed on, by name; each must be granted.
  public var environmentNames: [String]
  /// Secrets that are passed as environment variables, by name; each must be granted.
  public var secretNames: [String]
  /// Where it runs; nil for the directory of this program.
  public var directory: String?
  /// What a call does, and whether it may be repeated.
  public var repeatability: Repeatability
  /// How long the program may live after it was asked to end.
  public var graceMilliseconds = 1_000

  /// A tool.
  public init(
    arguments: [LateText],
    environmentNames: [String] = [],
    secretNames: [String] = [],
    directory: String? = nil,
    repeatability: Repeatability
  ) {
    self.arguments = arguments
    self.environmentNames = environmentNames
    self.secretNames = secretNames
    self.directory = directory
    self.repeatability = repeatability
  }

  /// Performs one attempt.
  ///
  /// The program finds the effect's key in `SIGNALBOX_IDEMPOTENCY_KEY`. Silence on standard output
  /// is null. An exit status other than 0 is `failed`, with the first line of standard error. When
  /// a write that may not be repeated was cut off, or ended with a text that is no JSON, the
  /// failure is `unknown`. Secrets are removed from outputs and messages.
  public func call(
    _ call: ToolCall,
    in world: ToolSurroundings
  ) async -> Result<Value, CallFailure> {
    await world.carryOut(command(for: call, in: world)) { command in
      output(
        of: await world.processes.run(
          command,
          deadlineMilliseconds: call.deadlineMilliseconds,
          cancellation: call.cancellation
        )
      )
    }
  }

  private func command(
    for call: ToolCall,
    in world: ToolSurroundings
  ) -> Result<ProcessCommand, CallFailure> {
    var resolved: [String] = []
    for argument in arguments {
      switch argument.resolved(from: world.secrets, grants: call.grants, redactor: world.redactor) {
      case .success(let text): resolved.append(text)
      case .failure(let failure): return .failure(failure)
      }
    }
    guard let program = resolved.first, !program.isEmpty else {
      return .failure(.unsent("the tool names no program"))
    }
    if let denial = call.grants.check(.program(program)) { return .failure(denial.failure) }
    var command = ProcessCommand(arguments: resolved)
    command.environment = [("SIGNALBOX_IDEMPOTENCY_KEY", call.idempotencyKey)]
    for part in environmentNames.map(LateText.Part.environment)
      + secretNames.map(LateText.Part.secret)
    {
      let text = LateText(parts: [part])
      switch text.resolved(from: world.secrets, grants: call.grants, redactor: world.redactor) {
      case .success(let value): command.environment += text.names.map { ($0, value) }
      case .failure(let failure): return .failure(failure)
      }
    }
    command.directory = directory
    command.input = JSONText.bytes(of: call.input)
    command.outputBytes = world.answerBytes
    command.graceMilliseconds = graceMilliseconds
    return .success(command)
  }

  private func output(of ending: ProcessEnding) -> Result<Value, CallFailure> {
    func lost(_ kind: CallFailureKind, _ message: String) -> Result<Value, CallFailure> {
      .failure(
        repeatability.settled(
          CallFailure(kind: kind, message: message, requestWasSent: ending.wasStarted)
        )
      )
    }
    switch ending.cause {
    case .exited(status: 0):
      let isBlank = ending.output.allSatisfy { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
      if isBlank { return .success(.null) }
      switch JSONText.value(of: ending.output) {
      case .success(let value): return .success(value)
      case .failure(let flaw):
        return lost(.invalidOutput, "the program's output is not JSON: \(flaw.message)")
      }
    case .exited(let status):
      let words = firstErrorLine(ending).map { ": \($0)" } ?? ""
      return .failure(
        CallFailure(
          kind: .failed,
          message: "the program ended with status \(status)\(words)",
          requestWasSent: true
        )
      )
    case .signalled(let number):
      return lost(.failed, "the program was ended by signal \(number)")
    case .timedOut:
      return lost(.timeout, "the program did not end before its deadline")
    case .cancelled:
      return lost(.cancelled, "the program was cancelled")
    case .tooLarge:
      return lost(.invalidOutput, "the program's output is larger than its limit")
    case .notStarted(let reason):
      return .failure(CallFailure(kind: .unavailable, message: reason, requestWasSent: false))
    }
  }

  private func firstErrorLine(_ ending: ProcessEnding) -> String? {
    let lines = ending.error.split { $0 == 0x0a || $0 == 0x0d }
    guard let line = lines.first else { return nil }
    return String(decoding: line.prefix(500), as: UTF8.self)
  }
}
