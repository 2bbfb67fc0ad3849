import Table

/// Collects the edges of each place of a part from its rows and those of the composites around it.
struct EdgeBuilder {
  private let table: TransitionTable
  private let parts: TableParts
  private let part: Int
  private let fails: Int32
  /// Kinds of failure that places which run parts can have.
  private let failures: [Int: ErrorKindSet]
  private var edges: [PlaceEdge] = []
  private var starts: [Int32] = [0]
  private var limitEdges: [PlaceEdge] = []
  private var limitStarts: [Int32] = [0]
  /// By target, the number of the edge made last; of this place when at or after its start.
  private var position: [Int]

  /// Every single way on, when they are asked for.
  private(set) var rowEdges: [RowEdge] = []
  private let keepsRows: Bool
  private var source = 0

  enum Cause {
    case success
    case failure
    case other
  }

  init(
    _ table: TransitionTable,
    _ parts: TableParts,
    part: Int,
    failures: [Int: ErrorKindSet],
    keepsRows: Bool = false
  ) {
    self.keepsRows = keepsRows
    self.table = table
    self.parts = parts
    self.part = part
    self.failures = failures
    fails = Int32(table.nodes.count)
    position = [Int](repeating: -1, count: table.nodes.count + 1)
  }

  /// Adds the edges of a place; places are added in order, others in between have none.
  mutating func addPlace(_ place: Int) {
    pad(to: place)
    source = place
    let node = table.nodes[place]
    let isWorking = node.kind != .final || node.effect != noIndex
    if isWorking {
      var closed: Set<EventClass> = []
      var uncovered = table.possibleFailures(of: place)
      uncovered.formUnion(failures[place] ?? ErrorKindSet([]))
      if isEnding(place) { uncovered.subtract(table.failuresForWantOfRows(of: place)) }
      addRows(of: place, from: place, &closed, &uncovered)
      addAround(place, &closed, &uncovered)
      if !uncovered.isEmpty { add(fails, nil, .failure) }
    } else if !isEnding(place) {
      addCompletion(of: Int(node.parent), isFailure: node.isFailure)
    }
    starts.append(Int32(edges.count))
    addLimit(place)
  }

  /// Whether the part ends at a place: at a final node of its own, or by the success of the node
  /// that is all of it.
  func isEnding(_ place: Int) -> Bool {
    let root = parts.parts[part].root
    if table.nodes[place].kind == .final {
      return Int(table.nodes[place].parent) == root || place == root
    }
    guard place == root else { return false }
    if parts.parts[part].owner >= 0, table.nodes[parts.parts[part].owner].kind == .tree {
      return true
    }
    return !table.nodes[place].rows.contains { row in
      table.rows[Int(row)].event == .success || table.rows[Int(row)].event == .always
    }
  }

  private mutating func addRows(
    of owner: Int,
    from place: Int,
    _ closed: inout Set<EventClass>,
    _ uncovered: inout ErrorKindSet
  ) {
    for row in table.nodes[owner].rows {
      let index = Int(row)
      let row = table.rows[index]
      if row.tree != nil { continue }
      if row.event == .failure {
        guard !uncovered.isDisjoint(with: row.kinds) else { continue }
        add(row, index, .failure)
        if row.guardProgram == noIndex { uncovered.subtract(row.kinds) }
        continue
      }
      // The success of a place is not that of the composites around it.
      if owner != place, row.event == .success { continue }
      guard !closed.contains(row.event) else { continue }
      let isSuccess = row.event == .success || row.event == .always
      add(row, index, isSuccess ? .success : .other)
      let staysOpen = row.event == .external || row.event == .after
      if table.isUnconditional(index), !staysOpen || owner == place { closed.insert(row.event) }
    }
  }

  /// Rows of the composites around a place that are looked through: events, and failures that
  /// nothing inside takes.
  private mutating func addAround(
    _ place: Int,
    _ closed: inout Set<EventClass>,
    _ uncovered: inout ErrorKindSet
  ) {
    for composite in composites(around: place) {
      addRows(of: composite, from: place, &closed, &uncovered)
    }
  }

  private func composites(around place: Int) -> [Int] {
    parts.composites(around: place, table)
  }

  /// The ways on from a composite that is looked through, when a final node inside ends it.
  private mutating func addCompletion(of composite: Int, isFailure: Bool) {
    guard composite >= 0 else { return }
    var closed: Set<EventClass> = []
    var uncovered = isFailure ? ErrorKindSet.all : ErrorKindSet([])
    let before = edges.count
    if !isFailure { addRows(of: composite, from: composite, &closed, &uncovered) }
    for outer in [composite] + composites(around: composite) {
      if isFailure || outer != composite {
        addRows(of: outer, from: noComposite, &closed, &uncovered)
      }
    }
    if table.nodes[composite].isChart { return }
    if isFailure ? !uncovered.isEmpty : edges.count == before { add(fails, nil, .failure) }
  }

  private let noComposite = -1

  /// The failure rows that a place takes when it is entered once too often.
  private mutating func addLimit(_ place: Int) {
    let first = limitEdges.count
    var isCovered = table.nodes[place].maxVisits == 0
    for owner in [place] + composites(around: place) {
      for row in table.nodes[owner].rows where !isCovered {
        let index = Int(row)
        let row = table.rows[index]
        guard row.event == .failure, row.kinds.contains(ErrorKind.maxVisits) else { continue }
        if row.guardProgram == noIndex { isCovered = true }
        for target in targets(of: row)
        where !limitEdges[first...].contains(where: { $0.target == target }) {
          limitEdges.append(PlaceEdge(target: target, row: RowIndex(index), failureRows: 1))
        }
      }
    }
    if !isCovered { limitEdges.append(PlaceEdge(target: fails, row: noIndex, failureRows: 1)) }
    limitStarts.append(Int32(limitEdges.count))
  }

  /// The places that a row leads to; one that leaves the part ends it.
  private func targets(of row: Row) -> [Int32] {
    var nodes = row.targets.map { table.lists[Int($0)] }
    if nodes.isEmpty, row.target != noIndex { nodes = [row.target] }
    var found: [Int32] = []
    for node in nodes {
      let places = parts.places(of: node, in: part, table)
      for place in places.isEmpty ? [fails] : places where !found.contains(place) {
        found.append(place)
      }
    }
    return found
  }

  private mutating func add(_ row: Row, _ index: Int, _ cause: Cause) {
    for target in targets(of: row) { add(target, index, cause) }
  }

  private mutating func add(_ target: Int32, _ row: Int?, _ cause: Cause) {
    if keepsRows {
      let row = row.map { RowIndex($0) } ?? noIndex
      rowEdges.append(RowEdge(source: Int32(source), target: target, row: row, cause: cause))
    }
    var at = position[Int(target)]
    if at < Int(starts[starts.count - 1]) {
      at = edges.count
      position[Int(target)] = at
      edges.append(PlaceEdge(target: target, row: row.map { RowIndex($0) } ?? noIndex))
    }
    switch cause {
    case .success:
      // The row shown for an edge is one of success when there is one.
      if edges[at].successRows == 0, let row { edges[at].row = RowIndex(row) }
      edges[at].successRows += 1
    case .failure: edges[at].failureRows += 1
    case .other: edges[at].otherRows += 1
    }
  }

  private mutating func pad(to place: Int) {
    while starts.count <= place {
      starts.append(Int32(edges.count))
      limitStarts.append(Int32(limitEdges.count))
    }
  }

  /// The edges within limits and beyond them, for `placeCount` places.
  mutating func finish(placeCount: Int) -> (EdgeList, EdgeList) {
    pad(to: placeCount)
    return (
      EdgeList(edges: edges, starts: starts), EdgeList(edges: limitEdges, starts: limitStarts)
    )
  }
}

/// One way on: a single row, or the lack of one.
struct RowEdge {
  var source: Int32
  var target: Int32
  var row: RowIndex
  var cause: EdgeBuilder.Cause
}

extension TransitionTable {
  /// Whether a row is taken whenever it is looked at: no guard, or the false side of the guard that
  /// the row before it tested.
  package func isUnconditional(_ index: Int) -> Bool {
    let row = rows[index]
    if row.guardProgram == noIndex { return row.counter == noIndex }
    guard index > 0 else { return false }
    let before = rows[index - 1]
    return before.place == row.place && before.event == row.event
      && before.guardProgram == row.guardProgram && before.isNegated != row.isNegated
  }

  /// The kinds of failure that a place can have by what it does; `max_visits` is apart.
  package func possibleFailures(of place: Int) -> ErrorKindSet {
    let node = nodes[place]
    var kinds = ErrorKindSet([])
    if node.effect != noIndex {
      kinds.formUnion(
        ErrorKindSet([.unavailable, .rateLimited, .invalidOutput, .denied, .budget, .failed])
      )
      if performers[Int(effects[Int(node.effect)].performer)].inputSchema != noIndex {
        kinds.formUnion(ErrorKindSet([.inputRejected]))
      }
      if node.deadlineMilliseconds >= 0 { kinds.formUnion(ErrorKindSet([.timeout])) }
      let effect = effects[Int(node.effect)]
      if performers[Int(effect.performer)].isWrite { kinds.formUnion(ErrorKindSet([.unknown])) }
      if !effect.input.isEmpty { kinds.formUnion(ErrorKindSet([.guardError])) }
    }
    if node.isComposite || node.template != noIndex, node.deadlineMilliseconds >= 0 {
      kinds.formUnion(ErrorKindSet([.timeout]))
    }
    if node.kind == .fork { kinds.formUnion(ErrorKindSet([.guardError, .failed])) }
    if node.kind == .plan {
      // Whatever a step of the plan fails with is what the plan fails with.
      kinds = .all
    }
    if node.require != noIndex { kinds.formUnion(ErrorKindSet([.require, .guardError])) }
    if node.kind == .check { kinds.formUnion(ErrorKindSet([.check, .guardError])) }
    let rows = rows[Int(node.rows.lowerBound)..<Int(node.rows.upperBound)]
    let evaluates =
      node.when != noIndex || node.condition != noIndex || !node.assignments.isEmpty
      || !node.result.isEmpty
      || rows.contains { $0.guardProgram != noIndex || !$0.assignments.isEmpty }
    if evaluates { kinds.formUnion(ErrorKindSet([.guardError])) }
    kinds.formUnion(failuresForWantOfRows(of: place))
    return kinds
  }

  /// Where no row follows a success, the place fails with that kind as well.
  func failuresForWantOfRows(of place: Int) -> ErrorKindSet {
    let node = nodes[place]
    let rows = rows[Int(node.rows.lowerBound)..<Int(node.rows.upperBound)]
    let isOpen = !rows.contains { $0.event == .success || $0.event == .always }
    return node.kind != .final && isOpen ? ErrorKindSet([.guardError]) : ErrorKindSet([])
  }
}
