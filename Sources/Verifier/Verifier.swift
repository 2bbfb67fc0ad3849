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
    let graph = PlaceGraph(table)
    var inspection = Inspection(table: table, graph: graph, reads: reads, options: options)
    inspection.findUnreachablePlaces()
    inspection.findTraps()
    inspection.findUntakenRows()
    inspection.findMissingErrorEdges()
    inspection.findMissingDeadlines()
    inspection.findUnboundedCycles()
    inspection.findUnwrittenReads()
    if !inspection.hasUnboundedCycle {
      if let unfolding = Unfolding(graph, maximum: options.unfoldedStates) {
        let figures = WayFigures(graph, unfolding)
        let limit = VerifierReport.waysLimit
        inspection.report.waysThrough = Int(figures.count(maximum: Int64(limit)))
        inspection.compareTimeout(figures)
      } else {
        inspection.report.notAnalysed.append(
          "number of ways and longest time: the visit counters have more than "
            + "\(options.unfoldedStates) combinations"
        )
      }
    }
    if inspection.report.findings.count > limits.diagnostics {
      inspection.report.findings.removeSubrange(limits.diagnostics...)
    }
    return inspection.report
  }
}

/// One table under inspection; each check is an extension in its own file.
struct Inspection {
  let table: TransitionTable
  let graph: PlaceGraph
  let reads: [[ValuePath]]
  let options: VerifierOptions
  var report = VerifierReport()
  /// Whether some cycle has no bound that counts.
  var hasUnboundedCycle = false

  init(
    table: TransitionTable,
    graph: PlaceGraph,
    reads: [[ValuePath]],
    options: VerifierOptions
  ) {
    self.table = table
    self.graph = graph
    self.reads = reads
    self.options = options
  }

  /// Leaves in order.
  var leaves: [Int] { table.nodes.indices.filter { graph.isLeaf[$0] } }

  /// Shortest ways from the start, the timeout's target included.
  func waysFromStart() -> WaySearch {
    WaySearch(graph, from: [graph.start, graph.timeoutTarget].filter { $0 >= 0 })
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
    guard node.deadlineMilliseconds >= 0 else { return Saturating.unbounded }
    let attempts = attempts(of: place)
    time = Saturating.sum(time, Saturating.product(Int64(attempts), node.deadlineMilliseconds))
    guard node.retry != noIndex else { return time }
    let policy = retries[Int(node.retry)]
    var attempt: Int32 = 2
    while attempt <= attempts {
      let pause = policy.pauseMilliseconds(before: attempt)
      let next = policy.pauseMilliseconds(before: attempt + 1)
      if pause == next {
        let remaining = Int64(attempts - attempt) + 1
        return Saturating.sum(time, Saturating.product(remaining, pause))
      }
      time = Saturating.sum(time, pause)
      attempt += 1
      if attempt > 200 {
        return Saturating.sum(time, Saturating.product(Int64(attempts - attempt) + 1, next))
      }
    }
    return time
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
