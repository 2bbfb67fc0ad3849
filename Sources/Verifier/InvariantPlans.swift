public import Definition
import Expression
import Source
public import Table
import Values

// Invariants at places where plans run: what may be known when a plan starts, and whether a plan
// keeps them from there on.
extension InvariantCheck {
  /// What one invariant may have seen when a plan starts, and what others may do meanwhile.
  public struct PlanStart: Sendable {
    /// The invariant.
    let invariant: Invariant
    /// States of its automaton.
    let states: Set<UInt64>
    /// What may happen beside the plan.
    let beside: [InvariantEvent]
  }

  /// By invariant, how a plan at `place` may start; invariants that the table cannot be searched
  /// for start anywhere.
  ///
  /// O(places × states of the automaton) each.
  public static func starts(
    of place: NodeIndex,
    _ linked: LinkedTable,
    _ invariants: [Invariant]
  ) -> [PlanStart] {
    guard !invariants.isEmpty else { return [] }
    let searches = InvariantSearches(linked)
    return invariants.map { invariant in
      var search = searches.search(for: invariant, stopsAtFirst: false)
      search.run()
      let seen = search.planStarts[Int(place)] ?? PlanSeen()
      return PlanStart(invariant: invariant, states: seen.states, beside: Array(seen.beside))
    }
  }

  /// Checks a plan's table from everything that may be known when it starts.
  public static func check(plan linked: LinkedTable, from starts: [PlanStart]) -> Report {
    var report = Report()
    guard !starts.isEmpty else { return report }
    let searches = InvariantSearches(linked)
    for start in starts {
      // Ids of a plan's steps are the model's: no selector by step means them.
      var search = searches.search(for: start.invariant.withoutSteps, stopsAtFirst: true)
      search.run(from: start)
      let title = start.invariant.title
      if let way = search.witness {
        report.broken.append((start.invariant, report.findings.count))
        report.findings.append(
          Messages.brokenInvariant(start.invariant, way, linked.table)
        )
      } else if search.isExhausted || searches.isRecursive {
        report.notAnalysed.append("\(title): too many ways run side by side")
      } else {
        report.proofs.append(Proof(claim: title, basis: .abstracted, restsOn: []))
      }
    }
    return report
  }
}

/// What was seen where a plan starts.
struct PlanSeen {
  var states: Set<UInt64> = []
  var beside: Set<InvariantEvent> = []
}

/// Everything that searches of one table share.
struct InvariantSearches {
  private let table: TransitionTable
  private let graphs: PartGraphs
  private let reads: [[ValuePath]]
  private let edges: [[RowEdge]]
  private let overdue: [Bool]

  init(_ linked: LinkedTable) {
    let table = linked.table
    self.table = table
    reads = linked.programs.enumerated().map { position, program in
      table.programs[position].environment == 0 ? program?.reads ?? [] : []
    }
    let graphs = PartGraphs(table)
    self.graphs = graphs
    var edges = [[RowEdge]](repeating: [], count: table.nodes.count)
    for part in graphs.parts.parts.indices {
      var builder = EdgeBuilder(
        table,
        graphs.parts,
        part: part,
        failures: graphs.failures,
        keepsRows: true
      )
      let graph = graphs.graph(of: part)
      for place in graphs.parts.places(of: part) where graph.isLeaf[place] {
        builder.addPlace(place)
      }
      for edge in builder.rowEdges { edges[Int(edge.source)].append(edge) }
    }
    self.edges = edges
    overdue = InvariantCheck.overduePlaces(table, graphs)
  }

  /// Whether a child flow runs itself, so that nothing is proven.
  var isRecursive: Bool { graphs.parts.isRecursive }

  func search(for invariant: Invariant, stopsAtFirst: Bool) -> InvariantSearch {
    var search = InvariantSearch(
      table,
      graphs,
      edges: edges,
      reads: reads,
      invariant,
      overdue: overdue,
      limit: InvariantCheck.searchLimit
    )
    search.stopsAtFirst = stopsAtFirst
    return search
  }
}

/// What plans may do, as one invariant sees it.
struct PlanEvents {
  private let automaton: InvariantAutomaton
  private let events: [InvariantEvent]
  private let mustHappen: Bool

  init(_ invariant: Invariant, at place: Int, _ table: TransitionTable) {
    automaton = InvariantAutomaton(invariant: invariant)
    let callees = table.planner(at: NodeIndex(place))?.callees ?? []
    func mayCall(_ selector: Selector) -> Bool {
      callees.contains { callee in
        let performer = table.performers[Int(callee.performer)]
        switch selector.subject {
        case .step: return false
        case .agent:
          return performer.role == .agent && performer.id.sameScalars(as: selector.name.value)
        case .tool:
          return performer.role == .tool && performer.id.sameScalars(as: selector.name.value)
        }
      }
    }
    var events: [InvariantEvent] = []
    var mustHappen = false
    switch invariant.rule {
    case .never(let forbidden, let required, let since):
      if mayCall(forbidden) { events.append(.forbidden) }
      if let required, mayCall(required) { events.append(.evidence) }
      if let since, mayCall(since) { events.append(.reset) }
    case .after(let cause, let answer):
      if mayCall(cause) { events.append(.obliged) }
      if mayCall(answer) { events.append(.discharged) }
    case .atMost(_, let selector): if mayCall(selector) { events.append(.occurred(0)) }
    case .neverTogether(let selectors):
      for (number, selector) in selectors.enumerated() where mayCall(selector) {
        events.append(.occurred(number))
      }
    case .eventually(let selector):
      mustHappen = mayCall(selector)
      if mustHappen { events.append(.evidence) }
    }
    self.events = events
    self.mustHappen = mustHappen
  }

  /// What may happen, the forbidden left out.
  var possible: [InvariantEvent] { events.filter { $0 != .forbidden } }

  /// Where a plan that keeps the invariant may lead from a state, however it ends.
  func ends(from state: UInt64) -> Set<UInt64> {
    var seen: Set<UInt64> = [state]
    var queue = [state]
    while let state = queue.popLast(), seen.count < 1_000 {
      for event in events where !automaton.isBroken(by: event, in: state) {
        let next = automaton.next(state, event)
        if seen.insert(next).inserted { queue.append(next) }
      }
    }
    return seen
  }

  /// Where it may lead by success: nothing that must follow is left open by it.
  func successes(from state: UInt64) -> Set<UInt64> {
    let ends = ends(from: state)
    switch automaton.invariant.rule {
    case .after: return state & 1 != 0 ? ends : ends.filter { $0 & 1 == 0 }
    case .eventually: return mustHappen ? ends.filter { $0 & 1 != 0 } : ends
    case .never, .atMost, .neverTogether: return ends
    }
  }
}

extension Invariant {
  /// The invariant with selectors by step that match nothing.
  var withoutSteps: Invariant {
    func masked(_ selector: Selector) -> Selector {
      guard selector.subject == .step else { return selector }
      var selector = selector
      selector.name = Located("", selector.name.span)
      return selector
    }
    let rule: Rule =
      switch rule {
      case .never(let forbidden, let without, let since):
        .never(masked(forbidden), without: without.map(masked), since: since.map(masked))
      case .after(let cause, let answer): .after(masked(cause), always: masked(answer))
      case .atMost(let count, let selector): .atMost(count, of: masked(selector))
      case .neverTogether(let selectors): .neverTogether(selectors.map(masked))
      case .eventually(let selector): .eventually(masked(selector))
      }
    return Invariant(rule, span: span)
  }
}
