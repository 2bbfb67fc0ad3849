import Document
import Source
import Values

// Maps: a child flow per item (specs/machines.md, ASL-8).
extension StatesImporter {
  /// Items that one map may have: the limit of inline maps.
  private static let maxItems: Int64 = 10_000

  mutating func map(_ name: String, _ node: Node, _ scope: Scope) -> [(String, Node)] {
    let processor = node["ItemProcessor"] ?? node["Iterator"] ?? node
    for field in ["ItemReader", "ItemBatcher", "ResultWriter", "Label"] where field != "Label" {
      if let value = node[field] { refuse("`\(field)`", at: value.span) }
    }
    let traits = Traits(of: processor)
    if let retry = node["Retry"] {
      if traits.hasTasks {
        refuse("a retry of a map", at: retry.span, hint: "retry the tasks inside it")
      } else {
        // Items that call nobody give the same every time.
        report(Messages.dropped("the retry of a map whose items call nobody", at: retry.span))
      }
    }
    if traits.hasTasks, traits.hasFailures {
      refuse(
        "a map whose items call tasks and may end in a state of type `Fail`",
        at: processor.span,
        hint: "let the item end with its answer, and decide after the map"
      )
    }
    let input = selected("InputPath", node, from: scope.data)
    var items = input
    if let path = node["ItemsPath"], let text = path.string {
      items = cel(text, base: input, at: path.span)
    }
    let (checks, runs) = mapChecks(name, node, input, traits)
    let call = itemCall(node, processor, input)
    let flow = freeFlow("\(name)_items")
    flows.append((flow, call.tree))
    var entries: [(String, Node)] = [
      ("for_each", .quoted(items, at: node.span)),
      ("max_items", .int(Self.maxItems, at: node.span)),
      ("concurrency", concurrency(node)),
    ]
    let step = stepName("\(name)_item")
    let item: [(String, Node)] = [
      ("id", .text(step, at: node.span)), ("flow", .text(flow, at: node.span)),
      ("with", .map(call.input, at: node.span)),
    ]
    entries.append(("tasks", .list([.map(item, at: node.span)], at: node.span)))
    let list = "output.map(r, r.output)"
    let result = node["ResultSelector"].map { template($0, base: list) } ?? list
    let data = output(node, result: result, raw: scope.data)
    let assign = assignments(node, data: data, result: result, scope)
    if traits.hasTasks {
      let failure = "{'Error': 'States.TaskFailed', 'Cause': error.message}"
      let errors = catchers(node, failure: failure, scope) { error in
        error == "States.TaskFailed" ? "true" : nil
      }
      entries += assign + [("on_success", .text(next(node, scope), at: node.span))]
      entries.append(("on_error", errors))
    } else {
      // Items that call nobody hand their failures to the map, which decides.
      let failure = "output.filter(r, size(r.failure) > 0)[0].failure"
      let errors = catchers(node, failure: failure, scope) { error in
        "\(failure).?Error.orValue('') == \(ScriptTranslator.quoted(error))"
      }
      let test = Node.quoted("output.all(r, size(r.failure) == 0)", at: node.span)
      let well = [("when", test)] + assign + [("target", .text(next(node, scope), at: node.span))]
      let edges = [Node.map(well, at: node.span)] + (errors.elements ?? [])
      entries.append(("on_success", .list(edges, at: node.span)))
    }
    return checks + [(runs, .map(entries, at: node.span))]
  }

  /// What a processor holds.
  private struct Traits {
    var hasTasks = false
    var hasFailures = false

    init(of processor: Node) {
      var pending = [processor]
      while let node = pending.popLast() {
        pending += node.elements ?? []
        for entry in node.entries ?? [] {
          if entry.key == "Type", let type = entry.value.string {
            if type == "Task" { hasTasks = true }
            if type == "Fail" { hasFailures = true }
            // A choice without a default may fail as well.
            if type == "Choice", node["Default"] == nil { hasFailures = true }
          }
          pending.append(entry.value)
        }
      }
    }
  }

  private func concurrency(_ node: Node) -> Node {
    if let value = node["MaxConcurrency"], case .int(let count) = value.content, count > 0 {
      return .int(min(count, Self.maxItems), at: value.span)
    }
    return .int(40, at: node.span)
  }

  /// The step that checks computed limits, if there are any, and the step that runs the items.
  private mutating func mapChecks(
    _ name: String,
    _ node: Node,
    _ input: String,
    _ traits: Traits
  ) -> (steps: [(String, Node)], runs: String) {
    for field in ["ToleratedFailureCount", "ToleratedFailurePercentage"] {
      for field in [field, field + "Path"] where traits.hasFailures || traits.hasTasks {
        if let value = node[field] {
          refuse("`\(field)` of items that may fail", at: value.span)
        }
      }
    }
    if let value = node["MaxConcurrencyPath"], traits.hasTasks {
      refuse("a computed concurrency of items that call tasks", at: value.span)
    }
    var tests: [String] = []
    for field in ["MaxConcurrencyPath", "ToleratedFailureCountPath"] {
      guard let path = node[field], let text = path.string else { continue }
      let value = cel(text, base: input, at: path.span)
      tests.append(
        "(type(\(value)) == int ? \(value) >= 0 : "
          + "type(\(value)) == string && string(\(value)).matches('^[0-9]+$'))"
      )
    }
    if let path = node["ToleratedFailurePercentagePath"], let text = path.string {
      let value = cel(text, base: input, at: path.span)
      tests.append(
        "(type(\(value)) in [int, double] ? \(value) >= 0 && \(value) <= 100 : "
          + "type(\(value)) == string && string(\(value)).matches('^[0-9]+([.][0-9]+)?$'))"
      )
    }
    guard !tests.isEmpty else { return ([], name) }
    let runs = stepName("\(name)_run")
    let check = Node.quoted(tests.joined(separator: " && "), at: node.span)
    return ([(name, step([("check", check)], to: runs, node))], runs)
  }

  /// The child flow of an item, and what it is called with.
  private mutating func itemCall(
    _ node: Node,
    _ processor: Node,
    _ input: String
  ) -> (tree: Node, input: [(String, Node)]) {
    let outer = (itemValue, itemIndex)
    (itemValue, itemIndex) = ("item", "index")
    let selector = node["ItemSelector"] ?? node["Parameters"]
    let passed = selector.map { template($0, base: input) } ?? "item"
    (itemValue, itemIndex) = outer
    func value(_ text: String) -> Node { .quoted("{{ \(text) }}", at: node.span) }
    var call: [(String, Node)] = [
      ("data", value(passed)), ("item", value("item")), ("index", value("index")),
      ("execution", value(executionInput)),
    ]
    var inner = StatesImporter()
    inner.isChild = true
    (inner.itemValue, inner.itemIndex) = ("input.item", "input.index")
    inner.executionInput = "input.execution"
    let text = JSONWriter.string(processor.value)
    for (name, cel) in readable.sorted(by: { $0.key < $1.key })
    where text.utf8.count < 1_000_000 && text.contains("$\(name)") {
      let key = "variable_\(call.count)"
      call.append((key, value(cel)))
      inner.readable[name] = "input.\(key)"
    }
    let keys = call.map(\.0)
    let tree = inner.flow(processor, inputs: keys)
    diagnostics += inner.diagnostics
    for tool in inner.tools where !tools.contains(where: { $0.name == tool.name }) {
      tools.append(tool)
    }
    return (tree, call)
  }

  private func freeFlow(_ name: String) -> String {
    var flow = name
    while flows.contains(where: { $0.name == flow }) { flow += "_" }
    return flow
  }
}
