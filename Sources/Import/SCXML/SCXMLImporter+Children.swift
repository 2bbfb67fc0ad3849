import Document
import Source
import Values
import XML

// Child machines (specs/machines.md, SCX-7).
extension SCXMLImporter {
  /// The `input` of a machine that is called by another.
  func inputFields(_ root: XMLElement) -> [(String, Node)] {
    inputNames.compactMap { name in
      translator.fields[name].map {
        ($0, Node.map([("optional", .bool(true, at: root.tagSpan))], at: root.tagSpan))
      }
    }
  }

  /// Gives each `<invoke>` the step that runs it, before any event names it.
  mutating func collectInvokes(_ element: XMLElement) {
    let invokes = element.elements.filter { $0.name == "invoke" }
    guard !invokes.isEmpty else { return }
    let isAtomic = !element.elements.contains {
      ["state", "parallel", "final", "history"].contains($0.name)
    }
    for invoke in invokes {
      let step =
        isAtomic && invokes.count == 1 && invoke.attribute("srcexpr") == nil
        ? name(element) : stepName("\(name(element))_child")
      invokeStepsByPlace[invoke.tagSpan.start] = step
      if let id = invoke.value("id") { invokeSteps[id] = step }
    }
  }

  /// The entries of a state with its child machines: one of them is the state's own work, several,
  /// or one beside other states, are regions of their own.
  mutating func withInvokes(
    _ element: XMLElement,
    _ entries: [(String, Node)]
  ) -> [(String, Node)] {
    let invokes = element.elements.filter { $0.name == "invoke" }
    guard !invokes.isEmpty else { return entries }
    var entries = entries
    var calls: [(String, Node)] = []
    for invoke in invokes {
      let step = invokeStepsByPlace[invoke.tagSpan.start] ?? ""
      if let computed = invoke.attribute("srcexpr") {
        calls += choices(invoke, step, computed)
        continue
      }
      guard let call = call(invoke, step, childRoot(invoke)) else { continue }
      if let location = invoke.attribute("idlocation"),
        let field = translator.fields[location.value]
      {
        let id = Node.quoted(ScriptTranslator.quoted(step), at: location.span)
        entries = adding(assignment(field, id), toEntryOf: entries, at: location.span)
      }
      calls.append((step, .map(call, at: invoke.tagSpan)))
    }
    if calls.count == 1, calls[0].0 == name(element) {
      return entries + (calls[0].1.entries ?? []).map { ($0.key, $0.value) }
    }
    return regions(element, entries, calls)
  }

  private mutating func regions(
    _ element: XMLElement,
    _ entries: [(String, Node)],
    _ calls: [(String, Node)]
  ) -> [(String, Node)] {
    let own = ["type", "initial_state", "states", "final_states"]
    let inner = entries.filter { own.contains($0.0) }
    let outer = entries.filter { !own.contains($0.0) }
    var regions: [(String, Node)] = []
    if inner.contains(where: { $0.0 == "type" }) {
      regions = inner.first { $0.0 == "states" }?.1.entries?.map { ($0.key, $0.value) } ?? []
    } else if !inner.isEmpty {
      regions = [(stepName("\(name(element))_states"), .map(inner, at: element.tagSpan))]
    }
    let states = Node.map(regions + calls, at: element.tagSpan)
    return [("type", .text("parallel", at: element.tagSpan))] + outer + [("states", states)]
  }

  private func adding(
    _ action: Node,
    toEntryOf entries: [(String, Node)],
    at span: SourceSpan
  ) -> [(String, Node)] {
    var entries = entries
    guard let index = entries.firstIndex(where: { $0.0 == "on_entry" }) else {
      return [("on_entry", .list([action], at: span))] + entries
    }
    let blocks = entries[index].1.elements ?? []
    let isBlocks = blocks.contains { $0.elements != nil }
    let list = Node.list([action], at: span)
    entries[index].1 =
      isBlocks
      ? .list([list] + blocks, at: span) : .list([list, .list(blocks, at: span)], at: span)
    return entries
  }

  /// `flow` and `with` of one child.
  private mutating func call(
    _ invoke: XMLElement,
    _ step: String,
    _ root: XMLElement?
  ) -> [(String, Node)]? {
    let types = ["", "scxml", "http://www.w3.org/TR/scxml/", "http://www.w3.org/TR/scxml"]
    if let type = invoke.attribute("type"), !types.contains(type.value) {
      report(
        Messages.outOfScope(
          "a child of type `\(Messages.shortened(type.value))`",
          at: type.span,
          hint: "let a step call a tool"
        )
      )
      return nil
    }
    if let type = invoke.attribute("typeexpr") {
      report(Messages.dropped("the computed type of a child whose content is SCXML", at: type.span))
    }
    if invoke.value("autoforward") == "true" {
      report(Messages.outOfScope("`autoforward`", at: invoke.tagSpan))
    }
    if let finalize = invoke.elements.first(where: { $0.name == "finalize" }),
      !finalize.elements.isEmpty
    {
      report(
        Messages.outOfScope(
          "`finalize`",
          at: finalize.tagSpan,
          hint: "do it in the transitions that take the child's events"
        )
      )
    }
    guard nesting < 5, let root else { return nil }
    let data = data(invoke)
    let names = (data?.entries ?? []).map(\.key)
    var child = SCXMLImporter(
      file: root.span.file,
      includes: includes,
      limits: limits,
      nesting: nesting + 1
    )
    let declared = root.elements.filter { $0.name == "datamodel" }.flatMap(\.elements)
      .compactMap { $0.value("id") }
    child.inputNames = names.filter { declared.contains($0) }
    guard let tree = child.machine(root) else {
      diagnostics += child.diagnostics
      return nil
    }
    diagnostics += child.diagnostics
    var flow = step
    while children.contains(where: { $0.name == flow }) { flow += "_" }
    children.append((flow, tree))
    var entries: [(String, Node)] = [("flow", .text(flow, at: invoke.tagSpan))]
    // What the child does not declare is still evaluated by the caller: it may fail (SCXML 6.4).
    let passed = (data?.entries ?? []).compactMap { entry -> (String, Node)? in
      let isFailing = entry.value.string == ScriptTranslator.failing
      guard child.translator.fields[entry.key] != nil || isFailing else { return nil }
      let key = child.translator.fields[entry.key] ?? entry.key
      return (key, .quoted("{{ \(entry.value.string ?? "") }}", at: entry.value.span))
    }
    if !passed.isEmpty { entries.append(("with", .map(passed, at: invoke.tagSpan))) }
    return entries
  }

  private mutating func childRoot(_ invoke: XMLElement) -> XMLElement? {
    if let source = invoke.attribute("src") {
      guard let file = include(source) else { return nil }
      let parsed = XMLParser.parse(file, limits: limits)
      diagnostics += parsed.diagnostics
      return parsed.root
    }
    guard let content = invoke.elements.first(where: { $0.name == "content" }),
      let root = content.elements.first, content.attribute("expr") == nil
    else {
      report(
        Messages.outOfScope(
          "a child whose machine is computed",
          at: invoke.tagSpan,
          hint: "write the machine into `<content>`"
        )
      )
      return nil
    }
    return root
  }

  /// A child whose file is computed: one step for each file that the variable may name, skipped
  /// unless it does.
  private mutating func choices(
    _ invoke: XMLElement,
    _ step: String,
    _ computed: XMLElement.Attribute
  ) -> [(String, Node)] {
    guard let field = translator.fields[computed.value],
      let files = constants[computed.value], !files.isEmpty
    else {
      report(
        Messages.outOfScope(
          "a child whose file is computed",
          at: computed.span,
          hint: "name the file with `src`, or assign its name as a constant"
        )
      )
      return []
    }
    var calls: [(String, Node)] = []
    for file in files {
      let found = diagnostics.count
      guard let source = include(file) else {
        // A name that is no file is another value that the variable has.
        diagnostics.removeSubrange(found...)
        continue
      }
      let parsed = XMLParser.parse(source, limits: limits)
      diagnostics += parsed.diagnostics
      let name = calls.isEmpty ? step : stepName(step)
      guard let call = call(invoke, name, parsed.root) else { continue }
      let test = "state.\(field) == \(ScriptTranslator.quoted(file.value))"
      let when = Node.quoted(test, at: computed.span)
      calls.append((name, .map([("when", when)] + call, at: invoke.tagSpan)))
    }
    if calls.isEmpty {
      report(Messages.outOfScope("a child whose file is not there", at: computed.span))
    }
    return calls
  }

  /// The constants that each variable is given; a variable that is given anything else is not in it.
  mutating func collectConstants(_ root: XMLElement) {
    var pending = [root]
    var others: Set<String> = []
    while let element = pending.popLast() {
      pending += element.elements
      guard element.name == "data" || element.name == "assign",
        let variable = element.value(element.name == "data" ? "id" : "location")
      else { continue }
      guard let value = element.attribute("expr") else { continue }
      guard case .text(let text)? = try? ScriptParser.parse(value.value) else {
        others.insert(variable)
        continue
      }
      var constant = value
      constant.text = Node.made(text, at: value.span)
      constants[variable, default: []].append(constant)
    }
    for variable in others { constants[variable] = nil }
  }

  /// `done.invoke.<id>` as the flow calls it: by the step that runs the child.
  func invoked(_ descriptor: String) -> String {
    let prefix = "done.invoke."
    guard descriptor.hasPrefix(prefix),
      let step = invokeSteps[String(descriptor.dropFirst(prefix.utf8.count))]
    else { return descriptor }
    return prefix + step
  }
}
