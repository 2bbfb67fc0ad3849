public import Expression
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
    return verify(linked.table, reads: reads, options: options, limits: limits)
  }

  /// Checks a table.
  ///
  /// `reads` gives what each program reads, by number in the programs pool.
  /// O((nodes + rows) × words of results) and the unfolding, whose size `options` limits.
  public static func verify(
    _ table: TransitionTable,
    reads: [[ValuePath]],
    options: VerifierOptions = VerifierOptions(),
    limits: Limits = Limits()
  ) -> VerifierReport {
    let graphs = PartGraphs(table)
    let written = ResultFlow(table, graphs)
    var whole = VerifierReport()
    var proofs = Proofs()
    var isUnbounded = graphs.parts.isRecursive
    for part in graphs.parts.parts.indices {
      var inspection = Inspection(
        table: table,
        graphs: graphs,
        part: part,
        reads: reads,
        options: options
      )
      inspection.findUnreachablePlaces()
      inspection.findTraps()
      inspection.findUntakenRows()
      inspection.findMissingErrorEdges()
      inspection.findMissingDeadlines()
      inspection.findUnboundedCycles()
      inspection.findUnwrittenReads(written)
      isUnbounded = isUnbounded || inspection.hasUnboundedCycle
      whole.findings += inspection.report.findings
      proofs.join(inspection.proofs)
    }
    whole.proofs = proofs.lines.map { Proof(claim: $0, basis: .abstracted, restsOn: []) }
    if !isUnbounded { measure(table, graphs, options, &whole) }
    if whole.findings.count > limits.diagnostics {
      whole.findings.removeSubrange(limits.diagnostics...)
    }
    return whole
  }

  /// Number of ways and the longest time.
  private static func measure(
    _ table: TransitionTable,
    _ graphs: PartGraphs,
    _ options: VerifierOptions,
    _ report: inout VerifierReport
  ) {
    let graph = graphs.graph(of: 0)
    guard let unfolding = Unfolding(graph, maximum: options.unfoldedStates) else {
      report.notAnalysed.append(
        "number of ways and longest time: the visit counters have more than "
          + "\(options.unfoldedStates) combinations"
      )
      return
    }
    let figures = WayFigures(graph, unfolding)
    let limit = VerifierReport.waysLimit
    // Ways are counted where they are told apart by places alone.
    if graphs.parts.parts.count == 1 {
      report.waysThrough = Int(figures.count(maximum: Int64(limit)))
    }
    var inspection = Inspection(
      table: table,
      graphs: graphs,
      part: 0,
      reads: [],
      options: options
    )
    inspection.compareTimeout(
      figures,
      graphs.times(table, maximum: options.unfoldedStates)
    )
    report.longestMilliseconds = inspection.report.longestMilliseconds
    report.findings += inspection.report.findings
    report.proofs += inspection.report.proofs
  }
}

/// What the inspections of all parts prove together: what one of them refutes does not hold.
struct Proofs {
  private var held: [String] = []
  private var refuted: Set<String> = []
  private var bounds: [String] = []

  /// One part has it.
  mutating func hold(_ line: String) {
    if !held.contains(line) { held.append(line) }
  }

  /// One part has it not.
  mutating func refute(_ line: String) { refuted.insert(line) }

  /// Everything ends, with the limits that make it so.
  mutating func end(_ limits: [String]) {
    hold("ends on every way")
    bounds += limits
  }

  mutating func join(_ other: Proofs) {
    for line in other.held { hold(line) }
    refuted.formUnion(other.refuted)
    bounds += other.bounds
  }

  /// What holds, one line each.
  var lines: [String] {
    held.filter { !refuted.contains($0) }.map { line in
      guard line == "ends on every way", !bounds.isEmpty else { return line }
      let rest = bounds.count > 4 ? ", and \(bounds.count - 4) more" : ""
      return line + " (" + bounds.prefix(4).joined(separator: ", ") + " visits" + rest + ")"
    }
  }
}

/// One table under inspection; each check is an extension in its own file.
struct Inspection {
  let table: TransitionTable
  let graphs: PartGraphs
  let part: Int
  let graph: PlaceGraph
  let reads: [[ValuePath]]
  let options: VerifierOptions
  var report = VerifierReport()
  var proofs = Proofs()
  /// Whether some cycle has no bound that counts.
  var hasUnboundedCycle = false

  init(
    table: TransitionTable,
    graphs: PartGraphs,
    part: Int,
    reads: [[ValuePath]],
    options: VerifierOptions
  ) {
    self.table = table
    self.graphs = graphs
    self.part = part
    graph = graphs.graph(of: part)
    self.reads = reads
    self.options = options
  }

  /// Leaves in order.
  var leaves: [Int] { table.nodes.indices.filter { graph.isLeaf[$0] } }

  /// Shortest ways from the start, the timeout's target included.
  func waysFromStart() -> WaySearch {
    WaySearch(graph, from: [graph.start, graph.timeoutTarget].filter { $0 >= 0 })
  }

  /// Whether a place is a task of a list: its failure is the list's by the rules of lists.
  func isTask(_ place: Int) -> Bool {
    let parent = Int(table.nodes[place].parent)
    guard parent >= 0 else { return false }
    switch table.nodes[parent].kind {
    case .parallel where !table.nodes[parent].isChart: return true
    case .fork: return true
    case .compound:
      // Beside a planner stand the steps of its fallback: states, if it has final states of a name.
      let besidePlanner = (parent..<Int(table.nodes[parent].subtreeEnd)).contains { node in
        table.nodes[node].kind == .planner && Int(table.nodes[node].parent) == parent
      }
      let hasNamedFinals = (parent..<Int(table.nodes[parent].subtreeEnd)).contains { node in
        table.nodes[node].kind == .final && Int(table.nodes[node].parent) == parent
          && !table.nodes[node].name.isEmpty
      }
      if besidePlanner { return !hasNamedFinals }
      return (parent..<Int(table.nodes[parent].subtreeEnd)).contains { node in
        table.nodes[node].kind == .final && table.nodes[node].name.isEmpty
          && Int(table.nodes[node].parent) == parent
      }
    default: return false
    }
  }

  /// Where a node stands, or one of its keys when that is known.
  func span(of place: Int, key: String? = nil) -> SourceSpan? {
    table.span(of: place, key: key)
  }

  /// What reads a program; empty when the compiler gave none.
  func reads(of program: PoolIndex) -> [ValuePath] {
    program >= 0 && Int(program) < reads.count ? reads[Int(program)] : []
  }
}

extension TransitionTable {
  /// Where a node stands, or one of its keys when that is known.
  package func span(of place: Int, key: String? = nil) -> SourceSpan? {
    guard place >= 0, place < nodes.count else { return debug.flow }
    if let key, let span = debug.keys["\(nodes[place].name).\(key)"] { return span }
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

  /// Longest time that one entry of a place takes: attempts, deadlines, pauses; `unbounded` where
  /// an effect has no deadline.
  package func longestMilliseconds(of place: Int) -> Int64 {
    let node = nodes[place]
    var time = node.kind == .wait ? node.waitMilliseconds : 0
    guard node.effect != noIndex else { return time }
    if node.kind == .plan, node.deadlineMilliseconds < 0, runLimits.timeoutMilliseconds >= 0 {
      return runLimits.timeoutMilliseconds
    }
    guard node.deadlineMilliseconds >= 0 else { return Saturating.unbounded }
    let attempts = attempts(of: place)
    time = Saturating.sum(time, Saturating.product(Int64(attempts), node.deadlineMilliseconds))
    return Saturating.sum(time, pauses(of: place, attempts: attempts))
  }

  /// Attempts of one entry of a place.
  package func attempts(of place: Int) -> Int32 {
    let node = nodes[place]
    guard node.effect != noIndex else { return 0 }
    guard node.retry != noIndex else { return 1 }
    let policy = retries[Int(node.retry)]
    return policy.kinds.isEmpty ? 1 : max(1, policy.maxAttempts)
  }
}
