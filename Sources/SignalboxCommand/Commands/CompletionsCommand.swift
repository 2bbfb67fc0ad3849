/// `signalbox completions bash|zsh`.
package struct CompletionsCommand: Command {
  private enum Shell: String, CaseIterable {
    case bash
    case zsh
  }

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "completions",
    "print a completion script for a shell",
    operands: [
      OperandDeclaration(
        "SHELL",
        "the shell",
        kind: .choice(Shell.allCases.map(\.rawValue), placeholder: "SHELL")
      )
    ],
    examples: [
      "source <(signalbox completions bash)",
      "signalbox completions zsh > ~/.zfunc/_signalbox",
    ]
  )

  private let shell: Shell

  /// The command as asked for.
  package init(_ arguments: Arguments) {
    shell = arguments.operands.first.flatMap { Shell(rawValue: $0) } ?? .bash
  }

  /// Prints the script.
  package func run(_ console: Console) -> ExitCode {
    switch shell {
    case .bash: console.print(BashCompletion.script(Program.declarations))
    case .zsh: console.print(ZshCompletion.script(Program.declarations))
    }
    return .success
  }
}
