import Document
import Source
import Values

/// Task lists and the keys of steps that run other steps.
extension FlowReader {
  /// The list at `tasks`; nil after a finding.
  ///
  /// `isTogether`: a `type: parallel` step, whose tasks all start at once.
  mutating func taskList(_ mapping: Mapping, isTogether: Bool = false) -> TaskList? {
    guard let entry = value("tasks", mapping) else { return nil }
    guard let elements = entry.value.elements else {
      let hint = "write `tasks: [{id: first, agent: …}, {id: second, tool: …}]`"
      report(Messages.wrongKind(entry, wanted: "a list of tasks", hint: hint))
      return nil
    }
    guard !elements.isEmpty else {
      report(Messages.emptyList(entry))
      return nil
    }
    guard elements.count <= limits.places else {
      report(Messages.tooMany("tasks", limits.places, at: entry.keySpan))
      return nil
    }
    let prefix = mapping.path.isEmpty ? "tasks" : "\(mapping.path).tasks"
    var tasks: [ListedTask] = []
    for entry in listedEntries(elements, of: "tasks") {
      checkName(entry, isStep: true)
      if let task = task(entry, path: "\(prefix).\(entry.key)") { tasks.append(task) }
    }
    let dependsOn = tasks.contains { $0.dependsOn != nil }
    var list = TaskList(
      tasks: tasks,
      order: dependsOn ? .dependencies : isTogether ? .together : .listed,
      span: entry.keySpan.union(entry.value.span)
    )
    if mapping.level == .flow || mapping.entry("for_each") == nil {
      list.concurrency = integer("concurrency", mapping, in: 1...limits.places)
      if let limit = list.concurrency, list.order == .listed {
        report(
          Messages.withoutEffect("concurrency", of: "tasks that run one after the other", limit)
        )
      }
    }
    checkDependencies(of: list)
    return list
  }

  private mutating func task(_ entry: Node.Entry, path: String) -> ListedTask? {
    let written = form == .seed ? translatedTask(entry) : entry
    guard let written, written.value.entries != nil else {
      if written != nil { report(Messages.stateKind(entry)) }
      return nil
    }
    let entries = written.value.entries ?? []
    let rest = entries.filter { $0.key != "depends_on" }
    let body = Node.Entry(
      key: written.key,
      keySpan: written.keySpan,
      value: Node(content: .mapping(rest), span: written.value.span)
    )
    guard let step = step(body, path: path) else { return nil }
    reportEdges(of: step, task: entry.key)
    var dependsOn: [Located<String>]?
    if let dependencies = entries.first(where: { $0.key == "depends_on" }) {
      dependsOn = self.dependencies(dependencies)
    }
    return ListedTask(
      name: written.key,
      nameSpan: written.keySpan,
      step: step,
      dependsOn: dependsOn
    )
  }

  private mutating func dependencies(_ entry: Node.Entry) -> [Located<String>] {
    if let single = entry.value.string { return [Located(single, entry.value.span)] }
    guard let elements = entry.value.elements else {
      let hint = "write `depends_on: [first, second]`"
      report(Messages.wrongKind(entry, wanted: "a list of tasks", hint: hint))
      return []
    }
    return elements.compactMap { element in
      guard let name = element.string, !name.isEmpty else {
        report(Messages.wrongElement(element, of: "depends_on", wanted: "the id of a task"))
        return nil
      }
      return Located(name, element.span)
    }
  }

  /// The order of tasks says what follows; edges belong to states.
  private mutating func reportEdges(of step: Step, task: String) {
    let edges = step.onSuccess + step.onError + step.onTimeout + step.onCancel
    guard let first = edges.first?.span ?? step.decision?.condition.span else { return }
    report(Messages.edgeInTasks(task, at: first))
  }

  private mutating func checkDependencies(of list: TaskList) {
    guard list.order == .dependencies else { return }
    let names = list.tasks.map(\.name)
    for task in list.tasks {
      for name in task.dependsOn ?? [] {
        if name.value.sameScalars(as: task.name) {
          report(Messages.dependencyCycle([task.name], at: name.span))
        } else if !names.contains(where: { $0.sameScalars(as: name.value) }) {
          report(Messages.unknownDependency(name, of: task.name, among: names))
        }
      }
    }
    let cycle = list.sorted().cycle
    guard cycle.count > 1, let last = cycle.last else { return }
    let next = list.tasks[cycle[0]].name
    let span = list.tasks[last].dependsOn?.first { $0.value.sameScalars(as: next) }?.span
    report(
      Messages.dependencyCycle(
        cycle.map { names[$0] },
        at: span ?? list.tasks[last].nameSpan
      )
    )
  }

  // MARK: Keys of steps

  /// Keys that only the entries of a list have.
  mutating func reportListedKeys(_ state: Node.Entry) {
    for key in ["id", "depends_on"] {
      guard let entry = state.value.entries?.first(where: { $0.key == key }) else { continue }
      report(Messages.listedKey(entry))
    }
  }

  /// Whether a step with `type: parallel` holds tasks, and not states.
  func holdsTasks(_ mapping: Mapping) -> Bool { mapping.entry("tasks") != nil }

  /// Reads what a step runs inside itself: tasks, a graph, a child flow, and how often.
  mutating func readParts(_ mapping: Mapping, _ step: inout Step) {
    let isTogether = mapping.entry("type")?.value.string == "parallel"
    var bodies: [String] = []
    for key in ["tasks", "nodes", "flow", "planner"] where mapping.entry(key) != nil {
      bodies.append(key)
    }
    let works = ["agent", "tool", "wait", "check"].filter { mapping.entry($0) != nil }
    if bodies.count + works.count > 1, let entry = mapping.entry(bodies.first ?? works[0]) {
      if !bodies.isEmpty { report(Messages.twoWorks(works + bodies, at: entry.keySpan)) }
      return
    }
    if mapping.entry("tasks") != nil {
      step.body = taskList(mapping, isTogether: isTogether).map { .tasks($0) }
    } else if mapping.entry("nodes") != nil {
      step.body = graph(mapping).map { .machine($0) }
    } else if let entry = value("planner", mapping) {
      step.body = planner(entry, path: "\(mapping.path).planner", header: nil)
    } else if let flow = name("flow", mapping) {
      step.body = .flow(flow)
    }
    readSignals(mapping, &step)
    step.forEach = forEach(mapping)
    step.join = join(mapping)
    let runsParts = isTogether || step.forEach != nil || step.runsByDependency
    if let entry = mapping.entry("join"), !runsParts, bodies == ["tasks"] || bodies.isEmpty,
      mapping.entry("states") == nil
    {
      report(
        Messages.withoutEffect(
          "join",
          of: "a step that runs nothing at the same time",
          Located(0, entry.keySpan)
        )
      )
    }
  }

  /// `wait_for: NAME` and `signal: NAME` of the seed form: a machine that awaits the event, an
  /// entry action that sends it.
  private mutating func readSignals(_ mapping: Mapping, _ step: inout Step) {
    if let awaited = name("wait_for", mapping) { step = Self.awaiting(awaited, step) }
    if let signal = name("signal", mapping) {
      var sending = SendAction(event: .text(signal), span: signal.span)
      sending.data = (step.input ?? []).compactMap { field in
        field.value.text.map { (name: field.name, value: Self.withoutBraces($0)) }
      }
      step.onEntry.append([.send(sending)])
    }
  }

  /// The step with a machine inside that awaits an event, for as long as the step may take.
  static func awaiting(_ awaited: Located<String>, _ written: Step) -> Step {
    var step = written
    let signal = "/signal-\(awaited.span.start)"
    let end = Located("(end)", awaited.span)
    var waiting = Step(span: step.span)
    waiting.onEvent = [
      EventEdge(descriptors: [awaited], edge: Edge(target: end, span: awaited.span))
    ]
    var finals = [Named(name: "(end)", nameSpan: awaited.span, content: FinalState())]
    if let limit = step.timeoutMilliseconds {
      let late = Located("(late)", limit.span)
      waiting.after = [
        DelayedEdge(delay: .milliseconds(limit), edge: Edge(target: late, span: limit.span))
      ]
      finals.append(
        Named(name: "(late)", nameSpan: limit.span, content: FinalState(isFailure: true))
      )
      step.timeoutMilliseconds = nil
    }
    step.body = .machine(
      Machine(
        states: [Named(name: signal, nameSpan: awaited.span, content: waiting)],
        initialState: Located(signal, awaited.span),
        finalStates: finals,
        declaresFinalStates: true,
        span: awaited.span
      )
    )
    return step
  }

  /// `for_each` with its limits.
  private mutating func forEach(_ mapping: Mapping) -> ForEach? {
    let limitKeys = ["max_items", "on_item_error"]
    guard mapping.entry("for_each") != nil else {
      for key in limitKeys {
        if let entry = mapping.entry(key) {
          report(
            Messages.withoutEffect(key, of: "a step without `for_each`", Located(0, entry.keySpan))
          )
        }
      }
      return nil
    }
    guard let entry = value("for_each", mapping), let items = items(entry) else { return nil }
    var result = ForEach(
      items: items,
      maxItems: integer("max_items", mapping, in: 1...limits.items)
    )
    if result.maxItems == nil, mapping.entry("max_items") == nil {
      if form == .house {
        report(Messages.noMaxItems(mapping.path, at: entry.keySpan))
      } else {
        result.maxItems = Located(limits.seedItems, entry.keySpan)
        report(Messages.assumedMaxItems(limits.seedItems, at: entry.keySpan))
      }
    }
    result.concurrency = integer("concurrency", mapping, in: 1...limits.items)
    if let word = word("on_item_error", mapping, oneOf: ["fail", "collect", "skip"]) {
      result.itemError = ForEach.ItemError(rawValue: word.value) ?? .fail
    }
    return result
  }

  /// An expression, or a template that is nothing but one.
  private mutating func items(_ entry: Node.Entry) -> SourceText? {
    guard let text = expression(entry) else { return nil }
    return Self.withoutBraces(text)
  }

  /// The expression inside `{{ }}`, when the text is nothing else; else the text.
  static func withoutBraces(_ text: SourceText) -> SourceText {
    let bytes = Array(text.text.utf8)
    var start = 0
    var end = bytes.count
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x0A { start += 1 }
    while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x0A { end -= 1 }
    guard end - start >= 4, bytes[start] == 0x7B, bytes[start + 1] == 0x7B, bytes[end - 1] == 0x7D,
      bytes[end - 2] == 0x7D
    else { return text }
    start += 2
    end -= 2
    while start < end, bytes[start] == 0x20 { start += 1 }
    while end > start, bytes[end - 1] == 0x20 { end -= 1 }
    return text.slice(TextRange(start, end))
  }

  /// `join`: a word or a number of successes.
  private mutating func join(_ mapping: Mapping) -> Join? {
    guard let entry = value("join", mapping) else { return nil }
    if case .int = entry.value.content {
      return integer("join", mapping, in: 1...limits.places).map { .count($0.value) }
    }
    switch word("join", mapping, oneOf: ["all", "any", "first", "finished"])?.value {
    case "all": return .all
    case "any": return .any
    case "first": return .first
    case "finished": return .finished
    default: return nil
    }
  }
}

extension Step {
  /// Whether the step is a list of tasks that run by dependency.
  var runsByDependency: Bool {
    if case .tasks(let list)? = body { list.order == .dependencies } else { false }
  }
}
