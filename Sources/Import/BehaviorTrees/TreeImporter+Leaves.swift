import Document
import Source
import Values
import XML

// Leaves and subtrees.
extension TreeImporter {
  /// What a leaf becomes; empty after a finding, nil for what is none.
  mutating func leaf(_ element: XMLElement) -> [(String, Node)]? {
    let span = element.tagSpan
    switch element.name {
    case "AlwaysSuccess": return [("check", .quoted("true", at: span))]
    case "AlwaysFailure": return [("check", .quoted("false", at: span))]
    case "ScriptCondition":
      return code(element).flatMap { condition($0) }.map { [("check", $0)] } ?? []
    case "Script":
      guard let writes = code(element).flatMap({ assignments($0) }) else { return [] }
      return writes.isEmpty
        ? [("check", .quoted("true", at: span))] : [("assign", .map(writes, at: span))]
    case "SetBlackboard": return write(element)
    case "Sleep": return [("wait", duration("msec", element))]
    case "Action", "Condition": return call(element, element.name)
    case "Control", "Decorator": return refused(element)
    case "UnsetBlackboard", "TestNode", "ManualSelector", "ConsumeQueue", "PopFromQueue",
      "QueueSize", "LoopInt", "LoopBool", "LoopDouble", "LoopString", "SkipUnlessUpdated",
      "WaitValueUpdate", "WasEntryUpdated", "EntryUpdated", "SubTreePlus":
      return refused(element)
    case "SubTree": return nil
    default:
      guard element.elements.isEmpty, let model = models[element.name] else {
        return element.elements.isEmpty && !Self.needsChildren(element.name)
          ? call(element, "Action") : nil
      }
      guard model.kind == "Action" || model.kind == "Condition" else { return refused(element) }
      return call(element, model.kind)
    }
  }

  private static func needsChildren(_ name: String) -> Bool {
    [
      "Sequence", "AsyncSequence", "SequenceWithMemory", "SequenceStar", "ReactiveSequence",
      "Fallback", "AsyncFallback", "ReactiveFallback", "Parallel", "ParallelAll", "IfThenElse",
      "WhileDoElse", "TryCatch", "Inverter", "ForceSuccess", "ForceFailure",
      "RetryUntilSuccessful", "RetryUntilSuccesful", "Repeat", "KeepRunningUntilFailure",
      "Timeout", "Delay", "RunOnce", "Precondition", "RecoveryNode", "PipelineSequence",
      "RoundRobin",
    ].contains(name) || name.utf8.starts(with: "Switch".utf8)
  }

  private mutating func refused(_ element: XMLElement) -> [(String, Node)] {
    let hint: String? =
      switch element.name {
      case "LoopInt", "LoopBool", "LoopDouble", "LoopString", "ConsumeQueue", "PopFromQueue":
        "write a leaf with `for_each` over a list"
      case "SkipUnlessUpdated", "WaitValueUpdate", "WasEntryUpdated", "EntryUpdated":
        "reactive nodes look again by themselves when what they read changes"
      case "SubTreePlus": "in format 4 it is `<SubTree>`"
      default: nil
      }
    refuse("`<\(Messages.shortened(element.name))>`", at: element.tagSpan, hint: hint)
    return []
  }

  private mutating func code(_ element: XMLElement) -> XMLElement.Attribute? {
    if let code = element.attribute("code") { return code }
    report(Messages.invalid("`<\(element.name)>` needs `code`", at: element.tagSpan))
    return nil
  }

  private mutating func write(_ element: XMLElement) -> [(String, Node)] {
    guard let key = element.attribute("output_key"), let value = element.attribute("value") else {
      report(
        Messages.invalid("`<SetBlackboard>` needs `output_key` and `value`", at: element.tagSpan)
      )
      return []
    }
    let name = Self.entry(key.value) ?? key.value
    guard let field = field(name, at: key.span) else { return refused(element) }
    var text = ScriptTranslator.quoted(value.value)
    if let source = Self.entry(value.value) {
      guard let other = self.field(source.isEmpty ? "value" : source, at: value.span) else {
        return refused(element)
      }
      text = "state.\(other)"
    }
    return [("assign", .map([(field, .quoted(text, at: value.span))], at: element.tagSpan))]
  }

  // MARK: Calls

  /// A node that a program registers: a tool without an address.
  private mutating func call(_ element: XMLElement, _ kind: String) -> [(String, Node)] {
    let isExplicit = ["Action", "Condition"].contains(element.name)
    let registered = isExplicit ? element.value("ID") ?? "" : element.name
    guard !registered.isEmpty else {
      report(Messages.invalid("`<\(element.name)>` needs `ID`", at: element.tagSpan))
      return []
    }
    let span = element.tagSpan
    let tool = Self.word(registered)
    let isCondition = kind == "Condition"
    declare(tool, isCondition: isCondition, at: span)
    let id = id(element.value("name").flatMap { $0.isEmpty ? nil : $0 } ?? registered)
    var entries: [(String, Node)] = [("id", .text(id, at: span))]
    if isCondition { entries.insert(("type", .text("condition", at: span)), at: 0) }
    entries.append(("tool", .text(tool, at: span)))
    var given: [(String, Node)] = []
    var written: [(String, Node)] = []
    let ports = models[registered]?.ports ?? []
    for attribute in element.attributes
    where attribute.name.utf8.first != UInt8(ascii: "_")
      && !["name", isExplicit ? "ID" : ""].contains(attribute.name)
    {
      let port = ports.first { $0.name.sameScalars(as: attribute.name) }
      connect((attribute.name, attribute.text), port, id, &given, &written)
    }
    for port in ports where port.isRead && element.attribute(port.name) == nil {
      guard let standard = port.standard else { continue }
      connect((port.name, standard), port, id, &given, &written)
    }
    if !given.isEmpty { entries.append(("with", .map(given, at: span))) }
    if !written.isEmpty { entries.append(("assign", .map(written, at: span))) }
    return entries
  }

  private mutating func connect(
    _ attribute: (name: String, text: SourceText),
    _ port: Model.Port?,
    _ id: String,
    _ given: inout [(String, Node)],
    _ written: inout [(String, Node)]
  ) {
    let name = Self.word(attribute.name)
    let (text, span) = (attribute.text, attribute.text.span)
    guard let entry = Self.entry(text.text) else {
      given.append((name, Self.literal(text, type: port?.type ?? "")))
      return
    }
    guard let field = field(entry.isEmpty ? attribute.name : entry, at: span) else {
      return refuse("an entry of another tree's blackboard", at: span)
    }
    if port?.isRead ?? true {
      given.append((name, .quoted("{{ state.?\(field) }}", at: span)))
    }
    if port?.isWritten ?? false {
      written.append((field, .quoted("\(id).\(name)", at: span)))
    }
  }

  private static func literal(_ source: SourceText, type: String) -> Node {
    let (text, span) = (source.text, source.span)
    switch type {
    case "int", "unsigned", "unsigned int", "long", "int64_t", "uint64_t", "int32_t", "size_t":
      if let number = Int64(text) { return .int(number, at: span) }
    case "double", "float":
      if let number = Double(text), number.isFinite {
        return .value(.double(number), at: span)
      }
    case "bool":
      if text == "true" || text == "1" { return .bool(true, at: span) }
      if text == "false" || text == "0" { return .bool(false, at: span) }
    default: break
    }
    return .quoted(text, at: span)
  }

  private mutating func declare(_ tool: String, isCondition: Bool, at span: SourceSpan) {
    guard !tools.contains(where: { $0.name.sameScalars(as: tool) }) else { return }
    tools.append(
      (
        tool,
        .map(
          [
            ("type", .text("process", at: span)),
            ("effect", .text(isCondition ? "read" : "write", at: span)),
          ],
          at: span
        )
      )
    )
  }

  // MARK: Subtrees

  /// A subtree: a flow of its own, with its ports.
  mutating func subtree(_ element: XMLElement) -> [(String, Node)]? {
    guard let name = element.attribute("ID") else {
      report(Messages.invalid("`<SubTree>` needs `ID`", at: element.tagSpan))
      return nil
    }
    guard let inner = flow(name) else { return nil }
    let span = element.tagSpan
    let wanted = element.value("name").flatMap { $0.isEmpty ? nil : $0 } ?? name.value
    var ports: [(String, Node)] = []
    var given: [(String, Node)] = []
    var fields = flows[inner].scope.fields
    for attribute in element.attributes
    where attribute.name.utf8.first != UInt8(ascii: "_")
      && !["ID", "name"].contains(attribute.name)
    {
      let own = Self.word(attribute.name)
      if !fields.contains(where: { $0.name.sameScalars(as: own) }) {
        fields.append((own, attribute.span))
        flows[inner].scope.fields = fields
      }
      if let entry = Self.entry(attribute.value) {
        guard let field = field(entry.isEmpty ? attribute.name : entry, at: attribute.span) else {
          refuse("an entry of another tree's blackboard", at: attribute.span)
          return nil
        }
        ports.append((own, .text(field, at: attribute.span)))
      } else {
        given.append((own, Self.constant(attribute)))
      }
    }
    if let remap = element.value("_autoremap"), remap == "true" || remap == "1" {
      for own in fields where own.name.utf8.first != UInt8(ascii: "_") {
        guard !(ports + given).contains(where: { $0.0.sameScalars(as: own.name) }),
          let field = field(own.name, at: span)
        else { continue }
        ports.append((own.name, .text(field, at: span)))
      }
    }
    var entries: [(String, Node)] = [
      ("id", .text(id(wanted), at: span)), ("type", .text("subtree", at: span)),
      ("flow", .text(flows[inner].name, at: name.span)),
    ]
    if !ports.isEmpty { entries.append(("ports", .map(ports, at: span))) }
    if !given.isEmpty { entries.append(("with", .map(given, at: span))) }
    return entries
  }

  /// A text that is given to a subtree: a number or truth value when it reads like one.
  private static func constant(_ attribute: XMLElement.Attribute) -> Node {
    let text = attribute.value
    if let number = Int64(text) { return .int(number, at: attribute.span) }
    if let number = Double(text), number.isFinite {
      return .value(.double(number), at: attribute.span)
    }
    if text == "true" || text == "false" { return .bool(text == "true", at: attribute.span) }
    return .quoted(text, at: attribute.span)
  }

  /// The flow that a tree becomes, by its number among `flows`; nil after a finding.
  private mutating func flow(_ name: XMLElement.Attribute) -> Int? {
    let word = Self.word(name.value)
    if openTrees.contains(where: { $0.sameScalars(as: name.value) }) {
      let way = (openTrees + [name.value]).map { "`\($0)`" }.joined(separator: " > ")
      refuse("a tree that holds itself (\(Messages.shortened(way)))", at: name.span)
      return nil
    }
    if let known = flows.firstIndex(where: { $0.name.sameScalars(as: word) }) { return known }
    guard let tree = trees.first(where: { $0.name.sameScalars(as: name.value) }) else {
      let shown = Messages.shortened(name.value)
      report(Messages.invalid("there is no tree `\(shown)`", at: name.span))
      return nil
    }
    let outer = scope
    scope = Scope(isMain: false)
    openTrees.append(name.value)
    let root = behavior(tree.element)
    openTrees.removeLast()
    let inner = scope
    scope = outer
    guard let root else { return nil }
    flows.append((word, inner, root))
    return flows.count - 1
  }
}
