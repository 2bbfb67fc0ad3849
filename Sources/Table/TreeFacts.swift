import Expression
import Values

/// What linking finds out about a table's trees.
struct TreeFacts {
  let hasTrees: Bool
  let isLeaf: [Bool]
  let watches: [UInt64]

  init(_ table: TransitionTable, _ programs: [CompiledProgram?]) {
    hasTrees = table.nodes.contains { $0.kind == .tree }
    var isLeaf = [Bool](repeating: false, count: table.nodes.count)
    for (position, node) in table.nodes.enumerated() where node.parent > 0 {
      let outer = table.nodes[Int(node.parent)]
      guard outer.tree != nil, [.tree, .branch, .parallel].contains(outer.kind) else { continue }
      switch node.kind {
      case .branch, .park, .final: continue
      case .parallel where node.tree != nil: continue
      default: isLeaf[position] = true
      }
    }
    self.isLeaf = isLeaf
    watches = table.rows.map { row in
      guard row.event == .changed else { return 0 }
      var slots: UInt64 = 0
      func read(_ program: PoolIndex) {
        guard program != noIndex, let reads = programs[Int(program)]?.reads else { return }
        for path in reads where path.slot >= 0 { slots |= 1 << UInt64(path.slot & 63) }
      }
      read(row.guardProgram)
      // A node that decides again goes by whatever its questions read.
      guard row.domain.isEmpty else { return slots }
      for node in row.place..<table.nodes[Int(row.place)].subtreeEnd {
        let entry = table.nodes[Int(node)]
        read(entry.condition)
        read(entry.when)
        for index in entry.rows { read(table.rows[Int(index)].guardProgram) }
      }
      return slots
    }
  }
}

extension LinkedTable {
  /// Why a check is false: its text and the values that it read.
  public func falseCheck(of node: PlaceNode, _ memory: borrowing Memory) -> String {
    let name = "the check of `\(node.name)` is false"
    guard node.tree != nil, node.condition != noIndex,
      let program = programs[Int(node.condition)]
    else { return name }
    var parts: [String] = []
    for path in program.reads.prefix(4) {
      var value = memory.value(path.slot)
      for field in path.fields { value = value?[field] }
      let text = value.map { TableText.line(JSONWriter.string($0), width: 80) } ?? "absent"
      parts.append("`\(([path.variable] + path.fields).joined(separator: "."))` is \(text)")
    }
    let values = parts.isEmpty ? "" : "; " + parts.joined(separator: ", ")
    let text = TableText.line(table.programs[Int(node.condition)].text)
    return "`\(text)` is false\(values)"
  }
}
