import Table

/// Collects the edges of each place from its rows.
struct EdgeBuilder {
  private let table: TransitionTable
  private let fails: Int32
  private var edges: [PlaceEdge] = []
  private var starts: [Int32] = [0]
  private var limitEdges: [PlaceEdge] = []
  private var limitStarts: [Int32] = [0]
  /// By target, the number of the edge made last; of this place when at or after its start.
  private var position: [Int]

  private enum Cause {
    case success
    case failure
    case other
  }

  init(_ table: TransitionTable) {
    self.table = table
    fails = Int32(table.nodes.count)
    position = [Int](repeating: -1, count: table.nodes.count + 1)
  }

  /// Adds the edges of a leaf; places are added in order, others in between have none.
  mutating func addPlace(_ place: Int) {
    pad(to: place)
    let node = table.nodes[place]
    let rows = Int(node.rows.lowerBound)..<Int(node.rows.upperBound)
    let isWorking = node.kind != .final || node.effect != noIndex
    var closed: Set<EventClass> = []
    var uncovered = table.possibleFailures(of: place)
    for index in rows where isWorking {
      let row = table.rows[index]
      if row.event == .failure {
        guard !uncovered.isDisjoint(with: row.kinds) else { continue }
        add(row.target, index, .failure)
        if row.guardProgram == noIndex { uncovered.subtract(row.kinds) }
        continue
      }
      guard !closed.contains(row.event) else { continue }
      let isSuccess = row.event == .success || row.event == .always
      add(row.target, index, isSuccess ? .success : .other)
      if table.isUnconditional(index) { closed.insert(row.event) }
    }
    if isWorking, !uncovered.isEmpty { add(fails, nil, .failure) }
    starts.append(Int32(edges.count))
    addLimit(place, rows)
  }

  /// The failure rows that a place takes when it is entered once too often.
  private mutating func addLimit(_ place: Int, _ rows: Range<Int>) {
    let first = limitEdges.count
    var isCovered = table.nodes[place].maxVisits == 0
    for index in rows where !isCovered {
      let row = table.rows[index]
      guard row.event == .failure, row.kinds.contains(ErrorKind.maxVisits) else { continue }
      if row.guardProgram == noIndex { isCovered = true }
      guard row.target != noIndex,
        !limitEdges[first...].contains(where: { $0.target == row.target })
      else { continue }
      limitEdges.append(PlaceEdge(target: row.target, row: RowIndex(index), failureRows: 1))
    }
    if !isCovered { limitEdges.append(PlaceEdge(target: fails, row: noIndex, failureRows: 1)) }
    limitStarts.append(Int32(limitEdges.count))
  }

  private mutating func add(_ target: Int32, _ row: Int?, _ cause: Cause) {
    guard target != noIndex else { return }
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

extension TransitionTable {
  /// Whether a row is taken whenever it is looked at: no guard, or the false side of the guard that
  /// the row before it tested.
  package func isUnconditional(_ index: Int) -> Bool {
    let row = rows[index]
    if row.guardProgram == noIndex { return true }
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
    if node.require != noIndex { kinds.formUnion(ErrorKindSet([.require, .guardError])) }
    if node.kind == .check { kinds.formUnion(ErrorKindSet([.check, .guardError])) }
    let rows = rows[Int(node.rows.lowerBound)..<Int(node.rows.upperBound)]
    // Where no row follows a success, the place fails with that kind as well.
    let evaluates =
      node.when != noIndex || node.condition != noIndex || !node.assignments.isEmpty
      || !node.result.isEmpty
      || rows.contains { $0.guardProgram != noIndex || !$0.assignments.isEmpty }
      || node.kind != .final && !rows.contains { $0.event == .success || $0.event == .always }
    if evaluates { kinds.formUnion(ErrorKindSet([.guardError])) }
    return kinds
  }
}
