import Signalbox

/// `signalbox determinism FLOW`.
package struct DeterminismCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json])
  private static let count = OptionDeclaration(
    "runs",
    short: "n",
    "runs for each input",
    kind: .integer(1...100_000, placeholder: "COUNT"),
    default: "100"
  )

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "determinism",
    "say how often runs on equal inputs take the same path",
    discussion: """
      Plays each scenario COUNT times on virtual time, or with --input runs the flow so often for \
      real. A flow without a planner must take one path (exit 1 otherwise); where a model plans, \
      the share of the most frequent path is measured.
      """,
    operands: [.flow],
    options: [count, .overlay, .input, .scenario, .scenarios, .prices, output],
    examples: [
      "signalbox determinism flow.yaml", "signalbox determinism flow.yaml -n 20 -i ticket.json",
    ]
  )

  private let path: String
  private let overlays: [String]
  private let inputPath: String?
  private let pricesPath: String?
  private let scenarioName: String?
  private let scenariosPath: String?
  private let runs: Int
  private let format: OutputFormat

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    path = try arguments.operand()
    overlays = arguments.texts(.overlay)
    inputPath = arguments.text(.input)
    pricesPath = arguments.text(.prices)
    scenarioName = arguments.text(.scenario)
    scenariosPath = arguments.text(.scenarios)
    runs = arguments.integer(Self.count) ?? 100
    format = arguments.choice(Self.output) ?? .text
  }

  /// Repeats, and prints the shares.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(path, overlays: overlays)
    guard prepared.isSound, let table = prepared.table else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    let prices = try PriceFile.read(pricesPath, for: prepared, console).book
    let gate = BudgetGate.decide(CostAnalysis.analyse(table, prices: prices))
    if gate.isRefused {
      Findings(console).show(gate.diagnostics)
      return .refused
    }
    var reports: [Determinism.Report] = []
    var live: CallAnswers?
    if inputPath != nil {
      let answers = try CallAnswers.live(console)
      guard answers.admit(table, console) else { return .badUse }
      live = answers
    }
    do throws(RunFault) {
      if let inputPath, let answers = live {
        let input: Value
        do throws(CommandFailure) {
          input = try FlowFiles.value(at: inputPath, console)
        } catch {
          throw .refused(error.message)
        }
        reports.append(try await measure(table, prices, input, answers))
      } else {
        let file: ScenarioFile
        do throws(CommandFailure) {
          let scenarios = scenariosPath ?? ScenarioChoice.defaultPath(of: path)
          file = try ScenarioChoice.read(scenarios, console)
        } catch {
          throw .refused(error.message)
        }
        for scenario in file.scenarios
        where scenarioName.map({ $0.sameScalars(as: scenario.name) }) ?? true {
          reports.append(try await measure(table, prices, scenario))
        }
      }
    } catch {
      throw RunSession.failure(error)
    }
    show(reports, console)
    return reports.allSatisfy(\.isPassed) ? .success : .runFailed
  }

  private func measure(
    _ table: LinkedTable,
    _ prices: PriceBook,
    _ scenario: Scenario
  ) async throws(RunFault) -> Determinism.Report {
    let repeated = Determinism(table: table) { store in
      RunSurroundings(
        store: store,
        performing: ScriptedPerformer(scenario.script),
        clock: VirtualClock(startMilliseconds: ScenarioRunner.startMilliseconds),
        pricer: CallPricer(prices: prices)
      )
    }
    return try await repeated.measure(
      name: scenario.name,
      input: scenario.input,
      count: runs,
      occurrences: scenario.occurrences
    )
  }

  private func measure(
    _ table: LinkedTable,
    _ prices: PriceBook,
    _ input: Value,
    _ answers: CallAnswers
  ) async throws(RunFault) -> Determinism.Report {
    let repeated = Determinism(table: table) { store in
      var surroundings = RunSurroundings(
        store: store,
        performing: answers.performing,
        clock: answers.clock,
        pricer: CallPricer(prices: prices)
      )
      surroundings.redact = { answers.redactor.redacted($0) }
      return surroundings
    }
    return try await repeated.measure(name: inputPath ?? "", input: input, count: runs)
  }

  private func show(_ reports: [Determinism.Report], _ console: Console) {
    guard format == .text else {
      let values = reports.map { report -> Value in
        .map([
          "name": .string(report.name), "runs": .int(Int64(report.runs)),
          "share": .double(report.share), "planned": .bool(report.isPlanned),
          "paths": .list(
            report.paths.map { path in
              .map(["digest": .string(path.digest.hex), "count": .int(Int64(path.count))])
            }
          ),
        ])
      }
      let value = Value.map(["version": .int(1), "scenarios": .list(values)])
      console.print(JSONWriter.string(value, pretty: true) + "\n")
      return
    }
    for report in reports {
      let tenths = Int((report.share * 1_000).rounded(.down))
      let verdict =
        report.isPlanned ? "measured" : report.isPassed ? "ok" : "FAIL: must be one path"
      console.print(
        line: "\(tenths / 10).\(tenths % 10) %  \(report.name.visibleInTerminal)  "
          + "\(Plural.count(report.runs, "run")), \(Plural.count(report.paths.count, "path"))  "
          + verdict
      )
      guard report.paths.count > 1 else { continue }
      for path in report.paths.prefix(5) {
        console.print(line: "    \(path.count) x \(path.digest.short)")
      }
    }
  }
}
