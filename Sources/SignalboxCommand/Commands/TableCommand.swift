import Signalbox

/// `signalbox table FLOW`.
package struct TableCommand: Command {
  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "table",
    "print the transition table that a flow compiles to",
    operands: [.flow],
    options: [.overlay],
    examples: ["signalbox table flow.yaml"]
  )

  private let path: String
  private let overlays: [String]

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    path = try arguments.operand()
    overlays = arguments.texts(.overlay)
  }

  /// Prints the disassembly, or why there is none.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    guard let table = prepared.table else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    console.print(Disassembler.text(table.table))
    return .success
  }
}

extension Arguments {
  /// The first operand; the parser has made sure that a required one is there.
  func operand() throws(UsageError) -> String {
    guard let first = operands.first else { throw UsageError("an operand is missing") }
    return first
  }
}
