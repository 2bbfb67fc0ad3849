import Definition
import Document
import Source
import Table
import Values

// What a call passes on, and whether it fits what the performer declares.
extension Compilation {
  /// The declared input of a performer.
  func declaredInput(of performer: PoolIndex) -> FieldSet? {
    let entry = table.performers[Int(performer)]
    if entry.role == .tool { return tools[entry.id].flatMap { flow.tools[$0].content.input } }
    guard let agent = agents[entry.id].map({ flow.agents[$0].content }) else { return nil }
    let action = agent.actions.first { $0.name.sameScalars(as: entry.action) }?.content
    return action?.input ?? agent.input
  }

  /// The declared output of a performer.
  func declaredOutput(of performer: PoolIndex) -> FieldSet? {
    let entry = table.performers[Int(performer)]
    if entry.role == .tool { return tools[entry.id].flatMap { flow.tools[$0].content.output } }
    guard let agent = agents[entry.id].map({ flow.agents[$0].content }) else { return nil }
    let action = agent.actions.first { $0.name.sameScalars(as: entry.action) }?.content
    return action?.output ?? agent.output
  }

  /// The input of a call without `with`.
  ///
  /// In the house form nothing is passed that is not written. Seeds have no `with` at all: there a
  /// performer gets the flow's input, of which, if it declares its own, the fields that it
  /// declares.
  func defaultInput(of performer: PoolIndex, at span: SourceSpan) -> [Field] {
    let owner = lowering.flowsWithoutInput.contains(flowNumber) ? flow : ownFlow
    guard !isHouse, let input = owner.input else { return [] }
    let wanted = declaredInput(of: performer).map { NameIndex(Self.declaredNames($0)) }
    return input.fields.compactMap { field in
      if let wanted, !wanted.contains(field.name) { return nil }
      let access = field.isOptional ? "input.?\(field.name)" : "input.\(field.name)"
      return Field(
        name: field.name,
        nameSpan: field.nameSpan,
        value: Node(value: .string("{{ \(access) }}"), at: span)
      )
    }
  }

  /// What the agent itself selects from the flow, but for what the call passes.
  func selection(of performer: PoolIndex, without given: [Field]) -> [Field] {
    let entry = table.performers[Int(performer)]
    guard entry.role == .agent, let position = agents[entry.id] else { return [] }
    let names = NameIndex(given.map(\.name))
    return flow.agents[position].content.select.filter { !names.contains($0.name) }
  }

  /// Keys of `with` against the declared input: all that are required, none that is unknown.
  mutating func checkInput(of performer: PoolIndex, _ input: [Field], at step: Step) {
    guard let declared = declaredInput(of: performer), declared.isClosed,
      declared.plainSchema == nil || !declared.fields.isEmpty
    else { return }
    let id = table.performers[Int(performer)].id
    let names = NameIndex(declared.fields.map(\.name))
    let given = NameIndex(input.map(\.name))
    var meant: Set<MapKey> = []
    for field in input where !names.contains(field.name) {
      if let near = Suggestion.nearest(to: field.name, in: names.names) {
        meant.insert(.string(near))
      }
      report(
        Messages.unknownInput(field.name, of: id, among: names.names, at: field.nameSpan)
      )
    }
    for field in declared.fields
    where !field.isOptional && field.defaultValue == nil && !given.contains(field.name)
      && !meant.contains(.string(field.name))
    {
      report(
        Messages.missingInput(field.name, of: id, declared: field.nameSpan, at: Self.place(step))
      )
    }
  }

  /// Where a step names what it calls.
  private static func place(_ step: Step) -> SourceSpan {
    switch step.work {
    case .agent(let name, _), .tool(let name, _): name.span
    case .none, .wait, .check: step.span
    }
  }

  /// A note for each agent and tool that no step calls.
  mutating func reportUnused() {
    // After an error the missing call is most often the mistake itself.
    guard !diagnostics.hasErrors else { return }
    guard isHouse else {
      reportUnreached()
      return
    }
    let called = Set(calledNames.map { PerformerKeyWithoutAction(role: $0.role, id: $0.id) })
    let granted = Set(
      flow.permissions.flatMap { $0.content.tools.map { MapKey.string($0.value) } }
    )
    for agent in flow.agents
    where !called.contains(PerformerKeyWithoutAction(role: .agent, id: .string(agent.name))) {
      report(Messages.unused("agent", agent.name, at: agent.nameSpan))
    }
    for tool in flow.tools
    where !called.contains(PerformerKeyWithoutAction(role: .tool, id: .string(tool.name)))
      && !granted.contains(.string(tool.name))
    {
      report(Messages.unused("tool", tool.name, at: tool.nameSpan))
    }
  }

  /// A warning for each agent of a seed that no way reaches: itself, its planner or its tools.
  private mutating func reportUnreached() {
    var agents = lowering.calledAgents
    var tools: Set<MapKey> = []
    for performer in table.performers {
      if performer.role == .agent {
        agents.insert(.string(performer.id))
      } else {
        tools.insert(.string(performer.id))
      }
    }
    if let own = flow.planningAgent { agents.insert(.string(own)) }
    for agent in flow.agents where !agents.contains(.string(agent.name)) {
      let acts = agent.content.tools.contains { tools.contains(.string($0.value)) }
      if !acts { report(Messages.unreached(agent.name, at: agent.nameSpan)) }
    }
  }

  /// Grants must name what exists, or they grant nothing and nobody notices.
  mutating func checkPermissions() {
    for permission in flow.permissions {
      if !agents.contains(permission.name), !tools.contains(permission.name) {
        report(
          Messages.unknownPerformer(
            "agent",
            Located(permission.name, permission.nameSpan),
            among: agents.uniqueNames + tools.uniqueNames,
            others: [],
            otherKind: "tool"
          )
        )
      }
      for tool in permission.content.tools where !tools.contains(tool.value) {
        report(
          Messages.unknownPerformer(
            "tool",
            tool,
            among: tools.uniqueNames,
            others: agents.names,
            otherKind: "agent"
          )
        )
      }
    }
  }
}

/// An agent or tool whatever its action.
private struct PerformerKeyWithoutAction: Hashable {
  var role: Performer.Role
  var id: MapKey
}
