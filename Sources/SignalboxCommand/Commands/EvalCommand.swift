/// `signalbox eval`.
package enum EvalCommand {
  private static let binding = OptionDeclaration(
    "with",
    short: "w",
    "a name and its value, JSON or else text",
    kind: .binding,
    isRepeated: true
  )

  private static let operand = OperandDeclaration(
    "EXPRESSION",
    "a CEL expression",
    kind: .text(placeholder: "EXPRESSION")
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "eval",
    "evaluate an expression",
    operands: [operand],
    options: [.input, binding, .output([.json, .text])],
    examples: [
      "signalbox eval 'input.risk < 0.7' -i input.json",
      "signalbox eval 'size(words) > 2' --with 'words=[\"a\", \"b\"]'",
    ]
  )
}
