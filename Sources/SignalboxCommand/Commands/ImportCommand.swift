import Signalbox

/// `signalbox import FORMAT FILE`.
package struct ImportCommand: Command {
  private enum Format: String, CaseIterable {
    case scxml
    case asl
    case serverlessWorkflow = "serverless-workflow"
    case btcpp
  }

  private static let format = OperandDeclaration(
    "FORMAT",
    "what the file is: scxml, asl (the States Language), serverless-workflow, btcpp",
    kind: .choice(Format.allCases.map(\.rawValue), placeholder: "FORMAT")
  )
  private static let file = OperandDeclaration(
    "FILE",
    "the file; - reads the standard input",
    kind: .file(placeholder: "FILE")
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "import",
    "print a flow of another format in house form",
    discussion: "What has no counterpart in a flow is an error that says where it stands.",
    operands: [format, file],
    examples: [
      "signalbox import scxml door.scxml > door.yaml",
      "signalbox import asl order.asl.json > order.yaml",
      "signalbox import serverless-workflow order.sw.yaml > order.yaml",
      "signalbox import btcpp patrol.xml > patrol.yaml",
    ]
  )

  private let format: Format
  private let path: String

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.operands.count == 2, let format = Format(rawValue: arguments.operands[0]) else {
      throw UsageError("an operand is missing")
    }
    self.format = format
    path = arguments.operands[1]
  }

  /// Prints the flow, or why there is none.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let file = try FlowFiles.read(path)
    let includes = FolderIncludes(folder: FlowFiles.folder(of: path))
    let result =
      switch format {
      case .scxml: SCXMLImporter.flow(file, includes: includes)
      case .asl: StatesImporter.flow(file)
      case .serverlessWorkflow: WorkflowImporter.flow(file)
      case .btcpp: TreeImporter.flow(file, includes: includes)
      }
    Findings(console).show(result.diagnostics)
    guard let flow = result.flow else { return Findings.exit(for: result.diagnostics) }
    console.print(flow.text)
    return .success
  }
}
