/// `signalbox plan`.
package enum PlanCommand {
  private static let volume = OptionDeclaration(
    "volume",
    "also price this many runs, such as 200000/day",
    kind: .text(placeholder: "RUNS/PERIOD")
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "plan",
    "show what a flow may cost and how long it may take, before it runs",
    operands: [.flow],
    options: [.input, .budget, volume, .output([.text, .json])],
    examples: [
      "signalbox plan flow.yaml",
      "signalbox plan flow.yaml -i input.json --budget 0.25",
      "signalbox plan flow.yaml --volume 200000/day",
    ]
  )
}
