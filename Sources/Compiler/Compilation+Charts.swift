import Definition
import Document
import Source
import Table
import Values

// What statecharts add to states: initial states, entry and exit, events, delays, histories.
extension Compilation {
  /// Everything that needs all nodes to be declared.
  mutating func compileCharts(of machine: Machine) {
    table.nodes[0].isChart = isChart
    if !machine.initialActions.isEmpty || !machine.otherInitialStates.isEmpty {
      table.nodes[0].initialActions = addActions(machine.initialActions)
      var targets = [table.start]
      targets += machine.otherInitialStates.compactMap { resolve($0) }
      table.nodes[0].initial = addList(targets)
    }
    for index in table.nodes.indices.dropFirst() {
      let node = table.nodes[index]
      turn(to: index)
      if let final = finalStates[NodeIndex(index)] {
        compileFinal(index, final)
      } else if let step = step(of: index), node.kind != .final {
        compileChart(index, step)
      }
    }
  }

  private mutating func compileFinal(_ index: Int, _ final: FinalState) {
    table.nodes[index].entryBlocks = addBlocks(final.onEntry)
    table.nodes[index].exitBlocks = addBlocks(final.onExit)
    // What a final state of the whole flow hands on is the flow's own result.
    guard table.nodes[index].parent > 0 else { return }
    if let result = final.result { table.nodes[index].result = addFields(result) }
    if let content = final.content {
      table.nodes[index].content = addProgram(.expression, content)
    }
  }

  private mutating func compileChart(_ index: Int, _ step: Step) {
    table.nodes[index].entryBlocks = addBlocks(step.onEntry)
    table.nodes[index].exitBlocks = addBlocks(step.onExit)
    if let history = step.history {
      let targets = history.targets.compactMap { resolve($0, from: table.nodes[index].parent) }
      table.nodes[index].isDeep = history.isDeep
      table.nodes[index].initial = addList(targets)
      table.nodes[index].initialActions = addActions(history.actions)
    }
    if templates[NodeIndex(index)] != nil {
      if table.nodes[index].kind == .fork {
        table.nodes[index].join = addJoin(step.join ?? .all, step, of: index)
      }
      return
    }
    switch step.body {
    case .machine(let inner):
      var targets: [NodeIndex] = []
      if let initial = inner.initialState {
        targets = ([initial] + inner.otherInitialStates).compactMap {
          resolve($0, from: NodeIndex(index))
        }
      } else if index + 1 < Int(table.nodes[index].subtreeEnd) {
        targets = [NodeIndex(index + 1)]
      }
      if targets.isEmpty {
        report(Messages.emptyState(table.nodes[index].name, at: step.span))
        targets = [NodeIndex(max(1, index))]
      }
      table.nodes[index].initial = addList(targets)
      table.nodes[index].initialActions = addActions(inner.initialActions)
    case .parallel: table.nodes[index].join = addJoin(step.join ?? .all, step, of: index)
    case .flow, .tasks, .tree, .planner, nil: break
    }
  }

  /// A join policy of the pool.
  mutating func addJoin(_ join: Join, _ step: Step, of index: Int) -> PoolIndex {
    var policy: JoinPolicy
    switch join {
    case .all: policy = JoinPolicy(kind: .all)
    case .any: policy = JoinPolicy(kind: .any)
    case .first: policy = JoinPolicy(kind: .first)
    case .finished: policy = JoinPolicy(kind: .finished)
    case .count(let count): policy = JoinPolicy(kind: .count, count: Int32(clamping: count))
    }
    let limit = lowering.concurrencies[.string(nodeKeys[index])]
    policy.concurrency = Int32(clamping: limit ?? 0)
    switch step.forEach?.itemError {
    case .collect: policy.itemError = .collects
    case .skip: policy.itemError = .skips
    case .fail, nil: break
    }
    table.joins.append(policy)
    return PoolIndex(table.joins.count - 1)
  }

  /// The rows of a chart state for events, delays and none.
  mutating func compileEventRows(of index: Int, _ step: Step) {
    for entry in step.onEvent {
      let names = entry.descriptors.map { addName($0.value) }
      let descriptors = addList(names)
      addEventRow(index, .external, entry.edge) { $0.descriptors = descriptors }
    }
    for entry in step.after {
      switch entry.delay {
      case .milliseconds(let delay):
        addEventRow(index, .after, entry.edge) { $0.detail = delay.value }
      case .expression(let source):
        let program = addProgram(.expression, source)
        addEventRow(index, .after, entry.edge) { $0.delay = program }
      }
    }
    for edge in step.always { addEventRow(index, .always, edge) }
  }

  private mutating func addEventRow(
    _ index: Int,
    _ event: EventClass,
    _ edge: Edge,
    _ fill: (inout Row) -> Void = { _ in }
  ) {
    var program = noIndex
    if case .expression(let source) = edge.condition { program = addProgram(.expression, source) }
    let assignments = addAssignments(edge.assignments)
    addRow(index, event, edge) { row in
      row.guardProgram = program
      row.guardErrorMode = .raisesEvent
      row.assignments = assignments
      fill(&row)
    }
  }

  // MARK: Pools

  /// A list of numbers of the lists pool.
  mutating func addList(_ numbers: [Int32]) -> Range<PoolIndex> {
    let first = PoolIndex(table.lists.count)
    table.lists += numbers
    return first..<PoolIndex(table.lists.count)
  }

  private mutating func addName(_ name: String) -> PoolIndex {
    if let known = eventNames[.string(name)] { return known }
    let number = PoolIndex(table.names.count)
    eventNames[.string(name)] = number
    table.names.append(name)
    return number
  }

  private mutating func addBlocks(_ blocks: [[Action]]) -> Range<PoolIndex> {
    let ranges = blocks.map { addActions($0) }
    let first = PoolIndex(table.blocks.count)
    table.blocks += ranges
    return first..<PoolIndex(table.blocks.count)
  }

  /// Actions of the pool; what lies inside others stands before them.
  mutating func addActions(_ actions: [Action]) -> Range<PoolIndex> {
    let entries = actions.map { entry(of: $0) }
    let first = PoolIndex(table.actions.count)
    table.actions += entries
    return first..<PoolIndex(table.actions.count)
  }

  private mutating func entry(of action: Action) -> ActionEntry {
    switch action {
    case .assign(let assignment):
      checkStateField(assignment.field)
      return ActionEntry(
        kind: .assign,
        program: addProgram(.expression, assignment.expression),
        text: assignment.field.value
      )
    case .raise(let name): return ActionEntry(kind: .raise, text: name.value)
    case .send(let send): return entry(of: send)
    case .cancel(let id):
      var entry = ActionEntry(kind: .cancel)
      (entry.text, entry.textProgram) = addText(id)
      return entry
    case .log(let source, let label):
      return ActionEntry(
        kind: .log,
        program: source.map { addProgram(.expression, $0) } ?? noIndex,
        text: label
      )
    case .choose(let condition, let body, let otherwise):
      var entry = ActionEntry(kind: .choose, program: addProgram(.expression, condition))
      entry.body = addActions(body)
      entry.otherwise = addActions(otherwise)
      return entry
    case .loop(let items, let item, let index, let body):
      checkStateField(item)
      if let index { checkStateField(index) }
      var entry = ActionEntry(
        kind: .loop,
        program: addProgram(.expression, items),
        text: item.value
      )
      entry.id = index?.value ?? ""
      entry.body = addActions(body)
      return entry
    }
  }

  private mutating func entry(of send: SendAction) -> ActionEntry {
    var entry = ActionEntry(
      kind: .send,
      program: send.content.map { addProgram(.expression, $0) } ?? noIndex
    )
    if let event = send.event { (entry.text, entry.textProgram) = addText(event) }
    if let target = send.target { (entry.target, entry.targetProgram) = addText(target) }
    entry.id = send.id?.value ?? ""
    entry.idField = send.idField?.value ?? ""
    switch send.delay {
    case .milliseconds(let delay): entry.delayMilliseconds = delay.value
    case .expression(let source): entry.delayProgram = addProgram(.expression, source)
    case nil: break
    }
    let fields = send.data.map { field in
      FieldEntry(name: field.name, program: addProgram(.expression, field.value))
    }
    let first = PoolIndex(table.fields.count)
    table.fields += fields
    entry.fields = first..<PoolIndex(table.fields.count)
    return entry
  }

  private mutating func addText(_ text: EventText) -> (String, PoolIndex) {
    switch text {
    case .text(let text): (text.value, noIndex)
    case .expression(let source): ("", addProgram(.expression, source))
    }
  }

  private mutating func checkStateField(_ field: Located<String>) {
    guard isHouse, !stateFields.contains(field.value) else { return }
    report(Messages.unknownStateField(field, among: stateFields.uniqueNames))
  }
}

extension Machine {
  /// The states in preorder, those inside others included.
  var allStates: [Named<Step>] {
    var all: [Named<Step>] = []
    var stack = Array(states.reversed())
    while let state = stack.popLast() {
      all.append(state)
      switch state.content.body {
      case .machine(let inner): stack += inner.states.reversed()
      case .parallel(let regions): stack += regions.regions.reversed()
      case .tree(let tree): stack += tree.leaves.reversed()
      case .flow, .tasks, .planner, nil: break
      }
    }
    return all
  }
}

extension PlaceNode {
  /// Whether it is a step that people can ask about in `steps.<id>`.
  var isStep: Bool { kind != .final && kind != .history }
  /// Whether people know it by a name.
  var isNamed: Bool { !name.isEmpty }
}
