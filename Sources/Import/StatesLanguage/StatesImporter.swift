import Definition
import Document
import Source
import Values

/// Reads machines of the States Language into the house form (specs/machines.md, ASL-1).
///
/// The data that flows from state to state is the state field `data`; a failure is the state field
/// `failure`. What has no counterpart (random intrinsic functions, much of JSONata, distributed
/// maps, some paths) is reported with its place.
public struct StatesImporter {
  /// The names that steps of one machine or branch go by.
  struct Scope {
    /// The state field that holds the data.
    var field: String
    /// The step of each state.
    var names: [String: String] = [:]
    /// The final state reached by `"End": true`.
    var succeeded: String
    /// The final state reached by a failure.
    var failed: String
    /// The data as CEL.
    var data: String { "state.\(field)" }
  }

  var diagnostics: [Diagnostic] = []
  var taken: Set<String> = ["succeeded", "failed", "start"]
  /// State fields in order, `data` and `failure` left out.
  var fields: [(name: String, span: SourceSpan)] = []
  /// The state fields that count attempts.
  var counters: Set<String> = []
  /// Where names of errors stand that a note speaks of.
  var told: Set<Int> = []
  /// The state field of each variable that is assigned here.
  var variables: [String: String] = [:]
  /// The CEL of each variable that can be read.
  var readable: [String: String] = [:]
  /// The child flows of maps.
  var flows: [(name: String, tree: Node)] = []
  /// Whether this is the machine of a map's items.
  var isChild = false
  /// What `$$.Map.Item.Value` and `$$.Map.Item.Index` are.
  var itemValue = "null"
  var itemIndex = "null"
  /// What `$$.Execution.Input` is.
  var executionInput = "input"
  /// Whether the state at hand speaks JSONata.
  var isJSONata = false
  /// The name of the state at hand.
  var stateName = ""
  /// What `$states.input`, `$states.result` and `$states.errorOutput` are.
  var jsonataNames: [String: String] = [:]
  /// The error that the state at hand fails with when its expressions cannot be evaluated; nil
  /// where that is the machine's own `States.Runtime`.
  var dataError: String?
  /// What `$$.Task.Token` is.
  var taskToken: String?
  var performers = StatesPerformers()
  var steps: [String: String] = [:]

  init() {}

  /// The flow of a definition in JSON (or YAML); nil with errors in `diagnostics`.
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
    let invalid = StatesValidator.findings(root)
    guard invalid.isEmpty else { return (nil, Array(invalid.prefix(limits.diagnostics))) }
    var importer = StatesImporter()
    let tree = importer.flow(root)
    let found = Array(importer.diagnostics.prefix(limits.diagnostics))
    guard !importer.diagnostics.hasErrors else { return (nil, found) }
    return (ImportedFlow(tree: tree, steps: importer.steps), found)
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func refuse(_ what: String, at span: SourceSpan, hint: String? = nil) {
    report(Messages.outOfScope(what, at: span, hint: hint))
  }

  // MARK: The whole

  /// The flow of a machine; with `inputs` the flow of a map's item, which is called with them.
  mutating func flow(_ root: Node, inputs: [String] = []) -> Node {
    let span = root.span
    declareVariables(root)
    // Items without tasks hand their failure to the map, which fails with it.
    let endsWell = isChild && !Traits(of: root).hasTasks
    var scope = Scope(field: "data", succeeded: "succeeded", failed: "failed")
    var states: [(String, Node)] = []
    let machine = machine(root, &scope)
    let start = Node.map(
      [
        (
          "assign",
          .map([("data", .quoted(isChild ? "input.data" : "input", at: span))], at: span)
        ),
        ("on_success", .text(machine.start, at: span)),
      ],
      at: span
    )
    states.append(("start", start))
    states += machine.states
    var entries = header(root, inputs)
    var state: [(String, Node)] = [
      ("data", .map([("default", .map([], at: span))], at: span)),
      ("failure", .map([("default", .map([], at: span))], at: span)),
    ]
    for (name, span) in fields {
      let isCounter = counters.contains(name)
      let schema: [(String, Node)] =
        isCounter
        ? [("type", .text("integer", at: span)), ("default", .int(0, at: span))]
        : [("optional", .bool(true, at: span))]
      state.append((name, .map(schema, at: span)))
    }
    entries.append(("state", .map(state, at: span)))
    if !flows.isEmpty {
      entries.append(("flows", .map(flows.map { ($0.name, $0.tree) }, at: span)))
    }
    if !isChild { entries += performers.declarations(at: span) }
    let failure = "{'Error': 'States.Runtime', 'Cause': error.message}"
    entries.append(("on_error", .map(failing(failure, to: "failed", at: span), at: span)))
    entries.append(("initial_state", .text("start", at: span)))
    entries.append(("states", .map(states, at: span)))
    entries.append(
      (
        "final_states",
        .map(
          [
            ("succeeded", .map([], at: span)),
            ("failed", endsWell ? .map([], at: span) : failureFinal(span)),
          ],
          at: span
        )
      )
    )
    entries.append(
      (
        "result",
        .map(
          [
            ("output", .quoted("{{ state.data }}", at: span)),
            ("failure", .quoted("{{ state.failure }}", at: span)),
          ],
          at: span
        )
      )
    )
    return .map(entries, at: span)
  }

  private func header(_ root: Node, _ inputs: [String]) -> [(String, Node)] {
    let span = root.span
    let any = Node.map([], at: span)
    guard !isChild else { return [("input", .map(inputs.map { ($0, any) }, at: span))] }
    var entries: [(String, Node)] = [("signalbox", .int(1, at: span))]
    if let comment = root["Comment"]?.string, !comment.isEmpty {
      entries.append(("description", .quoted(comment, at: span)))
    }
    entries.append(("max_steps", .int(25_000, at: span)))
    if let timeout = root["TimeoutSeconds"], case .int(let seconds) = timeout.content {
      entries.append(("timeout", .text("\(seconds)s", at: timeout.span)))
    }
    entries.append(("input", .map([("$ref", .text("payload", at: span))], at: span)))
    entries.append(("schemas", .map([("payload", any)], at: span)))
    return entries
  }

  func failureFinal(_ span: SourceSpan) -> Node {
    .map([("outcome", .text("failure", at: span))], at: span)
  }

  /// `assign` of a failure, and its target.
  func failing(_ failure: String, to target: String, at span: SourceSpan) -> [(String, Node)] {
    [
      ("assign", .map([("failure", .quoted(failure, at: span))], at: span)),
      ("target", .text(target, at: span)),
    ]
  }

  /// The steps of a machine or branch, and where it starts.
  mutating func machine(
    _ node: Node,
    _ scope: inout Scope
  ) -> (start: String, states: [(String, Node)]) {
    let outer = isJSONata
    defer { isJSONata = outer }
    if let language = node["QueryLanguage"]?.string { isJSONata = language == "JSONata" }
    let entries = node["States"]?.entries ?? []
    for entry in entries {
      let name = stepName(entry.key)
      scope.names[entry.key] = name
      if steps[entry.key] == nil { steps[entry.key] = name }
      if name != entry.key { report(Messages.renamed(entry.key, name, at: entry.keySpan)) }
    }
    var states: [(String, Node)] = []
    for entry in entries { states += state(entry, scope) }
    let start = node["StartAt"]?.string.flatMap { scope.names[$0] } ?? ""
    return (start, states)
  }

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
    if first == UInt8(ascii: "-") || first >= 0x30 && first <= 0x39 { result = "s" + result }
    if FlowNames.reserved.contains(result) { result = "state_\(result)" }
    while taken.contains(result) { result += "_" }
    taken.insert(result)
    return result
  }

  /// The variables that `Assign` fields set, as state fields.
  private mutating func declareVariables(_ node: Node) {
    var pending = [node]
    while let next = pending.popLast() {
      for element in next.elements ?? [] { pending.append(element) }
      for entry in next.entries ?? [] {
        // What items assign is their own.
        if entry.key == "ItemProcessor" || entry.key == "Iterator" { continue }
        if entry.key == "Assign" {
          for variable in entry.value.entries ?? [] { declare(variable) }
        }
        pending.append(entry.value)
      }
    }
  }

  private mutating func declare(_ entry: Node.Entry) {
    let name = entry.key.hasSuffix(".$") ? String(entry.key.dropLast(2)) : entry.key
    guard variables[name] == nil else { return }
    let field = freeField(ScriptTranslator.isName(name) ? name : "variable")
    variables[name] = field
    readable[name] = "state.\(field)"
    fields.append((field, entry.keySpan))
  }

  /// A name for a state field that nothing else has.
  mutating func freeField(_ name: String) -> String {
    var field = name
    let known = fields.map(\.name) + ["data", "failure", "type"] + FlowNames.reserved
    while known.contains(field) { field += "_" }
    return field
  }
}
