/// `signalbox check`.
package enum CheckCommand {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "check",
    "find the mistakes of a flow and prove what it can never do",
    operands: [.flows],
    options: [.output([.text, .json, .jsonLines, .sarif])],
    examples: [
      "signalbox check flow.yaml",
      "signalbox check flows/*.yaml -o sarif > findings.sarif",
    ]
  )
}
