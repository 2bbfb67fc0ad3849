/// Runs that break the invariants of a flow: searched for wherever its table does not prove one.
public struct FlowWitnesses: Sendable {
  /// The runs that were executed, in order of the invariants.
  public private(set) var witnesses: [WitnessSearch.Witness] = []
  /// The flow's findings; those about invariants say what the search came to.
  public private(set) var diagnostics: [Diagnostic]
  /// What is known of each invariant that the table does not prove, by its title.
  public private(set) var verdicts: [(title: String, verdict: Verdict)] = []

  /// Searches for runs that break what `prepared` has not proven.
  ///
  /// Bounded by `Limits.pathStates`, once or twice for each invariant.
  public static func search(
    _ prepared: PreparedFlow,
    pricer: CallPricer,
    limits: Limits = Limits()
  ) async -> FlowWitnesses {
    var found = FlowWitnesses(diagnostics: prepared.diagnostics)
    guard let table = prepared.table else { return found }
    let search = WitnessSearch(table: table, pricer: pricer, limits: limits)
    for (invariant, position) in prepared.broken {
      let name = found.freeName(for: invariant.title)
      found.add(await search.find(invariant, named: name), invariant, position)
    }
    return found
  }

  private init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  /// A scenario's name that no other has.
  private func freeName(for title: String) -> String {
    func isTaken(_ name: String) -> Bool {
      witnesses.contains { $0.name.sameScalars(as: name) }
    }
    guard isTaken(title) else { return title }
    let numbers = 2...(witnesses.count + 2)
    return numbers.lazy.map { "\(title) (\($0))" }.first { !isTaken($0) } ?? title
  }

  private mutating func add(
    _ findings: WitnessSearch.Findings,
    _ invariant: Invariant,
    _ position: Int
  ) {
    let note: String
    if let witness = findings.witness {
      witnesses.append(witness)
      verdicts.append((invariant.title, .refuted))
      note = "a run that breaks it was executed: \(witness.name)"
    } else {
      verdicts.append((invariant.title, .possible))
      let why =
        findings.isComplete
        ? "it may need values that were not tried"
        : "it may need values that were not tried, or more states"
      note = "no run that breaks it was found among \(findings.stateCount) states: \(why)"
    }
    diagnostics[position].notes.append(Diagnostic.Note(note))
  }
}
