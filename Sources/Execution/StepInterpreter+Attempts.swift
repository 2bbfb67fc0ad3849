import Expression
import Table
import Values

// Steps that hold others and are tried again as a whole.
extension StepInterpreter {
  /// Does everything inside a step anew after it failed; false when its policy does not say so.
  ///
  /// What a write did whose outcome is unknown is never repeated by itself, so neither is a step
  /// that holds one (FLOW-FORMAT rule 7).
  mutating func tryAgain(_ index: NodeIndex, _ error: RunError) -> Bool {
    let node = table.nodes[Int(index)]
    guard node.isTriedAsAWhole, state.cancelReason == nil, !Self.finalKinds.contains(error.kind)
    else { return false }
    let policy = table.retries[Int(node.retry)]
    let attempt = max(1, state.steps[Int(index)].attempts)
    guard policy.kinds.contains(error.kind), attempt < policy.maxAttempts,
      !holdsDoubtfulWrite(index, node)
    else { return false }
    let frame = currentFrame
    output.trace.append(
      .retried(place: index, frame: frame, attempt: attempt + 1, error: error)
    )
    empty(index)
    // Between two attempts it has not ended, whatever this one came to.
    state.steps[Int(index)].status = .pending
    state.steps[Int(index)].attempts = attempt + 1
    exposeStep(index)
    expose(error: error)
    let pause = policy.pauseMilliseconds(before: attempt + 1)
    guard let position = token(index, frame) else { return true }
    state.tokens[position].phase = .pausing
    if pause > 0 {
      state.tokens[position].effect = startTimer(.backoff, place: index, after: pause)
    } else {
      // In its turn, since an attempt that fails at once would begin the next inside itself.
      agenda.append(.again(node: index, frame: frame))
    }
    return true
  }

  /// Leaves whatever is under way inside a node, and puts a token on it.
  mutating func empty(_ index: NodeIndex) {
    let node = table.nodes[Int(index)]
    let frame = currentFrame
    dropFrames(of: index, frame)
    activate(frame)
    if node.kind == .tree { haltTree(index + 1..<node.subtreeEnd) }
    if node.isComposite { exit(index + 1..<node.subtreeEnd, frame) }
    state.joins.removeAll { $0.owner == index && $0.frame == frame }
    cancelTimers { $0.node == index && $0.frame == frame }
    if token(index, frame) == nil { addToken(Token(place: index, frame: frame)) }
    rest(index)
  }

  /// Begins the next attempt of a node that holds a token and nothing else.
  mutating func beginAgain(_ index: NodeIndex) {
    let node = table.nodes[Int(index)]
    let frame = currentFrame
    forgetParts(of: index, node)
    startTimers(of: index, node)
    switch node.kind {
    case .compound:
      if let position = token(index, frame) { state.tokens.remove(at: position) }
      enter(list(node.initial), within: index)
    case .parallel:
      let parts = linked.partsOfNode[index] ?? []
      state.joins.append(JoinState(owner: index, frame: frame, items: [], parts: parts.count))
      if let position = token(index, frame) { state.tokens[position].phase = .hosting }
      agenda.append(.open(owner: index, frame: frame))
    case .fork: startFork(index, node)
    case .call: startCall(index, node)
    case .tree: startTree(index)
    default: return
    }
  }

  /// Whether something inside may have written, or an item of a map may have.
  private func holdsDoubtfulWrite(_ index: NodeIndex, _ node: PlaceNode) -> Bool {
    let range = index + 1..<max(index + 1, node.subtreeEnd)
    func writes(_ place: NodeIndex) -> Bool {
      let effect = table.nodes[Int(place)].effect
      guard effect != noIndex else { return false }
      let performer = table.performers[Int(table.effects[Int(effect)].performer)]
      return !performer.isIdempotent && performer.mayWrite(among: table.performers)
    }
    if range.contains(where: { state.steps[Int($0)].status == .unknown && writes($0) }) {
      return true
    }
    // Of items that failed nothing more is known than how many they are.
    let nodes = [index] + Array(range)
    return nodes.contains { fork in
      state.steps[Int(fork)].failedItems > 0 && table.nodes[Int(fork)].kind == .fork
        && (fork + 1..<table.nodes[Int(fork)].subtreeEnd).contains(where: writes)
    }
  }
}
