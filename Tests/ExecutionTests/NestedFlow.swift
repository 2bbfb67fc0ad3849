import Signalbox
import SignalboxTesting

/// Random flows of every body inside every other, as text: lists in order and side by side with
/// dependencies and joins, machines, trees, maps, child flows; with guards, retries, deadlines.
struct NestedFlow {
  private var random: RandomSource
  private var ids = 0
  private var flows: [String] = []

  init(random: RandomSource) { self.random = random }

  /// The text of one flow.
  mutating func text(depth: Int) -> String {
    let body = whole(depth)
    let inner = flows.isEmpty ? "" : "flows:\n\(flows.map { "  \($0)\n" }.joined())"
    return """
      signalbox: 1
      name: nested
      max_steps: 200
      state: {z: {type: integer, default: 0}, on: {type: boolean, default: true}}
      tools:
        t: {type: process, effect: read}
        p: {type: process, effect: write}
      \(inner)\(body)
      """
  }

  private mutating func id() -> String {
    ids += 1
    return "n\(ids)"
  }

  private mutating func condition() -> String {
    random.chance(60)
      ? "true" : random.one(of: ["state.on", "!state.on", "false", "1 / state.z == 1"])
  }

  /// The body of a whole flow, on lines of its own.
  private mutating func whole(_ depth: Int) -> String {
    switch random.below(3) {
    case 0: "tasks: [\(tasks(depth).joined(separator: ", "))]"
    case 1: "root: \(node(depth))"
    default: machine(depth).joined(separator: "\n")
    }
  }

  /// What a step does: keys of a mapping.
  private mutating func work(_ depth: Int) -> String {
    guard depth > 0 else { return leaf() }
    switch random.below(9) {
    case 0: return leaf()
    case 1: return "tasks: [\(tasks(depth - 1).joined(separator: ", "))]"
    case 2:
      let join = random.one(of: ["all", "any", "first", "finished", "1", "2"])
      return "type: parallel, join: \(join), tasks: [\(tasks(depth - 1).joined(separator: ", "))]"
    case 3, 4:
      let join = random.one(of: ["all", "any", "first", "finished", "1", "2"])
      let limit = random.chance(30) ? ", concurrency: \(1 + random.below(2))" : ""
      return "type: parallel, join: \(join)\(limit), tasks: [\(dependent(depth - 1))]"
    case 5:
      let name = "f\(flows.count)"
      flows.append("")
      let position = flows.count - 1
      // A child flow's body stands on one line.
      let body =
        random.chance(50)
        ? "tasks: [\(tasks(depth - 1).joined(separator: ", "))]" : "root: \(node(depth - 1))"
      flows[position] = "\(name): {\(body)}"
      return "flow: \(name)"
    case 6: return "root: \(node(depth - 1))"
    case 7:
      let limit = random.chance(50) ? ", concurrency: 1" : ""
      let fails = random.chance(30) ? ", on_item_error: \(random.one(of: ["skip", "collect"]))" : ""
      let list = random.one(of: ["[1, 2]", "[1, 2]", "[]", "[1, 2, 3, 4]", "[1 / state.z]"])
      return "for_each: \"\(list)\", max_items: 3\(limit)\(fails), \(item(depth - 1))"
    default: return machine(depth - 1).joined(separator: ", ")
    }
  }

  private mutating func item(_ depth: Int) -> String {
    var work = work(depth)
    while work.hasPrefix("for_each") || work.hasPrefix("type") { work = self.work(depth) }
    return work
  }

  private mutating func leaf() -> String {
    switch random.below(8) {
    case 0: "check: \"\(condition())\""
    case 1: "wait: 1s"
    case 2: "tool: p"
    default: "tool: t"
    }
  }

  private mutating func features() -> String {
    var text = ""
    if random.chance(15) { text += ", when: \"\(condition())\"" }
    if random.chance(20) {
      text += ", retry: {max_attempts: 2\(random.chance(50) ? ", backoff: 1s" : "")}"
    }
    if random.chance(15) { text += ", timeout: 5s" }
    return text
  }

  private mutating func step(_ depth: Int, _ more: String = "") -> String {
    "{id: \(id()), \(work(depth))\(features())\(more)}"
  }

  private mutating func tasks(_ depth: Int) -> [String] {
    (0..<1 + random.below(3)).map { _ in step(depth) }
  }

  private mutating func dependent(_ depth: Int) -> String {
    let names = (0..<2 + random.below(3)).map { _ in id() }
    var parts: [String] = []
    for (position, name) in names.enumerated() {
      let before = names[..<position].filter { _ in random.chance(60) }
      let awaited = before.isEmpty ? "" : ", depends_on: [\(before.joined(separator: ", "))]"
      parts.append("{id: \(name), \(work(depth))\(features())\(awaited)}")
    }
    return parts.joined(separator: ", ")
  }

  private mutating func machine(_ depth: Int) -> [String] {
    let names = (0..<1 + random.below(3)).map { _ in id() }
    let (good, bad) = (id(), id())
    var states: [String] = []
    for (position, name) in names.enumerated() {
      let next = position + 1 < names.count ? names[position + 1] : good
      var edges = ", on_success: \(next)"
      if random.chance(50) { edges += ", on_error: \(random.one(of: names + [good, bad]))" }
      if random.chance(30) { edges += ", on_cancel: \(random.one(of: names + [good, bad]))" }
      if random.chance(50) { edges += ", max_visits: 2" }
      states.append("\(name): {\(work(depth))\(features())\(edges)}")
    }
    return [
      "initial_state: \(names[0])", "states: {\(states.joined(separator: ", "))}",
      "final_states: {\(good): {}, \(bad): {outcome: failure}}",
    ]
  }

  // MARK: Trees

  private mutating func node(_ depth: Int) -> String {
    guard depth > 0, !random.chance(15) else { return treeLeaf(depth) }
    let guards = guards()
    func children(_ least: Int) -> String {
      (0..<least + random.below(2)).map { _ in node(depth - 1) }.joined(separator: ", ")
    }
    switch random.below(11) {
    case 0: return "{\(guards)type: sequence, children: [\(children(2))]}"
    case 1: return "{\(guards)type: fallback, children: [\(children(2))]}"
    case 2, 3:
      let join = random.one(of: ["all", "any", "first", "finished", "2"])
      let limit = random.chance(25) ? ", concurrency: 1" : ""
      return "{\(guards)type: parallel, join: \(join)\(limit), children: [\(children(2))]}"
    case 4:
      let type = random.one(of: [
        "inverter", "force_success", "force_failure", "run_once", "delay, after: 1s",
        "timeout, after: 2s", "retry, attempts: 2", "repeat, count: 2",
        "keep_running_until_failure, max: 2",
      ])
      return "{\(guards)type: \(type), child: \(node(depth - 1))}"
    case 5:
      return "{\(guards)type: sequence, reactive: true, children: [{check: \"\(condition())\"}, "
        + "\(node(depth - 1))]}"
    case 6:
      return "{\(guards)type: conditional_selector, conditions: [{when: \"\(condition())\", child: "
        + "\(node(depth - 1))}, {when: \"\(condition())\", child: \(node(depth - 1))}]}"
    case 7:
      return "{\(guards)type: if_then_else, children: [\(children(2))]}"
    case 8:
      return "{\(guards)type: while_do_else, max_switches: 2, children: [{check: "
        + "\"\(condition())\"}, \(children(1))]}"
    case 9: return "{\(guards)type: try_catch, children: [\(children(2))]}"
    default: return treeLeaf(depth)
    }
  }

  private mutating func guards() -> String {
    (random.chance(30) ? "id: \(id()), " : "") + conditions()
  }

  private mutating func conditions() -> String {
    var text = ""
    for key in ["failure_if", "success_if", "skip_if", "while"] where random.chance(8) {
      text += "\(key): \"\(condition())\", "
    }
    return text
  }

  private mutating func treeLeaf(_ depth: Int) -> String {
    var work = work(max(0, depth - 1))
    while work.hasPrefix("tasks") || work.hasPrefix("type") { work = leaf() }
    let write = work == "tool: t" && random.chance(20) ? ", assign: {on: \"!state.on\"}" : ""
    return "{\(conditions())id: \(id()), \(work)\(features())\(write)}"
  }
}
