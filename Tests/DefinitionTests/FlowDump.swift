import Definition
import Document
import Source
import Values

/// A flow as indented text, for golden files.
struct FlowDump {
  private(set) var text = ""

  static func dump(_ flow: Flow) -> String {
    var dump = FlowDump()
    dump.header(flow)
    dump.body(flow.body, "")
    for child in flow.flows {
      dump.line("", "child", child.name, child.content.isDetached ? "detached" : nil)
      for line in FlowDump.dump(child.content).split(separator: "\n") { dump.line("  ", "\(line)") }
    }
    return dump.text
  }

  private mutating func line(_ indent: String, _ parts: String?...) {
    text += indent + parts.compactMap { $0 }.joined(separator: " ") + "\n"
  }

  private mutating func header(_ flow: Flow) {
    line("", "flow", flow.name, flow.form == .house ? "(house)" : "(seed)")
    if let agent = flow.planningAgent { line("", "planning agent", agent) }
    if let input = flow.input { fields("input", input, "") }
    if !flow.state.fields.isEmpty { fields("state", flow.state, "") }
    if let budget = flow.budget {
      line(
        "",
        "budget",
        budget.hardPicodollars.map { "hard=\($0.value)" },
        budget.softPicodollars.map { "soft=\($0.value)" },
        budget.tokens.map { "tokens=\($0.value)" },
        "per=\(budget.period.rawValue)",
        budget.gate.map { "gate=\($0.value)" }
      )
    }
    if let timeout = flow.timeout {
      line(
        "",
        "timeout \(timeout.afterMilliseconds.value)ms",
        timeout.graceMilliseconds.map { "grace=\($0.value)ms" },
        timeout.target.map { "-> \($0.value)" }
      )
    }
    if let steps = flow.maxSteps { line("", "max_steps \(steps.value)") }
    for model in flow.models { self.model(model.name, model.content) }
    for agent in flow.agents { self.agent(agent) }
    for tool in flow.tools { self.tool(tool) }
    for grant in flow.permissions {
      line(
        "",
        "permit",
        grant.name,
        "tools=\(grant.content.tools.map(\.value))",
        "hosts=\(grant.content.hosts.map(\.value))"
      )
    }
    for schema in flow.schemas { line("", "schema", schema.name) }
    if !flow.publicEnvironment.isEmpty { line("", "env \(flow.publicEnvironment.map(\.value))") }
    entries("result", flow.result, "")
    edges("on_error", flow.onError, "")
    edges("on_cancel", flow.onCancel, "")
    edges("on_budget", flow.onBudget, "")
    if !flow.invariants.isEmpty { line("", "invariants \(flow.invariants.count)") }
    for key in flow.inertKeys { line("", "inert", key.value) }
  }

  private mutating func model(_ name: String, _ model: ModelDefinition) {
    line(
      "",
      "model",
      name,
      model.provider?.value,
      model.model?.value,
      model.temperature.map { "temperature=\($0)" },
      model.keyVariable.map { "key=\($0.value)" }
    )
  }

  private mutating func agent(_ agent: Named<AgentDefinition>) {
    let content = agent.content
    line("", "agent", agent.name, content.type?.value)
    switch content.model {
    case .inline(let model, _)?: line("  ", "model", model.provider?.value, model.model?.value)
    case .name(let name)?: line("  ", "model", "->", name.value)
    case nil: break
    }
    if let prompt = content.prompt { line("  ", "prompt", prompt.value.text) }
    if let role = content.role { line("  ", "role", role.value.text) }
    if let input = content.input { fields("input", input, "  ") }
    if let output = content.output { fields("output", output, "  ") }
    for action in content.actions { line("  ", "action", action.name) }
    if content.promptTokens != nil || content.outputTokens != nil {
      line(
        "  ",
        "limits",
        content.promptTokens.map { "prompt=\($0.value)" },
        content.outputTokens.map { "output=\($0.value)" }
      )
    }
    if !content.roles.isEmpty { line("  ", "roles \(content.roles.map(\.value))") }
    if let cost = content.costPerCallPicodollars { line("  ", "cost \(cost.value)") }
    if let timeout = content.timeoutMilliseconds { line("  ", "timeout \(timeout.value)ms") }
    if case .machine(let machine)? = content.planner { self.machine(machine, "  ") }
  }

  private mutating func tool(_ tool: Named<ToolDefinition>) {
    let content = tool.content
    line(
      "",
      "tool",
      tool.name,
      content.type?.value,
      content.effect.rawValue,
      content.isIdempotent ? "idempotent" : nil,
      content.costPerCallPicodollars.map { "cost=\($0.value)" },
      content.timeoutMilliseconds.map { "timeout=\($0.value)ms" }
    )
    if let output = content.output { fields("output", output, "  ") }
  }

  private mutating func fields(_ title: String, _ set: FieldSet, _ indent: String) {
    line(
      indent,
      title,
      set.isClosed ? "closed" : "open",
      set.plainSchema == nil ? nil : "schema"
    )
    for field in set.fields {
      line(
        indent + "  ",
        field.name,
        "\(json(field.schema.value))",
        field.isOptional ? "optional" : nil,
        field.defaultValue.map { "default=\(json($0.value))" },
        field.isUntrusted.map { $0 ? "untrusted" : "trusted" }
      )
    }
  }

  private mutating func node(_ node: TreeNode, _ indent: String) {
    if case .step(let step) = node.kind {
      let name = node.id ?? Located("-", node.span)
      self.step(Named(name: name.value, nameSpan: name.span, content: step), indent)
    } else {
      line(indent, "node", node.id?.value, "\(node.kind)".prefix { $0 != "(" }.description)
    }
    for child in node.children { self.node(child, indent + "  ") }
  }

  private mutating func body(_ body: Body, _ indent: String) {
    switch body {
    case .machine(let machine): self.machine(machine, indent)
    case .parallel(let regions):
      line(indent, "parallel")
      for region in regions.regions { step(region, indent + "  ") }
    case .tasks(let list):
      line(
        indent,
        "tasks",
        "\(list.order)",
        list.concurrency.map { "\($0.value) at a time" }
      )
      for task in list.tasks {
        step(
          Named(name: task.name, nameSpan: task.nameSpan, content: task.step),
          indent + "  "
        )
        if let names = task.dependsOn { line(indent + "    ", "after \(names.map(\.value))") }
      }
    case .flow(let name): line(indent, "flow", name.value)
    case .tree(let tree): node(tree.root, indent)
    case .planner(let planner):
      line(
        indent,
        "planner",
        planner.maxSteps.map { "steps=\($0.value)" },
        planner.repairRounds.map { "repairs=\($0.value)" },
        planner.budget?.hardPicodollars.map { "cost=\($0.value)" },
        planner.agents.map { "agents=\($0.map(\.value))" },
        planner.tools.map { "tools=\($0.map(\.value))" }
      )
      if let fallback = planner.fallback { self.body(fallback, indent + "  ") }
    }
  }

  private mutating func machine(_ machine: Machine, _ indent: String) {
    line(indent, "machine", machine.initialState.map { "starts at \($0.value)" })
    for state in machine.states { step(state, indent + "  ") }
    for final in machine.finalStates {
      line(indent + "  ", "final", final.name, final.content.isFailure ? "failure" : "success")
    }
  }

  private mutating func step(_ state: Named<Step>, _ indent: String) {
    let step = state.content
    line(indent, "state", state.name, work(step.work))
    let inner = indent + "  "
    if let input = step.input { entries("with", input, inner) }
    if let result = step.result { entries("result", result, inner) }
    for assignment in step.assignments { line(inner, "assign", self.assignment(assignment)) }
    if let when = step.when { line(inner, "when", place(when)) }
    if let require = step.require { line(inner, "require", place(require)) }
    if let decision = step.decision {
      line(
        inner,
        "if",
        place(decision.condition),
        "->",
        decision.onTrue.value,
        "else",
        decision.onFalse.value
      )
    }
    edges("on_success", step.onSuccess, inner)
    edges("on_error", step.onError, inner)
    edges("on_timeout", step.onTimeout, inner)
    edges("on_cancel", step.onCancel, inner)
    if let timeout = step.timeoutMilliseconds { line(inner, "timeout \(timeout.value)ms") }
    if let retry = step.retry {
      line(
        inner,
        "retry \(retry.maxAttempts.value) after \(retry.backoffMilliseconds)ms",
        "x\(retry.factor)",
        retry.kinds.map { "on \($0.map(\.value))" }
      )
    }
    if let visits = step.maxVisits { line(inner, "max_visits \(visits.value)") }
    if let save = step.saveAs { line(inner, "save_as", save.value) }
    if let each = step.forEach {
      line(
        inner,
        "for each",
        place(each.items),
        each.maxItems.map { "<= \($0.value)" },
        each.concurrency.map { "\($0.value) at a time" },
        each.itemError.rawValue
      )
    }
    if let join = step.join { line(inner, "join \(join)") }
    if let body = step.body { self.body(body, inner) }
  }

  private func work(_ work: Step.Work) -> String? {
    switch work {
    case .none: nil
    case .agent(let agent, let action):
      "agent \(agent.value)" + (action.map { ".\($0.value)" } ?? "")
    case .tool(let tool, let action): "tool \(tool.value)" + (action.map { ".\($0.value)" } ?? "")
    case .wait(let milliseconds): "wait \(milliseconds.value)ms"
    case .check(let check): "check \(place(check))"
    }
  }

  private mutating func entries(_ title: String, _ fields: [Field], _ indent: String) {
    for field in fields { line(indent, title, "\(field.name):", json(field.value.value)) }
  }

  private mutating func edges(_ title: String, _ edges: [Edge], _ indent: String) {
    for edge in edges {
      let condition: String? =
        switch edge.condition {
        case .always: nil
        case .expression(let text): "[\(place(text))]"
        case .kind(let kind): "[kind \(kind.value)]"
        }
      let assignments = edge.assignments.map { assignment($0) }.joined(separator: "; ")
      line(
        indent,
        title,
        condition,
        assignments.isEmpty ? nil : "{\(assignments)}",
        "->",
        edge.target.value
      )
    }
  }

  private func assignment(_ assignment: Assignment) -> String {
    "\(assignment.field.value) = \(place(assignment.expression))"
  }

  /// The text with the line and column where it stands in the file.
  private func place(_ text: SourceText) -> String {
    let position = text.span(TextRange(0, 1)).startPosition
    return "\(text.text) @\(position.line):\(position.column)"
  }

  private func json(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .int(let int): "\(int)"
    case .uint(let uint): "\(uint)"
    case .double(let double): "\(double)"
    case .string(let string): "\"\(string)\""
    case .list(let list): "[" + list.map { json($0) }.joined(separator: ", ") + "]"
    case .map(let map):
      "{" + map.entries.map { "\(json($0.key.value)): \(json($0.value))" }.joined(separator: ", ")
        + "}"
    default: "?"
    }
  }
}

/// Findings as text, one per line with its hint and notes below it.
func rendered(_ diagnostics: [Diagnostic]) -> String {
  var text = ""
  for diagnostic in diagnostics {
    let place = diagnostic.span?.location ?? "-"
    text += "\(place): \(diagnostic.severity.name) \(diagnostic.code.id) \(diagnostic.message)\n"
    if let span = diagnostic.span {
      let excerpt = String(
        decoding: span.file.bytes[span.start..<min(span.end, span.start + 60)],
        as: UTF8.self
      )
      let first = excerpt.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
      text += "  at: \(first)\n"
    }
    for note in diagnostic.notes {
      text += "  note: \(note.message)" + (note.span.map { " (\($0.location))" } ?? "") + "\n"
    }
    if let hint = diagnostic.hint { text += "  hint: \(hint)\n" }
  }
  return text
}
