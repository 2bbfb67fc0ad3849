import Document
import Source
import Values

/// Models, agents, tools, permissions.
extension FlowReader {
  /// The declarations at `key`: a mapping of ids, in the seed form also a list of `{id, …}`.
  mutating func declarations(
    _ key: String,
    _ mapping: Mapping,
    idKeys: [String] = ["id"]
  ) -> [Node.Entry] {
    guard let entry = value(key, mapping) else { return [] }
    if let entries = entry.value.entries {
      for entry in entries { checkName(entry, isStep: false) }
      return entries
    }
    guard form == .seed, let elements = entry.value.elements else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of ids",
          hint: "write `\(key): {name: {…}}`"
        )
      )
      return []
    }
    var seen: Set<MapKey> = []
    var result: [Node.Entry] = []
    for element in elements {
      let id = idKeys.lazy.compactMap { element[$0] }.first
      guard let id, let name = id.string, !name.isEmpty else {
        report(Messages.missing("id", in: "an entry of `\(key)`", at: element.span, hint: nil))
        continue
      }
      guard seen.insert(.string(name)).inserted else {
        report(Messages.duplicate(name, in: "`\(key)`", at: id.span))
        continue
      }
      result.append(Node.Entry(key: name, keySpan: id.span, value: element))
    }
    return result
  }

  // MARK: Models

  mutating func models(_ mapping: Mapping) -> [Named<ModelDefinition>] {
    declarations("models", mapping, idKeys: ["id", "model"]).compactMap { entry in
      model(entry, path: "models.\(entry.key)").map {
        Named(name: entry.key, nameSpan: entry.keySpan, content: $0)
      }
    }
  }

  private mutating func model(_ entry: Node.Entry, path: String) -> ModelDefinition? {
    guard let mapping = mapping(entry, .model, path: path) else { return nil }
    var model = ModelDefinition()
    model.provider = name("provider", mapping)
    model.model = name("model", mapping)
    model.temperature = number("temperature", mapping, in: 0...2)
    model.endpoint = name("endpoint", mapping)
    model.keyVariable = keyVariable(mapping)
    model.outputTokens = integer("max_tokens", mapping, in: 1...100_000_000)
    if form == .seed { readSeedKeys(mapping, &model) }
    return model
  }

  /// What the seeds say of models beside the house keys.
  private mutating func readSeedKeys(_ mapping: Mapping, _ model: inout ModelDefinition) {
    if model.endpoint == nil {
      model.endpoint = name("base_url", mapping) ?? name("api_url", mapping)
    }
    model.contextTokens = integer("context_window", mapping, in: 1...100_000_000)
    model.timeoutMilliseconds = duration("timeout", mapping)
    let most = limits.attempts - 1
    guard let again = integer("retry_attempts", mapping, in: 0...most) else { return }
    let kinds = ["timeout", "unavailable", "rate_limited", "invalid_output"]
    model.retry = Retry(
      maxAttempts: Located(again.value + 1, again.span),
      backoffMilliseconds: 1_000,
      factor: 2,
      kinds: kinds.map { Located($0, again.span) },
      span: again.span
    )
  }

  /// The model at `model`: a mapping or a name.
  mutating func modelReference(_ mapping: Mapping) -> ModelReference? {
    guard let entry = value("model", mapping) else { return nil }
    if entry.value.entries != nil {
      return model(entry, path: "\(mapping.path).model").map { .inline($0, entry.value.span) }
    }
    guard entry.value.string != nil else {
      report(Messages.wrongKind(entry, wanted: "a mapping or the name of a model", hint: nil))
      return nil
    }
    return name("model", mapping).map { .name($0) }
  }

  /// `config:` of a seed's agent: a model in place, or a reference to the one entry of `models`
  /// that its selector fits (FLOW-SEMANTICS 25).
  private mutating func configuredModel(_ mapping: Mapping) -> ModelReference? {
    guard form == .seed, let entry = value("config", mapping) else { return nil }
    guard let reference = entry.value.entries?.first(where: { $0.key == "$ref" }) else {
      guard entry.value["provider"] != nil || entry.value["model"] != nil else {
        inertKeys.append(Located("\(mapping.path).config", entry.keySpan))
        return nil
      }
      return model(entry, path: "\(mapping.path).config").map { .inline($0, entry.value.span) }
    }
    guard let text = reference.value.string,
      let selector = ReferenceSelector(reference: text)
    else {
      report(Messages.badReference(reference))
      return nil
    }
    let fitting = declaredModels.filter { named in
      selector.parts.allSatisfy { part in
        let known: String? =
          switch part.field {
          case "id": named.name
          case "provider": named.content.provider?.value
          case "model": named.content.model?.value
          default: nil
          }
        return known?.sameScalars(as: part.text) ?? false
      }
    }
    guard fitting.count == 1 else {
      report(
        Messages.notOneModel(
          reference,
          fitting: fitting.map(\.name),
          among: declaredModels.map(\.name)
        )
      )
      return nil
    }
    return .name(Located(fitting[0].name, reference.value.span))
  }

  /// `key:`, or `api_key:` with a template that reads the environment.
  private mutating func keyVariable(_ mapping: Mapping) -> Located<String>? {
    let key = mapping.entry("key") == nil ? "api_key" : "key"
    guard let text = name(key, mapping) else { return nil }
    var name = text.value[...]
    if name.hasPrefix("{{"), name.hasSuffix("}}") {
      name = name.dropFirst(2).dropLast(2)
      name = name.drop { $0 == " " }
      while name.hasSuffix(" ") { name = name.dropLast() }
    }
    for prefix in [".env.", "env.", ".secrets.", "secrets."] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
      break
    }
    let isName = name.utf8.enumerated().allSatisfy { index, byte in
      let isLetter =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
      return isLetter
        || (index > 0 && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte))
    }
    guard isName, !name.isEmpty else {
      report(Messages.keyInFlow(key, text.span))
      return nil
    }
    return Located(String(name), text.span)
  }

  // MARK: Agents

  /// The agents; the planner of the one named `flowPlanner` is left to the caller.
  ///
  /// What planners leave open stands in the flow's `header`.
  mutating func agents(
    _ entries: [Node.Entry],
    flowPlanner: String?,
    header: Mapping
  ) -> [Named<AgentDefinition>] {
    entries.compactMap { entry in
      let isPlanning = flowPlanner?.sameScalars(as: entry.key) ?? false
      return agent(choosing(entry, header), isPlanning: isPlanning, header: header).map {
        Named(name: entry.key, nameSpan: entry.keySpan, content: $0)
      }
    }
  }

  private mutating func agent(
    _ entry: Node.Entry,
    isPlanning: Bool,
    header: Mapping
  ) -> AgentDefinition? {
    let path = "agents.\(entry.key)"
    guard let mapping = mapping(entry, .agent, path: path) else { return nil }
    var agent = AgentDefinition(span: entry.keySpan.union(entry.value.span))
    let types = ["llm", "http", "human_task", "scripted", "custom"]
    agent.type = form == .house ? word("type", mapping, oneOf: types) : name("type", mapping)
    if form == .house, mapping.entry("type") == nil, !mapping.isDisordered {
      report(
        Messages.missing(
          "type",
          in: "agent \(Messages.quoted(entry.key))",
          at: entry.keySpan,
          hint: "write one of " + types.map { "`type: \($0)`" }.joined(separator: ", ")
        )
      )
    }
    agent.model = modelReference(mapping) ?? configuredModel(mapping)
    if agent.type == nil, form == .seed, let model = agent.model {
      // Seeds leave the type of an agent to its model.
      agent.type = Located("llm", model.span)
    }
    agent.role = prose("role", mapping)
    agent.instructions = prose("instructions", mapping)
    agent.prompt = prose("prompt", mapping)
    agent.actions = actions(mapping)
    agent.input = fieldSet("input", mapping)
    agent.output = fieldSet("output", mapping)
    if let limits = value("limits", mapping),
      let limits = self.mapping(limits, .agentLimits, path: "\(path).limits")
    {
      agent.promptTokens = integer("prompt_tokens", limits, in: 1...100_000_000)
      agent.outputTokens = integer("output_tokens", limits, in: 1...100_000_000)
      agent.turns = integer("turns", limits, in: 1...self.limits.attempts)
    }
    agent.roles = texts("roles", mapping)
    agent.endpoint = prose("endpoint", mapping)
    agent.select = queries("select", mapping)
    agent.headers = fields("headers", mapping) ?? []
    agent.arguments = texts("argv", mapping)
    agent.environment = texts("env", mapping)
    agent.costPerCallPicodollars = money("cost_per_call", mapping)
    agent.budget = cap(mapping)
    agent.timeoutMilliseconds = duration("timeout", mapping)
    guard form == .seed else { return agent }
    agent.tools = namedTools(mapping)
    agent.retry = retry(mapping)
    agent.concurrency = integer("concurrency", mapping, in: 1...limits.items)
    agent.answersInJSON = boolean("json_mode", mapping) ?? false
    readPolicies(mapping, &agent)
    if !isPlanning, let planner = value("planner", mapping) {
      (agent.planner, agent.plannerOnError) = childPlanner(planner, of: entry.key, header: header)
    }
    return agent
  }

  /// `policies` of a seed's agent: limits of all its calls, where the agent's own keys say nothing.
  private mutating func readPolicies(_ mapping: Mapping, _ agent: inout AgentDefinition) {
    guard let entry = value("policies", mapping),
      let policies = self.mapping(entry, .agentPolicies, path: "\(mapping.path).policies")
    else { return }
    let retry = retry(policies)
    if agent.retry == nil { agent.retry = retry }
    let concurrency = integer("concurrency", policies, in: 1...limits.items)
    if agent.concurrency == nil { agent.concurrency = concurrency }
    let timeout = duration("timeout", policies)
    if agent.timeoutMilliseconds == nil { agent.timeoutMilliseconds = timeout }
    guard let amount = money("cost_budget", policies), agent.budget == nil else { return }
    var budget = Budget(span: amount.span)
    budget.hardPicodollars = amount
    budget.period = .day
    agent.budget = budget
  }

  /// The tools at `tools` of a seed's agent: ids, or references by an id.
  private func namedTools(_ mapping: Mapping) -> [Located<String>] {
    (mapping.entry("tools")?.value.elements ?? []).compactMap { element in
      if let id = element.string { return Located(id, element.span) }
      guard let reference = element["$ref"]?.string,
        let selector = ReferenceSelector(reference: reference),
        let id = selector.parts.first(where: { $0.field == "id" })
      else { return nil }
      return Located(id.text, element.span)
    }
  }

  /// `select:` of an agent: input fields with JSONPath queries on the flow.
  private mutating func queries(_ key: String, _ mapping: Mapping) -> [Field] {
    guard let entry = value(key, mapping) else { return [] }
    let hint = "write `\(key): {field: \"$.state.name\"}`"
    guard let entries = entry.value.entries else {
      let wanted = "a mapping of input fields to queries"
      report(Messages.wrongKind(entry, wanted: wanted, hint: hint))
      return []
    }
    return entries.compactMap { entry in
      guard entry.value.string != nil else {
        report(Messages.wrongKind(entry, wanted: "a query", hint: hint))
        return nil
      }
      return Field(name: entry.key, nameSpan: entry.keySpan, value: entry.value)
    }
  }

  private mutating func actions(_ mapping: Mapping) -> [Named<ActionDefinition>] {
    declarations("actions", mapping).compactMap { entry in
      let path = "\(mapping.path).actions.\(entry.key)"
      guard let action = self.mapping(entry, .action, path: path) else { return nil }
      var definition = ActionDefinition()
      definition.prompt = prose("prompt", action)
      definition.input = fieldSet("input", action)
      definition.output = fieldSet("output", action)
      definition.answersInJSON = form == .seed && boolean("json_mode", action) ?? false
      return Named(name: entry.key, nameSpan: entry.keySpan, content: definition)
    }
  }

  // MARK: Tools

  /// The tools, those of a seed's `tool_registry` after the flow's own.
  mutating func tools(_ mapping: Mapping) -> [Named<ToolDefinition>] {
    var entries = declarations("tools", mapping).map { ($0, "tools.\($0.key)") }
    if form == .seed, let registry = value("tool_registry", mapping),
      let registry = self.mapping(registry, .registry, path: "tool_registry")
    {
      let own = Set(entries.map { MapKey.string($0.0.key) })
      for entry in declarations("tools", registry) {
        guard !own.contains(.string(entry.key)) else {
          report(Messages.duplicate(entry.key, in: "the flow's tools", at: entry.keySpan))
          continue
        }
        entries.append((entry, "tool_registry.tools.\(entry.key)"))
      }
    }
    return entries.compactMap { entry, path in
      tool(entry, path: path).map {
        Named(name: entry.key, nameSpan: entry.keySpan, content: $0)
      }
    }
  }

  private mutating func tool(_ entry: Node.Entry, path: String) -> ToolDefinition? {
    if case .null = entry.value.content, form == .seed {
      return ToolDefinition(span: entry.keySpan)
    }
    guard let mapping = mapping(entry, .tool, path: path) else { return nil }
    var tool = ToolDefinition(span: entry.keySpan.union(entry.value.span))
    let types = ["http", "process", "database", "smtp"]
    tool.type = form == .house ? word("type", mapping, oneOf: types) : name("type", mapping)
    tool.endpoint = prose("endpoint", mapping)
    tool.headers = fields("headers", mapping) ?? []
    tool.arguments = texts("argv", mapping)
    tool.environment = texts("env", mapping)
    tool.input = fieldSet("input", mapping)
    tool.output = fieldSet("output", mapping)
    tool.timeoutMilliseconds = duration("timeout", mapping)
    if let effect = word("effect", mapping, oneOf: ["read", "write"]) {
      tool.effect = effect.value == "read" ? .read : .write
    }
    tool.isIdempotent = boolean("idempotent", mapping) ?? false
    tool.costPerCallPicodollars = money("cost_per_call", mapping)
    if form == .seed { readConfig(mapping, &tool) }
    return tool
  }

  /// `config: {base_url, headers}` of a seed's tool, where its own keys say nothing.
  private mutating func readConfig(_ mapping: Mapping, _ tool: inout ToolDefinition) {
    guard let entry = value("config", mapping),
      let config = self.mapping(entry, .toolConfig, path: "\(mapping.path).config")
    else { return }
    if tool.endpoint == nil { tool.endpoint = prose("base_url", config) }
    if tool.headers.isEmpty { tool.headers = fields("headers", config) ?? [] }
    let timeout = duration("timeout", config)
    if tool.timeoutMilliseconds == nil { tool.timeoutMilliseconds = timeout }
  }

  // MARK: Permissions

  mutating func permissions(_ mapping: Mapping) -> [Named<Permissions>] {
    guard let entry = value("permissions", mapping) else { return [] }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of agent ids to grants",
          hint: "write `permissions: {agent: {tools: […]}}`"
        )
      )
      return []
    }
    return entries.compactMap { entry in
      guard let mapping = self.mapping(entry, .permissions, path: "permissions.\(entry.key)")
      else { return nil }
      var grant = Permissions(span: entry.keySpan.union(entry.value.span))
      grant.tools = texts("tools", mapping)
      grant.models = texts("models", mapping)
      grant.hosts = texts("hosts", mapping)
      grant.programs = texts("programs", mapping)
      grant.environment = texts("env", mapping)
      return Named(name: entry.key, nameSpan: entry.keySpan, content: grant)
    }
  }
}
