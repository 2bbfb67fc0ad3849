import Document
import Source
import Values
import XML

// Nodes with others below them.
extension TreeImporter {
  /// A node of a tree; nil after a finding.
  mutating func node(_ element: XMLElement) -> Node? {
    guard var entries = content(element) else { return nil }
    guards(element, &entries)
    return .map(entries, at: element.span)
  }

  private mutating func content(_ element: XMLElement) -> [(String, Node)]? {
    if let entries = leaf(element) { return entries.isEmpty ? nil : entries }
    let span = element.tagSpan
    func type(_ name: String) -> (String, Node) { ("type", .text(name, at: span)) }
    switch element.name {
    case "Sequence", "AsyncSequence": return list([type("sequence")], element)
    case "SequenceWithMemory", "SequenceStar":
      return list([type("sequence"), ("keep", .bool(true, at: span))], element)
    case "ReactiveSequence":
      guard areQuestions(element.elements.dropLast(), of: element) else { return nil }
      return list([type("sequence"), ("reactive", .bool(true, at: span))], element)
    case "Fallback", "AsyncFallback": return list([type("fallback")], element)
    case "ReactiveFallback":
      guard areQuestions(element.elements.dropLast(), of: element) else { return nil }
      return list(
        [type("fallback"), ("reactive", .bool(true, at: span))]
          + switches(element, element.elements),
        element
      )
    case "Parallel":
      return list(
        [
          type("parallel"), count("success_count", element, standard: -1),
          count("failure_count", element, standard: 1),
        ],
        element
      )
    case "ParallelAll":
      let failures = count("max_failures", element, standard: 1).1
      return list(
        [type("parallel"), ("join", .text("finished", at: span)), ("failure_count", failures)],
        element
      )
    case "IfThenElse": return list([type("if_then_else")], element)
    case "WhileDoElse":
      let sides = Array(element.elements.dropFirst())
      if let question = element.elements.first, !isAction(question),
        !areQuestions([question], of: element, asked: true)
      {
        return nil
      }
      return list([type("while_do_else")] + switches(element, sides), element)
    case "TryCatch":
      let isCaught = element.value("catch_on_halt").map { $0 == "true" || $0 == "1" } ?? false
      return list(
        [type("try_catch")] + (isCaught ? [("catch_on_halt", .bool(true, at: span))] : []),
        element
      )
    case "SubTree": return subtree(element)
    case "RecoveryNode": return recovery(element)
    default:
      if element.name.utf8.starts(with: "Switch".utf8), let cases = Int(element.name.dropFirst(6)) {
        return choice(element, cases)
      }
      return decorator(element)
    }
  }

  private mutating func list(
    _ entries: [(String, Node)],
    _ element: XMLElement
  ) -> [(String, Node)]? {
    var children: [Node] = []
    for child in element.elements {
      guard let node = node(child) else { continue }
      children.append(node)
    }
    guard children.count == element.elements.count else { return nil }
    guard !children.isEmpty else {
      report(Messages.invalid("`<\(element.name)>` has no children", at: element.tagSpan))
      return nil
    }
    return named(element) + entries + [("children", .list(children, at: element.span))]
  }

  /// The id of a node that was given a name.
  private mutating func named(_ element: XMLElement) -> [(String, Node)] {
    guard let name = element.attribute("name"), !name.value.isEmpty else { return [] }
    return [("id", .text(id(name.value), at: name.span))]
  }

  /// A whole number at an attribute.
  mutating func count(
    _ name: String,
    _ element: XMLElement,
    standard: Int64
  ) -> (String, Node) {
    (name, number(name, element, standard: standard))
  }

  private mutating func number(_ name: String, _ element: XMLElement, standard: Int64) -> Node {
    guard let attribute = element.attribute(name) else {
      return .int(standard, at: element.tagSpan)
    }
    guard let number = Int64(attribute.value) else {
      refuse(
        "a `\(name)` that is no number",
        at: attribute.span,
        hint: "the bounds of a flow are known before it runs"
      )
      return .int(standard, at: attribute.span)
    }
    return .int(number, at: attribute.span)
  }

  /// The limit that a node needs which may switch between children that act.
  private mutating func switches(
    _ element: XMLElement,
    _ children: [XMLElement]
  ) -> [(String, Node)] {
    guard children.count(where: { acts($0) }) >= 2 else { return [] }
    limited("how often it switches", at: element.tagSpan)
    return [("max_switches", .int(Self.standardLimit, at: element.tagSpan))]
  }

  private mutating func limited(_ what: String, at span: SourceSpan) {
    report(
      Diagnostic(
        .importChanged,
        .warning,
        "\(what) has no limit here; the flow gets one of \(Self.standardLimit)",
        at: span,
        hint: "every run of a flow ends: write how often at most"
      )
    )
  }

  private func acts(_ element: XMLElement) -> Bool {
    switch element.name {
    case "AlwaysSuccess", "AlwaysFailure", "ScriptCondition": false
    case _ where element.elements.isEmpty: true
    default: element.elements.contains { acts($0) }
    }
  }

  // MARK: Decorators

  private mutating func decorator(_ element: XMLElement) -> [(String, Node)]? {
    let span = element.tagSpan
    func type(_ name: String) -> [(String, Node)] { [("type", .text(name, at: span))] }
    var entries: [(String, Node)]
    switch element.name {
    case "Inverter": entries = type("inverter")
    case "ForceSuccess": entries = type("force_success")
    case "ForceFailure": entries = type("force_failure")
    case "RetryUntilSuccessful", "RetryUntilSuccesful":
      entries = type("retry") + [("attempts", rounds("num_attempts", element))]
    case "Repeat": entries = type("repeat") + [("count", rounds("num_cycles", element))]
    case "KeepRunningUntilFailure":
      limited("how often it runs", at: span)
      entries = type("keep_running_until_failure")
      entries.append(("max", .int(Self.standardLimit, at: span)))
    case "Timeout", "Delay":
      let key = element.name == "Timeout" ? "msec" : "delay_msec"
      let after = duration(key, element)
      // Zero is no timer.
      if after.string == "0ms" {
        guard let child = only(element) else { return nil }
        return named(element) + type("sequence") + [("children", .list([child], at: span))]
      }
      entries = type(element.name == "Timeout" ? "timeout" : "delay") + [("after", after)]
    case "RunOnce":
      let skips = element.value("then_skip").map { $0 == "true" || $0 == "1" } ?? true
      entries = type("run_once") + [("remember", .text(skips ? "skip" : "ending", at: span))]
    case "Precondition": return precondition(element)
    default:
      refuse(
        "`<\(Messages.shortened(element.name))>`",
        at: span,
        hint: Self.alternatives[element.name]
          ?? "what a program registers with children of its own has no counterpart"
      )
      return nil
    }
    guard let child = only(element) else { return nil }
    return named(element) + entries + [("child", child)]
  }

  private static let alternatives = [
    "PipelineSequence": "`<Sequence>` goes on with what runs; what has to be done again while the "
      + "rest runs is a `<Parallel>` with a `<Repeat>`",
    "RoundRobin": "`<Fallback>` tries its children in order, `<Repeat>` goes round",
    "inverter": "did you mean `<Inverter>`?",
  ]

  private mutating func only(_ element: XMLElement) -> Node? {
    guard element.elements.count == 1 else {
      report(
        Messages.invalid(
          "`<\(element.name)>` has one child, not \(element.elements.count)",
          at: element.tagSpan
        )
      )
      return nil
    }
    return node(element.elements[0])
  }

  private mutating func rounds(_ name: String, _ element: XMLElement) -> Node {
    let number = number(name, element, standard: 1)
    guard case .int(-1) = number.content else { return number }
    limited("how often it goes round", at: element.attribute(name)?.span ?? element.tagSpan)
    return .int(Self.standardLimit, at: number.span)
  }

  mutating func duration(_ name: String, _ element: XMLElement) -> Node {
    let number = number(name, element, standard: 0)
    guard case .int(let milliseconds) = number.content else { return number }
    return .text("\(max(0, milliseconds))ms", at: number.span)
  }

  /// Asked before the child starts, as a guard is.
  private mutating func precondition(_ element: XMLElement) -> [(String, Node)]? {
    guard let condition = element.attribute("if").flatMap({ self.condition($0) }) else {
      if element.attribute("if") == nil {
        report(Messages.invalid("`<Precondition>` needs `if`", at: element.tagSpan))
      }
      return nil
    }
    let key: String
    switch element.value("else") ?? "FAILURE" {
    case "FAILURE": key = "failure_if"
    case "SUCCESS": key = "success_if"
    case "SKIPPED": key = "skip_if"
    default:
      refuse("this `else`", at: element.attribute("else")?.span ?? element.tagSpan)
      return nil
    }
    guard let child = only(element), let text = condition.string else { return nil }
    // A guard of the same kind may stand at the node itself: the question gets a node of its own.
    let asked = Node.map(
      [
        ("type", .text("sequence", at: element.tagSpan)),
        (key, .quoted("!(\(text))", at: condition.span)),
        ("children", .list([child], at: element.span)),
      ],
      at: element.span
    )
    return named(element) + [
      ("type", .text("sequence", at: element.tagSpan)),
      ("children", .list([asked], at: element.span)),
    ]
  }

  // MARK: Choices

  private mutating func choice(_ element: XMLElement, _ count: Int) -> [(String, Node)]? {
    guard (2...6).contains(count), element.elements.count == count + 1 else {
      report(
        Messages.invalid(
          "`<\(element.name)>` has one child for each case and a default",
          at: element.tagSpan
        )
      )
      return nil
    }
    guard let variable = element.attribute("variable"), let key = Self.entry(variable.value),
      let field = field(key.isEmpty ? "variable" : key, at: variable.span)
    else {
      refuse("a `variable` that is no entry of the blackboard", at: element.tagSpan)
      return nil
    }
    var cases: [(String, Node)] = []
    for number in 1...count {
      guard let name = element.attribute("case_\(number)"),
        let child = node(element.elements[number - 1])
      else { return nil }
      guard Self.entry(name.value) == nil else {
        refuse("a case that is an entry of the blackboard", at: name.span)
        return nil
      }
      cases.append((name.value, child))
    }
    guard let other = node(element.elements[count]) else { return nil }
    let text = "has(state.\(field)) ? string(state.\(field)) : ''"
    return named(element)
      + [
        ("type", .text("switch", at: element.tagSpan)), ("value", .quoted(text, at: variable.span)),
      ] + switches(element, element.elements)
      + [("cases", .map(cases, at: element.span)), ("default", other)]
  }

  // MARK: Guards

  private mutating func guards(_ element: XMLElement, _ entries: inout [(String, Node)]) {
    for attribute in element.attributes where attribute.name.utf8.first == UInt8(ascii: "_") {
      let keys = [
        "_failureIf": "failure_if", "_successIf": "success_if", "_skipIf": "skip_if",
        "_while": "while",
      ]
      if let key = keys[attribute.name] {
        if let condition = condition(attribute) { entries.append((key, condition)) }
        continue
      }
      let posts = [
        "_onSuccess": ["on_success"], "_onFailure": ["on_failure"], "_onHalted": ["on_halted"],
        "_post": ["on_success", "on_failure"],
      ]
      guard let written = posts[attribute.name] else {
        if !["_autoremap", "_description", "_fullpath", "_uid"].contains(attribute.name) {
          refuse("`\(Messages.shortened(attribute.name))`", at: attribute.span)
        }
        continue
      }
      guard let writes = assignments(attribute) else { continue }
      for key in written { Self.add(writes, to: key, &entries, at: attribute.span) }
    }
  }

  private static func add(
    _ writes: [(String, Node)],
    to key: String,
    _ entries: inout [(String, Node)],
    at span: SourceSpan
  ) {
    guard let position = entries.firstIndex(where: { $0.0 == key }) else {
      entries.append((key, .map(writes, at: span)))
      return
    }
    var fields = (entries[position].1.entries ?? []).map { ($0.key, $0.value) }
    for write in writes {
      fields.removeAll { $0.0.sameScalars(as: write.0) }
      fields.append(write)
    }
    entries[position].1 = .map(fields, at: span)
  }

  /// The entry that `{name}` stands for, empty for `{=}`; nil: it is a text.
  static func entry(_ text: String) -> String? {
    guard text.utf8.count >= 3, text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
    let name = String(text.dropFirst().dropLast())
    return name == "=" ? "" : name
  }
}
