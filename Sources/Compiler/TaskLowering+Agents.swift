import Definition
import Document
import Source
import Values

// Agents with planners of their own, called from a step: child flows that see the flow around them.
extension TaskLowering {
  /// The agent whose planner a step of the seed form runs, by its `agent:` or its name; nil: none.
  ///
  /// Inside an agent's own planner the agent itself is called, and not its planner again.
  func plannedAgent(_ named: Named<Step>, _ place: Place) -> Named<AgentDefinition>? {
    guard flows[0].form == .seed, named.content.body == nil, named.content.history == nil else {
      return nil
    }
    let id: String
    switch named.content.work {
    case .agent(let agent, action: nil): id = agent.value
    case .none where !place.isTask: id = named.name
    default: return nil
    }
    if let own = flows[place.flow].planningAgent, own.sameScalars(as: id) { return nil }
    return agent(named: id).flatMap { $0.content.planner == nil ? nil : $0 }
  }

  /// How many of several steps may run at a time, for the agents that they call; nil: all.
  ///
  /// A map's step counts as often as it has items.
  func concurrency(of steps: [Step]) -> Int? {
    guard flows[0].form == .seed else { return nil }
    let found = flows[0].agents.compactMap { agent -> Int? in
      guard let limit = agent.content.concurrency?.value else { return nil }
      var callers = 0
      for step in steps {
        guard case .agent(let id, _) = step.work, id.value.sameScalars(as: agent.name) else {
          continue
        }
        callers += step.forEach == nil ? 1 : step.forEach?.maxItems?.value ?? .max / 2
      }
      return callers > limit ? limit : nil
    }
    return found.min()
  }

  private func agent(named id: String) -> Named<AgentDefinition>? {
    flows[0].agents.first { $0.name.sameScalars(as: id) }
  }

  /// The child flow that an agent's planner is, for a step that passes `input`.
  ///
  /// Without an input of its own it reads the flow's; the state is the flow's in any case.
  func plannedFlow(of agent: Named<AgentDefinition>, _ body: Body, input: [Field]?) -> Flow {
    var flow = Flow(form: .seed, name: agent.name, span: agent.content.span, body: body)
    flow.planningAgent = agent.name
    flow.state = flows[0].state
    flow.input = input.map { agent.content.input ?? Self.fields(passed: $0, agent.nameSpan) }
    flow.budget = agent.content.budget
    flow.timeout = agent.content.timeoutMilliseconds.map { FlowTimeout(afterMilliseconds: $0) }
    flow.onError = agent.content.plannerOnError
    if case .machine(let machine) = body, flow.onError.isEmpty {
      let known = machine.states.map(\.name) + machine.finalStates.map(\.name)
      let fits = flows[0].onError.allSatisfy { edge in
        known.contains { $0.sameScalars(as: edge.target.value) }
      }
      if fits { flow.onError = flows[0].onError }
    }
    return withActingEndings(flow)
  }

  /// A child flow of the seed form, whose endings act as those of the whole do.
  func withActingEndings(_ child: Flow) -> Flow {
    guard child.form == .seed, case .machine(let machine) = child.body else { return child }
    var flow = child
    flow.body = .machine(actingEndings(of: machine, child))
    return flow
  }

  /// What a step passes, as the input that its planner has.
  private static func fields(passed input: [Field], _ span: SourceSpan) -> FieldSet {
    let anything = Node(content: .mapping([]), span: span)
    let fields = input.map { field in
      FieldSet.Declaration(
        name: field.name,
        nameSpan: field.nameSpan,
        schema: anything,
        isOptional: field.value.string?.contains(".?") ?? false,
        defaultValue: nil,
        isUntrusted: nil
      )
    }
    return FieldSet(fields: fields, span: span, isClosed: false)
  }

  // MARK: Endings

  /// The machine with each ending that runs something as a state in front of its own ending.
  ///
  /// A target without a body that names an agent or tool is such an ending (FLOW-SEMANTICS 3, 4).
  private func actingEndings(of machine: Machine, _ flow: Flow) -> Machine {
    var names = machine.finalStates
    let isKnown = { (name: String) in
      machine.states.contains { $0.name.sameScalars(as: name) }
        || names.contains { $0.name.sameScalars(as: name) }
    }
    for target in machine.states.flatMap({ $0.content.locatedTargets })
      + flow.onError.map(\.target) where !isKnown(target.value) && canRun(target.value, flow)
    {
      names.append(Named(name: target.value, nameSpan: target.span, content: FinalState()))
    }
    return acting(machine, names) { name in
      canRun(name, flow) || machine.states.contains { $0.name.sameScalars(as: name) }
    }
  }

  /// The flow's own machine, where endings that name an agent with a planner run that.
  func plannedEndings(of machine: Machine) -> Machine {
    guard flows[0].form == .seed else { return machine }
    return acting(machine, machine.finalStates) { name in
      if let own = flows[0].planningAgent, own.sameScalars(as: name) { return false }
      return agent(named: name)?.content.planner != nil
    }
  }

  private func acting(
    _ machine: Machine,
    _ finals: [Named<FinalState>],
    _ acts: (String) -> Bool
  ) -> Machine {
    var result = machine
    result.finalStates = []
    for final in finals {
      let state = result.states.firstIndex { $0.name.sameScalars(as: final.name) }
      guard acts(final.name) else {
        result.finalStates.append(final)
        continue
      }
      let end = "/" + final.name
      let edge = Edge(target: Located(end, final.nameSpan), span: final.nameSpan)
      if let state {
        result.states[state].content.onSuccess = [edge]
      } else {
        var step = Step(span: final.nameSpan)
        step.onSuccess = [edge]
        result.states.append(Named(name: final.name, nameSpan: final.nameSpan, content: step))
      }
      result.finalStates.append(
        Named(name: end, nameSpan: final.nameSpan, content: final.content)
      )
    }
    return result
  }

  /// Whether a state of that name would run something (FLOW-SEMANTICS 1).
  private func canRun(_ name: String, _ flow: Flow) -> Bool {
    if agent(named: name) != nil { return true }
    let tools = flows[0].tools + flow.tools
    if tools.contains(where: { $0.name.sameScalars(as: name) }) { return true }
    if flow.agents.contains(where: { $0.name.sameScalars(as: name) }) { return true }
    let own = flow.planningAgent.flatMap { agent(named: $0) }
    return own?.content.actions.contains { $0.name.sameScalars(as: name) } ?? false
  }
}

extension Step {
  /// Where the step's own edges lead, with their places.
  fileprivate var locatedTargets: [Located<String>] {
    let edges = onSuccess + onError + onTimeout + onCancel
    let decided = decision.map { [$0.onTrue, $0.onFalse] } ?? []
    return edges.map(\.target) + decided
  }
}
