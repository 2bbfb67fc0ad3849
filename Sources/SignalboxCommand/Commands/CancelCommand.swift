import Signalbox

/// `signalbox cancel RUN`.
package struct CancelCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])
  private static let reason = OptionDeclaration(
    "reason",
    "why, as the journal records it",
    kind: .text(placeholder: "TEXT"),
    default: "cancelled by $USER"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "cancel",
    "ask a run to stop, and drive it to its end",
    discussion: "Steps under way take their `on_cancel` edges, which clean up. Ends with 4, as a\n"
      + "run that was cancelled does.",
    operands: [.run],
    options: [reason, .store, .scenario, .scenarios, .noInput, output],
    examples: ["signalbox cancel r-01J9Z7M3K2A9C --reason 'ordered twice'"]
  )

  private let runID: String
  private let reasonText: String?
  private let place: RunPlace
  private let scenario: ScenarioChoice
  private let mayAsk: Bool
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    runID = try arguments.operand()
    reasonText = arguments.text(Self.reason)
    place = RunPlace(arguments)
    scenario = ScenarioChoice(arguments)
    mayAsk = !arguments.has(.noInput)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Cancels the run and drives it to its end.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let id = try session.unended(runID).header.runID
    let (conduct, driver) = try await ResumeCommand.resume(
      id,
      session,
      try scenario.load(flowPath: nil, console),
      format: format,
      mayAsk: mayAsk,
      console
    )
    let person = console.environment("USER") ?? "somebody"
    await driver.cancel(reason: reasonText ?? "cancelled by \(person)")
    return try await conduct.finish(driver)
  }
}
