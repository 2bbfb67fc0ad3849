import Definition
import Source
import Table

// What makes the number of ticks matter, or a tree run for ever, is refused.
extension Compilation {
  /// Reports what is refused in a tree; notes when ticks drive it.
  mutating func checkTree(_ tree: LaidOutTree) {
    for number in tree.layouts.sorted() {
      checkLoop(number, tree)
      checkReactive(number, tree)
      checkOrder(number, tree)
    }
  }

  private mutating func refuse(_ finding: Diagnostic, _ tree: LaidOutTree) {
    guard tree.isTicked else {
      report(finding)
      return
    }
    var note = finding
    note.severity = .note
    report(note)
  }

  private mutating func checkLoop(_ number: Int, _ tree: LaidOutTree) {
    let node = treeLayouts[number].node
    switch node.kind {
    case .retry(let count), .rounds(let count):
      if count.value < 0 { refuse(Messages.endlessLoop("attempts", at: count.span), tree) }
    case .keepRunning(nil): refuse(Messages.endlessLoop("max", at: node.span), tree)
    default: break
    }
  }

  private mutating func checkReactive(_ number: Int, _ tree: LaidOutTree) {
    let layout = treeLayouts[number]
    let node = layout.node
    let acting = layout.children.filter { acts($0) }
    switch node.kind {
    case .sequence(.reactive), .fallback(.reactive, _):
      for child in layout.children.dropLast() where actsUnasked(child) {
        refuse(Messages.impureQuestion(at: treeLayouts[child].node.span), tree)
      }
    case .whileDoElse:
      if let question = layout.children.first, acts(question),
        !treeLayouts[question].node.asksOutside
      {
        refuse(Messages.impureQuestion(at: treeLayouts[question].node.span), tree)
      }
    default: break
    }
    guard node.switchLimit == nil, acting.count >= 2 else { return }
    switch node.kind {
    case .fallback(.reactive, _), .whileDoElse, .choose, .select(_, isReactive: true, _):
      refuse(Messages.alternation(acting.count, at: node.span), tree)
    default: break
    }
  }

  /// Children behind one that always ends the same way.
  private mutating func checkOrder(_ number: Int, _ tree: LaidOutTree) {
    let layout = treeLayouts[number]
    for (position, child) in layout.children.enumerated().dropLast() {
      let before = treeLayouts[child].node
      let isStopped: Bool
      switch (layout.node.kind, before.kind) {
      case (.sequence, .forceFailure), (.fallback, .forceSuccess): isStopped = !before.isAsked
      default: isStopped = false
      }
      guard isStopped else { continue }
      let next = treeLayouts[layout.children[position + 1]].node
      refuse(Messages.unreachableChild(at: next.span, behind: before.span), tree)
      return
    }
  }

  /// Whether a node or one below it does something outside.
  private func acts(_ number: Int) -> Bool {
    let layout = treeLayouts[number]
    if case .step(let step) = layout.node.kind {
      switch step.work {
      case .agent, .tool, .wait: return true
      case .check, .none: return step.body != nil || !step.assignments.isEmpty
      }
    }
    return layout.children.contains { acts($0) }
  }

  /// Whether a node acts before it has asked anything.
  private func actsUnasked(_ number: Int) -> Bool {
    guard acts(number) else { return false }
    let layout = treeLayouts[number]
    if layout.node.isAsked { return false }
    switch layout.node.kind {
    case .step: return true
    case .select, .choose, .precondition: return false
    case .parallel: return layout.children.contains { actsUnasked($0) }
    default: return layout.children.first.map { actsUnasked($0) } ?? false
    }
  }
}
