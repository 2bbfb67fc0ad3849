import Document
import Source
import Values

/// Planners that ask a language model.
extension FlowReader {
  /// The planner that `entry` holds; nil after a finding.
  ///
  /// `header` is the flow's own mapping when the planner is its body.
  mutating func modelPlanner(
    _ entry: Node.Entry,
    path: String,
    header: Mapping?
  ) -> Planner? {
    guard let mapping = mapping(entry, .modelPlanner, path: path) else { return nil }
    var planner = Planner(span: entry.keySpan.union(entry.value.span))
    _ = text("type", mapping)
    planner.model = modelReference(mapping)
    readLimits(mapping, &planner)
    planner.goal = prose("goal", mapping)
    planner.template = prose("template", mapping)
    readUses(mapping, &planner)
    planner.maxSteps = integer("max_steps", mapping, in: 1...limits.planSteps)
    planner.repairRounds = integer("repair_rounds", mapping, in: 0...limits.planRepairs)
    planner.budget = budget("plan_budget", mapping)
    planner.timeoutMilliseconds = duration("timeout", mapping)
    planner.planTimeoutMilliseconds = duration("plan_timeout", mapping)
    planner.isScaffolded = boolean("deterministic_scaffolding", mapping) ?? true
    planner.isCached = boolean("cache", mapping) ?? false
    planner.constraints = allowedValues(mapping)
    planner.replan = replan(mapping)
    if let fallback = value("fallback", mapping) {
      planner.fallback = fallbackBody(fallback, path: "\(path).fallback", header: header)
    }
    if form == .house { reportMissing(mapping, entry) }
    return planner
  }

  private mutating func reportMissing(_ mapping: Mapping, _ entry: Node.Entry) {
    let hints = [
      ("model", "write which model proposes: `model: {provider: openai, model: gpt-4o}`"),
      ("goal", "write what a plan is for: `goal: \"…\"`"),
      ("may_use", "write what a plan may call: `may_use: {agents: […], tools: […]}`"),
    ]
    for (key, hint) in hints where mapping.entry(key) == nil && !mapping.isDisordered {
      report(Messages.missing(key, in: "`planner`", at: entry.keySpan, hint: hint))
    }
  }

  private mutating func readLimits(_ mapping: Mapping, _ planner: inout Planner) {
    guard let entry = value("limits", mapping),
      let limits = self.mapping(entry, .plannerLimits, path: "\(mapping.path).limits")
    else { return }
    planner.promptTokens = integer("prompt_tokens", limits, in: 1...100_000_000)
    planner.outputTokens = integer("output_tokens", limits, in: 1...100_000_000)
  }

  private mutating func readUses(_ mapping: Mapping, _ planner: inout Planner) {
    guard let entry = value("may_use", mapping),
      let uses = self.mapping(entry, .mayUse, path: "\(mapping.path).may_use")
    else { return }
    planner.agents = texts("agents", uses)
    planner.tools = texts("tools", uses)
  }

  /// `constraints`: arguments with lists of values.
  private mutating func allowedValues(_ mapping: Mapping) -> [AllowedValues] {
    guard let entry = value("constraints", mapping) else { return [] }
    let hint = "write `constraints: {strategy: [rolling, canary]}`"
    guard let entries = entry.value.entries else {
      report(Messages.wrongKind(entry, wanted: "a mapping of arguments to values", hint: hint))
      return []
    }
    return entries.compactMap { entry in
      if form == .seed, entry.value.elements == nil {
        // A seed names a schema here that stands nowhere.
        inertKeys.append(Located("\(mapping.path).constraints.\(entry.key)", entry.keySpan))
        return nil
      }
      guard let elements = entry.value.elements, !elements.isEmpty else {
        report(Messages.wrongKind(entry, wanted: "a list of texts", hint: hint))
        return nil
      }
      let values = elements.compactMap { element -> Located<String>? in
        guard let text = element.string else {
          report(Messages.wrongElement(element, of: entry.key, wanted: "text"))
          return nil
        }
        return Located(text, element.span)
      }
      return AllowedValues(name: Located(argument(entry.key), entry.keySpan), values: values)
    }
  }

  /// `valid_strategies` of a seed speaks of the argument `strategy`.
  func argument(_ key: String) -> String {
    let prefix = "valid_"
    guard form == .seed, key.hasPrefix(prefix) else { return key }
    let name = String(key.dropFirst(prefix.utf8.count))
    if name.hasSuffix("ies") { return name.dropLast(3) + "y" }
    return name.hasSuffix("s") ? String(name.dropLast()) : name
  }

  // MARK: Trying again

  private mutating func replan(_ mapping: Mapping) -> Replan? {
    guard let entry = value("replan", mapping),
      let rules = self.mapping(entry, .replan, path: "\(mapping.path).replan")
    else { return nil }
    let strategies = Replan.Strategy.allCases.map(\.rawValue)
    let word = self.word("strategy", rules, oneOf: strategies)
    let most = integer("max", rules, in: 1...limits.planRepairs)
    for key in ["strategy", "max"] where rules.entry(key) == nil && !rules.isDisordered {
      let hint = "write `replan: {strategy: adaptive, max: 2}`"
      report(Messages.missing(key, in: "`replan`", at: entry.keySpan, hint: hint))
    }
    guard let word, let strategy = Replan.Strategy(rawValue: word.value), let most else {
      return nil
    }
    var replan = Replan(
      strategy: strategy,
      most: most,
      span: entry.keySpan.union(entry.value.span)
    )
    if rules.entry("on") != nil {
      let words = Replan.Trigger.allCases.map(\.rawValue)
      replan.triggers = texts("on", rules).compactMap { trigger in
        self.word(trigger, of: "on", oneOf: words).flatMap { Replan.Trigger(rawValue: $0.value) }
      }
    }
    replan.events = texts("on_event", rules)
    replan.quality = expression("quality", rules)
    replan.backoffMilliseconds = duration("backoff", rules, allowsZero: true)?.value ?? 0
    replan.agent = name("agent", rules)
    replan.agentTimeoutMilliseconds = duration("timeout", rules)
    if strategy == .human, replan.agent == nil, !rules.isDisordered {
      let hint = "write who decides: `agent: …`, a person's"
      report(Messages.missing("agent", in: "`replan` by a person", at: entry.keySpan, hint: hint))
      return nil
    }
    return replan
  }

  // MARK: Fallback

  /// The body at `fallback`; final states may stand in the flow's header.
  private mutating func fallbackBody(
    _ entry: Node.Entry,
    path: String,
    header: Mapping?
  ) -> Body? {
    guard definitionDepth < limits.definitionDepth else {
      let title = "planner definitions inside each other"
      report(Messages.tooMany(title, limits.definitionDepth, at: entry.keySpan))
      return nil
    }
    definitionDepth += 1
    defer { definitionDepth -= 1 }
    guard let mapping = mapping(entry, .definition, path: path) else { return nil }
    if let later = mapping.later.first {
      report(Messages.notSupported(later.feature, at: later.entry.keySpan))
      return nil
    }
    if let inner = value("planner", mapping) {
      return planner(inner, path: "\(path).planner", header: nil)
    }
    if mapping.entry("root") != nil { return tree(mapping).map { .tree($0) } }
    if mapping.entry("tasks") != nil { return taskList(mapping).map { .tasks($0) } }
    if mapping.entry("nodes") != nil { return graph(mapping).map { .machine($0) } }
    return machine(mapping).map { .machine($0) }
  }
}
