import Document
import Source
import Table
import Values

/// Reads the answer that a seed's template asks for, `{steps, assignments, failure_handling}`, as
/// tasks.
///
/// What becomes of it is judged like every proposal; nothing that is not understood is left out.
struct SeedPlan {
  private(set) var diagnostics: [Diagnostic] = []
  private let agents: [String]

  init(agents: [String]) { self.agents = agents }

  /// The same plan with `tasks`; the root itself when it has them already.
  mutating func tasks(of root: Node) -> Node {
    guard root["tasks"] == nil, let steps = root["steps"] else { return root }
    guard let elements = steps.elements, !elements.isEmpty else {
      diagnostics.append(Messages.noTasks(at: steps.span))
      return root
    }
    let known = ["steps", "assignments", "failure_handling"]
    for entry in root.entries ?? [] where !known.contains(entry.key) {
      diagnostics.append(
        Messages.planKey(entry.key, of: "a plan", allowed: known, at: entry.keySpan)
      )
    }
    var tasks: [Node] = []
    for (position, element) in elements.enumerated() {
      if let task = task(element, at: position, root) { tasks.append(task) }
    }
    let list = Node(content: .sequence(tasks), span: steps.span)
    let entry = Node.Entry(key: "tasks", keySpan: steps.span, value: list)
    return Node(content: .mapping([entry]), span: root.span)
  }

  private mutating func task(_ step: Node, at position: Int, _ root: Node) -> Node? {
    let names = ["id", "name", "step"].compactMap { step[$0]?.string }
    let name = step.string ?? names.first ?? ""
    var entries: [Node.Entry] = []
    func add(_ key: String, _ value: Node) {
      entries.append(Node.Entry(key: key, keySpan: value.span, value: value))
    }
    let isWord = !name.isEmpty && name.utf8.allSatisfy(Self.isPlain)
    let id = isWord ? name : "step_\(position + 1)"
    add("id", Node(content: .string(id), span: step.span))
    for entry in step.entries ?? [] {
      switch entry.key {
      case "id", "name", "step", "description", "number": continue
      case "input", "inputs": add("with", entry.value)
      default: entries.append(entry)
      }
    }
    let isAssigned = entries.contains { $0.key == "agent" || $0.key == "tool" }
    if !isAssigned, let callee = assignment(of: name, at: position, root["assignments"]) {
      let isAgent = agents.contains { $0.sameScalars(as: callee.string ?? "") }
      add(isAgent ? "agent" : "tool", callee)
    }
    if let retry = handling(of: name, at: position, root["failure_handling"]) {
      add("retry", Node(value: .map(["max_attempts": .int(2)]), at: retry))
    }
    return Node(content: .mapping(entries), span: step.span)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
  }

  /// What a mapping by names, a list of mappings, or a list by position says of a step.
  private func entry(of name: String, at position: Int, _ node: Node?) -> Node? {
    guard let node else { return nil }
    for key in [name, "step_\(position + 1)", String(position + 1)] {
      if let found = node[key] { return found }
    }
    guard let elements = node.elements else { return nil }
    for element in elements {
      let names = ["id", "name", "step"].compactMap { element[$0]?.string }
      if names.contains(where: { $0.sameScalars(as: name) }) { return element }
    }
    guard elements.indices.contains(position), elements[position].entries == nil else { return nil }
    return elements[position]
  }

  private func assignment(of name: String, at position: Int, _ node: Node?) -> Node? {
    guard let found = entry(of: name, at: position, node) else { return nil }
    return found.string == nil ? found["agent"] ?? found["tool"] : found
  }

  /// Where it says that a step is tried again; a plan can do that, or stop.
  private mutating func handling(
    of name: String,
    at position: Int,
    _ node: Node?
  ) -> SourceSpan? {
    guard let found = entry(of: name, at: position, node) else { return nil }
    let word = found.string ?? found["action"]?.string ?? found["on_failure"]?.string ?? ""
    switch word.lowercased() {
    case "retry", "retry once", "try again": return found.span
    case "stop", "abort", "fail", "none", "escalate": return nil
    default:
      diagnostics.append(Messages.failureHandling(at: found.span))
      return nil
    }
  }
}
