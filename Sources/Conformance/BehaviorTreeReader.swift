import Signalbox

/// Reads a recorded tree as a flow.
struct BehaviorTreeReader {
  /// py_trees, else BehaviorTree.CPP.
  let isPolling: Bool
  /// The leaves' scripts by id.
  private(set) var scripts: [String: [TreeTick.Answer]] = [:]
  private var fields: [String] = []
  private let span = SourceText(name: "scenario", text: " ").span

  init(isPolling: Bool) { self.isPolling = isPolling }

  /// The flow: the tree as its body, the blackboard as its state, a tool for each leaf.
  mutating func flow(_ tree: Value, _ blackboard: Value?) -> Flow {
    let root = read(tree, scope: "")
    var flow = Flow(
      form: .house,
      name: "scenario",
      span: span,
      body: .tree(BehaviorTree(root: root, isTicked: true, span: span))
    )
    var initial: [(String, Value)] = []
    if case .map(let values)? = blackboard {
      initial = values.entries.compactMap { entry in
        if case .string(let name) = entry.key { (name, entry.value) } else { nil }
      }
    }
    for name in fields where !initial.contains(where: { $0.0 == name }) {
      initial.append((name, .null))
    }
    flow.state = FieldSet(
      fields: initial.map { name, value in
        FieldSet.Declaration(
          name: name,
          nameSpan: span,
          schema: Node(content: .mapping([]), span: span),
          isOptional: true,
          defaultValue: value == .null ? nil : Node(value: value, at: span),
          isUntrusted: nil
        )
      },
      span: span
    )
    flow.tools = scripts.keys.sorted().map { leaf in
      var tool = ToolDefinition(span: span)
      tool.type = Located("process", span)
      tool.effect = .read
      return Named(name: leaf, nameSpan: span, content: tool)
    }
    return flow
  }

  // MARK: Nodes

  private mutating func read(_ value: Value, scope: String) -> TreeNode {
    let kind = value["kind"]?.text ?? ""
    let id = value["id"]?.text ?? ""
    var inner = scope
    if kind == "subtree", value["share"] != .bool(true) { inner = "\(scope)\(id)_" }
    let children = (value["children"]?.elements ?? []).map { read($0, scope: inner) }
    var node = TreeNode(
      self.kind(kind, value, scope),
      children: children,
      span: span
    )
    if ["action", "condition", "expression", "assign"].contains(kind) {
      node.id = Located(id, span)
      node.isCondition = kind != "action"
    }
    if kind == "eternal_guard" {
      let text = [value["when_key"]?.text ?? "", value["when_op"]?.text ?? "", ""].joined(
        separator: " "
      )
      let literal = value["when_value"].map { JSONWriter.string($0) } ?? "null"
      var step = Step(span: span)
      step.work = .check(expression(text + literal, scope))
      node.children.insert(TreeNode(.step(step), span: span), at: 0)
    }
    node.isStepwise = isPolling
    node.failureIf = value["failure_if"]?.text.map { expression($0, scope) }
    node.successIf = value["success_if"]?.text.map { expression($0, scope) }
    node.skipIf = value["skip_if"]?.text.map { expression($0, scope) }
    node.whileCondition = value["while"]?.text.map { expression($0, scope) }
    node.onSuccess = assignments(value["on_success"], scope) + assignments(value["post"], scope)
    node.onFailure = assignments(value["on_failure"], scope) + assignments(value["post"], scope)
    node.onHalted = assignments(value["on_halted"], scope)
    if kind == "if_then_else", children.count == 2 {
      // Nobody resets a condition that failed: it stays as it is, and so do its guards.
      if children[0].isCall {
        var asked = children[0]
        var kept = TreeNode(.runOnce(.failure), children: [], span: span)
        // What it writes when it ends is written again with the answer that is kept.
        swap(&kept.onSuccess, &asked.onSuccess)
        swap(&kept.onFailure, &asked.onFailure)
        kept.children = [asked]
        node.children[0] = kept
      } else {
        node.children[0].guardScope = node.children[0].isAsked ? .resolved : .entry
      }
    }
    if kind == "while_do_else", !children.isEmpty, children[0].isAsked {
      node.children[0].guardScope = .visit
    }
    return node
  }

  private mutating func kind(_ kind: String, _ value: Value, _ scope: String) -> TreeNode.Kind {
    if isPolling, let kind = pollingKind(kind, value) { return kind }
    switch kind {
    case "sequence", "async_sequence": return .sequence(.resuming)
    case "sequence_keep": return .sequence(.keep)
    case "reactive_sequence": return .sequence(.reactive)
    case "fallback", "async_fallback": return .fallback(.resuming, maxSwitches: nil)
    case "reactive_fallback": return .fallback(.reactive, maxSwitches: nil)
    case "parallel":
      return .parallel(
        TreeJoin(
          .thresholds(
            success: number(value, "success_count") ?? -1,
            failure: number(value, "failure_count") ?? 1
          ),
          span: span
        )
      )
    case "parallel_all":
      let most = number(value, "max_failures") ?? 1
      return .parallel(TreeJoin(.everyone(failure: most), span: span))
    case "if_then_else": return .ifThenElse
    case "while_do_else": return .whileDoElse(maxSwitches: nil)
    case "try_catch": return .tryCatch(onHalt: value["catch_on_halt"] == .bool(true))
    case "force_success": return .forceSuccess
    case "force_failure": return .forceFailure
    case "keep_running_until_failure": return .keepRunning(max: nil)
    case "timeout": return .timeout(milliseconds: duration(value), isLate: isPolling)
    case "delay": return .delay(milliseconds: duration(value))
    case "inverter": return .inverter
    case "retry": return .retry(attempts: located(number(value, "attempts") ?? 1))
    case "repeat": return .rounds(count: located(number(value, "cycles") ?? 1))
    case "run_once": return .runOnce(value["then_skip"] == .bool(false) ? .ending : .skipping)
    case "precondition":
      return .precondition(
        expression(value["when"]?.text ?? "", scope),
        otherwise: status(value["otherwise"]) ?? .failure
      )
    case "switch":
      let key = field(value["variable"]?.text ?? "", scope)
      let text = "has(state.\(key)) ? string(state.\(key)) : ''"
      let cases = (value["cases"]?.elements ?? []).compactMap(\.text)
      return .choose(source(text), cases: cases.map { Located($0, span) }, maxSwitches: nil)
    case "subtree": return .sequence(.resuming)
    default: return leaf(kind, value, scope)
    }
  }

  /// The kinds that py_trees has instead or besides.
  private func pollingKind(_ kind: String, _ value: Value) -> TreeNode.Kind? {
    let remembers = value["memory"] == .bool(true)
    switch kind {
    case "sequence": return .sequence(remembers ? .resuming : .reactive)
    case "selector": return .fallback(remembers ? .resuming : .reactive, maxSwitches: nil)
    case "eternal_guard": return .sequence(.reactive)
    case "pass_through": return .sequence(.resuming)
    case "repeat": return .rounds(count: located(number(value, "successes") ?? 1))
    case "retry": return .retry(attempts: located(number(value, "failures") ?? 1))
    case "map_status":
      return .mapStatus(
        from: status(value["from"]) ?? .success,
        to: status(value["to"]) ?? .success
      )
    case "wait_for": return .waitFor(status(value["status"]) ?? .success)
    case "one_shot": return .runOnce(value["policy"]?.text == "success" ? .success : .ending)
    case "parallel":
      let rule: TreeJoin.Rule
      switch value["policy"]?.text {
      case "one": rule = .positions(nil)
      case "selected":
        rule = .positions(
          (value["selected"]?.elements ?? []).compactMap { element in
            if case .int(let position) = element { Int(position) } else { nil }
          }
        )
      default: rule = .positions([])
      }
      var join = TreeJoin(rule, span: span)
      join.repeatsSuccesses = value["synchronise"] != .bool(true)
      return .parallel(join)
    default: return nil
    }
  }

  private mutating func leaf(_ kind: String, _ value: Value, _ scope: String) -> TreeNode.Kind {
    let id = value["id"]?.text ?? ""
    var step = Step(span: span)
    switch kind {
    case "expression": step.work = .check(expression(value["when"]?.text ?? "", scope))
    case "assign":
      step.assignments = assignments(
        .map([value["key"]?.text ?? "": value["value"] ?? .null]),
        scope
      )
    default:
      scripts[id] = (value["script"]?.text ?? "").utf8.map { letter in
        switch letter {
        case UInt8(ascii: "S"): .success
        case UInt8(ascii: "F"): .failure
        default: .running
        }
      }
      step.work = .tool(Located(id, span), action: nil)
      step.timeoutMilliseconds = located(60_000)
    }
    return .step(step)
  }

  // MARK: Parameters

  private func located<Content>(_ content: Content) -> Located<Content> { Located(content, span) }

  private func number(_ value: Value, _ key: String) -> Int? {
    if case .int(let number)? = value[key] { Int(number) } else { nil }
  }

  private func duration(_ value: Value) -> Located<Int64> {
    located(Int64(number(value, "ms") ?? 0))
  }

  private func status(_ value: Value?) -> TreeNode.Status? {
    switch value?.text {
    case "S": .success
    case "F": .failure
    case "R": .running
    case "K": .skipped
    default: nil
    }
  }

  /// The state field of a key; a subtree with a blackboard of its own has fields of its own.
  private mutating func field(_ key: String, _ scope: String) -> String {
    let name = scope + key
    if !fields.contains(name) { fields.append(name) }
    return name
  }

  private mutating func assignments(_ value: Value?, _ scope: String) -> [Assignment] {
    guard case .map(let entries)? = value else { return [] }
    return entries.entries.compactMap { entry in
      guard case .string(let key) = entry.key else { return nil }
      let text = JSONWriter.string(entry.value)
      return Assignment(field: located(field(key, scope)), expression: source(text))
    }
  }

  private func source(_ text: String) -> SourceText { SourceText(name: "scenario", text: text) }

  /// The expression with every name read from the state.
  private mutating func expression(_ text: String, _ scope: String) -> SourceText {
    var result = ""
    var word = ""
    var isQuoted = false
    for character in text + " " {
      let isLetter = character.isLetter || character == "_"
      if !isQuoted, isLetter || !word.isEmpty && character.isNumber {
        word.append(character)
        continue
      }
      if !word.isEmpty {
        result +=
          word == "true" || word == "false" ? word : "state.\(field(word, scope))"
        word = ""
      }
      if character == "'" { isQuoted.toggle() }
      result.append(character)
    }
    result.removeLast()
    return source(result)
  }
}

extension TreeNode {
  /// Whether the node is a leaf that does something outside.
  fileprivate var isCall: Bool {
    guard case .step(let step) = kind, !isCondition else { return false }
    if case .tool = step.work { return true }
    return false
  }
}
