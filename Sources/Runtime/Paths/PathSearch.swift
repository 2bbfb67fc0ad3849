import Source
import Table
import Values

/// Finds scenarios that together take every row of a flow's table, shortest first.
///
/// A breadth-first search over the pure step: at each call it tries the answers and failures that
/// the flow tells apart, else events, timers and cancellation. States are told apart first by what
/// their guards say, then by all that they remember. What is found is played by `ScenarioRunner`
/// before it counts. Bounded by `Limits.pathStates` and its neighbours.
public struct PathSearch: Sendable {
  /// What a search found.
  public struct Findings: Sendable {
    /// A file of scenarios that `signalbox test` accepts and passes.
    public var text: String
    /// How many scenarios it has.
    public var scenarioCount: Int
    /// Rows taken by them.
    public var coverage: Coverage
    /// Rows that no scenario takes, with the reason in words.
    public var missing: [(row: RowIndex, reason: String)]
  }

  private let table: LinkedTable
  private let runner: ScenarioRunner
  private let limits: Limits

  /// A search through one flow.
  public init(table: LinkedTable, pricer: CallPricer, limits: Limits = Limits()) {
    self.table = table
    self.limits = limits
    runner = ScenarioRunner(table: table, pricer: pricer, limits: limits)
  }

  /// Searches and plays what it finds.
  public func find() async -> Findings {
    var coverage = Coverage()
    var scenarios: [String] = []
    var reasons: [RowIndex: String] = [:]
    var entered: Set<NodeIndex> = []
    var isCut = false
    for precision in [PathRun.Precision.guards, .memory] {
      let missing = Set(coverage.missing(of: table.table))
      guard !missing.isEmpty else { break }
      var explorer = PathExplorer(table, precision, .rows(missing), limits: limits)
      explorer.explore()
      entered.formUnion(explorer.entered)
      isCut = explorer.isCut
      for (row, node) in explorer.firsts where !coverage.taken.contains(row) {
        guard let way = explorer.way(through: node) else {
          reasons[row] = "it is reached, but no end of the run was found from there"
          continue
        }
        var draft = PathScript.draft(of: way)
        draft.name = "\(scenarios.count + 1): \(table.table.words(ofRow: row))"
        let report = await play(draft)
        guard let report, report.isPassed, report.coverage.taken.contains(row) else {
          let error = report?.ending?.error.map { ", it ends with `\($0.name)`" } ?? ""
          let cause = report?.failures.first.map { ": \($0.message)" } ?? error
          reasons[row] = "the way found does not go there when it is played\(cause)"
          continue
        }
        coverage.merge(report.coverage)
        scenarios.append(ScenarioWriter.scenario(draft, report))
      }
    }
    let missing = coverage.missing(of: table.table).map { row in
      (row, reasons[row] ?? reason(of: row, entered, isCut))
    }
    return Findings(
      text: text(scenarios, coverage, missing),
      scenarioCount: scenarios.count,
      coverage: coverage,
      missing: missing
    )
  }

  /// Plays a scenario as `signalbox test` would, from its text.
  private func play(_ draft: ScenarioWriter.Draft) async -> ScenarioReport? {
    guard let first = await played(draft, nil), first.ending != nil else { return nil }
    guard first.isPassed || first.ending?.error != nil else { return first }
    return await played(draft, first)
  }

  private func played(
    _ draft: ScenarioWriter.Draft,
    _ report: ScenarioReport?
  ) async -> ScenarioReport? {
    let source = SourceFile(name: "<paths>", text: ScenarioWriter.file(draft, report))
    let (file, findings) = ScenarioFile.load(source, limits: limits)
    guard let file, let scenario = file.scenarios.first, !findings.hasErrors,
      !runner.check(file).hasErrors
    else { return nil }
    return await runner.run(scenario)
  }

  private func reason(of index: RowIndex, _ entered: Set<NodeIndex>, _ isCut: Bool) -> String {
    let row = table.table.rows[Int(index)]
    let node = table.table.nodes[Int(row.place)]
    let suffix = isCut ? " within \(limits.pathStates) states" : ""
    let inside = row.place..<node.subtreeEnd
    guard entered.contains(where: { inside.contains($0) }) else {
      return "no way to `\(node.name)` was found\(suffix)"
    }
    if row.guardProgram != noIndex {
      return "no answer that was tried makes its guard \(!row.isNegated)\(suffix)"
    }
    switch row.event {
    case .failure: return "no answer or failure that was tried leads there\(suffix)"
    case .external: return "its event never found the run there\(suffix)"
    case .after: return "the delay never passed there\(suffix)"
    default: return "no way that was tried takes it\(suffix)"
    }
  }

  private func text(
    _ scenarios: [String],
    _ coverage: Coverage,
    _ missing: [(row: RowIndex, reason: String)]
  ) -> String {
    let all = table.table.rows.count
    var text = "# Ways through `\(table.table.name)`, made by `signalbox paths`: "
    text += "\(all - missing.count) of \(all) rows.\n"
    text += scenarios.isEmpty ? "scenarios: []\n" : "scenarios:\n" + scenarios.joined()
    for (row, reason) in missing {
      let words = "not covered: \(table.table.words(ofRow: row)): \(reason)"
      text += "# \(ScenarioResults.line(words))\n"
    }
    return text
  }
}
