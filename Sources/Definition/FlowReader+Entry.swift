import Document
import Source
import Values

/// `entry: [a, [b, c], d]` of the seed form: the agents that make up the flow, in their order.
extension FlowReader {
  /// The machine that runs the agents listed at `entry`; nil after a finding.
  mutating func orderedAgents(
    _ entry: Node.Entry,
    _ agents: [Node.Entry],
    _ header: Mapping
  ) -> Machine? {
    let elements = entry.value.elements ?? []
    guard !elements.isEmpty else {
      report(Messages.emptyList(entry))
      return nil
    }
    return orderedAgents(elements, agents, header)
  }

  /// The machine that runs the agents in `elements` one after the other.
  mutating func orderedAgents(
    _ elements: [Node],
    _ agents: [Node.Entry],
    _ header: Mapping
  ) -> Machine? {
    var order = AgentOrder(agents: agents.map(\.key))
    var states: [Named<Step>] = []
    for element in elements {
      guard let state = orderedState(element, &order, number: states.count + 1) else { return nil }
      states.append(state)
    }
    let endings = finalStates(header)
    let isTaken = { (name: String) in states.contains { $0.name.sameScalars(as: name) } }
    let end = isTaken("done") ? "/done" : "done"
    for index in states.indices where !states[index].content.onSuccess.endsAlways {
      let next = index + 1 < states.count ? states[index + 1].name : end
      let target = Located(next, states[index].nameSpan)
      states[index].content.onSuccess.append(Edge(target: target, span: target.span))
    }
    guard let first = states.first else { return nil }
    let done = Named(name: end, nameSpan: first.nameSpan, content: FinalState())
    let isDeclared = endings.contains { $0.name.sameScalars(as: end) }
    return Machine(
      states: states,
      initialState: Located(first.name, first.nameSpan),
      finalStates: (isDeclared ? [] : [done]) + endings,
      declaresFinalStates: true,
      span: first.nameSpan
    )
  }

  /// What runs one agent, or several side by side.
  private mutating func orderedState(
    _ element: Node,
    _ order: inout AgentOrder,
    number: Int
  ) -> Named<Step>? {
    if element.string != nil {
      return orderedAgent(element, order: &order).flatMap { step(of: $0, path: "entry") }
    }
    if element.elements != nil { return group(element, [], &order, number: number) }
    guard let entries = element.entries else {
      report(Messages.wrongElement(element, of: "entry", wanted: Self.orderWanted))
      return nil
    }
    if let together = entries.first(where: { $0.key == "agents" }) {
      let rest = entries.filter { $0.key != "agents" }
      return group(together.value, rest, &order, number: number)
    }
    guard let agent = element["agent"], agent.string != nil else {
      report(Messages.wrongElement(element, of: "entry", wanted: Self.orderWanted))
      return nil
    }
    guard let id = orderedAgent(agent, order: &order) else { return nil }
    return step(of: Node.Entry(key: id.key, keySpan: id.keySpan, value: element), path: "entry")
  }

  private static let orderWanted = "the name of an agent, or a list of names"

  private mutating func step(of entry: Node.Entry, path: String) -> Named<Step>? {
    step(entry, path: "\(path).\(entry.key)").map {
      Named(name: entry.key, nameSpan: entry.keySpan, content: $0)
    }
  }

  /// Agents side by side; `keys` say how they come together.
  private mutating func group(
    _ list: Node,
    _ keys: [Node.Entry],
    _ order: inout AgentOrder,
    number: Int
  ) -> Named<Step>? {
    guard let elements = list.elements, !elements.isEmpty else {
      report(Messages.wrongElement(list, of: "entry", wanted: Self.orderWanted))
      return nil
    }
    var tasks: [Node] = []
    for element in elements {
      let named = element["agent"] ?? element
      guard named.string != nil else {
        report(Messages.wrongElement(element, of: "entry", wanted: "the name of an agent"))
        return nil
      }
      guard let agent = orderedAgent(named, order: &order) else { return nil }
      let id = Node(content: .string(agent.key), span: agent.keySpan)
      let own = (element.entries ?? agent.value.entries ?? []).filter { $0.key != "id" }
      let entries = [Node.Entry(key: "id", keySpan: agent.keySpan, value: id)] + own
      tasks.append(Node(content: .mapping(entries), span: element.span))
    }
    let type = Node(content: .string("parallel"), span: list.span)
    let parts = [
      Node.Entry(key: "type", keySpan: list.span, value: type),
      Node.Entry(
        key: "tasks",
        keySpan: list.span,
        value: Node(content: .sequence(tasks), span: list.span)
      ),
    ]
    let whole = Node.Entry(
      key: "/side-by-side-\(number)",
      keySpan: list.span,
      value: Node(content: .mapping(parts + keys), span: list.span)
    )
    guard var named = step(of: whole, path: "entry") else { return nil }
    guard case .tasks(var tasks)? = named.content.body else { return nil }
    tasks.isOpen = true
    named.content.body = .tasks(tasks)
    return named
  }

  /// The entry `name: {agent: name}` of an agent that the flow has, named for the first time.
  private mutating func orderedAgent(_ node: Node, order: inout AgentOrder) -> Node.Entry? {
    let name = Located(node.string ?? "", node.span)
    guard order.agents.contains(where: { $0.sameScalars(as: name.value) }) else {
      report(Messages.unknownAgent(name, inOrderOf: order.agents))
      return nil
    }
    guard order.named.insert(.string(name.value)).inserted else {
      report(Messages.duplicate(name.value, in: "`entry`", at: node.span))
      return nil
    }
    let agent = Node.Entry(key: "agent", keySpan: node.span, value: node)
    let value = Node(content: .mapping([agent]), span: node.span)
    return Node.Entry(key: name.value, keySpan: node.span, value: value)
  }
}

/// The agents of a flow, and those that its `entry` has named.
private struct AgentOrder {
  /// All of them.
  let agents: [String]
  /// Those that were named.
  var named: Set<MapKey> = []
}

extension Flow {
  /// Leaves out endings that belong to planners of the agents and not to their order.
  mutating func leaveOutForeignEndings() {
    guard case .machine(var machine) = body else { return }
    var targets = (onError + onCancel + onBudget).map(\.target.value)
    if let target = timeout?.target { targets.append(target.value) }
    for state in machine.states { targets += state.content.targets }
    machine.finalStates.removeAll { final in
      !targets.contains { $0.sameScalars(as: final.name) }
    }
    body = .machine(machine)
  }
}

extension [Edge] {
  /// Whether the last edge is taken whatever happens.
  package var endsAlways: Bool {
    if case .always? = last?.condition { true } else { false }
  }
}

extension Step {
  /// Where the step's own edges lead.
  package var targets: [String] {
    var edges = onSuccess + onError + onTimeout + onCancel + always
    edges += onEvent.map(\.edge) + after.map(\.edge)
    let decided = decision.map { [$0.onTrue.value, $0.onFalse.value] } ?? []
    return edges.map(\.target.value) + decided
  }
}
