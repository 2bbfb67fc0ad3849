import Document
import Source
import Values

// Tasks.
extension WorkflowImporter {
  private static let kinds = [
    "set", "switch", "for", "do", "wait", "raise", "call", "emit", "fork", "listen", "run", "try",
  ]

  private static let hints = [
    "fork": "a state of `type: parallel` runs its regions side by side",
    "listen": "a state with `on_event` waits for events",
    "emit": "the action `send` sends an event",
    "run": "let a step call a tool, or a child flow",
  ]

  /// The steps of a list of tasks, and the first of them.
  mutating func tasks(
    _ list: Node,
    _ scope: inout Scope
  ) -> (start: String, steps: [(String, Node)]) {
    guard let elements = list.elements else {
      invalid("tasks must be a list, not \(list.kindName)", at: list.span)
      return (scope.next, [])
    }
    var named: [(name: String, step: String, node: Node)] = []
    for element in elements {
      guard let entries = element.entries, entries.count == 1 else {
        invalid("a task is a mapping of its name to what it does", at: element.span)
        continue
      }
      let step = stepName(entries[0].key)
      if scope.tasks[entries[0].key] != nil {
        invalid(
          "two tasks are called `\(Messages.shortened(entries[0].key))`",
          at: entries[0].keySpan
        )
      }
      scope.tasks[entries[0].key] = step
      if names[entries[0].key] == nil { names[entries[0].key] = step }
      named.append((entries[0].key, step, entries[0].value))
    }
    var steps: [(String, Node)] = []
    for (position, task) in named.enumerated() {
      let following = position + 1 < named.count ? named[position + 1].step : scope.next
      var own = scope
      own.place = "\(scope.place)/\(position)/\(task.name)"
      let made = self.task(task.step, task.node, following, own)
      steps += scope.handler == "faulted" ? made : made.map { caught($0, own) }
    }
    return (named.first?.step ?? scope.next, steps)
  }

  /// The step that a directive leads to.
  private mutating func directive(_ node: Node?, _ following: String, _ scope: Scope) -> String {
    guard let node else { return following }
    switch node.string {
    case "continue": return following
    case "exit": return scope.next
    case "end": return "finish"
    case let name?:
      if let step = scope.tasks[name] { return step }
      let near = Suggestion.nearest(to: name, in: Array(scope.tasks.keys))
      invalid(
        "there is no task `\(Messages.shortened(name))` here",
        at: node.span,
        hint: near.map { "did you mean `\($0)`?" }
      )
      return following
    case nil:
      invalid("`then` must be text, not \(node.kindName)", at: node.span)
      return following
    }
  }

  private mutating func task(
    _ name: String,
    _ node: Node,
    _ following: String,
    _ scope: Scope
  ) -> [(String, Node)] {
    let found = Self.kinds.filter { node[$0] != nil }
    let kind = found.contains("for") ? "for" : found.contains("try") ? "try" : found.first
    guard let kind else {
      invalid("a task needs one of \(Self.kinds.joined(separator: ", "))", at: node.span)
      return []
    }
    let common = ["if", "input", "output", "export", "then", "metadata", "while"]
    let task = Messages.shortened(String(scope.place.split(separator: "/").last ?? ""))
    let own = kind == "call" ? ["with"] : kind == "try" ? ["catch"] : []
    for entry in node.entries ?? []
    where !common.contains(entry.key) && !Self.kinds.contains(entry.key)
      && !own.contains(entry.key)
    {
      refuse("`\(Messages.shortened(entry.key))` of the task `\(task)`", at: entry.keySpan)
    }
    guard ["set", "switch", "for", "do", "wait", "raise", "call", "try"].contains(kind) else {
      refuse(
        "the task `\(task)` of kind `\(kind)`",
        at: node.entries?.first { $0.key == kind }?.keySpan ?? node.span,
        hint: Self.hints[kind]
      )
      return []
    }
    let next = directive(node["then"], following, scope)
    var entry = name
    let before = preparation(&entry, node, following, scope)
    return before + work(kind, entry, node, next, scope)
  }

  /// `if`, and an input that is filtered, are steps of their own: what follows reads the result.
  private mutating func preparation(
    _ entry: inout String,
    _ node: Node,
    _ following: String,
    _ scope: Scope
  ) -> [(String, Node)] {
    let name = entry
    var steps: [(String, Node)] = []
    if let condition = node["if"] {
      let test = cel(
        condition,
        current: "state.data",
        variables: scope.variables,
        isCondition: true
      )
      entry = stepName("\(name)_task")
      steps.append(
        (
          name,
          .map(
            [
              ("condition", .quoted(test, at: condition.span)),
              ("on_true", .text(entry, at: condition.span)),
              ("on_false", .text(following, at: condition.span)),
            ],
            at: condition.span
          )
        )
      )
    }
    let input = transformed(
      "input",
      "from",
      node,
      current: "state.data",
      variables: scope.variables
    )
    if input != "state.data" {
      let filtered = entry
      entry = stepName("\(name)_on_input")
      let assign = Node.map([("data", .quoted(input, at: node.span))], at: node.span)
      steps.append(
        (
          filtered,
          .map([("assign", assign), ("on_success", .text(entry, at: node.span))], at: node.span)
        )
      )
    }
    return steps
  }

  /// The steps of a task proper; its input is the data.
  private mutating func work(
    _ kind: String,
    _ name: String,
    _ node: Node,
    _ next: String,
    _ scope: Scope
  ) -> [(String, Node)] {
    var variables = scope.variables
    variables["input"] = "state.data"
    switch kind {
    case "set":
      let result = node["set"].map {
        template($0, current: "state.data", variables: variables)
      }
      return [(name, step(after(node, result ?? "{}", variables), to: next, node))]
    case "switch": return [(name, choice(node, next, variables, scope))]
    case "wait":
      guard let wait = node["wait"], let duration = duration(wait) else { return [] }
      let entries = [("wait", Node.text(duration, at: wait.span))]
      return [(name, step(entries + after(node, "state.data", variables), to: next, node))]
    case "raise":
      let error = node["raise"]?["error"]
      let named = error?.string.map { shared?["errors"]?[$0] }
      if let error, case .some(nil) = named {
        invalid("there is no error `\(Messages.shortened(error.string ?? ""))`", at: error.span)
      }
      let definition = (named ?? nil) ?? error
      let fault =
        definition.map { template($0, current: "state.data", variables: variables) } ?? "{}"
      let assign = Node.map([("fault", .quoted(fault, at: node.span))], at: node.span)
      return [(name, step([("assign", assign)], to: scope.handler, node))]
    case "call": return call(name, node, next, variables, scope)
    case "try": return trial(name, node, next, variables, scope)
    case "do":
      var inner = scope.inner(next: next, place: "\(scope.place)/do")
      inner.next = ending(name, node, next, variables) ?? next
      let tasks = tasks(node["do"] ?? node, &inner)
      let first = (name, step([], to: tasks.start, node))
      return [first] + tasks.steps + endingSteps(inner.next, node, next, variables)
    default: return loop(name, node, next, scope)
    }
  }

  func step(_ entries: [(String, Node)], to target: String, _ node: Node) -> Node {
    .map(entries + [("on_success", .text(target, at: node.span))], at: node.span)
  }

  /// `assign` of what a task gives: its output as `output.as` has it, and what it exports.
  mutating func after(
    _ node: Node,
    _ result: String,
    _ variables: [String: String]
  ) -> [(String, Node)] {
    let output = transformed("output", "as", node, current: result, variables: variables)
    var entries: [(String, Node)] = []
    if output != "state.data" { entries.append(("data", .quoted(output, at: node.span))) }
    if node["export"] != nil {
      let exported = transformed("export", "as", node, current: output, variables: variables)
      entries.append(("context", .quoted(exported, at: node.span)))
    }
    return entries.isEmpty ? [] : [("assign", .map(entries, at: node.span))]
  }

  /// The name of the step that ends a composite task, when it has an output to give.
  mutating func ending(
    _ name: String,
    _ node: Node,
    _ next: String,
    _ variables: [String: String]
  ) -> String? {
    node["output"] == nil && node["export"] == nil ? nil : stepName("\(name)_output")
  }

  mutating func endingSteps(
    _ name: String,
    _ node: Node,
    _ next: String,
    _ variables: [String: String]
  ) -> [(String, Node)] {
    guard name != next else { return [] }
    return [(name, step(after(node, "state.data", variables), to: next, node))]
  }

  private mutating func choice(
    _ node: Node,
    _ next: String,
    _ variables: [String: String],
    _ scope: Scope
  ) -> Node {
    var edges: [Node] = []
    var isOpen = true
    for element in node["switch"]?.elements ?? [] {
      guard let entry = element.entries?.first, isOpen else { continue }
      let target = directive(entry.value["then"], next, scope)
      var edge: [(String, Node)] = []
      if let when = entry.value["when"] {
        let test = cel(when, current: "state.data", variables: variables, isCondition: true)
        edge.append(("when", .quoted(test, at: when.span)))
      } else {
        isOpen = false
      }
      edge.append(("target", .text(target, at: entry.keySpan)))
      edges.append(.map(edge, at: entry.keySpan))
    }
    if isOpen { edges.append(.text(next, at: node.span)) }
    if node["output"] != nil || node["export"] != nil {
      refuse("an output of a `switch`", at: node.span, hint: "give it to the tasks that follow")
    }
    return .map([("on_success", .list(edges, at: node.span))], at: node.span)
  }

  // MARK: Loops

  private mutating func loop(
    _ name: String,
    _ node: Node,
    _ next: String,
    _ scope: Scope
  ) -> [(String, Node)] {
    guard let items = node["for"]?["in"], let body = node["do"] else {
      invalid("a loop needs `for: {in: …}` and `do`", at: node.span)
      return []
    }
    let span = node.span
    let list = field("\(name)_items", at: span)
    let position = field("\(name)_position", at: span)
    counters.insert(position)
    let each = field(node["for"]?["each"]?.string ?? "item", at: span)
    var inner = scope.inner(next: stepName("\(name)_next"), place: "\(scope.place)/do")
    inner.variables[node["for"]?["each"]?.string ?? "item"] = "state.\(each)"
    inner.variables[node["for"]?["at"]?.string ?? "index"] = "state.\(position)"
    let test = stepName("\(name)_items_left")
    let tasks = tasks(body, &inner)
    var when = "state.\(position) < size(state.\(list))"
    if let condition = node["while"] {
      let test = cel(
        condition,
        current: "state.data",
        variables: inner.variables,
        isCondition: true
      )
      when += " && (\(test))"
    }
    let source = cel(items, current: "state.data", variables: scope.variables, isCondition: false)
    func assign(_ values: [(String, String)]) -> (String, Node) {
      ("assign", .map(values.map { ($0.0, Node.quoted($0.1, at: span)) }, at: span))
    }
    var variables = scope.variables
    variables["input"] = "state.data"
    let end = ending(name, node, next, variables) ?? next
    let entering = Node.map(
      [
        ("when", .quoted(when, at: span)), ("target", .text(stepName("\(name)_item"), at: span)),
      ],
      at: span
    )
    let item = entering["target"]?.string ?? ""
    return [
      (name, step([assign([(list, source), (position, "0")])], to: test, node)),
      (
        test,
        .map(
          [
            ("max_visits", .int(50_000, at: span)),
            ("on_success", .list([entering, .text(end, at: span)], at: span)),
          ],
          at: span
        )
      ),
      (item, step([assign([(each, "state.\(list)[state.\(position)]")])], to: tasks.start, node)),
    ] + tasks.steps + [
      (inner.next, step([assign([(position, "state.\(position) + 1")])], to: test, node))
    ] + endingSteps(end, node, next, variables)
  }
}
