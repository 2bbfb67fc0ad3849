import Document
import Source
import Values

/// Checks a machine of the States Language by the rules of its specification: fields, targets,
/// endings, paths, templates, error handlers, the surface of JSONata.
public struct StatesValidator {
  var diagnostics: [Diagnostic] = []
  /// The names of the states so far.
  var names: Set<MapKey> = []

  /// What is wrong with a definition; empty when nothing is.
  ///
  /// O(size of the definition).
  public static func findings(_ definition: Node) -> [Diagnostic] {
    var validator = StatesValidator()
    validator.machine(definition, isJSONata: false, isTop: true)
    return validator.diagnostics
  }

  mutating func report(_ message: String, at span: SourceSpan, hint: String? = nil) {
    diagnostics.append(Messages.invalid(message, at: span, hint: hint))
  }

  // MARK: Machines

  private mutating func machine(_ node: Node, isJSONata: Bool, isTop: Bool) {
    guard let entries = node.entries else {
      return report("a machine must be an object, not \(node.kindName)", at: node.span)
    }
    for entry in entries where !StatesFields.machine.contains(entry.key) {
      unknown(entry, among: StatesFields.machine, in: "a machine")
    }
    values(node)
    let isJSONata = language(node, inherited: isJSONata)
    guard let states = node["States"]?.entries, !states.isEmpty else {
      return report("a machine needs `States`", at: node["States"]?.span ?? node.span)
    }
    let names = Set(states.map(\.key))
    if let start = node["StartAt"] {
      target(start, names, "StartAt")
    } else {
      report("a machine needs `StartAt`", at: node.span, hint: "name the state it starts with")
    }
    for state in states {
      unique(state)
      check(state, names, isJSONata: isJSONata)
    }
    if let start = node["StartAt"]?.string { reachability(states, from: start) }
    let ends = states.contains { state in
      if case .bool(true)? = state.value["End"]?.content { return true }
      return ["Succeed", "Fail"].contains(state.value["Type"]?.string ?? "")
    }
    if !ends {
      report(
        "no state ends the machine",
        at: node["States"]?.span ?? node.span,
        hint: "write `\"End\": true`, or a state of type `Succeed` or `Fail`"
      )
    }
  }

  private mutating func language(_ node: Node, inherited: Bool) -> Bool {
    guard let value = node["QueryLanguage"] else { return inherited }
    switch value.string {
    case "JSONata": return true
    case "JSONPath": return false
    default:
      report("`QueryLanguage` is `JSONPath` or `JSONata`", at: value.span)
      return inherited
    }
  }

  private mutating func unknown(_ entry: Node.Entry, among known: [String], in title: String) {
    let near = Suggestion.nearest(to: entry.key, in: known)
    report(
      "\(title) has no field `\(Messages.shortened(entry.key))`",
      at: entry.keySpan,
      hint: near.map { "did you mean `\($0)`?" }
    )
  }

  private mutating func target(_ node: Node, _ names: Set<String>, _ field: String) {
    guard let name = node.string else {
      return report("`\(field)` must be the name of a state, not \(node.kindName)", at: node.span)
    }
    guard !names.contains(name) else { return }
    let near = Suggestion.nearest(to: name, in: Array(names))
    report(
      "there is no state `\(Messages.shortened(name))` here",
      at: node.span,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "a state leads to states of the same machine or branch only"
    )
  }

  // MARK: States

  private mutating func check(_ state: Node.Entry, _ names: Set<String>, isJSONata: Bool) {
    let node = state.value
    guard let entries = node.entries else {
      return report("a state must be an object, not \(node.kindName)", at: node.span)
    }
    if state.key.unicodeScalars.count > 80 {
      report("a state's name has at most 80 characters", at: state.keySpan)
    }
    guard let type = node["Type"]?.string, StatesFields.types.contains(type) else {
      return report(
        "`Type` is one of \(StatesFields.types.joined(separator: ", "))",
        at: node["Type"]?.span ?? state.keySpan
      )
    }
    let isJSONata = language(node, inherited: isJSONata)
    let known = StatesFields.fields(of: type, isJSONata: isJSONata)
    for entry in entries where !known.contains(entry.key) {
      unknown(entry, among: known, in: "a state of type `\(type)`\(isJSONata ? " in JSONata" : "")")
    }
    pairs(node)
    values(node)
    ways(node, type, names, at: state.keySpan)
    if isJSONata {
      for entry in entries where !["Comment", "Type", "QueryLanguage"].contains(entry.key) {
        jsonata(entry.value)
      }
    } else {
      dataFields(node)
    }
    parts(node, type, names, isJSONata: isJSONata, at: state.keySpan)
    handlers(node, names)
  }

  private mutating func pairs(_ node: Node) {
    for (first, second) in StatesFields.pairs where node[first] != nil {
      if let other = node.entries?.first(where: { $0.key == second }) {
        report("`\(first)` and `\(second)` exclude each other", at: other.keySpan)
      }
    }
  }

  private mutating func ways(
    _ node: Node,
    _ type: String,
    _ names: Set<String>,
    at span: SourceSpan
  ) {
    if let next = node["Next"] { target(next, names, "Next") }
    if let end = node["End"] {
      if case .bool(true) = end.content {} else { report("`End` is `true`", at: end.span) }
    }
    guard !["Choice", "Succeed", "Fail"].contains(type) else { return }
    if node["Next"] == nil, node["End"] == nil {
      report("the state needs `Next` or `\"End\": true`", at: span)
    }
  }

  private mutating func parts(
    _ node: Node,
    _ type: String,
    _ names: Set<String>,
    isJSONata: Bool,
    at span: SourceSpan
  ) {
    switch type {
    case "Task":
      // Templates of CloudFormation refer to resources by an object of one function.
      if let entries = node["Resource"]?.entries, entries.count == 1,
        entries[0].key == "Ref" || entries[0].key.hasPrefix("Fn::")
      {
        return
      }
      guard let resource = node["Resource"]?.string, !resource.isEmpty else {
        return report("a task needs `Resource`", at: node["Resource"]?.span ?? span)
      }
      if resource.hasPrefix("${"), !resource.hasSuffix("}") {
        report("a substitution `${…}` is not closed", at: node["Resource"]?.span ?? span)
      }
    case "Wait":
      let ways = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"].filter {
        node[$0] != nil
      }
      if ways.count != 1 {
        report(
          "a wait needs exactly one of `Seconds`, `SecondsPath`, `Timestamp`, `TimestampPath`",
          at: span
        )
      }
    case "Choice": choices(node, names, isJSONata: isJSONata, at: span)
    case "Parallel":
      guard let branches = node["Branches"]?.elements, !branches.isEmpty else {
        return report("a parallel state needs `Branches`", at: node["Branches"]?.span ?? span)
      }
      for branch in branches { machine(branch, isJSONata: isJSONata, isTop: false) }
    case "Map":
      guard let processor = node["ItemProcessor"] ?? node["Iterator"] else {
        return report("a map needs `ItemProcessor`", at: span)
      }
      machine(processor, isJSONata: isJSONata, isTop: false)
      if let configuration = node["ItemReader"]?["ReaderConfig"] { pairs(configuration) }
      if let batcher = node["ItemBatcher"] { pairs(batcher) }
    default: break
    }
  }

  // MARK: Data

  private mutating func dataFields(_ node: Node) {
    for field in StatesFields.pathFields {
      guard let value = node[field] else { continue }
      if case .null = value.content, ["InputPath", "OutputPath"].contains(field) { continue }
      path(value, field)
    }
    for field in ["ErrorPath", "CausePath"] {
      guard let value = node[field] else { continue }
      if let text = value.string, StatesIntrinsic.isValid(text) { continue }
      path(value, field)
    }
    if let value = node["ResultPath"] {
      if case .null = value.content {
        // The result is thrown away.
      } else if let text = value.string, let path = StatesPath(text), path.isReference,
        path.root == .data
      {
        // A place for the result.
      } else {
        report("`ResultPath` must be a reference path such as `$.result`", at: value.span)
      }
    }
    for field in StatesFields.templates {
      if let value = node[field] { template(value) }
    }
  }

  private mutating func path(_ node: Node, _ field: String) {
    guard let text = node.string, StatesPath(text) != nil else {
      return report("`\(field)` must be a path such as `$.order`", at: node.span)
    }
  }

  /// A payload template: fields whose names end with `.$` hold paths or calls.
  private mutating func template(_ node: Node) {
    for element in node.elements ?? [] { template(element) }
    guard let entries = node.entries else { return }
    let names = Set(entries.map(\.key))
    for entry in entries {
      guard entry.key.hasSuffix(".$") else {
        template(entry.value)
        continue
      }
      if names.contains(String(entry.key.dropLast(2))) {
        report(
          "`\(Messages.shortened(entry.key))` and the same name without `.$` exclude each other",
          at: entry.keySpan
        )
      }
      guard let text = entry.value.string, StatesPath(text) != nil || StatesIntrinsic.isValid(text)
      else {
        report(
          "`\(Messages.shortened(entry.key))` must hold a path or an intrinsic function",
          at: entry.value.span
        )
        continue
      }
    }
  }

  private mutating func jsonata(_ node: Node) {
    for element in node.elements ?? [] { jsonata(element) }
    for entry in node.entries ?? []
    where !["ItemProcessor", "Iterator", "States"].contains(entry.key) {
      if entry.key != "Comment" { jsonata(entry.value) }
    }
    guard let text = node.string?.trimmingSpaces else { return }
    let opens = text.hasPrefix("{%")
    let closes = text.hasSuffix("%}")
    guard opens || closes else { return }
    guard opens, closes, text.utf8.count >= 4 else {
      return report("a JSONata expression stands between `{%` and `%}`", at: node.span)
    }
    if !JSONataSyntax.isPlausible(String(text.dropFirst(2).dropLast(2))) {
      report("this is not a JSONata expression", at: node.span)
    }
  }
}
