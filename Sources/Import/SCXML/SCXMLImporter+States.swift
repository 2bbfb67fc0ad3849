import Document
import Source
import Values
import XML

// States and transitions.
extension SCXMLImporter {
  /// `initial_state`, `states`, `final_states` of a machine or compound state.
  mutating func machineBody(_ element: XMLElement, extra: [Node] = []) -> [(String, Node)] {
    let states = element.elements.filter { ["state", "parallel", "history"].contains($0.name) }
    let finals = element.elements.filter { $0.name == "final" }
    var body: [(String, Node)] = []
    if let start = start(element, states + finals, extra) { body.append(("initial_state", start)) }
    body.append(("states", .map(states.map { (name($0), state($0)) }, at: element.tagSpan)))
    if !finals.isEmpty || element.name == "scxml" {
      body.append(
        ("final_states", .map(finals.map { (name($0), final($0)) }, at: element.tagSpan))
      )
    }
    return body
  }

  func name(_ element: XMLElement) -> String { stepsByPlace[element.tagSpan.start] ?? "" }

  /// Where a state starts: `initial`, an `<initial>` element, or its first child (SCXML 3.6).
  private mutating func start(
    _ element: XMLElement,
    _ children: [XMLElement],
    _ extra: [Node]
  ) -> Node? {
    var targets: [Node] = []
    var actions = extra
    let span: SourceSpan
    if let initial = element.attribute("initial") {
      targets = self.targets(initial)
      span = initial.span
    } else if let initial = element.elements.first(where: { $0.name == "initial" }),
      let transition = initial.elements.first(where: { $0.name == "transition" })
    {
      targets = transition.attribute("target").map { self.targets($0) } ?? []
      actions += self.actions(transition.elements)
      span = transition.tagSpan
    } else {
      let inDocument = element.elements.first { child in
        ["state", "parallel", "final"].contains(child.name)
      }
      guard let first = inDocument else {
        if element.name == "scxml" {
          report(Messages.invalid("the machine has no states", at: element.tagSpan))
        }
        return nil
      }
      targets = [.text(name(first), at: first.tagSpan)]
      span = first.tagSpan
    }
    guard !targets.isEmpty else { return nil }
    return startNode(targets, actions, at: span)
  }

  private func startNode(_ targets: [Node], _ actions: [Node], at span: SourceSpan) -> Node {
    guard !actions.isEmpty else {
      return targets.count == 1 ? targets[0] : .list(targets, at: span)
    }
    let leads: (String, Node) =
      targets.count == 1 ? ("target", targets[0]) : ("targets", .list(targets, at: span))
    return .map([leads, ("actions", .list(actions, at: span))], at: span)
  }

  private mutating func targets(_ attribute: XMLElement.Attribute) -> [Node] {
    let words = attribute.value.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" })
    return words.compactMap { word in
      target(String(word), at: attribute.span).map { .text($0, at: attribute.span) }
    }
  }

  private mutating func state(_ element: XMLElement) -> Node {
    var entries: [(String, Node)] = []
    switch element.name {
    case "history": return history(element)
    case "parallel":
      let regions = element.elements.filter {
        ["state", "parallel", "history"].contains($0.name)
      }
      if !regions.isEmpty { entries.append(("type", .text("parallel", at: element.tagSpan))) }
      entries += blocks(element)
      if !regions.isEmpty {
        entries.append(
          ("states", .map(regions.map { (name($0), state($0)) }, at: element.tagSpan))
        )
      }
    default:
      let isCompound = element.elements.contains {
        ["state", "parallel", "final", "history"].contains($0.name)
      }
      entries += blocks(element)
      if isCompound { entries += machineBody(element) }
    }
    entries = withInvokes(element, entries)
    entries += transitions(element)
    if entries.isEmpty, !hasMoves {
      // A state that rests for good says so by what it does with events: nothing.
      let nothing = Node.map([("actions", .list([], at: element.tagSpan))], at: element.tagSpan)
      entries = [("on_event", .map([("*", nothing)], at: element.tagSpan))]
    }
    return .map(entries, at: element.tagSpan)
  }

  private mutating func history(_ element: XMLElement) -> Node {
    var entries: [(String, Node)] = [("type", .text("history", at: element.tagSpan))]
    if element.value("type") == "deep" {
      entries.append(("deep", .bool(true, at: element.tagSpan)))
    }
    if let transition = element.elements.first(where: { $0.name == "transition" }) {
      let targets = transition.attribute("target").map { self.targets($0) } ?? []
      let actions = actions(transition.elements)
      if !targets.isEmpty {
        entries.append(("default", startNode(targets, actions, at: transition.tagSpan)))
      }
    } else {
      report(
        Messages.invalid(
          "a history needs a transition to where it leads at first",
          at: element.tagSpan
        )
      )
    }
    return .map(entries, at: element.tagSpan)
  }

  private mutating func final(_ element: XMLElement) -> Node {
    var entries = blocks(element)
    if let done = element.elements.first(where: { $0.name == "donedata" }) {
      if let result = doneData(done) { entries.append(("result", result)) }
    }
    return .map(entries, at: element.tagSpan)
  }

  private mutating func doneData(_ element: XMLElement) -> Node? {
    if let content = element.elements.first(where: { $0.name == "content" }) {
      return self.content(content).map { .quoted("{{ \($0.string ?? "null") }}", at: $0.span) }
    }
    let params = element.elements.filter { $0.name == "param" }
    guard !params.isEmpty else { return nil }
    return .map(
      params.compactMap { param in
        parameter(param).map {
          ($0.name, .quoted("{{ \($0.value.string ?? "") }}", at: $0.value.span))
        }
      },
      at: element.tagSpan
    )
  }

  /// `on_entry` and `on_exit`.
  private mutating func blocks(_ element: XMLElement) -> [(String, Node)] {
    var entries: [(String, Node)] = []
    for (tag, key) in [("onentry", "on_entry"), ("onexit", "on_exit")] {
      let blocks = element.elements.filter { $0.name == tag }
      var lists: [Node] = []
      for block in blocks {
        let actions = actions(block.elements)
        if !actions.isEmpty { lists.append(.list(actions, at: block.tagSpan)) }
      }
      guard let first = lists.first else { continue }
      entries.append((key, lists.count == 1 ? first : .list(lists, at: first.span)))
    }
    return entries
  }

  // MARK: Transitions

  private mutating func transitions(_ element: XMLElement) -> [(String, Node)] {
    var events: [(event: String, span: SourceSpan, edge: Node, isOpen: Bool)] = []
    var always: [(edge: Node, isOpen: Bool)] = []
    for transition in element.elements where transition.name == "transition" {
      let isOpen = transition.value("cond") == nil
      guard let edge = edge(transition) else { continue }
      guard let event = transition.attribute("event") else {
        always.append((edge, isOpen))
        continue
      }
      let words = event.value.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" })
      let descriptors = words.map { invoked(Self.descriptor(String($0))) }
      events.append((descriptors.joined(separator: " "), event.span, edge, isOpen))
    }
    var entries: [(String, Node)] = []
    if !events.isEmpty { entries.append(("on_event", onEvent(events, at: element.tagSpan))) }
    if let first = always.firstIndex(where: \.isOpen), first + 1 < always.count {
      report(
        Messages.dropped(
          "a transition that is never taken, because one before it always is,",
          at: always[first + 1].edge.span
        )
      )
      always.removeSubrange((first + 1)...)
    }
    if !always.isEmpty { entries.append(("always", edges(always.map(\.edge)))) }
    return entries
  }

  /// `a.*` and `a.` are `a`; `.*` is `*` (SCXML 3.12.1).
  private static func descriptor(_ word: String) -> String {
    var word = word
    if word.hasSuffix(".*") { word.removeLast(2) } else if word.hasSuffix(".") { word.removeLast() }
    return word.isEmpty ? "*" : word
  }

  private func edges(_ edges: [Node]) -> Node {
    edges.count == 1 ? edges[0] : .list(edges, at: edges[0].span)
  }

  /// A mapping by event where that keeps the order, else a list.
  private func onEvent(
    _ events: [(event: String, span: SourceSpan, edge: Node, isOpen: Bool)],
    at span: SourceSpan
  ) -> Node {
    var groups: [(event: String, edges: [Node], isOpen: Bool)] = []
    for event in events {
      if let last = groups.last, last.event == event.event {
        // What follows an edge without a condition for the same events is never taken.
        if last.isOpen { continue }
        groups[groups.count - 1].edges.append(event.edge)
        groups[groups.count - 1].isOpen = event.isOpen
      } else {
        groups.append((event.event, [event.edge], event.isOpen))
      }
    }
    if Set(groups.map(\.event)).count == groups.count {
      return .map(groups.map { ($0.event, edges($0.edges)) }, at: span)
    }
    return .list(
      groups.flatMap { group in
        group.edges.map { edge in
          let keys = edge.entries?.map { ($0.key, $0.value) } ?? [("target", edge)]
          return Node.map([("event", .text(group.event, at: edge.span))] + keys, at: edge.span)
        }
      },
      at: span
    )
  }

  /// A transition as an edge; nil for one that does nothing.
  private mutating func edge(_ transition: XMLElement) -> Node? {
    let targets = transition.attribute("target").map { self.targets($0) } ?? []
    let actions = actions(transition.elements)
    var entries: [(String, Node)] = []
    if let condition = transition.attribute("cond") {
      entries.append(("when", expression(condition.text, isCondition: true)))
    }
    if targets.count == 1 {
      entries.append(("target", targets[0]))
    } else if !targets.isEmpty {
      entries.append(("targets", .list(targets, at: transition.tagSpan)))
    }
    if transition.value("type") == "internal", !targets.isEmpty {
      entries.append(("internal", .bool(true, at: transition.tagSpan)))
    }
    // A transition without target and actions still takes its event away.
    if !actions.isEmpty || targets.isEmpty {
      entries.append(("actions", .list(actions, at: transition.tagSpan)))
    }
    if entries.count == 1, targets.count == 1 { return targets[0] }
    return .map(entries, at: transition.tagSpan)
  }
}
