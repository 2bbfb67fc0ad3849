import Document
import Source
import Values
import XML

// Questions of reactive nodes, and nodes of Nav2 that are made of others.
extension TreeImporter {
  private static let maxRecoveries: Int64 = 10
  private static let maxDepth = 100
  private static let maxRecoveryCopies: Int64 = 200

  /// Whether what a reactive node asks again at every change calls nobody; else a finding.
  ///
  /// A flow looks again when what it knows has changed, and calls are never made by looking.
  mutating func areQuestions(
    _ children: some Sequence<XMLElement>,
    of element: XMLElement,
    asked isWhole: Bool = false
  ) -> Bool {
    guard !isTicked else { return true }
    var isRight = true
    for child in children {
      guard isWhole ? acts(child, 0) : actsUnasked(child, 0) else { continue }
      refuse(
        "a call that `<\(element.name)>` would make again at every change",
        at: child.tagSpan,
        hint: "let a step before it write the answer to the blackboard, and ask that in a "
          + "`<ScriptCondition>`; or ask once, with `<Sequence>` or `<Fallback>`"
      )
      isRight = false
    }
    return isRight
  }

  /// Whether a leaf is a registered action.
  func isAction(_ element: XMLElement) -> Bool {
    if element.name == "Action" { return true }
    guard element.elements.isEmpty else { return false }
    if let model = models[element.name] { return model.kind == "Action" }
    return ![
      "Condition", "Sleep", "Script", "SetBlackboard", "ScriptCondition", "AlwaysSuccess",
      "AlwaysFailure", "SubTree",
    ].contains(element.name)
  }

  /// Whether an element or one below it does something.
  private mutating func acts(_ element: XMLElement, _ depth: Int) -> Bool {
    guard depth < Self.maxDepth else { return true }
    switch element.name {
    case "AlwaysSuccess", "AlwaysFailure", "ScriptCondition": return false
    case "SubTree":
      guard let id = element.value("ID") else { return false }
      if let known = actingTrees[id] { return known }
      let acting = anyActs(inside(element), depth + 1)
      actingTrees[id] = acting
      return acting
    case _ where element.elements.isEmpty: return true
    default: return anyActs(element.elements, depth + 1)
    }
  }

  private mutating func anyActs(_ elements: [XMLElement], _ depth: Int) -> Bool {
    for element in elements where acts(element, depth) { return true }
    return false
  }

  /// Whether an element acts before it has asked anything.
  private mutating func actsUnasked(_ element: XMLElement, _ depth: Int) -> Bool {
    guard acts(element, depth), depth < Self.maxDepth else { return false }
    let guards = ["_failureIf", "_successIf", "_skipIf", "_while"]
    if guards.contains(where: { element.attribute($0) != nil }) { return false }
    if element.name == "Precondition" || element.name.hasPrefix("Switch") { return false }
    let children = element.name == "SubTree" ? inside(element) : element.elements
    if children.isEmpty { return true }
    if element.name.hasPrefix("Parallel") {
      for child in children where actsUnasked(child, depth + 1) { return true }
      return false
    }
    return actsUnasked(children[0], depth + 1)
  }

  /// What the tree holds that an element names.
  private func inside(_ element: XMLElement) -> [XMLElement] {
    guard let id = element.value("ID") else { return [] }
    return trees.first { $0.name.sameScalars(as: id) }?.element.elements ?? []
  }

  // MARK: Nav2

  /// Nav2's node that does its second child after a failure of the first, and then the first anew.
  mutating func recovery(_ element: XMLElement) -> [(String, Node)]? {
    guard element.elements.count == 2 else {
      report(
        Messages.invalid(
          "`<RecoveryNode>` has two children, not \(element.elements.count)",
          at: element.tagSpan
        )
      )
      return nil
    }
    let count = self.count("number_of_retries", element, standard: 1).1
    guard case .int(let retries) = count.content, 0...Self.maxRecoveries ~= retries else {
      refuse(
        "so many recoveries",
        at: count.span,
        hint: "a flow spells each out: at most \(Self.maxRecoveries)"
      )
      return nil
    }
    let outer = recoveryCopies
    defer { recoveryCopies = outer }
    recoveryCopies *= retries + 1
    guard recoveryCopies <= Self.maxRecoveryCopies else {
      refuse(
        "so many recoveries inside each other",
        at: element.tagSpan,
        hint: "a flow spells each out: at most \(Self.maxRecoveryCopies) of the innermost"
      )
      return nil
    }
    let span = element.tagSpan
    func list(_ type: String, _ children: [Node]) -> [(String, Node)] {
      [("type", .text(type, at: span)), ("children", .list(children, at: element.span))]
    }
    guard var whole = node(element.elements[0]) else { return nil }
    for _ in 0..<retries {
      guard let help = node(element.elements[1]), let first = node(element.elements[0]) else {
        return nil
      }
      whole = .map(
        list("fallback", [first, .map(list("sequence", [help, whole]), at: element.span)]),
        at: element.span
      )
    }
    return list("sequence", [whole])
  }
}
