/// Agents and tools of generated flows.
enum Performers: String, CaseIterable, Hashable {
  case asker
  case writer
  case boss
  case pay
  case send
  case lock
  case unlock
  case look
  case scan

  /// Whether it is declared among the tools.
  var isTool: Bool {
    switch self {
    case .asker, .writer, .boss: false
    case .pay, .send, .lock, .unlock, .look, .scan: true
    }
  }

  /// Its declaration.
  var declaration: FlowText {
    switch self {
    case .asker:
      """
      {type: scripted, cost_per_call: $0.001, \
      output: {v: {type: integer}, ok: {type: boolean}}}
      """
    case .writer:
      """
      {type: llm, model: gpt-4o-mini, prompt: "Say {{ input.q }}", \
      limits: {prompt_tokens: 500, output_tokens: 90}, output: {v: {type: integer}}}
      """
    case .boss: "{type: human_task, output: {decision: {enum: [yes, no]}, v: {type: integer}}}"
    case .pay: "{type: http, effect: write, cost_per_call: $0.05, output: {v: {type: integer}}}"
    case .send: "{type: http, effect: write, output: {v: {type: integer}}}"
    case .lock, .unlock:
      """
      {type: http, effect: write, idempotent: true, cost_per_call: $0.01, \
      output: {v: {type: integer}}}
      """
    case .look: "{type: http, effect: read, cost_per_call: $0.002, output: {v: {type: integer}}}"
    case .scan:
      """
      {type: http, effect: read, \
      output: {v: {type: integer}, items: {type: array, items: {type: integer}}}}
      """
    }
  }
}

// Leaves, and the texts of expressions.
extension FlowComposer {
  mutating func write(_ leaf: FlowLeaf, _ place: PartPlace, _ draft: inout PartDraft) {
    switch leaf {
    case .agent: call(.asker, place, &draft)
    case .model: call(.writer, place, &draft)
    case .human: call(.boss, place, &draft)
    case .writeTool: call(random.one(of: [.pay, .send]), place, &draft)
    case .idempotentTool: call(random.one(of: [.lock, .unlock]), place, &draft)
    case .readTool: call(random.one(of: [.look, .scan]), place, &draft)
    case .wait: draft.set("wait", duration(["0s", "50ms", "5s", "1h"]))
    case .check: draft.set("check", .text(condition()))
    case .pass: draft.set("assign", .map([assignment()]))
    case .decision:
      draft.set("condition", .text(condition()))
      draft.set("on_true", .word(place.next ?? target(place)))
      draft.set("on_false", .word(target(place)))
      draft.isDecided = true
    case .rest:
      draft.append(.fields(["event": "go", "target": .word(target(place))]), to: "on_event")
      draft.isDecided = true
    }
  }

  mutating func call(_ performer: Performers, _ place: PartPlace, _ draft: inout PartDraft) {
    performers.insert(performer)
    draft.set(performer.isTool ? "tool" : "agent", .word(performer.rawValue))
    if performer == .writer { draft.set("with", .fields(["q": .text(template(place))])) }
    if random.chance(60) { draft.set("timeout", duration(["100ms", "5s", "1m"])) }
  }

  /// A place that an edge may lead to.
  mutating func target(_ place: PartPlace) -> String {
    if let next = place.next, random.chance(40) { return next }
    return place.targets.isEmpty ? place.next ?? place.name : random.one(of: place.targets)
  }

  /// A guard.
  mutating func condition() -> String {
    // True at first, as a rule, so that runs come far.
    if random.chance(50) {
      return random.one(of: [
        "state.n < 2", "state.ok", "state.m == 1 || state.ok", "true", "input.n >= 0",
      ])
    }
    return random.one(of: [
      "state.n >= 1", "!state.ok", "input.ok", "input.n > 1", "size(input.xs) > 1",
      "state.n + state.m > 2", "input.n in state.xs", "state.note == 'b' && input.ok",
    ])
  }

  /// A guard that cannot be evaluated.
  static let failingCondition = "1 / state.z == 1"

  /// A template.
  mutating func template(_ place: PartPlace) -> String {
    if place.isInItem, random.chance(60) { return "{{ item }} of {{ index }}" }
    return random.one(of: ["{{ state.n }}", "a {{ state.note }} b {{ input.n }}", "text"])
  }

  /// An assignment.
  mutating func assignment() -> FlowText.FlowEntry {
    let (field, text) = random.one(of: [
      ("n", "state.n + 1"), ("n", "0"), ("m", "state.n"), ("ok", "!state.ok"),
      ("ok", "state.n > 1"), ("note", "state.note + 'b'"), ("xs", "[state.n, 7]"),
    ])
    return FlowText.FlowEntry(key: field, value: .text(text))
  }

  /// An action without an effect outside.
  mutating func action() -> FlowText {
    switch random.below(4) {
    case 0: .fields(["log": .text("state.n"), "label": "seen"])
    case 1:
      .fields([
        "if": .text(condition()), "then": .list([.fields(["assign": .map([assignment()])])]),
        "else": .list([.fields(["log": .text("'no'")])]),
      ])
    case 2:
      .fields([
        "for_each": .text("state.xs"), "as": "m",
        "do": .list([.fields(["assign": .fields(["n": .text("state.n + state.m")])])]),
      ])
    default: .fields(["assign": .map([assignment()])])
    }
  }

  /// `agents`, `tools`, `permissions` of everything that is called.
  func performerEntries(_ isDear: Bool) -> [FlowText.FlowEntry] {
    let used = Performers.allCases.filter { performers.contains($0) }
    var agents = used.filter { !$0.isTool }.map {
      FlowText.FlowEntry(key: $0.rawValue, value: $0.declaration)
    }
    for caller in callers {
      let text = """
        {type: llm, model: gpt-4o-mini, prompt: "Do it", \
        limits: {prompt_tokens: 800, output_tokens: 50, turns: 3}, output: {v: {type: integer}}}
        """
      agents.append(FlowText.FlowEntry(key: caller.name, value: .word(text)))
    }
    var tools = used.filter(\.isTool).map {
      FlowText.FlowEntry(key: $0.rawValue, value: $0.declaration)
    }
    if isDear {
      let dear = "{type: http, effect: write, idempotent: true, cost_per_call: $9000000}"
      for index in tools.indices where tools[index].key == "lock" {
        tools[index].value = .word(dear)
      }
    }
    let permissions = callers.map { caller in
      FlowText.FlowEntry(
        key: caller.name,
        value: .fields(["tools": .words(caller.tools)])
      )
    }
    return [("agents", agents), ("tools", tools), ("permissions", permissions)].compactMap {
      $1.isEmpty ? nil : FlowText.FlowEntry(key: $0, value: .map($1))
    }
  }
}
