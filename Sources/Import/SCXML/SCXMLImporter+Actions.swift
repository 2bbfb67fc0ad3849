import Document
import Source
import Values
import XML

// Executable content.
extension SCXMLImporter {
  /// The actions of elements, in order.
  mutating func actions(_ elements: [XMLElement]) -> [Node] {
    elements.compactMap { action($0) }
  }

  private mutating func action(_ element: XMLElement) -> Node? {
    let span = element.tagSpan
    switch element.name {
    case "raise":
      guard let event = element.attribute("event") else { return missing("event", element) }
      return .map([("raise", .text(event.value, at: event.span))], at: span)
    case "log": return log(element)
    case "assign": return assign(element)
    case "send": return send(element)
    case "cancel": return cancel(element)
    case "if": return choose(element)
    case "foreach": return loop(element)
    case "script":
      report(Messages.outOfScope("a script", at: span, hint: Self.scriptHint))
      return nil
    default:
      report(Messages.outOfScope("the action `\(Messages.shortened(element.name))`", at: span))
      return nil
    }
  }

  private mutating func missing(_ attribute: String, _ element: XMLElement) -> Node? {
    report(
      Messages.invalid(
        "`\(element.name)` needs the attribute `\(attribute)`",
        at: element.tagSpan
      )
    )
    return nil
  }

  /// An action that fails, as the original does.
  private func failure(at span: SourceSpan) -> Node {
    .map([("log", .quoted(ScriptTranslator.failing, at: span))], at: span)
  }

  private mutating func log(_ element: XMLElement) -> Node? {
    let label = element.value("label") ?? ""
    var value = Node.quoted(ScriptTranslator.quoted(label), at: element.tagSpan)
    if let text = element.attribute("expr")?.text {
      // What is only written down is no reason to refuse a machine.
      if isCEL {
        value = .quoted(text.text, at: text.span)
      } else if let parsed = try? ScriptParser.parse(text.text),
        let cel = try? translator.value(parsed)
      {
        value = .quoted(cel, at: text.span)
      } else {
        report(Messages.dropped("what is logged here", at: text.span))
      }
    }
    var entries = [("log", value)]
    if !label.isEmpty { entries.append(("label", .quoted(label, at: element.tagSpan))) }
    return .map(entries, at: element.tagSpan)
  }

  private mutating func assign(_ element: XMLElement) -> Node? {
    guard let location = element.attribute("location") else {
      return missing("location", element)
    }
    let path = SCXMLImporter.normalized(location.value)
    guard let field = translator.fields[path] ?? (isCEL ? celField(path) : nil) else {
      let root = path.split(whereSeparator: { $0 == "." || $0 == "[" }).first.map(String.init)
      if let root, translator.fields[root] != nil {
        report(
          Messages.outOfScope(
            "an assignment to a part of a variable",
            at: location.span,
            hint: "assign the whole variable"
          )
        )
        return nil
      }
      // No such variable, or one that the system owns: the assignment fails (SCXML 5.4, 5.10).
      report(Messages.failing(path, at: location.span))
      return failure(at: location.span)
    }
    if let text = element.attribute("expr")?.text {
      return assignment(field, expression(text))
    }
    if let child = element.elements.first {
      report(Messages.outOfScope("XML as a value", at: child.tagSpan, hint: "write it as JSON"))
      return nil
    }
    guard let text = element.text else { return missing("expr", element) }
    return assignment(field, literal(text))
  }

  private func celField(_ path: String) -> String? {
    let field = path.hasPrefix("state.") ? String(path.dropFirst(6)) : path
    return takenFields.contains(field) ? field : nil
  }

  /// A text as a value: JSON if it is, else its normalised text.
  private func literal(_ text: SourceText) -> Node {
    if let value = try? JSONParser.parse(
      Array(text.text.utf8),
      depth: 100,
      duplicateKeys: .keepLast
    ) {
      if case .string(let string) = value {
        return .quoted(ScriptTranslator.quoted(string), at: text.span)
      }
      return .quoted(JSONWriter.string(value), at: text.span)
    }
    return .quoted(ScriptTranslator.quoted(Self.normalized(text.text)), at: text.span)
  }

  private mutating func cancel(_ element: XMLElement) -> Node? {
    if let id = element.attribute("sendid") {
      return .map([("cancel", .text(id.value, at: id.span))], at: element.tagSpan)
    }
    guard let computed = element.attribute("sendidexpr") else { return missing("sendid", element) }
    return .map([("cancel", template(computed.text))], at: element.tagSpan)
  }

  /// `{{ expression }}`.
  mutating func template(_ text: SourceText) -> Node {
    let expression = expression(text)
    return .quoted("{{ \(expression.string ?? "") }}", at: expression.span)
  }

  private mutating func choose(_ element: XMLElement) -> Node? {
    var branches: [(condition: SourceText?, actions: [XMLElement], span: SourceSpan)] = [
      (element.attribute("cond")?.text, [], element.tagSpan)
    ]
    for child in element.elements {
      switch child.name {
      case "elseif": branches.append((child.attribute("cond")?.text, [], child.tagSpan))
      case "else": branches.append((nil, [], child.tagSpan))
      default: branches[branches.count - 1].actions.append(child)
      }
    }
    guard branches[0].condition != nil else { return missing("cond", element) }
    return choose(branches[...])
  }

  private mutating func choose(
    _ branches: ArraySlice<(condition: SourceText?, actions: [XMLElement], span: SourceSpan)>
  ) -> Node? {
    guard let first = branches.first, let condition = first.condition else { return nil }
    var entries = [("if", expression(condition, isCondition: true))]
    entries.append(("then", .list(actions(first.actions), at: first.span)))
    let rest = branches.dropFirst()
    if let next = rest.first {
      let otherwise =
        next.condition == nil ? actions(next.actions) : [choose(rest)].compactMap(\.self)
      entries.append(("else", .list(otherwise, at: next.span)))
    }
    return .map(entries, at: first.span)
  }

  private mutating func loop(_ element: XMLElement) -> Node? {
    guard let array = element.attribute("array")?.text else { return missing("array", element) }
    guard let item = element.attribute("item") else { return missing("item", element) }
    guard ScriptTranslator.isName(item.value), let field = translator.fields[item.value] else {
      report(Messages.failing(item.value, at: item.span))
      return failure(at: item.span)
    }
    var entries: [(String, Node)] = [
      ("for_each", expression(array)), ("as", .text(field, at: item.span)),
    ]
    if let index = element.attribute("index"), let field = translator.fields[index.value] {
      entries.append(("index", .text(field, at: index.span)))
    }
    entries.append(("do", .list(actions(element.elements), at: element.tagSpan)))
    return .map(entries, at: element.tagSpan)
  }

  // MARK: Sending

  private mutating func send(_ element: XMLElement) -> Node? {
    guard isOwnProcessor(element) else { return nil }
    var entries: [(String, Node)] = []
    if let event = element.attribute("event") {
      entries.append(("event", .text(event.value, at: event.span)))
    } else if let computed = element.attribute("eventexpr") {
      entries.append(("event", template(computed.text)))
    } else {
      return missing("event", element)
    }
    if let target = element.attribute("target"), !target.value.isEmpty {
      entries.append(("target", .quoted(self.receiver(target.value), at: target.span)))
    } else if let computed = element.attribute("targetexpr") {
      entries.append(("target", template(computed.text)))
    }
    if let id = element.attribute("id") { entries.append(("id", .text(id.value, at: id.span))) }
    if let location = element.attribute("idlocation"),
      let field = translator.fields[location.value]
    {
      entries.append(("id_field", .text(field, at: location.span)))
    }
    if let delay = delay(element) { entries.append(("delay", delay)) }
    if let content = element.elements.first(where: { $0.name == "content" }) {
      guard let value = self.content(content) else { return nil }
      entries.append(("content", value))
    } else if let data = data(element) {
      entries.append(("data", data))
    }
    // The short form.
    let value = entries.count == 1 ? entries[0].1 : Node.map(entries, at: element.tagSpan)
    let action = Node.map([("send", value)], at: element.tagSpan)
    guard let computed = element.attribute("typeexpr") else { return action }
    // Sent when the computed processor is SCXML's own; else the action fails, as SCXML 6.2 has it.
    let processor = expression(computed.text).string ?? ScriptTranslator.failing
    let own = Self.ownProcessors.map { ScriptTranslator.quoted($0) }.joined(separator: ", ")
    return .map(
      [
        ("if", .quoted("(\(processor)) in [\(own)]", at: computed.span)),
        ("then", .list([action], at: element.tagSpan)),
        ("else", .list([failure(at: computed.span)], at: element.tagSpan)),
      ],
      at: element.tagSpan
    )
  }

  private static let ownProcessors = [
    "", "scxml", ScriptTranslator.processor, "http://www.w3.org/TR/scxml",
  ]

  /// The name of a child in `#_<invokeid>` is the step that runs it.
  private func receiver(_ target: String) -> String {
    guard target.hasPrefix("#_"), let step = invokeSteps[String(target.dropFirst(2))] else {
      return target
    }
    return "#_\(step)"
  }

  private mutating func isOwnProcessor(_ element: XMLElement) -> Bool {
    if let type = element.attribute("type") {
      if !Self.ownProcessors.contains(type.value) {
        report(
          Messages.outOfScope(
            "the event processor `\(Messages.shortened(type.value))`",
            at: type.span,
            hint: "let a step call a tool of type `http`"
          )
        )
        return false
      }
    }
    if let target = element.attribute("target"), target.value.contains("://") {
      report(
        Messages.outOfScope(
          "sending to an address",
          at: target.span,
          hint: "let a step call a tool of type `http`"
        )
      )
      return false
    }
    return true
  }

  /// A delay: a duration where it is constant, else a template.
  private mutating func delay(_ element: XMLElement) -> Node? {
    let text: SourceText
    if let delay = element.attribute("delay")?.text {
      if let milliseconds = Self.milliseconds(delay.text) {
        return .text(milliseconds, at: delay.span)
      }
      report(Messages.invalid("`\(Messages.shortened(delay.text))` is no delay", at: delay.span))
      return nil
    } else if let computed = element.attribute("delayexpr")?.text {
      text = computed
    } else {
      return nil
    }
    if !isCEL, case .text(let constant)? = try? ScriptParser.parse(text.text),
      let milliseconds = Self.milliseconds(constant)
    {
      return .text(milliseconds, at: text.span)
    }
    return template(text)
  }

  /// `.5s`, `100ms` as a duration of the house form.
  private static func milliseconds(_ text: String) -> String? {
    let bytes = Array(normalized(text).utf8)
    let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
    let unit = String(decoding: bytes.dropFirst(digits.count), as: UTF8.self)
    guard let number = Double(String(decoding: digits, as: UTF8.self)),
      let factor = ["ms": 1.0, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000][unit]
    else { return nil }
    let milliseconds = number * factor
    guard milliseconds < 1e12 else { return nil }
    let whole = Int64(milliseconds.rounded())
    return whole % 1_000 == 0 ? "\(whole / 1_000)s" : "\(whole)ms"
  }

  /// `namelist` and `<param>`.
  mutating func data(_ element: XMLElement) -> Node? {
    var entries: [(String, Node)] = []
    if let list = element.attribute("namelist") {
      for word in list.value.split(separator: " ") {
        let name = String(word)
        entries.append((name, expression(Node.made(name, at: list.span))))
      }
    }
    for param in element.elements where param.name == "param" {
      if let parameter = parameter(param) { entries.append((parameter.name, parameter.value)) }
    }
    return entries.isEmpty ? nil : .map(entries, at: element.tagSpan)
  }

  mutating func parameter(_ element: XMLElement) -> (name: String, value: Node)? {
    guard let name = element.value("name") else {
      _ = missing("name", element)
      return nil
    }
    guard let text = (element.attribute("expr") ?? element.attribute("location"))?.text else {
      _ = missing("expr", element)
      return nil
    }
    return (name, expression(text))
  }

  /// The value of a `<content>`, as an expression.
  mutating func content(_ element: XMLElement) -> Node? {
    if let text = element.attribute("expr")?.text { return expression(text) }
    if let child = element.elements.first {
      report(Messages.outOfScope("XML as a value", at: child.tagSpan, hint: "write it as JSON"))
      return nil
    }
    return element.text.map { literal($0) }
  }
}
