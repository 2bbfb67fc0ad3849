/// `signalbox graph`.
package enum GraphCommand {
  private static let format = OptionDeclaration(
    "format",
    short: "f",
    "language of the drawing",
    kind: .choice(["mermaid", "dot", "svg"], placeholder: "FORMAT"),
    default: "mermaid"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "graph",
    "draw a flow",
    operands: [.flow],
    options: [format],
    examples: [
      "signalbox graph flow.yaml -f mermaid",
      "signalbox graph flow.yaml -f dot | dot -Tsvg > flow.svg",
    ]
  )
}
