/// `signalbox resume`.
package enum ResumeCommand {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "resume",
    "go on with a run that was interrupted or waits",
    operands: [.run],
    options: [.store, .noInput, .output([.text, .json, .jsonLines])],
    examples: [
      "signalbox resume r-01J9Z7 --store runs.db"
    ]
  )
}
