import JSONPath
import Signalbox
import Source
import Values

/// `signalbox query QUERY FILE`.
package struct QueryCommand: Command {
  private static let query = OperandDeclaration(
    "QUERY",
    "a JSONPath query (RFC 9535)",
    kind: .text(placeholder: "QUERY")
  )
  private static let file = OperandDeclaration(
    "FILE",
    "a JSON or YAML file; - reads the standard input",
    kind: .file(placeholder: "FILE")
  )
  private static let paths = OptionDeclaration(
    "paths",
    "print where the nodes stand, as normalized paths, instead of their values"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "query",
    "print the values that a JSONPath query selects in a file",
    operands: [query, file],
    options: [paths],
    examples: [
      "signalbox query '$.items[?@.price < 10].name' order.json",
      "signalbox query --paths '$..id' order.yaml",
    ]
  )

  private let text: String
  private let path: String
  private let printsPaths: Bool

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.operands.count == 2 else { throw UsageError("an operand is missing") }
    text = arguments.operands[0]
    path = arguments.operands[1]
    printsPaths = arguments.has(Self.paths)
  }

  /// Prints one JSON value, or one path, a line.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let source = SourceText(name: "<query>", text: text)
    let (query, found) = QueryParser.parse(source)
    guard let query else {
      Findings(console).show(found)
      return .badUse
    }
    let (bundle, compiled) = QueryBundle.compile([query], sources: [source])
    Findings(console).show(found + compiled)
    guard let bundle else { return .badUse }
    let value = try FlowFiles.value(at: path, console)
    do throws(QueryError) {
      for node in try bundle.nodes(of: 0, in: value) {
        console.print(
          line: printsPaths ? node.path.description : JSONWriter.string(node.value)
        )
      }
    } catch {
      Findings(console).show([bundle.diagnostic(for: error, of: 0)])
      return .badUse
    }
    return .success
  }
}
