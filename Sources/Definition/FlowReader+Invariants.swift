import Document
import Source
import Values

/// Invariants and their selectors.
extension FlowReader {
  mutating func invariants(_ header: Mapping) -> [Invariant] {
    guard let entry = value("invariants", header) else { return [] }
    guard let elements = entry.value.elements else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a list of invariants",
          hint: "write `- {never: …, without: …}`"
        )
      )
      return []
    }
    return elements.compactMap { element in
      guard element.entries != nil else {
        report(Messages.wrongElement(element, of: "invariants", wanted: "a mapping"))
        return nil
      }
      return mapping(element, .invariant, path: "invariants").flatMap { invariant($0) }
    }
  }

  private mutating func invariant(_ mapping: Mapping) -> Invariant? {
    let forms: [(key: String, needs: [String], may: [String])] = [
      ("never", [], ["without", "since"]), ("after", ["always"], []), ("at_most", ["of"], []),
      ("never_together", [], []), ("eventually", [], []),
    ]
    let present = forms.filter { mapping.entry($0.key) != nil }
    guard present.count == 1, let form = present.first else {
      if !mapping.isDisordered {
        report(Messages.invariantForm(present.map(\.key), at: mapping.span))
      }
      return nil
    }
    let known = [form.key] + form.needs + form.may
    for entry in mapping.entries where !known.contains(entry.key) {
      guard KeyTable.of(.invariant, self.form).rule(of: entry.key) != nil else { continue }
      report(Messages.invariantKey(entry, form: form.key))
      return nil
    }
    for key in form.needs where mapping.entry(key) == nil {
      report(Messages.missing(key, in: "`\(form.key)`", at: mapping.span, hint: nil))
      return nil
    }
    if mapping.entry("since") != nil, mapping.entry("without") == nil {
      report(Messages.missing("without", in: "`never` with `since`", at: mapping.span, hint: nil))
      return nil
    }
    return rule(form.key, mapping).map { Invariant($0, span: mapping.span) }
  }

  private mutating func rule(_ key: String, _ mapping: Mapping) -> Invariant.Rule? {
    switch key {
    case "never":
      guard let forbidden = selector("never", mapping) else { return nil }
      var parts: [Selector?] = [nil, nil]
      for (position, key) in ["without", "since"].enumerated() where mapping.entry(key) != nil {
        guard let part = selector(key, mapping) else { return nil }
        parts[position] = part
      }
      return .never(forbidden, without: parts[0], since: parts[1])
    case "after":
      guard let cause = selector("after", mapping), let answer = selector("always", mapping) else {
        return nil
      }
      return .after(cause, always: answer)
    case "at_most":
      guard let count = integer("at_most", mapping, in: 0...limits.invariantCount),
        let selector = selector("of", mapping)
      else { return nil }
      return .atMost(count.value, of: selector)
    case "never_together":
      guard let entry = value(key, mapping) else { return nil }
      guard let elements = entry.value.elements, elements.count >= 2,
        elements.count <= limits.invariantCount
      else {
        let hint = "write `[{tool: charge}, {tool: refund}]`"
        report(Messages.wrongKind(entry, wanted: "a list of two selectors or more", hint: hint))
        return nil
      }
      let selectors = elements.compactMap { element in
        selector(Node.Entry(key: key, keySpan: element.span, value: element))
      }
      return selectors.count == elements.count ? .neverTogether(selectors) : nil
    default: return selector("eventually", mapping).map { .eventually($0) }
    }
  }

  private mutating func selector(_ key: String, _ mapping: Mapping) -> Selector? {
    value(key, mapping).flatMap { selector($0) }
  }

  /// The selector that `entry` holds.
  private mutating func selector(_ entry: Node.Entry) -> Selector? {
    guard entry.value.entries != nil else {
      let name = entry.value.string
      report(
        Messages.wrongKind(
          entry,
          wanted: "a selector",
          hint: name.map { "write `{step: \($0)}`, `{tool: \($0)}` or `{agent: \($0)}`" }
        )
      )
      return nil
    }
    guard let mapping = mapping(entry, .selector, path: "invariants.\(entry.key)") else {
      return nil
    }
    let subjects = ["step", "agent", "tool"].filter { mapping.entry($0) != nil }
    guard subjects.count == 1, let subject = Selector.Subject(rawValue: subjects[0]) else {
      if !mapping.isDisordered { report(Messages.selectorSubject(subjects, at: mapping.span)) }
      return nil
    }
    guard let name = name(subjects[0], mapping) else { return nil }
    var selector = Selector(subject: subject, name: name, span: mapping.span)
    for field in fields("with", mapping) ?? [] {
      selector.arguments.append((field.name, field.value.value))
    }
    selector.when = expression("when", mapping)
    let words = Selector.Status.allCases.map(\.rawValue)
    if let word = word("status", mapping, oneOf: words) {
      selector.status = Selector.Status(rawValue: word.value)
    }
    return selector
  }
}
