import Source

/// `signalbox help [COMMAND]`.
package struct HelpCommand: Command {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "help",
    "print help, of the program or of one command",
    operands: [
      OperandDeclaration(
        "COMMAND",
        "the command",
        kind: .text(placeholder: "COMMAND"),
        isRequired: false
      )
    ],
    examples: ["signalbox help", "signalbox help explain"]
  )

  private let topic: CommandDeclaration?

  /// The command as asked for; refuses a topic that is no command.
  package init(_ arguments: Arguments) throws(UsageError) {
    guard let name = arguments.operands.first else {
      topic = nil
      return
    }
    let declarations = Program.declarations
    guard let found = declarations.first(where: { $0.name == name }) else {
      throw UsageError(
        "there is no command `\(name)`",
        suggestion: Suggestion.nearest(to: name, in: declarations.map(\.name))
      )
    }
    topic = found
  }

  /// Prints the help as data, so that it can be paged.
  package func run(_ console: Console) -> ExitCode {
    let help = HelpText(color: console.usesColor(on: console.output))
    console.print(topic.map { help.command($0) } ?? help.program(Program.declarations))
    return .success
  }
}
