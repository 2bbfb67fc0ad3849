import Signalbox
import Testing

/// Runs trees in house form with scripted agents, and tells what happened in one line.
private struct TreeStory {
  private var run: Drive
  private var scripts: [String: [Character]]
  private var told: [String] = []

  /// `answers`: letters by agent, `S` or `F` for each call in turn, the last one repeated.
  static func of(
    _ root: String,
    _ answers: [String: String] = [:],
    more: String = ""
  ) throws -> String {
    let agents = ["a", "b", "c", "w"].map { "  \($0): {type: scripted, timeout: 5s}" }
    let text = """
      signalbox: 1
      name: test
      state:
        go: {type: boolean, default: true}
        n: {type: integer, default: 0}
        mode: {type: string, default: one}
        items: {type: array, default: [1, 2, 3]}
      agents:
      \(agents.joined(separator: "\n"))
      \(more)
      root:
      \(root.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      """
    var story = TreeStory(
      run: try Drive(text),
      scripts: answers.mapValues { Array($0) }
    )
    return story.whole()
  }

  private init(run: Drive, scripts: [String: [Character]]) {
    self.run = run
    self.scripts = scripts
  }

  private mutating func whole() -> String {
    var rounds = 0
    while run.state.outcome == nil, rounds < 100 {
      rounds += 1
      let tokens = run.state.tokens
      if let token = tokens.first(where: { $0.phase == .calling && letter($0) != nil }),
        let letter = letter(token)
      {
        let agent = agent(token)
        if scripts[agent]?.count ?? 0 > 1 { scripts[agent]?.removeFirst() }
        told.append("\(agent):\(letter)")
        if letter == "S" {
          run.send(
            .completed(effect: token.effect, output: .map([:]), usage: nil, costPicodollars: 0)
          )
        } else {
          run.send(
            .failed(
              effect: token.effect,
              error: .failed,
              message: "broken",
              usage: nil,
              costPicodollars: 0
            )
          )
        }
      } else if let timer = tokens.first(where: { $0.phase == .waiting })?.effect
        ?? run.state.timers.first?.effect
      {
        told.append("time")
        run.send(.fired(timer: timer))
      } else {
        return (told + ["stuck"]).joined(separator: " ")
      }
      for case .finished(let place, _, .cancelled, _) in run.output.trace
      where run.table.table.nodes[Int(place)].kind == .action {
        told.append("!\(run.table.table.nodes[Int(place)].name)")
      }
    }
    switch run.state.outcome {
    case .success: told.append("success")
    case .failure(_, let error, _): told.append(error?.kind.name ?? "failure")
    default: told.append("endless")
    }
    return told.joined(separator: " ")
  }

  private func agent(_ token: Token) -> String {
    let node = run.table.table.nodes[Int(token.place)]
    let performer = run.table.table.effects[Int(node.effect)].performer
    return run.table.table.performers[Int(performer)].id
  }

  /// The next answer of a call; nil: it stays open.
  private func letter(_ token: Token) -> Character? { scripts[agent(token)]?.first }
}

/// One flow for each kind of node, run with scripted agents.
@Suite struct TreeKindTests {
  private let ab = "[{id: a1, agent: a}, {id: b1, agent: b}]"

  private func story(
    _ root: String,
    _ answers: [String: String] = [:],
    more: String = ""
  ) throws -> String {
    try TreeStory.of(root, answers, more: more)
  }

  @Test func `orders`() throws {
    #expect(
      try story("type: sequence\nchildren: \(ab)", ["a": "S", "b": "F"]) == "a:S b:F failed"
    )
    #expect(
      try story("type: fallback\nchildren: \(ab)", ["a": "F", "b": "S"]) == "a:F b:S success"
    )
    // A keeping sequence does not ask again what it has done.
    #expect(
      try story(
        "{type: retry, attempts: 3, child: {type: sequence, keep: true, children: \(ab)}}",
        ["a": "S", "b": "FFS"]
      ) == "a:S b:F b:F b:S success"
    )
    #expect(
      try story(
        "{type: retry, attempts: 3, child: {type: sequence, children: \(ab)}}",
        ["a": "S", "b": "FS"]
      ) == "a:S b:F a:S b:S success"
    )
    #expect(
      try story(
        "{type: repeat, count: 2, child: {type: fallback, keep: true, children: \(ab)}}",
        ["a": "F", "b": "S"]
      ) == "a:F b:S b:S success"
    )
  }

  /// A tree beside a leaf that writes state when it is answered.
  private func beside(_ tree: String, writes: String) -> String {
    """
    type: parallel
    join: finished
    children:
      - \(tree)
      - {id: w1, agent: w, assign: {\(writes)}}
    """
  }

  @Test func `reactive nodes`() throws {
    let guarded =
      "{type: sequence, reactive: true, children: [{check: state.go}, {id: a1, agent: a}]}"
    #expect(
      try story(beside(guarded, writes: "go: \"false\""), ["w": "S"]) == "w:S !a1 success"
    )
    let better = """
      {type: fallback, reactive: true, children: [{check: "state.n > 0"}, {id: a1, agent: a}]}
      """
    #expect(try story(beside(better, writes: "n: \"1\""), ["w": "S"]) == "w:S !a1 success")
    let loop = """
      {type: while_do_else, max_switches: 2, children: [{check: state.go}, {id: a1, agent: a},
      {id: b1, agent: b}]}
      """
    #expect(
      try story(beside(loop, writes: "go: \"false\""), ["w": "S", "b": "S"])
        == "w:S !a1 b:S success"
    )
    let choice = """
      {type: switch, value: state.mode, max_switches: 2, cases: {one: {id: a1, agent: a},
      two: {id: b1, agent: b}}, default: {check: "false"}}
      """
    #expect(
      try story(beside(choice, writes: "mode: \"'two'\""), ["w": "S", "b": "S"])
        == "w:S !a1 b:S success"
    )
    let selector = """
      {type: conditional_selector, reactive: true, max_switches: 2, conditions: [{when: state.go,
      child: {id: a1, agent: a}}, {default: true, child: {id: b1, agent: b}}]}
      """
    #expect(
      try story(beside(selector, writes: "go: \"false\""), ["w": "S", "b": "S"])
        == "w:S !a1 b:S success"
    )
  }

  @Test func `a node may switch as often as it says`() throws {
    let loop = """
      {type: while_do_else, max_switches: 1, children: [{check: state.go}, {id: a1, agent: a},
      {id: b1, agent: b}]}
      """
    let root = """
      type: parallel
      children:
        - \(loop)
        - {type: repeat, count: 3, child: {id: w1, agent: w, assign: {go: "!state.go"}}}
      """
    let told = try story(root, ["w": "S"])
    #expect(told == "w:S !a1 w:S !b1 !w1 max_visits")
  }

  @Test func `choices`() throws {
    let asked =
      "{type: if_then_else, children: [{check: state.go}, {id: a1, agent: a}, {id: b1, agent: b}]}"
    #expect(try story(asked, ["a": "F"]) == "a:F failed")
    // Asked once: what changes later changes nothing.
    #expect(
      try story(beside(asked, writes: "go: \"false\""), ["w": "S"]) == "w:S stuck"
    )
    let selector = """
      {type: conditional_selector, conditions: [{when: "state.n > 0", child: {id: a1, agent: a}},
      {when: "state.n < 0", child: {id: b1, agent: b}}]}
      """
    #expect(try story(selector) == "check")
    let choice =
      """
      {type: switch, value: state.mode, cases: {two: {id: a1, agent: a}}, max_switches: 1,
      default: {id: b1, agent: b}}
      """
    #expect(try story(choice, ["b": "S"]) == "b:S success")
  }

  @Test func `parallel nodes`() throws {
    let three = "[{id: a1, agent: a}, {id: b1, agent: b}, {id: c1, agent: c}]"
    func parallel(_ keys: String) -> String { "{type: parallel, \(keys), children: \(three)}" }
    let answers = ["a": "F", "b": "S", "c": "S"]
    #expect(try story(parallel("join: all"), answers) == "a:F !b1 !c1 failed")
    #expect(try story(parallel("join: any"), answers) == "a:F b:S !c1 success")
    #expect(try story(parallel("join: 2"), answers) == "a:F b:S c:S success")
    #expect(try story(parallel("join: first"), answers) == "a:F !b1 !c1 failed")
    #expect(try story(parallel("join: finished"), answers) == "a:F b:S c:S success")
    #expect(
      try story(parallel("join: finished, failure_count: 1"), answers) == "a:F b:S c:S failed"
    )
    #expect(
      try story(parallel("success_count: 2, failure_count: 2"), answers) == "a:F b:S c:S success"
    )
    #expect(
      try story(parallel("success_count: -1, failure_count: -1"), answers) == "a:F !b1 !c1 failed"
    )
    #expect(
      try story(parallel("join: all, concurrency: 1"), ["a": "S", "b": "F"]) == "a:S b:F failed"
    )
  }

  @Test func `decorators`() throws {
    func around(_ keys: String) -> String { "{\(keys), child: {id: a1, agent: a}}" }
    #expect(try story(around("type: inverter"), ["a": "F"]) == "a:F success")
    #expect(try story(around("type: force_success"), ["a": "F"]) == "a:F success")
    #expect(try story(around("type: force_failure"), ["a": "S"]) == "a:S failed")
    #expect(try story(around("type: retry, attempts: 2"), ["a": "F"]) == "a:F a:F failed")
    #expect(try story(around("type: repeat, count: 2"), ["a": "S"]) == "a:S a:S success")
    #expect(
      try story(around("type: keep_running_until_failure, max: 3"), ["a": "SSS"])
        == "a:S a:S a:S success"
    )
    #expect(
      try story(around("type: keep_running_until_failure, max: 3"), ["a": "SF"]) == "a:S a:F failed"
    )
    let late = try story(around("type: timeout, after: 1s"))
    #expect(late == "time !a1 timeout")
    // A timeout counts as an attempt like any failure.
    let tried = try story(
      "{type: retry, attempts: 2, child: \(around("type: timeout, after: 1s"))}"
    )
    #expect(tried == "time !a1 time !a1 timeout")
    #expect(try story(around("type: delay, after: 1s"), ["a": "S"]) == "time a:S success")
  }

  @Test func `run once`() throws {
    func twice(_ remember: String) -> String {
      """
      type: repeat
      count: 2
      child: {type: run_once, remember: \(remember), child: {id: a1, agent: a}}
      """
    }
    #expect(try story(twice("ending"), ["a": "S"]) == "a:S success")
    #expect(try story(twice("ending"), ["a": "F"]) == "a:F failed")
    #expect(try story(twice("success"), ["a": "S"]) == "a:S success")
    #expect(try story(twice("skip"), ["a": "S"]).hasPrefix("a:S"))
  }

  @Test func `try and catch`() throws {
    let tried = "{type: try_catch, children: [{id: a1, agent: a}, {id: b1, agent: b}]}"
    #expect(try story(tried, ["a": "S"]) == "a:S success")
    #expect(try story(tried, ["a": "F", "b": "S"]) == "a:F b:S failed")
    let halted = """
      type: parallel
      join: any
      children:
        - {type: try_catch, catch_on_halt: true, children: [{id: a1, agent: a},
          {assign: {n: "7"}}]}
        - {id: w1, agent: w}
      """
    #expect(try story(halted, ["w": "S"]) == "w:S !a1 success")
  }

  @Test func `lists`() throws {
    let each = "{id: a1, for_each: state.items, max_items: 3, agent: a, with: {v: \"{{ item }}\"}"
    #expect(try story("\(each)}", ["a": "S"]) == "a:S a:S a:S success")
    #expect(try story("\(each), concurrency: 3}", ["a": "SFS"]).hasPrefix("a:S a:F"))
  }

  @Test func `guards and writes`() throws {
    func guarded(_ keys: String) -> String {
      "{type: sequence, children: [{id: a1, agent: a, \(keys)}, {id: b1, agent: b}]}"
    }
    let answers = ["a": "S", "b": "S"]
    #expect(try story(guarded("failure_if: state.go"), answers) == "check")
    #expect(try story(guarded("success_if: state.go"), answers) == "b:S success")
    #expect(try story(guarded("skip_if: state.go"), answers) == "b:S success")
    #expect(try story(guarded("while: \"!state.go\""), answers) == "b:S success")
    #expect(try story(guarded("while: state.go"), answers) == "a:S b:S success")
    #expect(
      try story(guarded("on_success: {n: \"1\"}") + "", answers) == "a:S b:S success"
    )
    #expect(try story(guarded("failure_if: \"state.n / 0 > 1\""), answers) == "guard_error")
  }

  @Test func `waits, checks, writes and machines as leaves`() throws {
    let root = """
      type: sequence
      children:
        - {wait: 1s}
        - {assign: {n: "state.n + 1"}}
        - {check: "state.n == 1"}
        - id: inner
          initial_state: one
          states:
            one: {agent: a, on_success: done, on_error: bad}
          final_states: {done: {}, bad: {outcome: failure}}
        - {id: tree, root: {type: inverter, child: {id: b1, agent: b}}}
      """
    #expect(try story(root, ["a": "S", "b": "F"]) == "time a:S b:F success")
    #expect(try story(root, ["a": "F"]).hasPrefix("time a:F"))
  }

  // MARK: Subtrees

  private let flows = """
    flows:
      approach:
        state:
          place: {type: string}
          tries: {type: integer, default: 0}
        root:
          type: retry
          attempts: 3
          child:
            type: sequence
            children:
              - {assign: {tries: "state.tries + 1"}}
              - {check: "state.tries < 3"}
              - {id: ask, agent: a}
              - {assign: {place: "'there'"}}
    """

  @Test func `a subtree has fields of its own, and ports`() throws {
    let root = """
      type: sequence
      children:
        - {type: subtree, id: first, flow: approach, ports: {place: mode}}
        - {check: "state.mode == 'there' && state.first_tries == 2 && steps.first_ask.visits == 2"}
        - {type: subtree, id: second, flow: approach, with: {tries: 1}}
        - {check: "state.second_tries == 2 && state.first_tries == 2"}
      """
    #expect(try story(root, ["a": "FSS"], more: flows) == "a:F a:S a:S success")
    // The own count is at its end before the third try.
    #expect(
      try story("{type: subtree, id: go, flow: approach}", ["a": "F"], more: flows)
        == "a:F a:F check"
    )
  }

  @Test func `a subtree is halted as a whole`() throws {
    let root = """
      type: sequence
      reactive: true
      children: [{check: state.go}, {type: subtree, id: go, flow: approach}]
      """
    let whole = """
      type: parallel
      join: finished
      children:
        - {type: sequence, reactive: true, children: [{check: state.go}, {type: subtree, id: sub,
          flow: approach}]}
        - {id: w1, agent: w, assign: {go: "false"}}
      """
    #expect(try story(whole, ["w": "S"], more: flows) == "w:S !sub_ask success")
    #expect(try story(root, ["a": "S"], more: flows) == "a:S success")
  }
}
