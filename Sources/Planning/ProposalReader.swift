import Definition
import Document
import Source
import Values

/// Reads what a model proposes, and refuses whatever is no list of permitted tasks.
///
/// A list of what is allowed, not of what is not: a key that nobody thought of is refused.
struct ProposalReader {
  private let limits: Limits
  private let agents: [String]
  private let tools: [String]
  private let maxSteps: Int
  private let constraints: [(name: String, values: [String])]
  private let isSeed: Bool
  private(set) var diagnostics: [Diagnostic] = []
  private var steps = 0

  init(
    agents: [String],
    tools: [String],
    maxSteps: Int,
    constraints: [(name: String, values: [String])],
    isSeed: Bool,
    limits: Limits
  ) {
    self.isSeed = isSeed
    self.agents = agents
    self.tools = tools
    self.maxSteps = maxSteps
    self.constraints = constraints
    self.limits = limits
  }

  /// Steps of the plan, those inside others included.
  var stepCount: Int { steps }

  /// The tree of a proposal; nil after a finding.
  mutating func read(_ text: String, name: String) -> Node? {
    guard text.utf8.count <= limits.proposalBytes else {
      report(Messages.proposalTooLong(text.utf8.count, limit: limits.proposalBytes))
      return nil
    }
    var bounded = limits
    bounded.documentDepth = min(limits.documentDepth, limits.proposalDepth)
    bounded.jsonDepth = min(limits.jsonDepth, limits.proposalDepth)
    bounded.diagnostics = min(limits.diagnostics, 10)
    let file = SourceFile(name: name, text: Self.unfenced(text))
    let parsed = DocumentParser.json(SourceText(file), limits: bounded)
    guard var root = parsed.root, !parsed.diagnostics.hasErrors else {
      let cause = parsed.diagnostics.first
      report(Messages.notJSON(cause?.message, at: cause?.span))
      return nil
    }
    if isSeed {
      var seed = SeedPlan(agents: agents)
      root = seed.tasks(of: root)
      for finding in seed.diagnostics { report(finding) }
    }
    guard let entries = root.entries else {
      report(Messages.notAPlan(root.kindName, at: root.span))
      return nil
    }
    for entry in entries where !Self.planKeys.contains(entry.key) {
      report(Messages.planKey(entry.key, of: "a plan", allowed: Self.planKeys, at: entry.keySpan))
    }
    guard let tasks = root["tasks"] else {
      report(Messages.noTasks(at: root.span))
      return nil
    }
    check(list: tasks, depth: 0)
    return diagnostics.isEmpty ? root : nil
  }

  private static let planKeys = ["tasks", "result", "concurrency"]

  private static let taskKeys = [
    "id", "agent", "action", "tool", "with", "result", "when", "require", "check", "wait",
    "timeout", "retry", "depends_on", "for_each", "max_items", "concurrency", "on_item_error",
    "join", "tasks", "description",
  ]

  /// What stands between the fences, when a text is one fenced block and nothing else.
  static func unfenced(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    func trim(_ bytes: inout ArraySlice<UInt8>) {
      while let first = bytes.first, blanks.contains(first) { bytes.removeFirst() }
      while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
    }
    trim(&bytes)
    let fence: [UInt8] = [0x60, 0x60, 0x60]
    guard bytes.count >= 8, bytes.starts(with: fence), bytes.suffix(3).elementsEqual(fence),
      let line = bytes.firstIndex(of: 0x0A)
    else { return text }
    var inner = bytes[bytes.index(after: line)...].dropLast(3)
    trim(&inner)
    return String(decoding: inner, as: UTF8.self)
  }

  private mutating func report(_ diagnostic: Diagnostic) {
    if diagnostics.count < 20 { diagnostics.append(diagnostic) }
  }

  private mutating func check(list: Node, depth: Int) {
    guard let elements = list.elements else {
      report(Messages.noTasks(at: list.span))
      return
    }
    if elements.isEmpty { report(Messages.noTasks(at: list.span)) }
    for element in elements {
      steps += 1
      guard steps <= maxSteps else {
        if steps == maxSteps + 1 { report(Messages.tooManySteps(maxSteps, at: element.span)) }
        return
      }
      check(task: element, depth: depth)
    }
  }

  private mutating func check(task: Node, depth: Int) {
    guard let entries = task.entries else {
      report(Messages.notATask(task.kindName, at: task.span))
      return
    }
    for entry in entries {
      guard Self.taskKeys.contains(entry.key) else {
        report(
          Messages.planKey(
            entry.key,
            of: "a task of a plan",
            allowed: Self.taskKeys,
            at: entry.keySpan
          )
        )
        continue
      }
      switch entry.key {
      case "agent": check(callee: entry.value, "agent", agents)
      case "tool": check(callee: entry.value, "tool", tools)
      case "with": check(arguments: entry.value)
      case "tasks": check(list: entry.value, depth: depth + 1)
      case "id": check(id: entry.value)
      default: break
      }
    }
  }

  /// Ids are plain words, so that no id looks like a part of the table's own.
  private mutating func check(id: Node) {
    guard let name = id.string else { return }
    let isPlain =
      !name.isEmpty && name.utf8.count <= 64
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
      } && !(0x30...0x39).contains(name.utf8.first ?? 0x30)
    if !isPlain { report(Messages.planID(name, at: id.span)) }
  }

  private mutating func check(callee: Node, _ kind: String, _ names: [String]) {
    guard let name = callee.string else { return }
    guard !names.contains(where: { $0.sameScalars(as: name) }) else { return }
    report(Messages.notPermitted(kind, name, among: names, at: callee.span))
  }

  private mutating func check(arguments: Node) {
    for entry in arguments.entries ?? [] {
      guard let rule = constraints.first(where: { $0.name.sameScalars(as: entry.key) }) else {
        continue
      }
      let isAllowed = entry.value.string.map { text in
        rule.values.contains { $0.sameScalars(as: text) }
      }
      if isAllowed != true {
        report(Messages.valueNotAllowed(rule.name, rule.values, at: entry.value.span))
      }
    }
  }
}
