import Definition
import Document
import Source
import Values
import XML

/// Writes behavior trees as BehaviorTree.CPP XML, format 4 (specs/behavior-trees.md, BTX-20 ff).
///
/// What `TreeImporter` makes of the text behaves as the flow does. Expressions become scripts where
/// those can say them; everything else is reported with its place.
public struct TreeExporter {
  /// A node of the document to be.
  struct Element {
    var name: String
    var attributes: [(String, String)] = []
    var children: [Element] = []
  }

  var diagnostics: [Diagnostic] = []
  /// Registered nodes with their ports: what it is, and port name, direction.
  private var models: [(id: String, isCondition: Bool, ports: [(String, String)])] = []

  private init() {}

  /// The XML of a flow; nil with errors in `diagnostics`.
  ///
  /// Subtrees have been put in where they stand. O(size of the flow).
  public static func xml(_ flow: Flow) -> (text: String?, diagnostics: [Diagnostic]) {
    var exporter = TreeExporter()
    let text = exporter.document(flow)
    return (exporter.diagnostics.hasErrors ? nil : text, exporter.diagnostics)
  }

  mutating func refuse(_ what: String, at span: SourceSpan, hint: String? = nil) {
    diagnostics.append(
      Diagnostic(
        .exportOutOfScope,
        "\(what) cannot be written for BehaviorTree.CPP",
        at: span,
        hint: hint
      )
    )
  }

  mutating func leaveOut(_ what: String, at span: SourceSpan) {
    diagnostics.append(Diagnostic(.importChanged, .note, "\(what) is left out", at: span))
  }

  // MARK: The whole

  private mutating func document(_ flow: Flow) -> String {
    guard case .tree(let tree) = flow.body else {
      refuse("a flow that is no tree", at: flow.span)
      return ""
    }
    var root = element(tree.root)
    if let start = start(flow) {
      // The entries that a flow starts with; the sequence goes on behind them.
      root = Element(name: "Sequence", children: [start, root])
    }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let name = XMLText.escaped(flow.name)
    text += "<root BTCPP_format=\"4\" main_tree_to_execute=\"\(name)\">\n"
    text += "  <BehaviorTree ID=\"\(name)\">\n"
    Self.write(root, depth: 2, &text)
    text += "  </BehaviorTree>\n"
    if !models.isEmpty {
      text += "  <TreeNodesModel>\n"
      for model in models {
        let ports = model.ports.map { Element(name: $0.1, attributes: [("name", $0.0)]) }
        Self.write(
          Element(
            name: model.isCondition ? "Condition" : "Action",
            attributes: [("ID", model.id)],
            children: ports
          ),
          depth: 2,
          &text
        )
      }
      text += "  </TreeNodesModel>\n"
    }
    return text + "</root>\n"
  }

  /// Initial values as a script; nil when there are none.
  private mutating func start(_ flow: Flow) -> Element? {
    var statements: [String] = []
    for field in flow.state.fields {
      guard let value = field.defaultValue else { continue }
      guard let literal = Self.literal(value.value) else {
        refuse(
          "the initial value of `\(field.name)`",
          at: value.span,
          hint: "numbers, texts and truth values can"
        )
        continue
      }
      statements.append("\(field.name) := \(literal)")
    }
    guard !statements.isEmpty else { return nil }
    return Element(
      name: "Script",
      attributes: [("code", statements.joined(separator: "; "))]
    )
  }

  static func literal(_ value: Value) -> String? {
    switch value {
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .double: JSONWriter.string(value)
    case .string(let text): text.utf8.contains(UInt8(ascii: "'")) ? nil : "'\(text)'"
    default: nil
    }
  }

  private static func write(_ element: Element, depth: Int, _ text: inout String) {
    let pad = String(repeating: "  ", count: depth)
    text += pad + "<" + element.name
    for (key, value) in element.attributes {
      text += " \(key)=\"\(XMLText.escaped(value))\""
    }
    guard !element.children.isEmpty else {
      text += "/>\n"
      return
    }
    text += ">\n"
    for child in element.children { write(child, depth: depth + 1, &text) }
    text += "\(pad)</\(element.name)>\n"
  }

  // MARK: Nodes

  /// A node with its guards and writes.
  mutating func element(_ node: TreeNode) -> Element {
    var element = bare(node)
    func add(_ key: String, _ text: String?) {
      if let text { element.attributes.append((key, text)) }
    }
    add("_failureIf", node.failureIf.flatMap { script($0) })
    add("_successIf", node.successIf.flatMap { script($0) })
    add("_skipIf", node.skipIf.flatMap { script($0) })
    add("_while", node.whileCondition.flatMap { script($0) })
    add("_onSuccess", writes(node.onSuccess))
    add("_onFailure", writes(node.onFailure))
    add("_onHalted", writes(node.onHalted))
    return element
  }

  private mutating func writes(_ assignments: [Assignment]) -> String? {
    guard !assignments.isEmpty else { return nil }
    let statements = assignments.compactMap { assignment in
      script(assignment.expression).map { "\(assignment.field.value) := \($0)" }
    }
    return statements.joined(separator: "; ")
  }

  private mutating func bare(_ node: TreeNode) -> Element {
    if case .step(let step) = node.kind { return leaf(node, step) }
    var name: [(String, String)] = []
    if let id = node.id { name = [("name", id.value)] }
    func made(_ tag: String, _ attributes: [(String, String)] = []) -> Element {
      Element(name: tag, attributes: name + attributes)
    }
    var element: Element
    switch node.kind {
    case .step: return made("AlwaysSuccess")
    case .sequence(.resuming): element = made("Sequence")
    case .sequence(.keep): element = made("SequenceWithMemory")
    case .sequence(.reactive): element = made("ReactiveSequence")
    case .fallback(.resuming, _): element = made("Fallback")
    case .fallback(.reactive, let limit):
      note(limit)
      element = made("ReactiveFallback")
    case .fallback(.keep, _):
      refuse("a `fallback` with `keep`", at: node.span)
      return made("Fallback")
    case .parallel(let join): return parallel(node, join, name)
    case .select(let conditions, let isReactive, let limit):
      note(limit)
      return select(node, conditions, isReactive, name)
    case .choose(let value, let cases, let limit):
      note(limit)
      return choose(node, value, cases, name)
    case .ifThenElse: element = made("IfThenElse")
    case .whileDoElse(let limit):
      note(limit)
      element = made("WhileDoElse")
      element.children = sides(of: node).map { self.element($0) }
      return element
    case .tryCatch(let onHalt):
      element = made("TryCatch", onHalt ? [("catch_on_halt", "true")] : [])
    case .inverter: element = made("Inverter")
    case .forceSuccess: element = made("ForceSuccess")
    case .forceFailure: element = made("ForceFailure")
    case .retry(let attempts):
      element = made("RetryUntilSuccessful", [("num_attempts", String(attempts.value))])
    case .rounds(let count): element = made("Repeat", [("num_cycles", String(count.value))])
    case .keepRunning(let limit):
      note(limit)
      element = made("KeepRunningUntilFailure")
    case .timeout(let milliseconds, _):
      element = made("Timeout", [("msec", String(milliseconds.value))])
    case .delay(let milliseconds):
      element = made("Delay", [("delay_msec", String(milliseconds.value))])
    case .runOnce(let memory): element = made("RunOnce", once(memory, node))
    case .precondition(let source, let otherwise):
      let words: [TreeNode.Status: String] = [
        .success: "SUCCESS", .failure: "FAILURE", .running: "RUNNING", .skipped: "SKIPPED",
      ]
      element = made(
        "Precondition",
        [("if", script(source) ?? ""), ("else", words[otherwise] ?? "FAILURE")]
      )
    case .mapStatus, .waitFor:
      refuse("a node of py_trees", at: node.span)
      return made("ForceSuccess")
    }
    element.children = node.children.map { self.element($0) }
    return element
  }

  /// The children of a `while_do_else`, the question without a decorator around it.
  private mutating func sides(of node: TreeNode) -> [TreeNode] {
    guard let question = node.children.first, case .step(var step) = question.kind,
      let deadline = step.timeoutMilliseconds
    else { return node.children }
    // Inside a decorator the answer of a call would be asked for again.
    leaveOut("the timeout of a question", at: deadline.span)
    step.timeoutMilliseconds = nil
    var children = node.children
    children[0].kind = .step(step)
    return children
  }

  private mutating func once(
    _ memory: TreeNode.Memory,
    _ node: TreeNode
  ) -> [(String, String)] {
    switch memory {
    case .skipping: return [("then_skip", "true")]
    case .ending: return [("then_skip", "false")]
    case .success, .failure:
      refuse("a `run_once` that remembers one ending only", at: node.span)
      return []
    }
  }

  private mutating func note(_ limit: Located<Int>?) {
    if let limit { leaveOut("the limit of \(limit.value)", at: limit.span) }
  }

  private mutating func parallel(
    _ node: TreeNode,
    _ join: TreeJoin,
    _ name: [(String, String)]
  ) -> Element {
    if let limit = join.concurrency { refuse("`concurrency`", at: limit.span) }
    let children = node.children.map { element($0) }
    func counted(_ success: Int, _ failure: Int) -> Element {
      Element(
        name: "Parallel",
        attributes: name + [
          ("success_count", String(success)), ("failure_count", String(failure)),
        ],
        children: children
      )
    }
    switch join.rule {
    case .join(.all): return counted(-1, 1)
    case .join(.any): return counted(1, -1)
    case .join(.count(let count)): return counted(count, -1)
    case .thresholds(let success, let failure): return counted(success, failure)
    case .join(.finished):
      let all = Element(
        name: "ParallelAll",
        attributes: [("max_failures", "1")],
        children: children
      )
      return Element(name: "ForceSuccess", attributes: name, children: [all])
    case .everyone(let failure):
      return Element(
        name: "ParallelAll",
        attributes: name + [("max_failures", String(failure))],
        children: children
      )
    case .join(.first), .positions:
      refuse(
        "this rule of a `parallel`",
        at: join.span,
        hint: "`all`, `any`, `finished` and numbers can"
      )
      return counted(-1, 1)
    }
  }

  /// Choices as conditions, one inside the other.
  private mutating func select(
    _ node: TreeNode,
    _ conditions: [SourceText?],
    _ isReactive: Bool,
    _ name: [(String, String)]
  ) -> Element {
    var result: Element?
    for (condition, child) in zip(conditions, node.children).reversed() {
      let chosen = element(child)
      guard let condition else {
        result = chosen
        continue
      }
      let question = Element(
        name: "ScriptCondition",
        attributes: [("code", script(condition) ?? "")]
      )
      result = Element(
        name: isReactive ? "WhileDoElse" : "IfThenElse",
        children: [question, chosen] + (result.map { [$0] } ?? [])
      )
    }
    var whole = result ?? Element(name: "AlwaysFailure")
    // A name, guards and writes are the whole choice's, not those of what was chosen.
    if conditions.count == 1, conditions[0] == nil {
      whole = Element(name: "Sequence", children: [whole])
    }
    whole.attributes += name
    return whole
  }

  private mutating func choose(
    _ node: TreeNode,
    _ value: SourceText,
    _ cases: [Located<String>],
    _ name: [(String, String)]
  ) -> Element {
    guard let field = Self.switchedField(value.text), (1...6).contains(cases.count) else {
      refuse(
        "this `switch`",
        at: value.span,
        hint: "one over a state field with at most six cases can"
      )
      return Element(name: "AlwaysFailure")
    }
    var children = node.children.map { element($0) }
    if children.count == cases.count { children.append(Element(name: "AlwaysFailure")) }
    var names = cases.map(\.value)
    if names.count == 1 {
      // There is no switch over one case: the second can never be, as it is the first again.
      names.append(names[0])
      children.insert(Element(name: "AlwaysFailure"), at: 1)
    }
    let keys = names.enumerated().map { ("case_\($0 + 1)", $1) }
    return Element(
      name: "Switch\(names.count)",
      attributes: name + [("variable", "{\(field)}")] + keys,
      children: children
    )
  }

  /// Notes a registered node and the ports that it was seen with.
  mutating func register(_ id: String, isCondition: Bool, _ ports: [(String, String)]) {
    let position = models.firstIndex { $0.id.sameScalars(as: id) }
    var model = position.map { models[$0] } ?? (id: id, isCondition: isCondition, ports: [])
    for port in ports where !model.ports.contains(where: { $0.0.sameScalars(as: port.0) }) {
      model.ports.append(port)
    }
    if let position { models[position] = model } else { models.append(model) }
  }
}
