import Document
import Source
import Values

/// The header: everything of a flow but its body.
extension FlowReader {
  /// The whole flow; nil when it has no body that can be read.
  mutating func flow(_ root: Node, stem: String) -> Flow? {
    if form == .seed, reportLaterSeedBody(root) { return nil }
    guard let header = mapping(root, .flow, path: "") else { return nil }
    return flow(header, stem: stem, at: root.span)
  }

  /// The flow whose header is `header`.
  mutating func flow(_ header: Mapping, stem: String, at span: SourceSpan) -> Flow? {
    let models = models(header)
    // A child flow declares none of its own.
    if !models.isEmpty { declaredModels = models }
    let agentEntries = declarations("agents", header)
    let outer = (treeSurroundings, subtreeFields)
    treeSurroundings = surroundings(of: header)
    subtreeFields = []
    defer { (treeSurroundings, subtreeFields) = outer }
    let body = body(header, agentEntries)
    let agents = agents(agentEntries, flowPlanner: planningAgent, header: header)
    var flow = Flow(
      form: form,
      name: stem,
      span: span,
      body: body
        ?? .machine(
          Machine(
            states: [],
            initialState: nil,
            finalStates: [],
            declaresFinalStates: false,
            span: span
          )
        )
    )
    flow.models = models
    flow.agents = agents
    flow.planningAgent = planningAgent
    readHeader(header, &flow)
    if header.entry("entry")?.value.elements != nil { flow.leaveOutForeignEndings() }
    flow.flows = childFlows(header)
    flow.inertKeys = inertKeys
    flow.unenforced = unenforced
    return body == nil ? nil : flow
  }

  private mutating func readHeader(_ header: Mapping, _ flow: inout Flow) {
    if let name = name("name", header) { flow.name = name.value }
    flow.description = text("description", header)?.value
    flow.input = fieldSet("input", header)
    if let state = fieldSet("state", header) { flow.state = state }
    flow.state.fields += subtreeFields.compactMap { declaration($0) }
    let result = header.entry("result") == nil ? "outputs" : "result"
    flow.result = fields(result, header) ?? []
    flow.tools = tools(header)
    flow.schemas = declarations("schemas", header).map {
      Named(name: $0.key, nameSpan: $0.keySpan, content: $0.value)
    }
    flow.publicEnvironment = texts("env", header)
    flow.budget = budget("budget", header)
    flow.timeout = timeout(header)
    readSeedLimits(header, &flow)
    flow.maxSteps = integer("max_steps", header, in: 1...limits.journalRecords)
    flow.onError = edges("on_error", header, of: .error)
    if flow.onError.isEmpty { flow.onError = definitionOnError }
    flow.onCancel = edges("on_cancel", header, of: .error)
    flow.onBudget = edges("on_budget", header, of: .error)
    flow.permissions = permissions(header)
    flow.invariants = invariants(header)
    if let path = name("prices", header) {
      // The book includes nothing, so that it may be named again.
      let openCount = openIncludes.count
      flow.priceBook = include(path)
      openIncludes.removeLast(openIncludes.count - openCount)
    }
  }

  // MARK: Budget and timeout

  /// `budget:` of a step or agent: an amount, or a mapping as a flow has it.
  mutating func cap(_ mapping: Mapping) -> Budget? {
    guard let entry = value("budget", mapping) else { return nil }
    guard entry.value.entries == nil else { return budget("budget", mapping) }
    guard let amount = money("budget", mapping) else { return nil }
    var budget = Budget(span: entry.keySpan.union(entry.value.span))
    budget.hardPicodollars = amount
    return budget
  }

  /// The limits on money at `key`.
  mutating func budget(_ key: String, _ header: Mapping) -> Budget? {
    guard let entry = value(key, header) else { return nil }
    guard entry.value.entries != nil else {
      let text = entry.value.text?.text
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping",
          hint: text.map { "write `\(key): {hard: \($0)}`" }
        )
      )
      return nil
    }
    guard
      let mapping = mapping(
        entry,
        .budget,
        path: header.path.isEmpty ? key : "\(header.path).\(key)"
      )
    else { return nil }
    var budget = Budget(span: entry.keySpan.union(entry.value.span))
    budget.hardPicodollars = money("hard", mapping)
    budget.softPicodollars = money("soft", mapping)
    budget.tokens = integer("tokens", mapping, in: 0...Int.max).map {
      Located(Int64($0.value), $0.span)
    }
    if let period = word("per", mapping, oneOf: ["run", "day", "month"]) {
      budget.period = Budget.Period(rawValue: period.value) ?? .run
    }
    if let gate = word("gate", mapping, oneOf: ["worst", "p95"]) {
      budget.gate = Located(gate.value == "p95" ? .p95 : .worst, gate.span)
    }
    if let currency = text("currency", mapping), currency.value != "USD" {
      report(Messages.currency(currency))
    }
    if let hard = budget.hardPicodollars, let soft = budget.softPicodollars,
      soft.value > hard.value
    {
      report(Messages.softAboveHard(soft, hard))
    }
    return budget
  }

  private mutating func timeout(_ header: Mapping) -> FlowTimeout? {
    guard let entry = header.entry("timeout"), entry.value.entries != nil else {
      return duration("timeout", header).map { FlowTimeout(afterMilliseconds: $0) }
    }
    guard let mapping = mapping(entry, .flowTimeout, path: "timeout") else { return nil }
    let after = duration("after", mapping)
    let hasAfter = mapping.entries.contains { $0.key == "after" || $0.key.hasPrefix("after_") }
    if !hasAfter, !mapping.isDisordered {
      report(
        Messages.missing(
          "after",
          in: "the flow's `timeout`",
          at: entry.keySpan,
          hint: "write how long the run may take: `after: 2s`"
        )
      )
    }
    let grace = duration("grace", mapping)
    let target = name("target", mapping)
    if let grace, target == nil, mapping.entry("target") == nil {
      report(
        Messages.missing(
          "target",
          in: "a `timeout` with `grace`",
          at: grace.span,
          hint: "write the step that runs in that time: `target: …`"
        )
      )
    }
    return after.map {
      FlowTimeout(afterMilliseconds: $0, graceMilliseconds: grace, target: target)
    }
  }

  /// `type` and `connections` of steps that are not there, or are connected, do nothing.
  private mutating func readSeedType(_ header: Mapping) {
    let workflow = header.entry("workflow")?.value.entries ?? []
    for (path, entries) in [("", header.entries), ("workflow.", workflow)] {
      let steps = entries.first { $0.key == "steps" }?.value.elements ?? []
      let connections = entries.first { $0.key == "connections" }
      if let connections, steps.isEmpty {
        inertKeys.append(Located("\(path)connections", connections.keySpan))
      }
      guard let type = entries.first(where: { $0.key == "type" }) else { continue }
      let orders = ["sequential", "parallel", "event-driven", "event_driven"]
      let isRead = steps.count > 1 && (connections?.value.elements ?? []).isEmpty
      if !isRead || !orders.contains(type.value.string ?? "") {
        inertKeys.append(Located("\(path)type", type.keySpan))
      }
    }
  }

  /// `workflow`, `policies`, `cost_budget` of the seed form: the innermost wins.
  private mutating func readSeedLimits(_ header: Mapping, _ flow: inout Flow) {
    guard form == .seed else { return }
    readSeedType(header)
    var amounts: [(Located<Int64>, Budget.Period)] = []
    if let workflow = value("workflow", header),
      let mapping = mapping(workflow, .workflow, path: "workflow")
    {
      let timeout = duration("timeout", mapping).map { FlowTimeout(afterMilliseconds: $0) }
      if flow.timeout == nil { flow.timeout = timeout }
      if let amount = money("cost_budget", mapping) { amounts.append((amount, .run)) }
    }
    if let amount = money("cost_budget", header) { amounts.append((amount, .run)) }
    if let policies = value("policies", header),
      let mapping = mapping(policies, .policies, path: "policies"),
      let amount = money("cost_budget", mapping)
    {
      amounts.append((amount, .day))
    }
    for (amount, period) in amounts {
      if flow.budget == nil {
        var budget = Budget(span: amount.span)
        budget.hardPicodollars = amount
        budget.period = period
        flow.budget = budget
      } else {
        inertKeys.append(Located("cost_budget", amount.span))
      }
    }
  }
}
