import Document
import Source
import Values

// Maps: a child flow per item (specs/machines.md, ASL-8).
extension StatesImporter {
  /// Items that one map may have: the limit of inline maps.
  private static let maxItems: Int64 = 10_000

  mutating func map(_ name: String, _ node: Node, _ scope: Scope) -> [(String, Node)] {
    let processor = node["ItemProcessor"] ?? node["Iterator"] ?? node
    for field in ["ItemReader", "ItemBatcher", "ResultWriter"] {
      if let value = node[field] {
        refuse("`\(field)`", at: value.span, hint: "let a task before the map make the list")
      }
    }
    let traits = Traits(of: processor)
    var repetition = Repetition(work: name)
    if traits.hasTasks {
      repetition = self.repetition(name, node, tool: nil)
    } else if let retry = node["Retry"] {
      // Items that call nobody give the same every time.
      report(Messages.dropped("the retry of a map whose items call nobody", at: retry.span))
    }
    // What is no list is an error of the query.
    if isJSONata { dataError = "States.QueryEvaluationError" }
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
    if isJSONata, let list = node["Items"] { items = template(list, base: input) }
    let (checks, runs) = mapChecks(repetition.work, node, input, traits)
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
    let (data, result) = given(node, result: list, scope)
    let assign = assignments(node, data: data, result: result, scope)
    if traits.hasTasks {
      entries += assign + [("on_success", .text(next(node, scope), at: node.span))]
      let source = StatesErrors.Source.call(dataError: dataError)
      entries.append(("on_error", handlers(node, source, repetition, scope)))
    } else {
      // Items that call nobody hand their failures to the map, which decides.
      let failure = "output.filter(r, size(r.failure) > 0)[0].failure"
      let source = StatesErrors.Source.parts(failure: failure)
      let test = Node.quoted("output.all(r, size(r.failure) == 0)", at: node.span)
      let well = [("when", test)] + assign + [("target", .text(next(node, scope), at: node.span))]
      let edges = handlers(node, source, repetition, scope)
      let all = [Node.map(well, at: node.span)] + (edges.elements ?? [])
      entries.append(("on_success", .list(all, at: node.span)))
    }
    return repeated(name, repetition, node, checks + [(runs, .map(entries, at: node.span))])
  }

  /// What the states of a machine are, those of its branches and items included.
  struct Traits {
    var hasTasks = false
    var hasFailures = false

    init(of machine: Node) {
      var pending = [machine]
      while let machine = pending.popLast() {
        for state in machine["States"]?.entries ?? [] {
          let type = state.value["Type"]?.string
          if type == "Task" { hasTasks = true }
          // A choice without a default may fail as well.
          if type == "Fail" || type == "Choice" && state.value["Default"] == nil {
            hasFailures = true
          }
          pending += state.value["Branches"]?.elements ?? []
          for field in ["ItemProcessor", "Iterator"] {
            if let inner = state.value[field] { pending.append(inner) }
          }
        }
      }
    }
  }

  private mutating func concurrency(_ node: Node) -> Node {
    if let value = node["MaxConcurrency"] {
      if case .int(let count) = value.content {
        // Zero is no limit of its own.
        if count > 0 { return .int(min(count, Self.maxItems), at: value.span) }
      } else {
        refuse("a computed `MaxConcurrency`", at: value.span, hint: "write a number")
      }
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
    inner.isJSONata = isJSONata
    inner.performers = performers
    let text = JSONWriter.string(processor.value)
    for (name, cel) in readable.sorted(by: { $0.key < $1.key })
    where text.contains("$\(name)") {
      let key = "variable_\(call.count)"
      call.append((key, value(cel)))
      inner.readable[name] = "input.\(key)"
    }
    let keys = call.map(\.0)
    let tree = inner.flow(processor, inputs: keys)
    diagnostics += inner.diagnostics
    performers = inner.performers
    return (tree, call)
  }

  private func freeFlow(_ name: String) -> String {
    var flow = name
    while flows.contains(where: { $0.name == flow }) { flow += "_" }
    return flow
  }
}
