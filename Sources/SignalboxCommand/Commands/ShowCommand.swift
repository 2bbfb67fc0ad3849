import Signalbox

/// `signalbox show RUN`.
package struct ShowCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])
  private static let plan = OptionDeclaration(
    "plan",
    "show the run's Nth proposal in place of its timeline: the text, the verdict, the reasons",
    kind: .integer(1...1_000_000, placeholder: "N")
  )

  private static let step = OptionDeclaration(
    "step",
    "show the Nth call, or the calls of a step: input, prompt, answer, who, cost",
    kind: .text(placeholder: "N|STEP")
  )
  private static let full = OptionDeclaration("full", "with --step: show long texts whole")

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "show",
    "show what a run did and what it cost",
    operands: [.run],
    options: [step, full, plan, .store, output],
    examples: [
      "signalbox show r-01J9Z7M3K2A9C", "signalbox show r-01J9Z7M3K2A9C --step 2 --full",
      "signalbox show r-01J9Z7 --plan 1",
    ]
  )

  private let runID: String
  private let place: RunPlace
  private let format: OutputFormat
  private let planNumber: Int?
  private let step: String?
  private let isFull: Bool

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    runID = try arguments.operand()
    place = RunPlace(arguments)
    planNumber = arguments.integer(Self.plan)
    step = arguments.text(Self.step)
    isFull = arguments.has(Self.full)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints the timeline that the journal tells, and how the run stands.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let runID = try session.runID(runID)
    let summary = try session.asking { () throws(StoreError) in
      try session.store.summary(runID: runID)
    }
    let table = try session.table(of: summary)
    let records = try session.asking { () throws(StoreError) in
      try session.store.records(runID: runID, from: 1)
    }
    if let planNumber {
      let proposal = try PlanVerdictText.proposal(planNumber, in: records, of: runID)
      console.print(
        format == .json
          ? JSONWriter.string(PlanVerdictText.value(proposal), pretty: true) + "\n"
          : PlanVerdictText.whole(proposal, of: runID)
      )
      return .success
    }
    if let step {
      let calls = try RunCalls(table: table, records: records).chosen(step, of: runID)
      console.print(
        format == .json
          ? JSONWriter.string(.list(calls.map(RunCallText.value)), pretty: true) + "\n"
          : calls.map { RunCallText.text($0, isFull: isFull) }.joined(separator: "\n")
      )
      return .success
    }
    let story = try RunStory(
      summary,
      table: table,
      records: records,
      spentPicodollars: try session.asking { () throws(StoreError) in
        try session.store.account(scope: SQLiteRunStore.scope(ofRun: runID)).spentPicodollars
      }
    )
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
