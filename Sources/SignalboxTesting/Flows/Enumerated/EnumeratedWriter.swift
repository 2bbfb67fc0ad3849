/// Writes one enumerated flow: nothing by chance, everything as small as it can be.
struct EnumeratedWriter {
  typealias Entry = FlowText.FlowEntry

  /// A question that both the input and what the flow does may answer either way.
  static let question = number + " < 1"
  static let number = "state.n + input.m"

  private var tools: [EnumeratedTool]
  /// Which of a few spellings is taken where there are several.
  let variant: Int
  var flows: [Entry] = []
  private var callers: [(name: String, tool: EnumeratedTool)] = []
  private var names = 0
  private var calls = 0

  init(_ tools: [EnumeratedTool], variant: Int) {
    self.tools = tools
    self.variant = variant
  }

  /// Whether a part can be enumerated inside a container; what has no steps of its own is not.
  static func holds(_ content: FlowContent, in container: FlowContainer) -> Bool {
    guard container.obstacle(to: content) == nil else { return false }
    switch content {
    case .leaf(let leaf): return leaf != .model && leaf != .agent
    case .container: return true
    }
  }

  /// Whether a container holds a call beside the part.
  static func hasSibling(_ container: FlowContainer) -> Bool {
    switch container {
    case .machine, .chart, .regions, .taskList, .taskGroup, .dependencies, .graph, .sequence,
      .fallback, .parallel, .select, .choose, .ifThenElse, .whileDoElse, .tryCatch:
      true
    case .run, .forEach, .childFlow, .detachedFlow, .planner, .turns, .tree, .inverter,
      .forceSuccess, .forceFailure, .retry, .rounds, .keepRunning, .timeout, .delay, .runOnce,
      .subtree:
      false
    }
  }

  mutating func fresh(_ letter: String) -> String {
    names += 1
    return "\(letter)\(names)"
  }

  // MARK: The whole

  mutating func flow(
    _ container: FlowContainer,
    _ content: FlowContent,
    isLast: Bool,
    invariant: String
  ) -> String {
    let body: [Entry]
    if container == .run {
      body = self.body(content)
    } else if FlowContainer.run.obstacle(to: .container(container)) == nil {
      body = part(container, content, isLast)
    } else if container.isTreeNode {
      body = [Entry(key: "root", value: node(container, content, isLast))]
    } else {
      body = holder(of: part(container, content, isLast))
    }
    var header = [
      Entry(key: "signalbox", value: "1"), Entry(key: "name", value: "small"),
      Entry(key: "timeout", value: "1h"),
      Entry(key: "input", value: "{m: {type: integer, minimum: 0, maximum: 1, default: 0}}"),
      Entry(key: "state", value: "{n: {type: integer, default: 0}}"),
    ]
    let agents = agents
    if !agents.isEmpty { header.append(Entry(key: "agents", value: .map(agents))) }
    let tools = EnumeratedTool.allCases.map { Entry(key: $0.rawValue, value: $0.declaration) }
    header.append(Entry(key: "tools", value: .map(tools)))
    if !callers.isEmpty {
      let grants = callers.map {
        Entry(key: $0.name, value: .fields(["tools": .words([$0.tool.rawValue])]))
      }
      header.append(Entry(key: "permissions", value: .map(grants)))
    }
    if !flows.isEmpty { header.append(Entry(key: "flows", value: .map(flows))) }
    header += body
    header.append(Entry(key: "invariants", value: .list([.word(invariant)])))
    return FlowText.map(header).lines().joined(separator: "\n") + "\n"
  }

  private var agents: [Entry] {
    var agents = [
      Entry(key: "boss", value: "{type: human_task, timeout: 1m, output: {ok: {type: boolean}}}")
    ]
    agents += callers.map { caller in
      let text = """
        {type: llm, model: gpt-4o-mini, prompt: "Do it", timeout: 5s, \
        limits: {prompt_tokens: 500, output_tokens: 50, turns: 2}, output: {v: {type: integer}}}
        """
      return Entry(key: caller.name, value: .word(text))
    }
    return agents
  }

  /// A body around what is none itself.
  private mutating func holder(of step: [Entry]) -> [Entry] {
    guard variant.isMultiple(of: 2) else {
      return [Entry(key: "tasks", value: .list([.map([Entry(key: "id", value: "w")] + step)]))]
    }
    let edges: [Entry] = [
      Entry(key: "on_success", value: "done"), Entry(key: "on_error", value: "bad"),
    ]
    return [
      Entry(key: "initial_state", value: "w"),
      Entry(key: "states", value: .map([Entry(key: "w", value: .map(step + edges))])),
      Entry(key: "final_states", value: "{done: {}, bad: {outcome: failure}}"),
    ]
  }

  /// The keys of a body.
  mutating func body(_ content: FlowContent) -> [Entry] {
    switch content {
    case .leaf:
      let task = [Entry(key: "id", value: .word(fresh("t")))] + step(content)
      return [Entry(key: "tasks", value: .list([.map(task)]))]
    case .container(let container): return part(container, filler(container), true)
    }
  }

  /// What a container holds that is not the flow's subject: a call, or a body with one.
  func filler(_ container: FlowContainer) -> FlowContent {
    switch container.site {
    case .body: .container(.taskList)
    case .state, .node, .region, .task, .item, .tree, .offer: .leaf(.writeTool)
    }
  }

  // MARK: Steps

  /// The keys of a step without id and edges.
  mutating func step(_ content: FlowContent) -> [Entry] {
    switch content {
    case .leaf(let leaf): self.leaf(leaf)
    case .container(let container): part(container, filler(container), true)
    }
  }

  private mutating func leaf(_ leaf: FlowLeaf) -> [Entry] {
    switch leaf {
    case .agent, .model, .human: return [Entry(key: "agent", value: "boss")]
    case .writeTool, .idempotentTool, .readTool: return call()
    case .wait: return [Entry(key: "wait", value: "2s")]
    case .check: return [Entry(key: "check", value: .text(Self.question))]
    case .pass: return [Entry(key: "assign", value: .fields(["n": .text("state.n + 1")]))]
    case .decision:
      return [
        Entry(key: "condition", value: .text(Self.question)), Entry(key: "on_true", value: "+"),
        Entry(key: "on_false", value: "-"),
      ]
    case .rest: return [Entry(key: "on_event", value: "{go: +, stop: -}")]
    }
  }

  /// A call of the next tool.
  mutating func call() -> [Entry] {
    let tool = tools[calls % tools.count]
    calls += 1
    var entries = [Entry(key: "tool", value: .word(tool.rawValue))]
    if calls == 1, variant.isMultiple(of: 3) {
      entries.append(Entry(key: "retry", value: "{max_attempts: 2}"))
    }
    return entries
  }

  mutating func caller() -> [Entry] {
    let name = fresh("caller")
    callers.append((name, tools[calls % tools.count]))
    calls += 1
    return [Entry(key: "agent", value: .word(name))]
  }
}
