import Signalbox

/// `signalbox test FLOW...`.
package struct TestCommand: Command {
  private static let output = OptionDeclaration.output([.text, .json, .jsonLines])
  private static let coverage = OptionDeclaration(
    "coverage",
    "say which rows and guards no scenario exercised"
  )

  private static let results = OptionDeclaration(
    "format",
    "write the results in a form for other programs",
    kind: .choice(ResultsForm.allCases.map(\.rawValue), placeholder: "FORM")
  )
  private static let resultsFile = OptionDeclaration(
    "report",
    "write the results of --format there, beside the usual output",
    kind: .file(placeholder: "FILE"),
    default: "the standard output, in place of the usual output"
  )

  private enum ResultsForm: String, CaseIterable {
    case junit
    case tap
  }

  /// What it accepts.
  package static let declaration = CommandDeclaration(
    "test",
    "play the scenarios of a flow on virtual time with scripted answers",
    discussion: "Takes flows, scenario files, which name their flow, and folders: all scenario\n"
      + "files in them. A scenario file may also name overlays (`with`) and `prices`.",
    operands: [.flows],
    options: [
      .overlay, .scenarios, .prices, coverage, results, resultsFile, .denyWarnings, output,
    ],
    examples: [
      "signalbox test flow.yaml", "signalbox test flow.yaml --coverage", "signalbox test flows",
      "signalbox test flow.yaml --format junit --report results.xml",
    ]
  )

  private let paths: [String]
  private let overlays: [String]
  private let scenarios: String?
  private let pricesPath: String?
  private let showsCoverage: Bool
  private let isStrict: Bool
  private let format: OutputFormat
  private let resultsForm: ResultsForm?
  private let resultsPath: String?

  /// The command as asked for.
  package init(_ arguments: Arguments) throws(UsageError) {
    paths = arguments.operands
    overlays = arguments.texts(.overlay)
    scenarios = arguments.text(.scenarios)
    pricesPath = arguments.text(.prices)
    showsCoverage = arguments.has(Self.coverage)
    isStrict = arguments.has(.denyWarnings)
    format = arguments.choice(Self.output) ?? .text
    resultsForm = arguments.choice(Self.results)
    resultsPath = arguments.text(Self.resultsFile)
    if resultsPath != nil, resultsForm == nil {
      throw UsageError("`--report` needs `--format junit` or `--format tap`")
    }
  }

  /// Plays every scenario of every flow.
  package func run(_ console: Console) async throws(CommandFailure) -> ExitCode {
    var code = ExitCode.success
    var suites: [ScenarioResults.Suite] = []
    var outputs: [Value] = []
    let works = try works(console)
    for work in works {
      if works.count > 1, format == .text, !isReplaced {
        console.print(line: "\(work.flow)  (\(work.scenarios))")
      }
      let ending = try await test(work, &suites, &outputs, console)
      if ending.rawValue > code.rawValue { code = ending }
    }
    if format == .json, !isReplaced {
      let value = Value.map(["version": .int(1), "scenarios": .list(outputs)])
      console.print(JSONWriter.string(value, pretty: true) + "\n")
    }
    try write(suites, console)
    return code
  }

  /// Whether results for other programs stand in place of the usual output.
  private var isReplaced: Bool { resultsForm != nil && (resultsPath ?? "-") == "-" }

  /// A flow with the file of scenarios that it is tried by.
  private struct Work {
    var flow: String
    var overlays: [String]
    var scenarios: String
    var prices: String?
  }

  /// What is to be played: of flows their scenarios, of folders every file of scenarios.
  private func works(_ console: Console) throws(CommandFailure) -> [Work] {
    var works: [Work] = []
    let files = try NamedFiles(paths)
    if scenarios != nil, files.entries.count > 1 {
      throw CommandFailure("`--scenarios` is of one flow", exit: .badUse)
    }
    for entry in files.entries {
      if entry.kind == .scenarios {
        let suite = try ScenarioSuite(scenariosAt: entry.path)
        guard let flow = suite.flowPath else {
          Findings(console).show(suite.findings)
          throw CommandFailure("`\(entry.path)` is no file of scenarios", exit: .badUse)
        }
        if entry.isFound, try !isFlow(flow) {
          console.say("left out: \(entry.path) names no flow that is here; it may need --with")
          continue
        }
        works.append(
          Work(
            flow: flow,
            overlays: suite.overlays + overlays,
            scenarios: entry.path,
            prices: pricesPath ?? suite.pricesPath
          )
        )
      } else if !entry.isFound {
        let path = scenarios ?? ScenarioChoice.defaultPath(of: entry.path)
        let suite = FileHandle.exists(path) ? try ScenarioSuite(scenariosAt: path) : nil
        works.append(
          Work(
            flow: entry.path,
            overlays: (suite?.overlays ?? []) + overlays,
            scenarios: path,
            prices: pricesPath ?? suite?.pricesPath
          )
        )
      }
    }
    return works
  }

  private func isFlow(_ path: String) throws(CommandFailure) -> Bool {
    guard FileHandle.exists(path) else { return false }
    return try NamedFiles([path]).entries.allSatisfy { $0.kind == .flow }
  }

  private func write(
    _ suites: [ScenarioResults.Suite],
    _ console: Console
  ) throws(CommandFailure) {
    guard let resultsForm else { return }
    let results = ScenarioResults(suites)
    let text = resultsForm == .junit ? results.junit : results.tap
    guard let resultsPath, resultsPath != "-" else {
      console.print(text)
      return
    }
    do throws(FileHandle.Failure) {
      try FileHandle.write(text, to: resultsPath)
    } catch {
      let reason = if case .unreadable(let reason) = error { reason } else { "no such folder" }
      throw CommandFailure("`\(resultsPath)` cannot be written: \(reason)", exit: .inputOutput)
    }
  }

  private func test(
    _ work: Work,
    _ suites: inout [ScenarioResults.Suite],
    _ outputs: inout [Value],
    _ console: Console
  ) async throws(CommandFailure) -> ExitCode {
    let prepared = try FlowFiles.prepare(work.flow, overlays: work.overlays)
    // Runs that break an invariant can be looked at; the flow stays refused.
    guard prepared.isPlayable, let table = prepared.table else {
      Findings(console).show(prepared.diagnostics)
      return Findings.exit(for: prepared.diagnostics)
    }
    if !prepared.isSound { Findings(console).show(prepared.diagnostics) }
    let prices = try PriceFile.read(work.prices, for: prepared, console)
    let file = try ScenarioChoice.read(work.scenarios, console)
    let runner = ScenarioRunner(table: table, pricer: CallPricer(prices: prices.book))
    let findings = runner.check(file)
    Findings(console).show(findings)
    guard !findings.hasErrors else { return .badUse }
    let started = SystemClock().nowMilliseconds
    var reports: [ScenarioReport] = []
    for scenario in file.scenarios {
      let before = ContinuousClock.now
      var report = await runner.run(scenario)
      let (seconds, fraction) = (ContinuousClock.now - before).components
      report.playedMicroseconds = seconds * 1_000_000 + fraction / 1_000_000_000_000
      reports.append(report)
    }
    let elapsed = SystemClock().nowMilliseconds - started
    suites.append(ScenarioResults.Suite(flow: work.flow, reports: reports))
    switch format {
    case _ where isReplaced: break
    case .text: show(reports, table, elapsed, console)
    case .json: outputs += reports.map { Self.value($0, of: work.flow) }
    case .jsonLines, .sarif:
      for report in reports {
        console.print(line: JSONWriter.string(Self.value(report, of: work.flow)))
      }
    }
    guard reports.allSatisfy(\.isPassed) else { return .runFailed }
    return Findings.exit(for: prepared.diagnostics + findings, isStrict: isStrict)
  }

  private func show(
    _ reports: [ScenarioReport],
    _ table: LinkedTable,
    _ elapsedMilliseconds: Int64,
    _ console: Console
  ) {
    let width = reports.map { $0.name.unicodeScalars.count }.max() ?? 0
    for report in reports {
      let name =
        report.name + String(repeating: " ", count: width - report.name.unicodeScalars.count)
      let cost = (report.isCostEstimated ? "~" : " ") + Picodollars.text(report.costPicodollars)
      var line = "\(report.isPassed ? "ok  " : "FAIL")  \(name)  \(cost)  "
      line += Plural.count(report.path.count, "step")
      if report.virtualMilliseconds >= 1_000 {
        line += "  \(DurationText.text(report.virtualMilliseconds)) virtual"
      }
      console.print(line: line)
      guard !report.isPassed else { continue }
      for failure in report.failures {
        let place = failure.span.map { $0.location + "  " } ?? ""
        console.print(line: "      \(place)\(failure.message)")
      }
      console.print(line: "      way taken: \(report.path.joined(separator: " > "))")
      if !report.lastRow.isEmpty {
        let place = report.lastRowSpan.map { "   (\($0.location))" } ?? ""
        console.print(line: "                 last row: \(report.lastRow)\(place)")
      }
    }
    var coverage = Coverage()
    for report in reports { coverage.merge(report.coverage) }
    let failed = reports.count { !$0.isPassed }
    var line = "\(reports.count - failed) ok"
    if failed > 0 { line += ", \(failed) failed" }
    line += " in \(elapsedMilliseconds) ms"
    if reports.contains(where: \.isCostEstimated) {
      line += "   ~ = usage not scripted, declared worst used"
    }
    let guards = coverage.guards(of: table.table)
    line += "   rows \(coverage.taken.count) of \(table.table.rows.count)"
    line += "   guards both ways \(guards.bothWays) of \(guards.all)"
    console.print(line: line)
    if showsCoverage { showGaps(coverage, table.table, console) }
  }

  private func showGaps(_ coverage: Coverage, _ table: TransitionTable, _ console: Console) {
    func show(_ words: String, _ row: RowIndex) {
      let place = table.span(ofRow: row).map { "   (\($0.location))" } ?? ""
      console.print(line: "\(words): \(table.words(ofRow: row))\(place)")
    }
    for row in coverage.missing(of: table) { show("never taken", row) }
    let guards = coverage.missingGuards(of: table)
    for row in guards.neverTrue { show("guard never true", row) }
    for row in guards.neverFalse { show("guard never false", row) }
  }

  private static func value(_ report: ScenarioReport, of flow: String) -> Value {
    .map([
      "version": .int(1), "flow": .string(flow),
      "name": .string(report.name), "passed": .bool(report.isPassed),
      "path": .list(report.path.map { .string($0) }),
      "cost_picodollars": .int(report.costPicodollars),
      "virtual_ms": .int(report.virtualMilliseconds),
      "failures": .list(report.failures.map { .string($0.message) }),
    ])
  }
}
