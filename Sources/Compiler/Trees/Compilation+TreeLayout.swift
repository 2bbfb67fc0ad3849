import Definition
import Source
import Table
import Values

// The nodes and registers of behavior trees.
extension Compilation {
  /// Lays a tree out below its node, which has been added.
  mutating func layOut(_ tree: BehaviorTree, below root: NodeIndex) {
    let outer = openTree
    openTree = LaidOutTree()
    openTree.node = root
    openTree.layout = layOut(
      tree.root,
      below: root,
      path: Self.treePath(table.nodes[Int(root)].name)
    )
    openTree.endings = addEndings(below: root, at: tree.span)
    openTree.isTicked = tree.isTicked
    // What outlives a node stands after everything that is zeroed on entry.
    openTree.counted = RegisterIndex(openTree.registers.count)
    var forgotten = openTree.counted
    for forgets in [false, true] {
      forgotten = RegisterIndex(openTree.registers.count)
      for (owner, place, isGuard) in openTree.memories
      where (isGuard || treeLayouts[owner].node.forgets) == forgets {
        let register = addRegister(.cursor, place)
        if isGuard {
          treeLayouts[owner].asked = register
        } else {
          treeLayouts[owner].memory = register
        }
      }
    }
    let memory = forgotten..<RegisterIndex(openTree.registers.count)
    table.nodes[Int(root)].tree?.memory = memory
    table.nodes[Int(root)].subtreeEnd = NodeIndex(table.nodes.count)
    let shape = shape(of: openTree.layout)
    table.nodes[Int(root)].tree?.shape = shape
    checkTree(openTree)
    trees.append(openTree)
    openTree = outer
  }

  /// Gives a tree its registers, which so far were counted from 0.
  mutating func placeRegisters(ofTree node: NodeIndex) {
    guard let number = trees.firstIndex(where: { $0.node == node }) else { return }
    let base = RegisterIndex(table.registers.count)
    table.registers += trees[number].registers
    trees[number].base = base
    func moved(_ register: RegisterIndex) -> RegisterIndex {
      register == noIndex ? noIndex : register + base
    }
    func moved(_ range: Range<RegisterIndex>) -> Range<RegisterIndex> {
      range.lowerBound + base..<range.upperBound + base
    }
    for layout in trees[number].layouts {
      treeLayouts[layout].register = moved(treeLayouts[layout].register)
      treeLayouts[layout].memory = moved(treeLayouts[layout].memory)
      treeLayouts[layout].asked = moved(treeLayouts[layout].asked)
      treeLayouts[layout].registers = moved(treeLayouts[layout].registers)
    }
    for index in trees[number].parts + [node] {
      guard var part = table.nodes[Int(index)].tree else { continue }
      part.due = moved(part.due)
      part.votes = moved(part.votes)
      part.memory = moved(part.memory)
      part.switches = moved(part.switches)
      table.nodes[Int(index)].tree = part
    }
  }

  private mutating func addEndings(below node: NodeIndex, at span: SourceSpan) -> [NodeIndex] {
    let name = table.nodes[Int(node)].name
    return ["success", "failure", "skipped"].map { ending in
      let index = addTreeNode("\(Self.treePath(name))/\(ending)", .final, below: node, at: span)
      table.nodes[Int(index)].isFailure = ending == "failure"
      table.nodes[Int(index)].tree?.isSkip = ending == "skipped"
      return index
    }
  }

  /// Names that nobody wrote start with a slash.
  static func treePath(_ name: String) -> String {
    name.utf8.first == UInt8(ascii: "/") ? name : "/\(name)"
  }

  @discardableResult
  mutating func addTreeNode(
    _ key: String,
    _ kind: PlaceNode.Kind,
    below parent: NodeIndex,
    at span: SourceSpan
  ) -> NodeIndex {
    let index = addNode(key, kind, at: span, parent: parent)
    table.nodes[Int(index)].subtreeEnd = index + 1
    table.nodes[Int(index)].tree = TreePart()
    return index
  }

  private mutating func addRegister(_ kind: RegisterEntry.Kind, _ node: NodeIndex) -> RegisterIndex
  {
    openTree.registers.append(RegisterEntry(kind: kind, node: node))
    return RegisterIndex(openTree.registers.count - 1)
  }

  /// Lays out one node and those below it; returns the number of its layout.
  ///
  /// `needsPlace`: it must be one node of the table. `isPart`: it must end by itself.
  private mutating func layOut(
    _ node: TreeNode,
    below parent: NodeIndex,
    path: String,
    needsPlace: Bool = false,
    isPart: Bool = false
  ) -> Int {
    let number = treeLayouts.count
    treeLayouts.append(TreeLayout(node: node))
    let firstNode = NodeIndex(table.nodes.count)
    let firstRegister = RegisterIndex(openTree.registers.count)
    var layout = TreeLayout(node: node)
    var parent = parent
    let own = ownPlace(of: node)
    let isOne = own != .none && (!isPart || !node.hasPosts)
    let endsItself = isPart && !isOne || own == .none && node.id != nil
    let hasBranch = node.isGuarded || node.needsBranch || endsItself || needsPlace && !isOne
    if hasBranch {
      let isNamed = own == .none && node.id != nil
      let name = isNamed ? node.id?.value ?? "" : "\(path)/"
      parent = addTreeNode(name, .branch, below: parent, at: node.span)
      layout.branch = parent
      if case .sequence(.reactive) = node.kind { table.nodes[Int(parent)].tree?.isReactive = true }
      if case .fallback(.reactive, _) = node.kind {
        table.nodes[Int(parent)].tree?.isReactive = true
      }
    }
    switch own {
    case .leaf:
      layout.place = addLeaf(node, below: parent, path: path)
      layout.leafSkips = leafCanSkip(node, at: layout.place)
    case .parallel:
      let name = node.id?.value ?? "\(path)/parallel"
      layout.place = addTreeNode(name, .parallel, below: parent, at: node.span)
      layOutParts(&layout, path: path)
    case .none: layOutInside(&layout, below: parent, path: path)
    }
    if hasBranch, endsItself || isPart {
      layout.endings = addEndings(below: layout.branch, at: node.span)
    }
    if node.hasRegister { layout.register = addRegister(.rounds, firstNode) }
    if node.hasMemory { openTree.memories.append((number, firstNode, false)) }
    switch node.guardScope {
    case .entry: break
    case .resolved: openTree.memories.append((number, firstNode, true))
    case .visit: layout.asked = addRegister(.rounds, firstNode)
    }
    if hasBranch { table.nodes[Int(layout.branch)].subtreeEnd = NodeIndex(table.nodes.count) }
    layout.registers = firstRegister..<RegisterIndex(openTree.registers.count)
    openTree.layouts.append(number)
    layout.range = firstNode..<NodeIndex(table.nodes.count)
    layout.canSkip = canSkip(node, layout)
    if let limit = node.switchLimit, layout.branch != noIndex {
      let register = addRegister(.rounds, layout.branch)
      layout.registers = firstRegister..<RegisterIndex(openTree.registers.count)
      table.nodes[Int(layout.branch)].tree?.switches = register
      table.nodes[Int(layout.branch)].tree?.maxSwitches = Int32(clamping: limit)
      openTree.parts.append(layout.branch)
    }
    treeLayouts[number] = layout
    return number
  }

  private enum OwnPlace {
    case leaf
    case parallel
    case none
  }

  private func ownPlace(of node: TreeNode) -> OwnPlace {
    switch node.kind {
    case .step: .leaf
    case .parallel: .parallel
    default: .none
    }
  }

  /// A leaf: a state like any other, among the steps of the flow.
  private mutating func addLeaf(
    _ node: TreeNode,
    below parent: NodeIndex,
    path: String
  ) -> NodeIndex {
    guard case .step(let step) = node.kind else { return noIndex }
    let index = NodeIndex(table.nodes.count)
    guard let id = node.id else { return noIndex }
    // Leaves are steps of a flow without final states of their own.
    let none = Machine(
      states: [],
      initialState: nil,
      finalStates: [],
      declaresFinalStates: false,
      span: node.span
    )
    declareState(Named(name: id.value, nameSpan: id.span, content: step), in: none, parent: parent)
    if table.nodes[Int(index)].tree == nil { table.nodes[Int(index)].tree = TreePart() }
    if case .wait = step.work {
      let due = addRegister(.rounds, index)
      table.nodes[Int(index)].tree?.due = due
      openTree.parts.append(index)
    }
    return index
  }

  private mutating func layOutParts(_ layout: inout TreeLayout, path: String) {
    guard case .parallel(let join) = layout.node.kind else { return }
    let place = layout.place
    let first = RegisterIndex(openTree.registers.count)
    for _ in layout.node.children { _ = addRegister(.rounds, place) }
    let votes = first..<RegisterIndex(openTree.registers.count)
    for (position, child) in layout.node.children.enumerated() {
      let part = layOut(child, below: place, path: "\(path)/\(position)", isPart: true)
      layout.children.append(part)
    }
    table.nodes[Int(place)].subtreeEnd = NodeIndex(table.nodes.count)
    table.nodes[Int(place)].tree?.votes = votes
    openTree.parts.append(place)
    let rule = voteRule(join, parts: layout.node.children.count)
    table.nodes[Int(place)].tree?.rule = rule
    table.joins.append(JoinPolicy(kind: .all))
    table.nodes[Int(place)].join = PoolIndex(table.joins.count - 1)
  }

  private mutating func layOutInside(
    _ layout: inout TreeLayout,
    below parent: NodeIndex,
    path: String
  ) {
    let node = layout.node
    var isReactive = false
    var catchesHalts = false
    switch node.kind {
    case .sequence(.reactive), .fallback(.reactive, _), .whileDoElse: isReactive = true
    case .select(_, let reactive, _): isReactive = reactive
    case .choose: isReactive = true
    case .tryCatch(let onHalt): catchesHalts = onHalt
    default: break
    }
    switch node.kind {
    case .choose, .select(_, isReactive: true, _):
      layout.front = addTreeNode("\(path)/choice", .branch, below: parent, at: node.span)
    case .delay(let milliseconds):
      let wait = addTreeNode("\(path)/delay", .wait, below: parent, at: node.span)
      table.nodes[Int(wait)].waitMilliseconds = milliseconds.value
      let due = addRegister(.rounds, wait)
      table.nodes[Int(wait)].tree?.due = due
      openTree.parts.append(wait)
      layout.front = wait
    case .timeout(_, let isLate):
      let due = addRegister(.rounds, layout.branch)
      table.nodes[Int(layout.branch)].tree?.due = due
      openTree.parts.append(layout.branch)
      table.nodes[Int(layout.branch)].tree?.isLate = isLate
    default: break
    }
    for (position, child) in node.children.enumerated() {
      let isCleanup = catchesHalts && position == node.children.count - 1
      let number = layOut(
        child,
        below: parent,
        path: "\(path)/\(position)",
        needsPlace: isReactive,
        isPart: isCleanup
      )
      layout.children.append(number)
      if isCleanup {
        let cleanup = entry(of: number)
        table.nodes[Int(layout.branch)].tree?.cleanup = cleanup
      }
    }
    if node.parks {
      layout.park = addTreeNode("\(path)/again", .park, below: parent, at: node.span)
    }
  }

  /// Where a node is entered.
  func entry(of number: Int) -> NodeIndex {
    let layout = treeLayouts[number]
    for node in [layout.branch, layout.place, layout.front] where node != noIndex { return node }
    return layout.children.first.map { entry(of: $0) } ?? noIndex
  }

  private func canSkip(_ node: TreeNode, _ layout: TreeLayout) -> Bool {
    if node.skipIf != nil || node.whileCondition != nil { return true }
    let children = layout.children.map { treeLayouts[$0].canSkip }
    switch node.kind {
    case .step: return layout.leafSkips
    case .runOnce(.skipping): return true
    case .precondition(_, .skipped): return true
    case .keepRunning: return false
    case .sequence, .fallback, .parallel: return children.allSatisfy { $0 }
    case .tryCatch: return children.dropLast().allSatisfy { $0 }
    default: return children.contains(true)
    }
  }

  /// Whether a leaf can end as skipped: by its own `when`, or since all that it holds was skipped.
  private func leafCanSkip(_ node: TreeNode, at place: NodeIndex) -> Bool {
    guard case .step(let step) = node.kind, step.when == nil else { return true }
    return place != noIndex && canSkipInside(place)
  }

  private func canSkipInside(_ index: NodeIndex) -> Bool {
    func canSkip(_ child: NodeIndex) -> Bool {
      self.step(of: Int(child))?.when != nil || canSkipInside(child)
    }
    let node = table.nodes[Int(index)]
    switch node.kind {
    case .tree:
      // It has just been laid out, or a few nodes ago.
      let layout = trees.last { $0.node == index }?.layout
      return layout.map { treeLayouts[$0].canSkip } ?? false
    case .fork: return Int(index) + 1 < table.nodes.count && canSkip(index + 1)
    case .parallel:
      var child = index + 1
      var isEvery = child < node.subtreeEnd
      while isEvery, child < node.subtreeEnd {
        isEvery = canSkip(child)
        child = max(child + 1, table.nodes[Int(child)].subtreeEnd)
      }
      return isEvery
    default: return false
    }
  }

  private func voteRule(_ join: TreeJoin, parts: Int) -> VoteRule {
    func fromEnd(_ count: Int) -> Int32 {
      Int32(clamping: count < 0 ? parts + count + 1 : count)
    }
    var rule: VoteRule
    switch join.rule {
    case .join(.all): rule = VoteRule(.all)
    case .join(.any): rule = VoteRule(.threshold, successes: 1)
    case .join(.first): rule = VoteRule(.first)
    case .join(.finished): rule = VoteRule(.finished)
    case .join(.count(let count)): rule = VoteRule(.threshold, successes: Int32(clamping: count))
    case .thresholds(let success, let failure):
      rule = VoteRule(.threshold, successes: fromEnd(success), failures: fromEnd(failure))
      rule.countsSkips = success < 0
    case .everyone(let failure): rule = VoteRule(.finished, failures: fromEnd(failure))
    case .positions(let positions):
      rule = VoteRule(.positions)
      rule.positions = (positions ?? []).map { Int32(clamping: $0) }
      rule.isOneEnough = positions == nil
    }
    rule.repeatsSuccesses = join.repeatsSuccesses
    rule.concurrency = Int32(clamping: join.concurrency?.value ?? 0)
    return rule
  }
}

extension TreeNode {
  /// How often it may switch between its children, where that has a limit.
  var switchLimit: Int? {
    switch kind {
    case .select(_, _, let limit), .choose(_, _, let limit), .whileDoElse(let limit),
      .fallback(.reactive, let limit):
      limit?.value
    default: nil
    }
  }

  /// Whether it changes state when it ends.
  var hasPosts: Bool { !onSuccess.isEmpty || !onFailure.isEmpty }

  /// Whether it needs a branch whatever stands around it.
  var needsBranch: Bool {
    switch kind {
    case .sequence(.reactive), .sequence(.keep), .fallback(.reactive, _), .fallback(.keep, _): true
    case .whileDoElse, .choose, .select, .runOnce, .precondition, .timeout: true
    case .tryCatch(let onHalt): onHalt
    case .mapStatus(let from, _): from == .running
    case .waitFor(let status): status == .running
    default: false
    }
  }

  /// Whether it counts rounds, tries or skipped children.
  var hasRegister: Bool {
    switch kind {
    case .sequence, .fallback, .tryCatch, .retry, .rounds, .keepRunning: true
    default: false
    }
  }

  /// Whether it remembers something after its end.
  var hasMemory: Bool {
    switch kind {
    case .sequence(.keep), .fallback(.keep, _), .runOnce, .precondition: true
    default: false
    }
  }

  /// Whether what it remembers is forgotten when the whole tree is halted.
  var forgets: Bool {
    if case .runOnce(.failure) = kind { true } else { false }
  }

  /// Whether it goes on only at the next occasion after its child ended.
  var parks: Bool {
    switch kind {
    case .keepRunning, .mapStatus, .waitFor: true
    case .retry, .rounds: isStepwise
    default: false
    }
  }
}
