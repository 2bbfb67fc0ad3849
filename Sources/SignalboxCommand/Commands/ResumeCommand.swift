import Signalbox

/// `signalbox resume RUN`.
package struct ResumeCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])
  private static let assume = OptionDeclaration(
    "assume",
    "decide about a write that may have happened: STEP=happened or STEP=failed",
    kind: .binding,
    isRepeated: true
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "resume",
    "go on with a run that was interrupted or waits",
    discussion: """
      Steps that were completed are never repeated; a run whose journal or ledger is damaged is \
      refused before anything is called. Ctrl-C asks for cancellation (exit 130); Ctrl-C again and \
      SIGTERM stop at once, to be resumed (exit 130 and 75).
      """,
    operands: [.run],
    options: [.store, assume, .scenario, .scenarios, .noInput, output],
    examples: [
      "signalbox resume r-01J9Z7M3K2A9C --store runs.db",
      "signalbox resume r-01J9Z7M3K2A9C --assume send=happened",
    ]
  )

  private let runID: String
  private let place: RunPlace
  private let assumptions: [(name: String, value: String)]
  private let scenario: ScenarioChoice
  private let mayAsk: Bool
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    runID = try arguments.operand()
    place = RunPlace(arguments)
    assumptions = arguments.bindings(Self.assume)
    scenario = ScenarioChoice(arguments)
    mayAsk = !arguments.has(.noInput)
    format = arguments.choice(Self.output) ?? .text
    for (step, value) in assumptions where value != "happened" && value != "failed" {
      throw UsageError("`--assume \(step)=\(value)`: write \(step)=happened or \(step)=failed")
    }
  }

  /// Drives the run on.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let (conduct, driver) = try await ResumeCommand.resume(
      try session.runID(runID),
      session,
      try scenario.load(flowPath: nil, console),
      format: format,
      mayAsk: mayAsk,
      console
    )
    for (step, value) in assumptions {
      do throws(RunFault) {
        try await driver.decide(
          step: step,
          value == "happened" ? .happened(output: .map([:])) : .didNotHappen,
          by: console.environment("USER") ?? "somebody"
        )
      } catch {
        throw RunSession.failure(error)
      }
    }
    return try await conduct.finish(driver)
  }

  /// Claims a run and rebuilds it.
  static func resume(
    _ runID: String,
    _ session: RunSession,
    _ scripted: ChosenScenario?,
    format: OutputFormat,
    mayAsk: Bool,
    _ console: Console
  ) async throws(CommandFailure) -> (RunConduct, RunDriver) {
    let answers = if let scripted { scripted.answers() } else { try CallAnswers.live(console) }
    return try await resume(
      runID,
      session,
      answers,
      format: format,
      mayAsk: mayAsk,
      console
    )
  }

  /// Claims a run and rebuilds it; its calls are answered by `answers`.
  static func resume(
    _ runID: String,
    _ session: RunSession,
    _ answers: CallAnswers,
    format: OutputFormat = .text,
    mayAsk: Bool = false,
    _ console: Console
  ) async throws(CommandFailure) -> (RunConduct, RunDriver) {
    let summary = try session.asking { () throws(StoreError) in
      try session.store.summary(runID: runID)
    }
    let table = try session.table(of: summary)
    let prices = try session.prices(of: summary)
    let conduct = RunConduct(
      console: console,
      session: session,
      format: format,
      mayAsk: mayAsk,
      performing: answers.performing,
      clock: answers.clock,
      redactor: answers.redactor
    )
    do throws(RunFault) {
      let driver = try await RunDriver.resume(
        runID: runID,
        table,
        in: conduct.surroundings(table, prices)
      )
      return (conduct, driver)
    } catch {
      throw RunSession.failure(error)
    }
  }
}
