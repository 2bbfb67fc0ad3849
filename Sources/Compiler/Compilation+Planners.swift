import Definition
import Document
import Source
import Table
import Values

// The two places of a planner, and everything that judging a proposal needs.
extension Compilation {
  /// The performer of a planner's place: its model, or the plan that was accepted.
  mutating func plannerPerformer(_ role: Placement.Role) -> PoolIndex? {
    let number: Int
    let isAsking: Bool
    switch role {
    case .asks(let planner): (number, isAsking) = (planner, true)
    case .runsPlan(let planner): (number, isAsking) = (planner, false)
    default: return nil
    }
    let planner = lowering.planners[number].planner
    let index = PoolIndex(table.performers.count)
    var performer = Performer(
      role: .agent,
      id: isAsking ? "planner" : "plan",
      kind: isAsking ? .model : .plan,
      typeName: isAsking ? "planner" : "plan"
    )
    performer.isIdempotent = true
    if isAsking {
      fillModel(&performer, planner.model)
      performer.promptTokens = Int64(planner.promptTokens?.value ?? 0)
      if let limit = planner.outputTokens { performer.outputTokens = Int64(limit.value) }
      performer.outputSchema = addSchema(Self.acceptedSchema)
    } else {
      performer.costPerCallPicodollars = planner.budget?.hardPicodollars?.value ?? -1
    }
    table.performers.append(performer)
    table.debug.performers.append(planner.span)
    if isAsking { grant(Int(index), to: "planner") }
    return index
  }

  /// What asking ends with: which plan was accepted.
  private static let acceptedSchema: Value = .map([
    "type": .string("object"),
    "properties": .map([
      "plan": .map(["type": .string("string")]), "number": .map(["type": .string("integer")]),
      "worst": .map(["type": .string("integer")]),
    ]),
    "required": .list([.string("plan"), .string("number")]),
  ])

  /// The effect of a planner's place, and its entry.
  mutating func compilePlanner(of index: Int, _ node: inout PlaceNode, _ step: Step) {
    guard let performer = works[.string(nodeKeys[index])]?.performer,
      let role = placement(of: index)?.role
    else { return }
    let number: Int
    switch role {
    case .asks(let planner), .runsPlan(let planner): number = planner
    default: return
    }
    let written = lowering.planners[number]
    let planner = written.planner
    var fields: [Field] = []
    if node.kind == .planner {
      if let goal = planner.goal {
        let text = Node(content: .string(goal.value.text), span: goal.span, text: goal.value)
        fields.append(Field(name: "goal", nameSpan: goal.span, value: text))
      }
    } else {
      fields.append(reading("plan", "planner.plan", planner.span))
      fields.append(reading("number", "planner.number", planner.span))
      fields.append(reading("worst", "planner.worst", planner.span))
    }
    fields.append(planInput(written.input, planner.span))
    if !ownFlow.state.fields.isEmpty, node.kind == .planner {
      fields.append(reading("state", "state", planner.span))
    }
    let input = addFields(fields)
    table.effects.append(EffectDescriptor(performer: performer, input: input))
    node.effect = PoolIndex(table.effects.count - 1)
    if let timeout = step.timeoutMilliseconds {
      node.deadlineMilliseconds = timeout.value
      note(.timeout, of: index, at: timeout.span)
    }
    if node.kind == .planner { addEntry(of: index, number) }
    outputSchema = table.performers[Int(performer)].outputSchema
  }

  private func reading(_ name: String, _ text: String, _ span: SourceSpan) -> Field {
    let value = Node(value: .string("{{ \(text) }}"), at: span)
    return Field(name: name, nameSpan: span, value: value)
  }

  /// What a plan gets as its `input`: the step's `with`, else the flow's own input.
  private func planInput(_ given: [Field]?, _ span: SourceSpan) -> Field {
    guard let given else { return reading("input", "input", span) }
    let entries = given.map { Node.Entry(key: $0.name, keySpan: $0.nameSpan, value: $0.value) }
    return Field(
      name: "input",
      nameSpan: span,
      value: Node(content: .mapping(entries), span: span)
    )
  }

  private mutating func addEntry(of index: Int, _ number: Int) {
    let written = lowering.planners[number]
    let planner = written.planner
    let running = nodeKeys.indices.first { position in
      if case .runsPlan(number)? = placement(of: position)?.role { true } else { false }
    }
    guard let running else { return }
    var entry = PlannerEntry(asking: NodeIndex(index), running: NodeIndex(running))
    entry.maxSteps = Int32(clamping: planner.maxSteps?.value ?? Planner.usualMaxSteps)
    entry.hardPicodollars = planner.budget?.hardPicodollars?.value ?? -1
    entry.softPicodollars = planner.budget?.softPicodollars?.value ?? -1
    entry.tokens = planner.budget?.tokens?.value ?? -1
    entry.gate = planner.budget?.gate?.value == .p95 ? .p95 : .worst
    entry.template = planner.template?.value.text ?? ""
    entry.isScaffolded = planner.isScaffolded
    entry.isCached = planner.isCached
    entry.constraints = planner.constraints.map { rule in
      PlannerEntry.AllowedValues(name: rule.name.value, values: rule.values.map(\.value))
    }
    entry.invariants = InvariantText.json(flow.invariants)
    entry.inputSchema = written.input == nil ? addSchema(of: ownFlow.input) : noIndex
    entry.callees = callees(of: planner)
    entry.strategy = planner.replan.map { Self.strategy($0.strategy) } ?? .none
    let prefix = nodeKeys[index].dropLast("(planner)".utf8.count)
    entry.detours = ["(planner)", "(pause)", "(replan)"].compactMap { name in
      nodeIndex[.string(prefix + name)]
    }
    if entry.callees.allSatisfy({ !$0.isNamed }), !diagnostics.hasErrors {
      report(Messages.nothingToPlanWith(at: planner.span))
    }
    table.planners.append(entry)
  }

  private static func strategy(_ strategy: Replan.Strategy) -> PlannerEntry.Strategy {
    switch strategy {
    case .conservative: .conservative
    case .adaptive: .adaptive
    case .escalation: .escalation
    case .human: .human
    }
  }

  /// Agents with their actions, tools, and the tools that those agents may call by themselves.
  private mutating func callees(of planner: Planner) -> [PlannerEntry.Callee] {
    var named: [PoolIndex] = []
    let agents = planner.agents ?? declaredAgents(planner.span)
    for agent in agents {
      if let position = self.agents[agent.value],
        isChildFlow(position, inPlannerOf: ownFlow.planningAgent)
      {
        report(Messages.childFlow(agent))
        continue
      }
      guard let index = performer(agent: agent, action: nil) else { continue }
      named.append(index)
      let position = self.agents[agent.value]
      for action in position.map({ flow.agents[$0].content.actions }) ?? [] {
        let name = Located(action.name, action.nameSpan)
        if let index = performer(agent: agent, action: name) { named.append(index) }
      }
    }
    for tool in planner.tools ?? declaredTools(planner.span) {
      if let index = performer(tool: tool, action: nil) { named.append(index) }
    }
    var callees: [PlannerEntry.Callee] = []
    for index in named where !callees.contains(where: { $0.performer == index }) {
      callees.append(callee(index, isNamed: true))
    }
    for index in named where table.performers[Int(index)].turns > 1 {
      for tool in table.performers[Int(index)].grantedTools {
        guard let index = performer(tool: Located(tool, planner.span), action: nil),
          !callees.contains(where: { $0.performer == index })
        else { continue }
        callees.append(callee(index, isNamed: false))
      }
    }
    return callees
  }

  private func callee(_ index: PoolIndex, isNamed: Bool) -> PlannerEntry.Callee {
    PlannerEntry.Callee(
      performer: index,
      timeoutMilliseconds: performerTimeout(index)?.value ?? -1,
      isNamed: isNamed
    )
  }

  /// Seed form: whatever is declared and can be called.
  private func declaredAgents(_ span: SourceSpan) -> [Located<String>] {
    flow.agents.filter { agent in
      let isPlanning = flow.planningAgent?.sameScalars(as: agent.name) ?? false
      return !isPlanning && agent.content.planner == nil
        && Self.kind(of: agent.content.type?.value) != .foreign
    }.map { Located($0.name, span) }
  }

  private func declaredTools(_ span: SourceSpan) -> [Located<String>] {
    flow.tools.map { Located($0.name, span) }
  }
}

/// Invariants as JSON in the house form, as the loader reads them back.
enum InvariantText {
  /// The list.
  static func json(_ invariants: [Invariant]) -> String {
    JSONWriter.string(.list(invariants.map { .map(fields($0.rule)) }))
  }

  private static func fields(_ rule: Invariant.Rule) -> ValueMap {
    switch rule {
    case .never(let forbidden, let without, let since):
      var fields: ValueMap = ["never": value(forbidden)]
      if let without { fields["without"] = value(without) }
      if let since { fields["since"] = value(since) }
      return fields
    case .after(let cause, let answer): return ["after": value(cause), "always": value(answer)]
    case .atMost(let count, let selector):
      return ["at_most": .int(Int64(count)), "of": value(selector)]
    case .neverTogether(let selectors):
      return ["never_together": .list(selectors.map { value($0) })]
    case .eventually(let selector): return ["eventually": value(selector)]
    }
  }

  private static func value(_ selector: Selector) -> Value {
    var fields: ValueMap = [selector.subject.rawValue: .string(selector.name.value)]
    if !selector.arguments.isEmpty {
      fields["with"] = .map(ValueMap(selector.arguments.map { ($0.name, $0.value) }))
    }
    if let when = selector.when { fields["when"] = .string(when.text) }
    if let status = selector.status { fields["status"] = .string(status.rawValue) }
    return .map(fields)
  }
}
