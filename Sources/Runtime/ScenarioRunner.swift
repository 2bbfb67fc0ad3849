import Execution
import Expression
import Journal
import Source
import Synchronization
import Table
import Values

/// Runs scenarios: the production executor and driver, a virtual clock, scripted answers.
public struct ScenarioRunner: Sendable {
  /// When scenarios start: 2026-01-01T00:00:00Z, so that runs repeat exactly.
  public static let startMilliseconds: Int64 = 1_767_225_600_000

  private let table: LinkedTable
  private let pricer: CallPricer
  private let limits: Limits

  /// A runner for the scenarios of one flow.
  public init(table: LinkedTable, pricer: CallPricer, limits: Limits = Limits()) {
    self.table = table
    self.pricer = pricer
    self.limits = limits
  }

  /// Names in the file that the flow does not have, and assertions that do not compile.
  public func check(_ file: ScenarioFile) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    let nodes = table.table.nodes.dropFirst().map(\.name)
    let performers = table.table.performers.map(\.id)
    func has(_ names: [String], _ name: String) -> Bool {
      names.contains { $0.sameScalars(as: name) }
    }
    var seen: [SourceSpan] = []
    for scenario in file.scenarios {
      for key in scenario.scriptKeys where !has(nodes + performers, key.text) {
        // Keys of `defaults` belong to every scenario and are reported once.
        guard !seen.contains(key.span) else { continue }
        seen.append(key.span)
        findings.append(
          Messages.unknownName(key, "step, agent or tool", nodes + performers)
        )
      }
      let expected =
        (scenario.expectation.path ?? []) + [scenario.expectation.final].compactMap { $0 }
      for name in expected where !has(nodes, name.text) {
        findings.append(Messages.unknownName(name, "step or final state", nodes))
      }
      for occurrence in scenario.occurrences {
        guard case .event(let event, _) = occurrence.content else { continue }
        let isTaken = table.table.rows.contains {
          $0.event == .external && table.matches($0, event: event)
        }
        guard !isTaken else { continue }
        let name = Scenario.Name(text: event, span: occurrence.span)
        findings.append(Messages.unknownName(name, "event", table.table.names))
      }
      let expectation = scenario.expectation
      let conditions = (expectation.never + expectation.calls).compactMap(\.when)
      for assertion in scenario.expectation.assertions + conditions {
        findings += Program.compile(assertion, in: table.environment, limits: limits).diagnostics
      }
    }
    return Array(findings.prefix(limits.diagnostics))
  }

  /// Runs one scenario.
  public func run(_ scenario: Scenario) async -> ScenarioReport {
    await run(scenario, store: MemoryRunStore())
  }

  /// Runs one scenario and returns the events that its journal holds besides, with the calls that
  /// were not made.
  func journaled(
    _ scenario: Scenario
  ) async -> (report: ScenarioReport, events: [RunEvent], refused: Set<EffectID>) {
    let store = MemoryRunStore()
    let report = await run(scenario, store: store)
    var events: [RunEvent] = []
    var refused: Set<EffectID> = []
    for stored in (try? store.records(runID: Self.runID, from: 1)) ?? [] {
      guard case .step(let step)? = (try? JournalRecord(decoding: stored.bytes))?.body else {
        continue
      }
      events.append(step.event)
      refused.formUnion(step.dispatches.filter { $0.refusal != nil }.map(\.effect))
    }
    return (report, events, refused)
  }

  private static let runID = "r-scenario"

  private func run(_ scenario: Scenario, store: MemoryRunStore) async -> ScenarioReport {
    let performer = ScriptedPerformer(scenario.script)
    let log = CallLog()
    var surroundings = RunSurroundings(
      store: store,
      performing: performer,
      clock: VirtualClock(startMilliseconds: Self.startMilliseconds),
      pricer: pricer
    )
    surroundings.limits = limits
    let verdicts = VerdictLog()
    surroundings.progress = { progress in
      verdicts.note(progress)
      if case .called(let report) = progress { log.add(report) }
    }
    surroundings.progressOfChild = { _ in
      { progress in
        if case .called(let report) = progress { log.add(report) }
      }
    }
    let header = RunHeader(
      runID: Self.runID,
      flowName: table.table.name,
      tableDigest: table.table.digest,
      createdMilliseconds: Self.startMilliseconds
    )
    do throws(RunFault) {
      let driver = try await RunDriver.start(
        table,
        header: header,
        input: scenario.input,
        in: surroundings
      )
      await driver.schedule(scenario.occurrences)
      let pause = try await driver.drive()
      _ = await driver.driveChildren()
      var judgement = ScenarioJudgement(
        scenario: scenario,
        table: table,
        limits: limits,
        state: await driver.state,
        spentPicodollars: await driver.spentPicodollars,
        trace: await driver.trace,
        calls: log.calls
      )
      judgement.judge(pause, missingAnswers: performer.missingAnswers)
      judgement.judgePlan(verdicts)
      for position in await driver.outstandingOccurrences {
        let occurrence = scenario.occurrences[position]
        judgement.fail(
          "events: the run had ended before \(occurrence.words)",
          occurrence.span
        )
      }
      return judgement.report(isEstimated: performer.hasEstimates)
    } catch {
      var judgement = ScenarioJudgement(
        scenario: scenario,
        table: table,
        limits: limits,
        state: Executor.start(table),
        spentPicodollars: 0,
        trace: [],
        calls: []
      )
      judgement.fail(error.message, scenario.span)
      return judgement.report(isEstimated: false)
    }
  }

  /// Runs all scenarios in order.
  public func run(_ file: ScenarioFile) async -> [ScenarioReport] {
    var reports: [ScenarioReport] = []
    for scenario in file.scenarios { reports.append(await run(scenario)) }
    return reports
  }
}

/// The calls of a run, gathered from its progress.
final class CallLog: Sendable {
  private let reports = Mutex<[CallReport]>([])

  func add(_ report: CallReport) { reports.withLock { $0.append(report) } }

  var calls: [CallReport] { reports.withLock { $0 } }
}
