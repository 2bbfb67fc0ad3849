import Signalbox

/// `signalbox export FORMAT FLOW`.
package struct ExportCommand: Command {
  private static let format = OperandDeclaration(
    "FORMAT",
    "what to write: scxml (of states), btcpp (of a tree, for BehaviorTree.CPP)",
    kind: .choice(["scxml", "btcpp"], placeholder: "FORMAT")
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "export",
    "print a statechart or tree in another format",
    discussion:
      "Expressions stay CEL in SCXML and become scripts for BehaviorTree.CPP. What the format "
      + "cannot say is an error with its place.",
    operands: [format, .flow],
    options: [.overlay],
    examples: [
      "signalbox export scxml door.yaml > door.scxml",
      "signalbox export btcpp patrol.yaml > patrol.xml",
    ]
  )

  private let format: String
  private let path: String
  private let overlays: [String]

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.operands.count == 2 else { throw UsageError("an operand is missing") }
    format = arguments.operands[0]
    path = arguments.operands[1]
    overlays = arguments.texts(.overlay)
  }

  /// Prints the document, or why there is none.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    guard let flow = prepared.flow else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    let exported = format == "btcpp" ? TreeExporter.xml(flow) : SCXMLExporter.scxml(flow)
    Findings(console).show(exported.diagnostics)
    guard let text = exported.text else { return Findings.exit(for: exported.diagnostics) }
    console.print(text)
    return .success
  }
}
