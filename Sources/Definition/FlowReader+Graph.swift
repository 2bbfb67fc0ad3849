import Document
import Source
import Values

/// Graphs of nodes and edges, and steps with connections.
extension FlowReader {
  /// The graph whose keys stand in `mapping`, as a machine; nil after a finding.
  mutating func graph(_ mapping: Mapping) -> Machine? {
    guard let nodesEntry = value("nodes", mapping) else {
      if mapping.entry("nodes") == nil {
        let hint = "write `nodes: {name: {agent: …}}`"
        report(Messages.missing("nodes", in: mapping.level.title, at: mapping.span, hint: hint))
      }
      return nil
    }
    guard let nodes = graphNodes(nodesEntry, path: mapping.path) else { return nil }
    let edges = value("edges", mapping).map { connections($0, mapping.path) } ?? []
    guard let entry = name("entry_point", mapping) else {
      if mapping.entry("entry_point") == nil, !mapping.isDisordered {
        report(Messages.noEntryPoint(nodes.first?.name, at: nodesEntry.keySpan))
      }
      return nil
    }
    var graph = Graph(
      nodes: nodes,
      edges: edges,
      entryPoint: entry,
      finalStates: finalStates(mapping),
      endsSilently: form == .seed,
      span: mapping.span
    )
    graph.maxIterations = integer("max_iterations", mapping, in: 1...limits.journalRecords)
    return machine(of: graph)
  }

  /// The machine of a graph that holds together; nil after a finding.
  private mutating func machine(of graph: Graph) -> Machine? {
    let shape = GraphShape(graph)
    let names = graph.nodes.map(\.name)
    let finals = graph.finalStates.map(\.name)
    var isSound = true
    func known(_ name: String) -> Bool {
      shape.position(name) != nil || finals.contains { $0.sameScalars(as: name) }
    }
    if shape.position(graph.entryPoint.value) == nil {
      report(Messages.unknownNode(graph.entryPoint, as: "`entry_point`", among: names))
      isSound = false
    }
    for edge in graph.edges {
      if shape.position(edge.source.value) == nil {
        report(Messages.unknownNode(edge.source, as: "an edge's `from`", among: names))
        isSound = false
      }
      if !known(edge.target.value) {
        report(Messages.unknownNode(edge.target, as: "an edge's `to`", among: names + finals))
        isSound = false
      }
    }
    guard isSound else { return nil }
    for (position, node) in graph.nodes.enumerated() {
      let own = shape.outgoing[position].map { graph.edges[$0] }
      let open = own.filter { $0.condition == nil }
      if open.count > 1 { report(Messages.twoWays(node, open[0], open[1])) }
      if let edge = node.content.onSuccess.first { report(Messages.nodeWithEdges(node, edge)) }
      if !shape.isReachable[position] {
        report(Messages.unreachableNode(node, isOrphan: !shape.hasIncoming[position]))
      }
    }
    return findings.hasErrors ? nil : graph.machine
  }

  /// Nodes as a mapping of names or a list with `id` (`name` in the seed form).
  private mutating func graphNodes(_ entry: Node.Entry, path: String) -> [Named<Step>]? {
    let prefix = path.isEmpty ? "nodes" : "\(path).nodes"
    let entries: [Node.Entry]
    if let mapped = entry.value.entries {
      entries = mapped
    } else if let elements = entry.value.elements {
      entries = listedEntries(
        elements,
        of: "nodes",
        idKeys: form == .seed ? ["name", "id"] : ["id"]
      )
    } else {
      let hint = "write `nodes: {name: {agent: …}}`"
      report(Messages.wrongKind(entry, wanted: "a mapping of names to nodes", hint: hint))
      return nil
    }
    guard !entries.isEmpty, entries.count <= limits.places else {
      if entries.isEmpty { report(Messages.emptyList(entry)) }
      if entries.count > limits.places {
        report(Messages.tooMany("nodes", limits.places, at: entry.keySpan))
      }
      return nil
    }
    return entries.compactMap { entry in
      checkName(entry, isStep: true)
      return step(entry, path: "\(prefix).\(entry.key)").map {
        Named(name: entry.key, nameSpan: entry.keySpan, content: $0)
      }
    }
  }

  /// The entries of a list whose elements carry their own names.
  mutating func listedEntries(
    _ elements: [Node],
    of title: String,
    idKeys: [String] = ["id"]
  ) -> [Node.Entry] {
    var seen: Set<MapKey> = []
    var result: [Node.Entry] = []
    for element in elements {
      guard let entries = element.entries else {
        report(Messages.wrongElement(element, of: title, wanted: "a mapping with an `id`"))
        continue
      }
      let id = idKeys.lazy.compactMap { key in
        entries.first { $0.key.sameScalars(as: key) }
      }.first
      guard let id else {
        report(
          Messages.missing(
            idKeys[0],
            in: "an entry of `\(title)`",
            at: element.span,
            hint: "write the name that guards and other steps know it by: `\(idKeys[0]): …`"
          )
        )
        continue
      }
      guard let name = text(id), !name.value.isEmpty else { continue }
      guard seen.insert(.string(name.value)).inserted else {
        report(Messages.duplicate(name.value, in: "`\(title)`", at: name.span))
        continue
      }
      let rest = entries.filter { !$0.key.sameScalars(as: id.key) }
      result.append(
        Node.Entry(
          key: name.value,
          keySpan: name.span,
          value: Node(content: .mapping(rest), span: element.span)
        )
      )
    }
    return result
  }

  private mutating func connections(_ entry: Node.Entry, _ path: String) -> [Graph.Connection] {
    guard let elements = entry.value.elements else {
      let hint = "write `- {from: a, to: b}`"
      report(Messages.wrongKind(entry, wanted: "a list of edges", hint: hint))
      return []
    }
    guard elements.count <= limits.rows else {
      report(Messages.tooMany("edges", limits.rows, at: entry.keySpan))
      return []
    }
    return elements.compactMap { element in
      guard element.entries != nil else {
        report(Messages.wrongElement(element, of: entry.key, wanted: "`{from: …, to: …}`"))
        return nil
      }
      guard let mapping = mapping(element, .connection, path: "\(path).\(entry.key)") else {
        return nil
      }
      let source = name("from", mapping)
      let target = name("to", mapping)
      for key in ["from", "to"] where mapping.entry(key) == nil && !mapping.isDisordered {
        report(Messages.missing(key, in: "an edge", at: element.span, hint: nil))
      }
      let condition = expression("condition", mapping)
      guard let source, let target else { return nil }
      return Graph.Connection(
        source: source,
        target: target,
        condition: condition,
        span: element.span
      )
    }
  }

  // MARK: Steps with connections

  /// `workflow: {steps, connections}` of the seed form, or these keys at the top level.
  mutating func connectedSteps(_ header: Mapping) -> Body? {
    guard form == .seed else { return nil }
    let entries =
      header.entry("steps") == nil
      ? header.entry("workflow")?.value.entries ?? [] : header.entries
    guard let steps = entries.first(where: { $0.key == "steps" }) else { return nil }
    guard let elements = steps.value.elements, !elements.isEmpty else {
      report(Messages.wrongKind(steps, wanted: "a list of steps", hint: nil))
      return nil
    }
    let listed = listedEntries(elements, of: "steps")
    let nodes = listed.compactMap { entry in
      step(connectedStep(entry), path: "workflow.steps.\(entry.key)").map {
        Named(name: entry.key, nameSpan: entry.keySpan, content: $0)
      }
    }
    guard let first = nodes.first else { return nil }
    var edges = entries.first { $0.key == "connections" }.map { connections($0, "workflow") } ?? []
    if edges.isEmpty, nodes.count > 1, let type = entries.first(where: { $0.key == "type" }) {
      switch type.value.string ?? "" {
      case "parallel": return .tasks(sideBySide(nodes, steps))
      case "event-driven", "event_driven": return .tasks(eventDriven(nodes, listed, steps))
      case "sequential":
        edges = zip(nodes, nodes.dropFirst()).map { node, next in
          Graph.Connection(
            source: Located(node.name, node.nameSpan),
            target: Located(next.name, next.nameSpan),
            condition: nil,
            span: next.nameSpan
          )
        }
      default: break
      }
    }
    return machine(
      of: Graph(
        nodes: nodes,
        edges: edges,
        // The step that no connection leads to, else the first.
        entryPoint: entry(of: nodes, edges) ?? Located(first.name, first.nameSpan),
        finalStates: finalStates(header),
        endsSilently: true,
        span: steps.keySpan.union(steps.value.span)
      )
    ).map { .machine($0) }
  }

  /// `type: parallel` without connections: all steps at once.
  private func sideBySide(_ nodes: [Named<Step>], _ steps: Node.Entry) -> TaskList {
    let tasks = nodes.map {
      ListedTask(name: $0.name, nameSpan: $0.nameSpan, step: $0.content, dependsOn: nil)
    }
    return TaskList(tasks: tasks, order: .together, span: steps.value.span)
  }

  /// `type: event-driven` without connections: each step runs when its event comes, which is the
  /// `event_type` that it names, else its id; the run ends when all have run.
  private mutating func eventDriven(
    _ nodes: [Named<Step>],
    _ listed: [Node.Entry],
    _ steps: Node.Entry
  ) -> TaskList {
    var tasks: [ListedTask] = []
    for node in nodes {
      let written = listed.first { $0.key.sameScalars(as: node.name) }?.value["event_type"]
      let event = Located(written?.string ?? node.name, written?.span ?? node.nameSpan)
      let gate = "/await \(node.name)"
      tasks.append(
        ListedTask(
          name: gate,
          nameSpan: node.nameSpan,
          step: Self.awaiting(event, Step(span: node.nameSpan)),
          dependsOn: nil
        )
      )
      tasks.append(
        ListedTask(
          name: node.name,
          nameSpan: node.nameSpan,
          step: node.content,
          dependsOn: [Located(gate, node.nameSpan)]
        )
      )
    }
    return TaskList(tasks: tasks, order: .dependencies, span: steps.value.span)
  }

  private func entry(of nodes: [Named<Step>], _ edges: [Graph.Connection]) -> Located<String>? {
    let free = nodes.filter { node in
      !edges.contains { $0.target.value.sameScalars(as: node.name) }
    }
    return free.first.map { Located($0.name, $0.nameSpan) }
  }

  /// A step with the keys of the connected form, in those of the task form.
  private mutating func connectedStep(_ entry: Node.Entry) -> Node.Entry {
    var entries: [Node.Entry] = []
    let type = entry.value["type"]?.string
    for part in entry.value.entries ?? [] {
      switch part.key {
      case "type" where type == "condition":
        // It does nothing itself; its connections decide.
        entries.append(Node.Entry(key: "check", keySpan: part.keySpan, value: Self.always(part)))
      case "type", "event_type": break
      case "agent_type":
        entries.append(Node.Entry(key: "agent", keySpan: part.keySpan, value: part.value))
      case "parameters" where type == "validation":
        if let check = requiredFields(part) { entries.append(check) }
      case "parameters":
        entries.append(Node.Entry(key: "with", keySpan: part.keySpan, value: part.value))
      case "conditions":
        if let guardEntry = skipGuard(part) { entries.append(guardEntry) }
      default: entries.append(part)
      }
    }
    return Node.Entry(
      key: entry.key,
      keySpan: entry.keySpan,
      value: Node(content: .mapping(entries), span: entry.value.span)
    )
  }

  private static func always(_ entry: Node.Entry) -> Node {
    Node(content: .bool(true), span: entry.value.span)
  }

  /// `required_fields: [a, b]` as a check of the input.
  private mutating func requiredFields(_ entry: Node.Entry) -> Node.Entry? {
    guard let names = entry.value["required_fields"]?.elements else {
      report(Messages.missing("required_fields", in: "`parameters`", at: entry.keySpan, hint: nil))
      return nil
    }
    let parts = names.compactMap { $0.string }.map { "has(input.\($0))" }
    let text = parts.isEmpty ? "true" : parts.joined(separator: " && ")
    return Node.Entry(
      key: "check",
      keySpan: entry.keySpan,
      value: Node(
        content: .string(text),
        span: entry.value.span,
        text: SourceText(
          file: entry.value.span.file,
          text: text,
          segments: [SourceText.Segment(textOffset: 0, fileOffset: entry.value.span.start)],
          fileEnd: entry.value.span.end
        )
      )
    )
  }

  /// A step's own `conditions`: a guard that skips it (FLOW-SEMANTICS 18).
  private mutating func skipGuard(_ entry: Node.Entry) -> Node.Entry? {
    guard let elements = entry.value.elements, elements.count == 1,
      let expression = elements[0].entries?.first(where: { $0.key == "expression" })
    else {
      report(
        Messages.wrongKind(entry, wanted: "a list of one condition with `expression`", hint: nil)
      )
      return nil
    }
    if let word = elements[0]["operator"], let name = word.string,
      let text = expression.value.string,
      let sign = Self.operators[name], !text.contains(sign)
    {
      report(Messages.operatorContradicts(name, sign: sign, at: word.span))
    }
    return Node.Entry(key: "when", keySpan: expression.keySpan, value: expression.value)
  }

  private static let operators = [
    "greater_or_equal": ">=", "less_or_equal": "<=", "greater": ">", "greater_than": ">",
    "less": "<", "less_than": "<", "equal": "==", "equals": "==", "not_equal": "!=",
    "not_equals": "!=",
  ]
}
