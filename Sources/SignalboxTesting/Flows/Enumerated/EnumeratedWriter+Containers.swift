// Containers of enumerated flows.
extension EnumeratedWriter {
  /// The keys of a container as a step or body, around a part and at most one call.
  mutating func part(
    _ container: FlowContainer,
    _ content: FlowContent,
    _ isLast: Bool
  ) -> [Entry] {
    switch container {
    case .run, .sequence, .fallback, .parallel, .select, .choose, .ifThenElse, .whileDoElse,
      .tryCatch, .inverter, .forceSuccess, .forceFailure, .retry, .rounds, .keepRunning, .timeout,
      .delay, .runOnce, .subtree:
      return body(content)
    case .machine, .chart: return states(container, content, isLast)
    case .graph: return graph(content, isLast)
    case .regions: return regions(content, isLast)
    case .taskList, .taskGroup, .dependencies: return tasks(container, content, isLast)
    case .forEach:
      return step(content) + [
        Entry(key: "for_each", value: .text("[1, 2]")), Entry(key: "max_items", value: "2"),
      ]
    case .childFlow, .detachedFlow:
      let name = fresh("flow")
      let inner = body(content)
      let own: [Entry] = [
        Entry(key: "input", value: "{m: {type: integer, default: 0}}"),
        Entry(key: "state", value: "{n: {type: integer, default: 0}}"),
      ]
      let detach = container == .detachedFlow ? [Entry(key: "detach", value: "true")] : []
      flows.append(Entry(key: name, value: .map(own + detach + inner)))
      return [Entry(key: "flow", value: .word(name))]
    case .planner:
      let planner: [Entry] = [
        Entry(key: "type", value: "llm"), Entry(key: "model", value: "gpt-4o-mini"),
        Entry(key: "goal", value: "Do it"),
        Entry(key: "limits", value: "{prompt_tokens: 2000, output_tokens: 200}"),
        Entry(key: "may_use", value: "{tools: [look]}"), Entry(key: "max_steps", value: "1"),
        Entry(key: "plan_budget", value: "{hard: $0.01}"),
        Entry(key: "fallback", value: .map(body(content))),
      ]
      return [Entry(key: "planner", value: .map(planner))]
    case .turns: return caller()
    case .tree: return [Entry(key: "root", value: node(content))]
    }
  }

  /// The part and a call beside it, in order, with names.
  private mutating func children(
    _ content: FlowContent,
    _ isLast: Bool,
    _ letter: String
  ) -> [(name: String, entries: [Entry])] {
    let first = isLast ? call() : step(content)
    let second = isLast ? step(content) : call()
    return [(fresh(letter), first), (fresh(letter), second)]
  }

  // MARK: States

  private mutating func states(
    _ container: FlowContainer,
    _ content: FlowContent,
    _ isLast: Bool
  ) -> [Entry] {
    let parts = children(content, isLast, "s")
    let (good, bad) = (fresh("e"), fresh("f"))
    var states: [Entry] = []
    for (position, part) in parts.enumerated() {
      let next = position == 0 ? parts[1].name : good
      var entries = Self.led(part.entries, next: next, bad: bad)
      if !variant.isMultiple(of: 4) || position == 1 {
        entries.append(Entry(key: "on_error", value: .word(bad)))
      }
      if container == .chart, position == 0 {
        if !entries.contains(where: { $0.key == "on_event" }) {
          entries.append(Entry(key: "on_event", value: .fields(["stop": .word(bad)])))
        }
        entries.append(Entry(key: "after", value: .fields(["3s": .word(parts[1].name)])))
      }
      states.append(Entry(key: part.name, value: .map(entries)))
    }
    return [
      Entry(key: "initial_state", value: .word(parts[0].name)),
      Entry(key: "states", value: .map(states)),
      Entry(
        key: "final_states",
        value: .fields([good: "{}", bad: .fields(["outcome": "failure"])])
      ),
    ]
  }

  /// A step with a way on after its success.
  private static func led(_ entries: [Entry], next: String, bad: String) -> [Entry] {
    var entries = entries.map { entry in
      Entry(key: entry.key, value: entry.value.leading(to: next, or: bad))
    }
    let decides = entries.contains { $0.key == "on_true" }
    let rests = entries.first?.key == "on_event"
    if !decides, !rests { entries.append(Entry(key: "on_success", value: .word(next))) }
    return entries
  }

  private mutating func graph(_ content: FlowContent, _ isLast: Bool) -> [Entry] {
    let parts = children(content, isLast, "s")
    let last = fresh("s")
    let nodes = parts.enumerated().map { position, part in
      let next = position == 0 ? parts[1].name : last
      let entries = part.entries.map { entry in
        Entry(key: entry.key, value: entry.value.leading(to: next, or: last))
      }
      return Entry(key: part.name, value: .map(entries))
    }
    var edges: [FlowText] = []
    for (position, part) in parts.enumerated()
    where !part.entries.contains(where: { $0.key == "on_true" }) {
      let next = position == 0 ? parts[1].name : last
      edges.append(.fields(["from": .word(part.name), "to": .word(next)]))
    }
    let end = Entry(key: last, value: .fields(["wait": "1s"]))
    return [
      Entry(key: "entry_point", value: .word(parts[0].name)),
      Entry(key: "nodes", value: .map(nodes + [end])), Entry(key: "edges", value: .list(edges)),
    ]
  }

  private mutating func regions(_ content: FlowContent, _ isLast: Bool) -> [Entry] {
    let parts = children(content, isLast, "r")
    let states = parts.enumerated().map { position, part in
      let other = parts[1 - position].name
      let entries = part.entries.map { entry in
        Entry(key: entry.key, value: entry.value.leading(to: other, or: other))
      }
      return Entry(key: part.name, value: .map(entries))
    }
    return [
      Entry(key: "type", value: "parallel"), Entry(key: "states", value: .map(states)),
      Entry(key: "join", value: .word(join)),
    ]
  }

  private var join: String { ["all", "any", "first", "finished", "1"][variant % 5] }

  private mutating func tasks(
    _ container: FlowContainer,
    _ content: FlowContent,
    _ isLast: Bool
  ) -> [Entry] {
    let parts = children(content, isLast, "t")
    var tasks: [FlowText] = []
    for (position, part) in parts.enumerated() {
      var entries = [Entry(key: "id", value: .word(part.name))] + part.entries
      if container == .dependencies, position == 1 {
        entries.append(Entry(key: "depends_on", value: .words([parts[0].name])))
      }
      tasks.append(.map(entries))
    }
    let type = container == .taskGroup ? [Entry(key: "type", value: "parallel")] : []
    let joins = container == .taskGroup ? [Entry(key: "join", value: .word(join))] : []
    return type + [Entry(key: "tasks", value: .list(tasks))] + joins
  }
}

extension FlowText {
  /// With `+` and `-` replaced by where success and failure lead.
  fileprivate func leading(to next: String, or bad: String) -> FlowText {
    switch self {
    case .word("+"): .word(next)
    case .word("-"): .word(bad)
    case .word("{go: +, stop: -}"): .fields(["go": .word(next), "stop": .word(bad)])
    case .word, .text, .list, .map: self
    }
  }
}
