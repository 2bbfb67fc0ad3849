import Expression
import Values

/// What linking finds out about a table's trees.
struct TreeFacts {
  let hasTrees: Bool
  let isLeaf: [Bool]
  let watches: [UInt64]
  /// Rows by which a node fails without asking a leaf.
  let failingRows: Set<RowIndex>

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
    failingRows = Self.failingRows(table)
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

extension TreeFacts {
  /// Guards that say no, and selectors of which nothing was chosen.
  fileprivate static func failingRows(_ table: TransitionTable) -> Set<RowIndex> {
    var failing: Set<RowIndex> = []
    for line in table.outlines.flatMap(\.lines) where line.branch != noIndex {
      let branch = table.nodes[Int(line.branch)]
      let inside = line.branch + 1..<max(line.branch + 1, branch.subtreeEnd)
      var places = [branch]
      if line.rule == .choice, let first = inside.first, table.nodes[Int(first)].kind == .branch {
        places.append(table.nodes[Int(first)])
      }
      for index in places.flatMap(\.rows) where table.rows[Int(index)].event == .enter {
        let row = table.rows[Int(index)]
        if row.guardProgram != noIndex {
          if row.guardProgram == line.failureIf { failing.insert(index) }
        } else if line.rule == .choice,
          !inside.contains(row.target) || table.nodes[Int(row.target)].isFailure
        {
          failing.insert(index)
        }
      }
    }
    return failing
  }
}

extension LinkedTable {
  /// Why a node of a tree failed by one of its own rows: the guard's text and what it read.
  public func failedBy(_ row: Row, _ memory: borrowing Memory) -> String {
    guard row.guardProgram != noIndex else { return "none of its conditions is true" }
    let text = TableText.line(table.programs[Int(row.guardProgram)].text)
    return "`\(text)` is true\(values(of: row.guardProgram, memory))"
  }

  /// What an expression read, in a few words.
  private func values(of program: PoolIndex, _ memory: borrowing Memory) -> String {
    var parts: [String] = []
    for path in programs[Int(program)]?.reads.prefix(4) ?? [] {
      var value = memory.value(path.slot)
      for field in path.fields { value = value?[field] }
      let text = value.map { TableText.line(JSONWriter.string($0), width: 80) } ?? "absent"
      parts.append("`\(([path.variable] + path.fields).joined(separator: "."))` is \(text)")
    }
    return parts.isEmpty ? "" : "; " + parts.joined(separator: ", ")
  }

  /// Why a check is false: its text and the values that it read.
  public func falseCheck(of node: PlaceNode, _ memory: borrowing Memory) -> String {
    let name = "the check of `\(node.name)` is false"
    guard node.tree != nil, node.condition != noIndex else { return name }
    let text = TableText.line(table.programs[Int(node.condition)].text)
    return "`\(text)` is false\(values(of: node.condition, memory))"
  }
}
