public import Definition
import Expression
import Relation
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
    /// Whether there was too much to look at, so that it may start otherwise too.
    var isPartial = false
  }

  /// By invariant, how a plan at `place` may start; of those that the table cannot be searched for
  /// within the limits no plan is proven to keep them.
  ///
  /// As `check`, each.
  public static func starts(
    of place: NodeIndex,
    _ linked: LinkedTable,
    _ invariants: [Invariant],
    limits: Limits = Limits()
  ) -> [PlanStart] {
    guard !invariants.isEmpty else { return [] }
    let space = InvariantSpace(linked, limits)
    return invariants.map { invariant in
      let search = InvariantSearch(space, invariant)
      search.stopsAtFirst = false
      search.run()
      let original = space.graphs.relation.original(Int(place))
      let seen = search.planStarts[original] ?? PlanSeen()
      return PlanStart(
        invariant: invariant,
        states: seen.states,
        beside: Array(seen.beside),
        isPartial: search.isExhausted
      )
    }
  }

  /// Checks a plan's table from everything that may be known when it starts.
  public static func check(
    plan linked: LinkedTable,
    from starts: [PlanStart],
    limits: Limits = Limits()
  ) -> Report {
    var report = Report()
    guard !starts.isEmpty else { return report }
    let space = InvariantSpace(linked, limits)
    for start in starts {
      // Ids of a plan's steps are the model's: no selector by step means them.
      let search = InvariantSearch(space, start.invariant.withoutSteps)
      search.run(from: start)
      let title = start.invariant.title
      if let way = search.witness {
        report.findings.append(
          Messages.brokenInvariant(start.invariant, way, linked.table)
        )
      } else if search.isExhausted || start.isPartial {
        report.notAnalysed.append("\(title): too many ways run side by side")
      } else {
        report.proofs.append(search.proof(of: start.invariant))
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
