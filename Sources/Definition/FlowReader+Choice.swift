import Document
import Source
import Values

/// Planners of the seed form that choose among listed values: no plan, but one answer of a model.
///
/// `constraints: {valid_strategies: [rolling, canary]}` without `may_use` names nobody who could
/// carry out a plan: the agent is asked, and its answer holds one of the values (FLOW-53).
extension FlowReader {
  /// Whether an agent's planner is such a choice.
  func isChoice(_ agent: Node.Entry) -> Bool {
    guard form == .seed, let planner = agent.value["planner"],
      planner["type"]?.string == "llm", planner["constraints"]?.entries != nil
    else { return false }
    return ["may_use", "goal", "fallback", "plan_budget", "replan"].allSatisfy {
      planner[$0] == nil
    }
  }

  /// The agent with what its choice says as keys of its own; any other agent as it is.
  mutating func choosing(_ agent: Node.Entry, _ header: Mapping) -> Node.Entry {
    guard isChoice(agent), let planner = agent.value["planner"], let entries = agent.value.entries,
      let constraints = planner.entries?.first(where: { $0.key == "constraints" })
    else { return agent }
    var own = entries.filter { $0.key != "planner" }
    func add(_ key: String, _ entry: Node.Entry?) {
      guard let entry else { return }
      own.removeAll { $0.key == key }
      own.append(Node.Entry(key: key, keySpan: entry.keySpan, value: entry.value))
    }
    for (key, name) in [
      ("template", "prompt"), ("model", "model"), ("limits", "limits"), ("timeout", "timeout"),
    ] {
      add(name, planner.entries?.first { $0.key == key })
    }
    if agent.value["output"] == nil { own.append(choiceOutput(constraints, header)) }
    if agent.value["retry"] == nil {
      own.append(choiceRetry(planner.entries?.first { $0.key == "repair_rounds" }, constraints))
    }
    return Node.Entry(
      key: agent.key,
      keySpan: agent.keySpan,
      value: Node(content: .mapping(own), span: agent.value.span)
    )
  }

  /// A schema that asks for one of the values of each constraint, on top of the `output_schema`
  /// where the flow declares one of that name.
  private mutating func choiceOutput(_ constraints: Node.Entry, _ header: Mapping) -> Node.Entry {
    let span = constraints.keySpan
    var properties: [Node.Entry] = []
    var required: [Node] = []
    if let name = constraints.value["output_schema"] {
      let schemas = declarations("schemas", header)
      if let schema = schemas.first(where: { $0.key.sameScalars(as: name.string ?? "") }) {
        properties = schema.value["properties"]?.entries ?? []
        required = schema.value["required"]?.elements ?? []
      } else {
        inertKeys.append(Located("constraints.output_schema", name.span))
      }
    }
    for entry in constraints.value.entries ?? [] where entry.value.elements != nil {
      let name = argument(entry.key)
      let choice = [Node.Entry(key: "enum", keySpan: entry.keySpan, value: entry.value)]
      properties.removeAll { $0.key.sameScalars(as: name) }
      properties.append(
        Node.Entry(
          key: name,
          keySpan: entry.keySpan,
          value: Node(content: .mapping(choice), span: entry.value.span)
        )
      )
      required.removeAll { $0.string?.sameScalars(as: name) ?? false }
      required.append(Node(content: .string(name), span: entry.keySpan))
    }
    let parts: [(String, Node.Content)] = [
      ("type", .string("object")), ("properties", .mapping(properties)),
      ("required", .sequence(required)),
    ]
    let schema = parts.map { key, content in
      Node.Entry(key: key, keySpan: span, value: Node(content: content, span: span))
    }
    return Node.Entry(
      key: "output",
      keySpan: span,
      value: Node(content: .mapping(schema), span: constraints.value.span)
    )
  }

  /// A value outside the list is asked for again, as often as a plan would be.
  private func choiceRetry(_ rounds: Node.Entry?, _ constraints: Node.Entry) -> Node.Entry {
    let span = rounds?.keySpan ?? constraints.keySpan
    var attempts = Int64(Planner.usualRepairRounds) + 1
    if case .int(let written)? = rounds?.value.content { attempts = written &+ 1 }
    let kind = Node(content: .string("invalid_output"), span: span)
    let kinds = Node(content: .sequence([kind]), span: span)
    let policy = [
      Node.Entry(
        key: "max_attempts",
        keySpan: span,
        value: Node(content: .int(attempts), span: span)
      ),
      Node.Entry(key: "on", keySpan: span, value: kinds),
    ]
    return Node.Entry(
      key: "retry",
      keySpan: span,
      value: Node(content: .mapping(policy), span: span)
    )
  }
}
