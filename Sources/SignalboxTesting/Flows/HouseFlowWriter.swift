import Signalbox

/// Writes a flow in the house form by chance, with everything that the loader accepts: fields with
/// schemas, agents and tools of every kind, guards and templates over them, budgets, permissions,
/// invariants.
struct HouseFlowWriter {
  var random: RandomSource
  private let size: Int
  var lines: [String] = []
  private var fields: [(name: String, schema: String, type: ExpressionType, isState: Bool)] = []
  private(set) var agents: [(name: String, call: String, isRemote: Bool)] = []
  private(set) var tools: [String] = []
  private var expressions: ExpressionGenerator

  init(_ random: RandomSource, size: Int) {
    self.random = random
    self.size = size
    expressions = ExpressionGenerator(Environment(variables: []))
  }

  /// The flow's text.
  mutating func write() -> String {
    lines = ["signalbox: 1", "name: generated"]
    if random.chance(20) { lines.append("description: \(quoted("a flow by chance: é, 'quotes'"))") }
    chooseFields()
    let body = random.below(10)
    header(hasEnding: body < 9)
    writeFields("input", isState: false)
    writeFields("state", isState: true)
    writeModels()
    writeAgents()
    writeTools()
    let states = 1 + random.below(max(1, size / 8))
    switch body {
    case 7, 8: writeChart(states)
    case 9: writeTasks(states)
    default: writeMachine(states)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Fields and schemas

  private static let schemas: [(String, ExpressionType)] = [
    ("{type: integer}", .int), ("{type: integer, minimum: 0, maximum: 10}", .int),
    ("{type: number}", .double), ("{type: number, exclusiveMinimum: 0.5}", .double),
    ("{type: string}", .string), ("{type: string, maxLength: 20, pattern: \"^[a-z]*$\"}", .string),
    ("{type: string, format: date-time}", .string), ("{type: boolean}", .bool),
    ("{type: array, items: {type: integer}, maxItems: 5}", .list(.int)),
    ("{type: array, items: {type: string}, uniqueItems: true}", .list(.string)),
  ]

  private static let defaults: [ExpressionType: String] = [
    .int: "3", .double: "1.5", .string: "a", .bool: "true", .list(.int): "[1, 2]",
    .list(.string): "[a, b]",
  ]

  private mutating func chooseFields() {
    var records = RecordRegistry()
    for isState in [false, true] {
      for index in 0..<(1 + random.below(5)) {
        let (schema, type) = random.one(of: Self.schemas)
        fields.append((isState ? "s\(index)" : "i\(index)", schema, type, isState))
      }
      records.declare(
        isState ? "state" : "input",
        fields: fields.filter { $0.isState == isState }.map { RecordField($0.name, $0.type) }
      )
    }
    var options = ExpressionGenerator.Options()
    options.maximumDepth = 3
    let environment = Environment(
      variables: [
        .init(name: "input", type: .record("input"), slot: 0),
        .init(name: "state", type: .record("state"), slot: 1),
      ],
      records: records
    )
    expressions = ExpressionGenerator(environment, options: options)
  }

  private mutating func writeFields(_ key: String, isState: Bool) {
    lines.append("\(key):")
    for field in fields where field.isState == isState {
      var schema = field.schema
      if isState {
        let isDate = schema.contains("date-time")
        let value = isDate ? "'2026-01-02T03:04:05Z'" : Self.defaults[field.type] ?? "null"
        schema = String(schema.dropLast()) + ", default: \(value)}"
      } else if random.chance(15) {
        schema = String(schema.dropLast()) + ", trust: \(random.one(of: ["trusted", "untrusted"]))}"
      }
      lines.append("  \(field.name): \(schema)")
    }
  }

  // MARK: Header

  /// `hasEnding`: whether final states named `bad` and `end` exist.
  private mutating func header(hasEnding: Bool) {
    if random.chance(30) {
      lines.append("budget: {hard: $5, soft: \(random.one(of: ["$0.5", "2", "$4.99"])), gate: p95}")
    }
    if random.chance(30) {
      let timeouts = ["2h", "PT5M", "{after: 90s, grace: 1500ms, target: end}"]
      lines.append("timeout: \(random.one(of: timeouts.prefix(hasEnding ? 3 : 2)))")
    } else if random.chance(20) {
      lines.append("timeout_minutes: \(1 + random.below(50))")
    }
    if random.chance(30) { lines.append("max_steps: \(10 + random.below(500))") }
    if random.chance(30) { lines.append("env: [REGION, STAGE]") }
    if hasEnding, random.chance(40) { lines.append("on_error: bad") }
    if hasEnding, random.chance(30) { lines.append("on_cancel: [{target: bad}]") }
    if hasEnding, random.chance(20) { lines.append("on_budget: {target: bad}") }
    if random.chance(30) {
      lines.append("schemas: {score: {type: object, properties: {v: {type: integer}}}}")
    }
  }

  private mutating func writeModels() {
    guard random.chance(60) else { return }
    lines += ["models:", "  small: {provider: openai, model: gpt-4o-mini, temperature: 0}"]
  }

  private var hasModels: Bool { lines.contains("models:") }

  private mutating func writeAgents() {
    lines.append("agents:")
    let model = hasModels ? "small" : "{provider: openai, model: gpt-4o-mini}"
    let cost = random.one(of: ["", ", cost_per_call: $0.002", ", timeout: 5s"])
    let all: [(String, String, Bool)] = [
      (
        "writer",
        "{type: llm, model: \(model), prompt: \"Say {{ input.q }}\", "
          + "limits: {prompt_tokens: 500, output_tokens: 90}, output: {v: {type: integer}}}", true
      ),
      ("robot", "{type: scripted, output: {v: {type: integer}}}", false),
      (
        "remote",
        "{type: http, endpoint: \"http://localhost:9/x\", "
          + "headers: {X-Id: \"{{ env.REGION }}\"}, output: {v: {type: integer}}\(cost)}", true
      ),
      ("person", "{type: human_task, roles: [boss], output: {v: {enum: [1, 2]}}}", false),
    ]
    agents = []
    for (name, text, isRemote) in all where random.chance(60) || agents.isEmpty {
      let usesEnvironment = text.contains("env.") && !lines.contains("env: [REGION, STAGE]")
      let written = usesEnvironment ? text.replacingText("{{ env.REGION }}", with: "x") : text
      lines.append("  \(name): \(written)")
      agents.append((name, "agent: \(name)", isRemote))
    }
  }

  private mutating func writeTools() {
    lines.append("tools:")
    let all = [
      ("reader", "{type: database, effect: read, output: {v: {type: integer, minimum: 0}}}"),
      (
        "sender", "{type: smtp, effect: write, cost_per_call: $0.001, output: {v: {type: integer}}}"
      ),
      (
        "shell",
        "{type: process, argv: [\"cat\", \"-\"], effect: write, idempotent: true, "
          + "output: {v: {type: integer}}}"
      ),
      (
        "web",
        "{type: http, endpoint: \"http://localhost:9/t\", effect: read, timeout: 2s, "
          + "output: {v: {type: integer}}}"
      ),
    ]
    for (name, text) in all where random.chance(60) || tools.isEmpty {
      lines.append("  \(name): \(text)")
      tools.append(name)
    }
    if random.chance(30), let agent = agents.first {
      lines.append("permissions: {\(agent.name): {tools: [\(tools[0])], hosts: [localhost]}}")
    }
    if random.chance(40) {
      let tool = tools[random.below(tools.count)]
      lines += ["invariants:", "  - {at_most: 16, of: {tool: \(tool)}}"]
    }
  }

  // MARK: States

  private mutating func writeMachine(_ count: Int) {
    if random.chance(40) { lines.append("result: {total: \(template(.int)), text: \(mixed())}") }
    lines += ["initial_state: step0", "states:"]
    for index in 0..<count { writeStep(index, of: count) }
    lines += [
      "final_states:", "  good: {}", "  bad: {outcome: failure}", "  end: {outcome: success}",
    ]
  }

  private mutating func target(_ index: Int, of count: Int) -> String {
    if random.chance(15) { return "step\(random.below(count))" }
    return index + 1 < count ? "step\(index + 1)" : random.one(of: ["good", "end", "bad"])
  }

  private mutating func writeStep(_ index: Int, of count: Int) {
    lines.append("  step\(index):")
    if random.chance(10) { key("description", quoted("step \(index): does # something")) }
    if random.chance(15) { key("when", guardText()) }
    let work = random.below(10)
    switch work {
    case 0..<5: writeCall()
    case 5: key("wait", random.one(of: ["50ms", "1.5s", "1h30m", "PT1S"]))
    case 6: key("check", guardText())
    default: break
    }
    if random.chance(40), let assign = assignments() { key("assign", "{\(assign)}") }
    let next = target(index, of: count)
    if work == 8 {
      key("condition", guardText())
      key("on_true", next)
      key("on_false", random.chance(50) ? "bad" : target(index, of: count))
    } else {
      key("on_success", edges(next, index, of: count))
    }
    if random.chance(40) { key("on_error", failures(index, of: count)) }
    key("max_visits", "\(1 + random.below(4))")
  }

  private mutating func writeCall() {
    let isTool = random.chance(50)
    lines.append("    " + (isTool ? "tool: " + random.one(of: tools) : random.one(of: agents).call))
    if random.chance(80) || !isTool {
      var input = "q: \(mixed())"
      if random.chance(50) {
        input += ", w: \(template(random.one(of: [.int, .double, .string, .bool])))"
      }
      key("with", "{\(input)}")
    }
    key("timeout", random.one(of: ["5s", "250ms", "2m", "PT3S"]))
    if random.chance(20) { key("require", "\"output.v >= 0\"") }
    if random.chance(20) { key("result", "{v: \"{{ output.v + 1 }}\"}") }
    if random.chance(20) { key("on_timeout", "bad") }
    if random.chance(10) { key("on_cancel", "bad") }
    guard random.chance(40) else { return }
    var retry = "max_attempts: \(1 + random.below(4))"
    if random.chance(50) { retry += ", backoff: \(random.one(of: ["20ms", "1s"]))" }
    if random.chance(30) { retry += ", factor: \(random.one(of: ["1", "1.5", "3"]))" }
    if random.chance(40) {
      retry += ", on: [timeout, \(random.one(of: ["unavailable", "failed"]))]"
    }
    key("retry", "{\(retry)}")
  }

  private mutating func edges(_ next: String, _ index: Int, of count: Int) -> String {
    guard random.chance(50) else { return next }
    var parts: [String] = []
    for _ in 0..<(1 + random.below(3)) {
      let assign = random.chance(30) ? assignments().map { ", assign: {\($0)}" } ?? "" : ""
      parts.append("{when: \(guardText())\(assign), target: \(target(index, of: count))}")
    }
    parts.append(random.chance(50) ? next : "{target: \(next)}")
    return "[\(parts.joined(separator: ", "))]"
  }

  private mutating func failures(_ index: Int, of count: Int) -> String {
    let kinds = ["timeout", "unavailable", "unknown", "max_visits", "\"error.kind == 'failed'\""]
    guard random.chance(60) else { return "bad" }
    return "[{when: \(random.one(of: kinds)), target: \(target(index, of: count))}, {target: bad}]"
  }

  // MARK: Expressions

  private mutating func text(_ type: ExpressionType) -> String {
    expressions.accepted(of: type, size: 1 + random.below(max(2, size / 4)), using: &random).text
  }

  mutating func guardText() -> String { quoted(text(.bool)) }

  private mutating func template(_ type: ExpressionType) -> String {
    quoted("{{ \(text(type)) }}")
  }

  mutating func mixed() -> String {
    quoted("a {{ \(text(.string)) }} b {{ \(text(.int)) | string }}")
  }

  private mutating func assignments() -> String? {
    // The schemas of texts bound what they hold, which only a run can see.
    let free = fields.filter { $0.isState }
    guard !free.isEmpty else { return nil }
    let field = random.one(of: free)
    return "\(field.name): \(quoted(text(field.type)))"
  }

  mutating func key(_ name: String, _ value: String) {
    lines.append("    \(name): \(value)")
  }

  func quoted(_ text: String) -> String { JSONWriter.string(.string(text)) }
}

extension String {
  /// The text with every `old` replaced.
  func replacingText(_ old: String, with new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}

extension Generator where Output == String {
  /// Random flows in the house form that pass the loader and the compiler: machines with guards,
  /// templates, schemas, agents and tools of every kind.
  public static func flows() -> Generator {
    Generator(
      smaller: { TextShrinker.smallerLines($0).filter(isAccepted) },
      { random, size in
        var writer = HouseFlowWriter(random.fork(), size: size)
        return writer.write()
      }
    )
  }
}

/// Whether the loader and the compiler accept a flow.
@Sendable private func isAccepted(_ text: String) -> Bool {
  FlowLoader.load(SourceFile(name: "flow.yaml", text: text)).flow.map {
    FlowCompiler.compile($0).table != nil
  } ?? false
}

extension Mutation {
  /// What spoils flows: every level, with keys and values of the format.
  public static let ofFlows = Mutation(
    words: Mutation.expressionWords + [
      "signalbox: 2", "states:", "on_success:", "  - ", "- ", "target", "when:", "assign: {}",
      "null",
      "~", "true", "&a", "*a", "<<: *a", "!!binary", "---", "...", "? ", "|", ">-", "\t", "# ",
      "1e9999",
      "-1", "''", "input", "{{", "{{ }}", "timeout: 0s", "max_visits: 0", "retry: {}", "root:",
      "nodes:",
      "$-1", "planner:", "99999999999999999999", "[[[[", "{{{{", "\u{FEFF}", "agent: nobody",
    ]
  )
}
