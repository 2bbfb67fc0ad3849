import Document
import Source
import Values

/// What a state of a statechart has beyond a step's work: nested states, regions, history, entry
/// and exit actions, edges on events and times.
extension FlowReader {
  /// Reads the chart's keys of a step.
  mutating func readChart(_ mapping: Mapping, _ step: inout Step, path: String) {
    let type = mapping.entry("type")?.value.string
    step.onEntry = blocks("on_entry", mapping)
    step.onExit = blocks("on_exit", mapping)
    step.onEvent = eventEdges(mapping)
    step.after = delayedEdges(mapping)
    step.always = edges("always", mapping, of: .event)
    if type == "history" {
      readHistory(mapping, &step)
      return
    }
    for key in ["deep", "default"] {
      if let entry = mapping.entry(key) { report(Messages.historyKey(entry)) }
    }
    if type == "parallel", !holdsTasks(mapping) {
      step.body = regions(mapping).map { .parallel($0) }
    } else if mapping.entry("states") != nil || mapping.entry("final_states") != nil {
      step.body = machine(mapping).map { .machine($0) }
    } else if let entry = mapping.entry("initial_state") {
      report(Messages.initialWithoutStates(entry))
    }
    let work = ["agent", "tool", "wait", "check"].compactMap { mapping.entry($0) }.first
    if step.body != nil, let work {
      report(Messages.twoWorks([work.key, "states"], at: work.keySpan))
    }
  }

  private mutating func readHistory(_ mapping: Mapping, _ step: inout Step) {
    let own = ["type", "deep", "default", "description"]
    for entry in mapping.entries where !own.contains(entry.key) {
      if KeyTable.of(.step, form).reads(entry.key) { report(Messages.keyOfHistory(entry)) }
    }
    let isDeep = boolean("deep", mapping) ?? false
    guard let start = start("default", mapping) else {
      if mapping.entry("default") == nil, !mapping.isDisordered {
        report(
          Messages.missing(
            "default",
            in: "a history",
            at: mapping.span,
            hint: "write where it leads before its state was ever left: `default: …`"
          )
        )
      }
      return
    }
    step.history = History(isDeep: isDeep, targets: start.targets, actions: start.actions)
  }

  /// The regions of `type: parallel`.
  private mutating func regions(_ mapping: Mapping) -> Regions? {
    guard let entry = value("states", mapping) else {
      if mapping.entry("states") == nil, !mapping.isDisordered {
        report(
          Messages.missing(
            "states",
            in: "a parallel state",
            at: mapping.span,
            hint: "write the states that are active together: `states: {left: …, right: …}`"
          )
        )
      }
      return nil
    }
    for key in ["initial_state", "final_states"] {
      if let entry = mapping.entry(key) { report(Messages.keyOfParallel(entry)) }
    }
    return states(entry, path: mapping.path, mayBeEmpty: false).map {
      Regions(regions: $0, span: entry.value.span)
    }
  }

  /// Where a machine or a history starts: a name, a list of names, or an edge without a condition.
  mutating func start(
    _ key: String,
    _ mapping: Mapping
  ) -> (targets: [Located<String>], actions: [Action])? {
    guard let entry = value(key, mapping) else { return nil }
    switch entry.value.content {
    case .sequence:
      let targets = texts(key, mapping)
      return targets.isEmpty ? nil : (targets, [])
    case .mapping:
      let path = mapping.path.isEmpty ? key : "\(mapping.path).\(key)"
      guard let edge = edge(entry.value, .start, path: path) else { return nil }
      if case .always = edge.condition {} else { report(Messages.conditionalStart(entry)) }
      return ([edge.target] + edge.otherTargets, edge.actions)
    default:
      return name(key, mapping).map { ([$0], []) }
    }
  }

  // MARK: Edges

  /// `on_event`: a mapping of descriptors to edges, or a list of edges with `event`.
  private mutating func eventEdges(_ mapping: Mapping) -> [EventEdge] {
    guard let entry = value("on_event", mapping) else { return [] }
    let path = mapping.path.isEmpty ? "on_event" : "\(mapping.path).on_event"
    if let entries = entry.value.entries {
      return entries.flatMap { entry -> [EventEdge] in
        guard let descriptors = descriptors(Located(entry.key, entry.keySpan)) else { return [] }
        if case .null = entry.value.content {
          report(Messages.noValue(entry))
          return []
        }
        return edges(entry, of: .event, path: "\(path).\(entry.key)").map {
          EventEdge(descriptors: descriptors, edge: $0)
        }
      }
    }
    guard let elements = entry.value.elements else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of events to edges",
          hint: "write `on_event: {paid: ship, \"error.*\": failed}`"
        )
      )
      return []
    }
    return elements.compactMap { element in
      guard let mapping = self.mapping(element, .eventEdge, path: path) else { return nil }
      guard let event = name("event", mapping) else {
        if mapping.entry("event") == nil, !mapping.isDisordered {
          report(
            Messages.missing(
              "event",
              in: "an entry of `on_event`",
              at: element.span,
              hint: "write the event that takes this edge: `event: …`"
            )
          )
        }
        return nil
      }
      guard let descriptors = descriptors(event), let edge = edge(mapping, .event) else {
        return nil
      }
      return EventEdge(descriptors: descriptors, edge: edge)
    }
  }

  /// The descriptors of a text: names of events with spaces between.
  private mutating func descriptors(_ text: Located<String>) -> [Located<String>]? {
    let words = text.value.split(separator: " ", omittingEmptySubsequences: true)
    guard !words.isEmpty else {
      report(Messages.emptyText("on_event", text.span))
      return nil
    }
    for word in words where !Self.isDescriptor(word) {
      report(Messages.badDescriptor(String(word), at: text.span))
      return nil
    }
    return words.map { Located(String($0), text.span) }
  }

  /// `a`, `a.b`, `a.*`, `*`.
  private static func isDescriptor(_ word: Substring) -> Bool {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    return parts.indices.allSatisfy { index in
      let isLast = index == parts.count - 1
      if parts[index] == "*" { return isLast }
      return !parts[index].isEmpty && !parts[index].utf8.contains(UInt8(ascii: "*"))
    }
  }

  /// `after`: a mapping of durations to edges, or a list of edges with `delay`.
  private mutating func delayedEdges(_ mapping: Mapping) -> [DelayedEdge] {
    guard let entry = value("after", mapping) else { return [] }
    let path = mapping.path.isEmpty ? "after" : "\(mapping.path).after"
    if let entries = entry.value.entries {
      return entries.flatMap { entry -> [DelayedEdge] in
        let key = Node(
          content: .string(entry.key),
          span: entry.keySpan,
          text: text(entry.key, at: entry.keySpan)
        )
        let named = Node.Entry(key: "after", keySpan: entry.keySpan, value: key)
        guard let delay = delay(named) else { return [] }
        return edges(entry, of: .event, path: "\(path).\(entry.key)").map {
          DelayedEdge(delay: delay, edge: $0)
        }
      }
    }
    guard let elements = entry.value.elements else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of durations to edges",
          hint: "write `after: {30s: remind}`"
        )
      )
      return []
    }
    return elements.compactMap { element in
      guard let mapping = self.mapping(element, .delayedEdge, path: path) else { return nil }
      guard let entry = value("delay", mapping) else {
        if mapping.entry("delay") == nil, !mapping.isDisordered {
          report(
            Messages.missing(
              "delay",
              in: "an entry of `after`",
              at: element.span,
              hint: "write the time since entry: `delay: 30s`"
            )
          )
        }
        return nil
      }
      guard let delay = delay(entry), let edge = edge(mapping, .event) else { return nil }
      return DelayedEdge(delay: delay, edge: edge)
    }
  }

  private func text(_ text: String, at span: SourceSpan) -> SourceText {
    SourceText(
      file: span.file,
      text: text,
      segments: [SourceText.Segment(textOffset: 0, fileOffset: span.start)],
      fileEnd: span.end
    )
  }

  // MARK: Computed texts

  /// A duration, or a text that is exactly one `{{ expression }}`.
  mutating func delay(_ entry: Node.Entry) -> DelayedEdge.Delay? {
    if let expression = wholeTemplate(entry.value) { return .expression(expression) }
    return duration(entry, nil, allowsZero: true).map { .milliseconds($0) }
  }

  /// A text, or the expression in it when it is exactly one `{{ expression }}`.
  mutating func eventText(_ entry: Node.Entry) -> EventText? {
    if let expression = wholeTemplate(entry.value) { return .expression(expression) }
    guard let text = text(entry) else { return nil }
    guard !text.value.isEmpty else {
      report(Messages.emptyText(entry.key, text.span))
      return nil
    }
    return .text(text)
  }

  /// The expression of a text that is exactly one `{{ expression }}`.
  func wholeTemplate(_ node: Node) -> SourceText? {
    guard let text = node.text, case .string = node.content else { return nil }
    let bytes = Array(text.text.utf8)
    var start = 0
    var end = bytes.count
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x0A { start += 1 }
    while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x0A { end -= 1 }
    let open = UInt8(ascii: "{")
    let close = UInt8(ascii: "}")
    guard end - start > 4, bytes[start] == open, bytes[start + 1] == open,
      bytes[end - 1] == close, bytes[end - 2] == close
    else { return nil }
    return text.slice(TextRange(start + 2, end - 2))
  }
}
