import Expression
import Source
import Table
import Values

// Behavior trees: control moves along rows from leaf to leaf; what runs holds a token.
extension StepInterpreter {
  /// What became of a place that control came to.
  enum TreePoint {
    /// Control goes on there.
    case to(NodeIndex)
    /// The node has ended.
    case ended(Ending)
    /// It is under way.
    case running
  }

  /// What a step knows while it works on trees.
  struct TreeWork {
    /// The leaf being entered or asked; what follows its ending is then up to the caller.
    var leaf = noIndex
    /// How that leaf ended.
    var ending: Ending?
    /// Whether a reactive node decides again and nothing has come of it yet: what is only looked
    /// at leaves no trace.
    var isLooking = false
    /// Why a node failed by itself that has no row for it.
    var stranded: RunError?
    /// The check that was looked at last and is false.
    var refused: (place: NodeIndex, error: RunError)?
    /// Slots written since the watches were last looked at; bits by slot number modulo 64.
    var written: UInt64 = 0
    /// Answers of the tick under way; nil: calls go out.
    var answers: TickAnswers?
    /// Moves made in this step.
    var moves = 0
  }

  // MARK: Start and end

  /// A tree is entered: its node holds a token, and control goes to its first leaf.
  mutating func startTree(_ root: NodeIndex) {
    if let position = token(root, currentFrame) { state.tokens[position].phase = .hosting }
    endTree(root, enterBranch(root).map { walk(from: $0, in: root) } ?? strand(root))
  }

  /// A tree has ended, unless it is still under way.
  private mutating func endTree(_ root: NodeIndex, _ ending: Ending?) {
    guard let ending, state.outcome == nil else { return }
    haltTree(root + 1..<table.nodes[Int(root)].subtreeEnd)
    conclude(root, ending)
  }

  /// A leaf ended; control goes on at once when it came there in this move, else in its turn.
  mutating func endTreeLeaf(_ index: NodeIndex, _ ending: Ending) {
    if tree.leaf == index {
      tree.ending = ending
    } else {
      agenda.append(.tree(leaf: index, frame: currentFrame, ending: ending))
    }
  }

  /// Control goes on after a leaf that ended on its own.
  mutating func resumeTree(after leaf: NodeIndex, _ ending: Ending) {
    let region = region(of: leaf)
    leaveLeaf(leaf)
    if leaf == region {
      rise(from: leaf, ending, isLeaf: true)
    } else {
      rise(from: region, goOn(from: leaf, ending, in: region))
    }
  }

  /// A timer of a branch has fired.
  ///
  /// Its rows have one delay: the first that is open is taken, as for any other ending.
  mutating func fireTree(_ row: RowIndex) {
    let place = table.rows[Int(row)].place
    let region = region(of: place)
    guard let target = takeTreeRow(of: place, .after) else {
      if tree.stranded != nil { rise(from: region, strand(place)) }
      return
    }
    let name = table.nodes[Int(place)].name
    let milliseconds = table.rows[Int(row)].detail
    let error = RunError(
      kind: .timeout,
      message: "what `\(name)` holds did not end in \(milliseconds) ms",
      step: name
    )
    state.steps[Int(place)].status = .failure
    state.steps[Int(place)].error = error
    expose(error: error)
    rise(from: region, walk(from: target, in: region))
  }

  /// Counts the votes of parts that ended, upwards, and ends the tree when it comes to its root.
  ///
  /// `isLeaf`: the first of them is a leaf, so that a tree which it holds has ended already.
  private mutating func rise(from start: NodeIndex, _ ending: Ending?, isLeaf: Bool = false) {
    var region = start
    var result = ending
    var isLeaf = isLeaf
    while let ending = result, state.outcome == nil {
      guard isLeaf || table.nodes[Int(region)].kind != .tree else {
        endTree(region, ending)
        return
      }
      isLeaf = false
      let owner = table.nodes[Int(region)].parent
      vote(region, of: owner, ending)
      guard let verdict = verdict(of: owner, isOver: false) ?? openFurtherParts(of: owner) else {
        return
      }
      close(owner, verdict)
      region = self.region(of: owner)
      result = region == owner ? verdict : goOn(from: owner, verdict, in: region)
    }
  }

  /// Control goes on where the ending of a node leads.
  private mutating func goOn(
    from node: NodeIndex,
    _ ending: Ending,
    in region: NodeIndex
  ) -> Ending? {
    guard let next = takeEnding(of: node, ending) else { return strand(node, ending) }
    return walk(from: next, in: region)
  }

  /// No row leads on from a node: the part or tree that it lies in fails, so that nothing waits
  /// for what can't come.
  private mutating func strand(_ node: NodeIndex, _ ending: Ending = .skipped) -> Ending? {
    guard state.outcome == nil else { return nil }
    defer { tree.stranded = nil }
    if let error = tree.stranded { return .failure(error) }
    if case .failure = ending { return ending }
    let name = table.nodes[Int(node)].name
    let error = RunError(kind: .failed, message: Messages.noWayOn(from: name), step: name)
    expose(error: error)
    return .failure(error)
  }

  /// The part of a parallel node, or the tree, that a place inside belongs to.
  func region(of place: NodeIndex) -> NodeIndex {
    var node = place
    while table.nodes[Int(node)].kind != .tree || node == place, !isPart(node) {
      node = table.nodes[Int(node)].parent
    }
    return node
  }

  func isPart(_ node: NodeIndex) -> Bool {
    let parent = table.nodes[Int(node)].parent
    guard parent > 0 else { return false }
    return table.nodes[Int(parent)].kind == .parallel && table.nodes[Int(parent)].tree != nil
  }

  // MARK: Control

  /// Moves control through one part of the tree until it waits (nil) or has ended.
  mutating func walk(from start: NodeIndex, in region: NodeIndex) -> Ending? {
    var point = start
    while state.outcome == nil {
      guard countMove() else { return nil }
      let node = table.nodes[Int(point)]
      if node.kind == .final {
        let ending = ending(of: node)
        if node.parent == region { return ending }
        if !table.nodes[Int(node.parent)].isUnnamedBranch { recordBranch(node.parent, ending) }
        guard let next = takeEnding(of: node.parent, ending) else {
          return strand(node.parent, ending)
        }
        point = next
        continue
      }
      switch isActive(point, currentFrame) ? visit(point, in: region) : enterTree(point) {
      case .to(let next): point = next
      case .running:
        guard let next = passRunning(from: point, to: region) else { return nil }
        point = next
      case .ended(let ending):
        if point == region { return ending }
        guard let next = takeEnding(of: point, ending) else { return strand(point, ending) }
        point = next
      }
    }
    return nil
  }

  private mutating func countMove() -> Bool {
    tree.moves += 1
    guard tree.moves > linked.limits.treeMoves else { return true }
    let error = RunError(
      kind: .maxSteps,
      message: "the tree made \(linked.limits.treeMoves) moves without waiting",
      step: ""
    )
    state.lastError = error
    endByError(error)
    return false
  }

  private func ending(of node: PlaceNode) -> Ending {
    if node.tree?.isSkip == true { return .skipped }
    guard node.isFailure else { return .success(nil) }
    return .failure(
      state.lastError ?? RunError(kind: .failed, message: "`\(node.name)`", step: node.name)
    )
  }

  mutating func recordBranch(_ index: NodeIndex, _ ending: Ending) {
    switch ending {
    case .success: record(index, .success)
    case .failure(let error): record(index, .failure, error)
    case .skipped: record(index, .skipped)
    }
    state.steps[Int(index)].isActive = false
  }

  /// Control comes to a node that is not active.
  private mutating func enterTree(_ point: NodeIndex) -> TreePoint {
    let node = table.nodes[Int(point)]
    switch node.kind {
    case .branch:
      if let target = enterBranch(point) { return .to(target) }
      return strand(point).map { .ended($0) } ?? .running
    case .parallel:
      tree.isLooking = false
      _ = admit(point)
      if let position = token(point, currentFrame) { state.tokens[position].phase = .hosting }
      for register in node.tree?.votes ?? 0..<0 { state.registers[Int(register)] = 0 }
      return goThroughParts(of: point, isFirst: true)
    case .park:
      guard tree.answers != nil else { return .ended(.success(nil)) }
      addToken(Token(place: point, frame: currentFrame))
      return .running
    case .check where tree.isLooking && tree.answers == nil: return .ended(look(at: point, node))
    default: return enterLeaf(point, node)
    }
  }

  /// Evaluates a check that was passed before, without a trace.
  private mutating func look(at point: NodeIndex, _ node: PlaceNode) -> Ending {
    let error: RunError
    switch linked.test(node.condition, state.memory) {
    case .isTrue: return .success(nil)
    case .isFalse:
      error = RunError(
        kind: .check,
        message: linked.falseCheck(of: node, state.memory),
        step: node.name
      )
    case .failure(let failure):
      error = RunError(kind: .guardError, message: failure.message, step: node.name)
    }
    tree.refused = (point, error)
    return .failure(error)
  }

  private mutating func enterLeaf(_ point: NodeIndex, _ node: PlaceNode) -> TreePoint {
    tree.isLooking = false
    guard !node.isComposite else {
      // What has states of its own starts in its turn.
      enter([point], within: node.parent)
      return .running
    }
    let (outer, frame) = (tree.leaf, currentFrame)
    tree.leaf = point
    tree.ending = nil
    if admit(point) {
      if let due = node.tree?.due, due != noIndex {
        state.registers[Int(due)] = state.nowMilliseconds.addingSaturating(node.waitMilliseconds)
      }
      start(point)
      // A child flow has begun in a frame of its own; the tree goes on in its own.
      activate(frame)
      answer(point)
    }
    let ending = tree.ending
    tree.leaf = outer
    tree.ending = nil
    guard let ending else { return .running }
    leaveLeaf(point)
    return .ended(ending)
  }

  /// A branch is entered: timers, then the first row that is open.
  private mutating func enterBranch(_ point: NodeIndex) -> NodeIndex? {
    let node = table.nodes[Int(point)]
    if node.kind == .branch, !node.isUnnamedBranch {
      state.steps[Int(point)] = StepRecord()
      state.steps[Int(point)].isActive = true
      if node.visitsRegister != noIndex { state.registers[Int(node.visitsRegister)].countUp() }
      output.trace.append(
        .entered(place: point, frame: currentFrame, visit: visits(of: node))
      )
      exposeStep(point)
    } else if node.kind == .branch, state.steps[Int(point)].status != .pending {
      state.steps[Int(point)] = StepRecord()
    }
    guard let target = takeTreeRow(of: point, .enter) else { return nil }
    guard target > point, target < node.subtreeEnd else { return target }
    for row in node.rows where table.rows[Int(row)].event == .after {
      let delay = table.rows[Int(row)].detail
      let effect = startTimer(.after, place: point, after: delay)
      state.timers.append(
        RunTimer(effect: effect, node: point, frame: currentFrame, purpose: .after(row: row))
      )
      if let due = node.tree?.due, due != noIndex {
        state.registers[Int(due)] = state.nowMilliseconds.addingSaturating(delay)
      }
    }
    return target
  }

  /// Control comes to a node that is active.
  private mutating func visit(_ point: NodeIndex, in region: NodeIndex) -> TreePoint {
    let node = table.nodes[Int(point)]
    if node.kind == .branch {
      if tree.answers != nil, node.tree?.isLate == false, let next = takeDue(of: point, node) {
        return .to(next)
      }
      if let next = takeChanged(of: point, node) { return .to(next) }
    }
    switch node.kind {
    case .tree where point != region: return ask(point, node)
    case .branch, .tree:
      guard let child = activeChild(of: point) else { return .running }
      return .to(child)
    case .parallel where node.tree != nil: return goThroughParts(of: point, isFirst: false)
    case .park:
      removeToken(point)
      return .ended(.success(nil))
    default: return ask(point, node)
    }
  }

  /// The child that control is in.
  private func activeChild(of point: NodeIndex) -> NodeIndex? {
    let end = table.nodes[Int(point)].subtreeEnd
    let inside = state.tokens.first {
      $0.frame == currentFrame && $0.place > point && $0.place < end
    }
    guard var child = inside?.place else { return nil }
    while table.nodes[Int(child)].parent != point { child = table.nodes[Int(child)].parent }
    return child
  }

  /// Asks a part of a parallel node that is under way.
  mutating func goThrough(part: NodeIndex) -> Ending? {
    guard linked.isTreeLeaf[Int(part)], isActive(part, currentFrame) else {
      return walk(from: part, in: part)
    }
    if case .ended(let ending) = ask(part, table.nodes[Int(part)]) { return ending }
    return nil
  }

  /// A leaf under way is asked again by a tick; events come to it by themselves.
  private mutating func ask(_ point: NodeIndex, _ node: PlaceNode) -> TreePoint {
    guard tree.answers != nil else { return .running }
    let outer = tree.leaf
    tree.leaf = point
    tree.ending = nil
    if node.kind == .wait {
      if let due = node.tree?.due, due != noIndex,
        state.registers[Int(due)] <= state.nowMilliseconds
      {
        complete(point, answer: .null)
      }
    } else if node.kind == .tree {
      endTree(point, walk(from: point, in: point))
    } else {
      answer(point)
    }
    let ending = tree.ending
    tree.leaf = outer
    tree.ending = nil
    guard let ending else { return .running }
    leaveLeaf(point)
    return .ended(ending)
  }

  /// Gives a call the tick's answer.
  private mutating func answer(_ point: NodeIndex) {
    guard tree.answers != nil, tree.ending == nil, let position = token(point, currentFrame),
      state.tokens[position].phase == .calling
    else { return }
    let name = table.nodes[Int(point)].name
    let answer = tree.answers?.next(name) ?? .running
    output.trace.append(.answered(place: point, frame: currentFrame, answer: answer))
    switch answer {
    case .success: complete(point, answer: .null)
    case .failure:
      fail(point, RunError(kind: .failed, message: "`\(name)` failed", step: name))
    case .running: return
    }
  }

  /// What runs was looked at: reactive nodes halt the others; some nodes take that as an ending.
  private mutating func passRunning(from point: NodeIndex, to region: NodeIndex) -> NodeIndex? {
    var child = point
    while child != region {
      let index = table.nodes[Int(child)].parent
      let node = table.nodes[Int(index)]
      if let part = node.tree {
        if part.isReactive, state.tokens.count > 1 {
          let others = state.tokens.contains {
            $0.frame == currentFrame && $0.place > index && $0.place < node.subtreeEnd
              && !($0.place >= child && $0.place < table.nodes[Int(child)].subtreeEnd)
          }
          if others, part.switches != noIndex,
            let refused = countSwitch(around: index, index + 1..<node.subtreeEnd)
          {
            return refused
          }
          haltTree(index + 1..<child)
          haltTree(table.nodes[Int(child)].subtreeEnd..<node.subtreeEnd)
        }
        if let next = takeTreeRow(of: index, .running) { return next }
        if part.isLate, tree.answers != nil, let next = takeDue(of: index, node) { return next }
      }
      child = index
    }
    return nil
  }

  private mutating func takeDue(of point: NodeIndex, _ node: PlaceNode) -> NodeIndex? {
    guard let due = node.tree?.due, due != noIndex,
      state.registers[Int(due)] <= state.nowMilliseconds
    else { return nil }
    return takeTreeRow(of: point, .after)
  }

  /// Takes a watch whose guard holds; without a tick only when something it reads was written.
  private mutating func takeChanged(of point: NodeIndex, _ node: PlaceNode) -> NodeIndex? {
    for index in node.rows where table.rows[Int(index)].event == .changed {
      if tree.answers == nil, linked.watches[Int(index)] & tree.written == 0 { continue }
      let row = table.rows[Int(index)]
      guard isOpen(row) else { continue }
      if row.domain.isEmpty {
        tree.isLooking = tree.answers == nil
        if tree.isLooking { return move(row) }
      }
      return apply(index, of: point)
    }
    return nil
  }

  /// Looks at the watches of every tree under way; returns whether anything was to be looked at.
  mutating func lookAtWatches() -> Bool {
    tree.written |= state.memory.takeWritten()
    guard linked.allWatches & tree.written != 0 else {
      tree.written = 0
      return false
    }
    guard watchesWouldAct() else {
      assert(walksWithoutEffect(), "what only looks must find what the real walk does")
      tree.written = 0
      return false
    }
    let hasTrees = walkTrees()
    tree.written = 0
    return hasTrees
  }

  /// Goes through every tree under way, as its watches want it.
  private mutating func walkTrees() -> Bool {
    let roots = state.tokens.filter {
      table.nodes[Int($0.place)].kind == .tree && $0.phase == .hosting
    }
    for root in roots where state.outcome == nil && token(root.place, root.frame) != nil {
      activate(root.frame)
      let ending = walk(from: root.place, in: root.place)
      tree.isLooking = false
      endTree(root.place, ending)
    }
    return !roots.isEmpty
  }

  /// Whether the real walk does nothing; for debug builds.
  ///
  /// The step goes on as if it had not been made: state and output are the caller's, so that they
  /// are put back.
  private func walksWithoutEffect() -> Bool {
    let (state, output) = (self.state, self.output)
    var copy = self
    copy.output = StepOutput()
    _ = copy.walkTrees()
    let isQuiet =
      copy.output.trace.isEmpty && copy.output.effects.isEmpty
      && copy.state.tokens == state.tokens && copy.state.registers == state.registers
    copy.state = state
    copy.output = output
    return isQuiet
  }
}

extension StepInterpreter {
  /// Whether looking at the watches of some tree would do more than ask.
  private mutating func watchesWouldAct() -> Bool {
    var position = 0
    while position < state.tokens.count {
      let token = state.tokens[position]
      position += 1
      guard token.phase == .hosting, linked.look.nodes[Int(token.place)].kind == .tree else {
        continue
      }
      activate(token.frame)
      if !staysAsItIs(token.place) { return true }
    }
    return false
  }
}

/// Answers of a tick, read one after the other.
struct TickAnswers {
  private var answers: [(leaf: String, answers: [TreeTick.Answer], position: Int)]

  init(_ tick: TreeTick) {
    answers = tick.answers.map { ($0.leaf, $0.answers, 0) }
  }

  /// The next answer of a leaf; without any it runs for ever.
  mutating func next(_ leaf: String) -> TreeTick.Answer {
    guard let index = answers.firstIndex(where: { $0.leaf.sameScalars(as: leaf) }),
      let last = answers[index].answers.last
    else { return .running }
    let position = answers[index].position
    answers[index].position += 1
    return position < answers[index].answers.count ? answers[index].answers[position] : last
  }
}

extension PlaceNode {
  /// Whether it is a branch that nobody gave an id.
  var isUnnamedBranch: Bool { kind != .branch || name.utf8.first == UInt8(ascii: "/") }
}
