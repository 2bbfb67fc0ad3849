/// One verb of the command line: what it accepts, and what it does.
///
/// A command is a value made from its arguments; it reads no other global state than the world it
/// was asked to look at, and talks only through the console it is given.
package protocol Command: Sendable {
  /// What it accepts; help, completions and the parser are made from this.
  static var declaration: CommandDeclaration { get }

  /// The command as asked for; refuses what the declaration cannot express.
  init(_ arguments: Arguments) throws(UsageError)

  /// Does it.
  func run(_ console: Console) async throws(CommandFailure) -> ExitCode
}

/// Why a command could not do its work, in words for a person.
package struct CommandFailure: Error, Sendable {
  /// Lower-case, user input in backticks.
  package var message: String
  /// What to do instead.
  package var hint: String?
  /// How the program ends.
  package var exit: ExitCode

  /// A failure.
  package init(_ message: String, hint: String? = nil, exit: ExitCode) {
    self.message = message
    self.hint = hint
    self.exit = exit
  }
}

/// A command line that does not fit the declarations.
package struct UsageError: Error, Sendable, Hashable {
  /// Lower-case, user input in backticks.
  package var message: String
  /// What was probably meant, without backticks.
  package var suggestion: String?

  /// A usage error.
  package init(_ message: String, suggestion: String? = nil) {
    self.message = message
    self.suggestion = suggestion
  }
}
