import Document
import Source
import Values

// `try`: what catches faults (specs/machines.md, SWF-8).
extension WorkflowImporter {
  /// A step whose expressions fail to what catches its faults.
  func caught(_ step: (String, Node), _ scope: Scope) -> (String, Node) {
    guard step.1["on_error"] == nil, let entries = step.1.entries else { return step }
    let fault =
      "{'type': '\(Self.errors)expression', 'status': 400, 'title': error.message, "
      + "'instance': \(ScriptTranslator.quoted(scope.place))}"
    let span = step.1.span
    let assign = Node.map([("fault", .quoted(fault, at: span))], at: span)
    let edge = Node.map([("assign", assign), ("target", .text(scope.handler, at: span))], at: span)
    return (step.0, .map(entries.map { ($0.key, $0.value) } + [("on_error", edge)], at: span))
  }

  mutating func trial(
    _ name: String,
    _ node: Node,
    _ next: String,
    _ variables: [String: String],
    _ scope: Scope
  ) -> [(String, Node)] {
    guard let body = node["try"], body.elements?.isEmpty == false, let handler = node["catch"]
    else {
      invalid("a `try` needs tasks and `catch`", at: node.span)
      return []
    }
    for entry in handler.entries ?? []
    where !["errors", "as", "when", "exceptWhen", "retry", "do"].contains(entry.key) {
      refuse("`\(Messages.shortened(entry.key))` of `catch`", at: entry.keySpan)
    }
    let span = node.span
    let saved = field("\(name)_input", at: span)
    let error = field(handler["as"]?.string ?? "error", at: span)
    let end = ending(name, node, next, variables) ?? next
    let catching = stepName("\(name)_catch")
    var inner = scope.inner(next: end, place: "\(scope.place)/try")
    inner.handler = catching
    let tasks = tasks(body, &inner)
    var entering = [(saved, Node.quoted("state.data", at: span))]
    let filter = filter(handler, error: handler["as"]?.string ?? "error", scope)
    var edges: [Node] = []
    var steps: [(String, Node)] = []
    if let retry = handler["retry"],
      let policy = policy(retry, error: handler["as"]?.string ?? "error", scope)
    {
      let counter = field("\(name)_retries", at: retry.span)
      counters.insert(counter)
      entering.append((counter, .quoted("0", at: retry.span)))
      let pause = stepName("\(name)_pause")
      let tests = filter + policy.tests + ["state.\(counter) < \(policy.attempts)"]
      let assign: [(String, Node)] = [
        (counter, .quoted("state.\(counter) + 1", at: retry.span)),
        ("data", .quoted("state.\(saved)", at: retry.span)),
      ]
      edges.append(edge(tests, assign, to: pause, at: retry.span))
      let again = policy.pause("state.\(counter)")
      let delay = [
        ("delay", Node.quoted("{{ \(again) }}", at: retry.span)),
        ("target", .text(tasks.start, at: retry.span)),
      ]
      let after = Node.list([.map(delay, at: retry.span)], at: retry.span)
      steps.append((pause, .map([("after", after)], at: retry.span)))
    }
    var target = end
    if let list = handler["do"] {
      var outer = scope.inner(next: end, place: "\(scope.place)/catch/do")
      outer.variables[handler["as"]?.string ?? "error"] = "state.\(error)"
      let tasks = self.tasks(list, &outer)
      target = tasks.start
      steps += tasks.steps
    }
    let assign: [(String, Node)] = [
      (error, .quoted("state.fault", at: handler.span)),
      ("data", .quoted("state.\(saved)", at: handler.span)),
    ]
    edges.append(edge(filter, assign, to: target, at: handler.span))
    if !filter.isEmpty { edges.append(.text(scope.handler, at: handler.span)) }
    let first = (name, step([("assign", .map(entering, at: span))], to: tasks.start, node))
    let last = (catching, Node.map([("on_success", .list(edges, at: span))], at: span))
    return [first] + tasks.steps + [last] + steps + endingSteps(end, node, next, variables)
  }

  private func edge(
    _ tests: [String],
    _ assign: [(String, Node)],
    to target: String,
    at span: SourceSpan
  ) -> Node {
    var entries: [(String, Node)] = []
    if !tests.isEmpty {
      let joined = tests.count == 1 ? tests[0] : tests.map { "(\($0))" }.joined(separator: " && ")
      entries.append(("when", .quoted(joined, at: span)))
    }
    entries += [("assign", .map(assign, at: span)), ("target", .text(target, at: span))]
    return .map(entries, at: span)
  }

  /// The tests that a fault has to pass.
  private mutating func filter(_ handler: Node, error: String, _ scope: Scope) -> [String] {
    var tests: [String] = []
    for entry in handler["errors"]?["with"]?.entries ?? [] {
      let field = "state.fault.?\(entry.key).orValue(null)"
      let text = entry.value.string ?? ""
      let last = text.split(separator: "/").last.map(String.init) ?? ""
      if entry.key == "type", text.contains("serverlessworkflow.io/") {
        // Versions of the language spell the addresses of its own errors differently.
        tests.append("string(\(field)).contains('serverlessworkflow.io/')")
        tests.append("string(\(field)).endsWith(\(ScriptTranslator.quoted("/" + last)))")
      } else if ["type", "status", "title", "instance", "details"].contains(entry.key) {
        tests.append("\(field) == dyn(\(CELText.literal(entry.value.value)))")
      } else {
        invalid("an error has no field `\(Messages.shortened(entry.key))`", at: entry.keySpan)
      }
    }
    return tests + conditions(handler, error: error, scope)
  }

  private mutating func conditions(_ node: Node, error: String, _ scope: Scope) -> [String] {
    var variables = scope.variables
    variables[error] = "state.fault"
    var tests: [String] = []
    for (key, isNegated) in [("when", false), ("exceptWhen", true)] {
      guard let condition = node[key] else { continue }
      let test = cel(condition, current: "state.data", variables: variables, isCondition: true)
      tests.append(isNegated ? "!(\(test))" : test)
    }
    return tests
  }

  private struct Policy {
    var attempts: Int64
    var tests: [String]
    /// Pauses in milliseconds; the last stands for all that follow.
    var pauses: [Int64]

    /// The pause before the attempt with this number, from 1.
    func pause(_ number: String) -> String {
      let list = pauses.map { "'\($0)ms'" }.joined(separator: ", ")
      return pauses.count == 1
        ? "duration(\(list))"
        : "duration([\(list)][\(number) > \(pauses.count) ? \(pauses.count - 1) : \(number) - 1])"
    }
  }

  private mutating func policy(_ node: Node, error: String, _ scope: Scope) -> Policy? {
    var retry = node
    if let name = node.string {
      guard let named = shared?["retries"]?[name] else {
        invalid("there is no retry `\(Messages.shortened(name))`", at: node.span)
        return nil
      }
      retry = named
    }
    for entry in retry.entries ?? []
    where !["when", "exceptWhen", "delay", "backoff", "limit", "jitter"].contains(entry.key) {
      refuse("`\(Messages.shortened(entry.key))` of a retry", at: entry.keySpan)
    }
    if let jitter = retry["jitter"] {
      diagnostics.append(Messages.dropped("the jitter of the pauses", at: jitter.span))
    }
    if let duration = retry["limit"]?["duration"] ?? retry["limit"]?["attempt"]?["duration"] {
      refuse("a retry limited by time", at: duration.span, hint: "limit its attempts")
    }
    guard case .int(let attempts)? = retry["limit"]?["attempt"]?["count"]?.content, attempts > 0
    else {
      refuse(
        "a retry without a limit of attempts",
        at: retry.span,
        hint: "write `limit: {attempt: {count: 3}}`"
      )
      return nil
    }
    let longest: Int64 = 31_622_400_000
    let delay = min(retry["delay"].map { milliseconds($0) } ?? 1, longest)
    var pauses: [Int64] = []
    for position in 0..<min(attempts, 64) {
      var pause = delay
      if retry["backoff"]?["linear"] != nil { pause = delay * (position + 1) }
      if retry["backoff"]?["exponential"] != nil { pause = delay << min(position, 20) }
      pauses.append(max(1, min(pause, longest)))
      if retry["backoff"] == nil || retry["backoff"]?["constant"] != nil { break }
    }
    let tests = conditions(retry, error: error, scope)
    return Policy(attempts: min(attempts, 1_000_000), tests: tests, pauses: pauses)
  }

  /// A duration in milliseconds; refused where it is spelt in other units than the language's own.
  private mutating func milliseconds(_ node: Node) -> Int64 {
    guard let text = duration(node) else { return 1 }
    if text.hasSuffix("ms"), let count = Int64(text.dropLast(2)) { return count }
    if text.hasSuffix("s"), let count = Int64(text.dropLast(1)) {
      return max(0, min(count, 1_000_000_000)) * 1_000
    }
    if text.hasPrefix("PT"), text.hasSuffix("S"),
      let count = Double(text.dropFirst(2).dropLast()), count >= 0
    {
      return Int64(min(count, 1e9) * 1_000)
    }
    if text.hasPrefix("PT"), text.hasSuffix("M"), let count = Int64(text.dropFirst(2).dropLast()) {
      return max(0, min(count, 1_000_000)) * 60_000
    }
    refuse("this pause", at: node.span, hint: "write `{seconds: 5}`")
    return 1
  }
}
