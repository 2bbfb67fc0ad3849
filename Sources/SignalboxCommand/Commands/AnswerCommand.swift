/// `signalbox answer`.
package enum AnswerCommand {
  private static let decision = OptionDeclaration(
    "decision",
    short: "d",
    "what was decided",
    kind: .text(placeholder: "WORD")
  )

  private static let field = OptionDeclaration(
    "with",
    short: "w",
    "a field of the answer",
    kind: .binding,
    isRepeated: true
  )

  private static let person = OptionDeclaration(
    "as",
    "who answers",
    kind: .text(placeholder: "PERSON"),
    default: "$USER"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "answer",
    "answer a run that waits for a person",
    operands: [.run],
    options: [decision, field, person, .store, .output([.text, .json, .jsonLines])],
    examples: [
      "signalbox answer r-01J9Z7 --decision send",
      "signalbox answer r-01J9Z7 --decision rewrite --with reason='too long'",
    ]
  )
}
