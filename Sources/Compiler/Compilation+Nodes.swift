import Definition
import Source
import Table
import Values

// Nodes: the root, a leaf for each state, and an ending for each final state.
extension Compilation {
  mutating func declareNodes(of machine: Machine) {
    table.nodes = [PlaceNode(name: flow.name, kind: .compound, parent: noIndex)]
    table.debug.nodes = [machine.span]
    guard machine.states.count + machine.finalStates.count < limits.places else {
      report(Messages.tooManyStates(limits.places, at: machine.span))
      isTooLarge = true
      return
    }
    for state in machine.states { declareState(state, in: machine) }
    for final in machine.finalStates where nodeIndex[.string(final.name)] == nil {
      declareFinal(final, performer: seedFinalPerformer(final.name, at: final.nameSpan))
    }
    for state in machine.states { declareImplicitTargets(of: state.content) }
    for edge in flow.onError + flow.onCancel + flow.onBudget { declareImplicit(edge.target) }
    if let target = flow.timeout?.target { declareImplicit(target) }
    table.nodes[0].subtreeEnd = NodeIndex(table.nodes.count)
    for index in table.nodes.indices.dropFirst() {
      table.nodes[index].subtreeEnd = NodeIndex(index + 1)
    }
    resolveStart(of: machine)
    table.registers.append(RegisterEntry(kind: .steps, node: 0))
    for index in table.nodes.indices.dropFirst() where table.nodes[index].kind != .final {
      table.nodes[index].visitsRegister = RegisterIndex(table.registers.count)
      table.registers.append(RegisterEntry(kind: .visits, node: NodeIndex(index)))
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
  }

  private mutating func declareState(_ state: Named<Step>, in machine: Machine) {
    let final = finals[state.name].map { machine.finalStates[$0] }
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
    let kind: PlaceNode.Kind =
      switch state.content.work {
      case .wait: .wait
      case .check: .check
      case .agent, .tool, .none:
        if let performer {
          table.performers[Int(performer)].kind == .human ? .human : .action
        } else {
          state.content.decision == nil ? .pass : .decision
        }
      }
    addNode(state.name, kind, at: state.nameSpan)
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
      table.nodes[Int(end)].isFailure = final.content.isFailure
      // Edges lead to the action; its own ending is the next node.
      nodeIndex[.string(final.name)] = action
    } else {
      let end = addNode(final.name, .final, at: final.nameSpan)
      table.nodes[Int(end)].isFailure = final.content.isFailure
    }
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
    isHouse ? nil : seedPerformer(named: name, at: span)
  }

  @discardableResult
  private mutating func addNode(
    _ name: String,
    _ kind: PlaceNode.Kind,
    at span: SourceSpan
  ) -> NodeIndex {
    let index = NodeIndex(table.nodes.count)
    table.nodes.append(PlaceNode(name: name, kind: kind, parent: 0))
    table.debug.nodes.append(span)
    nodeIndex[.string(name)] = index
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
    guard let initial = machine.initialState else {
      report(Messages.noInitialState(machine.states.first?.name, at: machine.span))
      return
    }
    if let start = resolve(initial) { table.start = start }
  }

  /// The node of a target, or a finding.
  mutating func resolve(_ target: Located<String>) -> NodeIndex? {
    if let index = nodeIndex[.string(target.value)] { return index }
    let names = NameIndex(table.nodes.dropFirst().map(\.name)).uniqueNames
    report(Messages.unknownTarget(target, among: names, isHouse: isHouse))
    return nil
  }
}
