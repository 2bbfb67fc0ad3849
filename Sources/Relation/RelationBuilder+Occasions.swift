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
    var closing: [RowIndex] = []
    for index in table.nodes[node].rows {
      let row = table.rows[Int(index)]
      guard let cause = Self.cause(of: row.event), row.tree == nil else { continue }
      if blocked.contains(index) { continue }
      if let before = closing.first(where: { covers($0, index) }) {
        if !relation.isRowTaken[Int(index)] { relation.rowBefore[index] = before }
        continue
      }
      add(row: Int(index), from: source, cause)
      if table.isUnconditional(Int(index)) { closing.append(index) }
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
  private func blockedFurther(by node: Int, _ blocked: [RowIndex]) -> [RowIndex] {
    let own = table.nodes[node].rows.filter { index in
      let row = table.rows[Int(index)]
      return (row.event == .external || row.event == .cancel) && row.tree == nil
        && table.isUnconditional(Int(index))
    }
    let parent = table.nodes[node].parent
    guard !own.isEmpty else { return blocked.filter { table.rows[Int($0)].place <= parent } }
    var found = blocked.filter { table.rows[Int($0)].place <= parent }
    var current = Int(parent)
    while current >= 0, relation.threadOfNode[current] == relation.threadOfNode[node] {
      for index in table.nodes[current].rows where own.contains(where: { covers($0, index) }) {
        if !found.contains(index) { found.append(index) }
      }
      current = Int(table.nodes[current].parent)
    }
    return found.sorted()
  }

  // MARK: Which events a row takes

  /// Whether a row takes whatever another one takes.
  private func covers(_ first: RowIndex, _ second: RowIndex) -> Bool {
    let (row, other) = (table.rows[Int(first)], table.rows[Int(second)])
    guard row.event == other.event, other.tree == nil else { return false }
    switch row.event {
    case .always: return true
    case .cancel: return other.kinds.isSubset(of: row.kinds)
    case .external:
      return descriptors(of: other).allSatisfy { wanted in
        descriptors(of: row).contains { $0.covers(wanted) }
      }
    default: return false
    }
  }

  private func descriptors(of row: Row) -> [EventDescriptor] {
    guard !row.descriptors.isEmpty else {
      return [EventDescriptor(name: table.names[Int(row.detail)], isExact: true)]
    }
    return row.descriptors.map {
      EventDescriptor(name: table.names[Int(table.lists[Int($0)])], isExact: false)
    }
  }
}

/// The events that one descriptor of a row takes (SCXML 3.12.1).
struct EventDescriptor {
  /// The name, without what says nothing more.
  private let name: [UInt8]
  /// Whether only the event of that very name is taken.
  private let isExact: Bool

  init(name: String, isExact: Bool) {
    var bytes = Array(name.utf8)
    if !isExact {
      if bytes.last == UInt8(ascii: "*") { bytes.removeLast() }
      if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    }
    self.name = bytes
    self.isExact = isExact
  }

  /// Whether it takes every event that another takes.
  func covers(_ other: EventDescriptor) -> Bool {
    if isExact { return other.isExact && name == other.name }
    if name.isEmpty { return true }
    guard other.name.starts(with: name) else { return false }
    return other.name.count == name.count || other.name[name.count] == UInt8(ascii: ".")
  }
}
