import Document
import Source
import Values

// States.
extension StatesImporter {
  /// The steps of one state.
  mutating func state(_ entry: Node.Entry, _ scope: Scope) -> [(String, Node)] {
    let node = entry.value
    let outer = (isJSONata, dataError, stateName, jsonataNames)
    defer { (isJSONata, dataError, stateName, jsonataNames) = outer }
    if let language = node["QueryLanguage"]?.string { isJSONata = language == "JSONata" }
    (dataError, stateName, jsonataNames) = (nil, entry.key, ["input": scope.data])
    let steps = steps(scope.names[entry.key] ?? entry.key, node, scope)
    guard let dataError else { return steps }
    // Expressions that cannot be evaluated fail with an error of their own.
    let failure = "{'Error': '\(dataError)', 'Cause': error.message}"
    let edge = Node.map(failing(failure, to: scope.failed, at: node.span), at: node.span)
    return steps.map { step in
      guard step.1["on_error"] == nil, let entries = step.1.entries else { return step }
      return (
        step.0, .map(entries.map { ($0.key, $0.value) } + [("on_error", edge)], at: step.1.span)
      )
    }
  }

  private mutating func steps(_ name: String, _ node: Node, _ scope: Scope) -> [(String, Node)] {
    switch node["Type"]?.string {
    case "Pass": return [(name, pass(node, scope))]
    case "Task": return task(name, node, scope)
    case "Choice": return [(name, choice(node, scope))]
    case "Wait": return wait(name, node, scope)
    case "Succeed":
      let input = selected("InputPath", node, from: scope.data)
      let data =
        isJSONata
        ? node["Output"].map { template($0, base: input) } ?? input
        : output(node, result: input, raw: "")
      let assign = assignments(node, data: data, result: data, scope)
      return [(name, step(assign, to: scope.succeeded, node))]
    case "Fail": return [(name, fail(node, scope))]
    case "Parallel": return parallel(name, node, scope)
    default: return map(name, node, scope)
    }
  }

  /// A step with the given entries that goes on to `target`.
  func step(_ entries: [(String, Node)], to target: String, _ node: Node) -> Node {
    .map(entries + [("on_success", .text(target, at: node.span))], at: node.span)
  }

  /// Where a state leads.
  func next(_ node: Node, _ scope: Scope) -> String {
    node["Next"]?.string.flatMap { scope.names[$0] } ?? scope.succeeded
  }

  private mutating func pass(_ node: Node, _ scope: Scope) -> Node {
    let input = selected("InputPath", node, from: scope.data)
    var result = node["Parameters"].map { template($0, base: input) } ?? input
    if let fixed = node["Result"] { result = CELText.literal(fixed.value) }
    let data =
      isJSONata
      ? node["Output"].map { template($0, base: input) } ?? input
      : output(node, result: result, raw: scope.data)
    // Variables are assigned from what the state gives before `OutputPath`.
    let assign = assignments(node, data: data, result: result, scope)
    return step(assign, to: next(node, scope), node)
  }

  private mutating func fail(_ node: Node, _ scope: Scope) -> Node {
    var parts: [String] = []
    for field in ["Error", "Cause"] {
      if let text = node[field] {
        parts.append("'\(field)': \(template(text, base: scope.data))")
      } else if let path = node[field + "Path"], let text = path.string {
        parts.append("'\(field)': \(cel(text, base: scope.data, at: path.span))")
      }
    }
    let failure = "{" + parts.joined(separator: ", ") + "}"
    let assign = Node.map([("failure", .quoted(failure, at: node.span))], at: node.span)
    return step([("assign", assign)], to: scope.failed, node)
  }

  // MARK: Waiting

  private mutating func wait(_ name: String, _ node: Node, _ scope: Scope) -> [(String, Node)] {
    let input = selected("InputPath", node, from: scope.data)
    let data =
      isJSONata
      ? node["Output"].map { template($0, base: input) } ?? input
      : output(node, result: input, raw: scope.data)
    let assign = assignments(node, data: data, result: input, scope)
    let target = next(node, scope)
    let now = "(run.started + run.elapsed)"
    if let seconds = node["Seconds"], case .int(let count) = seconds.content {
      return [
        (name, step([("wait", .text("\(count)s", at: seconds.span))] + assign, to: target, node))
      ]
    }
    let delay: String
    let check: String
    if isJSONata, let text = node["Seconds"]?.string {
      let value = "dyn(\(jsonata(text, at: node.span)))"
      check = "type(\(value)) == int && \(value) >= 0"
      delay = "duration(string(\(value)) + 's')"
    } else if isJSONata, let text = node["Timestamp"]?.string, text.trimmingSpaces.hasPrefix("{%") {
      let value = "string(\(jsonata(text, at: node.span)))"
      check = "\(value).matches(\(Self.timestampPattern))"
      delay = "timestamp(\(value)) - \(now)"
    } else if let path = node["SecondsPath"], let text = path.string {
      let value = cel(text, base: input, at: path.span)
      check = "type(\(value)) == int && \(value) >= 0"
      delay = "duration(string(\(value)) + 's')"
    } else if let path = node["TimestampPath"], let text = path.string {
      let value = cel(text, base: input, at: path.span)
      check = "type(\(value)) == string && \(value).matches(\(Self.timestampPattern))"
      delay = "timestamp(\(value)) - \(now)"
    } else if let literal = node["Timestamp"]?.string {
      check = "true"
      delay = "timestamp(\(ScriptTranslator.quoted(literal))) - \(now)"
    } else {
      let value = node["Seconds"] ?? node
      refuse(
        "a wait whose seconds are filled in later",
        at: value.span,
        hint: "fill in the substitutions of the template first"
      )
      return []
    }
    // A value that is no time fails before the wait starts.
    let waiting = stepName("\(name)_waiting")
    var edge: [(String, Node)] = [("delay", .quoted("{{ \(delay) }}", at: node.span))]
    edge += assign
    edge.append(("target", .text(target, at: node.span)))
    return [
      (name, step([("check", .quoted(check, at: node.span))], to: waiting, node)),
      (
        waiting, .map([("after", .list([.map(edge, at: node.span)], at: node.span))], at: node.span)
      ),
    ]
  }

  // MARK: Branches

  private mutating func parallel(
    _ name: String,
    _ node: Node,
    _ scope: Scope
  ) -> [(String, Node)] {
    let input = selected("InputPath", node, from: scope.data)
    let parameters = node[isJSONata ? "Arguments" : "Parameters"]
    let passed = parameters.map { template($0, base: input) } ?? input
    let repetition = repetition(name, node, tool: nil)
    var regions: [(String, Node)] = []
    var results: [String] = []
    for (position, branch) in (node["Branches"]?.elements ?? []).enumerated() {
      let label = "\(name)_\(position + 1)"
      let field = freeField("data_\(fields.count + 1)")
      fields.append((field, branch.span))
      results.append("state.\(field)")
      var inner = Scope(
        field: field,
        succeeded: stepName("\(label)_succeeded"),
        failed: stepName("\(label)_failed")
      )
      let machine = machine(branch, &inner)
      let start = stepName("\(label)_start")
      let assign = Node.map([(field, .quoted(passed, at: branch.span))], at: branch.span)
      let first = step([("assign", assign)], to: machine.start, branch)
      regions.append(
        (
          stepName(label),
          .map(
            [
              ("initial_state", .text(start, at: branch.span)),
              ("states", .map([(start, first)] + machine.states, at: branch.span)),
              (
                "final_states",
                .map(
                  [
                    (inner.succeeded, .map([], at: branch.span)),
                    (inner.failed, failureFinal(branch.span)),
                  ],
                  at: branch.span
                )
              ),
            ],
            at: branch.span
          )
        )
      )
    }
    let list = "[" + results.joined(separator: ", ") + "]"
    let (data, result) = given(node, result: list, scope)
    var entries: [(String, Node)] = [
      ("type", .text("parallel", at: node.span)), ("states", .map(regions, at: node.span)),
    ]
    entries += assignments(node, data: data, result: result, scope)
    entries.append(("on_success", .text(next(node, scope), at: node.span)))
    entries.append(
      ("on_error", partHandlers(node, failure: "state.failure", repetition, scope))
    )
    return repeated(name, repetition, node, [(repetition.work, .map(entries, at: node.span))])
  }
}
