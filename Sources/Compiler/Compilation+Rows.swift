import Definition
import Source
import Table
import Values

// The rows that leave a leaf, in priority order (FLOW-SEMANTICS 5 to 8).
extension Compilation {
  /// `isHandler`: the step is the target of the flow's `on_error`, which then never applies to it.
  mutating func compileRows(of index: Int, _ step: Step, isHandler: Bool) {
    let own = treeRows[NodeIndex(index)] ?? []
    for entry in own {
      table.rows.append(entry.row)
      table.debug.rows.append(entry.span)
    }
    if isInTree(index) { return }
    if let end = ending(behind: index) {
      addRow(index, .success, to: end, at: table.debug.nodes[index])
    } else if let decision = step.decision {
      compileDecision(of: index, decision)
    } else {
      compileSuccess(of: index, step)
    }
    // The enclosing node's edges come before the flow's: what stands inside passes its failure on.
    let inherited = isHandler || !isTop(index) ? [] : ownFlow.onError
    compileFailures(of: index, step, inherited: inherited)
    compileCancellation(of: index, step, inherited: inherited)
    compileEventRows(of: index, step)
  }

  private mutating func compileDecision(of index: Int, _ decision: Decision) {
    let program = addProgram(.expression, decision.condition)
    table.nodes[index].condition = program
    if let target = resolve(decision.onTrue, from: table.nodes[index].parent) {
      addRow(index, .success, to: target, at: decision.onTrue.span) { $0.guardProgram = program }
    }
    if let target = resolve(decision.onFalse, from: table.nodes[index].parent) {
      addRow(index, .success, to: target, at: decision.onFalse.span) { row in
        row.guardProgram = program
        row.isNegated = true
      }
    }
  }

  private mutating func compileSuccess(of index: Int, _ step: Step) {
    let first = RowIndex(table.rows.count)
    for edge in step.onSuccess { addEdge(edge, from: index, .success, kinds: .all) }
    guard let last = step.onSuccess.last else {
      if table.nodes[index].isChart || isTask(index) { return }
      report(Messages.noWayOn(table.nodes[index].name, at: table.debug.nodes[index]))
      return
    }
    if case .always = last.condition { return }
    openLists.append(
      OpenEdgeList(
        place: NodeIndex(index),
        rows: first..<RowIndex(table.rows.count),
        span: last.span
      )
    )
  }

  /// Timeouts first, then the flow's `on_budget`, then the step's edges; the flow's `on_error`
  /// takes what those leave open.
  private mutating func compileFailures(of index: Int, _ step: Step, inherited: [Edge]) {
    for edge in step.onTimeout {
      addEdge(edge, from: index, .failure, kinds: ErrorKindSet([.timeout]))
    }
    if spends(index) {
      for edge in ownFlow.onBudget where !edge.target.value.sameScalars(as: table.nodes[index].name)
      {
        addEdge(edge, from: index, .failure, kinds: ErrorKindSet([.budget]))
      }
    }
    for edge in step.onError { addEdge(edge, from: index, .failure, kinds: .all) }
    guard !step.onError.endsAlways else { return }
    for edge in inherited { addEdge(edge, from: index, .failure, kinds: .all) }
  }

  /// Whether the flow's `on_budget` is about a node: it calls, or runs what does, in its frame.
  ///
  /// What fails inside an item of a map makes the map fail.
  private func spends(_ index: Int) -> Bool {
    let node = table.nodes[index]
    guard node.effect != noIndex || node.kind == .fork || node.kind == .call else { return false }
    var root = NodeIndex(index)
    while root > 0, templates[table.nodes[Int(root)].parent] != root {
      root = table.nodes[Int(root)].parent
    }
    return root == 0 || table.nodes[Int(table.nodes[Int(root)].parent)].kind == .call
  }

  /// Own `on_cancel`; else a write's own `on_error`; else the flow's `on_cancel`; else, for a
  /// write, the flow's `on_error`.
  private mutating func compileCancellation(of index: Int, _ step: Step, inherited: [Edge]) {
    let effect = table.nodes[index].effect
    let isWrite =
      effect != noIndex && table.performers[Int(table.effects[Int(effect)].performer)].isWrite
    let name = table.nodes[index].name
    let own = isWrite ? step.onError : []
    let general =
      !isTop(index) || ownFlow.onCancel.contains { $0.target.value.sameScalars(as: name) }
      ? [] : ownFlow.onCancel
    let lists = [step.onCancel, own, general, isWrite ? inherited : []]
    for list in lists where !list.isEmpty {
      for edge in list { addEdge(edge, from: index, .cancel, kinds: .all) }
      if list.endsAlways { return }
    }
  }

  private mutating func addEdge(
    _ edge: Edge,
    from index: Int,
    _ event: EventClass,
    kinds: ErrorKindSet
  ) {
    var kinds = kinds
    var program = noIndex
    switch edge.condition {
    case .always: break
    case .kind(let kind):
      guard let resolved = resolve(kind: kind) else { return }
      // What is cancelled has that kind, or `unknown` when it was a write that may have happened.
      if event == .cancel, resolved != .cancelled, resolved != .unknown { return }
      let isAnyCancellation = event == .cancel && resolved == .cancelled
      kinds = isAnyCancellation ? .all : kinds.intersection(ErrorKindSet([resolved]))
      // An edge of `on_timeout` that asks for another kind can never be taken.
      if kinds.isEmpty { return }
    case .expression(let source): program = addProgram(.expression, source)
    }
    let assignments = addAssignments(edge.assignments)
    addRow(index, event, edge) { row in
      row.kinds = kinds
      row.guardProgram = program
      row.assignments = assignments
    }
  }

  /// A row for an edge, its targets and actions; nothing when a target is unknown.
  mutating func addRow(
    _ index: Int,
    _ event: EventClass,
    _ edge: Edge,
    _ fill: (inout Row) -> Void
  ) {
    let source = table.nodes[index].parent
    let actions = addActions(edge.actions)
    guard !edge.isTargetless else {
      addRow(index, event, to: noIndex, at: edge.span) { row in
        row.actions = actions
        row.domain = 0..<0
        fill(&row)
      }
      return
    }
    // States inside come first for edges that stay inside.
    let start = table.nodes[index].isComposite ? NodeIndex(index) : source
    var targets: [NodeIndex] = []
    for target in [edge.target] + edge.otherTargets {
      let leadsOut = table.nodes[index].isComposite
      guard let node = resolve(target, from: start, leadsOut: leadsOut) else { return }
      targets.append(node)
    }
    let several = targets.count > 1 ? addList(targets) : 0..<0
    let domain = table.domain(
      from: NodeIndex(index),
      to: targets,
      isInternal: edge.isInternal
    )
    addRow(index, event, to: targets[0], at: edge.span) { row in
      row.targets = several
      row.actions = actions
      row.isInternal = edge.isInternal
      row.domain = domain
      fill(&row)
    }
  }

  private mutating func addRow(
    _ index: Int,
    _ event: EventClass,
    to target: NodeIndex,
    at span: SourceSpan?,
    _ fill: (inout Row) -> Void = { _ in }
  ) {
    var row = Row(place: NodeIndex(index), event: event, target: target)
    row.domain = table.domain(from: NodeIndex(index), to: [target], isInternal: false)
    fill(&row)
    table.rows.append(row)
    table.debug.rows.append(span)
  }
}
