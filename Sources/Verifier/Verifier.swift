public import Expression
import Relation
public import Source
public import Table

/// Proves what it can of a table before anything runs, and says what it can't.
///
/// Guards are not evaluated: every way that the rows allow is taken to be possible. What is proven
/// thereby holds; a warned-of way may be one that no input takes.
public enum Verifier {
  /// Checks a linked table.
  public static func verify(
    _ linked: LinkedTable,
    options: VerifierOptions = VerifierOptions(),
    limits: Limits = Limits()
  ) -> VerifierReport {
    let reads = linked.programs.enumerated().map { position, program in
      // Prompts read their performer's environment, not the flow's.
      linked.table.programs[position].environment == 0 ? program?.reads ?? [] : []
    }
    return verify(
      linked.table,
      reads: reads,
      programs: linked.programs,
      options: options,
      limits: limits
    )
  }

  /// Checks a table.
  ///
  /// `reads` gives what each program reads, by number in the programs pool; `programs` the programs
  /// themselves, without which no read is secured by what stands beside it.
  /// O((positions + moves) × words of results) and the unfolding, whose size `options` limits.
  public static func verify(
    _ table: TransitionTable,
    reads: [[ValuePath]],
    programs: [CompiledProgram?] = [],
    options: VerifierOptions = VerifierOptions(),
    limits: Limits = Limits()
  ) -> VerifierReport {
    let graphs = ThreadGraphs(table, limits: limits)
    let inspected = Inspected(
      table: table,
      graphs: graphs,
      reads: reads,
      programs: programs,
      options: options,
      limits: limits
    )
    var whole = VerifierReport()
    var proofs = Proofs()
    var isUnbounded = false
    var securedBytes = limits.securedReadBytes
    for thread in graphs.graphs.indices where graphs.isReached(thread) {
      var inspection = Inspection(inspected, thread: thread)
      inspection.securedBytes = securedBytes
      inspection.findUnreachablePlaces()
      inspection.findTraps()
      inspection.findUntakenRows()
      inspection.findMissingErrorEdges()
      inspection.findMissingDeadlines()
      inspection.findDoubtfulRetries()
      inspection.findUnboundedCycles()
      inspection.findOpenWaits()
      inspection.findUnwrittenReads()
      securedBytes = inspection.securedBytes
      isUnbounded = isUnbounded || inspection.hasUnboundedCycle
      whole.findings += inspection.report.findings
      whole.openWaits += inspection.report.openWaits
      proofs.join(inspection.proofs)
    }
    whole.findings += LeastEntries.findings(graphs, limit: limits.diagnostics)
    if !isUnbounded { measure(inspected, &whole, &proofs) }
    whole.proofs = proofs.proofs(table, openWaits: whole.openWaits)
    if whole.findings.count > limits.diagnostics {
      whole.findings.removeSubrange(limits.diagnostics...)
    }
    return whole
  }

  /// Number of ways and the longest time.
  private static func measure(
    _ inspected: Inspected,
    _ report: inout VerifierReport,
    _ proofs: inout Proofs
  ) {
    let graph = inspected.graphs.graphs[0]
    let maximum = inspected.limits.unfoldedStates
    guard let unfolding = Unfolding(graph, maximum: maximum) else {
      report.notAnalysed.append(
        "number of ways and longest time: the visit counters have more than "
          + "\(maximum) combinations"
      )
      return
    }
    let figures = WayFigures(graph, unfolding)
    let limit = VerifierReport.waysLimit
    // Ways are counted where they are told apart by places alone.
    if inspected.graphs.graphs.count == 1 {
      report.waysThrough = Int(figures.count(maximum: Int64(limit)))
    }
    var inspection = Inspection(inspected, thread: 0)
    inspection.compareTimeout(figures, inspected.graphs.times(maximum: maximum))
    report.longestMilliseconds = inspection.report.longestMilliseconds
    report.findings += inspection.report.findings
    proofs.join(inspection.proofs)
  }
}

/// What the inspections of all threads share: a class, since there are many of them.
final class Inspected {
  let table: TransitionTable
  let graphs: ThreadGraphs
  let reads: [[ValuePath]]
  let programs: [CompiledProgram?]
  let options: VerifierOptions
  let limits: Limits
  let written: ResultFlow
  let changes: GuardChanges
  private var tasksOfNode: [Int: Bool] = [:]
  /// What people call the nodes.
  private(set) lazy var names = PathNames(table)

  init(
    table: TransitionTable,
    graphs: ThreadGraphs,
    reads: [[ValuePath]],
    programs: [CompiledProgram?],
    options: VerifierOptions,
    limits: Limits
  ) {
    (self.table, self.graphs, self.reads) = (table, graphs, reads)
    (self.programs, self.options, self.limits) = (programs, options, limits)
    written = ResultFlow(graphs)
    changes = GuardChanges(table, reads: reads)
  }

  /// Whether what stands directly in a node are tasks: told once, since each of them asks.
  func holdsTasks(_ node: Int) -> Bool {
    if let known = tasksOfNode[node] { return known }
    let found = table.holdsTasks(node)
    tasksOfNode[node] = found
    return found
  }
}

extension TransitionTable {
  /// O(nodes directly inside).
  fileprivate func holdsTasks(_ node: Int) -> Bool {
    switch nodes[node].kind {
    case .parallel where !nodes[node].isChart: return true
    case .fork: return true
    case .compound:
      // Beside a planner stand the steps of its fallback: states, if it has final states of a name.
      var besidePlanner = false
      var hasNamedFinal = false
      var hasUnnamedFinal = false
      var child = node + 1
      while child < Int(nodes[node].subtreeEnd) {
        let entry = nodes[child]
        besidePlanner = besidePlanner || entry.kind == .planner
        if entry.kind == .final {
          if entry.name.isEmpty { hasUnnamedFinal = true } else { hasNamedFinal = true }
        }
        child = Int(entry.subtreeEnd)
      }
      return besidePlanner ? !hasNamedFinal : hasUnnamedFinal
    default: return false
    }
  }
}

/// What the inspections of all threads prove together: what one of them refutes does not hold.
struct Proofs {
  private var held: [String] = []
  private var refuted: Set<String> = []
  private var bounds: [String] = []
  private var reasons: [String: [String]] = [:]

  static let ends = "ends on every way"

  /// One thread has it.
  mutating func hold(_ line: String, because reason: String? = nil) {
    if !held.contains(line) { held.append(line) }
    if let reason, !reasons[line, default: []].contains(reason) {
      reasons[line, default: []].append(reason)
    }
  }

  /// One thread has it not.
  mutating func refute(_ line: String) { refuted.insert(line) }

  /// Everything ends, with the limits that make it so.
  mutating func end(_ limits: [String]) {
    hold(Self.ends)
    bounds += limits
  }

  mutating func join(_ other: Proofs) {
    for line in other.held { hold(line) }
    for (line, list) in other.reasons {
      for reason in list { hold(line, because: reason) }
    }
    refuted.formUnion(other.refuted)
    bounds += other.bounds
  }

  /// What holds.
  func proofs(_ table: TransitionTable, openWaits: [String]) -> [Proof] {
    held.filter { !refuted.contains($0) }.compactMap { line in
      guard line.hasPrefix(Self.ends) else { return proof(line, line) }
      guard openWaits.isEmpty else {
        let timeout = table.runLimits.timeoutMilliseconds
        guard timeout >= 0 else { return nil }
        return proof(Self.ends, Self.ends + " (timeout \(DurationText.text(timeout)))")
      }
      guard line == Self.ends, !bounds.isEmpty else { return proof(line, line) }
      let rest = bounds.count > 4 ? ", and \(bounds.count - 4) more" : ""
      return proof(
        line,
        line + " (" + bounds.prefix(4).joined(separator: ", ") + " visits" + rest + ")"
      )
    }
  }

  private func proof(_ line: String, _ claim: String) -> Proof {
    Proof(
      claim: claim,
      basis: .abstracted,
      restsOn: ["every way that the rows allow, guards not evaluated"] + (reasons[line] ?? [])
    )
  }
}

/// One thread under inspection; each check is an extension in its own file.
struct Inspection {
  let inspected: Inspected
  let thread: Int
  let graph: PlaceGraph
  /// Bytes of programs that may still be searched for what secures their reads.
  var securedBytes = 0
  var report = VerifierReport()
  var proofs = Proofs()
  /// Whether some cycle has no bound that counts.
  var hasUnboundedCycle = false
  private let waysFromStartBox: WayBox

  init(_ inspected: Inspected, thread: Int) {
    self.inspected = inspected
    self.thread = thread
    table = inspected.table
    relation = inspected.graphs.relation
    graph = inspected.graphs.graphs[thread]
    waysFromStartBox = WayBox()
  }

  let table: TransitionTable
  let relation: FlowRelation
  var options: VerifierOptions { inspected.options }

  /// Places at which work is done, in order; of a node with two, the first.
  var workPlaces: [Int] {
    var last = -1
    return graph.works.indices.filter { place in
      guard let node = graph.node(place), node != last else { return false }
      last = node
      return true
    }
  }

  /// Whether some run comes to a node of the thread.
  func isReached(_ node: Int) -> Bool { relation.isReached(node) }

  /// Shortest ways from the start, the timeout's target included; searched once.
  func waysFromStart() -> WaySearch { waysFromStartBox.search(graph) }

  /// Whether a node is a task of a list: its failure is the list's by the rules of lists.
  func isTask(_ node: Int) -> Bool {
    let parent = Int(table.nodes[node].parent)
    return parent >= 0 && inspected.holdsTasks(parent)
  }

  /// What people call a node.
  func name(of node: Int) -> String { inspected.names[NodeIndex(node)] }

  /// The name of a node, or of the nearest around it that people know by one.
  func shownName(_ node: Int) -> String {
    var current = node
    while current > 0, table.nodes[current].name.isEmpty {
      current = Int(table.nodes[current].parent)
    }
    return name(of: current)
  }

  /// A way as people read it.
  func text(_ way: Way, showsGuards: Bool = true) -> String {
    way.text(in: table, showsGuards: showsGuards, names: inspected.names)
  }

  /// Where a node stands, or one of its keys when that is known.
  func span(of place: Int, key: StepKey? = nil) -> SourceSpan? {
    table.span(of: place, key: key)
  }

  /// What reads a program; empty when the compiler gave none.
  func reads(of program: PoolIndex) -> [ValuePath] {
    program >= 0 && Int(program) < inspected.reads.count ? inspected.reads[Int(program)] : []
  }
}

/// Keeps the search for ways from the start, which many findings ask for.
private final class WayBox {
  private var known: WaySearch?

  func search(_ graph: PlaceGraph) -> WaySearch {
    if let known { return known }
    let search = WaySearch(graph, from: [graph.start] + graph.timeoutTargets)
    known = search
    return search
  }
}

extension TransitionTable {
  /// Where a node stands, or one of its keys when that is known.
  package func span(of place: Int, key: StepKey? = nil) -> SourceSpan? {
    guard place >= 0, place < nodes.count else { return debug.flow }
    if let key, let span = debug.keys[NodeKey(NodeIndex(place), key)] { return span }
    return (place < debug.nodes.count ? debug.nodes[place] : nil) ?? debug.flow
  }

  /// Whether the place waits for a person.
  package func isPeople(_ place: Int) -> Bool {
    let node = nodes[place]
    if node.kind == .human { return true }
    guard node.effect != noIndex else { return false }
    return performers[Int(effects[Int(node.effect)].performer)].kind == .human
  }

  /// Whether the flow says how many places a run may enter.
  package var hasDeclaredMaxSteps: Bool {
    debug.header["max_steps"] != nil || runLimits.maxSteps != RunLimits().maxSteps
  }

  /// The name of an ending; lists of tasks end in one that nobody named.
  package func endName(_ place: Int) -> String {
    isShown(place) ? nodes[place].name : nodes[place].isFailure ? "(failed)" : "(all done)"
  }
}
