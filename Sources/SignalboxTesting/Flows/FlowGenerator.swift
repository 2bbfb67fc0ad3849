/// Writes valid flows by chance: guards, retries, timeouts, bounded loops.
///
/// The same parameters give the same text on every machine.
public struct FlowGenerator {
  private var state: UInt64
  private let states: Int
  private let usesExpressions: Bool
  private var calls: [Int] = []
  private var lines: [String] = []

  /// A flow in the house form with `states` states.
  ///
  /// Without expressions it has no guards, assignments or templates. Every state has `max_visits`,
  /// so every loop is bounded.
  public static func flow(states: Int, seed: UInt64, usesExpressions: Bool = true) -> String {
    var generator = FlowGenerator(
      state: seed,
      states: max(1, states),
      usesExpressions: usesExpressions
    )
    return generator.write()
  }

  private init(state: UInt64, states: Int, usesExpressions: Bool) {
    self.state = state
    self.states = states
    self.usesExpressions = usesExpressions
  }

  // SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  private mutating func one(_ texts: [String]) -> String { texts[below(texts.count)] }

  private mutating func write() -> String {
    let works = (0..<states).map { _ in below(10) }
    calls = works.indices.filter { works[$0] < 6 }
    lines = ["signalbox: 1", "name: generated"]
    if chance(25) {
      let target = chance(60) ? ", grace: \(1 + below(3) * 100)ms, target: \(target(from: 0))" : ""
      lines.append("timeout: {after: \(1 + below(20))s\(target)}")
    }
    if chance(20) { lines.append("max_steps: \(1 + below(states * 3))") }
    lines += [
      "state:", "  n: {type: integer, default: 0}", "  m: {type: integer, default: 1}", "agents:",
      "  asker: {type: scripted, output: {v: {type: integer}}}", "tools:",
      "  reader: {type: http, effect: read, output: {v: {type: integer}}}",
      "  writer: {type: http, effect: write, output: {v: {type: integer}}}",
      "  safe: {type: http, effect: write, idempotent: true, output: {v: {type: integer}}}",
    ]
    if usesExpressions, chance(40) { lines.append("result: {total: \"{{ state.n }}\"}") }
    if chance(50) { lines.append("on_error: \(target(from: 0))") }
    if chance(30) { lines.append("on_cancel: \(target(from: 0))") }
    lines += ["initial_state: s0", "states:"]
    for index in works.indices { writeState(index, work: works[index]) }
    lines += ["final_states: {good: {}, bad: {outcome: failure}}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Mostly a later state or an ending, now and then an earlier one.
  private mutating func target(from index: Int) -> String {
    if chance(20) { return "s\(below(states))" }
    let next = index + 1 + below(3)
    return next < states ? "s\(next)" : one(["good", "good", "bad"])
  }

  private mutating func writeState(_ index: Int, work: Int) {
    lines.append("  s\(index):")
    if usesExpressions, chance(15) { key("when", quoted(guardText())) }
    switch work {
    case 0..<6: writeCall(index)
    case 6: key("wait", "\(below(4) * 50)ms")
    case 7 where usesExpressions: key("check", quoted(guardText()))
    default: break
    }
    if usesExpressions, chance(25) { key("assign", "{\(assignments())}") }
    if work == 8, usesExpressions {
      key("condition", quoted(guardText()))
      key("on_true", target(from: index))
      key("on_false", target(from: index))
    } else {
      key("on_success", edges(from: index, guards: [], endsAlways: true))
    }
    if chance(50) {
      key("on_error", edges(from: index, guards: errorGuards(), endsAlways: chance(60)))
    }
    key("max_visits", "\(1 + below(4))")
  }

  private mutating func writeCall(_ index: Int) {
    lines.append("    " + one(["agent: asker", "tool: reader", "tool: writer", "tool: safe"]))
    if usesExpressions {
      key("with", "{a: \(quoted("{{ " + numberText() + " }}")), b: text}")
      if chance(20) { key("require", quoted("output.v < \(1 + below(4))")) }
      if chance(20) { key("result", "{v: \"{{ output.v + 1 }}\"}") }
    } else {
      key("with", "{b: text}")
    }
    if chance(60) { key("timeout", "\(1 + below(9))00ms") }
    if chance(15) { key("on_timeout", target(from: index)) }
    if chance(15) {
      key(
        "on_cancel",
        edges(from: index, guards: ["cancelled", "unknown"], endsAlways: chance(50))
      )
    }
    guard chance(40) else { return }
    var retry = "max_attempts: \(1 + below(3))"
    if chance(60) { retry += ", backoff: \(below(3) * 15)ms" }
    if chance(30) { retry += ", factor: \(one(["1", "1.5", "3"]))" }
    if chance(30) { retry += ", on: [\(one(["timeout", "unavailable", "failed, rate_limited"]))]" }
    key("retry", "{\(retry)}")
  }

  private mutating func key(_ name: String, _ value: String) {
    lines.append("    \(name): \(value)")
  }

  private mutating func errorGuards() -> [String] {
    var guards = ["timeout", "unavailable", "unknown", "max_visits", "guard_error", "failed"]
    if usesExpressions {
      guards += ["error.kind == 'unavailable'", "error.kind == 'unknown'", guardText()]
    }
    return guards
  }

  private mutating func edges(from index: Int, guards: [String], endsAlways: Bool) -> String {
    var parts: [String] = []
    for _ in 0..<below(3) {
      if guards.isEmpty, !usesExpressions { break }
      let guardText = guards.isEmpty ? guardText() : one(guards)
      let assign = usesExpressions && chance(20) ? ", assign: {\(assignments())}" : ""
      parts.append("{when: \(quoted(guardText))\(assign), target: \(target(from: index))}")
    }
    if endsAlways || parts.isEmpty { parts.append("{target: \(target(from: index))}") }
    return "[\(parts.joined(separator: ", "))]"
  }

  private mutating func assignments() -> String {
    var text = "n: \(quoted(numberText()))"
    if chance(40) { text += ", m: \(quoted(numberText()))" }
    return text
  }

  private mutating func result() -> String {
    calls.isEmpty ? "state.m" : "s\(calls[below(calls.count)]).v"
  }

  private mutating func numberText() -> String {
    switch below(5) {
    case 0: "state.n + 1"
    case 1: "state.m"
    case 2: result()
    case 3: "state.n + state.m"
    default: "\(below(5))"
    }
  }

  private mutating func guardText() -> String {
    switch below(6) {
    case 0: "state.n < \(below(5))"
    case 1: "state.m == \(below(4))"
    case 2: "steps.s\(below(states)).visits > 1"
    case 3: "steps.s\(below(states)).status == 'failure'"
    default: "\(result()) > \(below(4))"
    }
  }

  private func quoted(_ text: String) -> String { "\"\(text)\"" }
}
