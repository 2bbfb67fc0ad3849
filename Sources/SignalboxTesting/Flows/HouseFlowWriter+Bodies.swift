// The bodies besides the flat machine: statecharts and task lists.
extension HouseFlowWriter {
  /// Nested and parallel states with events, delays and eventless edges.
  mutating func writeChart(_ count: Int) {
    lines += ["initial_state: step0", "states:"]
    for index in 0..<count {
      let name = "step\(index)"
      let next = index + 1 < count ? "step\(index + 1)" : "good"
      lines.append("  \(name):")
      if random.chance(40) { key("on_entry", "[{log: \(quoted("'at ' + '" + name + "'"))}]") }
      switch random.below(3) {
      case 0: writeNested(name)
      case 1: writeRegions(name)
      default: break
      }
      key("on_event", "{go: \(next), \"done.state.\(name)\": \(next), \"stop off\": bad}")
      if random.chance(40) { key("after", "{\(random.one(of: ["5s", "1m", "250ms"])): \(next)}") }
      if random.chance(40) { key("always", "[{when: \(guardText()), target: \(next)}]") }
    }
    lines += ["final_states:", "  good: {}", "  bad: {outcome: failure}", "  end: {}"]
  }

  private mutating func writeNested(_ name: String) {
    key("initial_state", "\(name)_a")
    key(
      "states",
      "{\(name)_a: {on_event: {go: \(name)_b}}, \(name)_b: {after: {2s: \(name)_z}}}"
    )
    key("final_states", "{\(name)_z: {}}")
  }

  private mutating func writeRegions(_ name: String) {
    key("type", "parallel")
    let regions = ["p", "q"].map { region in
      let inner = "\(name)_\(region)"
      return "\(inner): {initial_state: \(inner)_a, states: {\(inner)_a: {on_event: "
        + "{\(region): \(inner)_z}}}, final_states: {\(inner)_z: {}}}"
    }
    key("states", "{\(regions.joined(separator: ", "))}")
  }

  /// Steps in order, with loops over lists and parallel groups.
  mutating func writeTasks(_ count: Int) {
    lines.append("tasks:")
    for index in 0..<count {
      let name = "step\(index)"
      let call = "agent: \(agents[0].name), with: {q: \(mixed())}, timeout: 5s"
      switch random.below(4) {
      case 0: lines.append("  - {id: \(name), check: \(guardText())}")
      case 1:
        lines += [
          "  - id: \(name)", "    for_each: \"{{ [1, 2, 3] }}\"", "    max_items: 3",
          "    concurrency: \(1 + random.below(2))",
          "    tasks: [{id: \(name)_a, tool: \(tools[0]), with: {q: \"{{ item }}\"}, timeout: 5s}]",
        ]
      case 2:
        lines += [
          "  - id: \(name)", "    type: parallel", "    join: \(random.one(of: ["all", "any"]))",
          "    tasks: [{id: \(name)_a, tool: \(tools[0]), timeout: 5s}, {id: \(name)_b, \(call)}]",
        ]
      default: lines.append("  - {id: \(name), when: \(guardText()), \(call)}")
      }
    }
  }
}
