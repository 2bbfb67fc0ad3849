import Definition
import Source
import Table
import Values

// What a tree looks like to people.
extension Compilation {
  /// The nodes of a tree in preorder.
  func outline(of tree: LaidOutTree) -> TreeOutline {
    var lines: [TreeOutline.Line] = []
    outline(tree.layout, depth: 0, &lines)
    return TreeOutline(node: tree.node, lines: lines)
  }

  private func outline(_ number: Int, depth: Int32, _ lines: inout [TreeOutline.Line]) {
    let layout = treeLayouts[number]
    let node = layout.node
    var line = TreeOutline.Line(depth: depth, rule: node.outlineRule, text: node.outlineText)
    line.branch = layout.branch
    if layout.place != noIndex {
      line.place = layout.place
    } else if layout.branch != noIndex, !table.nodes[Int(layout.branch)].isUnnamed {
      line.place = layout.branch
    }
    line.failureIf = layout.failureIf
    lines.append(line)
    for child in layout.children { outline(child, depth: depth + 1, &lines) }
  }
}

extension TreeNode {
  fileprivate var outlineRule: TreeOutline.Line.Rule {
    switch kind {
    case .step, .parallel: .own
    case .sequence: .sequence
    case .fallback: .fallback
    case .select, .choose: .choice
    case .ifThenElse, .whileDoElse: .branch
    case .tryCatch: .recovery
    case .inverter: .inverter
    case .forceSuccess: .success
    case .forceFailure: .failure
    default: .same
    }
  }

  /// The node in a few words: its id, what it is, its guards.
  fileprivate var outlineText: String {
    var text = word
    if let id, !id.value.utf8.starts(with: "/".utf8) {
      // Scopes of ids are no business of people.
      let name = id.value.split(separator: "/").last.map { String($0) } ?? id.value
      text = name == text ? text : text.isEmpty ? name : "\(name): \(text)"
    }
    let guards = [
      ("failure_if", failureIf), ("success_if", successIf), ("skip_if", skipIf),
      ("while", whileCondition),
    ]
    for (key, source) in guards {
      if let source { text += ", \(key) \(Self.line(source.text))" }
    }
    return text
  }

  private static func line(_ text: String) -> String {
    let words = text.split { $0 == " " || $0.isNewline }.joined(separator: " ")
    return words.count > 80 ? words.prefix(77) + "..." : words
  }

  private var word: String {
    func limit(_ limit: Located<Int>?) -> String { limit.map { " (at most \($0.value))" } ?? "" }
    switch kind {
    case .step(let step): return Self.word(step)
    case .sequence(let order): return "sequence" + order.suffix
    case .fallback(let order, _): return "fallback" + order.suffix
    case .parallel: return "parallel"
    case .select(_, let isReactive, _):
      return "conditional_selector" + (isReactive ? " (reactive)" : "")
    case .choose(let value, _, _): return "switch \(Self.line(value.text))"
    case .ifThenElse: return "if_then_else"
    case .whileDoElse: return "while_do_else"
    case .tryCatch: return "try_catch"
    case .inverter: return "inverter"
    case .forceSuccess: return "force_success"
    case .forceFailure: return "force_failure"
    case .retry(let attempts): return "retry \(attempts.value)"
    case .rounds(let count): return "repeat \(count.value)"
    case .keepRunning(let most): return "keep_running_until_failure" + limit(most)
    case .timeout(let time, _): return "timeout \(time.value)ms"
    case .delay(let time): return "delay \(time.value)ms"
    case .runOnce: return "run_once"
    case .precondition(let source, _): return "precondition \(Self.line(source.text))"
    case .mapStatus(let from, let to): return "\(from.rawValue) is \(to.rawValue)"
    case .waitFor(let status): return "wait for \(status.rawValue)"
    }
  }

  private static func word(_ step: Step) -> String {
    if step.forEach != nil { return "for each" }
    switch step.body {
    case .tree: return "tree"
    case .machine, .parallel: return "states"
    case .flow(let name): return "flow \(name.value)"
    case .tasks: return "tasks"
    case .planner: return "planner"
    case nil: break
    }
    switch step.work {
    case .agent(let agent, let action):
      return "agent \(agent.value)" + (action.map { ".\($0.value)" } ?? "")
    case .tool(let tool, let action):
      return "tool \(tool.value)" + (action.map { ".\($0.value)" } ?? "")
    case .wait(let time): return "wait \(time.value)ms"
    case .check(let source): return "check \(line(source.text))"
    case .none:
      let fields = step.assignments.map(\.field.value).joined(separator: ", ")
      return fields.isEmpty ? "step" : "assign \(fields)"
    }
  }
}

extension TreeNode.Order {
  fileprivate var suffix: String { self == .resuming ? "" : " (\(rawValue))" }
}
