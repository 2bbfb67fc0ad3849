import Document
import Source
import Values

/// What statecharts add to states: states inside, events, delays, entry and exit, histories.
extension FlowReader {
  /// Reads the chart keys of a step.
  mutating func readChart(_ mapping: Mapping, _ step: inout Step) {
    let type = mapping.entry("type")?.value.string
    if type == "history" {
      step.history = history(mapping)
      return
    }
    if let states = mapping.entry("states") {
      if type == "parallel" {
        if let regions = self.states(states, path: mapping.path) {
          step.body = .parallel(Regions(regions: regions, span: states.keySpan))
        }
      } else if let machine = machine(mapping) {
        step.body = .machine(machine)
      }
    }
    step.join = join(mapping)
    step.onEntry = blocks("on_entry", mapping)
    step.onExit = blocks("on_exit", mapping)
    step.onEvent = eventEdges(mapping)
    step.after = delayedEdges(mapping)
    step.always = edges("always", mapping, of: .event)
  }

  private mutating func history(_ mapping: Mapping) -> History {
    var targets: [Located<String>] = []
    if let entry = mapping.entry("default"), entry.value.elements != nil {
      targets = texts("default", mapping)
    } else if let name = name("default", mapping) {
      targets = [name]
    }
    if targets.isEmpty, mapping.entry("default") == nil {
      report(
        Messages.missing(
          "default",
          in: "a history",
          at: mapping.span,
          hint: "write where it leads before its state was ever left: `default: …`"
        )
      )
    }
    return History(isDeep: boolean("deep", mapping) ?? false, targets: targets)
  }

  /// `join:` of a parallel step: a word, or a number of successes.
  mutating func join(_ mapping: Mapping) -> Join? {
    guard let entry = value("join", mapping) else { return nil }
    if case .int = entry.value.content {
      return integer("join", mapping, in: 1...limits.places).map { .count($0.value) }
    }
    let words = ["all", "any", "first", "finished"]
    switch word("join", mapping, oneOf: words)?.value {
    case "all": return .all
    case "any": return .any
    case "first": return .first
    case "finished": return .finished
    default: return nil
    }
  }

  /// `on_event`: names, prefixes or `*` to edges.
  private mutating func eventEdges(_ mapping: Mapping) -> [EventEdge] {
    guard let entry = value("on_event", mapping) else { return [] }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of events to edges",
          hint: "write `on_event: {approved: done}`"
        )
      )
      return []
    }
    var result: [EventEdge] = []
    for event in entries {
      let names = event.key.split(separator: " ").map { Located(String($0), event.keySpan) }
      guard !names.isEmpty else {
        report(Messages.emptyText("on_event", event.keySpan))
        continue
      }
      let path = "\(mapping.path).on_event.\(event.key)"
      for edge in edges(event, of: .event, path: path, mustEnd: true) {
        result.append(EventEdge(descriptors: names, edge: edge))
      }
    }
    return result
  }

  /// `after`: durations to edges, or a list of edges with `delay`.
  private mutating func delayedEdges(_ mapping: Mapping) -> [DelayedEdge] {
    guard let entry = value("after", mapping) else { return [] }
    let path = "\(mapping.path).after"
    if let elements = entry.value.elements {
      return elements.compactMap { element in
        guard let inner = self.mapping(element, .edge, path: path) else { return nil }
        guard let delay = delay(inner) else {
          if inner.entry("delay") == nil, inner.entry("delay_from") == nil {
            report(
              Messages.missing(
                "delay",
                in: "an entry of `after`",
                at: element.span,
                hint: "write `{delay: 5s, target: …}`"
              )
            )
          }
          return nil
        }
        let whole = Node.Entry(key: "after", keySpan: element.span, value: element)
        return edges(whole, of: .event, path: path, mustEnd: true).first.map {
          DelayedEdge(delay: delay, edge: $0)
        }
      }
    }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of durations to edges",
          hint: "write `after: {5m: remind}`"
        )
      )
      return []
    }
    var result: [DelayedEdge] = []
    for timed in entries {
      let milliseconds: Int64
      do throws(DurationSpelling.Fault) {
        milliseconds = try DurationSpelling.milliseconds(timed.key)
      } catch {
        report(Messages.duration(timed, timed.key, error, namesUnit: nil))
        continue
      }
      for edge in edges(timed, of: .event, path: path, mustEnd: true) {
        let delay = DelayedEdge.Delay.milliseconds(Located(milliseconds, timed.keySpan))
        result.append(DelayedEdge(delay: delay, edge: edge))
      }
    }
    return result
  }

  /// `delay:`, a duration, or `delay_from:`, an expression.
  private mutating func delay(_ mapping: Mapping) -> DelayedEdge.Delay? {
    if let source = expression("delay_from", mapping) { return .expression(source) }
    return duration("delay", mapping, allowsZero: true).map { .milliseconds($0) }
  }

  // MARK: Actions

  /// Blocks of actions: a list of actions is one block, a list of lists several.
  mutating func blocks(_ key: String, _ mapping: Mapping) -> [[Action]] {
    guard let entry = value(key, mapping) else { return [] }
    let path = "\(mapping.path).\(key)"
    if let elements = entry.value.elements, elements.contains(where: { $0.elements != nil }) {
      return elements.map { actions($0, path: path) }
    }
    return [actions(entry.value, path: path)]
  }

  /// The actions at `key`.
  mutating func actions(_ key: String, _ mapping: Mapping) -> [Action] {
    guard let entry = value(key, mapping) else { return [] }
    return actions(entry.value, path: "\(mapping.path).\(key)")
  }

  private mutating func actions(_ node: Node, path: String) -> [Action] {
    guard let elements = node.elements else {
      return node.entries == nil ? wrongAction(node) : action(node, path: path)
    }
    return elements.flatMap { element in
      element.entries == nil ? wrongAction(element) : action(element, path: path)
    }
  }

  private mutating func wrongAction(_ node: Node) -> [Action] {
    report(Messages.wrongElement(node, of: "actions", wanted: "an action, as `{raise: name}`"))
    return []
  }

  /// The action that a mapping holds; `assign` may set several fields.
  private mutating func action(_ node: Node, path: String) -> [Action] {
    guard let mapping = mapping(node, .chartAction, path: path) else { return [] }
    let kinds = ["assign", "raise", "send", "cancel", "log", "if", "for_each"].filter {
      mapping.entry($0) != nil
    }
    guard kinds.count == 1, let kind = kinds.first else {
      report(Messages.oneAction(kinds, at: node.span))
      return []
    }
    switch kind {
    case "assign": return assignments(mapping).map { .assign($0) }
    case "raise": return name("raise", mapping).map { [.raise($0)] } ?? []
    case "send": return send(mapping, path: path).map { [.send($0)] } ?? []
    case "cancel": return name("cancel", mapping).map { [.cancel(.text($0))] } ?? []
    case "log":
      let label = text("label", mapping)?.value ?? ""
      return [.log(expression("log", mapping), label: label)]
    case "if":
      guard let condition = expression("if", mapping) else { return [] }
      let body = actions("then", mapping)
      return [.choose(condition, then: body, otherwise: actions("else", mapping))]
    default:
      guard let items = expression("for_each", mapping) else { return [] }
      guard let item = name("as", mapping) else {
        if mapping.entry("as") == nil {
          report(
            Messages.missing(
              "as",
              in: "`for_each`",
              at: node.span,
              hint: "write the state field that holds each item: `as: item`"
            )
          )
        }
        return []
      }
      let index = name("index", mapping)
      return [.loop(items: items, item: item, index: index, actions: actions("do", mapping))]
    }
  }

  private mutating func send(_ outer: Mapping, path: String) -> SendAction? {
    guard let entry = value("send", outer) else { return nil }
    if let name = entry.value.string, !name.isEmpty {
      return SendAction(event: .text(Located(name, entry.value.span)), span: entry.value.span)
    }
    guard let mapping = mapping(entry, .send, path: "\(path).send") else { return nil }
    var send = SendAction(event: eventText("event", mapping), span: entry.value.span)
    send.target = eventText("target", mapping)
    send.id = name("id", mapping)
    send.idField = name("id_field", mapping)
    send.delay = delay(mapping)
    send.content = expression("content", mapping)
    if let data = value("data", mapping) {
      for field in data.value.entries ?? [] {
        if let source = expression(field) { send.data.append((field.key, source)) }
      }
      if data.value.entries == nil {
        report(
          Messages.wrongKind(data, wanted: "a mapping of names to expressions", hint: nil)
        )
      }
    }
    return send
  }

  /// A text at `key`, or an expression at `<key>_from`.
  private mutating func eventText(_ key: String, _ mapping: Mapping) -> EventText? {
    if let source = expression("\(key)_from", mapping) { return .expression(source) }
    return name(key, mapping).map { .text($0) }
  }
}
