/// `signalbox runs`.
package enum RunsCommand {
  private static let status = OptionDeclaration(
    "status",
    "only runs of this status",
    kind: .text(placeholder: "STATUS"),
    isRepeated: true
  )

  private static let limit = OptionDeclaration(
    "limit",
    "at most this many, newest first",
    kind: .integer(1...100_000, placeholder: "COUNT"),
    default: "50"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "runs",
    "list the runs of a store",
    options: [.store, status, limit, .output([.text, .json, .jsonLines])],
    examples: [
      "signalbox runs",
      "signalbox runs --status waiting -o jsonl",
    ]
  )
}
