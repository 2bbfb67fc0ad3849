/// `signalbox table`.
package enum TableCommand {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "table",
    "print the transition table that a flow compiles to",
    operands: [.flow],
    options: [.output([.text, .json])],
    examples: [
      "signalbox table flow.yaml"
    ]
  )
}
