import Signalbox

/// `signalbox graph FLOW`.
package struct GraphCommand: Command {
  private enum Format: String {
    case mermaid
    case dot
    case svg
  }

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
    options: [format, .overlay],
    examples: [
      "signalbox graph flow.yaml -f mermaid",
      "signalbox graph flow.yaml -f svg > flow.svg", "signalbox graph flow.yaml -f dot | dot -Tpdf",
    ]
  )

  private let path: String
  private let overlays: [String]
  private let chosen: Format

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    path = try arguments.operand()
    overlays = arguments.texts(.overlay)
    chosen = arguments.choice(Self.format) ?? .mermaid
  }

  /// Prints the drawing, or why there is none.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    guard let table = prepared.table else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    switch chosen {
    case .mermaid: console.print(TableDrawing.mermaid(table.table))
    case .dot: console.print(TableDrawing.dot(table.table))
    case .svg: console.print(TableDrawing.svg(table.table))
    }
    return .success
  }
}
