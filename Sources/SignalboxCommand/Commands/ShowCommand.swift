/// `signalbox show`.
package enum ShowCommand {
  private static let proposal = OptionDeclaration(
    "plan",
    "the plan that a model proposed in this round",
    kind: .integer(1...1_000, placeholder: "ROUND")
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "show",
    "show what a run did, what it cost and what it was refused",
    operands: [.run],
    options: [.store, proposal, .output([.text, .json])],
    examples: [
      "signalbox show r-01J9Z7",
      "signalbox show r-01JB77 --plan 1",
    ]
  )
}
