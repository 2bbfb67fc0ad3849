import Document
import Source
import Values

/// Nodes of trees with others below them.
extension FlowReader {
  mutating func composite(
    _ mapping: Mapping,
    _ type: Located<String>,
    _ span: SourceSpan
  ) -> TreeNode? {
    reportForeignKeys(mapping, type)
    switch type.value {
    case "conditional_selector": return selector(mapping, type)
    case "switch": return choice(mapping, type)
    case "subtree": return subtree(mapping, type)
    default: break
    }
    guard let children = children(mapping, type) else { return nil }
    guard let kind = kind(mapping, type, children.count) else { return nil }
    return TreeNode(kind, children: children, span: mapping.span)
  }

  /// The nodes at `children`, or the one at `child`, as many as the type takes.
  private mutating func children(_ mapping: Mapping, _ type: Located<String>) -> [TreeNode]? {
    var nodes: [(node: Node, path: String)] = []
    if let child = mapping.entry("child") {
      nodes = [(child.value, "\(mapping.path).child")]
    } else if let entry = value("children", mapping) {
      guard let elements = entry.value.elements else {
        report(Messages.wrongKind(entry, wanted: "a list of nodes", hint: nil))
        return nil
      }
      nodes = elements.enumerated().map { ($1, "\(mapping.path).children[\($0)]") }
    } else if mapping.entry("children") == nil {
      let key = Self.childCount(type.value) == 1...1 ? "child" : "children"
      report(Messages.missing(key, in: "the `\(type.value)`", at: type.span, hint: nil))
      return nil
    }
    let allowed = Self.childCount(type.value)
    guard allowed.contains(nodes.count) else {
      report(Messages.childCount(type, nodes.count, allowed))
      return nil
    }
    var children: [TreeNode] = []
    for (node, path) in nodes {
      guard let child = treeNode(node, at: node.span, path: path) else { continue }
      children.append(child)
    }
    return children.count == nodes.count ? children : nil
  }

  private static func childCount(_ type: String) -> ClosedRange<Int> {
    switch type {
    case "sequence", "fallback", "selector", "parallel": 1...10_000
    case "if_then_else", "while_do_else": 2...3
    case "try_catch": 2...10_000
    default: 1...1
    }
  }

  private mutating func kind(
    _ mapping: Mapping,
    _ type: Located<String>,
    _ count: Int
  ) -> TreeNode.Kind? {
    let everything = 1...Int(Int32.max)
    switch type.value {
    case "sequence": return .sequence(order(mapping))
    case "fallback", "selector":
      return .fallback(
        order(mapping),
        maxSwitches: integer("max_switches", mapping, in: everything)
      )
    case "parallel": return .parallel(treeJoin(mapping, type, count))
    case "if_then_else": return .ifThenElse
    case "while_do_else":
      return .whileDoElse(maxSwitches: integer("max_switches", mapping, in: everything))
    case "try_catch": return .tryCatch(onHalt: boolean("catch_on_halt", mapping) ?? false)
    case "inverter": return .inverter
    case "force_success": return .forceSuccess
    case "force_failure": return .forceFailure
    case "retry":
      return needed("attempts", mapping, type).map { .retry(attempts: $0) }
    case "repeat": return needed("count", mapping, type).map { .rounds(count: $0) }
    case "timeout", "delay":
      guard let after = duration("after", mapping) else {
        if mapping.entry("after") == nil {
          report(Messages.missing("after", in: "the `\(type.value)`", at: type.span, hint: nil))
        }
        return nil
      }
      return type.value == "timeout"
        ? .timeout(milliseconds: after, isLate: false) : .delay(milliseconds: after)
    case "run_once":
      let words = ["ending", "success", "failure", "skip"]
      switch word("remember", mapping, oneOf: words)?.value {
      case "success": return .runOnce(.success)
      case "failure": return .runOnce(.failure)
      case "skip": return .runOnce(.skipping)
      default: return .runOnce(.ending)
      }
    case "keep_running_until_failure":
      return .keepRunning(max: integer("max", mapping, in: everything))
    default: return nil
    }
  }

  private mutating func needed(
    _ key: String,
    _ mapping: Mapping,
    _ type: Located<String>
  ) -> Located<Int>? {
    if mapping.entry(key) == nil {
      let hint = "write how often at most: `\(key): 3`"
      report(Messages.missing(key, in: "the `\(type.value)`", at: type.span, hint: hint))
    }
    return integer(key, mapping, in: -1...limits.journalRecords)
  }

  private mutating func order(_ mapping: Mapping) -> TreeNode.Order {
    let isReactive = boolean("reactive", mapping) ?? false
    let keeps = boolean("keep", mapping) ?? false
    if isReactive, keeps, let second = mapping.entry("keep"),
      let first = mapping.entry("reactive")
    {
      report(Messages.contradiction(second, first))
    }
    return isReactive ? .reactive : keeps ? .keep : .resuming
  }

  private mutating func treeJoin(
    _ mapping: Mapping,
    _ type: Located<String>,
    _ count: Int
  ) -> TreeJoin {
    var join = TreeJoin(.join(.all), span: type.span)
    let key = form == .seed && mapping.entry("join") == nil ? "success_policy" : "join"
    if let entry = value(key, mapping) {
      join.span = entry.value.span
      if case .int(let number) = entry.value.content {
        if number < 1 || number > Int64(count) {
          report(Messages.threshold(Int(clamping: number), count, at: entry.value.span))
        }
        join.rule = .join(.count(Int(clamping: number)))
      } else if let word = word(
        key,
        mapping,
        oneOf: ["all", "any", "first", "finished", "one"]
      ) {
        let joins: [String: Join] = [
          "all": .all, "any": .any, "one": .any, "first": .first, "finished": .finished,
        ]
        join.rule = .join(joins[word.value] ?? .all)
      }
    }
    let success = integer("success_count", mapping, in: -count...Int(Int32.max))
    let failure = integer("failure_count", mapping, in: -count...Int(Int32.max))
    for number in [success, failure].compactMap(\.self)
    where number.value == 0 || number.value > count {
      report(Messages.threshold(number.value, count, at: number.span))
    }
    if case .join(.finished) = join.rule, success == nil, let failure {
      join.rule = .everyone(failure: failure.value)
    } else if let first = success ?? failure {
      join.span = first.span
      join.rule = .thresholds(success: success?.value ?? -1, failure: failure?.value ?? 1)
    }
    join.concurrency = integer("concurrency", mapping, in: 1...limits.places)
    return join
  }

  // MARK: Choices

  private mutating func selector(_ mapping: Mapping, _ type: Located<String>) -> TreeNode? {
    guard let entry = value("conditions", mapping), let elements = entry.value.elements,
      !elements.isEmpty
    else {
      let hint = "write `conditions: [{when: …, child: …}, {default: true, child: …}]`"
      report(
        mapping.entry("conditions").map {
          Messages.wrongKind($0, wanted: "a list of conditions", hint: hint)
        } ?? Messages.missing("conditions", in: "the selector", at: type.span, hint: hint)
      )
      return nil
    }
    var conditions: [SourceText?] = []
    var children: [TreeNode] = []
    for (position, element) in elements.enumerated() {
      let path = "\(mapping.path).conditions[\(position)]"
      guard let choice = self.mapping(element, .choice, path: path) else { continue }
      let keys = form == .seed ? ["when", "expression", "condition"] : ["when"]
      let condition = keys.compactMap { choice.entry($0) }.first.flatMap { expression($0) }
      let isDefault = boolean("default", choice) ?? false
      if condition == nil, !isDefault, !choice.isDisordered {
        let hint = "write `when: \"…\"`, or `default: true` in the last entry"
        report(Messages.missing("when", in: "the entry", at: element.span, hint: hint))
      }
      if isDefault, position < elements.count - 1 {
        report(Messages.unreachableChoice(elements[position + 1].span, default: element.span))
      }
      guard let child = choice.entry("child") else {
        report(Messages.missing("child", in: "the entry", at: element.span, hint: nil))
        continue
      }
      guard let node = treeNode(child.value, at: child.keySpan, path: "\(path).child") else {
        continue
      }
      conditions.append(isDefault ? nil : condition)
      children.append(node)
    }
    guard children.count == elements.count else { return nil }
    let isReactive = boolean("reactive", mapping) ?? false
    let switches = integer("max_switches", mapping, in: 1...Int(Int32.max))
    return TreeNode(
      .select(conditions, isReactive: isReactive, maxSwitches: switches),
      children: children,
      span: mapping.span
    )
  }

  private mutating func choice(_ mapping: Mapping, _ type: Located<String>) -> TreeNode? {
    let expression = expression("value", mapping)
    if mapping.entry("value") == nil {
      let hint = "write the expression whose value decides: `value: \"state.mode\"`"
      report(Messages.missing("value", in: "the `switch`", at: type.span, hint: hint))
    }
    guard let entry = value("cases", mapping), let entries = entry.value.entries,
      !entries.isEmpty
    else {
      let hint = "write `cases: {a: {…}, b: {…}}`"
      report(
        mapping.entry("cases").map {
          Messages.wrongKind($0, wanted: "a mapping of values to nodes", hint: hint)
        } ?? Messages.missing("cases", in: "the `switch`", at: type.span, hint: hint)
      )
      return nil
    }
    var cases: [Located<String>] = []
    var children: [TreeNode] = []
    for entry in entries {
      let path = "\(mapping.path).cases.\(entry.key)"
      guard let node = treeNode(entry.value, at: entry.keySpan, path: path) else { continue }
      cases.append(Located(entry.key, entry.keySpan))
      children.append(node)
    }
    guard children.count == entries.count else { return nil }
    if let other = value("default", mapping) {
      guard
        let node = treeNode(other.value, at: other.keySpan, path: "\(mapping.path).default")
      else { return nil }
      children.append(node)
    }
    let switches = integer("max_switches", mapping, in: 1...Int(Int32.max))
    guard let expression else { return nil }
    return TreeNode(
      .choose(expression, cases: cases, maxSwitches: switches),
      children: children,
      span: mapping.span
    )
  }

  // MARK: Keys

  /// Reports keys that belong to nodes of other types.
  private mutating func reportForeignKeys(_ mapping: Mapping, _ type: Located<String>) {
    let own: [String]
    switch type.value {
    case "sequence", "fallback", "selector": own = ["children", "reactive", "keep", "max_switches"]
    case "parallel":
      own = [
        "children", "join", "success_count", "failure_count", "concurrency", "success_policy",
        "failure_policy",
      ]
    case "conditional_selector": own = ["conditions", "reactive", "max_switches"]
    case "switch": own = ["value", "cases", "default", "max_switches"]
    case "while_do_else": own = ["children", "max_switches"]
    case "if_then_else": own = ["children"]
    case "try_catch": own = ["children", "catch_on_halt"]
    case "subtree": own = ["flow", "ports", "with"]
    case "retry": own = ["attempts", "child", "children"]
    case "repeat": own = ["count", "child", "children"]
    case "timeout", "delay":
      own = ["after", "child", "children"] + DurationUnit.allCases.map { "after_\($0.rawValue)" }
    case "run_once": own = ["remember", "child", "children"]
    case "keep_running_until_failure": own = ["max", "child", "children"]
    default: own = ["child", "children"]
    }
    let everywhere = [
      "type", "id", "name", "description", "metadata", "failure_if", "success_if", "skip_if",
      "while", "on_success", "on_failure", "on_halted",
    ]
    let foreign = mapping.entries.filter { entry in
      !own.contains(entry.key) && !everywhere.contains(entry.key)
        && KeyTable.of(.treeNode, form).rule(of: entry.key) != nil
    }
    if let first = foreign.first { report(Messages.foreignKey(first, type: type)) }
  }
}
