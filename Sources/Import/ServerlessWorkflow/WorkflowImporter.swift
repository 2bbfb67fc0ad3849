import Definition
import Document
import Source
import Values

/// Reads workflows of the Serverless Workflow DSL 1.0 into the house form (specs/machines.md,
/// SWF-1 ff).
///
/// The data that flows from task to task is the state field `data`. Runtime expressions are
/// translated to CEL; what is more than paths, comparison, arithmetic and construction, and tasks
/// that have no counterpart, are reported with their places.
public struct WorkflowImporter {
  /// Where a list of tasks goes on.
  struct Scope {
    /// After the last task, and at `exit`.
    var next: String
    /// What the variables stand for.
    var variables: [String: String]
    /// Where a fault goes: the end of the workflow, or what catches it.
    var handler = "faulted"
    /// The place of the list in the document, as a JSON pointer.
    var place = "/do"
    /// The first step of each task of the list.
    var tasks: [String: String] = [:]

    /// The scope of a list inside.
    func inner(next: String, place: String) -> Scope {
      Scope(next: next, variables: variables, handler: handler, place: place)
    }
  }

  var diagnostics: [Diagnostic] = []
  var taken: Set<String> = ["start", "completed", "faulted", "finish"]
  var fields: [(name: String, span: SourceSpan)] = []
  var names: [String: String] = [:]
  /// The state fields that count.
  var counters: Set<String> = []
  /// The tools that calls need: name, what they call, how they are declared.
  var tools: [(name: String, key: String, node: Node)] = []
  /// What `use` declares.
  var shared: Node?

  static let errors = "https://serverlessworkflow.io/spec/1.0.0/errors/"

  init() {}

  /// The flow of a workflow in YAML or JSON; nil with errors in `diagnostics`.
  ///
  /// O(size of the document).
  public static func flow(
    _ file: SourceFile,
    limits: Limits = Limits()
  ) -> (flow: ImportedFlow?, diagnostics: [Diagnostic]) {
    let parsed = DocumentParser.parse(file, limits: limits)
    guard let root = parsed.root, !parsed.diagnostics.hasErrors else {
      return (nil, parsed.diagnostics)
    }
    var importer = WorkflowImporter()
    let tree = importer.flow(root)
    let found = Array(importer.diagnostics.prefix(limits.diagnostics))
    guard let tree, !importer.diagnostics.hasErrors else { return (nil, found) }
    return (ImportedFlow(tree: tree, steps: importer.names), found)
  }

  mutating func refuse(_ what: String, at span: SourceSpan, hint: String? = nil) {
    diagnostics.append(Messages.outOfScope(what, at: span, hint: hint))
  }

  mutating func invalid(_ message: String, at span: SourceSpan, hint: String? = nil) {
    diagnostics.append(Messages.invalid(message, at: span, hint: hint))
  }

  // MARK: The whole

  private mutating func flow(_ root: Node) -> Node? {
    let span = root.span
    guard let entries = root.entries else {
      invalid("a workflow must be a mapping, not \(root.kindName)", at: span)
      return nil
    }
    checkHeader(root, entries)
    shared = root["use"]
    guard let list = root["do"] else {
      invalid("a workflow needs `do`", at: span, hint: "list its tasks: `do: [{name: {…}}]`")
      return nil
    }
    let input = transformed("input", "from", root, current: "input", variables: [:])
    let first = assigning("data", input, to: "", at: span)
    var scope = Scope(next: "finish", variables: ["context": "state.context"])
    let tasks = self.tasks(list, &scope)
    var states: [(String, Node)] = [
      ("start", .map(first + [("on_success", .text(tasks.start, at: span))], at: span))
    ]
    states += tasks.steps
    let output = transformed(
      "output",
      "as",
      root,
      current: "state.data",
      variables: ["input": "input", "context": "state.context"]
    )
    let last = output == "state.data" ? [] : assigning("data", output, to: "", at: span)
    states.append(("finish", .map(last + [("on_success", .text("completed", at: span))], at: span)))
    return assembled(root, states)
  }

  private func assigning(
    _ field: String,
    _ expression: String,
    to target: String,
    at span: SourceSpan
  ) -> [(String, Node)] {
    [("assign", .map([(field, .quoted(expression, at: span))], at: span))]
  }

  private mutating func checkHeader(_ root: Node, _ entries: [Node.Entry]) {
    for entry in entries
    where !["document", "do", "input", "output", "timeout", "use"].contains(entry.key) {
      refuse(
        "`\(Messages.shortened(entry.key))` of a workflow",
        at: entry.keySpan,
        hint: entry.key == "schedule" ? "start the flow's runs from outside" : nil
      )
    }
    for entry in root["use"]?.entries ?? []
    where !["authentications", "errors", "retries"].contains(entry.key) {
      refuse("`\(Messages.shortened(entry.key))` of `use`", at: entry.keySpan)
    }
    guard let version = root["document"]?["dsl"]?.string else {
      return invalid(
        "a workflow needs `document` with the version of its `dsl`",
        at: root["document"]?.span ?? root.span
      )
    }
    if !version.hasPrefix("1.") {
      refuse("version `\(Messages.shortened(version))` of the language", at: root.span)
    }
  }

  private mutating func assembled(_ root: Node, _ states: [(String, Node)]) -> Node {
    let span = root.span
    let failed = Node.map([("outcome", .text("failure", at: span))], at: span)
    let empty = Node.map([("default", .map([], at: span))], at: span)
    var entries: [(String, Node)] = [("signalbox", .int(1, at: span))]
    if let name = root["document"]?["name"]?.string, !name.isEmpty {
      entries.append(("name", .quoted(name, at: span)))
    }
    if let summary = root["document"]?["summary"]?.string {
      entries.append(("description", .quoted(summary, at: span)))
    }
    entries.append(("max_steps", .int(100_000, at: span)))
    if let after = root["timeout"]?["after"], let duration = duration(after) {
      entries.append(("timeout", .text(duration, at: after.span)))
    }
    entries.append(("input", .map([("$ref", .text("payload", at: span))], at: span)))
    entries.append(("schemas", .map([("payload", .map([], at: span))], at: span)))
    var state: [(String, Node)] = [("data", empty), ("context", empty), ("fault", empty)]
    for (name, span) in fields {
      let schema: [(String, Node)] =
        counters.contains(name)
        ? [("type", .text("integer", at: span)), ("default", .int(0, at: span))]
        : [("optional", .bool(true, at: span))]
      state.append((name, .map(schema, at: span)))
    }
    entries.append(("state", .map(state, at: span)))
    if !tools.isEmpty {
      entries.append(("tools", .map(tools.map { ($0.name, $0.node) }, at: span)))
    }
    let fault =
      "{'type': '\(Self.errors)runtime', 'status': 500, 'title': error.message}"
    entries.append(
      (
        "on_error",
        .map(
          assigning("fault", fault, to: "", at: span) + [("target", .text("faulted", at: span))],
          at: span
        )
      )
    )
    entries.append(("initial_state", .text("start", at: span)))
    entries.append(("states", .map(states, at: span)))
    entries.append(
      ("final_states", .map([("completed", .map([], at: span)), ("faulted", failed)], at: span))
    )
    let result: [(String, Node)] = [
      ("output", .quoted("{{ state.data }}", at: span)),
      ("error", .quoted("{{ state.fault }}", at: span)),
    ]
    entries.append(("result", .map(result, at: span)))
    return .map(entries, at: span)
  }

  // MARK: Names and expressions

  mutating func stepName(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars.prefix(100) {
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar == "_" || scalar == "-")
      result.unicodeScalars.append(isPlain ? scalar : "_")
    }
    let first = result.utf8.first ?? 0x30
    if first == UInt8(ascii: "-") || first >= 0x30 && first <= 0x39 { result = "t" + result }
    if FlowNames.reserved.contains(result) { result = "task_\(result)" }
    while taken.contains(result) { result += "_" }
    taken.insert(result)
    return result
  }

  /// A new state field.
  mutating func field(_ name: String, at span: SourceSpan) -> String {
    var field = ScriptTranslator.isName(name) ? name : "value"
    let known = fields.map(\.name) + ["data", "context", "fault", "type"] + FlowNames.reserved
    while known.contains(field) { field += "_" }
    fields.append((field, span))
    return field
  }

  /// The CEL of `<key>: {<part>: expression}` of a task; `current` when there is none.
  mutating func transformed(
    _ key: String,
    _ part: String,
    _ node: Node,
    current: String,
    variables: [String: String]
  ) -> String {
    guard let value = node[key]?[part] else { return current }
    return template(value, current: current, variables: variables, isExpression: true)
  }

  /// A value whose texts may be expressions: `${ … }`, or any text where an expression is wanted.
  mutating func template(
    _ node: Node,
    current: String,
    variables: [String: String],
    isExpression: Bool = false
  ) -> String {
    switch node.content {
    case .mapping(let entries):
      var members: [String] = []
      for entry in entries {
        let value = template(entry.value, current: current, variables: variables)
        members.append("\(ScriptTranslator.quoted(entry.key)): \(value)")
      }
      return "{" + members.joined(separator: ", ") + "}"
    case .sequence(let elements):
      var values: [String] = []
      for element in elements {
        values.append(template(element, current: current, variables: variables))
      }
      return "[" + values.joined(separator: ", ") + "]"
    case .string(let text) where isExpression || text.trimmingSpaces.hasPrefix("${"):
      return cel(node, current: current, variables: variables, isCondition: false)
    default: return CELText.literal(node.value)
    }
  }

  /// The CEL of one runtime expression.
  mutating func cel(
    _ node: Node,
    current: String,
    variables: [String: String],
    isCondition: Bool
  ) -> String {
    guard let text = node.text?.text ?? node.string else {
      invalid("an expression must be text, not \(node.kindName)", at: node.span)
      return "null"
    }
    let translator = QueryTranslator(current: current, variables: variables)
    do throws(QueryFault) {
      let expression = try QueryExpressionParser.parse(text)
      return isCondition ? try translator.condition(expression) : try translator.value(expression)
    } catch {
      refuse(
        "\(error.what) in an expression",
        at: node.span,
        hint: "paths, comparison, arithmetic and construction can"
      )
      return "null"
    }
  }

  /// A duration: ISO 8601, or an object of days, hours, minutes, seconds, milliseconds.
  mutating func duration(_ node: Node) -> String? {
    if let text = node.string, text.hasPrefix("P") { return text }
    let units: [(String, Int64)] = [
      ("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1_000),
      ("milliseconds", 1),
    ]
    var total: Int64 = 0
    for entry in node.entries ?? [] {
      guard let unit = units.first(where: { $0.0 == entry.key }),
        case .int(let count) = entry.value.content,
        count >= 0, count < 1_000_000_000
      else {
        invalid("`\(Messages.shortened(entry.key))` is no part of a duration", at: entry.keySpan)
        return nil
      }
      total += count * unit.1
    }
    guard node.entries != nil else {
      invalid("a duration is text such as `PT5M` or a mapping", at: node.span)
      return nil
    }
    return total % 1_000 == 0 ? "\(total / 1_000)s" : "\(total)ms"
  }
}
