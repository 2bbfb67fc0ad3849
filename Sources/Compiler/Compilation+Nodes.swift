import Definition
import Source
import Table
import Values

// Nodes: the root, a leaf for each state, and an ending for each final state.
extension Compilation {
  mutating func declareNodes(of machine: Machine) {
    table.nodes = [PlaceNode(name: flow.name, kind: .compound, parent: noIndex)]
    nodeKeys = [""]
    for scope in lowering.scopes.dropFirst() {
      table.scopes.append(ScopeEntry(parent: scope.parent.map { PoolIndex($0) } ?? noIndex))
    }
    table.debug.nodes = [machine.span]
    guard !lowering.isTooLarge,
      allStates.count + machine.finalStates.count < limits.places
    else {
      let hasChildren = lowering.flows.count > 1
      if !lowering.isTooDeep {
        report(Messages.tooManyStates(limits.places, withChildren: hasChildren, at: machine.span))
      }
      isTooLarge = true
      return
    }
    reportRepeatedStates()
    for state in machine.states { declareState(state, in: machine, parent: 0) }
    for final in machine.finalStates where !isDeclared(final.name) {
      declareFinal(final, performer: seedFinalPerformer(final.name, at: final.nameSpan))
    }
    // Child flows have their own endings.
    for state in allStates where (lowering.placements[.string(state.name)]?.flow ?? 0) == 0 {
      declareImplicitTargets(of: state.content)
    }
    for edge in flow.onError + flow.onCancel + flow.onBudget { declareImplicit(edge.target) }
    if let target = flow.timeout?.target { declareImplicit(target) }
    table.nodes[0].subtreeEnd = NodeIndex(table.nodes.count)
    for index in table.nodes.indices.dropFirst() where table.nodes[index].subtreeEnd == noIndex {
      table.nodes[index].subtreeEnd = NodeIndex(index + 1)
    }
    resolveStart(of: machine)
    table.registers.append(RegisterEntry(kind: .steps, node: 0))
    for index in table.nodes.indices.dropFirst() {
      if table.nodes[index].isVisited {
        table.nodes[index].visitsRegister = RegisterIndex(table.registers.count)
        table.registers.append(RegisterEntry(kind: .visits, node: NodeIndex(index)))
      }
      if table.nodes[index].kind == .tree { placeRegisters(ofTree: NodeIndex(index)) }
    }
    table.frames = [
      FrameTemplate(
        nodes: 0..<NodeIndex(table.nodes.count),
        initial: table.start,
        maxInstances: 1,
        registers: 0..<RegisterIndex(table.registers.count),
        slots: 0..<0
      )
    ]
    table.frames[0].histories = 0..<table.historyCount
    declareFrames()
  }

  /// Whether a name stands for a node already, but for a final state inside another state: the
  /// flow's own of that name is another one.
  private func isDeclared(_ name: String) -> Bool {
    guard let index = nodeIndex[.string(name)] else { return false }
    let node = table.nodes[Int(index)]
    return node.kind != .final || node.parent <= 0
  }

  mutating func declareState(
    _ state: Named<Step>,
    in machine: Machine,
    parent: NodeIndex
  ) {
    if state.content.history != nil || state.content.body != nil {
      declareComposite(state, parent: parent)
      return
    }
    let final = parent == 0 ? finals[state.name].map { machine.finalStates[$0] } : nil
    let performer = works[.string(state.name)]?.performer
    if let final {
      if isHouse {
        report(Messages.finalWithBody(state.name, final: final.nameSpan, body: state.nameSpan))
        return
      }
      if let edge = state.content.onSuccess.first {
        report(Messages.finalEdges(state.name, at: edge.span))
      }
      declareFinal(
        Named(name: state.name, nameSpan: state.nameSpan, content: final.content),
        performer: performer
      )
      return
    }
    let placement = lowering.placements[.string(state.name)]
    let awaits = if case .awaits? = placement?.role { true } else { false }
    let kind: PlaceNode.Kind =
      switch state.content.work {
      case .none where placement?.role.isAsking == true: .planner
      case .none where placement?.role.isRunningPlan == true: .plan
      case .none where awaits: .join
      case .wait: .wait
      case .check: .check
      case .agent, .tool, .none:
        if let performer {
          table.performers[Int(performer)].kind == .human ? .human : .action
        } else {
          state.content.decision != nil
            ? .decision
            : placement?.isChart ?? isChart && state.content.onSuccess.isEmpty ? .rest : .pass
        }
      }
    let index = addNode(state.name, kind, at: state.nameSpan, parent: parent)
    table.nodes[Int(index)].isChart = placement?.isChart ?? isChart
  }

  /// A state with states inside, or one that stands for a remembered configuration.
  private mutating func declareComposite(_ state: Named<Step>, parent: NodeIndex) {
    let kind: PlaceNode.Kind
    let placement = lowering.placements[.string(state.name)]
    switch (state.content.body, placement?.role) {
    case (.machine, .fork): kind = .fork
    case (.machine, .call): kind = .call
    case (.machine, _): kind = .compound
    case (.parallel, _), (.tasks, _), (.flow, _), (.planner, _): kind = .parallel
    case (.tree, _): kind = .tree
    case (nil, _): kind = .history
    }
    let index = addNode(state.name, kind, at: state.nameSpan, parent: parent)
    table.nodes[Int(index)].isChart = placement?.isChart ?? isChart
    if kind == .fork || kind == .call { templates[index] = index + 1 }
    switch state.content.body {
    case .machine(let inner):
      for child in inner.states { declareState(child, in: inner, parent: index) }
      for final in inner.finalStates {
        let end = addNode(final.name, .final, at: final.nameSpan, parent: index)
        table.nodes[Int(end)].isFailure = final.content.isFailure
        table.nodes[Int(end)].isChart =
          lowering.placements[.string(final.name)]?.isChart ?? isChart
        finalStates[end] = final.content
      }
    case .parallel(let regions):
      let none = Machine(
        states: [],
        initialState: nil,
        finalStates: [],
        declaresFinalStates: false,
        span: regions.span
      )
      for region in regions.regions { declareState(region, in: none, parent: index) }
    case .tree(let tree):
      table.nodes[Int(index)].tree = TreePart()
      layOut(tree, below: index)
    case .flow, .tasks, .planner: break
    case nil:
      table.nodes[Int(index)].history = table.historyCount
      table.historyCount += 1
    }
    table.nodes[Int(index)].subtreeEnd = NodeIndex(table.nodes.count)
  }

  /// Ids are unique in a flow, however deep they stand.
  private mutating func reportRepeatedStates() {
    var seen: [MapKey: SourceSpan] = [:]
    for state in allStates {
      if let first = seen[.string(state.name)] {
        report(Messages.repeatedState(state.name, first: first, at: state.nameSpan))
      } else {
        seen[.string(state.name)] = state.nameSpan
      }
    }
  }

  /// A final state; with something to run, an action that leads to its own ending (rule 4).
  private mutating func declareFinal(_ final: Named<FinalState>, performer: PoolIndex?) {
    if let performer {
      let kind: PlaceNode.Kind =
        table.performers[Int(performer)].kind == .human ? .human : .action
      addNode(final.name, kind, at: final.nameSpan)
      works[.string(final.name)] = ResolvedWork(performer: performer)
      let action = nodeIndex[.string(final.name)]
      let end = addNode(final.name, .final, at: final.nameSpan)
      declareEnding(end, final.content)
      // Edges lead to the action; its own ending is the next node.
      nodeIndex[.string(final.name)] = action
      let parent = table.nodes[Int(end)].parent
      for name in [final.name, table.nodes[Int(end)].name] {
        children[parent]?[.string(name)] = action
      }
    } else {
      let end = addNode(final.name, .final, at: final.nameSpan)
      declareEnding(end, final.content)
    }
  }

  private mutating func declareEnding(_ end: NodeIndex, _ final: FinalState) {
    table.nodes[Int(end)].isFailure = final.isFailure
    if !final.onEntry.isEmpty || !final.onExit.isEmpty { finalStates[end] = final }
  }

  /// Targets without a body that name an agent or tool are final states that run it (rule 3).
  private mutating func declareImplicitTargets(of step: Step) {
    for edge in step.onSuccess + step.onError + step.onTimeout + step.onCancel {
      declareImplicit(edge.target)
    }
    if let decision = step.decision {
      declareImplicit(decision.onTrue)
      declareImplicit(decision.onFalse)
    }
  }

  private mutating func declareImplicit(_ target: Located<String>) {
    guard !isHouse, nodeIndex[.string(target.value)] == nil else { return }
    guard let performer = seedFinalPerformer(target.value, at: target.span) else { return }
    declareFinal(
      Named(name: target.value, nameSpan: target.span, content: FinalState()),
      performer: performer
    )
  }

  private mutating func seedFinalPerformer(_ name: String, at span: SourceSpan) -> PoolIndex? {
    isHouse ? nil : seedPerformer(named: name, at: span, inPlannerOf: flow.planningAgent)
  }

  @discardableResult
  mutating func addNode(
    _ name: String,
    _ kind: PlaceNode.Kind,
    at span: SourceSpan,
    parent: NodeIndex = 0
  ) -> NodeIndex {
    let index = NodeIndex(table.nodes.count)
    let key = name
    let name = lowering.placements[.string(key)]?.name ?? key
    table.nodes.append(PlaceNode(name: name, kind: kind, parent: parent))
    table.debug.nodes.append(span)
    nodeKeys.append(key)
    // Of endings with one name in several nodes the outermost is the one seen from elsewhere.
    if kind != .final || parent == 0 || nodeIndex[.string(key)] == nil {
      nodeIndex[.string(key)] = index
    }
    children[parent, default: [:]][.string(key)] = index
    if !name.isEmpty { children[parent, default: [:]][.string(name)] = index }
    return index
  }

  /// The ending behind a final state that runs something.
  func ending(behind index: Int) -> NodeIndex? {
    guard index + 1 < table.nodes.count, table.nodes[index + 1].kind == .final,
      table.nodes[index + 1].name.sameScalars(as: table.nodes[index].name)
    else { return nil }
    return NodeIndex(index + 1)
  }

  private mutating func resolveStart(of machine: Machine) {
    for edge in machine.otherInitialStates { _ = resolve(edge) }
    guard let initial = machine.initialState else {
      report(Messages.noInitialState(machine.states.first?.name, at: machine.span))
      return
    }
    if let start = resolve(initial) { table.start = start }
  }

  /// The node of a target, or a finding: the nearest by its name, from the node that leads there.
  ///
  /// `leadsOut`: the edge is that of the composite node `source`, and not of one inside it.
  mutating func resolve(
    _ target: Located<String>,
    from source: NodeIndex = 0,
    leadsOut: Bool = false
  ) -> NodeIndex? {
    var node = source
    var own: NodeIndex?
    var seen = table.nodes.dropFirst()
    while node != noIndex {
      if let index = children[node]?[.string(target.value)] {
        // Its own final state is where a node has ended: one of that name around it is meant first.
        let isOwn = leadsOut && node == source && table.nodes[Int(index)].kind == .final
        guard isOwn else { return index }
        own = index
      }
      let parent = node == 0 ? noIndex : table.nodes[Int(node)].parent
      // No edge leaves a child flow or an item of a map: what runs them goes on when they end.
      if parent != noIndex, templates[parent] == node {
        seen = table.nodes[Int(node)..<Int(table.nodes[Int(node)].subtreeEnd)]
        break
      }
      node = parent
    }
    if let own { return own }
    if node == noIndex, let index = nodeIndex[.string(target.value)] { return index }
    let names = NameIndex(seen.map(\.name)).uniqueNames.filter { !$0.isEmpty }
    report(Messages.unknownTarget(target, among: names, isHouse: isHouse))
    return nil
  }
}
