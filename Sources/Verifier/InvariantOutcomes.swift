import Definition
import Relation
import Table

extension InvariantSearch {
  /// What a position leads to: states by how it is left.
  struct Outcome {
    /// The node, whose events are added by cause and row.
    var node: Int
    /// In which state it was entered.
    var entered: Set<UInt64>
    /// States once what it does succeeded.
    var succeeded: Set<UInt64> = []
    /// States in which it is skipped.
    var skipped: Set<UInt64> = []
    /// States once it failed.
    var failed: Set<UInt64> = []
    /// States at any moment while it is under way or rests.
    var occasion: Set<UInt64> = []
    /// States in which rows lead out of what it hosts.
    var leaves: [Leave: Set<UInt64>] = [:]
    /// States in which it may fail before anything happened.
    var failedBefore: Set<UInt64> = []
    /// Whether the endings are the node's own, so that its events follow from them.
    var ends = false
    /// Whether something is done there, so that time passes.
    var isWork = false
    /// The visit.
    var visit: Int

    /// The states after a move.
    func states(of move: Move, _ search: InvariantSearch) -> Set<UInt64> {
      if move.isFromInside {
        return leaves[Leave(row: move.row, target: move.target)] ?? []
      }
      switch move.cause {
      case .refused: return entered
      case .skipped: return skipped
      case .succeeded, .completed, .began:
        guard ends else { return succeeded }
        return search.apply(search.events.success(of: node, by: move.row), succeeded, visit)
      case .failed:
        guard ends else { return failed }
        var states = search.apply(search.events.failure(of: node, by: move.row), failed, visit)
        if search.takesEarlyFailure(move.row) { states.formUnion(failedBefore) }
        return states
      case .always: return occasion.union(entered)
      case .cancelled where move.row != noIndex:
        // What is cancelled while it is under way has not succeeded.
        let cancelled = Int(search.table.rows[Int(move.row)].place)
        let isOwn = ends && cancelled == node
        // A write that was halted is unknown, and its own edge is asked whether it takes that.
        let isLeaf = search.relation.roles[node] == .leaf
        let cut = isOwn && isLeaf ? [] : occasion
        let states = isOwn ? cut.union(succeeded).union(failed) : cut
        return search.apply(search.events.failure(of: cancelled, by: move.row), states, visit)
      case .event, .after, .cancelled, .changed, .running, .halted, .switched, .overdue,
        .underWay:
        return occasion
      }
    }
  }

  /// Whether a failure row may be taken by a step that has not called yet.
  fileprivate func takesEarlyFailure(_ row: RowIndex) -> Bool {
    guard row != noIndex else { return true }
    let kinds = table.rows[Int(row)].kinds
    return kinds.contains(ErrorKind.guardError) || kinds.contains(ErrorKind.inputRejected)
  }

  /// What comes of a position in one state.
  func outcome(at position: Position, _ item: ThreadWalk.Item, _ key: Key) -> Outcome {
    let node = Int(position.node)
    let entered: Set<UInt64> = [item.state]
    switch position.phase {
    case .entry where relation.roles[node] == .leaf:
      return leafOutcome(node, entered, item, key)
    case .entry where relation.roles[node] == .host:
      return hostOutcome(node, position, item, key)
    case .entry where relation.roles[node] == .compound:
      // Entered, it begins; skipped or refused it does not.
      let begun = closure(apply(events.start(of: node), entered, item.visit), key.beside)
      return Outcome(
        node: node,
        entered: entered,
        succeeded: begun,
        skipped: entered,
        failed: entered,
        occasion: begun,
        visit: item.visit
      )
    case .succeeded, .failed:
      let ending =
        position.phase == .succeeded
        ? events.success(of: node, by: noIndex) : events.failure(of: node, by: noIndex)
      return Outcome(
        node: node,
        entered: entered,
        succeeded: entered,
        skipped: entered,
        failed: entered,
        occasion: entered.union(apply(ending, entered, item.visit)),
        ends: true,
        visit: item.visit
      )
    case .entry where relation.roles[node] == .final:
      let begun = closure(apply(events.start(of: node), entered, item.visit), key.beside)
      var outcome = Outcome(
        node: node,
        entered: begun,
        succeeded: begun,
        skipped: begun,
        failed: begun,
        occasion: begun,
        visit: item.visit
      )
      outcome.isWork = true
      return outcome
    default:
      return Outcome(
        node: node,
        entered: entered,
        succeeded: entered,
        skipped: entered,
        failed: entered,
        occasion: entered,
        visit: item.visit
      )
    }
  }

  private func leafOutcome(
    _ node: Int,
    _ entered: Set<UInt64>,
    _ item: ThreadWalk.Item,
    _ key: Key
  ) -> Outcome {
    var begun = closure(apply(events.start(of: node), entered, item.visit), key.beside)
    begun = applyAny(
      events.meanwhile(node),
      begun,
      most: events.mostMeanwhile(node),
      item.visit
    )
    begun = triedAgain(node, closure(begun, key.beside), item, key)
    var outcome = Outcome(
      node: node,
      entered: entered,
      succeeded: begun,
      skipped: entered,
      failed: begun,
      ends: true,
      visit: item.visit
    )
    outcome.isWork = true
    if events.mayFailBefore(node) { outcome.failedBefore = entered }
    if table.nodes[node].kind == .plan { plan(at: node, begun, key, &outcome) }
    let halted = apply(events.halted(node), outcome.failed, item.visit)
    outcome.occasion = begun.union(outcome.failed).union(halted)
    if relation.mayRest[node] {
      outcome.occasion.formUnion(
        apply(events.success(of: node, by: noIndex), outcome.succeeded, item.visit)
      )
      outcome.occasion.formUnion(
        apply(events.failure(of: node, by: noIndex), outcome.failed, item.visit)
      )
    }
    outcome.occasion = closure(outcome.occasion, key.beside)
    return outcome
  }

  /// What comes of further attempts, each of which begins when the one before has failed.
  private func triedAgain(
    _ node: Int,
    _ begun: Set<UInt64>,
    _ item: ThreadWalk.Item,
    _ key: Key
  ) -> Set<UInt64> {
    let most = Int(table.attempts(of: node))
    let (failure, start) = (events.failureOfAttempt(at: node), events.startOfAttempt(at: node))
    guard most > 1, !failure.isEmpty || !start.isEmpty else { return begun }
    var result = begun
    var latest = begun
    var attempt = 1
    // States that were seen lead to nothing new, and there are few, so this settles soon.
    while attempt < most, !latest.isEmpty, witness == nil {
      attempt += 1
      latest = applyAny(failure, latest, most: failure.count, item.visit)
      latest = apply(start, closure(latest, key.beside), item.visit)
      if !events.countsAttempts {
        let turns = events.mostMeanwhile(node)
        latest = applyAny(events.meanwhile(node), latest, most: turns, item.visit)
      }
      latest = closure(latest, key.beside).subtracting(result)
      result.formUnion(latest)
    }
    return result
  }

  private func plan(
    at node: Int,
    _ begun: Set<UInt64>,
    _ key: Key,
    _ outcome: inout Outcome
  ) {
    notePlan(at: node, begun, key.beside)
    let plan = PlanEvents(automaton.invariant, at: node, table)
    (outcome.succeeded, outcome.failed) = ([], [])
    for state in begun {
      outcome.succeeded.formUnion(plan.successes(from: state))
      outcome.failed.formUnion(plan.ends(from: state))
    }
  }

  // MARK: Hosts

  private func hostOutcome(
    _ node: Int,
    _ position: Position,
    _ item: ThreadWalk.Item,
    _ key: Key
  ) -> Outcome {
    let entered: Set<UInt64> = [item.state]
    let begun = closure(apply(events.start(of: node), entered, item.visit), key.beside)
    var exits = Exits()
    exits.cut = begun
    for state in begun.sorted() where witness == nil {
      let caller = Caller(
        node: node,
        isEnteredInside: position.isEnteredInside,
        beside: key.beside,
        visit: item.visit
      )
      exits.formUnion(tried(caller, state))
    }
    var outcome = Outcome(
      node: node,
      entered: entered,
      succeeded: exits.successes,
      skipped: exits.skips,
      failed: exits.failures,
      leaves: exits.leaves,
      ends: true,
      visit: item.visit
    )
    if table.nodes[node].when != noIndex { outcome.skipped.formUnion(entered) }
    outcome.isWork = true
    outcome.occasion = closure(exits.cut, key.beside)
    if relation.mayRest[node] {
      outcome.occasion.formUnion(
        apply(events.success(of: node, by: noIndex), exits.successes, item.visit)
      )
      outcome.occasion.formUnion(
        apply(events.failure(of: node, by: noIndex), exits.failures, item.visit)
      )
    }
    return outcome
  }

  /// A host in one visit.
  struct Caller {
    var node: Int
    var isEnteredInside: Bool
    var beside: InvariantEventSet
    var visit: Int
  }

  /// What comes of a host that may be tried again as a whole.
  private func tried(_ caller: Caller, _ state: UInt64) -> Exits {
    let rounds = table.wholeAttempts(of: caller.node)
    var exits = once(caller, state)
    guard rounds > 1 else { return exits }
    var seen: Set<UInt64> = [state]
    var starts = exits.failures.filter { seen.insert($0).inserted }.sorted()
    // States that were tried before lead to nothing new, and there are few, so this settles soon.
    var round: Int64 = 1
    while round < rounds, !starts.isEmpty, witness == nil {
      round += 1
      var failures: Set<UInt64> = []
      for start in starts {
        let found = once(caller, start)
        failures.formUnion(found.failures)
        exits.formUnion(found)
      }
      starts = failures.filter { seen.insert($0).inserted }.sorted()
    }
    return exits
  }

  private func once(_ caller: Caller, _ state: UInt64) -> Exits {
    let node = table.nodes[caller.node]
    let inner = relation.innerThreads[caller.node].map { Int($0) }
    var exits: Exits
    switch node.kind {
    case .parallel: exits = regions(of: caller, inner, state)
    case .fork: exits = items(of: caller, inner, state)
    case .call where table.frames[Int(node.template)].maxInstances == 0:
      detached(caller, inner, state)
      exits = Exits()
      exits.successes = [state]
    default:
      exits = Exits()
      for thread in inner {
        exits.formUnion(
          explore(
            thread: thread,
            caller.isEnteredInside,
            state: state,
            beside: caller.beside,
            from: caller.visit
          )
        )
      }
    }
    exits.cut.insert(state)
    // What the node does itself may fail as well: before, after, or in the middle by its deadline.
    let own = relation.failures.ownFailures(of: caller.node)
    if !own.isEmpty {
      exits.failures.insert(state)
      exits.failures.formUnion(exits.successes)
    }
    if own.contains(ErrorKind.timeout) { exits.failures.formUnion(exits.cut) }
    return exits
  }

  /// A detached flow goes on beside everything that follows, in whatever state that brings about.
  private func detached(_ caller: Caller, _ inner: [Int], _ state: UInt64) {
    let all = caller.beside.union(possible(in: 0))
    for thread in inner {
      for start in closure([state], all).sorted() where witness == nil {
        _ = explore(thread: thread, false, state: start, beside: all, from: caller.visit)
      }
    }
  }

  private func items(of caller: Caller, _ inner: [Int], _ state: UInt64) -> Exits {
    guard let thread = inner.first else { return Exits() }
    let node = table.nodes[caller.node]
    let join = table.joins[Int(node.join)]
    let most = Int(table.frames[Int(node.template)].maxInstances)
    let isAlone = most <= 1 || join.concurrency == 1
    let beside = isAlone ? caller.beside : caller.beside.union(possible(in: thread))
    var exits = Exits()
    var reached: Set<UInt64> = [state]
    var looked: Set<UInt64> = []
    // An item may follow any number of others; the automaton has few states, so this settles soon.
    var round = 0
    while round < most, witness == nil {
      round += 1
      let starts = reached.subtracting(looked).sorted()
      if starts.isEmpty { break }
      looked.formUnion(starts)
      for start in starts {
        let item = explore(
          thread: thread,
          false,
          state: start,
          beside: beside,
          from: caller.visit
        )
        reached.formUnion(item.successes)
        reached.formUnion(item.skips)
        exits.skips.formUnion(item.skips)
        exits.cut.formUnion(item.cut)
        if join.itemError == .fails { exits.failures.formUnion(item.failures) }
        if join.itemError != .fails || join.kind != .all { reached.formUnion(item.failures) }
      }
    }
    exits.successes = reached
    // Too few items may have succeeded, also where the failure of one is no failure of the map.
    if join.kind == .count { exits.failures.formUnion(reached) }
    return exits
  }
}
