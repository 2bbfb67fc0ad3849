import Definition
import Document
import Source
import Table
import Values

// Frames: what maps and child flows run, and in which scope names are looked for.
extension Compilation {
  /// The written step of a node, if it has a body.
  func step(of index: Int) -> Step? {
    states[nodeKeys[index]].map { allStates[$0].content }
  }

  func placement(of index: Int) -> Placement? {
    lowering.placements[.string(nodeKeys[index])]
  }

  /// Whether a node belongs to a list of tasks, so that its order says what follows.
  func isTask(_ index: Int) -> Bool { placement(of: index)?.isTask ?? false }

  /// Whether results of the node are merged into the state of a seed (FLOW-SEMANTICS 9).
  func merges(_ index: Int) -> Bool { !isTask(index) || placement(of: index)?.isOpen ?? false }

  /// Whether a fork or call runs the node.
  func isTemplate(_ index: Int) -> Bool {
    placement(of: index)?.isTemplate ?? false
  }

  /// The scope in which a node's id stands and its own texts are read.
  func outerScope(of index: Int) -> PoolIndex {
    PoolIndex(placement(of: index)?.scope ?? 0)
  }

  /// The scope that a node's `result` reads: that of what it holds.
  func innerScope(of index: Int) -> PoolIndex {
    // A child flow's names stay inside it; what it returns is its own `result`.
    if table.nodes[index].kind == .call { return outerScope(of: index) }
    return PoolIndex(placement(of: index)?.inner ?? 0)
  }

  /// Texts compiled from now on belong to a node.
  mutating func turn(to index: Int) {
    scope = outerScope(of: index)
    flowNumber = placement(of: index)?.flow ?? 0
  }

  /// Whether a node stands directly in a flow's own machine, whose `on_error` it takes.
  func isTop(_ index: Int) -> Bool {
    let parent = Int(table.nodes[index].parent)
    guard parent > 0 else { return parent == 0 }
    guard isTemplate(parent) else { return false }
    return table.nodes[Int(table.nodes[parent].parent)].kind == .call
  }

  /// The frame templates, after all nodes and registers.
  mutating func declareFrames() {
    for owner in templates.keys.sorted() {
      let root = owner + 1
      guard Int(root) < table.nodes.count, table.nodes[Int(root)].parent == owner else { continue }
      let end = table.nodes[Int(root)].subtreeEnd
      var own = (root..<end).compactMap { index -> RegisterIndex? in
        let register = table.nodes[Int(index)].visitsRegister
        return register == noIndex ? nil : register
      }
      for tree in trees where (root..<end).contains(tree.node) && !tree.registers.isEmpty {
        own += [tree.base, tree.base + RegisterIndex(tree.registers.count) - 1]
      }
      let first = own.min() ?? 0
      var template = FrameTemplate(
        nodes: root..<end,
        initial: root,
        maxInstances: Int32(clamping: step(of: Int(owner))?.forEach?.maxItems?.value ?? 1),
        registers: first..<(own.max().map { $0 + 1 } ?? first),
        slots: 0..<0
      )
      template.scope = PoolIndex(placement(of: Int(owner))?.inner ?? 0)
      let histories = (root..<end).compactMap { index -> Int32? in
        let history = table.nodes[Int(index)].history
        return history == noIndex ? nil : history
      }
      let firstHistory = histories.min() ?? 0
      template.histories = firstHistory..<(histories.max().map { $0 + 1 } ?? firstHistory)
      table.nodes[Int(owner)].template = PoolIndex(table.frames.count)
      table.frames.append(template)
    }
  }

  // MARK: Slots

  /// The names that every instance has, before those of its steps.
  mutating func openTemplate(at index: Int) {
    guard isTemplate(index) else { return }
    let owner = Int(table.nodes[index].parent)
    let number = Int(table.nodes[owner].template)
    guard number > 0 else { return }
    let scope = table.frames[number].scope
    table.frames[number].slots = SlotIndex(table.slots.count)..<SlotIndex(table.slots.count)
    if table.nodes[owner].kind == .fork {
      addSlot("item", .item, scope: scope)
      addSlot("index", .index, scope: scope)
    } else {
      let outer = flowNumber
      flowNumber = placement(of: index)?.flow ?? 0
      let flow = ownFlow
      if !lowering.flowsWithoutInput.contains(flowNumber) {
        addSlot("input", .input, schema: addSchema(of: flow.input), scope: scope)
      }
      if !lowering.flowsOfAgents.contains(flowNumber) { addState(of: flow, number, scope) }
      addSlot("event", .event, scope: scope)
      flowNumber = outer
    }
    addSlot("output", .output, scope: scope)
    addSlot("error", .error, scope: scope)
  }

  /// The state that an instance of a child flow has to itself.
  private mutating func addState(of flow: Flow, _ number: Int, _ scope: PoolIndex) {
    addSlot("state", .state, schema: addSchema(of: flow.state), scope: scope)
    var initial = ValueMap()
    for field in flow.state.fields {
      if let value = field.defaultValue { initial[field.name] = value.value }
    }
    table.frames[number].initialState = JSONWriter.string(.map(initial))
  }

  /// The templates whose last node this is own the slots up to here.
  mutating func closeTemplates(after index: Int) {
    for number in table.frames.indices.dropFirst()
    where Int(table.frames[number].nodes.upperBound) == index + 1 {
      let first = table.frames[number].slots.lowerBound
      table.frames[number].slots = first..<SlotIndex(table.slots.count)
    }
  }

  // MARK: Parts

  /// What a composite step, a map or a call is beyond a leaf.
  mutating func compileParts(of index: Int, _ node: inout PlaceNode, _ step: Step) {
    if let timeout = step.timeoutMilliseconds {
      node.deadlineMilliseconds = timeout.value
      note(.timeout, of: index, at: timeout.span)
    }
    switch node.kind {
    case .fork:
      if let items = step.forEach?.items { node.items = addProgram(.expression, items) }
      compileItemResult(of: index, node)
    case .call:
      node.input = addFields(step.input ?? [])
      compileCall(of: index, &node, step)
    default: break
    }
  }

  /// What each item gives: the `result` written beside its tasks.
  private mutating func compileItemResult(of index: Int, _ node: PlaceNode) {
    guard table.nodes[index + 1].isComposite, let result = self.step(of: index + 1)?.result else {
      return
    }
    scope = PoolIndex(placement(of: index)?.inner ?? 0)
    table.frames[Int(node.template)].result = addFields(result)
    scope = outerScope(of: index)
  }

  private mutating func compileCall(of index: Int, _ node: inout PlaceNode, _ step: Step) {
    let outer = (scope, flowNumber)
    defer { (scope, flowNumber) = outer }
    checkCallInput(of: index, step)
    flowNumber = placement(of: index + 1)?.flow ?? 0
    let flow = ownFlow
    if let timeout = flow.timeout {
      let own = node.deadlineMilliseconds
      let limit = timeout.afterMilliseconds.value
      node.deadlineMilliseconds = own >= 0 ? min(own, limit) : limit
    }
    scope = PoolIndex(placement(of: index)?.inner ?? 0)
    table.frames[Int(node.template)].result = addFields(flow.result)
    if !flow.isDetached { refuseRunKeys(of: flow) }
    if flow.isDetached {
      // A run of its own: no instance of it belongs to this one.
      table.frames[Int(node.template)].maxInstances = 0
    }
  }

  /// What only a run has is not left out in silence where a step calls the flow.
  private mutating func refuseRunKeys(of flow: Flow) {
    let hint = "give the step that calls the flow an `on_timeout` edge, and the flow no"
    if let grace = flow.timeout?.graceMilliseconds {
      report(Messages.onlyOfWholeRuns("the grace of a `timeout`", "\(hint) grace", at: grace.span))
    }
    if let target = flow.timeout?.target {
      let key = "the target of a `timeout`"
      report(Messages.onlyOfWholeRuns(key, "\(hint) target", at: target.span))
    }
    if let maxSteps = flow.maxSteps {
      let bound = "write it at the top of the file, or `max_visits` on a step of the cycle"
      report(Messages.onlyOfWholeRuns("`max_steps`", bound, at: maxSteps.span))
    }
  }

  /// Keys of `with` against the input that the child flow declares.
  private mutating func checkCallInput(of index: Int, _ step: Step) {
    let number = placement(of: index + 1)?.flow ?? 0
    guard !lowering.flowsWithoutInput.contains(number) else { return }
    let child = lowering.flows[number]
    guard let declared = child.input, declared.isClosed, !declared.fields.isEmpty else { return }
    let names = NameIndex(declared.fields.map(\.name))
    let given = NameIndex((step.input ?? []).map(\.name))
    for field in step.input ?? [] where !names.contains(field.name) {
      report(
        Messages.unknownInput(field.name, of: child.name, among: names.names, at: field.nameSpan)
      )
    }
    for field in declared.fields
    where !field.isOptional && field.defaultValue == nil && !given.contains(field.name) {
      report(
        Messages.missingInput(
          field.name,
          of: child.name,
          declared: field.nameSpan,
          at: step.span
        )
      )
    }
  }
}
