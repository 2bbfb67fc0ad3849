import Signalbox

/// `signalbox store check`.
package struct StoreCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "store",
    "check a store: every run recomputed, the ledger held against the journals",
    discussion: """
      Reads one state of the store; runs may go on meanwhile. Ends with 1 when something is wrong: \
      a record that is missing or changed, a run that stands otherwise than its journal says, \
      money held back for no call, an account that has spent another sum than its runs.
      """,
    operands: [
      OperandDeclaration(
        "ACTION",
        "what is done",
        kind: .choice(["check"], placeholder: "ACTION")
      )
    ],
    options: [.store, output],
    examples: ["signalbox store check", "signalbox store check --store runs.db -o json"]
  )

  private let place: RunPlace
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    _ = try arguments.operand()
    place = RunPlace(arguments)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Checks, and prints what is wrong.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let audit = try session.asking { () throws(StoreError) in
      try StoreAudit.check(session.store)
    }
    switch format {
    case .json: console.print(JSONWriter.string(Self.value(audit), pretty: true) + "\n")
    default: console.print(Self.text(audit))
    }
    return audit.isSound ? .success : .runFailed
  }

  private static func text(_ audit: StoreAudit) -> String {
    var text = ""
    for finding in audit.findings {
      text += (finding.runID.map { "run \($0): " } ?? "") + finding.message.visibleInTerminal + "\n"
    }
    if audit.furtherCount > 0 { text += "and \(audit.furtherCount) more\n" }
    let looked =
      "\(Plural.count(audit.runCount, "run")), \(Plural.count(audit.recordCount, "record")), "
      + Plural.count(audit.accountCount, "account")
    let verdict = audit.isSound ? "sound" : "not sound"
    return text + "store \(verdict): \(looked)\n"
  }

  private static func value(_ audit: StoreAudit) -> Value {
    .map([
      "version": .int(1), "sound": .bool(audit.isSound), "runs": .int(Int64(audit.runCount)),
      "records": .int(Int64(audit.recordCount)), "accounts": .int(Int64(audit.accountCount)),
      "further": .int(Int64(audit.furtherCount)),
      "findings": .list(
        audit.findings.map { finding in
          .map([
            "run": finding.runID.map { .string($0) } ?? .null,
            "message": .string(finding.message),
          ])
        }
      ),
    ])
  }
}
