import Definition
import Document
import Source
import Values
import XML

/// Writes statecharts as SCXML whose expressions stay CEL (`datamodel="cel"`; specs/machines.md,
/// SCX-20 ff).
///
/// What `SCXMLImporter` makes of the text behaves as the flow does. Steps that do work of their own
/// have no counterpart and are reported with their places.
public struct SCXMLExporter {
  var text = ""
  var diagnostics: [Diagnostic] = []

  init() {}

  /// The SCXML of a flow; nil with errors in `diagnostics`.
  ///
  /// O(size of the flow).
  public static func scxml(_ flow: Flow) -> (text: String?, diagnostics: [Diagnostic]) {
    var exporter = SCXMLExporter()
    exporter.write(flow)
    return (exporter.diagnostics.hasErrors ? nil : exporter.text, exporter.diagnostics)
  }

  mutating func refuse(_ what: String, at span: SourceSpan) {
    diagnostics.append(
      Diagnostic(
        .exportOutOfScope,
        "\(what) cannot be written as SCXML",
        at: span,
        hint: "states with nested states, events, delays and actions can"
      )
    )
  }

  // MARK: Text

  mutating func open(_ name: String, _ attributes: [(String, String?)], _ depth: Int) {
    text += Self.tag(name, attributes, depth) + ">\n"
  }

  mutating func close(_ name: String, _ depth: Int) {
    text += String(repeating: "  ", count: depth) + "</\(name)>\n"
  }

  mutating func empty(_ name: String, _ attributes: [(String, String?)], _ depth: Int) {
    text += Self.tag(name, attributes, depth) + "/>\n"
  }

  private static func tag(_ name: String, _ attributes: [(String, String?)], _ depth: Int) -> String
  {
    var text = String(repeating: "  ", count: depth) + "<" + name
    for (key, value) in attributes {
      if let value { text += " \(key)=\"\(XMLText.escaped(value))\"" }
    }
    return text
  }

  // MARK: The whole

  private mutating func write(_ flow: Flow) {
    guard case .machine(let machine) = flow.body else {
      return refuse("a flow without states", at: flow.span)
    }
    if let edge = (flow.onError + flow.onCancel + flow.onBudget).first {
      refuse("an edge of the whole flow", at: edge.span)
    }
    if let timeout = flow.timeout {
      refuse("the flow's timeout", at: timeout.afterMilliseconds.span)
    }
    var computed: [(field: String, expression: String)] = []
    for action in machine.initialActions {
      guard case .assign(let assignment) = action else {
        refuse("an action of the machine's start that is no `assign`", at: machine.span)
        continue
      }
      computed.append((assignment.field.value, assignment.expression.text))
    }
    text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    open(
      "scxml",
      [
        ("xmlns", "http://www.w3.org/2005/07/scxml"), ("version", "1.0"), ("datamodel", "cel"),
        ("name", flow.name), ("initial", initial(machine)),
      ],
      0
    )
    writeData(flow, computed)
    for state in machine.states { write(state, 1) }
    for final in machine.finalStates { write(final, 1) }
    close("scxml", 0)
  }

  private mutating func writeData(
    _ flow: Flow,
    _ computed: [(field: String, expression: String)]
  ) {
    guard !flow.state.fields.isEmpty else { return }
    open("datamodel", [], 1)
    // What is computed stands behind what it may read.
    let isComputed = Set(computed.map(\.field))
    for field in flow.state.fields where !isComputed.contains(field.name) {
      guard let value = field.defaultValue else {
        empty("data", [("id", field.name)], 2)
        continue
      }
      let json = XMLText.escaped(JSONWriter.string(value.value))
      text += "    <data id=\"\(XMLText.escaped(field.name))\">\(json)</data>\n"
    }
    for entry in computed { empty("data", [("id", entry.field), ("expr", entry.expression)], 2) }
    close("datamodel", 1)
  }

  private func initial(_ machine: Machine) -> String? {
    guard let first = machine.initialState else { return nil }
    return ([first] + machine.otherInitialStates).map(\.value).joined(separator: " ")
  }

  // MARK: States

  private mutating func write(_ state: Named<Step>, _ depth: Int) {
    let step = state.content
    if let history = step.history {
      open("history", [("id", state.name), ("type", history.isDeep ? "deep" : "shallow")], depth)
      let targets = history.targets.map(\.value).joined(separator: " ")
      transition([("target", targets)], history.actions, depth + 1)
      return close("history", depth)
    }
    checkWork(state)
    switch step.body {
    case .parallel(let regions):
      open("parallel", [("id", state.name)], depth)
      writeParts(state, depth + 1)
      for region in regions.regions { write(region, depth + 1) }
      close("parallel", depth)
    case .machine(let inner):
      let hasActions = !inner.initialActions.isEmpty
      open("state", [("id", state.name), ("initial", hasActions ? nil : initial(inner))], depth)
      if hasActions {
        open("initial", [], depth + 1)
        transition([("target", initial(inner))], inner.initialActions, depth + 2)
        close("initial", depth + 1)
      }
      writeParts(state, depth + 1)
      for child in inner.states { write(child, depth + 1) }
      for final in inner.finalStates { write(final, depth + 1) }
      close("state", depth)
    case .flow(let name): refuse("a child flow", at: name.span)
    case .tasks: refuse("a list of tasks", at: state.nameSpan)
    case .planner: refuse("a planner", at: state.nameSpan)
    case .tree: refuse("a behavior tree", at: state.nameSpan)
    case nil:
      open("state", [("id", state.name)], depth)
      writeParts(state, depth + 1)
      close("state", depth)
    }
  }

  private mutating func checkWork(_ state: Named<Step>) {
    let step = state.content
    let edges = step.onSuccess + step.onError + step.onTimeout + step.onCancel
    var isPlain = edges.isEmpty && step.decision == nil && step.when == nil && step.require == nil
    isPlain = isPlain && step.assignments.isEmpty && step.forEach == nil && step.input == nil
    isPlain = isPlain && step.retry == nil && step.timeoutMilliseconds == nil
    if case .none = step.work {} else { isPlain = false }
    if !isPlain { refuse("the work of `\(state.name)`", at: state.nameSpan) }
  }

  private mutating func writeParts(_ state: Named<Step>, _ depth: Int) {
    let step = state.content
    func timer(_ position: Int) -> String { "after.\(state.name).\(position + 1)" }
    if !step.after.isEmpty {
      open("onentry", [], depth)
      for (position, entry) in step.after.enumerated() {
        let name = timer(position)
        empty("send", [("event", name), ("id", name)] + delay(entry.delay), depth + 1)
      }
      close("onentry", depth)
    }
    for (blocks, tag) in [(step.onEntry, "onentry"), (step.onExit, "onexit")] {
      for block in blocks {
        open(tag, [], depth)
        for action in block { write(action, depth + 1) }
        close(tag, depth)
      }
    }
    if !step.after.isEmpty {
      open("onexit", [], depth)
      for position in step.after.indices {
        empty("cancel", [("sendid", timer(position))], depth + 1)
      }
      close("onexit", depth)
    }
    for entry in step.onEvent {
      let names = entry.descriptors.map(\.value).joined(separator: " ")
      write(entry.edge, event: names, depth)
    }
    for (position, entry) in step.after.enumerated() {
      write(entry.edge, event: timer(position), depth)
    }
    for edge in step.always { write(edge, event: nil, depth) }
  }

  private mutating func write(_ edge: Edge, event: String?, _ depth: Int) {
    var condition: String?
    switch edge.condition {
    case .always: break
    case .expression(let source): condition = source.text
    case .kind(let kind): refuse("a kind of failure", at: kind.span)
    }
    let targets = ([edge.target] + edge.otherTargets).map(\.value).joined(separator: " ")
    let attributes: [(String, String?)] = [
      ("event", event), ("cond", condition), ("target", edge.isTargetless ? nil : targets),
      ("type", edge.isInternal ? "internal" : nil),
    ]
    transition(attributes, edge.assignments.map { .assign($0) } + edge.actions, depth)
  }

  private mutating func transition(
    _ attributes: [(String, String?)],
    _ actions: [Action],
    _ depth: Int
  ) {
    guard !actions.isEmpty else { return empty("transition", attributes, depth) }
    open("transition", attributes, depth)
    for action in actions { write(action, depth + 1) }
    close("transition", depth)
  }

  private mutating func write(_ final: Named<FinalState>, _ depth: Int) {
    if final.content.isFailure {
      refuse("the outcome of `\(final.name)`", at: final.nameSpan)
    }
    open("final", [("id", final.name)], depth)
    for (blocks, tag) in [(final.content.onEntry, "onentry"), (final.content.onExit, "onexit")] {
      for block in blocks {
        open(tag, [], depth + 1)
        for action in block { write(action, depth + 2) }
        close(tag, depth + 1)
      }
    }
    if let content = final.content.content {
      open("donedata", [], depth + 1)
      empty("content", [("expr", content.text)], depth + 2)
      close("donedata", depth + 1)
    } else if let fields = final.content.result {
      open("donedata", [], depth + 1)
      for field in fields {
        empty("param", [("name", field.name), ("expr", expression(field.value))], depth + 2)
      }
      close("donedata", depth + 1)
    }
    close("final", depth)
  }

  /// The expression of a value that is one template, else its literal.
  private mutating func expression(_ node: Node) -> String {
    guard let text = node.string else { return CELText.literal(node.value) }
    let trimmed = text.trimmingSpaces
    if trimmed.hasPrefix("{{"), trimmed.hasSuffix("}}") {
      return String(trimmed.dropFirst(2).dropLast(2)).trimmingSpaces
    }
    if text.contains("{{") { refuse("a text with templates in it", at: node.span) }
    return ScriptTranslator.quoted(text)
  }
}
