import Document
import Source
import Values

/// Steps.
extension FlowReader {
  /// The step that `entry` holds; nil after a finding.
  mutating func step(_ entry: Node.Entry, path: String, isDisordered: Bool = false) -> Step? {
    if case .null = entry.value.content {
      if form == .seed { return Step(span: entry.keySpan) }
      if !isDisordered { report(Messages.emptyState(entry)) }
      return nil
    }
    guard entry.value.entries != nil else {
      report(Messages.stateKind(entry))
      return nil
    }
    guard let mapping = mapping(entry, .step, path: path) else { return nil }
    var step = Step(span: entry.keySpan.union(entry.value.span))
    guard readType(mapping) else { return step }
    readWork(mapping, &step)
    readData(mapping, &step)
    readEdges(mapping, &step)
    readChart(mapping, &step, path: path)
    step.decision = decision(mapping)
    if mapping.entry("root") != nil { step.body = tree(mapping).map { .tree($0) } }
    step.timeoutMilliseconds = duration("timeout", mapping)
    step.retry = retry(mapping)
    step.budget = cap(mapping)
    step.maxVisits = integer("max_visits", mapping, in: 1...limits.journalRecords)
    readParts(mapping, &step)
    return step
  }

  /// Looks at `type` and at keys of later parts; false when the step is of a kind that comes later.
  private mutating func readType(_ mapping: Mapping) -> Bool {
    if let type = text("type", mapping) {
      if type.value == "parallel", holdsTasks(mapping) {
        reportLater(mapping)
        return mapping.later.isEmpty
      }
      if type.value != "parallel", Self.compositeTypes.contains(type.value) {
        report(Messages.treeNodeAsState(type))
        return false
      }
      if type.value == "history" || type.value == "parallel" {
        reportLater(mapping)
        return mapping.later.isEmpty
      }
      if type.value == "final" {
        report(Messages.typeFinal(type))
      } else if form == .house {
        report(Messages.leafType(type))
      } else {
        inertKeys.append(Located("\(mapping.path).type", type.span))
      }
    }
    reportLater(mapping)
    return mapping.later.isEmpty
  }

  mutating func readWork(_ mapping: Mapping, _ step: inout Step) {
    let kinds = ["agent", "tool", "wait", "check"].filter { key in
      mapping.entry(key) != nil
    }
    if kinds.count > 1, let second = mapping.entry(kinds[1]) {
      report(Messages.twoWorks(kinds, at: second.keySpan))
      return
    }
    let action = name("action", mapping)
    if let agent = name("agent", mapping) {
      step.work = .agent(agent, action: action)
    } else if let tool = name("tool", mapping) {
      step.work = .tool(tool, action: action)
    } else if let action, kinds.isEmpty || kinds == ["wait"] || kinds == ["check"] {
      if form == .seed, kinds.isEmpty, let owner = planningAgent {
        step.work = .agent(Located(owner, action.span), action: action)
      } else {
        report(Messages.actionAlone(action))
      }
    }
    if case .none = step.work {
      if let wait = duration("wait", mapping, allowsZero: true) {
        step.work = .wait(milliseconds: wait)
      } else if let check = expression("check", mapping) {
        step.work = .check(check)
      }
    }
  }

  mutating func readData(_ mapping: Mapping, _ step: inout Step) {
    step.input = fields("with", mapping)
    step.result = fields("result", mapping)
    step.assignments = assignments(mapping)
    step.when = expression("when", mapping)
    step.require = expression("require", mapping)
    step.saveAs = name("save_as", mapping)
  }

  private mutating func readEdges(_ mapping: Mapping, _ step: inout Step) {
    let conditional =
      form == .seed
      ? edges("conditional_transitions", mapping, of: .success, mustEnd: false) : []
    step.onSuccess = conditional + edges("on_success", mapping, of: .success)
    step.onError = edges("on_error", mapping, of: .error)
    step.onTimeout = edges("on_timeout", mapping, of: .error)
    step.onCancel = edges("on_cancel", mapping, of: .error)
  }

  /// `condition`, `on_true`, `on_false`: all or none.
  private mutating func decision(_ mapping: Mapping) -> Decision? {
    let keys = ["condition", "on_true", "on_false"]
    let present = keys.filter { mapping.entry($0) != nil }
    guard let first = present.first else { return nil }
    let condition = expression("condition", mapping)
    let onTrue = name("on_true", mapping)
    let onFalse = name("on_false", mapping)
    if present.count < keys.count, !mapping.isDisordered {
      let missing = keys.filter { mapping.entry($0) == nil }
      report(Messages.halfDecision(missing, at: (mapping.entry(first)?.keySpan ?? mapping.span)))
    }
    if let success = mapping.entry("on_success"), form == .house, present.count == keys.count {
      report(Messages.decisionAndSuccess(success))
    }
    guard let condition, let onTrue, let onFalse else { return nil }
    return Decision(condition: condition, onTrue: onTrue, onFalse: onFalse)
  }

  /// The fields at `key`: names with templates; nil when the key is absent.
  mutating func fields(_ key: String, _ mapping: Mapping) -> [Field]? {
    guard let entry = value(key, mapping) else { return nil }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of names to values",
          hint: "write `\(key): {name: \"{{ … }}\"}`"
        )
      )
      return nil
    }
    return entries.map {
      Field(
        name: $0.key,
        nameSpan: $0.keySpan,
        value: subtreeNames?.renamed($0.value) ?? $0.value
      )
    }
  }

  /// `assign:` of a step or an edge.
  mutating func assignments(_ mapping: Mapping) -> [Assignment] {
    guard let entry = value("assign", mapping) else { return [] }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of state fields to expressions",
          hint: "write `assign: {field: \"…\"}`"
        )
      )
      return []
    }
    if let broken = swallowedAssignment(entries) {
      findings.replaceWarning(with: broken)
      return []
    }
    return entries.compactMap { assignment($0) }
  }

  /// A state field and its expression.
  mutating func assignment(_ entry: Node.Entry) -> Assignment? {
    let field = subtreeNames?.field(entry.key) ?? entry.key
    return expression(entry).map {
      Assignment(field: Located(field, entry.keySpan), expression: $0)
    }
  }

  /// `{a: f(x, y)}`: YAML ends the expression at the comma.
  private func swallowedAssignment(_ entries: [Node.Entry]) -> Diagnostic? {
    for (index, entry) in entries.enumerated().dropFirst() {
      let before = entries[index - 1]
      if case .null = entry.value.content, !before.value.isQuoted,
        entry.key.utf8.contains(where: { ")]\"'".utf8.contains($0) })
      {
        return Messages.swallowedGuard(before, before.value.span.union(entry.keySpan))
      }
    }
    return nil
  }

  // MARK: Retry

  /// `retry:`, or `retry_policy:` of the seed form.
  mutating func retry(_ mapping: Mapping) -> Retry? {
    let spellings = ["retry", "retry_policy"].compactMap { mapping.entry($0) }
    if spellings.count > 1 { report(Messages.twoSpellings(spellings[1], of: spellings[0])) }
    guard let first = spellings.first, let entry = value(first.key, mapping) else { return nil }
    if form == .house, entry.key == "retry_policy" { return nil }
    guard entry.value.entries != nil else {
      report(Messages.wrongKind(entry, wanted: "a mapping", hint: Messages.retryHint(entry)))
      return nil
    }
    guard let policy = self.mapping(entry, .retry, path: "\(mapping.path).\(entry.key)") else {
      return nil
    }
    let attempts = integer("max_attempts", policy, in: 1...limits.attempts)
    if policy.entry("max_attempts") == nil, !policy.isDisordered {
      report(
        Messages.missing(
          "max_attempts",
          in: quotedKey(entry),
          at: entry.keySpan,
          hint: "write how many attempts, the first included: `max_attempts: 2`"
        )
      )
    }
    let written = duration("backoff", policy, allowsZero: true)
    let factor =
      number("factor", policy, in: 1...1_000) ?? number("backoff_factor", policy, in: 1...1_000)
    var backoff = written?.value ?? 0
    if written == nil, let spelled = policy.entry("backoff_factor"), form == .seed {
      backoff = 1_000
      report(Messages.assumedBackoff(spelled))
    }
    let kinds = retryKinds(policy)
    guard let attempts else { return nil }
    return Retry(
      maxAttempts: attempts,
      backoffMilliseconds: backoff,
      factor: factor ?? 2,
      kinds: kinds,
      span: entry.keySpan.union(entry.value.span)
    )
  }

  private mutating func retryKinds(_ policy: Mapping) -> [Located<String>]? {
    guard policy.entry("on") != nil else { return nil }
    return texts("on", policy).compactMap { kind in
      if kind.value == "unknown" {
        report(Messages.retryUnknown(kind))
        return nil
      }
      return word(kind, of: "on", oneOf: ErrorKinds.all)
    }
  }

  private func quotedKey(_ entry: Node.Entry) -> String { Messages.quoted(entry.key) }
}

/// The kinds of failure that guards, edges and retries name (FLOW-FORMAT).
package enum ErrorKinds {
  /// All of them.
  package static let all = [
    "timeout", "unavailable", "rate_limited", "invalid_output", "require", "check", "guard_error",
    "max_visits", "max_steps", "budget", "denied", "cancelled", "unknown", "failed",
    "input_rejected",
  ]
}
