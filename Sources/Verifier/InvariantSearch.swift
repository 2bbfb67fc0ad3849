import Definition
import Relation
import Source
import Table

/// Looks for a run that breaks one invariant: every way that the relation allows, with the
/// automaton's state, thread by thread.
///
/// Threads that run at the same time are looked at one by one, each with whatever the others may do
/// in between; a thread that awaits another starts with what that one may have left. So everything
/// that can happen is covered, and a pass is a proof; some of what is covered may not happen.
/// Each thread is looked at once for each state of the automaton and each set of events beside it.
/// There may be exponentially many states: one for each set of answers that are told apart. So the
/// work is counted, and what takes more than `Limits` allows is not analysed.
///
/// It recurses from a host into its threads, so no deeper than steps may nest in a flow
/// (`Limits.nestedSteps`).
///
/// A class, since copies of what it has seen would cost more than looking.
final class InvariantSearch {
  /// What may come out of a thread, or of a host.
  struct Exits {
    var successes: Set<UInt64> = []
    var skips: Set<UInt64> = []
    var failures: Set<UInt64> = []
    /// States at any moment: it may be cut off anywhere.
    var cut: Set<UInt64> = []
    /// States in which rows lead out.
    var leaves: [Leave: Set<UInt64>] = [:]

    mutating func formUnion(_ other: Exits) {
      successes.formUnion(other.successes)
      skips.formUnion(other.skips)
      failures.formUnion(other.failures)
      cut.formUnion(other.cut)
      for (leave, states) in other.leaves { leaves[leave, default: []].formUnion(states) }
    }
  }

  /// A row that leads out of a thread.
  struct Leave: Hashable {
    var row: RowIndex
    var target: Int32
  }

  struct Key: Hashable {
    var thread: Int32
    var isEnteredInside: Bool
    var state: UInt64
    var beside: InvariantEventSet
  }

  let space: InvariantSpace
  let automaton: InvariantAutomaton
  let events: InvariantEvents
  var visits: [WitnessVisit] = []
  private var known: [Key: Exits] = [:]
  private var open: Set<Key> = []
  /// By host, what its regions await of each other.
  private var regionOrders: [Int: RegionOrder] = [:]
  /// Everything that may happen in each thread and those inside it; nil: not looked at yet.
  private var possible: [InvariantEventSet?]
  /// Nodes at which something happens.
  private let eventful: [Bool]
  /// The first way found that breaks the invariant.
  private(set) var witness: Way?
  /// Whether there was too much to look at.
  private(set) var isExhausted = false
  /// Events that were applied to states so far.
  private(set) var appliedEvents = 0
  /// By set of events, its members.
  private var lists: [InvariantEventSet: [InvariantEvent]] = [:]
  /// What was seen where plans start.
  private(set) var planStarts: [Int: PlanSeen] = [:]
  /// Whether a way that breaks the invariant ends the search.
  var stopsAtFirst = true
  /// The state that a plan starts with; what is open then may be open at its end.
  private var planStart: UInt64?
  /// Whether some list that need not wait for all of its tasks has dependencies among them.
  var restsOnDependencies = false
  /// Whether counters were left out somewhere.
  private(set) var isAbstracted = false

  let table: TransitionTable
  let relation: FlowRelation

  init(_ space: InvariantSpace, _ invariant: Invariant) {
    self.space = space
    let table = space.table
    self.table = table
    relation = space.graphs.relation
    automaton = InvariantAutomaton(invariant: invariant)
    let events = InvariantEvents(
      table,
      space.reads,
      invariant,
      space.graphs.relation.failures
    )
    self.events = events
    possible = [InvariantEventSet?](repeating: nil, count: space.graphs.graphs.count)
    eventful = table.nodes.indices.map { !events.start(of: $0).isEmpty }
  }

  /// The limit that a search which is exhausted has come to.
  var limitReached: String {
    appliedEvents > space.limits.invariantEvents
      ? "\(space.limits.invariantEvents) events" : "\(space.limits.invariantStates)"
  }

  /// Looks at everything that may follow from the start.
  func run() {
    let beside = detachedEvents
    _ = explore(thread: 0, false, state: automaton.initial, beside: beside, from: -1)
  }

  /// Looks at everything that may follow from where a plan may start.
  func run(from start: InvariantCheck.PlanStart) {
    let beside = InvariantEventSet(start.beside).union(detachedEvents)
    for state in start.states.sorted() where witness == nil {
      planStart = state
      known = [:]
      _ = explore(thread: 0, false, state: state, beside: beside, from: -1)
    }
  }

  /// What the regions of a host await of each other.
  func regionOrder(of host: Int) -> RegionOrder {
    if let known = regionOrders[host] { return known }
    let order = RegionOrder(relation, host: host, maximum: space.limits.orderedParts)
    regionOrders[host] = order
    return order
  }

  // MARK: One thread

  func explore(
    thread: Int,
    _ isEnteredInside: Bool,
    state: UInt64,
    beside: InvariantEventSet,
    from caller: Int
  ) -> Exits {
    let key = Key(
      thread: Int32(thread),
      isEnteredInside: isEnteredInside,
      state: state,
      beside: beside
    )
    if let exits = known[key] { return exits }
    if isExhausted { return Exits() }
    // Child flows do not run themselves, so this does not happen; it would be no proof.
    guard open.insert(key).inserted else {
      isExhausted = true
      return Exits()
    }
    defer { open.remove(key) }
    let first = visits.count
    var walk = ThreadWalk(
      space.counters[thread],
      graph: space.graphs.graphs[thread],
      maximum: space.limits.unfoldedStates
    )
    var exits = explored(key, &walk, from: caller)
    if walk.isTooLarge, witness == nil, !isExhausted {
      // Too many combinations of counters: once more without them.
      visits.removeSubrange(first...)
      isAbstracted = true
      walk = ThreadWalk(nil, graph: space.graphs.graphs[thread], maximum: 0)
      exits = explored(key, &walk, from: caller)
    } else if walk.counters == nil,
      space.graphs.graphs[thread].counters.contains(where: { $0 >= 0 })
    {
      isAbstracted = true
    }
    known[key] = exits
    return exits
  }

  private func explored(_ key: Key, _ walk: inout ThreadWalk, from caller: Int) -> Exits {
    let part = relation.threads[Int(key.thread)]
    var exits = Exits()
    let starts = part.starts + (key.isEnteredInside ? part.otherStarts : [])
    for start in starts {
      for state in closure([key.state], key.beside).sorted() {
        enter(start, state, 0, Step(noIndex, .began, caller), &walk)
      }
    }
    if key.thread == 0, part.starts.isEmpty { checkEnd(key.state, caller) }
    while let item = walk.next(), witness == nil, !isExhausted {
      if visits.count > space.limits.invariantStates { isExhausted = true }
      if walk.isTooLarge { return exits }
      follow(item, key, &walk, &exits)
    }
    return exits
  }

  struct Step {
    var row: RowIndex
    var cause: MoveCause
    var before: Int

    init(_ row: RowIndex, _ cause: MoveCause, _ before: Int) {
      self.row = row
      self.cause = cause
      self.before = before
    }
  }

  private func enter(
    _ position: Int32,
    _ state: UInt64,
    _ counters: UInt64,
    isOverdue: Bool = false,
    _ step: Step,
    _ walk: inout ThreadWalk
  ) {
    let isNew = walk.add(
      position,
      state,
      counters,
      isOverdue: isOverdue,
      visit: visits.count
    )
    guard isNew else { return }
    visits.append(
      WitnessVisit(position: position, row: step.row, cause: step.cause, before: step.before)
    )
  }

  /// Goes on from one position in one state.
  private func follow(
    _ item: ThreadWalk.Item,
    _ key: Key,
    _ walk: inout ThreadWalk,
    _ exits: inout Exits
  ) {
    let position = relation.positions[Int(item.position)]
    exits.cut.insert(item.state)
    // A plan that is ended in the middle has failed, and the flow around it goes on.
    let mayEnd = space.mayEndAnywhere && planStart == nil
    if mayEnd { checkEnd(item.state, item.visit) }
    switch position.phase {
    case .threadSucceeded: exits.successes.insert(item.state)
    case .threadSkipped: exits.skips.insert(item.state)
    case .threadFailed:
      exits.failures.insert(item.state)
      if key.thread == 0, planStart == nil { checkEnd(item.state, item.visit) }
      return
    case .entry, .door, .inside, .succeeded, .failed: break
    }
    let node = Int(position.node)
    let isRunEnd =
      key.thread == 0 && position.phase == .entry && relation.roles[node] == .final
      && table.nodes[node].parent <= 0
    if isRunEnd {
      if table.nodes[node].isFailure {
        exits.failures.insert(item.state)
      } else {
        exits.successes.insert(item.state)
      }
      checkEnd(item.state, item.visit)
    }
    let outcome = outcome(at: position, item, key)
    exits.cut.formUnion(outcome.occasion)
    if mayEnd { for state in outcome.occasion { checkEnd(state, item.visit) } }
    let place = space.graphs.graphs[Int(key.thread)].place(of: item.position) ?? 0
    if key.thread == 0, !isRunEnd, outcome.isWork, !item.isOverdue, space.overdue[place] {
      for target in relation.overdueTargets {
        for state in closure(outcome.occasion, key.beside).sorted() {
          let step = Step(noIndex, .overdue, item.visit)
          enter(target, state, item.counters, isOverdue: true, step, &walk)
        }
      }
    }
    take(outcome, item, key, &walk, &exits)
  }

  private func take(
    _ outcome: Outcome,
    _ item: ThreadWalk.Item,
    _ key: Key,
    _ walk: inout ThreadWalk,
    _ exits: inout Exits
  ) {
    let isRefused = walk.isRefused(item)
    let mayRefuse = isRefused || space.graphs.mayRepeat[Int(key.thread)] || walk.counters == nil
    let detours = detours(from: item.position)
    for move in relation.moves(from: item.position) where witness == nil {
      if detours.contains(relation.positions[Int(move.target)].node) { continue }
      if move.cause == .refused ? !mayRefuse : isRefused { continue }
      guard let counters = walk.counters(item.counters, after: move, table) else { continue }
      let states = closure(outcome.states(of: move, self), key.beside)
      guard !states.isEmpty else { continue }
      if relation.positions[Int(move.target)].thread != key.thread {
        exits.leaves[Leave(row: move.row, target: move.target), default: []].formUnion(states)
        continue
      }
      let step = Step(move.row, move.cause, item.visit)
      for state in entering(move, states, item.visit).sorted() {
        enter(move.target, state, counters, isOverdue: item.isOverdue, step, &walk)
      }
    }
  }

  /// Where a plan leads to another one.
  ///
  /// Looking for how a plan may start, what its forerunners did is known from their journals.
  private func detours(from position: Int32) -> [NodeIndex] {
    let node = relation.positions[Int(position)].node
    guard !stopsAtFirst, table.nodes[Int(node)].kind == .plan else { return [] }
    return table.planner(at: node)?.detours ?? []
  }

  /// Compounds around the target of a row that are entered with it begin as well.
  private func entering(_ move: Move, _ states: Set<UInt64>, _ visit: Int) -> Set<UInt64> {
    guard move.row != noIndex else { return states }
    let target = relation.positions[Int(move.target)]
    let domain = table.rows[Int(move.row)].domain
    var node = Int(table.nodes[Int(target.node)].parent)
    var states = states
    while node > 0, domain.contains(NodeIndex(node)), relation.roles[node] == .compound {
      if eventful[node] { states = apply(events.start(of: node), states, visit) }
      node = Int(table.nodes[node].parent)
    }
    return states
  }

  // MARK: Events

  func apply(
    _ list: [InvariantEvent],
    _ states: Set<UInt64>,
    _ visit: Int
  ) -> Set<UInt64> {
    guard !list.isEmpty else { return states }
    var result: Set<UInt64> = []
    for state in states {
      var state = state
      for event in list {
        if witness == nil, stopsAtFirst, automaton.isBroken(by: event, in: state) {
          witness = way(to: visit)
        }
        state = automaton.next(state, event)
      }
      result.insert(state)
    }
    return result
  }

  /// What comes of events that may happen any number of times up to `most`, in any order.
  func applyAny(
    _ list: [InvariantEvent],
    _ states: Set<UInt64>,
    most: Int,
    _ visit: Int
  ) -> Set<UInt64> {
    guard !list.isEmpty else { return states }
    var result = states
    for _ in 0..<min(most, 64) where mayApply(list.count * result.count) {
      let before = result
      for event in list { result.formUnion(apply([event], before, visit)) }
      if result == before { break }
    }
    return result
  }

  private func checkEnd(_ state: UInt64, _ visit: Int) {
    guard witness == nil, stopsAtFirst, automaton.isBroken(atEnd: state) else { return }
    // What was to follow before the plan began is for the flow around it.
    if case .after = automaton.invariant.rule, let planStart, planStart & 1 != 0 { return }
    witness = way(to: visit)
  }

  private func way(to visit: Int) -> Way {
    WitnessWay(relation: relation, visits: visits).way(to: visit)
  }

  /// The states that others may bring about in between.
  func closure(_ states: Set<UInt64>, _ beside: InvariantEventSet) -> Set<UInt64> {
    guard !beside.isEmpty, !states.isEmpty else { return states }
    let list = lists[beside] ?? beside.events
    lists[beside] = list
    var result = states
    var queue = Array(states)
    while let state = queue.popLast() {
      guard mayApply(list.count) else { break }
      for event in list {
        let next = automaton.next(state, event)
        if result.insert(next).inserted { queue.append(next) }
      }
    }
    return result
  }

  /// Counts events that are to be applied; false: there were too many.
  private func mayApply(_ count: Int) -> Bool {
    appliedEvents += count
    if appliedEvents > space.limits.invariantEvents { isExhausted = true }
    return !isExhausted
  }

  /// Everything that may happen in a thread and those inside it, the forbidden left out; recurses
  /// as deep as threads nest.
  func possible(in thread: Int) -> InvariantEventSet {
    if let known = possible[thread] { return known }
    var found: InvariantEventSet = []
    for node in space.graphs.positionedNodes(of: thread) {
      found.formUnion(events.possible(at: node, rows: Array(table.nodes[node].rows)))
      if table.nodes[node].kind == .plan {
        found.formUnion(
          InvariantEventSet(PlanEvents(automaton.invariant, at: node, table).possible)
        )
      }
      for inner in relation.innerThreads[node] { found.formUnion(possible(in: Int(inner))) }
    }
    found = found.withoutForbidden
    possible[thread] = found
    return found
  }

  /// What detached flows may do: beside everything, and after it.
  private var detachedEvents: InvariantEventSet {
    var found: InvariantEventSet = []
    for node in space.detachedCalls {
      for inner in relation.innerThreads[node] { found.formUnion(possible(in: Int(inner))) }
    }
    return found
  }

  // MARK: Plans

  /// Notes how a plan may start at a place.
  func notePlan(at place: Int, _ states: Set<UInt64>, _ beside: InvariantEventSet) {
    var seen = planStarts[place] ?? PlanSeen()
    for state in states {
      // Answers that are still to be judged belong to steps that a plan cannot read.
      if case .never = automaton.invariant.rule {
        seen.states.insert(state & 1)
      } else {
        seen.states.insert(state)
      }
    }
    for event in beside.events {
      switch event {
      case .candidate, .established: continue
      default: seen.beside.insert(event)
      }
    }
    planStarts[place] = seen
  }
}
