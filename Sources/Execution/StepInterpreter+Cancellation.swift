import Table
import Values

// Cancelling a run: its edges first, and nothing new but what they lead to.
extension StepInterpreter {
  /// Somebody wants the run to stop: cancel edges first; a second request stops at once.
  ///
  /// A write under way may have happened: its kind is then `unknown`, as after a timeout. Each
  /// leaf that is active takes its own edge, or the nearest one around it; what has none has ended.
  /// What holds others is cancelled with them: it starts nothing further, and ends when the last
  /// edge taken inside it has come to its end.
  mutating func cancelRun(reason: String) {
    let isFirst = state.cancelReason == nil
    state.cancelReason = state.cancelReason ?? reason
    guard isFirst else {
      expose(error: RunError(kind: .cancelled, message: reason, step: ""))
      state.outcome = .cancelled(reason: state.cancelReason ?? reason)
      return
    }
    let leaves = state.tokens
    for leaf in leaves { markAround(leaf) }
    var isHandled = false
    for leaf in leaves.reversed() {
      // An edge taken before may have led back there.
      guard let position = token(leaf.place, leaf.frame), state.tokens[position] == leaf
      else { continue }
      activate(leaf.frame)
      if cancel(leaf.place, reason) { isHandled = true }
    }
    if !isHandled { state.outcome = .cancelled(reason: state.cancelReason ?? reason) }
  }

  /// Marks the nodes around a leaf as cancelled, which have no tokens of their own to be cancelled.
  private mutating func markAround(_ leaf: Token) {
    activate(leaf.frame)
    var node = table.nodes[Int(leaf.place)].parent
    while node > 0, leaf.frame == 0 || node >= root(of: leaf.frame) {
      if state.steps[Int(node)].status == .pending {
        state.steps[Int(node)].status = .cancelled
        exposeStep(node)
      }
      node = table.nodes[Int(node)].parent
    }
  }

  /// Cancels one leaf of the current frame; returns whether an edge took it.
  private mutating func cancel(_ place: NodeIndex, _ reason: String) -> Bool {
    guard let position = token(place, currentFrame) else { return false }
    let token = state.tokens[position]
    let node = table.nodes[Int(place)]
    let isDoubtful = mayHaveHappened(token)
    var error = RunError(kind: .cancelled, message: reason, step: node.name)
    if isDoubtful { error = doubtful(error, .cancel, [.cancelled], of: node) }
    if token.effect != 0 {
      output.effects.append(.cancel(token.effect))
      state.tokens[position].effect = 0
    }
    record(place, isDoubtful ? .unknown : .cancelled, error)
    state.tokens[position].phase = .resting
    expose(error: error)
    var index = place
    while index > 0 {
      if takesCancellation(index, error.kind) { return true }
      if currentFrame != 0, index == root(of: currentFrame) { return false }
      index = table.nodes[Int(index)].parent
    }
    return false
  }

  private mutating func takesCancellation(_ index: NodeIndex, _ kind: ErrorKind) -> Bool {
    if case .taken = takeRow(of: index, .cancel, kind: kind, skipsFailingGuards: true) {
      return true
    }
    return false
  }

  /// Whether a node of the current frame that holds others was under way when the run was
  /// cancelled.
  func isCancelled(_ index: NodeIndex) -> Bool {
    state.cancelReason != nil && state.steps[Int(index)].status == .cancelled
  }

  /// Whether a token of the current frame lies where the run was cancelled and no edge led on.
  func isSpent(_ token: Token) -> Bool {
    guard state.cancelReason != nil, token.phase == .resting else { return false }
    let status = state.steps[Int(token.place)].status
    return status == .cancelled || status == .unknown
  }

  /// What a cancelled node holds has come to its end: its own edge, or the nearest around it that
  /// leaves nothing else under way.
  mutating func endCancelled(_ index: NodeIndex) {
    empty(index)
    let error = RunError(
      kind: .cancelled,
      message: state.cancelReason ?? "",
      step: table.nodes[Int(index)].name
    )
    record(index, .cancelled, error)
    expose(error: error)
    var around = index
    while around > 0, !isAnythingUnderWay(inside: around) {
      if takesCancellation(around, error.kind) { return }
      guard currentFrame != 0, around == root(of: currentFrame),
        let position = self.frame(currentFrame)
      else {
        around = table.nodes[Int(around)].parent
        continue
      }
      around = state.frames[position].owner
      activate(state.frames[position].parent)
    }
  }

  /// Whether anything is under way inside a node of the current frame, in its frames as well.
  private mutating func isAnythingUnderWay(inside node: NodeIndex) -> Bool {
    let (frame, end) = (currentFrame, table.nodes[Int(node)].subtreeEnd)
    defer { activate(frame) }
    var inner: Set<Int32> = []
    for instance in state.frames {
      let isInside = instance.parent == frame && instance.owner >= node && instance.owner < end
      if isInside || inner.contains(instance.parent) { inner.insert(instance.id) }
    }
    return isAnythingUnderWay { token in
      token.frame == frame && token.place >= node && token.place < end
        || inner.contains(token.frame)
    }
  }

  /// Whether a cancelled run still goes on: something answers, a time passes, or an event is
  /// waited for.
  mutating func isAnythingUnderWay(where isMeant: (Token) -> Bool = { _ in true }) -> Bool {
    for token in state.tokens where isMeant(token) {
      if token.effect != 0 || token.phase == .entered { return true }
      guard token.phase == .resting else { continue }
      activate(token.frame)
      if !isSpent(token), waitsForEvents(token) { return true }
    }
    return false
  }

  /// Whether a place of the current frame has rows for events or times, or the nodes around it do.
  private func waitsForEvents(_ token: Token) -> Bool {
    let boundary = token.frame == 0 ? noIndex : root(of: token.frame)
    var node = token.place
    while node != noIndex {
      let waits = table.nodes[Int(node)].rows.contains { index in
        let event = table.rows[Int(index)].event
        return event == .external || event == .after
      }
      if waits { return true }
      node = node == boundary ? noIndex : table.nodes[Int(node)].parent
    }
    return false
  }
}
