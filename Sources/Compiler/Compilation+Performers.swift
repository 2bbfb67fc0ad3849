import Definition
import Document
import Source
import Table
import Values

// Agents and tools: what a state runs, and everything needed to call it.
extension Compilation {
  /// Resolves what each state runs (FLOW-SEMANTICS 1, 3, 4; house rule 1).
  mutating func resolveWorks(of machine: Machine) {
    for state in allStates {
      works[.string(state.name)] = resolveWork(of: state, in: machine)
    }
  }

  private mutating func resolveWork(
    of state: Named<Step>,
    in machine: Machine
  ) -> ResolvedWork {
    switch state.content.work {
    case .agent(let agent, let action):
      return resolved(performer(agent: agent, action: action))
    case .tool(let tool, let action):
      return resolved(performer(tool: tool, action: action))
    case .wait, .check: return ResolvedWork(performer: nil)
    case .none:
      let placement = lowering.placements[.string(state.name)]
      if let role = placement?.role, role.isAsking || role.isRunningPlan {
        return resolved(plannerPerformer(role))
      }
      guard !isHouse, placement?.isTask != true, state.content.body == nil,
        state.content.history == nil
      else { return ResolvedWork(performer: nil) }
      let name = placement?.name ?? state.name
      let own = placement.map { lowering.flows[$0.flow].planningAgent } ?? flow.planningAgent
      let found = seedPerformer(named: name, at: state.nameSpan, inPlannerOf: own)
      if found == nil, state.content.decision == nil,
        !state.content.onSuccess.isEmpty || !state.content.onError.isEmpty,
        state.content.assignments.isEmpty, !finals.contains(state.name)
      {
        let near = Suggestion.nearest(to: name, in: agents.names + tools.names)
        report(Messages.nothingToRun(name, near: near, at: state.nameSpan))
        return ResolvedWork(performer: nil, isBroken: true)
      }
      return ResolvedWork(performer: found)
    }
  }

  private func resolved(_ performer: PoolIndex?) -> ResolvedWork {
    ResolvedWork(performer: performer, isBroken: performer == nil)
  }

  /// The seed form's search by name: agent, tool, an action of the agent whose planner it is.
  mutating func seedPerformer(
    named name: String,
    at span: SourceSpan,
    inPlannerOf owner: String?
  ) -> PoolIndex? {
    let located = Located(name, span)
    let hasTool = tools.contains(name)
    if let position = agents[name], !isChildFlow(position, inPlannerOf: owner) {
      if hasTool { report(Messages.agentBeforeTool(name, at: span)) }
      return performer(agent: located, action: nil)
    }
    if hasTool { return performer(tool: located, action: nil) }
    if let owner,
      let agent = agents[owner].map({ flow.agents[$0] }),
      agent.content.actions.contains(where: { $0.name.sameScalars(as: name) })
    {
      return performer(agent: Located(owner, span), action: located)
    }
    return nil
  }

  mutating func performer(
    agent: Located<String>,
    action: Located<String>?
  ) -> PoolIndex? {
    let key = PerformerKey(.agent, agent.value, action: action?.value ?? "")
    if let known = performerIndex[key] { return known }
    calledNames.insert(key)
    guard let named = agents[agent.value].map({ flow.agents[$0] }) else {
      report(
        Messages.unknownPerformer(
          "agent",
          agent,
          among: flow.agents.map(\.name),
          others: flow.tools.map(\.name),
          otherKind: "tool"
        )
      )
      return nil
    }
    var chosen: ActionDefinition?
    if let action {
      guard
        let found = named.content.actions.first(where: { $0.name.sameScalars(as: action.value) })
      else {
        report(
          Messages.unknownAction(action, of: agent.value, among: named.content.actions.map(\.name))
        )
        return nil
      }
      chosen = found.content
    }
    let index = PoolIndex(table.performers.count)
    performerIndex[key] = index
    table.performers.append(
      Performer(
        role: .agent,
        id: named.name,
        kind: Self.kind(of: named.content.type?.value),
        typeName: named.content.type?.value ?? ""
      )
    )
    table.debug.performers.append(named.nameSpan)
    fill(Int(index), from: named.content, action: chosen, named: action?.value ?? "")
    checkLateBinding(
      of: named.name,
      endpoint: named.content.endpoint,
      headers: named.content.headers
    )
    grant(Int(index), to: named.name)
    return index
  }

  mutating func performer(
    tool: Located<String>,
    action: Located<String>?
  ) -> PoolIndex? {
    let key = PerformerKey(.tool, tool.value, action: action?.value ?? "")
    if let known = performerIndex[key] { return known }
    calledNames.insert(key)
    guard let named = tools[tool.value].map({ flow.tools[$0] }) else {
      report(
        Messages.unknownPerformer(
          "tool",
          tool,
          among: flow.tools.map(\.name),
          others: flow.agents.map(\.name),
          otherKind: "agent"
        )
      )
      return nil
    }
    let index = PoolIndex(table.performers.count)
    performerIndex[key] = index
    let definition = named.content
    var performer = Performer(
      role: .tool,
      id: named.name,
      kind: Self.kind(of: definition.type?.value),
      typeName: definition.type?.value ?? ""
    )
    performer.action = action?.value ?? ""
    performer.endpoint = Self.lateText(definition.endpoint?.value.text ?? "")
    performer.headers = Self.texts(definition.headers)
    performer.arguments = definition.arguments.map(\.value)
    performer.environmentNames = definition.environment.map(\.value)
    performer.inputSchema = addSchema(of: definition.input)
    performer.outputSchema = addSchema(of: definition.output)
    performer.isWrite = definition.effect == .write
    performer.isIdempotent = definition.isIdempotent || definition.effect == .read
    performer.costPerCallPicodollars = definition.costPerCallPicodollars?.value ?? -1
    table.performers.append(performer)
    table.debug.performers.append(named.nameSpan)
    checkLateBinding(of: named.name, endpoint: definition.endpoint, headers: definition.headers)
    grant(Int(index), to: named.name)
    return index
  }

  private mutating func fill(
    _ index: Int,
    from agent: AgentDefinition,
    action: ActionDefinition?,
    named actionName: String
  ) {
    let environment = Int32(index) + 1
    var performer = table.performers[index]
    performer.action = actionName
    fillModel(&performer, agent.model)
    performer.endpoint = agent.endpoint.map { Self.lateText($0.value.text) } ?? performer.endpoint
    performer.headers = Self.texts(agent.headers)
    performer.arguments = agent.arguments.map(\.value)
    performer.environmentNames = agent.environment.map(\.value)
    performer.roles = agent.roles.map(\.value)
    if let limit = agent.promptTokens { performer.promptTokens = Int64(limit.value) }
    if let limit = agent.outputTokens { performer.outputTokens = Int64(limit.value) }
    performer.turns = Int32(clamping: agent.turns?.value ?? 1)
    performer.costPerCallPicodollars = agent.costPerCallPicodollars?.value ?? -1
    if let prompt = action?.prompt ?? agent.prompt {
      performer.prompt = addProgram(.template, prompt.value, environment: environment)
    }
    if let instructions = agent.instructions ?? agent.role {
      performer.instructions = addProgram(
        .template,
        instructions.value,
        environment: environment
      )
    }
    performer.inputSchema = addSchema(of: action?.input ?? agent.input)
    let output = action?.output ?? agent.output
    performer.outputSchema = addSchema(of: output)
    if output == nil, agent.answersInJSON || action?.answersInJSON ?? false {
      performer.outputSchema = addSchema(.map(["type": .string("object")]))
    }
    if performer.promptTokens == 0, let model = model(of: agent), let window = model.contextTokens {
      performer.promptTokens = max(1, Int64(window.value) - max(0, performer.outputTokens))
    }
    // An agent is a question, asked again without harm; a process may do anything.
    performer.isIdempotent = performer.kind != .process
    table.performers[index] = performer
  }

  /// What an agent's model is declared as; nil where it is only the name of a priced one.
  func model(of agent: AgentDefinition) -> ModelDefinition? {
    switch agent.model {
    case nil: nil
    case .inline(let inline, _)?: inline
    case .name(let name)?: models[name.value].map { flow.models[$0].content }
    }
  }

  mutating func fillModel(_ performer: inout Performer, _ reference: ModelReference?) {
    let definition: ModelDefinition
    switch reference {
    case nil: return
    case .inline(let inline, _): definition = inline
    case .name(let name):
      guard let known = models[name.value].map({ flow.models[$0] }) else {
        if let near = Suggestion.nearest(to: name.value, in: models.names) {
          report(Messages.unknownModel(name, near: near))
        }
        performer.model = name.value
        return
      }
      definition = known.content
      if definition.model == nil { performer.model = known.name }
    }
    performer.provider = definition.provider?.value ?? ""
    performer.model = definition.model?.value ?? performer.model
    performer.endpoint = definition.endpoint?.value ?? ""
    performer.keyVariable = definition.keyVariable?.value ?? ""
    if let limit = definition.outputTokens { performer.outputTokens = Int64(limit.value) }
    if let temperature = definition.temperature {
      performer.temperatureThousandths = Int32((temperature * 1_000).rounded())
    }
  }

  /// What the flow itself names is granted there; the rest comes from `permissions:`.
  mutating func grant(_ index: Int, to id: String) {
    var performer = table.performers[index]
    if let host = Self.literalHost(of: performer.endpoint) { performer.grantedHosts = [host] }
    performer.grantedPrograms = Array(performer.arguments.prefix(1))
    performer.grantedEnvironment =
      NameIndex(
        performer.environmentNames + Self.environmentNames(in: performer)
      ).uniqueNames
    performer.grantedModels = performer.model.isEmpty ? [] : [performer.model]
    if let named = flow.permissions.first(where: { $0.name.sameScalars(as: id) }) {
      let permissions = named.content
      performer.grantedHosts += permissions.hosts.map(\.value)
      performer.grantedPrograms += permissions.programs.map(\.value)
      performer.grantedEnvironment += permissions.environment.map(\.value)
      performer.grantedModels += permissions.models.map(\.value)
      performer.grantedTools += permissions.tools.map(\.value)
    }
    if performer.endpoint.contains("{{"), performer.grantedHosts.isEmpty {
      report(Messages.openAddress(id, at: table.debug.performers[index]))
    }
    table.performers[index] = performer
    offerTools(to: performer)
  }

  /// The tools that an agent may call by itself within its turns belong to the table, too.
  private mutating func offerTools(to agent: Performer) {
    guard agent.role == .agent, agent.kind == .model, agent.turns > 1,
      let grant = flow.permissions.first(where: { $0.name.sameScalars(as: agent.id) })
    else { return }
    for tool in grant.content.tools { _ = performer(tool: tool, action: nil) }
  }

  /// `host` or `host:port` of an address that is no template.
  static func literalHost(of endpoint: String) -> String? {
    guard !endpoint.isEmpty, !endpoint.contains("{{") else { return nil }
    let bytes = Array(endpoint.utf8)
    var start = 0
    for index in bytes.indices.dropLast(2)
    where bytes[index] == 0x3A && bytes[index + 1] == 0x2F && bytes[index + 2] == 0x2F {
      start = index + 3
      break
    }
    let rest = bytes[start...].prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
    return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
  }

  /// Addresses and headers are filled in at the call, from `env` and `secrets` only, so that no
  /// answer of a model can choose where a request goes or what it carries.
  private mutating func checkLateBinding(
    of id: String,
    endpoint: Located<SourceText>?,
    headers: [Field]
  ) {
    let texts =
      (endpoint.map { [($0.value.text, $0.span)] } ?? [])
      + headers.map { ($0.value.string ?? "", $0.value.span) }
    for (text, span) in texts {
      for part in Self.templateParts(text) {
        let name = Self.undotted(part)
        let isKnown = name.hasPrefix("env.") || name.hasPrefix("secrets.")
        let isPlain = name.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
            || byte == 0x2E
        }
        if !isKnown || !isPlain { report(Messages.lateBinding(name, of: id, at: span)) }
      }
    }
  }

  /// Variables that the address, the headers and the key of a performer name.
  private static func environmentNames(in performer: Performer) -> [String] {
    let texts = [performer.endpoint] + performer.headers.map(\.text)
    let names = texts.flatMap { templateParts($0) }.map { undotted($0) }
      .filter { $0.hasPrefix("env.") }
      .map { String($0.dropFirst(4)) }
    return performer.keyVariable.isEmpty ? names : names + [performer.keyVariable]
  }

  /// The trimmed texts between `{{` and `}}`.
  static func templateParts(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var parts: [String] = []
    var start: Int?
    var index = 0
    while index + 1 < bytes.count {
      if let opened = start, bytes[index] == 0x7D, bytes[index + 1] == 0x7D {
        let inner = bytes[opened..<index].drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }
        parts.append(String(decoding: inner.reversed(), as: UTF8.self))
        start = nil
        index += 2
      } else if start == nil, bytes[index] == 0x7B, bytes[index + 1] == 0x7B {
        start = index + 2
        index += 2
      } else {
        index += 1
      }
    }
    return parts
  }

  static func kind(of type: String?) -> Performer.Kind {
    switch type {
    case "llm": .model
    case "http": .http
    case "human_task": .human
    case "scripted": .scripted
    case "custom", "process": .process
    default: .foreign
    }
  }

  private static func texts(_ fields: [Field]) -> [FieldText] {
    fields.map { FieldText(name: $0.name, text: lateText($0.value.text?.text ?? "")) }
  }

  /// `.env.NAME` of the seeds is `env.NAME`.
  private static func undotted(_ name: String) -> String {
    name.hasPrefix(".") ? String(name.dropFirst()) : name
  }

  /// A text that is filled in at the call, with names as they are looked up there.
  private static func lateText(_ text: String) -> String {
    var result: [UInt8] = []
    var isOpening = false
    for byte in text.utf8 {
      if isOpening, byte == UInt8(ascii: "."), result.count >= 2 {
        isOpening = false
        continue
      }
      if byte == UInt8(ascii: "{") {
        isOpening = result.last == UInt8(ascii: "{")
      } else if byte != 0x20 {
        isOpening = false
      }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether an agent has a planner of its own other than the one that the call stands in.
  func isChildFlow(_ position: Int, inPlannerOf owner: String?) -> Bool {
    let agent = flow.agents[position]
    guard agent.content.planner != nil else { return false }
    return !(owner?.sameScalars(as: agent.name) ?? false)
  }
}
