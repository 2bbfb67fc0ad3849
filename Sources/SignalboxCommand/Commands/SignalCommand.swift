import Signalbox

/// `signalbox signal RUN NAME`.
package struct SignalCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])
  private static let name = OperandDeclaration(
    "NAME",
    "the event's name, as `on_event` has it",
    kind: .text(placeholder: "NAME")
  )
  private static let data = OptionDeclaration(
    "input",
    short: "i",
    "data of the event, JSON or YAML; - reads the standard input",
    kind: .file(placeholder: "FILE")
  )
  private static let person = OptionDeclaration(
    "by",
    "who sends it, as the journal records it",
    kind: .text(placeholder: "NAME"),
    default: "$USER"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "signal",
    "send a named event to a run, and drive it on",
    discussion: "An event that no row of the flow takes is refused. One that the run does not\n"
      + "wait for just now is journaled and changes nothing.",
    operands: [.run, name],
    options: [data, person, .store, .scenario, .scenarios, .noInput, output],
    examples: [
      "signalbox signal r-01J9Z7M3K2A9C submit",
      "echo '{\"urgent\": true}' | signalbox signal r-01J9Z7M3K2A9C submit -i -",
    ]
  )

  private let runID: String
  private let event: String
  private let dataPath: String?
  private let sender: String?
  private let place: RunPlace
  private let scenario: ScenarioChoice
  private let mayAsk: Bool
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.operands.count == 2 else { throw UsageError("an operand is missing") }
    runID = arguments.operands[0]
    event = arguments.operands[1]
    dataPath = arguments.text(Self.data)
    sender = arguments.text(Self.person)
    place = RunPlace(arguments)
    scenario = ScenarioChoice(arguments)
    mayAsk = !arguments.has(.noInput)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Sends the event and drives the run on.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let data = try dataPath.map { path throws(CommandFailure) in
      try FlowFiles.value(at: path, console)
    }
    let session = try RunSession(place, console)
    let summary = try session.unended(runID)
    let id = summary.header.runID
    if let problem = RunDriver.problem(ofEvent: event, in: try session.table(of: summary)) {
      throw CommandFailure(problem, exit: .badUse)
    }
    let (conduct, driver) = try await ResumeCommand.resume(
      id,
      session,
      try scenario.load(flowPath: nil, console),
      format: format,
      mayAsk: mayAsk,
      console
    )
    do throws(RunFault) {
      try await driver.send(
        event: event,
        data: data ?? .null,
        by: sender ?? console.environment("USER") ?? "somebody"
      )
    } catch {
      throw RunSession.failure(error)
    }
    return try await conduct.finish(driver)
  }
}
