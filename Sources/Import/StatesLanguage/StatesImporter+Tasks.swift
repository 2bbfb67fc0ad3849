import Document
import Source
import Values

// Tasks: calls of tools and people.
extension StatesImporter {
  mutating func task(_ name: String, _ node: Node, _ scope: Scope) -> [(String, Node)] {
    if let place = node["Resource"], place.string == nil {
      refuse("a resource of a template", at: place.span, hint: "write the resource itself")
    }
    for field in ["TimeoutSecondsPath", "HeartbeatSecondsPath", "HeartbeatSeconds", "Credentials"] {
      guard let value = node[field] else { continue }
      if case .null = value.content { continue }
      refuse("`\(field)`", at: value.span, hint: Self.hints[field])
    }
    let resource = node["Resource"]?.string ?? ""
    // arn:PARTITION:states:REGION:ACCOUNT:activity:NAME
    let parts = resource.split(separator: ":", omittingEmptySubsequences: false)
    let isActivity = parts.count > 5 && parts[2] == "states" && parts[5] == "activity"
    let waits = resource.hasSuffix(".waitForTaskToken")
    let performer = performers.name(of: node, isHuman: isActivity)
    let repetition = repetition(name, node, tool: isActivity || waits ? nil : performer)
    if waits, repetition.work != name, performers.declareIdempotent(performer) {
      report(Messages.idempotent(performer, at: node["Retry"]?.span ?? node.span))
    }
    taskToken = waits ? "run.id" : nil
    let input = selected("InputPath", node, from: scope.data)
    let with = Node.map(call(node, input), at: node.span)
    taskToken = nil
    let kind = isActivity ? "agent" : "tool"
    var entries: [(String, Node)] = [(kind, .text(performer, at: node.span)), ("with", with)]
    entries += timeout(node)
    if let policy = repetition.policy { entries.append(("retry", policy)) }
    var steps: [(String, Node)] = []
    if waits {
      // The call hands out the run's id; whoever has it answers the run.
      let person = performers.name(of: node, isHuman: true)
      let answer = stepName("\(name)_answer")
      entries.append(("on_success", .text(answer, at: node.span)))
      entries += failureEdges(node, repetition, scope)
      steps.append((repetition.work, .map(entries, at: node.span)))
      entries = [("agent", .text(person, at: node.span)), ("with", with)] + timeout(node)
      steps += [(answer, finished(entries, node, repetition, scope))]
    } else {
      steps.append((repetition.work, finished(entries, node, repetition, scope)))
    }
    return repeated(name, repetition, node, steps)
  }

  private static let hints = [
    "HeartbeatSeconds": "a call has one deadline, `TimeoutSeconds`",
    "TimeoutSecondsPath": "write the number of seconds",
    "Credentials": "a tool has its own credentials, declared with it",
  ]

  private mutating func timeout(_ node: Node) -> [(String, Node)] {
    guard let timeout = node["TimeoutSeconds"] else { return [] }
    guard case .int(let seconds) = timeout.content else {
      refuse("a computed `TimeoutSeconds`", at: timeout.span, hint: "write the number of seconds")
      return []
    }
    return [("timeout", .text("\(seconds)s", at: timeout.span))]
  }

  /// The step whose answer is the task's result.
  private mutating func finished(
    _ entries: [(String, Node)],
    _ node: Node,
    _ repetition: Repetition,
    _ scope: Scope
  ) -> Node {
    let (data, result) = given(node, result: "output", scope)
    let assign = assignments(node, data: data, result: result, scope)
    let next = [("on_success", Node.text(next(node, scope), at: node.span))]
    return .map(entries + assign + next + failureEdges(node, repetition, scope), at: node.span)
  }

  private mutating func failureEdges(
    _ node: Node,
    _ repetition: Repetition,
    _ scope: Scope
  ) -> [(String, Node)] {
    // A deadline of its own edges stays a timeout, whether or not the call may have happened.
    [
      ("on_timeout", handlers(node, .timeout, repetition, scope)),
      ("on_error", handlers(node, .call(dataError: dataError), repetition, scope)),
    ]
  }

  /// The input of a call.
  private mutating func call(_ node: Node, _ input: String) -> [(String, Node)] {
    guard let parameters = node[isJSONata ? "Arguments" : "Parameters"] else {
      return [("input", .quoted("{{ \(input) }}", at: node.span))]
    }
    guard let entries = parameters.entries else {
      let value = template(parameters, base: input)
      return [("input", .quoted("{{ \(value) }}", at: parameters.span))]
    }
    var fields: [(String, Node)] = []
    for entry in entries {
      let isDynamic = holdsPath(entry)
      let name = isDynamic ? String(entry.key.dropLast(2)) : entry.key
      let value =
        isDynamic
        ? cel(entry.value.string ?? "", base: input, at: entry.value.span)
        : template(entry.value, base: input)
      fields.append((name, .quoted("{{ \(value) }}", at: entry.value.span)))
    }
    return fields
  }
}
