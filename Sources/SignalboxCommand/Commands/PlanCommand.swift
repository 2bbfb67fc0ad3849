import Signalbox

/// `signalbox plan FLOW`.
package struct PlanCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "plan",
    "show what a flow may cost and how long it may take, before it runs",
    discussion: "Ends with 3 when the worst case is over the hard budget. With an input it also\n"
      + "says what each guard still needs: answers of agents, assigned state, events.",
    operands: [.flow],
    options: [.input, .overlay, .budget, .prices, output],
    examples: [
      "signalbox plan flow.yaml",
      "signalbox plan flow.yaml -i input.json",
      "signalbox plan flow.yaml --budget 0.25",
      "signalbox plan flow.yaml --prices prices.yaml -o json",
    ]
  )

  private let path: String
  private let overlays: [String]
  private let inputPath: String?
  private let budget: String?
  private let pricesPath: String?
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    path = try arguments.operand()
    overlays = arguments.texts(.overlay)
    inputPath = arguments.text(.input)
    budget = arguments.text(.budget)
    pricesPath = arguments.text(.prices)
    format = arguments.choice(Self.output) ?? .text
  }

  /// Prints the plan and the gate's verdict.
  package func run(_ console: Console) throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    guard prepared.isSound, let table = prepared.table else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    let needs = try needs(table, console)
    let prices = try PriceFile.read(pricesPath, for: prepared, console)
    let report = CostAnalysis.analyse(table, prices: prices.book)
    let gate = BudgetGate.decide(report, overrideHard: try Budgets.picodollars(budget))
    let digest = table.table.digest.short
    switch format {
    case .json:
      var plan = PlanJSON.value(
        report,
        verification: prepared.verification,
        gate: gate,
        digest: digest
      )
      if let needs, case .map(var fields) = plan {
        fields["needs"] = NeedsText.json(needs)
        plan = .map(fields)
      }
      console.print(JSONWriter.string(plan, pretty: true) + "\n")
    default:
      console.print(
        PlanText.render(report, verification: prepared.verification, gate: gate, digest: digest)
          + NeedsText.lines(needs ?? [])
      )
    }
    Findings(console).show(gate.diagnostics)
    if gate.isRefused {
      console.say("refused before the first step: nothing was called, nothing was spent")
      return .refused
    }
    return .success
  }

  /// What the guards need beyond the input; nil without one.
  private func needs(
    _ table: LinkedTable,
    _ console: Console
  ) throws(CommandFailure) -> [GuardNeed]? {
    guard let inputPath else { return nil }
    let input = RunInput.completed(try FlowFiles.value(at: inputPath, console), for: table)
    if let first = RunInput.violations(of: input, for: table).first {
      throw CommandFailure(
        "input_rejected: the input does not fit the flow: \(first.description)",
        exit: .badUse
      )
    }
    return GuardNeed.find(in: table, input: input)
  }
}

/// The price book that the command line names.
struct PriceFile {
  let book: PriceBook
  /// The bytes that a run is pinned to.
  let bytes: [UInt8]

  /// `--prices`, else the book that the flow names, else `SIGNALBOX_PRICES`, else the built-in one.
  static func read(
    _ path: String?,
    for prepared: PreparedFlow,
    _ console: Console
  ) throws(CommandFailure) -> PriceFile {
    if path == nil, let file = prepared.flow?.priceBook { return try read(file, console) }
    guard let path = path ?? console.environment("SIGNALBOX_PRICES"), !path.isEmpty else {
      return PriceFile(book: .standard, bytes: Array(PriceBook.defaultText.utf8))
    }
    return try read(try FlowFiles.read(path), console)
  }

  private static func read(
    _ file: SourceFile,
    _ console: Console
  ) throws(CommandFailure) -> PriceFile {
    let (book, findings) = PriceBook.read(file)
    Findings(console).show(findings)
    guard let book else {
      throw CommandFailure("`\(file.name)` is no price book", exit: .badUse)
    }
    return PriceFile(book: book, bytes: file.bytes)
  }
}

/// Amounts of money on the command line.
enum Budgets {
  /// `0.25` in pico-dollars.
  static func picodollars(_ text: String?) throws(CommandFailure) -> Int64? {
    guard let text else { return nil }
    do {
      return try Money.picodollars(text)
    } catch {
      throw CommandFailure(
        "`--budget` needs an amount in dollars such as 0.25, not `\(text)`",
        exit: .badUse
      )
    }
  }
}
