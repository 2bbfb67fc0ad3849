import Definition
import Expression
import Table

/// Looks for a run that breaks one invariant: every way that the rows allow, with the automaton's
/// state, part by part.
///
/// Parts that run at the same time are looked at one by one, each with whatever the others may do
/// in between; a part that awaits another starts with what that one may have left. So everything
/// that can happen is covered, and a pass is a proof; some of what is covered may not happen.
struct InvariantSearch {
  /// One step of a way that was found, with the way that led into its part.
  private struct Visit {
    var place: Int32
    var row: RowIndex
    var before: Int
    var cause: EdgeBuilder.Cause
  }

  /// What may come out of a part.
  private struct Exits {
    var successes: Set<UInt64> = []
    var failures: Set<UInt64> = []
  }

  private struct Key: Hashable {
    var part: Int
    var state: UInt64
    var context: Int
  }

  private let table: TransitionTable
  private let graphs: PartGraphs
  private let edges: [[RowEdge]]
  private let automaton: InvariantAutomaton
  private let events: InvariantEvents
  private var visits: [Visit] = []
  private var known: [Key: Exits] = [:]
  private var open: Set<Key> = []
  /// Events of the parts that may run beside the one looked at, by number of the context.
  private var contexts: [[InvariantEvent]] = [[]]
  private var contextOfEvents: [[InvariantEvent]: Int] = [[]: 0]
  private var eventsOfPart: [Int: Set<InvariantEvent>] = [:]
  /// The first way found that breaks the invariant.
  private(set) var witness: Way?
  /// Whether there was too much to look at.
  private(set) var isExhausted = false
  private let limit: Int
  /// States in which the place looked at last may be while it is under way.
  private var underway: Set<UInt64> = []
  /// By place, whether the flow's timeout can come while the run is there.
  private let overdue: [Bool]
  /// What was seen where plans start.
  private(set) var planStarts: [Int: PlanSeen] = [:]
  /// Whether a way that breaks the invariant ends the search.
  var stopsAtFirst = true
  /// The state that a plan starts with; what is open then may be open at its end.
  private var planStart: UInt64?

  init(
    _ table: TransitionTable,
    _ graphs: PartGraphs,
    edges: [[RowEdge]],
    reads: [[ValuePath]],
    _ invariant: Invariant,
    overdue: [Bool],
    limit: Int
  ) {
    self.overdue = overdue
    self.table = table
    self.graphs = graphs
    self.edges = edges
    self.limit = limit
    automaton = InvariantAutomaton(invariant: invariant)
    events = InvariantEvents(table, reads, invariant)
  }

  /// Looks at everything that may follow from the start.
  mutating func run() {
    let exits = explore(part: 0, state: automaton.initial, context: 0, from: -1)
    _ = exits
  }

  /// Looks at everything that may follow from where a plan may start.
  mutating func run(from start: InvariantCheck.PlanStart) {
    contexts.append(start.beside)
    contextOfEvents[start.beside] = contexts.count - 1
    let context = contexts.count - 1
    for state in start.states.sorted() where witness == nil {
      planStart = state
      known = [:]
      _ = explore(part: 0, state: state, context: context, from: -1)
    }
  }

  /// Notes how a plan may start at a place.
  private mutating func notePlan(at place: Int, _ states: Set<UInt64>, _ context: Int) {
    var seen = planStarts[place] ?? PlanSeen()
    for state in states {
      // Answers that are still to be judged belong to steps that a plan cannot read.
      if case .never = automaton.invariant.rule {
        seen.states.insert(state & 1)
      } else {
        seen.states.insert(state)
      }
    }
    for event in contexts[context] {
      switch event {
      case .candidate, .established: continue
      default: seen.beside.insert(event)
      }
    }
    planStarts[place] = seen
  }

  // MARK: One part

  private mutating func explore(
    part: Int,
    state: UInt64,
    context: Int,
    from caller: Int
  ) -> Exits {
    repeated(graphs.parts.rounds(of: part, table), from: state) { state, search in
      search.exploreOnce(part: part, state: state, context: context, from: caller)
    }
  }

  /// What comes of something that is done anew after each failure, `rounds` times at most.
  private mutating func repeated(
    _ rounds: Int64,
    from state: UInt64,
    _ once: (UInt64, inout InvariantSearch) -> Exits
  ) -> Exits {
    guard rounds > 1 else { return once(state, &self) }
    var exits = Exits()
    var seen: Set<UInt64> = [state]
    var starts = [state]
    // The automaton has few states, so this settles soon.
    for _ in 0..<min(rounds, 70) where !starts.isEmpty && witness == nil {
      var failures: Set<UInt64> = []
      for state in starts {
        let found = once(state, &self)
        exits.successes.formUnion(found.successes)
        failures.formUnion(found.failures)
      }
      exits.failures.formUnion(failures)
      starts = failures.filter { seen.insert($0).inserted }.sorted()
    }
    return exits
  }

  private mutating func exploreOnce(
    part: Int,
    state: UInt64,
    context: Int,
    from caller: Int
  ) -> Exits {
    let key = Key(part: part, state: state, context: context)
    if let exits = known[key] { return exits }
    guard open.insert(key).inserted else { return Exits() }
    defer { open.remove(key) }
    var exits = Exits()
    let graph = graphs.graph(of: part)
    var seen: Set<PlaceState> = []
    var queue: [(place: Int32, state: UInt64, visit: Int)] = []
    func enter(
      _ place: Int32,
      _ states: Set<UInt64>,
      _ row: RowIndex,
      _ before: Int,
      _ cause: EdgeBuilder.Cause,
      _ search: inout InvariantSearch
    ) {
      for state in states.sorted() {
        guard seen.insert(PlaceState(place: place, state: state)).inserted else { continue }
        search.visits.append(Visit(place: place, row: row, before: before, cause: cause))
        queue.append((place, state, search.visits.count - 1))
      }
    }
    let first = closure([state], context)
    enter(graph.start, first, noIndex, caller, .other, &self)
    var next = 0
    while next < queue.count, witness == nil, !isExhausted {
      let item = queue[next]
      next += 1
      if visits.count > limit { isExhausted = true }
      let place = Int(item.place)
      if item.place == graph.failsPlace {
        exits.failures.insert(item.state)
        if part == 0, planStart == nil { checkEnd(item.state, item.visit) }
        continue
      }
      if graph.isEnd[place], table.nodes[place].kind == .final {
        if table.nodes[place].isFailure {
          exits.failures.insert(item.state)
        } else {
          exits.successes.insert(item.state)
        }
        if part == 0 { checkEnd(item.state, item.visit) }
        continue
      }
      let ways = steps(place, item.state, context, part, item.visit)
      if graph.timeoutTarget >= 0, part == 0, overdue[place] {
        // What is under way then may have happened, and nobody knows.
        let states = apply(events.failure(of: place, by: noIndex), underway, item.visit)
        enter(graph.timeoutTarget, states.union(underway), noIndex, item.visit, .other, &self)
      }
      for step in ways {
        if step.target == Self.ends {
          exits.successes.formUnion(step.states)
          if part == 0 { for state in step.states { checkEnd(state, item.visit) } }
        } else {
          enter(step.target, step.states, step.row, item.visit, step.cause, &self)
        }
      }
    }
    known[key] = exits
    return exits
  }

  private struct PlaceState: Hashable {
    var place: Int32
    var state: UInt64
  }

  private struct Step {
    var target: Int32
    var states: Set<UInt64>
    var row: RowIndex
    var cause: EdgeBuilder.Cause
  }

  /// Stands for the success of the node that is all of its part.
  private static let ends: Int32 = -2

  /// Where a place may lead from a state.
  private mutating func steps(
    _ place: Int,
    _ state: UInt64,
    _ context: Int,
    _ part: Int,
    _ visit: Int
  ) -> [Step] {
    let graph = graphs.graph(of: part)
    let node = table.nodes[place]
    var found: [Step] = []
    // Refused or skipped, it does nothing.
    if graph.hasLimit(place) {
      for edge in graph.limitEdges[place] {
        found.append(Step(target: edge.target, states: [state], row: edge.row, cause: .failure))
      }
    }
    let begun = closure(apply(events.start(of: place), [state], visit), context)
    underway = begun
    var succeeded = begun
    var failed = begun
    if node.kind == .plan {
      notePlan(at: place, begun, context)
      let events = PlanEvents(automaton.invariant, at: place, table)
      (succeeded, failed) = ([], [])
      for state in begun {
        succeeded.formUnion(events.successes(from: state))
        failed.formUnion(events.ends(from: state))
      }
      underway = failed
    } else if graphs.parts.runsParts(place) {
      (succeeded, failed) = ([], [])
      for state in begun.sorted() where witness == nil {
        let exits = exits(of: place, state, context, visit)
        succeeded.formUnion(exits.successes)
        failed.formUnion(exits.failures)
      }
      // What it does itself may fail as well: a list that is none, a `require`.
      if !table.possibleFailures(of: place).isEmpty { failed.formUnion(begun) }
    }
    let isLast = graph.isEnd[place]
    if isLast {
      var states = apply(events.success(of: place, by: noIndex), succeeded, visit)
      if node.when != noIndex { states.insert(state) }
      found.append(
        Step(target: Self.ends, states: closure(states, context), row: noIndex, cause: .success)
      )
    }
    // Looking for how a plan may start, what its forerunners did is known from their journals.
    let detours =
      stopsAtFirst || node.kind != .plan ? [] : table.planner(at: NodeIndex(place))?.detours ?? []
    for edge in edges[place] where !detours.contains(edge.target) {
      var states: Set<UInt64>
      switch edge.cause {
      case .success:
        states = apply(events.success(of: place, by: edge.row), succeeded, visit)
        if node.when != noIndex { states.insert(state) }
      case .failure: states = apply(events.failure(of: place, by: edge.row), failed, visit)
      case .other where isCancellation(edge.row):
        // What is cancelled while it is under way has not succeeded.
        states = apply(events.failure(of: place, by: edge.row), failed, visit)
      case .other: states = begun.union(succeeded).union(failed)
      }
      states = closure(states, context)
      if !states.isEmpty {
        found.append(Step(target: edge.target, states: states, row: edge.row, cause: edge.cause))
      }
    }
    return found
  }

  private func isCancellation(_ row: RowIndex) -> Bool {
    row != noIndex && table.rows[Int(row)].event == .cancel
  }

  private mutating func apply(
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

  private mutating func checkEnd(_ state: UInt64, _ visit: Int) {
    guard witness == nil, stopsAtFirst, automaton.isBroken(atEnd: state) else { return }
    // What was to follow before the plan began is for the flow around it.
    if case .after = automaton.invariant.rule, let planStart, planStart & 1 != 0 { return }
    witness = way(to: visit)
  }

  private func way(to visit: Int) -> Way {
    var steps: [Way.Step] = []
    var current = visit
    while current >= 0 {
      let visit = visits[current]
      steps.append(
        Way.Step(place: visit.place, row: visit.row, followsFailure: visit.cause == .failure)
      )
      current = visit.before
    }
    return Way(steps.reversed())
  }

  // MARK: Places that run parts

  private mutating func exits(
    of place: Int,
    _ state: UInt64,
    _ context: Int,
    _ visit: Int
  ) -> Exits {
    repeated(table.wholeAttempts(of: place), from: state) { state, search in
      search.exitsOnce(of: place, state, context, visit)
    }
  }

  private mutating func exitsOnce(
    of place: Int,
    _ state: UInt64,
    _ context: Int,
    _ visit: Int
  ) -> Exits {
    let parts = graphs.parts.inner[place] ?? []
    switch table.nodes[place].kind {
    case .parallel: return regions(of: place, parts, state, context, visit)
    case .fork: return items(of: place, parts, state, context, visit)
    default:
      guard let part = parts.first else { return Exits() }
      return explore(part: part, state: state, context: context, from: visit)
    }
  }

  private mutating func items(
    of place: Int,
    _ parts: [Int],
    _ state: UInt64,
    _ context: Int,
    _ visit: Int
  ) -> Exits {
    guard let part = parts.first else { return Exits() }
    let node = table.nodes[place]
    let join = table.joins[Int(node.join)]
    let most = Int(table.frames[Int(node.template)].maxInstances)
    let beside = most > 1 && join.concurrency != 1 ? [part] : []
    let inner = widened(context, by: beside)
    var exits = Exits()
    var reached: Set<UInt64> = [state]
    // An item may follow any number of others; the automaton has few states, so this settles soon.
    for _ in 0..<min(most, 70) where witness == nil {
      var after = reached
      for state in reached.sorted() {
        let item = explore(part: part, state: state, context: inner, from: visit)
        after.formUnion(item.successes)
        if join.itemError == .fails {
          exits.failures.formUnion(item.failures)
          if join.kind != .all { after.formUnion(item.failures) }
        } else {
          after.formUnion(item.failures)
        }
      }
      if after == reached { break }
      reached = after
    }
    exits.successes = reached
    return exits
  }

  private mutating func regions(
    of place: Int,
    _ parts: [Int],
    _ state: UInt64,
    _ context: Int,
    _ visit: Int
  ) -> Exits {
    let join = table.joins[Int(table.nodes[place].join)]
    let dependencies = graphs.parts.dependencies(of: place, table)
    let before = parts.indices.map { transitive($0, dependencies) }
    var left = [Set<UInt64>](repeating: [], count: parts.count)
    var ends = left
    var exits = Exits()
    var isDone = [Bool](repeating: false, count: parts.count)
    var alternatives: Set<UInt64> = []
    for _ in parts {
      guard
        let region = parts.indices.first(where: { region in
          !isDone[region] && dependencies[region].allSatisfy { isDone[$0] }
        })
      else { break }
      isDone[region] = true
      let others = parts.indices.filter { $0 != region }
      let beside = others.filter { !before[region].contains($0) && !before[$0].contains(region) }
      let inner = widened(context, by: beside.map { parts[$0] })
      var start: Set<UInt64>?
      // What it awaits has ended; it and what awaits it have not begun.
      let later = others.filter { before[$0].contains(region) } + [region]
      for other in dependencies[region] {
        let between = parts.indices.filter {
          $0 != other && !before[other].contains($0) && !later.contains($0)
        }
        let ended = closure(left[other], widened(context, by: between.map { parts[$0] }))
        start = start.map { $0.intersection(ended) } ?? ended
      }
      var own = Exits()
      for state in closure(start ?? [state], inner).sorted() where witness == nil {
        let found = explore(part: parts[region], state: state, context: inner, from: visit)
        own.successes.formUnion(found.successes)
        own.failures.formUnion(found.failures)
      }
      let after = widened(
        context,
        by: others.filter { !before[region].contains($0) }.map { parts[$0] }
      )
      let countsFailures = join.kind == .finished || join.kind == .chart
      left[region] = countsFailures ? own.successes.union(own.failures) : own.successes
      ends[region] = closure(left[region], after)
      if !countsFailures { exits.failures.formUnion(closure(own.failures, after)) }
      alternatives.formUnion(ends[region])
    }
    switch join.kind {
    case .all, .finished, .chart:
      exits.successes =
        ends.dropFirst().reduce(ends.first ?? [state]) { $0.intersection($1) }
    case .any, .first, .count: exits.successes = alternatives
    }
    return exits
  }

  /// The regions that must have ended before a region goes on.
  private func transitive(_ region: Int, _ dependencies: [[Int]]) -> Set<Int> {
    var seen: Set<Int> = []
    var stack = dependencies[region]
    while let next = stack.popLast() {
      if seen.insert(next).inserted { stack += dependencies[next] }
    }
    return seen
  }

  // MARK: What runs beside

  /// The states that others may bring about in between.
  private func closure(_ states: Set<UInt64>, _ context: Int) -> Set<UInt64> {
    let beside = contexts[context]
    guard !beside.isEmpty else { return states }
    var result = states
    var queue = Array(states)
    while let state = queue.popLast() {
      for event in beside {
        let next = automaton.next(state, event)
        if result.insert(next).inserted { queue.append(next) }
      }
    }
    return result
  }

  /// The context in which `parts` run beside as well.
  private mutating func widened(_ context: Int, by parts: [Int]) -> Int {
    var events = Set(contexts[context])
    for part in parts { events.formUnion(possible(in: part)) }
    let list = events.sorted { "\($0)" < "\($1)" }
    if let known = contextOfEvents[list] { return known }
    contexts.append(list)
    contextOfEvents[list] = contexts.count - 1
    return contexts.count - 1
  }

  /// Everything that may happen in a part and those inside it.
  private mutating func possible(in part: Int) -> Set<InvariantEvent> {
    if let known = eventsOfPart[part] { return known }
    eventsOfPart[part] = []
    var found: Set<InvariantEvent> = []
    for place in graphs.parts.places(of: part) {
      found.formUnion(events.start(of: place))
      found.formUnion(events.success(of: place, by: noIndex))
      found.formUnion(events.failure(of: place, by: noIndex))
      if table.nodes[place].kind == .plan {
        found.formUnion(PlanEvents(automaton.invariant, at: place, table).possible)
      }
      for edge in edges[place] where edge.cause == .success {
        found.formUnion(events.success(of: place, by: edge.row))
      }
      for inner in graphs.parts.inner[place] ?? [] { found.formUnion(possible(in: inner)) }
    }
    found.remove(.forbidden)
    eventsOfPart[part] = found
    return found
  }
}
