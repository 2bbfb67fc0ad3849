import Signalbox

/// `signalbox run FLOW`.
package struct RunCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "run",
    "run a flow: checked, priced and reserved first, journaled as it goes",
    discussion: """
      Nothing starts when the flow has errors (exit 2) or may cost more than its hard budget (exit \
      3). The run's id comes first, once its start is durable; with it the run can be resumed, \
      answered, shown and replayed. Ctrl-C asks for cancellation, with the clean-up that the flow \
      declares (exit 130); Ctrl-C again and SIGTERM stop at once and leave the run to `resume` \
      (exit 130 and 75). A store that others write to is waited for, half a minute at most (exit \
      75).
      """,
    operands: [.flow],
    options: [
      .overlay, .input, .store, .budget, .prices, .scenario, .scenarios, .noInput,
      .acceptUnenforced, output,
    ],
    examples: [
      "signalbox run flow.yaml -i ticket.json",
      "signalbox run flow.yaml -i ticket.json --scenario 'a clear question'",
      "signalbox run flow.yaml -i - --store runs.db -o jsonl < ticket.json",
    ]
  )

  private let path: String
  private let overlays: [String]
  private let inputPath: String?
  private let place: RunPlace
  private let budget: String?
  private let pricesPath: String?
  private let scenario: ScenarioChoice
  private let mayAsk: Bool
  private let accepted: [UnenforcedKey]
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    path = try arguments.operand()
    overlays = arguments.texts(.overlay)
    inputPath = arguments.text(.input)
    place = RunPlace(arguments)
    budget = arguments.text(.budget)
    pricesPath = arguments.text(.prices)
    scenario = ScenarioChoice(arguments)
    mayAsk = !arguments.has(.noInput)
    accepted = try arguments.texts(.acceptUnenforced).map { word throws(UsageError) in
      guard let key = UnenforcedKey(word: word) else {
        let known = UnenforcedKey.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("`--accept-unenforced` takes one of \(known), not `\(word)`")
      }
      return key
    }
    format = arguments.choice(Self.output) ?? .text
  }

  /// Runs the flow until it ends or waits for a person.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    Findings(console).show(prepared.diagnostics)
    guard prepared.isSound, var table = prepared.table else {
      return Findings.exit(for: prepared.diagnostics)
    }
    if let hard = try Budgets.picodollars(budget) { table = table.withHardBudget(hard) }
    let prices = try PriceFile.read(pricesPath, for: prepared, console)
    let report = CostAnalysis.analyse(table, prices: prices.book)
    let gate = BudgetGate.decide(report)
    Findings(console).show(gate.diagnostics)
    if gate.isRefused {
      console.say("refused before the first step: nothing was called, nothing was spent")
      return .refused
    }
    let scripted = try scenario.load(flowPath: path, console)
    if scripted == nil, refuses(prepared.flow, console) { return .refused }
    let answers = if let scripted { scripted.answers() } else { try CallAnswers.live(console) }
    guard answers.admit(table, console) else { return .badUse }
    let input = try input(scripted, console)
    let completed = RunInput.completed(input, for: table)
    guard let first = RunInput.violations(of: completed, for: table).first else {
      return try await start(
        table,
        prepared,
        prices,
        answers,
        scripted,
        input: input,
        reserved: gate.reservationPicodollars,
        expected: report.expected?.picodollars.value,
        console
      )
    }
    throw CommandFailure(
      "input_rejected: the input does not fit the flow: \(first.description)",
      exit: .badUse
    )
  }

  /// Whether the flow relies on what nothing enforces yet, and nobody has accepted that.
  private func refuses(_ flow: Flow?, _ console: Console) -> Bool {
    let open = (flow?.unenforced ?? []).filter { !accepted.contains($0.value) }
    guard let first = open.first else { return false }
    let place = first.span.startPosition
    let others = Set(open.map(\.value)).count - 1
    console.say(
      "refused before the first step: `\(first.value.rawValue)` "
        + "(\(first.span.file.name):\(place.line):\(place.column)) is not enforced yet"
        + (others == 0 ? "" : ", nor are \(others) more keys")
    )
    let words = UnenforcedKey.allCases.filter { key in open.contains { $0.value == key } }
    let options = words.map { "--accept-unenforced \($0.rawValue)" }.joined(separator: " ")
    console.say("  = hint: \(options)")
    return true
  }

  private func input(
    _ scripted: ChosenScenario?,
    _ console: Console
  ) throws(CommandFailure) -> Value {
    if let inputPath { return try FlowFiles.value(at: inputPath, console) }
    return scripted?.input ?? .map([:])
  }

  private func start(
    _ table: LinkedTable,
    _ prepared: PreparedFlow,
    _ prices: PriceFile,
    _ answers: CallAnswers,
    _ scripted: ChosenScenario?,
    input: Value,
    reserved: Int64?,
    expected: Int64?,
    _ console: Console
  ) async throws(CommandFailure) -> ExitCode {
    let session = try RunSession(place, console)
    let now = answers.clock.nowMilliseconds
    let header = try session.asking { () throws(StoreError) in
      let sources = prepared.encodedSources
      let sourcesDigest = Digest.sha256(sources)
      let pricesDigest = Digest.sha256(prices.bytes)
      try session.store.putArtifact(.sources, digest: sourcesDigest, bytes: sources)
      try session.store.putArtifact(.priceBook, digest: pricesDigest, bytes: prices.bytes)
      return RunHeader(
        runID: RunID.make(atMilliseconds: now),
        flowName: table.table.name,
        tableDigest: try PinnedTable.put(table, in: session.store),
        priceBookDigest: pricesDigest,
        sourcesDigest: sourcesDigest,
        createdMilliseconds: now
      )
    }
    let bound = reserved.map { "   reserved up to \(Picodollars.text($0))" } ?? ""
    let conduct = RunConduct(
      console: console,
      session: session,
      format: format,
      mayAsk: mayAsk,
      performing: answers.performing,
      clock: answers.clock,
      redactor: answers.redactor
    )
    let driver: RunDriver
    do throws(RunFault) {
      driver = try await RunDriver.start(
        table,
        header: header,
        input: input,
        in: conduct.surroundings(table, prices.book) {
          console.say(
            "run \(header.runID) of \(table.table.name) \(table.table.digest.short)\(bound)"
          )
        }
      )
    } catch {
      throw RunSession.failure(error)
    }
    if let scripted { await driver.schedule(scripted.scenario.occurrences) }
    return try await conduct.finish(driver, expectedPicodollars: expected)
  }
}
