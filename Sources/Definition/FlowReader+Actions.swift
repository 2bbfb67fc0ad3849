import Document
import Source
import Values

/// Actions of entries, exits and edges.
extension FlowReader {
  /// Blocks of actions: a list of actions is one block, a list of lists several.
  mutating func blocks(_ key: String, _ mapping: Mapping) -> [[Action]] {
    guard let entry = value(key, mapping) else { return [] }
    let path = mapping.path.isEmpty ? key : "\(mapping.path).\(key)"
    guard let elements = entry.value.elements else {
      return entry.value.entries == nil
        ? wrongActions(entry) : [action(entry.value, path: path)].compactMap { $0.map { [$0] } }
    }
    guard elements.contains(where: { $0.elements != nil }) else {
      return [actions(elements, path: path)]
    }
    return elements.map { block in
      guard let inner = block.elements else {
        return action(block, path: path).map { [$0] } ?? []
      }
      return actions(inner, path: path)
    }
  }

  private mutating func wrongActions(_ entry: Node.Entry) -> [[Action]] {
    report(
      Messages.wrongKind(
        entry,
        wanted: "a list of actions",
        hint: "write `\(entry.key): [{assign: {field: \"…\"}}, {raise: name}]`"
      )
    )
    return []
  }

  /// The actions at `key`; none when the key is absent.
  mutating func actions(_ key: String, _ mapping: Mapping) -> [Action] {
    guard let entry = value(key, mapping) else { return [] }
    let path = mapping.path.isEmpty ? key : "\(mapping.path).\(key)"
    if let elements = entry.value.elements { return actions(elements, path: path) }
    guard entry.value.entries != nil else {
      _ = wrongActions(entry)
      return []
    }
    return action(entry.value, path: path).map { [$0] } ?? []
  }

  private mutating func actions(_ elements: [Node], path: String) -> [Action] {
    var result: [Action] = []
    for element in elements {
      guard let entries = element.entries else {
        report(Messages.actionKind(element))
        continue
      }
      // `assign` with several fields is several actions, done in order.
      if entries.count == 1, entries[0].key.sameScalars(as: "assign") {
        guard let mapping = mapping(element, .act, path: path) else { continue }
        result += assignments(mapping).map { .assign($0) }
      } else if let action = action(element, path: path) {
        result.append(action)
      }
    }
    return result
  }

  private static let verbs = ["assign", "raise", "send", "cancel", "log", "if", "for_each"]

  private mutating func action(_ node: Node, path: String) -> Action? {
    guard let mapping = mapping(node, .act, path: path) else { return nil }
    let found = Self.verbs.compactMap { mapping.entry($0) }
    guard let verb = found.first else {
      if !mapping.isDisordered { report(Messages.actionKind(node)) }
      return nil
    }
    if found.count > 1 {
      report(Messages.twoActions(found))
      return nil
    }
    reportForeign(mapping, verb)
    switch verb.key {
    case "assign": return assignments(mapping).first.map { .assign($0) }
    case "raise": return name("raise", mapping).map { .raise($0) }
    case "send": return send(verb, path: path).map { .send($0) }
    case "cancel": return value("cancel", mapping).flatMap { eventText($0) }.map { .cancel($0) }
    case "log":
      let label = text("label", mapping)?.value ?? ""
      return expression("log", mapping).map { .log($0, label: label) }
    case "if":
      let then = actions("then", mapping)
      let otherwise = actions("else", mapping)
      return expression("if", mapping).map { .choose($0, then: then, otherwise: otherwise) }
    default: return loop(mapping)
    }
  }

  /// Reports keys that belong to another action.
  private mutating func reportForeign(_ mapping: Mapping, _ verb: Node.Entry) {
    let own: [String: [String]] = [
      "log": ["label"], "if": ["then", "else"], "for_each": ["as", "index", "do"],
    ]
    for entry in mapping.entries where !entry.key.sameScalars(as: verb.key) {
      if own[verb.key]?.contains(where: { $0.sameScalars(as: entry.key) }) != true,
        KeyTable.of(.act, form).reads(entry.key)
      {
        report(Messages.keyOfOtherAction(entry, verb))
      }
    }
  }

  private mutating func loop(_ mapping: Mapping) -> Action? {
    let items = expression("for_each", mapping)
    let item = name("as", mapping)
    if mapping.entry("as") == nil, !mapping.isDisordered {
      report(
        Messages.missing(
          "as",
          in: "`for_each`",
          at: mapping.span,
          hint: "write the state field that holds the item: `as: …`"
        )
      )
    }
    let index = mapping.entry("index") == nil ? nil : name("index", mapping)
    let actions = actions("do", mapping)
    guard let items, let item else { return nil }
    return .loop(items: items, item: item, index: index, actions: actions)
  }

  /// `send`: the name of an event, or a mapping.
  private mutating func send(_ entry: Node.Entry, path: String) -> SendAction? {
    let span = entry.keySpan.union(entry.value.span)
    guard entry.value.entries != nil else {
      return eventText(entry).map { SendAction(event: $0, span: span) }
    }
    guard let mapping = mapping(entry, .sending, path: "\(path).send") else { return nil }
    var send = SendAction(event: nil, span: span)
    send.event = value("event", mapping).flatMap { eventText($0) }
    send.target = value("target", mapping).flatMap { eventText($0) }
    send.id = name("id", mapping)
    send.idField = name("id_field", mapping)
    send.delay = value("delay", mapping).flatMap { delay($0) }
    send.content = expression("content", mapping)
    if let data = value("data", mapping) {
      guard let entries = data.value.entries else {
        report(
          Messages.wrongKind(
            data,
            wanted: "a mapping of names to expressions",
            hint: "write `data: {amount: \"state.amount\"}`, or `content: \"…\"` for one value"
          )
        )
        return nil
      }
      send.data = entries.compactMap { entry in
        expression(entry).map { (name: entry.key, value: $0) }
      }
    }
    if mapping.entry("event") == nil, !mapping.isDisordered {
      report(
        Messages.missing(
          "event",
          in: "`send`",
          at: mapping.span,
          hint: "write the event's name: `event: …`"
        )
      )
      return nil
    }
    if let data = mapping.entry("data"), let content = mapping.entry("content") {
      report(Messages.twoSpellings(data, of: content))
    }
    return send
  }
}
