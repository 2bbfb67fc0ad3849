public import Definition
import Expression
import Relation
public import Source
public import Table
import Values

/// Checks invariants on a table, by reachability without looking at guards.
///
/// A pass is a proof. A failure shows the shortest way that was found, and the guards that it takes
/// to be true. Where a run may be ended in the middle by its limits, that is an end of a way; a run
/// that somebody cancels just stops.
public enum InvariantCheck {
  /// What was found, and what was proven, one line each.
  public struct Report: Sendable {
    /// Broken invariants, and those that say nothing of the flow.
    public var findings: [Diagnostic] = []
    /// Invariants that hold for every run.
    public var proofs: [Proof] = []
    /// The same, one line each.
    public var proven: [String] { proofs.map(\.claim) }
    /// Invariants that some way breaks, as far as the analysis knows, with their findings.
    public var broken: [(invariant: Invariant, finding: Int)] = []
    /// What could not be looked at.
    public var notAnalysed: [String] = []

    /// Nothing.
    public init() {}
  }

  /// Checks `invariants` on a linked table.
  ///
  /// `declared` names agents and tools that exist though no step may call them: a plan might.
  /// O(positions × states of the automaton × moves) each, once more for each set of events beside a
  /// part. The states are as many as sets of answers that are told apart: for every `without` that
  /// asks for something of an answer, two to the number of calls side by side that may give it.
  /// What goes beyond `limits.invariantStates` or `limits.invariantEvents` is not analysed.
  public static func check(
    _ linked: LinkedTable,
    _ invariants: [Invariant],
    declared: (agents: [String], tools: [String]) = ([], []),
    limits: Limits = Limits()
  ) -> Report {
    var report = Report()
    guard !invariants.isEmpty else { return report }
    let table = linked.table
    let space = InvariantSpace(linked, limits)
    for invariant in invariants {
      let strangers = unknown(in: invariant, table, declared)
      guard strangers.isEmpty else {
        report.findings += strangers
        continue
      }
      let search = InvariantSearch(space, invariant)
      if let proof = search.proofBySums() {
        report.proofs.append(proof)
        continue
      }
      search.run()
      if let way = search.witness {
        report.broken.append((invariant, report.findings.count))
        report.findings.append(Messages.brokenInvariant(invariant, way, table))
      } else if search.isExhausted {
        report.notAnalysed.append(
          "\(invariant.title): too many ways run side by side (more than \(search.limitReached))"
        )
      } else {
        report.proofs.append(search.proof(of: invariant))
      }
    }
    return report
  }

  /// Selectors of what the flow does not have.
  private static func unknown(
    in invariant: Invariant,
    _ table: TransitionTable,
    _ declared: (agents: [String], tools: [String])
  ) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    for selector in invariant.selectors {
      let names: [String]
      switch selector.subject {
      case .step: names = table.nodes.dropFirst().map(\.name).filter { !$0.isEmpty }
      case .agent:
        names = table.performers.filter { $0.role == .agent }.map(\.id) + declared.agents
      case .tool: names = table.performers.filter { $0.role == .tool }.map(\.id) + declared.tools
      }
      guard !names.contains(where: { $0.sameScalars(as: selector.name.value) }) else { continue }
      findings.append(Messages.unknownSelector(selector, among: names))
    }
    return findings
  }
}
