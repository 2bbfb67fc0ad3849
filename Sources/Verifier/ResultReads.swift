import Expression
import Source
import Table

extension Inspection {
  /// Reads of a step's result that some way reaches without the step having succeeded.
  mutating func findUnwrittenReads() {
    let results = ResultWrites(table, graph)
    guard results.count > 0 else { return }
    var hasReads = false
    var isComplete = true
    var seen: Set<String> = []
    for read in collectReads() {
      let place = read.place
      guard graph.isReachable[place] else { continue }
      for path in reads(of: read.program) where !path.isOptionalAccess {
        guard let fact = results.fact(ofSlot: path.slot) else { continue }
        hasReads = true
        if read.afterOwnSuccess, results.writes(place, fact) { continue }
        if results.isWritten(fact, at: place) { continue }
        isComplete = false
        let name = ([path.variable] + path.fields).joined(separator: ".")
        guard seen.insert("\(place) \(read.program) \(name)").inserted else { continue }
        report.findings.append(finding(read, path, fact, results))
      }
    }
    if hasReads, isComplete { report.proven.append("every result is written before it is read") }
  }

  /// A program that a place evaluates.
  private struct Read {
    var place: Int
    var program: PoolIndex
    /// Whether the place's own result is there by then.
    var afterOwnSuccess = false
    var isResult = false
  }

  private func collectReads() -> [Read] {
    var list: [Read] = []
    for place in leaves {
      let node = table.nodes[place]
      list.append(Read(place: place, program: node.when))
      if node.effect != noIndex {
        for field in table.effects[Int(node.effect)].input {
          list.append(Read(place: place, program: table.fields[Int(field)].program))
        }
      }
      // A decision with something to call decides after the call.
      let calls = node.effect != noIndex
      list.append(Read(place: place, program: node.condition, afterOwnSuccess: calls))
      list.append(Read(place: place, program: node.require, afterOwnSuccess: true))
      for field in node.result {
        list.append(
          Read(place: place, program: table.fields[Int(field)].program, afterOwnSuccess: true)
        )
      }
      for entry in node.assignments {
        list.append(
          Read(
            place: place,
            program: table.assignments[Int(entry)].program,
            afterOwnSuccess: true
          )
        )
      }
      for index in Int(node.rows.lowerBound)..<Int(node.rows.upperBound) {
        let row = table.rows[index]
        // A step that `when` skips takes its success rows without a result.
        let own = (row.event == .success || row.event == .always) && node.when == noIndex
        list.append(Read(place: place, program: row.guardProgram, afterOwnSuccess: own))
        for entry in row.assignments {
          list.append(
            Read(
              place: place,
              program: table.assignments[Int(entry)].program,
              afterOwnSuccess: own
            )
          )
        }
      }
      guard node.kind == .final, !node.isFailure else { continue }
      for field in table.result {
        list.append(
          Read(place: place, program: table.fields[Int(field)].program, isResult: true)
        )
      }
    }
    return list.filter { $0.program != noIndex }
  }

  private func finding(
    _ read: Read,
    _ path: ValuePath,
    _ fact: Int,
    _ results: ResultWrites
  ) -> Diagnostic {
    let search = WaySearch(
      graph,
      from: [graph.start, graph.timeoutTarget].filter { $0 >= 0 }
    ) { place, edge in
      !(edge.isSuccessOnly && results.writes(place, fact) && table.nodes[place].when == noIndex)
    }
    let span: SourceSpan?
    let program = Int(read.program)
    if program < table.debug.programs.count, let text = table.debug.programs[program] {
      span = text.span(path.range)
    } else {
      span = self.span(of: read.place)
    }
    return Messages.unwrittenRead(
      place: read.isResult ? nil : table.nodes[read.place].name,
      variable: path.variable,
      fields: path.fields,
      writers: results.writers(fact).map { table.nodes[$0].name },
      way: search.way(to: read.place).text(in: table),
      isRefused: options.isStrict,
      at: span
    )
  }
}

/// Which results are written on every way to a place: a forward must-analysis over bit sets.
private struct ResultWrites {
  private let words: Int
  private let facts: [Int: Int]
  private var own: [[Int]]
  private var entry: [UInt64]
  private let writersOf: [[Int]]

  /// Number of results.
  var count: Int { facts.count }

  init(_ table: TransitionTable, _ graph: PlaceGraph) {
    var facts: [Int: Int] = [:]
    var own = [[Int]](repeating: [], count: graph.nodeCount + 1)
    var writersOf: [[Int]] = []
    for place in table.nodes.indices where graph.isLeaf[place] {
      for slot in [table.nodes[place].resultSlot, table.nodes[place].performerSlot] {
        guard slot != noIndex else { continue }
        let fact = facts[Int(slot)] ?? facts.count
        if facts.updateValue(fact, forKey: Int(slot)) == nil { writersOf.append([]) }
        own[place].append(fact)
        writersOf[fact].append(place)
      }
    }
    words = (facts.count + 63) / 64
    self.facts = facts
    self.own = own
    self.writersOf = writersOf
    entry = [UInt64](repeating: .max, count: words * (graph.nodeCount + 1))
    solve(table, graph)
  }

  /// Lowers the sets until nothing changes; each round handles the places in breadth-first order.
  private mutating func solve(_ table: TransitionTable, _ graph: PlaceGraph) {
    guard words > 0 else { return }
    var queue: [Int] = []
    var isQueued = [Bool](repeating: false, count: graph.nodeCount + 1)
    for place in [graph.start, graph.timeoutTarget] where place >= 0 {
      for word in 0..<words { entry[Int(place) * words + word] = 0 }
      queue.append(Int(place))
      isQueued[Int(place)] = true
    }
    var visited = isQueued
    var next = 0
    while next < queue.count {
      let place = queue[next]
      next += 1
      isQueued[place] = false
      if next > 4_096 {
        queue.removeSubrange(..<next)
        next = 0
      }
      for edge in graph.edges[place] {
        let adds = edge.isSuccessOnly && table.nodes[place].when == noIndex
        flow(place, edge, adds, &visited, &queue, &isQueued)
      }
      guard graph.hasLimit(place) else { continue }
      for edge in graph.limitEdges[place] {
        flow(place, edge, false, &visited, &queue, &isQueued)
      }
    }
  }

  private mutating func flow(
    _ place: Int,
    _ edge: PlaceEdge,
    _ adds: Bool,
    _ visited: inout [Bool],
    _ queue: inout [Int],
    _ isQueued: inout [Bool]
  ) {
    let target = Int(edge.target)
    var changed = !visited[target]
    visited[target] = true
    for word in 0..<words {
      var out = entry[place * words + word]
      if adds { for fact in own[place] where fact / 64 == word { out |= 1 << UInt64(fact % 64) } }
      let old = entry[target * words + word]
      if old & out != old {
        entry[target * words + word] = old & out
        changed = true
      }
    }
    if changed, !isQueued[target] {
      isQueued[target] = true
      queue.append(target)
    }
  }

  func fact(ofSlot slot: Int) -> Int? { facts[slot] }

  func writers(_ fact: Int) -> [Int] { writersOf[fact] }

  func writes(_ place: Int, _ fact: Int) -> Bool { own[place].contains(fact) }

  func isWritten(_ fact: Int, at place: Int) -> Bool {
    entry[place * words + fact / 64] & (1 << UInt64(fact % 64)) != 0
  }
}
