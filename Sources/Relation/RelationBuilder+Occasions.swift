import Table

// Events, delays, cancellation, watches: what may lead on while something is under way.
extension RelationBuilder {
  /// The rows of a node that an occasion may take from `source`, and the way to those around it.
  ///
  /// `blocked`: rows further out that something inside always takes first.
  mutating func addOccasions(of node: Int, from source: Int32, blocked: [RowIndex]) {
    addOwnOccasions(of: node, from: source, blocked: blocked)
    if table.nodes[node].tree != nil { addTreeOccasions(of: node, from: source) }
    let parent = Int(table.nodes[node].parent)
    let thread = relation.threadOfNode[node]
    guard parent >= 0, node > 0, relation.threadOfNode[parent] == thread else { return }
    switch relation.roles[parent] {
    case .compound, .branch: break
    default: return
    }
    let further = blockedFurther(by: node, blocked)
    add(source, insidePosition(of: parent, blocked: further), .underWay)
  }

  private mutating func addOwnOccasions(of node: Int, from source: Int32, blocked: [RowIndex]) {
    let blocked = Set(blocked)
    var closing = ClosingRows()
    for index in table.nodes[node].rows {
      let row = table.rows[Int(index)]
      guard let cause = Self.cause(of: row.event), row.tree == nil else { continue }
      if blocked.contains(index) { continue }
      if let before = closing.first(before: row, descriptors[Int(index)]) {
        if !relation.isRowTaken[Int(index)] { relation.rowBefore[index] = before }
        continue
      }
      add(row: Int(index), from: source, cause)
      if table.isUnconditional(Int(index)) { closing.add(index, row, descriptors[Int(index)]) }
    }
  }

  private static func cause(of event: EventClass) -> MoveCause? {
    switch event {
    case .external: .event
    case .after: .after
    case .always: .always
    case .cancel: .cancelled
    default: nil
    }
  }

  /// The position of what is under way inside a compound, some events of which are taken inside.
  private mutating func insidePosition(of node: Int, blocked: [RowIndex]) -> Int32 {
    if blocked.isEmpty { return position(node, .inside) }
    let key = BlockedKey(node: node, rows: blocked)
    if let known = blockedInside[key] { return known }
    shadowedRows += table.nodes[node].rows.count
    let thread = Int(relation.threadOfNode[node])
    let position = addPosition(NodeIndex(node), .inside, thread)
    relation.threads[thread].extraPositions.append(position)
    firstMove.append(-1)
    lastMove.append(-1)
    blockedInside[key] = position
    addOccasions(of: node, from: position, blocked: blocked)
    return position
  }

  /// The rows around a node in its thread that cannot be taken while it is active.
  ///
  /// To block fewer of them only leaves more moves, so once there were too many none is.
  private mutating func blockedFurther(by node: Int, _ blocked: [RowIndex]) -> [RowIndex] {
    guard shadowedRows < maximumShadowedRows else { return [] }
    let own = table.nodes[node].rows.filter { index in
      let row = table.rows[Int(index)]
      return (row.event == .external || row.event == .cancel) && row.tree == nil
        && table.isUnconditional(Int(index))
    }
    let parent = table.nodes[node].parent
    let further = blocked.filter { table.rows[Int($0)].place <= parent }
    shadowedRows += further.count
    guard !own.isEmpty else { return further }
    var found = Set(further)
    var current = Int(parent)
    while current >= 0, relation.threadOfNode[current] == relation.threadOfNode[node] {
      let offered = offeredRows(of: current)
      for index in own {
        for other in offered.covered(by: table.rows[Int(index)], descriptors[Int(index)]) {
          shadowedRows += 1
          found.insert(other)
        }
      }
      current = Int(table.nodes[current].parent)
    }
    return found.sorted()
  }

  private mutating func offeredRows(of node: Int) -> OfferedRows {
    if let known = offered[node] { return known }
    let rows = OfferedRows(table, of: node, descriptors)
    offered[node] = rows
    return rows
  }

  /// By row, which events it takes; of other rows nothing.
  static func descriptors(of table: TransitionTable) -> [[EventDescriptor]] {
    table.rows.map { row in
      guard row.event == .external, row.tree == nil else { return [] }
      guard !row.descriptors.isEmpty else {
        return [EventDescriptor(name: table.names[Int(row.detail)], isExact: true)]
      }
      return row.descriptors.map {
        EventDescriptor(name: table.names[Int(table.lists[Int($0)])], isExact: false)
      }
    }
  }
}
