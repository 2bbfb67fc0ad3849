import Source

/// `signalbox version`.
package struct VersionCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "version",
    "print the version",
    options: [output],
    examples: ["signalbox version", "signalbox version -o json"]
  )

  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints name and version.
  package func run(_ console: Console) -> ExitCode {
    if format == .json {
      let answer: JSONOutput = ["name": "signalbox", "version": .string(Program.version)]
      console.print(line: answer.text)
    } else {
      console.print(line: "signalbox " + Program.version)
    }
    return .success
  }
}
