import Document
import Source
import Values

// States.
extension StatesImporter {
  /// The steps of one state.
  mutating func state(_ entry: Node.Entry, _ scope: Scope) -> [(String, Node)] {
    let node = entry.value
    let name = scope.names[entry.key] ?? entry.key
    if node["QueryLanguage"]?.string == "JSONata" {
      refuse("JSONata", at: node["QueryLanguage"]?.span ?? node.span, hint: Self.languageHint)
      return []
    }
    switch node["Type"]?.string {
    case "Pass": return [(name, pass(node, scope))]
    case "Task": return [(name, task(node, scope))]
    case "Choice": return [(name, choice(node, scope))]
    case "Wait": return wait(name, node, scope)
    case "Succeed":
      let data = output(node, result: selected("InputPath", node, from: scope.data), raw: "")
      let assign = assignments(node, data: data, result: data, scope)
      return [(name, step(assign, to: scope.succeeded, node))]
    case "Fail": return [(name, fail(node, scope))]
    case "Parallel": return [(name, parallel(name, node, scope))]
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
    let data = output(node, result: result, raw: scope.data)
    // Variables are assigned from what the state gives before `OutputPath`.
    let assign = assignments(node, data: data, result: result, scope)
    return step(assign, to: next(node, scope), node)
  }

  private mutating func fail(_ node: Node, _ scope: Scope) -> Node {
    var parts: [String] = []
    for field in ["Error", "Cause"] {
      if let text = node[field]?.string {
        parts.append("'\(field)': \(ScriptTranslator.quoted(text))")
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
    let data = output(node, result: input, raw: scope.data)
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
    if let path = node["SecondsPath"], let text = path.string {
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
      refuse("this wait", at: node.span)
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

  // MARK: Work

  private mutating func task(_ node: Node, _ scope: Scope) -> Node {
    let input = selected("InputPath", node, from: scope.data)
    var entries: [(String, Node)] = [("tool", .text(tool(node), at: node.span))]
    entries.append(("with", .map(call(node, input), at: node.span)))
    if let timeout = node["TimeoutSeconds"], case .int(let seconds) = timeout.content {
      entries.append(("timeout", .text("\(seconds)s", at: timeout.span)))
    }
    for field in ["TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials"] {
      if let value = node[field] { refuse("`\(field)`", at: value.span) }
    }
    if let retry = retry(node) { entries.append(("retry", retry)) }
    let result = node["ResultSelector"].map { template($0, base: "output") } ?? "output"
    let data = output(node, result: result, raw: scope.data)
    entries += assignments(node, data: data, result: result, scope)
    entries.append(("on_success", .text(next(node, scope), at: node.span)))
    let failure =
      "{'Error': error.kind == 'timeout' ? 'States.Timeout' : 'States.TaskFailed', "
      + "'Cause': error.message}"
    entries.append(
      (
        "on_error",
        catchers(node, failure: failure, scope) { name in
          switch name {
          case "States.Timeout": "error.kind == 'timeout'"
          case "States.TaskFailed": "error.kind != 'timeout'"
          default: nil
          }
        }
      )
    )
    return .map(entries, at: node.span)
  }

  /// The tool that stands for a resource: the last part of its name.
  private mutating func tool(_ node: Node) -> String {
    if let place = node["Resource"], place.string == nil {
      refuse("a resource of a template", at: place.span, hint: "write the resource itself")
    }
    let resource = node["Resource"]?.string ?? ""
    let last = resource.split(whereSeparator: { $0 == ":" || $0 == "/" }).last.map(String.init)
    var name = ""
    for scalar in (last ?? "task").unicodeScalars.prefix(100) {
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar == "_" || scalar == "-")
      name.unicodeScalars.append(isPlain ? scalar : "_")
    }
    if name.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D }) ?? true { name = "t" + name }
    if !tools.contains(where: { $0.name == name }) {
      let span = node["Resource"]?.span ?? node.span
      let entries: [(String, Node)] = [
        ("type", .text("process", at: span)), ("description", .quoted(resource, at: span)),
      ]
      tools.append((name, .map(entries, at: span)))
    }
    return name
  }

  /// The input of a call.
  private mutating func call(_ node: Node, _ input: String) -> [(String, Node)] {
    guard let parameters = node["Parameters"], let entries = parameters.entries else {
      return [("input", .quoted("{{ \(input) }}", at: node.span))]
    }
    var fields: [(String, Node)] = []
    for entry in entries {
      let isDynamic = entry.key.hasSuffix(".$")
      let name = isDynamic ? String(entry.key.dropLast(2)) : entry.key
      let value =
        isDynamic
        ? cel(entry.value.string ?? "", base: input, at: entry.value.span)
        : template(entry.value, base: input)
      fields.append((name, .quoted("{{ \(value) }}", at: entry.value.span)))
    }
    return fields
  }

  private mutating func retry(_ node: Node) -> Node? {
    guard let retriers = node["Retry"]?.elements, let retrier = retriers.first else { return nil }
    if retriers.count > 1 {
      refuse(
        "more than one retrier",
        at: retriers[1].span,
        hint: "a step has one policy: merge them"
      )
    }
    var kinds: [Node] = []
    for name in retrier["ErrorEquals"]?.elements ?? [] {
      switch name.string ?? "" {
      case "States.ALL": kinds = []
      case "States.Timeout": kinds.append(.text("timeout", at: name.span))
      case "States.TaskFailed":
        for kind in ["failed", "unavailable", "rate_limited"] {
          kinds.append(.text(kind, at: name.span))
        }
      default:
        refuse(
          "a retry on errors of one name",
          at: name.span,
          hint: "`States.ALL`, `States.Timeout` and `States.TaskFailed` can"
        )
      }
    }
    for field in ["MaxDelaySeconds", "JitterStrategy"] {
      if let value = retrier[field], value.string != "NONE" { refuse("`\(field)`", at: value.span) }
    }
    var attempts: Int64 = 3
    if case .int(let count)? = retrier["MaxAttempts"]?.content { attempts = count }
    var interval: Int64 = 1
    if case .int(let seconds)? = retrier["IntervalSeconds"]?.content { interval = seconds }
    var entries: [(String, Node)] = [
      ("max_attempts", .int(min(attempts, 999) + 1, at: retrier.span)),
      ("backoff", .text("\(interval)s", at: retrier.span)),
    ]
    if let rate = retrier["BackoffRate"] {
      entries.append(("factor", .value(rate.value, at: rate.span)))
    }
    if !kinds.isEmpty { entries.append(("on", .list(kinds, at: retrier.span))) }
    return .map(entries, at: retrier.span)
  }

  /// `on_error`: the catchers in order, then the failure of the machine or branch.
  mutating func catchers(
    _ node: Node,
    failure: String,
    _ scope: Scope,
    condition: (String) -> String?
  ) -> Node {
    var edges: [Node] = []
    var isOpen = true
    for catcher in node["Catch"]?.elements ?? [] {
      var tests: [String] = []
      var takesAll = false
      for name in catcher["ErrorEquals"]?.elements ?? [] {
        if name.string == "States.ALL" {
          takesAll = true
        } else if let test = condition(name.string ?? "") {
          tests.append(test)
        } else {
          refuse(
            "a catcher of a task's errors by name",
            at: name.span,
            hint: "`States.ALL`, `States.Timeout` and `States.TaskFailed` can"
          )
        }
      }
      let place = catcher["ResultPath"] == nil ? catcher : catcher
      let data = output(place, result: failure, raw: scope.data)
      var edge: [(String, Node)] = []
      if !takesAll {
        edge.append(("when", .quoted(tests.joined(separator: " || "), at: catcher.span)))
      }
      let values = [(scope.field, Node.quoted(data, at: catcher.span))]
      edge.append(
        ("assign", .map(values + variables(catcher, base: failure), at: catcher.span))
      )
      edge.append(("target", .text(next(catcher, scope), at: catcher.span)))
      edges.append(.map(edge, at: catcher.span))
      if takesAll { isOpen = false }
    }
    if isOpen {
      edges.append(.map(failing(failure, to: scope.failed, at: node.span), at: node.span))
    }
    return .list(edges, at: node.span)
  }

  // MARK: Branches

  private mutating func parallel(_ name: String, _ node: Node, _ scope: Scope) -> Node {
    let input = selected("InputPath", node, from: scope.data)
    let passed = node["Parameters"].map { template($0, base: input) } ?? input
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
    if let retry = node["Retry"] { refuse("a retry of a parallel state", at: retry.span) }
    let list = "[" + results.joined(separator: ", ") + "]"
    let result = node["ResultSelector"].map { template($0, base: list) } ?? list
    let data = output(node, result: result, raw: scope.data)
    var entries: [(String, Node)] = [
      ("type", .text("parallel", at: node.span)), ("states", .map(regions, at: node.span)),
    ]
    entries += assignments(node, data: data, result: result, scope)
    entries.append(("on_success", .text(next(node, scope), at: node.span)))
    entries.append(
      (
        "on_error",
        catchers(node, failure: "state.failure", scope) { name in
          "state.failure.?Error.orValue('') == \(ScriptTranslator.quoted(name))"
        }
      )
    )
    return .map(entries, at: node.span)
  }
}
