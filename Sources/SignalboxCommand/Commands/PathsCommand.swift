import Signalbox

/// `signalbox paths FLOW`.
package struct PathsCommand: Command {
  private static let states = OptionDeclaration(
    "states",
    "states to look at before the search ends",
    kind: .integer(1...1_000_000, placeholder: "COUNT"),
    default: "10000"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "paths",
    "write scenarios that go through every row of a flow, shortest first",
    discussion: "Each scenario was played before it is written. Rows that none takes stand at the "
      + "end as comments, with the reason, and on the error stream.",
    operands: [.flow],
    options: [.overlay, .prices, states],
    examples: [
      "signalbox paths flow.yaml > paths.yaml",
      "signalbox test flow.yaml --scenarios paths.yaml --coverage",
    ]
  )

  private let path: String
  private let overlays: [String]
  private let pricesPath: String?
  private let limits: Limits

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    path = try arguments.operand()
    overlays = arguments.texts(.overlay)
    pricesPath = arguments.text(.prices)
    var limits = Limits()
    if let states = arguments.text(Self.states).flatMap({ Int($0) }) { limits.pathStates = states }
    self.limits = limits
  }

  /// Prints the scenarios, and says what they do not cover.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    guard prepared.isSound, let table = prepared.table else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    let prices = try PriceFile.read(pricesPath, for: prepared, console)
    let search = PathSearch(
      table: table,
      pricer: CallPricer(prices: prices.book),
      limits: limits
    )
    let found = await search.find()
    console.print(found.text)
    let all = table.table.rows.count
    var line = Plural.count(found.scenarioCount, "scenario")
    line += "   rows \(all - found.missing.count) of \(all)"
    console.say(line)
    for (row, reason) in found.missing {
      let place = table.table.span(ofRow: row).map { "   (\($0.location))" } ?? ""
      let words = "not covered: \(table.table.words(ofRow: row)): \(reason)\(place)"
      console.say(words.visibleInTerminal)
    }
    return .success
  }
}
