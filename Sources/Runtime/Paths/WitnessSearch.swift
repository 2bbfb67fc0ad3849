import Definition
import Execution
import Source
import Table
import Values

/// Looks for a shortest run that breaks an invariant, and executes it.
///
/// The search is that of `PathSearch`, in which answers may be put off besides, so that what runs
/// side by side meets in several orders; histories that the invariant tells apart are states of
/// their own. What is found is written as a scenario, played by `ScenarioRunner` as
/// `signalbox test` would, and its journal is held against the invariant: nothing counts that was
/// not executed.
/// Bounded by `Limits.pathStates` and its neighbours.
public struct WitnessSearch: Sendable {
  /// A run that was executed and breaks its invariant.
  public struct Witness: Sendable {
    /// The scenario's name.
    public var name: String
    /// What broke the invariant: `` `ship` calls `deploy` without `ask` ``.
    public var words: String
    /// The scenario, as an entry of `scenarios`.
    public var text: String
  }

  /// What a search came to.
  public struct Findings: Sendable {
    /// The run; nil: none was found.
    public var witness: Witness?
    /// How many states were looked at.
    public var stateCount: Int
    /// Whether everything was looked at that the answers and times tried can reach.
    public var isComplete: Bool
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

  /// Searches for a run that breaks `invariant`; its scenario gets the name.
  public func find(_ invariant: Invariant, named name: String) async -> Findings {
    let monitor = InvariantMonitor(invariant, table, limits: limits)
    var count = 0
    var isComplete = false
    var tries = 0
    // States that look alike to guards come first: there are far fewer.
    for precision in [PathRun.Precision.guards, .everything] {
      var explorer = PathExplorer(table, precision, .breach(monitor), limits: limits)
      var known = 0
      repeat {
        known = explorer.breaches.count
        explorer.explore()
        for node in explorer.breaches[known...] where tries < limits.witnessTries {
          tries += 1
          guard let way = explorer.way(through: node),
            let witness = await play(way, invariant, name)
          else { continue }
          return Findings(
            witness: witness,
            stateCount: count + explorer.stateCount,
            isComplete: false
          )
        }
      } while explorer.breaches.count > known && tries < limits.witnessTries
      count += explorer.stateCount
      let looksAtAll = precision == .everything && monitor.seesEverything
      isComplete = looksAtAll && !explorer.isCut && !explorer.hasGaps && explorer.breaches.isEmpty
    }
    return Findings(witness: nil, stateCount: count, isComplete: isComplete)
  }

  /// A file of the witnesses of one flow, which `signalbox test` accepts and passes.
  public static func file(_ witnesses: [Witness], flow: String) -> String {
    let words = "Runs that break the invariants of `\(flow)`, made by `signalbox check`."
    var text = "# \(ScenarioResults.line(words))\n"
    guard !witnesses.isEmpty else { return text + "scenarios: []\n" }
    text += "scenarios:\n"
    for witness in witnesses { text += witness.text }
    return text
  }

  // MARK: Playing

  /// Plays a way, first to learn what it comes to, then with that as what it expects.
  private func play(
    _ way: PathExplorer.Way,
    _ invariant: Invariant,
    _ name: String
  ) async -> Witness? {
    var draft = PathScript.draft(of: way)
    draft.name = name
    guard let breach = way.runs.last?.monitor?.breach,
      let first = await played(draft, nil), first.report.ending != nil,
      first.report.isPassed || first.report.ending?.error != nil
    else { return nil }
    draft.calls = expected(breach, way)
    draft.remarks = ["Breaks `\(invariant.title)`: \(breach.words)."]
    guard let second = await played(draft, first.report), second.report.isPassed else { return nil }
    let judged = InvariantMonitor.judge(
      second.events,
      invariant,
      table,
      refused: second.refused
    )
    guard judged.verdict == .broken else { return nil }
    return Witness(
      name: name,
      words: breach.words,
      text: ScenarioWriter.scenario(draft, second.report)
    )
  }

  private typealias Played = (
    report: ScenarioReport, events: [RunEvent], refused: Set<EffectID>
  )

  /// Plays a scenario as `signalbox test` would, from its text.
  private func played(_ draft: ScenarioWriter.Draft, _ report: ScenarioReport?) async -> Played? {
    let source = SourceFile(name: "<witness>", text: ScenarioWriter.file(draft, report))
    let (file, findings) = ScenarioFile.load(source, limits: limits)
    guard let file, let scenario = file.scenarios.first, !findings.hasErrors,
      !runner.check(file).hasErrors
    else { return nil }
    return await runner.journaled(scenario)
  }

  /// The calls that broke the invariant, as selectors; those that were withdrawn have no end to be
  /// looked at.
  private func expected(_ breach: InvariantMonitor.Breach, _ way: PathExplorer.Way) -> [String] {
    let withdrawn = way.runs.last?.withdrawn ?? []
    return breach.calls.filter { !withdrawn.contains($0.effect) }.map { call in
      let performer = table.table.performers[Int(call.performer)]
      let subject = performer.role == .agent ? "agent" : "tool"
      var text = "{\(subject): \(ScenarioWriter.quoted(performer.id))"
      if case .map(let arguments) = call.arguments, arguments.count > 0 {
        text += ", with: \(JSONWriter.string(call.arguments))"
      }
      return text + "}"
    }
  }
}
