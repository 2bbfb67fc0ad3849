import Document
import Source
import Values

// Paths and templates as CEL.
extension StatesImporter {
  /// The CEL of a path; `base` is what `$` stands for.
  mutating func cel(_ text: String, base: String, at span: SourceSpan) -> String {
    guard let path = StatesPath(text) else {
      guard let call = StatesIntrinsic.parse(text) else { return "null" }
      return intrinsic(call, base: base, at: span)
    }
    do throws(StatesPathFault) {
      switch path.root {
      case .data: return try path.cel(from: base)
      case .variable(let name):
        guard let base = readable[name] else {
          // Reading a variable that is set nowhere fails at run time.
          report(Messages.failing(text, at: span))
          return ScriptTranslator.failing
        }
        return try path.cel(from: base)
      case .context: return try context(path, text)
      }
    } catch {
      refuse(error.what, at: span, hint: "let a step call a tool that computes it")
      return "null"
    }
  }

  /// The fields of the context object that a run knows.
  private var contextFields: [(keys: [String], cel: String)] {
    var fields = [
      (["Execution", "Input"], executionInput), (["Execution", "Id"], "run.id"),
      (["Execution", "Name"], "run.id"), (["Execution", "StartTime"], "string(run.started)"),
      (["StateMachine", "Name"], "run.flow"), (["StateMachine", "Id"], "run.flow"),
      (["Map", "Item", "Value"], itemValue), (["Map", "Item", "Index"], itemIndex),
      (["State", "Name"], ScriptTranslator.quoted(stateName)),
      (["State", "EnteredTime"], "string(run.started + run.elapsed)"),
    ]
    if let taskToken { fields.append((["Task", "Token"], taskToken)) }
    return fields
  }

  /// The CEL of a field of the context object, and how many of `keys` name it.
  func contextField(_ keys: [String]) -> (cel: String, used: Int)? {
    contextFields.first { keys.starts(with: $0.keys) }.map { ($0.cel, $0.keys.count) }
  }

  private func context(
    _ path: StatesPath,
    _ text: String
  ) throws(StatesPathFault) -> String {
    let keys = path.segments.map { segment -> String in
      if case .key(let key) = segment { key } else { "" }
    }
    guard let (cel, used) = contextField(keys) else {
      throw StatesPathFault(what: "`\(Messages.shortened(text))` of the context object")
    }
    var rest = path
    rest.segments.removeFirst(used)
    return try rest.cel(from: cel)
  }

  /// The CEL of a text of a state in JSONata: an expression between `{%` and `%}`, or itself.
  mutating func jsonata(_ text: String, at span: SourceSpan) -> String {
    let inner = text.trimmingSpaces
    guard inner.hasPrefix("{%"), inner.hasSuffix("%}"), inner.utf8.count >= 4 else {
      return ScriptTranslator.quoted(text)
    }
    dataError = "States.QueryEvaluationError"
    let importer = self
    let translator = JSONataTranslator(states: jsonataNames, variables: readable) { keys in
      importer.contextField(keys)
    }
    do throws(QueryFault) {
      let expression = try JSONataParser.parse(String(inner.dropFirst(2).dropLast(2)))
      return try translator.value(expression)
    } catch {
      refuse(
        error.what,
        at: span,
        hint: "paths of `$states` and variables, operators and common functions can"
      )
      return "null"
    }
  }

  /// The CEL of a payload template.
  mutating func template(_ node: Node, base: String) -> String {
    if isJSONata, let text = node.string { return jsonata(text, at: node.span) }
    switch node.content {
    case .mapping(let entries):
      var fields: [String] = []
      for entry in entries {
        let isDynamic = holdsPath(entry)
        let name = isDynamic ? String(entry.key.dropLast(2)) : entry.key
        let value =
          isDynamic
          ? cel(entry.value.string ?? "", base: base, at: entry.value.span)
          : template(entry.value, base: base)
        fields.append("\(ScriptTranslator.quoted(name)): \(value)")
      }
      return "{" + fields.joined(separator: ", ") + "}"
    case .sequence(let elements):
      var values: [String] = []
      for element in elements { values.append(template(element, base: base)) }
      return "[" + values.joined(separator: ", ") + "]"
    default: return CELText.literal(node.value)
    }
  }

  /// Whether a field's name ends in `.$`, so that its text is a path or call.
  func holdsPath(_ entry: Node.Entry) -> Bool { !isJSONata && entry.key.hasSuffix(".$") }

  /// What a state leaves to the next when it got `result`, and what its variables are made of.
  mutating func given(
    _ node: Node,
    result: String,
    _ scope: Scope
  ) -> (data: String, result: String) {
    guard !isJSONata else {
      jsonataNames["result"] = result
      return (node["Output"].map { template($0, base: result) } ?? result, result)
    }
    let selected = node["ResultSelector"].map { template($0, base: result) } ?? result
    return (output(node, result: selected, raw: scope.data), selected)
  }

  /// What `InputPath` leaves of the data.
  mutating func selected(_ field: String, _ node: Node, from base: String) -> String {
    guard let value = node[field] else { return base }
    guard let text = value.string else { return "{}" }
    return cel(text, base: base, at: value.span)
  }

  /// The data after a state: its result put where `ResultPath` says, then `OutputPath`.
  mutating func output(_ node: Node, result: String, raw: String) -> String {
    var output = result
    if let value = node["ResultPath"] {
      if let text = value.string, let path = StatesPath(text) {
        var keys: [String] = []
        for case .key(let key) in path.segments { keys.append(key) }
        if keys.count != path.segments.count || path.root != .data {
          refuse("this `ResultPath`", at: value.span, hint: "paths of names can")
        }
        output = CELText.inserted(result, at: keys, into: raw)
      } else {
        output = raw
      }
    }
    let base = output.utf8.contains(UInt8(ascii: "(")) ? "dyn(\(output))" : output
    return node["OutputPath"] == nil ? output : selected("OutputPath", node, from: base)
  }

  /// `assign` of a state: the data where it changes, and the variables.
  mutating func assignments(
    _ node: Node,
    data: String,
    result: String,
    _ scope: Scope
  ) -> [(String, Node)] {
    var entries: [(String, Node)] = []
    if data != scope.data { entries.append((scope.field, .quoted(data, at: node.span))) }
    entries += variables(node, base: result)
    return entries.isEmpty ? [] : [("assign", .map(entries, at: node.span))]
  }

  /// What `Assign` sets.
  mutating func variables(_ node: Node, base: String) -> [(String, Node)] {
    guard let assign = node["Assign"] else { return [] }
    var entries: [(String, Node)] = []
    for entry in assign.entries ?? [] {
      let isDynamic = holdsPath(entry)
      let name = isDynamic ? String(entry.key.dropLast(2)) : entry.key
      let value =
        isDynamic
        ? cel(entry.value.string ?? "", base: base, at: entry.value.span)
        : template(entry.value, base: base)
      entries.append((variables[name] ?? name, .quoted(value, at: entry.value.span)))
    }
    return entries
  }
}
