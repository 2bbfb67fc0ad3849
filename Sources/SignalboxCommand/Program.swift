import Source

/// The command line program: finds the command, reads its arguments, runs it, says how it ended.
package struct Program: Sendable {
  /// The version that `signalbox version` prints.
  package static let version = "0.1.0"

  /// The commands, in the order of the help.
  package static let commands: [any Command.Type] = [
    CheckCommand.self, PlanCommand.self, RunCommand.self, ResumeCommand.self, AnswerCommand.self,
    SignalCommand.self, CancelCommand.self, WorkCommand.self, ReplayCommand.self, RunsCommand.self,
    ShowCommand.self, StoreCommand.self, TestCommand.self, PathsCommand.self,
    DeterminismCommand.self,
    GraphCommand.self, ImportCommand.self, ExportCommand.self, TableCommand.self, EvalCommand.self,
    ReplCommand.self,
    FmtExprCommand.self, QueryCommand.self, ExplainCommand.self, CompletionsCommand.self,
    VersionCommand.self,
    HelpCommand.self,
  ]

  /// Their declarations.
  package static var declarations: [CommandDeclaration] { commands.map { $0.declaration } }

  /// Runs the command line `words` (without the name of the program).
  package static func run(_ words: [String], _ console: Console) async -> ExitCode {
    let code = await dispatch(words, console)
    if let failure = console.output.failure {
      console.report("cannot write the output: system error \(failure)")
      return .inputOutput
    }
    return code
  }

  private static func dispatch(_ words: [String], _ console: Console) async -> ExitCode {
    guard let verb = words.first else {
      let help = HelpText(color: console.usesColor(on: console.talk))
      console.talk.write(help.program(declarations))
      return .badUse
    }
    if verb == "--help" || verb == "-h" { return await dispatch(["help"], console) }
    if verb == "--version" { return await dispatch(["version"], console) }
    guard let command = commands.first(where: { $0.declaration.name == verb }) else {
      return refuse(unknown(verb), usage: nil, console)
    }
    let rest = words.dropFirst()
    let beforeEnd = rest.prefix { $0 != "--" }
    if beforeEnd.contains("--help") || beforeEnd.contains("-h") {
      return await dispatch(["help", verb], console)
    }
    do throws(UsageError) {
      let arguments = try ArgumentParser.parse(rest, command.declaration)
      var console = console
      console.colorPolicy = arguments.choice(.color) ?? console.colorPolicy
      let work = try command.init(arguments)
      return await perform(work, console)
    } catch {
      return refuse(error, usage: command.declaration, console)
    }
  }

  private static func perform(_ work: some Command, _ console: Console) async -> ExitCode {
    do throws(CommandFailure) {
      return try await work.run(console)
    } catch {
      console.report(error.message, hint: error.hint)
      return error.exit
    }
  }

  private static func unknown(_ verb: String) -> UsageError {
    if verb.hasPrefix("-") {
      return UsageError("the command comes first, options after it: `\(verb)` stands before it")
    }
    return UsageError(
      "there is no command `\(verb)`",
      suggestion: Suggestion.nearest(to: verb, in: declarations.map(\.name))
    )
  }

  private static func refuse(
    _ error: UsageError,
    usage declaration: CommandDeclaration?,
    _ console: Console
  ) -> ExitCode {
    console.report(error.message, hint: error.suggestion.map { "did you mean `\($0)`?" })
    if let declaration { console.say("usage: " + declaration.usage) }
    console.say("help:  signalbox " + (declaration.map { $0.name + " " } ?? "") + "--help")
    return .badUse
  }
}
