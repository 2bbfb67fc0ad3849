import Document
import Source
import Values

// Choice rules and error handlers.
extension StatesValidator {
  mutating func choices(
    _ node: Node,
    _ names: Set<String>,
    isJSONata: Bool,
    at span: SourceSpan
  ) {
    guard let rules = node["Choices"]?.elements, !rules.isEmpty else {
      return report("a choice needs `Choices`", at: node["Choices"]?.span ?? span)
    }
    if let fallback = node["Default"] { way(fallback, names, "Default") }
    for rule in rules {
      guard rule.entries != nil else {
        report("a rule must be an object, not \(rule.kindName)", at: rule.span)
        continue
      }
      if let next = rule["Next"] {
        way(next, names, "Next")
      } else {
        report("a rule needs `Next`", at: rule.span)
      }
      if isJSONata {
        let allowed = ["Condition", "Next", "Assign", "Output", "Comment"]
        for entry in rule.entries ?? [] where !allowed.contains(entry.key) {
          report("a rule in JSONata has no field `\(entry.key)`", at: entry.keySpan)
        }
        if rule["Condition"] == nil { report("a rule needs `Condition`", at: rule.span) }
      } else {
        self.rule(rule, isTop: true, depth: 0)
      }
    }
  }

  private mutating func way(_ node: Node, _ names: Set<String>, _ field: String) {
    guard let name = node.string, names.contains(name) else {
      return report(
        "there is no state `\(Messages.shortened(node.string ?? ""))` here",
        at: node.span,
        hint: "a state leads to states of the same machine or branch only"
      )
    }
  }

  private mutating func rule(_ rule: Node, isTop: Bool, depth: Int) {
    guard let entries = rule.entries, depth < 50 else {
      return report("a rule must be an object", at: rule.span)
    }
    let compounds = entries.filter { ["And", "Or", "Not"].contains($0.key) }
    let operators = entries.filter { StatesFields.operators.contains($0.key) }
    let allowed = ["Variable", "Comment"] + (isTop ? ["Next", "Assign"] : [])
    for entry in entries where !allowed.contains(entry.key) {
      guard !compounds.contains(where: { $0.key == entry.key }),
        !operators.contains(where: { $0.key == entry.key })
      else { continue }
      let near = Suggestion.nearest(to: entry.key, in: Array(StatesFields.operators) + allowed)
      report(
        "a rule has no field `\(Messages.shortened(entry.key))`",
        at: entry.keySpan,
        hint: near.map { "did you mean `\($0)`?" }
      )
    }
    guard compounds.count + operators.count == 1 else {
      return report("a rule has exactly one comparison, `And`, `Or` or `Not`", at: rule.span)
    }
    if let compound = compounds.first {
      if compound.key == "Not" { return self.rule(compound.value, isTop: false, depth: depth + 1) }
      guard let inner = compound.value.elements, !inner.isEmpty else {
        return report("`\(compound.key)` needs a list of rules", at: compound.value.span)
      }
      for rule in inner { self.rule(rule, isTop: false, depth: depth + 1) }
      return
    }
    guard let variable = rule["Variable"]?.string, StatesPath(variable) != nil else {
      return report(
        "`Variable` must be a path such as `$.order.total`",
        at: rule["Variable"]?.span ?? rule.span
      )
    }
    operand(operators[0])
  }

  private mutating func operand(_ entry: Node.Entry) {
    let value = entry.value
    if entry.key.hasSuffix("Path") {
      guard let text = value.string, StatesPath(text) != nil else {
        return report("`\(entry.key)` must be a path", at: value.span)
      }
      return
    }
    let isRight: Bool
    switch (entry.key, value.content) {
    case (_, .bool) where entry.key.hasPrefix("Is") || entry.key.hasPrefix("Boolean"):
      isRight = true
    case (_, .int), (_, .uint), (_, .double): isRight = entry.key.hasPrefix("Numeric")
    case (_, .string):
      isRight = entry.key.hasPrefix("String") || entry.key.hasPrefix("Timestamp")
    default: isRight = false
    }
    // A text that is no point in time compares as false (recorded from the service).
    if !isRight { report("`\(entry.key)` does not compare with \(value.kindName)", at: value.span) }
  }

  // MARK: Errors

  mutating func handlers(_ node: Node, _ names: Set<String>) {
    for field in ["Retry", "Catch"] {
      guard let value = node[field] else { continue }
      guard let handlers = value.elements else {
        report("`\(field)` must be a list", at: value.span)
        continue
      }
      for (position, handler) in handlers.enumerated() {
        errors(handler, isLast: position == handlers.count - 1)
        if field == "Retry" { retrier(handler) } else { catcher(handler, names) }
      }
    }
  }

  private mutating func errors(_ handler: Node, isLast: Bool) {
    guard let list = handler["ErrorEquals"]?.elements, !list.isEmpty else {
      return report(
        "`ErrorEquals` must list names of errors",
        at: handler["ErrorEquals"]?.span ?? handler.span
      )
    }
    for name in list where name.string == nil {
      report("`ErrorEquals` lists texts, not \(name.kindName)", at: name.span)
    }
    reserved(list)
    if list.contains(where: { $0.string == "States.ALL" }), list.count > 1 || !isLast {
      report("`States.ALL` stands alone, in the last entry", at: handler.span)
    }
  }

  private mutating func retrier(_ handler: Node) {
    let known = [
      "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds",
      "JitterStrategy", "Comment",
    ]
    fields(handler, known)
    if let jitter = handler["JitterStrategy"], !["FULL", "NONE"].contains(jitter.string ?? "") {
      report("`JitterStrategy` is `FULL` or `NONE`", at: jitter.span)
    }
    for (field, least) in [
      ("IntervalSeconds", 1.0), ("MaxAttempts", 0), ("BackoffRate", 1),
      ("MaxDelaySeconds", 1),
    ] {
      guard let value = handler[field] else { continue }
      let number: Double
      switch value.content {
      case .int(let int): number = Double(int)
      case .double(let double) where field == "BackoffRate": number = double
      default: number = -1
      }
      if number < least {
        report("`\(field)` is a number of at least \(Int(least))", at: value.span)
      }
    }
  }

  private mutating func catcher(_ handler: Node, _ names: Set<String>) {
    fields(handler, ["ErrorEquals", "Next", "ResultPath", "Comment", "Assign", "Output"])
    if let next = handler["Next"] {
      way(next, names, "Next")
    } else {
      report("a catcher needs `Next`", at: handler.span)
    }
  }

  private mutating func fields(_ node: Node, _ known: [String]) {
    for entry in node.entries ?? [] where !known.contains(entry.key) {
      report("there is no field `\(Messages.shortened(entry.key))` here", at: entry.keySpan)
    }
  }
}
