import Document
import Source
import Values

/// The flow's body, and planners in agents.
extension FlowReader {
  /// The flow's body; nil after a finding.
  ///
  /// Sets `planningAgent` when an agent's planner is it.
  mutating func body(_ header: Mapping, _ agents: [Node.Entry]) -> Body? {
    let bodies = bodyEntries(header)
    if bodies.count > 1 {
      report(Messages.twoBodies(bodies))
      return nil
    }
    if let body = bodies.first {
      if let later = header.later.first(where: { $0.entry.key == body.key }) {
        report(Messages.notSupported(later.feature, at: body.keySpan))
        return nil
      }
      if body.key == "planner" {
        return value("planner", header).flatMap {
          planner($0, path: "planner", header: header)
        }
      }
      if body.key == "root" { return tree(header).map { .tree($0) } }
      if body.key == "tasks" { return taskList(header).map { .tasks($0) } }
      if body.key == "nodes" { return graph(header).map { .machine($0) } }
      return machine(header).map { .machine($0) }
    }
    if form == .seed,
      header.entry("steps") != nil || header.entry("workflow")?.value["steps"] != nil
    {
      return connectedSteps(header)
    }
    return form == .seed ? agentBody(header, agents) : reportNoBody(header)
  }

  private func bodyEntries(_ header: Mapping) -> [Node.Entry] {
    let keys = ["states", "root", "nodes", "tasks", "rules", "planner"]
    var entries = keys.compactMap { header.entry($0) }
    if entries.isEmpty, let edges = header.entry("edges") { entries.append(edges) }
    return entries
  }

  private mutating func reportNoBody(_ header: Mapping) -> Body? {
    if !header.isDisordered { report(Messages.noBody(header, form: form)) }
    return nil
  }

  /// FLOW-SEMANTICS 2: the planner of the agent that `entry` names, else the only one.
  private mutating func agentBody(_ header: Mapping, _ agents: [Node.Entry]) -> Body? {
    let planning = agents.filter { $0.value["planner"] != nil }
    let owner: Node.Entry
    if let order = header.entry("entry"), order.value.elements != nil {
      return orderedAgents(order, agents, header).map { .machine($0) }
    }
    if let entry = name("entry", header) {
      guard let agent = agents.first(where: { $0.key.sameScalars(as: entry.value) }) else {
        report(Messages.unknownEntry(entry, planning: planning.map(\.key)))
        return nil
      }
      guard agent.value["planner"] != nil else {
        report(Messages.entryWithoutPlanner(entry, planning: planning.map(\.key)))
        return nil
      }
      owner = agent
    } else if header.entry("entry") != nil {
      return nil
    } else if planning.count > 1 {
      report(Messages.severalPlanners(planning, of: agents.map(\.key)))
      return nil
    } else if let only = planning.first {
      owner = only
    } else {
      return reportNoBody(header)
    }
    if isChoice(owner) {
      return orderedAgents([Node(content: .string(owner.key), span: owner.keySpan)], agents, header)
        .map { .machine($0) }
    }
    planningAgent = owner.key
    guard let entry = owner.value.entries?.first(where: { $0.key == "planner" }) else { return nil }
    if case .null = entry.value.content {
      report(Messages.noValue(entry))
      return nil
    }
    return planner(entry, path: "agents.\(owner.key).planner", header: header)
  }

  /// Whether a seed has only bodies that come later, which is then the one thing to say about it.
  mutating func reportLaterSeedBody(_ root: Node) -> Bool {
    let features = [("rules", "decision rules")]
    guard let entries = root.entries else { return false }
    if entries.contains(where: { ["states", "root", "planner"].contains($0.key) }) {
      return false
    }
    for (key, feature) in features {
      if let entry = entries.first(where: { $0.key.sameScalars(as: key) }) {
        report(Messages.notSupported(feature, at: entry.keySpan))
        return true
      }
    }
    return false
  }

  // MARK: Planners

  /// The planner of an agent that is not the flow's, a child flow, with its `on_error`.
  mutating func childPlanner(
    _ entry: Node.Entry,
    of agent: String,
    header: Mapping
  ) -> (body: Body?, onError: [Edge]) {
    let outer = (planningAgent, definitionOnError)
    planningAgent = agent
    definitionOnError = []
    defer { (planningAgent, definitionOnError) = outer }
    let body = planner(entry, path: "agents.\(agent).planner", header: header)
    guard case .machine(var machine)? = body else { return (body, definitionOnError) }
    // The flow's endings are there for all its planners: each has those that it leads to.
    let written = header.entry("final_states")?.value
    let shared = (written?.entries ?? []).map(\.keySpan) + (written?.elements ?? []).map(\.span)
    let targets = machine.states.flatMap(\.content.targets)
    machine.finalStates.removeAll { final in
      shared.contains(final.nameSpan) && !targets.contains { $0.sameScalars(as: final.name) }
    }
    return (.machine(machine), definitionOnError)
  }

  /// A `planner:`; `header` is the flow's header when the planner is the flow's body.
  mutating func planner(
    _ entry: Node.Entry,
    path: String,
    header: Mapping?
  ) -> Body? {
    guard entry.value.entries != nil else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping",
          hint: "write `planner: {type: fsm, definition: …}`"
        )
      )
      return nil
    }
    if let type = entry.value["type"], let word = type.string, word != "fsm",
      word != "behavior_tree"
    {
      guard word == "llm" else {
        _ = self.word(
          Located(word, type.span),
          of: "type",
          oneOf: ["fsm", "behavior_tree", "llm"]
        )
        return nil
      }
      return modelPlanner(entry, path: path, header: header).map { .planner($0) }
    }
    guard let mapping = mapping(entry, .planner, path: path) else { return nil }
    _ = text("type", mapping)
    let sources = ["definition", "transitions", "states"].compactMap { mapping.entry($0) }
    if sources.count > 1 {
      report(Messages.twoSpellings(sources[1], of: sources[0]))
      return nil
    }
    guard let source = sources.first else {
      if !mapping.isDisordered { report(Messages.plannerWithoutDefinition(entry)) }
      return nil
    }
    if source.key == "states" { return machine(mapping, header: header).map { .machine($0) } }
    guard let source = value(source.key, mapping) else { return nil }
    return definition(source, path: "\(path).\(source.key)", header: header)
  }

  private mutating func reportLaterPlanner(
    _ feature: String,
    at span: SourceSpan,
    path: String,
    isFlow: Bool
  ) {
    if isFlow {
      report(Messages.notSupported(feature, at: span))
    } else {
      inertKeys.append(Located(path, span))
    }
  }

  /// The body that a `definition:` holds, as a mapping, as text or in a file.
  private mutating func definition(
    _ entry: Node.Entry,
    path: String,
    header: Mapping?
  ) -> Body? {
    guard definitionDepth < limits.definitionDepth else {
      report(
        Messages.tooMany(
          "planner definitions inside each other",
          limits.definitionDepth,
          at: entry.keySpan
        )
      )
      return nil
    }
    definitionDepth += 1
    let openCount = openIncludes.count
    defer {
      definitionDepth -= 1
      openIncludes.removeLast(openIncludes.count - openCount)
    }
    guard let node = definitionNode(entry) else { return nil }
    guard node.entries != nil else {
      report(Messages.definitionKind(node))
      return nil
    }
    guard let mapping = mapping(node, .definition, path: path) else { return nil }
    if let later = mapping.later.first {
      reportLaterPlanner(
        later.feature,
        at: later.entry.keySpan,
        path: path,
        isFlow: header != nil
      )
      return nil
    }
    if let inner = value("planner", mapping) {
      return planner(inner, path: "\(path).planner", header: header)
    }
    if mapping.entry("root") != nil { return tree(mapping).map { .tree($0) } }
    if mapping.entry("tasks") != nil { return taskList(mapping).map { .tasks($0) } }
    if mapping.entry("nodes") != nil { return graph(mapping).map { .machine($0) } }
    let onError = edges("on_error", mapping, of: .error)
    if header != nil {
      definitionOnError = onError
    } else if let first = onError.first {
      inertKeys.append(Located("\(path).on_error", first.span))
    }
    return machine(mapping, header: header).map { .machine($0) }
  }

  /// The tree of a `definition:`; a file is put on the stack of open ones.
  mutating func definitionNode(_ entry: Node.Entry) -> Node? {
    switch entry.value.content {
    case .mapping: return entry.value
    case .string(let string):
      guard let text = entry.value.text else { return nil }
      if Self.isDocument(string) {
        return accept(DocumentParser.yaml(text, limits: limits))
      }
      guard let file = include(Located(string, entry.value.span)) else { return nil }
      return accept(DocumentParser.parse(file, limits: limits))
    default:
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping, a text or the name of a file",
          hint: nil
        )
      )
      return nil
    }
  }

  /// FLOW-SEMANTICS 12: a line break or a colon-space makes a text a document.
  static func isDocument(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.contains(0x0A) || bytes.contains(0x0D)
      || bytes.indices.dropLast().contains { bytes[$0] == 0x3A && bytes[$0 + 1] == 0x20 }
  }

  /// The tree of a parsed text when it had no errors.
  mutating func accept(_ parsed: (root: Node?, diagnostics: [Diagnostic])) -> Node? {
    for diagnostic in parsed.diagnostics { report(diagnostic) }
    return parsed.diagnostics.hasErrors ? nil : parsed.root
  }
}
