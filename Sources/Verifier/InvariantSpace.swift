import Definition
import Expression
import Relation
import Source
import Table
import Values

/// Everything that the searches of one table share.
final class InvariantSpace {
  let table: TransitionTable
  let graphs: ThreadGraphs
  let reads: [[ValuePath]]
  /// By thread, what counts; nil: counters are left open.
  let counters: [WalkCounters?]
  /// By place of the run's thread, whether the flow's timeout can come while the run is there.
  let overdue: [Bool]
  /// Why a run may end anywhere in the middle, one line each.
  let abruptEnds: [String]
  /// Calls of detached flows that a run may come to.
  let detachedCalls: [Int]
  /// How much is looked at.
  let limits: Limits

  init(_ linked: LinkedTable, _ limits: Limits) {
    self.limits = limits
    let table = linked.table
    self.table = table
    reads = linked.programs.enumerated().map { position, program in
      table.programs[position].environment == 0 ? program?.reads ?? [] : []
    }
    let graphs = ThreadGraphs(table, limits: limits)
    self.graphs = graphs
    counters = graphs.graphs.map { WalkCounters($0, graphs.relation) }
    let bounds = RunBounds(graphs, maximum: limits.unfoldedStates)
    overdue = bounds.overdue
    abruptEnds = bounds.abruptEnds
    detachedCalls = table.nodes.indices.filter { node in
      table.nodes[node].kind == .call && graphs.relation.roles[node] == .host
        && table.frames[Int(table.nodes[node].template)].maxInstances == 0
        && graphs.relation.isReached(node)
    }
  }

  /// Whether a run may end anywhere in the middle.
  var mayEndAnywhere: Bool { !abruptEnds.isEmpty }
}

/// What the limits of a flow may do to a run in the middle of it.
struct RunBounds {
  /// By place of the run's thread, whether the flow's timeout can come while the run is there.
  private(set) var overdue: [Bool]
  /// Why a run may end anywhere, one line each.
  private(set) var abruptEnds: [String] = []

  init(_ graphs: ThreadGraphs, maximum: Int) {
    let table = graphs.table
    let graph = graphs.graphs[0]
    overdue = [Bool](repeating: false, count: graph.count)
    let limits = table.runLimits
    let steps = graphs.mostSteps(maximum: maximum)
    if steps > limits.maxSteps {
      let most = steps == Saturating.unbounded ? "without a bound" : "\(steps)"
      abruptEnds.append("max_steps \(limits.maxSteps) may end a run of \(most) steps")
    }
    guard limits.timeoutMilliseconds >= 0 else { return }
    let weights = graphs.times(maximum: maximum)
    guard let unfolding = Unfolding(graph, maximum: maximum) else {
      overdue = [Bool](repeating: true, count: graph.count)
      noteTimeout(table)
      return
    }
    let figures = WayFigures(graph, unfolding)
    let sums = figures.longest(weights)
    for state in 0..<unfolding.count where sums[state] > limits.timeoutMilliseconds {
      overdue[Int(unfolding.places[state])] = true
    }
    guard overdue.contains(true) else { return }
    if graph.timeoutTargets.isEmpty {
      noteTimeout(table)
      return
    }
    let toGo = figures.longestToGo(weights)
    let isTooLong = (0..<unfolding.count).contains { state in
      graph.timeoutTargets.contains(unfolding.places[state])
        && toGo[state] > limits.graceMilliseconds
    }
    if isTooLong {
      abruptEnds.append(
        "the grace of \(DurationText.text(limits.graceMilliseconds)) may end what follows it"
      )
    }
  }

  private mutating func noteTimeout(_ table: TransitionTable) {
    let timeout = DurationText.text(table.runLimits.timeoutMilliseconds)
    abruptEnds.append("the timeout of \(timeout) may end a run anywhere")
  }
}

extension ThreadGraphs {
  /// Places that a run may enter at most; `unbounded` where nothing bounds them.
  ///
  /// What holds others counts where it is refused at its door.
  func mostSteps(maximum: Int) -> Int64 {
    most(maximum: maximum) { index in
      let node = table.nodes[index]
      return node.isComposite && node.when == noIndex && node.maxVisits == 0 ? 0 : 1
    }
  }

  /// The most that a run can gather, where each entry of a node gives what `own` says;
  /// `unbounded` where nothing bounds it.
  func most(maximum: Int, own: (Int) -> Int64) -> Int64 {
    var weights = [Int64](repeating: 0, count: table.nodes.count + 1)
    var sums = [Int64](repeating: 0, count: graphs.count)
    for thread in innerFirst {
      var isEmpty = true
      for node in nodes(of: thread) {
        let own = own(node)
        weights[node] =
          relation.roles[node] == .host
          ? Saturating.sum(own, relation.total(of: node, threads: sums, nodes: weights)) : own
        isEmpty = isEmpty && weights[node] == 0
      }
      let part = relation.threads[thread]
      let isOfTree =
        part.kind == .tree || part.kind == .region && table.isTreeStructure(Int(part.host))
      // What holds nothing gives nothing, however often it goes round.
      if isOfTree || isEmpty { continue }
      if part.holdsOnlyRoot(in: relation) {
        sums[thread] = weights[Int(part.root)]
        continue
      }
      guard let unfolding = Unfolding(graphs[thread], maximum: maximum) else {
        sums[thread] = Saturating.unbounded
        continue
      }
      sums[thread] = WayFigures(graphs[thread], unfolding).longest(weights).max() ?? 0
    }
    return sums[0]
  }
}

extension InvariantSearch {
  /// The proof of an `at_most`, where what each part can do at most adds up to no more.
  ///
  /// The search tells less of parts that run side by side: each of them has beside it whatever the
  /// others may do, however often. Of a flow without parts it tells more.
  func proofBySums() -> Proof? {
    guard case .atMost(let most, let selector) = automaton.invariant.rule,
      space.graphs.graphs.count > 1, space.graphs.graphs[0].timeoutTargets.isEmpty
    else { return nil }
    for node in table.nodes.indices {
      switch table.nodes[node].kind {
      case .planner, .plan: return nil
      default: break
      }
      // Of copies of one child flow what the first holds counts for each that runs them.
      switch relation.roles[node] {
      case .leaf, .host, .copy: continue
      default: if selector.match(node, table) != .never { return nil }
      }
    }
    let sum = space.graphs.most(maximum: space.limits.unfoldedStates) { node in
      Int64(events.most(of: node, selector))
    }
    guard sum <= Int64(most) else { return nil }
    return Proof(
      claim: automaton.invariant.title,
      basis: .abstracted,
      restsOn: [
        "guards are not evaluated: every way that the rows allow was looked at",
        "what each part can do at most was added up: \(sum)",
      ]
    )
  }

  /// The invariant as something proven, with what that rests on.
  func proof(of invariant: Invariant) -> Proof {
    var reasons = ["guards are not evaluated: every way that the rows allow was looked at"]
    if isAbstracted { reasons.append("visit counters and registers were left open somewhere") }
    switch invariant.rule {
    case .after, .eventually:
      reasons.append("assumes that nobody cancels the run")
      if !space.mayEndAnywhere { reasons.append("no limit of the flow ends a run before its end") }
    case .never, .atMost, .neverTogether: break
    }
    if restsOnDependencies {
      reasons.append("a task starts only when what it depends on has succeeded or was skipped")
    }
    let isExact = !isAbstracted && space.graphs.graphs.count == 1
    return Proof(
      // Where a list goes on with some of its tasks, its order is all that the claim rests on.
      claim: restsOnDependencies ? "by `depends_on`: \(invariant.title)" : invariant.title,
      basis: isExact ? .exact : .abstracted,
      restsOn: reasons
    )
  }
}
