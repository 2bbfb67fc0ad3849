import Expression
import Relation
import Source
import Table
import Values

extension Inspection {
  /// Reads of a step's result that some way reaches without the step having succeeded.
  mutating func findUnwrittenReads() {
    let flow = inspected.written
    guard !flow.facts.isEmpty else { return }
    var hasReads = false
    var isComplete = true
    var seen: Set<String> = []
    for read in collectReads() {
      guard read.positions.contains(where: { relation.isReachable[Int($0)] }) else { continue }
      var secured: [Int: Bool] = [:]
      for path in reads(of: read.program) where !path.isOptionalAccess {
        guard let fact = flow.facts[path.slot], !flow.writers[fact].isEmpty else { continue }
        hasReads = true
        if read.afterOwnSuccess, flow.writes(read.node, fact) { continue }
        if flow.holds(fact, at: read.positions) { continue }
        if isKnownWritten(path.slot, flow.writers[fact], by: read.doubted) { continue }
        let writers = flow.writers[fact]
        let isSecured = secured[path.slot] ?? isSecured(path.slot, writers, read.program)
        secured[path.slot] = isSecured
        if isSecured { continue }
        isComplete = false
        // A way is searched for each, and no more of them are shown.
        guard report.findings.count < inspected.limits.diagnostics else { continue }
        let name = ([path.variable] + path.fields).joined(separator: ".")
        guard seen.insert("\(read.node) \(read.program) \(name)").inserted else { continue }
        report.findings.append(finding(read, path, fact))
      }
    }
    let line = "every result is written before it is read"
    if !isComplete { proofs.refute(line) } else if hasReads { proofs.hold(line) }
  }

  /// Whether a program itself sees to it that a result is there where it reads it.
  private mutating func isSecured(_ slot: Int, _ writers: [Int], _ program: PoolIndex) -> Bool {
    let programs = inspected.programs
    guard programs.indices.contains(Int(program)), let compiled = programs[Int(program)] else {
      return false
    }
    for status in Set(writers.map { table.statusSlot(of: $0) }) {
      securedBytes -= table.programs[Int(program)].text.utf8.count
      guard securedBytes >= 0 else { return false }
      if compiled.isSecured(SlotIndex(slot), steps: status) { return true }
    }
    return false
  }

  /// What a guard may ask first, so that it reads a result only where there is one.
  private func tests(
    for path: ValuePath,
    _ writers: [Int],
    _ program: PoolIndex
  ) -> [String] {
    let programs = inspected.programs
    guard programs.indices.contains(Int(program)), programs[Int(program)]?.type == .bool else {
      return []
    }
    let name = ([path.variable] + path.fields).joined(separator: ".")
    let presence = path.fields.isEmpty ? [] : ["has(\(name)) && …"]
    let status = writers.first {
      Int(table.nodes[$0].resultSlot) == path.slot && table.statusSlot(of: $0) != noIndex
    }
    return presence + (status == nil ? [] : ["steps.\(path.variable).status == 'success' && …"])
  }

  /// A program that a node evaluates, and where.
  private struct Read {
    var node: Int
    var program: PoolIndex
    /// Where control is then.
    var positions: [Int32]
    /// Whether the node's own result is there by then.
    var afterOwnSuccess = false
    var isResult = false
    /// Steps that have succeeded, since a row before this one would be taken otherwise.
    var doubted: [String] = []
  }

  /// Whether a result is written since every step that writes it has succeeded, as guards of rows
  /// before said.
  private func isKnownWritten(_ slot: Int, _ writers: [Int], by names: [String]) -> Bool {
    let owners = writers.filter { Int(table.nodes[$0].resultSlot) == slot }
    return !owners.isEmpty && !names.isEmpty
      && owners.allSatisfy { owner in
        names.contains { $0.sameScalars(as: table.nodes[owner].name) }
      }
  }

  /// What is known of steps at a row: rows of its event that stand before it were not taken.
  private func doubted(before index: RowIndex, of node: Int) -> [String] {
    let event = table.rows[Int(index)].event
    return table.nodes[node].rows.filter { $0 < index }.flatMap { other -> [String] in
      let row = table.rows[Int(other)]
      guard row.event == event, row.guardProgram != noIndex, !row.isNegated,
        row.tree?.operations.isEmpty ?? true
      else { return [] }
      return GuardKnowledge.doubted(by: table.programs[Int(row.guardProgram)].text)
    }
  }

  private func collectReads() -> [Read] {
    var list: [Read] = []
    for node in inspected.graphs.positionedNodes(of: thread) {
      switch relation.roles[node] {
      case .history, .copy: continue
      case .leaf, .host: list += workReads(node)
      case .compound: list += compoundReads(node)
      case .branch: list += branchReads(node)
      case .final: list += finalReads(node)
      }
    }
    list += instanceReads()
    return list.filter { $0.program != noIndex }
  }

  private func entries(_ node: Int) -> [Int32] {
    graph.places(ofWork: node).map { graph.positions[$0] }
  }

  private func workReads(_ node: Int) -> [Read] {
    let entry = table.nodes[node]
    let here = entries(node)
    var list = [
      Read(node: node, program: entry.when, positions: here),
      Read(node: node, program: entry.items, positions: here),
    ]
    var fields = Array(entry.input)
    if entry.effect != noIndex { fields += table.effects[Int(entry.effect)].input }
    for field in fields {
      list.append(Read(node: node, program: table.fields[Int(field)].program, positions: here))
    }
    // A decision with something to call decides after the call.
    let calls = entry.effect != noIndex
    list.append(
      Read(node: node, program: entry.condition, positions: here, afterOwnSuccess: calls)
    )
    list += endReads(node, at: here)
    for index in entry.rows {
      let row = table.rows[Int(index)]
      if row.event == .enter { continue }
      // A step that `when` skips takes its success rows without a result.
      let own = (row.event == .success || row.event == .always) && entry.when == noIndex
      list += rowReads(row, node, at: here, afterOwnSuccess: own && row.event == .success)
    }
    return list
  }

  /// What a node evaluates once its work has succeeded.
  private func endReads(_ node: Int, at positions: [Int32]) -> [Read] {
    let entry = table.nodes[node]
    var programs = [entry.require]
    programs += entry.result.map { table.fields[Int($0)].program }
    programs += entry.assignments.map { table.assignments[Int($0)].program }
    return programs.map {
      Read(node: node, program: $0, positions: positions, afterOwnSuccess: true)
    }
  }

  private func rowReads(
    _ row: Row,
    _ node: Int,
    at positions: [Int32],
    afterOwnSuccess: Bool
  ) -> [Read] {
    let programs =
      [row.guardProgram, row.delay]
      + row.assignments.map { table.assignments[Int($0)].program }
    return programs.map {
      Read(node: node, program: $0, positions: positions, afterOwnSuccess: afterOwnSuccess)
    }
  }

  private func compoundReads(_ node: Int) -> [Read] {
    let entry = table.nodes[node]
    guard let start = relation.entry(of: node) else { return [] }
    var list = [Read(node: node, program: entry.when, positions: [start])]
    list += endReads(node, at: [start + 3])
    for index in entry.rows {
      let row = table.rows[Int(index)]
      switch row.event {
      case .success:
        list += rowReads(row, node, at: [start + 3], afterOwnSuccess: entry.when == noIndex)
      case .failure: list += rowReads(row, node, at: [start + 4], afterOwnSuccess: false)
      default: list += rowReads(row, node, at: [start + 2], afterOwnSuccess: false)
      }
    }
    return list
  }

  private func branchReads(_ node: Int) -> [Read] {
    guard let start = relation.entry(of: node) else { return [] }
    return table.nodes[node].rows.flatMap { index -> [Read] in
      let row = table.rows[Int(index)]
      let isEntry = row.event == .enter
      let known = doubted(before: index, of: node)
      return rowReads(row, node, at: [isEntry ? start : start + 1], afterOwnSuccess: false).map {
        var read = $0
        read.doubted = known
        return read
      }
    }
  }

  private func finalReads(_ node: Int) -> [Read] {
    let entry = table.nodes[node]
    let here = entries(node)
    var fields = Array(entry.result)
    let isEnd = thread == 0 && entry.parent <= 0 && !entry.isFailure
    let own = fields.map { table.fields[Int($0)].program } + [entry.content]
    var list = own.map { Read(node: node, program: $0, positions: here) }
    guard isEnd else { return list }
    fields = Array(table.result)
    for field in fields {
      list.append(
        Read(
          node: node,
          program: table.fields[Int(field)].program,
          positions: here,
          isResult: true
        )
      )
    }
    return list
  }

  /// What an item or child flow returns.
  private func instanceReads() -> [Read] {
    let part = relation.threads[thread]
    guard case .instance(let template) = part.kind else { return [] }
    let root = Int(part.root)
    return table.frames[Int(template)].result.map { field in
      Read(
        node: root,
        program: table.fields[Int(field)].program,
        positions: [part.succeeded],
        isResult: true
      )
    }
  }

  private func finding(_ read: Read, _ path: ValuePath, _ fact: Int) -> Diagnostic {
    let flow = inspected.written
    let writers = flow.writers[fact]
    let search = WaySearch(graph, from: [graph.start] + graph.timeoutTargets) { place, edge in
      guard edge.isSuccessOnly, let node = graph.node(place) else { return true }
      return !writers.contains(node)
    }
    let span: SourceSpan?
    let program = Int(read.program)
    if program < table.debug.programs.count, let text = table.debug.programs[program] {
      span = text.span(path.range)
    } else {
      span = self.span(of: read.node)
    }
    let place = read.positions.first.flatMap { graph.place(of: $0) } ?? 0
    let way = text(search.way(to: place))
    return Messages.unwrittenRead(
      place: read.isResult ? nil : shownName(read.node),
      variable: path.variable,
      fields: path.fields,
      writers: writers.filter { table.nodes[$0].resultSlot == path.slot }.map {
        name(of: $0)
      },
      way: way.isEmpty ? "the start" : way,
      tests: tests(for: path, writers, read.program),
      isRefused: options.isStrict,
      at: span
    )
  }
}
