import Document
import Source
import Values

/// Behavior trees: `root:` and the nodes below it (`specs/behavior-trees.md`).
extension FlowReader {
  /// The types of nodes with others below them.
  static let compositeTypes = [
    "sequence", "fallback", "selector", "parallel", "conditional_selector", "switch",
    "if_then_else", "while_do_else", "try_catch", "inverter", "force_success", "force_failure",
    "retry", "repeat", "timeout", "delay", "run_once", "keep_running_until_failure", "subtree",
  ]

  /// The tree at `root`; nil after a finding.
  mutating func tree(_ mapping: Mapping) -> BehaviorTree? {
    guard let entry = value("root", mapping) else { return nil }
    guard entry.value.entries != nil else {
      let hint = "write `root: {type: sequence, children: […]}`"
      report(Messages.wrongKind(entry, wanted: "a node of a tree", hint: hint))
      return nil
    }
    let path = mapping.path.isEmpty ? "root" : "\(mapping.path).root"
    treeIDs = []
    treeNodeCount = 0
    guard let root = treeNode(entry.value, at: entry.keySpan, path: path) else { return nil }
    return BehaviorTree(root: root, span: entry.keySpan.union(entry.value.span))
  }

  /// One node; nil after a finding.
  mutating func treeNode(_ node: Node, at span: SourceSpan, path: String) -> TreeNode? {
    treeNodeCount += 1
    guard treeNodeCount <= limits.places else {
      if treeNodeCount == limits.places + 1 {
        report(Messages.tooMany("nodes of a tree", limits.places, at: span))
      }
      return nil
    }
    guard let mapping = mapping(node, .treeNode, path: path) else { return nil }
    let type = text("type", mapping)
    var read: TreeNode?
    switch type?.value {
    case nil, "action"?, "condition"?: read = treeLeaf(mapping, type, span)
    case let name? where Self.compositeTypes.contains(name):
      read = composite(mapping, Located(name, type?.span ?? span), span)
    default:
      if let type {
        let words = Self.compositeTypes + ["action", "condition"]
        _ = word(type, of: "type", oneOf: words)
      }
    }
    guard var read else { return nil }
    if read.id == nil { read.id = treeID(mapping) }
    readGuards(mapping, &read)
    return read
  }

  private mutating func treeID(_ mapping: Mapping) -> Located<String>? {
    let id = name("id", mapping) ?? (form == .seed ? name("name", mapping) : nil)
    guard let id else { return nil }
    if form == .house, let entry = mapping.entry("id") {
      checkName(
        Node.Entry(key: id.value, keySpan: entry.value.span, value: entry.value),
        isStep: true
      )
    }
    let name = subtreeNames?.node(id.value) ?? id.value
    guard treeIDs.insert(.string(name)).inserted else {
      report(Messages.duplicate(name, in: "the tree", at: id.span))
      return nil
    }
    return Located(name, id.span)
  }

  private mutating func readGuards(_ mapping: Mapping, _ node: inout TreeNode) {
    node.failureIf = expression("failure_if", mapping)
    node.successIf = expression("success_if", mapping)
    node.skipIf = expression("skip_if", mapping)
    node.whileCondition = expression("while", mapping)
    node.onSuccess = assignments("on_success", mapping)
    node.onFailure = assignments("on_failure", mapping)
    node.onHalted = assignments("on_halted", mapping)
  }

  private mutating func assignments(_ key: String, _ mapping: Mapping) -> [Assignment] {
    guard let entry = value(key, mapping) else { return [] }
    guard let entries = entry.value.entries else {
      let hint = "in a tree it writes state: `\(key): {field: \"…\"}`"
      report(
        Messages.wrongKind(entry, wanted: "a mapping of state fields to expressions", hint: hint)
      )
      return []
    }
    return entries.compactMap { assignment($0) }
  }

  // MARK: Leaves

  private mutating func treeLeaf(
    _ mapping: Mapping,
    _ type: Located<String>?,
    _ span: SourceSpan
  ) -> TreeNode? {
    for key in ["children", "child", "conditions", "cases"] {
      guard let entry = mapping.entry(key) else { continue }
      report(Messages.typeOfNode(entry, types: Self.compositeTypes))
      return nil
    }
    var step = Step(span: span)
    readWork(mapping, &step)
    readData(mapping, &step)
    step.timeoutMilliseconds = duration("timeout", mapping)
    step.retry = retry(mapping)
    step.maxVisits = integer("max_visits", mapping, in: 1...limits.journalRecords)
    readTreeBody(mapping, &step)
    var node = TreeNode(.step(step), span: mapping.span)
    node.isCondition = type?.value == "condition"
    let works = ["agent", "tool", "flow", "states", "root", "for_each"]
    if form == .house, mapping.entry("id") == nil,
      let work = works.compactMap({ mapping.entry($0) }).first
    {
      report(Messages.nodeWithoutID(work, at: work.keySpan))
    }
    if type?.value == "condition", mapping.entry("check") == nil, step.body == nil,
      case .none = step.work, let type
    {
      report(Messages.missing("check", in: "the condition", at: type.span, hint: nil))
    }
    return node
  }

  /// What a leaf runs inside itself.
  private mutating func readTreeBody(_ mapping: Mapping, _ step: inout Step) {
    if subtreeNames != nil,
      let inner = ["states", "root"].compactMap({ mapping.entry($0) }).first
    {
      report(Messages.bodyInSubtree(inner))
      return
    }
    if mapping.entry("states") != nil {
      step.body = machine(mapping).map { .machine($0) }
    } else if mapping.entry("root") != nil {
      let outer = (treeIDs, treeNodeCount)
      step.body = tree(mapping).map { .tree($0) }
      (treeIDs, treeNodeCount) = outer
    } else if let flow = name("flow", mapping) {
      step.body = .flow(flow)
    }
    guard let items = expression("for_each", mapping) else { return }
    let onError = word("on_item_error", mapping, oneOf: ["fail", "collect", "skip"])
    step.forEach = ForEach(
      items: items,
      maxItems: integer("max_items", mapping, in: 1...limits.places),
      concurrency: integer("concurrency", mapping, in: 1...limits.places),
      itemError: onError.flatMap { ForEach.ItemError(rawValue: $0.value) } ?? .fail
    )
  }
}
