import Definition
import Document
import Execution
import Source
import Table
import Values

/// A file of scenarios for one flow (FLOW-FORMAT, "Scenario files").
public struct ScenarioFile: Sendable {
  /// The flow's file, relative to this one.
  public var flow: Scenario.Name?
  /// The scenarios in order.
  public var scenarios: [Scenario]
  /// Files merged on top of the flow, relative to this one.
  public var overlays: [Scenario.Name] = []
  /// The price book, relative to this one.
  public var prices: Scenario.Name?

  /// Reads a scenario file; the file is nil when it has no readable form at all.
  ///
  /// Scenarios with mistakes are left out and their mistakes reported. `includes` reads the files
  /// that proposals stand in, relative to this one.
  public static func load(
    _ source: SourceFile,
    includes: any IncludeReader = MemoryIncludes(),
    limits: Limits = Limits()
  ) -> (file: ScenarioFile?, diagnostics: [Diagnostic]) {
    let document = DocumentParser.parse(source, limits: limits)
    guard let root = document.root else { return (nil, document.diagnostics) }
    let collector = DiagnosticCollector(limits: limits)
    collector.report(contentsOf: document.diagnostics)
    let reader = ScenarioReader(collector: collector, includes: includes)
    let file = reader.file(root)
    return (file, collector.diagnostics)
  }
}

/// Reads the parts of a scenario file.
struct ScenarioReader {
  let collector: DiagnosticCollector
  let includes: any IncludeReader

  func file(_ root: Node) -> ScenarioFile? {
    var reader = MappingReader(root, context: "a scenario file", into: collector)
    guard reader.isMapping else { return nil }
    let flow = reader.node("flow").flatMap { name($0, "`flow`") }
    let overlays = (reader.list("with") ?? []).compactMap { name($0, "`with`") }
    let prices = reader.node("prices").flatMap { name($0, "`prices`") }
    var defaultInput: Value = .map(ValueMap())
    var defaults: [Node.Entry] = []
    if let node = reader.node("defaults") {
      var part = MappingReader(node, context: "`defaults`", into: collector)
      if let input = part.node("input") { defaultInput = input.value }
      defaults = part.entries("script") ?? []
      part.finish()
    }
    let scenarios = (reader.requiredList("scenarios") ?? []).compactMap {
      scenario($0, defaultInput, defaults)
    }
    reader.finish()
    var file = ScenarioFile(flow: flow, scenarios: scenarios)
    file.overlays = overlays
    file.prices = prices
    return file
  }

  private func scenario(
    _ node: Node,
    _ defaultInput: Value,
    _ defaults: [Node.Entry]
  ) -> Scenario? {
    var reader = MappingReader(node, context: "a scenario", into: collector)
    guard reader.isMapping else { return nil }
    let name = reader.requiredText("name") ?? "unnamed"
    let span = reader.span(of: "name")
    let input = reader.node("input")?.value ?? defaultInput
    var entries = defaults
    for entry in reader.entries("script") ?? [] {
      if let index = entries.firstIndex(where: { $0.key.sameScalars(as: entry.key) }) {
        entries[index] = entry
      } else {
        entries.append(entry)
      }
    }
    var script: [MapKey: ScriptEntry] = [:]
    var keys: [Scenario.Name] = []
    for entry in entries {
      keys.append(Scenario.Name(text: entry.key, span: entry.keySpan))
      if let answers = scriptEntry(entry.value) { script[.string(entry.key)] = answers }
    }
    let occurrences = (reader.list("events") ?? []).compactMap { occurrence($0) }
    let expectation = reader.node("expect").map { self.expectation($0) }
    reader.finish()
    return Scenario(
      name: name,
      span: span,
      input: input,
      script: script,
      scriptKeys: keys,
      occurrences: occurrences,
      expectation: expectation ?? Scenario.Expectation()
    )
  }

  /// An entry of `events`: a named event with its data, or a cancellation, at a time.
  private func occurrence(_ node: Node) -> ScenarioOccurrence? {
    var reader = MappingReader(node, context: "an event", into: collector)
    guard reader.isMapping else { return nil }
    let after = reader.requiredNode("at").flatMap { duration($0) }
    let name = reader.text("name")
    let data = reader.nodeOrNull("data")?.value ?? .null
    let reason = reader.text("cancel")
    reader.finish()
    guard let after else { return nil }
    let content: ScenarioOccurrence.Content
    switch (name, reason) {
    case (let name?, nil): content = .event(name: name, data: data)
    case (nil, let reason?): content = .cancel(reason: reason)
    default:
      collector.report(Messages.form("an event says one of `name`, `cancel`", node.span))
      return nil
    }
    return ScenarioOccurrence(content: content, afterMilliseconds: after, span: node.span)
  }

  // MARK: Answers

  private func scriptEntry(_ node: Node) -> ScriptEntry? {
    if let elements = node.elements { return .list(elements.flatMap { oneAnswer($0) }) }
    if let items = node["by_item"]?.elements { return .byItem(items.flatMap { oneAnswer($0) }) }
    let answers = oneAnswer(node)
    guard let first = answers.first else { return nil }
    return answers.count > 1 ? .list(answers) : .every(first)
  }

  /// One answer, as often as its `repeat` says.
  private func oneAnswer(_ node: Node) -> [ScriptedAnswer] {
    var reader = MappingReader(node, context: "a scripted answer", into: collector)
    guard reader.isMapping else { return [] }
    let output = reader.nodeOrNull("output")
    let error = reader.node("error")
    let never = reader.boolean("never") ?? false
    let after = reader.node("after").flatMap { duration($0) } ?? 0
    let count = reader.integer("repeat", in: 1...10_000) ?? 1
    let usage = reader.node("usage").flatMap { self.usage($0) }
    let proposal = reader.node("proposal")
    reader.finish()
    let content: ScriptedAnswer.Content
    switch (output, error, never, proposal) {
    case (let output?, nil, false, nil): content = .output(output.value)
    case (nil, let error?, false, nil):
      guard let failure = failure(error) else { return [] }
      content = failure
    case (nil, nil, true, nil): content = .never
    case (nil, nil, false, let proposal?):
      guard let text = self.proposal(proposal) else { return [] }
      content = .output(.map(["text": .string(text)]))
    default:
      collector.report(Messages.oneAnswer(at: node.span))
      return []
    }
    let answer = ScriptedAnswer(
      content: content,
      afterMilliseconds: after,
      usage: usage,
      span: node.span
    )
    return Array(repeating: answer, count: count)
  }

  private func failure(_ node: Node) -> ScriptedAnswer.Content? {
    var kindNode = node
    var message = "scripted failure"
    if node.entries != nil {
      var reader = MappingReader(node, context: "a scripted error", into: collector)
      guard let kind = reader.requiredNode("kind") else { return nil }
      kindNode = kind
      message = reader.text("message") ?? message
      reader.finish()
    }
    guard let name = kindNode.string, let kind = ErrorKind(name: name) else {
      collector.report(Messages.unknownErrorKind(kindNode))
      return nil
    }
    return .failure(kind, message: message)
  }

  private func usage(_ node: Node) -> Usage? {
    var reader = MappingReader(node, context: "`usage`", into: collector)
    let prompt = reader.integer("prompt", in: 0...1_000_000_000)
    let output = reader.integer("output", in: 0...1_000_000_000)
    reader.finish()
    guard reader.isMapping else { return nil }
    return Usage(promptTokens: Int64(prompt ?? 0), outputTokens: Int64(output ?? 0))
  }

  // MARK: Expectations

  private func expectation(_ node: Node) -> Scenario.Expectation {
    var expectation = Scenario.Expectation()
    var reader = MappingReader(node, context: "`expect`", into: collector)
    if let path = reader.node("path") {
      expectation.pathSpan = path.span
      expectation.path = (path.elements ?? []).compactMap { name($0, "a step of `path`") }
      if path.elements == nil { collector.report(Messages.form("`path` is a list", path.span)) }
    }
    if let order = reader.choice("order", of: ["free", "strict"]) {
      expectation.isPathOrdered = order != "free"
    }
    expectation.final = reader.node("final").flatMap { name($0, "`final`") }
    if reader.choice("outcome", of: ["success", "failure", "cancelled"]) != nil {
      expectation.outcome = node["outcome"].flatMap { name($0, "`outcome`") }
    }
    if let result = reader.node("result") {
      expectation.result = Scenario.Wanted(value: result.value, span: result.span)
    }
    if let error = reader.node("error").flatMap({ name($0, "`error`") }) {
      if ErrorKind(name: error.text) == nil, let node = node["error"] {
        collector.report(Messages.unknownErrorKind(node))
      } else {
        expectation.error = error
      }
    }
    if let cost = reader.node("cost") {
      var part = MappingReader(cost, context: "`cost`", into: collector)
      expectation.costAtLeast = part.node("min").flatMap { amount($0) }
      expectation.costAtMost = part.node("max").flatMap { amount($0) }
      part.finish()
    }
    expectation.never = (reader.list("never") ?? []).compactMap { selector($0) }
    expectation.calls = (reader.list("calls") ?? []).compactMap { selector($0) }
    for node in reader.listOrOne("assert") ?? [] {
      if node.string != nil, let text = node.text {
        expectation.assertions.append(text)
      } else {
        collector.report(Messages.form("an assertion is an expression in quotes", node.span))
      }
    }
    expectation.plan = reader.node("plan").map { planExpectation($0) }
    reader.finish()
    return expectation
  }

  private func selector(_ node: Node) -> Scenario.Selector? {
    var reader = MappingReader(node, context: "a selector", into: collector)
    let step = reader.text("step")
    let agent = reader.text("agent")
    let tool = reader.text("tool")
    let with = reader.node("with")?.value
    let status = reader.choice(
      "status",
      of: StepStatus.allCases.map(\.name)
    )
    var when: SourceText?
    if let condition = reader.node("when") {
      when = condition.string == nil ? nil : condition.text
      if when == nil {
        collector.report(
          Messages.form("`when` is an expression in quotes", condition.span)
        )
      }
    }
    reader.finish()
    let subject: Scenario.Selector.Subject
    switch (step, agent, tool) {
    case (let step?, nil, nil): subject = .step(step)
    case (nil, let agent?, nil): subject = .agent(agent)
    case (nil, nil, let tool?): subject = .tool(tool)
    default:
      collector.report(
        Messages.form("a selector names one of `step`, `agent`, `tool`", node.span)
      )
      return nil
    }
    return Scenario.Selector(
      subject: subject,
      with: with,
      when: when,
      status: status,
      span: node.span
    )
  }

  // MARK: Scalars

  private func name(_ node: Node, _ context: String) -> Scenario.Name? {
    guard let text = node.string else {
      collector.report(Messages.form("\(context) is a name", node.span))
      return nil
    }
    return Scenario.Name(text: text, span: node.span)
  }

  private func duration(_ node: Node) -> Int64? {
    let spelling = node.text?.text ?? ""
    do throws(DurationSpelling.Fault) {
      return try DurationSpelling.milliseconds(spelling)
    } catch {
      collector.report(Messages.quantity("`\(spelling)` is no duration", "90ms, 3h", node.span))
      return nil
    }
  }

  private func amount(_ node: Node) -> Scenario.Amount? {
    let spelling = node.text?.text ?? ""
    do throws(Money.Fault) {
      return Scenario.Amount(picodollars: try Money.picodollars(spelling), span: node.span)
    } catch {
      collector.report(
        Messages.quantity("`\(spelling)` is no amount of money", "$0.005", node.span)
      )
      return nil
    }
  }
}
