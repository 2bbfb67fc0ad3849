import Signalbox

/// `signalbox show RUN`.
package struct ShowCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "show",
    "show what a run did and what it cost",
    operands: [.run],
    options: [.store, output],
    examples: ["signalbox show r-01J9Z7M3K2A9C"]
  )

  private let runID: String
  private let place: RunPlace
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    runID = try arguments.operand()
    place = RunPlace(arguments)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints the timeline that the journal tells, and how the run stands.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let summary = try session.asking { () throws(StoreError) in
      try session.store.summary(runID: runID)
    }
    let table = try session.table(of: summary)
    let records = try session.asking { () throws(StoreError) in
      try session.store.records(runID: runID, from: 1)
    }
    let story = try RunStory(table: table, records: records)
    let prices = try session.prices(of: summary)
    let estimate = CostAnalysis.analyse(table, prices: prices)
    switch format {
    case .json:
      console.print(JSONWriter.string(story.value(summary), pretty: true) + "\n")
    default:
      console.print(story.text(summary, estimate: estimate))
    }
    return .success
  }
}
