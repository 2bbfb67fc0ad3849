/// Small flows of every body, with calls that pay, look, undo and ask: all combinations of a few
/// choices each.
enum SmallFlows {
  /// What a flow is made of.
  enum Body: String, CaseIterable {
    case machine
    case chart
    case tasks
    case tree
    case child
  }

  /// One flow.
  struct Flow {
    var body: Body
    var text: String
  }

  /// Invariants of every rule, over all that the flows may do.
  static let invariants = [
    "{never: {tool: pay}}", "{never: {tool: pay}, without: {tool: look}}",
    "{never: {tool: pay}, without: {agent: ask, when: \"output.ok\"}}",
    "{never: {tool: pay}, without: {tool: look}, since: {tool: pay}}",
    "{never: {tool: pay, status: success}, without: {agent: ask}}",
    "{never: {tool: pay, with: {n: 2}}}",
    "{never: {tool: undo}, without: {tool: pay, status: failure}}",
    "{after: {tool: pay}, always: {tool: undo}}",
    "{after: {tool: pay, status: failure}, always: {tool: look}}",
    "{after: {tool: pay, status: unknown}, always: {tool: undo}}", "{at_most: 1, of: {tool: pay}}",
    "{at_most: 2, of: {tool: look}}", "{at_most: 1, of: {step: a}}",
    "{at_most: 1, of: {tool: pay, status: success}}",
    "{never_together: [{tool: pay}, {tool: undo}]}",
    "{never_together: [{tool: look, status: failure}, {tool: pay, status: success}]}",
    "{eventually: {tool: look}}", "{eventually: {step: a, status: success}}",
  ]

  private static let header = """
    signalbox: 1
    name: small
    timeout: 10m
    input: {n: {type: integer, minimum: 1, maximum: 3, default: 1}}
    agents:
      ask: {type: human_task, roles: [lead], output: {ok: {type: boolean}}, timeout: 1m}
    tools:
      look: {type: http, effect: read, timeout: 5s}
      pay: {type: http, effect: write, timeout: 5s}
      undo: {type: http, effect: write, idempotent: true, timeout: 5s}

    """

  /// All flows, in a fixed order.
  static var all: [Flow] { Body.allCases.flatMap { all($0) } }

  /// All flows of a body, in a fixed order.
  static func all(_ body: Body) -> [Flow] {
    let texts =
      switch body {
      case .machine: machines
      case .chart: charts
      case .tasks: tasks
      case .tree: trees
      case .child: children
      }
    let rules = invariants.map { "  - \($0)\n" }.joined()
    return texts.map { Flow(body: body, text: header + $0 + "\ninvariants:\n" + rules) }
  }

  private static let ends = "\nfinal_states: {done: {}, bad: {outcome: failure}}"

  /// Texts for every combination of choices; `%0`, `%1` … stand for them.
  private static func fill(_ template: String, _ choices: [[String]]) -> [String] {
    var texts = [template]
    for (number, options) in choices.enumerated() {
      texts = texts.flatMap { text in options.map { text.replacing("%\(number)", with: $0) } }
    }
    return texts
  }

  private static var machines: [String] {
    let chain = """
      initial_state: a
      states:
        a: {tool: %0, max_visits: 2, on_success: %1, on_error: %2}
        b: {tool: %3, %4on_success: %5, on_error: bad}
      """
    let guarded = """
      initial_state: a
      states:
        a:
          agent: ask
          on_success: [{when: "%0", target: %1}, {target: look}]
          on_error: [{when: timeout, target: %2}, {target: bad}]
        look: {tool: look, on_success: %3, on_error: bad}
        pay: {tool: pay, with: {n: "{{ input.n }}"}, on_success: done, on_error: %4}
        undo: {tool: undo, on_success: done, on_error: done}
      """
    let compound = """
      initial_state: w
      states:
        w:
          %0
          initial_state: a
          states:
            a: {tool: %1, on_success: b, on_error: %2}
            b: {tool: look, on_success: ok, on_error: no}
          final_states: {ok: {}, no: {outcome: failure}}
          on_success: done
          on_error: %3
        undo: {tool: undo, on_success: done, on_error: done}
      """
    return fill(
      chain + ends,
      [
        ["look", "pay"], ["b", "done"], ["b", "bad"], ["pay", "undo"],
        ["", "retry: {max_attempts: 2}, "], ["done", "a"],
      ]
    )
      + fill(
        guarded + ends,
        [["a.ok", "!a.ok"], ["pay", "done"], ["pay", "bad"], ["pay", "done"], ["undo", "bad"]]
      )
      + fill(
        compound + ends,
        [
          ["timeout: 2s", "max_visits: 1", "when: \"input.n > 1\""],
          ["look", "pay"], ["b", "no"], ["undo", "bad", "w"],
        ]
      )
  }

  private static var charts: [String] {
    let events = """
      initial_state: r
      states:
        r: {on_event: {go: %0, stop: %1}, after: {1m: %2, 2m: %3}}
        a: {tool: pay, on_success: %4, on_error: bad}
        b: {tool: look, on_success: a, on_error: bad}
      """
    let outer = """
      initial_state: o
      states:
        o:
          initial_state: r
          states:
            r: {on_event: {go: %0}}
            a: {tool: look, on_event: {stop: r}, on_success: %1, on_error: done}
          on_event: {%2: b}
        b: {tool: pay, on_success: done, on_error: bad}
      """
    let regions = """
      initial_state: p
      states:
        p:
          type: parallel
          states:
            one:
              initial_state: a
              states: {a: {tool: %0, on_success: x, on_error: %1}}
              final_states: {x: {}}
            two:
              initial_state: b
              states: {b: {tool: %2, on_success: y, on_error: y}}
              final_states: {y: {}}
          %3
          on_success: %4
          on_error: done
        c: {tool: undo, on_success: done, on_error: bad}
      """
    return fill(
      events + ends,
      [["a", "b"], ["a", "done"], ["b", "done"], ["a", "done"], ["done", "r"]]
    ) + fill(outer + ends, [["a", "done"], ["r", "done"], ["go", "stop", "'*'"]])
      + fill(
        regions + ends,
        [
          ["look", "pay"], ["x", "c"], ["pay", "undo"], ["on_event: {stop: c}", ""], ["c", "done"],
        ]
      )
  }

  private static var tasks: [String] {
    let order = """
      tasks:
        - {id: a, %0}
        - {id: b, %1%2}
        - {id: c, tool: %3%4}
      """
    let join = """
      tasks:
        - id: p
          type: parallel
          join: %0
          tasks:
            - {id: a, tool: %1}
            - {id: b, tool: pay%2}
        - {id: c, tool: %3}
      """
    let items = """
      tasks:
        - id: a
          for_each: "%0"
          max_items: %1
          tool: %2
          on_item_error: %3
          with: {n: "{{ item }}"}
        - {id: b, tool: look}
      """
    return fill(
      order,
      [
        ["tool: look", "agent: ask", "tool: pay, retry: {max_attempts: 2}"],
        ["tool: pay", "tool: look"],
        ["", ", depends_on: [a]", ", when: \"input.n > 1\""], ["undo", "pay"],
        ["", ", depends_on: [a]"],
      ]
    )
      + fill(
        join,
        [
          ["all", "any", "first", "finished", "1"], ["look", "undo"], ["", ", depends_on: [a]"],
          ["undo", "look"],
        ]
      )
      + fill(
        items,
        [
          ["[1, 2]", "[input.n]", "[]"], ["1", "2"], ["look", "pay"], ["fail", "skip", "collect"],
        ]
      )
  }

  private static var trees: [String] {
    let two = "root: {id: a, type: %0, children: [{id: x, tool: %1}, {id: y, tool: %2}]}"
    let three = """
      root:
        type: %0
        children:
          - {type: %1, children: [{id: a, tool: look}, {id: b, tool: pay}]}
          - {id: c, tool: undo}
      """
    let decorated = """
      root:
        type: %0
        children:
          - {%1, child: {id: a, tool: %2}}
          - {id: b, tool: %3}
      """
    let reactive = """
      state: {n: {type: integer, default: 0}}
      root:
        type: %0
        reactive: true
        max_switches: 2
        children:
          - {check: "state.n < 1"}
          - {id: a, tool: %1, assign: {n: "1"}}
          - {id: b, tool: pay}
      """
    let kinds = ["sequence", "selector"]
    return fill(two, [kinds + ["parallel"], ["look", "pay"], ["pay", "undo"]])
      + fill(three, [kinds, kinds + ["parallel, join: any", "if_then_else"]])
      + fill(
        decorated,
        [
          kinds,
          [
            "type: inverter", "type: force_success", "type: force_failure",
            "type: retry, attempts: 2", "type: repeat, count: 2", "type: timeout, after: 2s",
          ], ["look", "pay"], ["pay", "undo"],
        ]
      ) + fill(reactive, [kinds, ["look", "undo"]])
  }

  private static var children: [String] {
    let list = """
      tasks:
        - {id: s, flow: f, with: {n: %0}%1}
        - {id: b, tool: %2}
      flows:
        f:
          input: {n: {type: integer, maximum: 2}}
          tasks: [{id: a, tool: %3, with: {n: "{{ input.n }}"}}]
      """
    let machine = """
      initial_state: s
      states:
        s: {flow: f, on_success: %0, on_error: %1}
        b: {tool: pay, on_success: done, on_error: bad}
      final_states: {done: {}, bad: {outcome: failure}}
      flows:
        f:
          %4
          initial_state: a
          states:
            a: {tool: %2, on_success: ok, on_error: %3}
          final_states: {ok: {}, no: {outcome: failure}}
      """
    return fill(
      list,
      [
        ["1", "3", "\"{{ input.n }}\""],
        ["", ", retry: {max_attempts: 2}"],
        ["pay", "look"],
        ["look", "pay"],
      ]
    )
      + fill(
        machine,
        [
          ["b", "done"], ["b", "bad"], ["look", "undo"], ["ok", "no"],
          ["timeout: 3s", "max_steps: 1", ""],
        ]
      )
  }
}
