import Signalbox

/// `signalbox answer RUN`.
package struct AnswerCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])
  private static let decision = OptionDeclaration(
    "decision",
    "the field `decision` of the answer",
    kind: .text(placeholder: "WORD")
  )
  private static let field = OptionDeclaration(
    "with",
    "another field of the answer; JSON, or text where the schema wants text",
    kind: .binding,
    isRepeated: true
  )
  private static let json = OptionDeclaration(
    "json",
    "the whole answer as JSON",
    kind: .text(placeholder: "JSON")
  )
  private static let step = OptionDeclaration(
    "step",
    "the step that is answered, when several wait",
    kind: .text(placeholder: "STEP")
  )
  private static let person = OptionDeclaration(
    "by",
    "who answers, as the journal records it",
    kind: .text(placeholder: "NAME"),
    default: "$USER"
  )
  private static let role = OptionDeclaration(
    "role",
    "a role of the person; the flow's own when left out",
    kind: .text(placeholder: "ROLE"),
    isRepeated: true
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "answer",
    "answer a run that waits for a person",
    operands: [.run],
    options: [
      decision, field, json, step, person, role, .store, .scenario, .scenarios, .noInput, output,
    ],
    examples: [
      "signalbox answer r-01J9Z7M3K2A9C --decision send",
      "signalbox answer r-01J9Z7M3K2A9C --decision rewrite --with remark='too long'",
    ]
  )

  private let runID: String
  private let arguments: Arguments
  private let place: RunPlace
  private let scenario: ScenarioChoice
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    runID = try arguments.operand()
    self.arguments = arguments
    place = RunPlace(arguments)
    scenario = ScenarioChoice(arguments)
    format = arguments.choice(Self.output) ?? .text
    let parts = [Self.decision, Self.field].contains { arguments.has($0) }
    guard parts || arguments.has(Self.json) else {
      throw UsageError("an answer needs --decision, --with NAME=VALUE or --json")
    }
    guard !(parts && arguments.has(Self.json)) else {
      throw UsageError("--json is the whole answer; leave --decision and --with out")
    }
  }

  /// Gives the answer and drives the run on.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let (conduct, driver) = try await ResumeCommand.resume(
      try session.runID(runID),
      session,
      try scenario.load(flowPath: nil, console),
      format: format,
      mayAsk: !arguments.has(.noInput),
      console
    )
    // Questions are asked again when a run is taken over; one drive brings them up.
    let pause = try await session.drive(driver, asking: nil)
    guard case .waiting(let tasks) = pause else {
      throw CommandFailure("run `\(runID)` does not wait for a person", exit: .badUse)
    }
    let wanted = arguments.text(Self.step)
    let task = tasks.first { task in wanted.map { $0.sameScalars(as: task.step) } ?? true }
    do throws(RunFault) {
      try await driver.answer(
        step: wanted,
        output: try answer(task),
        by: arguments.text(Self.person) ?? console.environment("USER") ?? "somebody",
        roles: arguments.has(Self.role)
          ? arguments.texts(Self.role) : task?.performer.roles ?? []
      )
    } catch {
      throw RunSession.failure(error)
    }
    return try await conduct.finish(driver)
  }

  private func answer(_ task: PersonTask?) throws(RunFault) -> Value {
    if let text = arguments.text(Self.json) {
      guard let value = try? JSONParser.parse(Array(text.utf8)) else {
        throw .refused("`--json` holds no JSON")
      }
      return value
    }
    var fields = ValueMap()
    let properties = task?.outputSchema?["properties"]
    if let decision = arguments.text(Self.decision) { fields["decision"] = .string(decision) }
    for (name, text) in arguments.bindings(Self.field) {
      fields[name] = AnswerText.value(text, schema: properties?[name]) ?? .string(text)
    }
    return .map(fields)
  }
}
