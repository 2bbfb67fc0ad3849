/// `signalbox test`.
package enum TestCommand {
  private static let coverage = OptionDeclaration(
    "coverage",
    "also say which rows were never taken"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "test",
    "play the scenarios of a flow on virtual time with scripted answers",
    operands: [.flows],
    options: [coverage, .output([.text, .json, .jsonLines])],
    examples: [
      "signalbox test flow.yaml",
      "signalbox test flow.yaml --coverage",
    ]
  )
}
