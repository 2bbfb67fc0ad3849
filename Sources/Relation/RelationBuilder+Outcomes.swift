import Table

// What follows when a place has ended: its rows, else the node around it (FLOW-25 and SCXML 3.13).
extension RelationBuilder {
  /// Adds every move of a node's positions.
  mutating func addMoves(of node: Int) {
    switch relation.roles[node] {
    case .history, .copy: return
    case .leaf: addLeaf(node)
    case .host: addHost(node)
    case .compound: addCompound(node)
    case .branch: addBranch(node)
    case .final: addFinal(node)
    }
  }

  /// How a place may end.
  struct Endings {
    var succeeds = false
    var skips = false
    var kinds = ErrorKindSet([])
  }

  // MARK: Leaves and hosts

  private mutating func addLeaf(_ node: Int) {
    let entry = table.nodes[node]
    var endings = Endings()
    switch entry.kind {
    case .rest: relation.mayRest[node] = true
    case .park:
      addPark(node)
      return
    case .join:
      endings.succeeds = true
      if !entry.awaited.isEmpty { endings.kinds = gateFailures(of: node) }
    default: endings.succeeds = true
    }
    endings.skips = entry.when != noIndex
    endings.kinds.formUnion(relation.failures.ownFailures(of: node))
    add(endings, of: node, from: [relation.entryOfNode[node]])
  }

  /// What a gate fails with: whatever did so that it awaits.
  ///
  /// A list that needs all of its parts has failed by then, with that part's kind.
  private func gateFailures(of gate: Int) -> ErrorKindSet {
    var current = Int(table.nodes[gate].parent)
    while current > 0, table.nodes[current].kind != .parallel {
      current = Int(table.nodes[current].parent)
    }
    guard current > 0, table.nodes[current].join != noIndex else { return .all }
    let join = table.joins[Int(table.nodes[current].join)]
    return join.kind == .all && join.failures == 0 ? ErrorKindSet([.failed]) : .all
  }

  private mutating func addHost(_ node: Int) {
    for inner in relation.innerThreads[node] { finish(thread: Int(inner)) }
    var endings = hostEndings(node)
    endings.skips = endings.skips || table.nodes[node].when != noIndex
    endings.kinds.formUnion(relation.failures.ownFailures(of: node))
    add(endings, of: node, from: entries(of: node))
  }

  private mutating func add(_ endings: Endings, of node: Int, from sources: [Int32]) {
    var endings = endings
    let wants = endings.succeeds || endings.skips
    if wants, !table.isInTree(node), wantsRow(node) {
      endings.kinds.formUnion(ErrorKindSet([.guardError]))
    }
    relation.failureKinds[node] = endings.kinds
    relation.canSucceed[node] = endings.succeeds
    relation.canSkip[node] = endings.skips
    for source in sources {
      if table.isInTree(node) {
        addTreeEndings(endings, of: node, from: source)
      } else {
        if endings.succeeds { addSuccess(of: node, from: source, .succeeded) }
        if endings.skips { addSuccess(of: node, from: source, .skipped) }
        addFailure(of: node, from: source, endings.kinds, .failed)
      }
      if table.nodes[node].maxVisits > 0 {
        addFailure(of: node, from: source, ErrorKindSet([.maxVisits]), .refused)
      }
      addOccasions(of: node, from: source, blocked: [])
    }
  }

  // MARK: Success

  /// Whether a success of the node is a failure when no row of it is open.
  private func wantsRow(_ node: Int) -> Bool {
    let parent = Int(table.nodes[node].parent)
    if isThreadRoot(node) || parent < 0 { return false }
    if table.nodes[node].isChart || parent > 0 && table.nodes[parent].isChart { return false }
    return !hasSureRow(node)
  }

  /// Whether some success row is open whatever its guards say.
  private func hasSureRow(_ node: Int) -> Bool {
    table.nodes[node].rows.contains { index in
      table.rows[Int(index)].event == .success && table.isUnconditional(Int(index))
    }
  }

  private func isThreadRoot(_ node: Int) -> Bool {
    let thread = relation.threads[Int(relation.threadOfNode[node])]
    return Int(thread.root) == node && thread.holdsRoot && node > 0
  }

  /// The success rows of a node, and what the node around it makes of it where none is open.
  mutating func addSuccess(of node: Int, from source: Int32, _ cause: MoveCause) {
    var before: RowIndex?
    for index in table.nodes[node].rows where table.rows[Int(index)].event == .success {
      guard table.rows[Int(index)].tree == nil else { continue }
      if let before {
        if !relation.isRowTaken[Int(index)] { relation.rowBefore[index] = before }
        continue
      }
      let row = table.rows[Int(index)]
      add(row: Int(index), from: source, cause)
      if row.target == noIndex { relation.mayRest[node] = true }
      if table.isUnconditional(Int(index)) { before = index }
    }
    if before == nil { passOnSuccess(of: node, from: source, cause) }
  }

  private mutating func passOnSuccess(of node: Int, from source: Int32, _ cause: MoveCause) {
    let entry = table.nodes[node]
    let thread = relation.threads[Int(relation.threadOfNode[node])]
    if isThreadRoot(node) {
      let isAtomicRegion =
        thread.kind == .region && isChartJoin(Int(thread.host)) && !entry.isComposite
      if isAtomicRegion {
        relation.mayRest[node] = true
      } else {
        add(source, cause == .skipped ? thread.skipped : thread.succeeded, cause)
      }
      return
    }
    let parent = Int(entry.parent)
    if entry.isChart || parent > 0 && table.nodes[parent].isChart { relation.mayRest[node] = true }
    // Elsewhere it fails: the kind was added to those of its failures.
  }

  /// Whether the parts of a node end in final states only (SCXML 3.4).
  private func isChartJoin(_ host: Int) -> Bool {
    let join = table.nodes[host].join
    return join != noIndex && table.joins[Int(join)].kind == .chart
  }

  // MARK: Failure

  /// The failure rows of a node for these kinds, and what the node around it makes of the rest.
  mutating func addFailure(
    of node: Int,
    from source: Int32,
    _ kinds: ErrorKindSet,
    _ cause: MoveCause
  ) {
    guard !kinds.isEmpty else { return }
    let open = addFailureRows(of: node, from: source, kinds, cause)
    guard !open.isEmpty else { return }
    passOnFailure(of: node, from: source, open, cause)
  }

  /// Adds the failure rows that take some of `kinds`; returns the kinds that may be left.
  private mutating func addFailureRows(
    of node: Int,
    from source: Int32,
    _ kinds: ErrorKindSet,
    _ cause: MoveCause
  ) -> ErrorKindSet {
    var open = kinds
    var mayBreak = false
    var closing: [(kinds: ErrorKindSet, row: RowIndex)] = []
    let rows = table.nodes[node].rows.filter { index in
      table.rows[Int(index)].event == .failure && table.rows[Int(index)].tree == nil
    }
    for index in rows {
      let row = table.rows[Int(index)]
      var left = row.kinds
      for entry in closing { left.subtract(entry.kinds) }
      if left.isEmpty, !relation.isRowTaken[Int(index)] {
        relation.rowBefore[index] =
          closing.first { !$0.kinds.isDisjoint(with: row.kinds) }?.row ?? index
      }
      if table.isUnconditional(Int(index)) { closing.append((row.kinds, index)) }
      guard !open.isDisjoint(with: row.kinds) else {
        // Nothing fails that way as far as is known; that is no fault of the row.
        if !left.isEmpty { relation.isRowTaken[Int(index)] = true }
        continue
      }
      add(row: Int(index), from: source, cause)
      if row.target == noIndex { relation.mayRest[node] = true }
      mayBreak =
        mayBreak || row.guardProgram != noIndex
        || relation.failures.mayFail(assignments: row.assignments)
      if table.isUnconditional(Int(index)) { open.subtract(row.kinds) }
    }
    guard mayBreak else { return open }
    return open.union(addBrokenRows(rows, from: source, cause))
  }

  /// A guard among failure rows could not be evaluated: they are looked at once more.
  private mutating func addBrokenRows(
    _ rows: [RowIndex],
    from source: Int32,
    _ cause: MoveCause
  ) -> ErrorKindSet {
    for index in rows {
      let row = table.rows[Int(index)]
      guard row.kinds.contains(ErrorKind.guardError) else { continue }
      if !hasMove(source, RowIndex(index)) { add(row: Int(index), from: source, cause) }
      if table.isUnconditional(Int(index)), !relation.failures.mayFail(assignments: row.assignments)
      {
        return ErrorKindSet([])
      }
    }
    return ErrorKindSet([.guardError])
  }

  private func hasMove(_ source: Int32, _ row: RowIndex) -> Bool {
    var number = firstMove[Int(source)]
    while number >= 0 {
      if relation.moves[Int(number)].row == row { return true }
      number = nextMove[Int(number)]
    }
    return false
  }

  private mutating func passOnFailure(
    of node: Int,
    from source: Int32,
    _ kinds: ErrorKindSet,
    _ cause: MoveCause
  ) {
    let number = Int(relation.threadOfNode[node])
    let thread = relation.threads[number]
    let parent = Int(table.nodes[node].parent)
    if isThreadRoot(node) || parent <= 0 || !thread.holdsRoot && parent == Int(thread.root) {
      relation.threads[number].failureKinds.formUnion(kinds)
      add(source, thread.failed, cause)
      return
    }
    arrivingKinds[parent].formUnion(kinds)
    add(source, position(parent, .failed), cause)
  }

  // MARK: Compounds

  /// What lies inside has been looked at: its endings have come to the compound.
  private mutating func addCompound(_ node: Int) {
    let entry = table.nodes[node]
    let (start, door) = (position(node, .entry), position(node, .door))
    let (succeeded, failed) = (position(node, .succeeded), position(node, .failed))
    let initial = entry.initial.isEmpty && node == 0 ? [table.start] : initialNodes(of: entry)
    for target in places(initial, in: insideThread[node], 0..<0) { add(start, target, .began) }
    for source in [start, door] {
      if entry.when != noIndex {
        addSuccess(of: node, from: source, .skipped)
        add(source, failed, .failed)
        arrivingKinds[node].formUnion(ErrorKindSet([.guardError]))
      }
      if entry.maxVisits > 0 {
        add(source, failed, .refused)
        arrivingKinds[node].formUnion(ErrorKindSet([.maxVisits]))
      }
      // What is refused takes eventless rows and raised events until its refusal is worked off.
      let mayRefuse = node > 0 && (entry.when != noIndex || entry.maxVisits > 0)
      if mayRefuse { addOccasions(of: node, from: source, blocked: []) }
    }
    guard node > 0 else {
      addOccasions(of: node, from: position(node, .inside), blocked: [])
      return
    }
    // Its own ending may fail in its turn: results, `require`, assignments, guards.
    var own = relation.failures.ownFailures(of: node)
    if wantsRow(node) { own.formUnion(ErrorKindSet([.guardError])) }
    if !own.isEmpty {
      add(succeeded, failed, .failed)
      arrivingKinds[node].formUnion(own)
    }
    relation.failureKinds[node] = arrivingKinds[node]
    addSuccess(of: node, from: succeeded, .succeeded)
    addFailure(of: node, from: failed, arrivingKinds[node], .failed)
    addOccasions(of: node, from: position(node, .inside), blocked: [])
    for ended in [succeeded, failed] { addCancellations(of: node, from: ended) }
    if relation.mayRest[node] { addOccasions(of: node, from: succeeded, blocked: []) }
  }

  /// While the run is being cancelled, what has ended inside a compound takes the way out of it or
  /// of what is around it.
  private mutating func addCancellations(of node: Int, from source: Int32) {
    var current = node
    while current >= 0, relation.threadOfNode[current] == relation.threadOfNode[node] {
      for index in table.nodes[current].rows where table.rows[Int(index)].event == .cancel {
        if table.rows[Int(index)].tree == nil { add(row: Int(index), from: source, .cancelled) }
      }
      current = Int(table.nodes[current].parent)
    }
  }

  private func initialNodes(of entry: PlaceNode) -> [NodeIndex] {
    entry.initial.map { table.lists[Int($0)] }
  }

  /// A final node ends the node around it.
  private mutating func addFinal(_ node: Int) {
    let entry = table.nodes[node]
    let source = relation.entryOfNode[node]
    if table.isInTree(node) {
      addTreeFinal(node)
      return
    }
    let parent = Int(entry.parent)
    let number = Int(relation.threadOfNode[node])
    let thread = relation.threads[number]
    let mayBreak =
      relation.failures.mayFail(fields: entry.result)
      || relation.failures.mayFail(program: entry.content)
    var kinds = ErrorKindSet([])
    if mayBreak, !entry.isChart { kinds.formUnion(ErrorKindSet([.guardError])) }
    // A failing final fails with the latest error there was.
    if entry.isFailure { kinds = .all }
    if parent <= 0 {
      // The run ends here; its own result may fail to be rendered.
      if !entry.isFailure, relation.failures.mayFail(fields: table.result) {
        relation.threads[0].failureKinds.formUnion(ErrorKindSet([.guardError]))
        add(source, thread.failed, .failed)
      }
      if entry.isFailure { return }
      add(source, thread.succeeded, .completed)
      return
    }
    let isBody = !thread.holdsRoot && parent == Int(thread.root)
    if !entry.isFailure {
      add(source, isBody ? thread.succeeded : position(parent, .succeeded), .completed)
    }
    if !kinds.isEmpty {
      if isBody {
        relation.threads[number].failureKinds.formUnion(kinds)
      } else {
        arrivingKinds[parent].formUnion(kinds)
      }
      add(source, isBody ? thread.failed : position(parent, .failed), .completed)
    }
    // In a chart events may lead on from a final while the node around it has not been left.
    if entry.isChart || table.nodes[parent].isChart {
      addOccasions(of: node, from: source, blocked: [])
    }
  }
}

extension TransitionTable {
  /// Whether a row is taken whenever it is looked at: no guard, or the false side of the guard that
  /// the row before it tested.
  package func isUnconditional(_ index: Int) -> Bool {
    let row = rows[index]
    if row.counter != noIndex { return false }
    if row.guardProgram == noIndex { return true }
    guard index > 0 else { return false }
    let before = rows[index - 1]
    return before.place == row.place && before.event == row.event
      && before.guardProgram == row.guardProgram && before.isNegated != row.isNegated
      && before.counter == noIndex
  }
}
