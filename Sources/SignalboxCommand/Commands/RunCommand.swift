/// `signalbox run`.
package enum RunCommand {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "run",
    "run a flow: checked, priced and reserved first, journaled as it goes",
    operands: [.flow],
    options: [.input, .store, .budget, .noInput, .output([.text, .json, .jsonLines])],
    examples: [
      "signalbox run flow.yaml -i ticket.json",
      "signalbox run flow.yaml -i - --store runs.db -o jsonl < ticket.json",
    ]
  )
}
