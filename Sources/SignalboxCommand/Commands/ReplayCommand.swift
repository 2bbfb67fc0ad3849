/// `signalbox replay`.
package enum ReplayCommand {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "replay",
    "recompute a run from its journal and compare, without any call",
    operands: [.run],
    options: [.store, .output([.text, .json])],
    examples: [
      "signalbox replay r-01J9Z7 --store runs.db"
    ]
  )
}
