import Expression
import Source
import Table
import Values

// Deciding again without a trace: whether anything would come of it.
extension StepInterpreter {
  /// Whether a tree would go on exactly as it does when its watches are looked at.
  ///
  /// The walk of `walk(from:in:)` as long as it only asks questions; false as soon as it would do
  /// anything else, and the real walk then does it. O(nodes looked at × tokens).
  func staysAsItIs(_ region: NodeIndex) -> Bool {
    var point = region
    var isLooking = false
    var moves = 0
    while moves < linked.limits.treeMoves {
      moves += 1
      let node = linked.look.nodes[Int(point)]
      var taken = EventClass.running
      if isActive(point, currentFrame) {
        switch node.kind {
        case .branch:
          switch watch(of: node) {
          case .leads(let target):
            isLooking = true
            point = target
            continue
          case .acts: return false
          case .none: break
          }
          fallthrough
        case .tree where point == region:
          guard let child = lookedAtChild(of: point, node) else { return false }
          point = child
          continue
        case .parallel where node.isTreeParallel:
          guard partsStayAsTheyAre(point) else { return false }
        case .park: return false
        default: break
        }
        return passesQuietly(from: point, to: region)
      }
      guard isLooking else { return false }
      switch node.kind {
      case .branch where !node.leavesTraces: taken = .enter
      case .final where node.parent != region:
        let outer = linked.look.nodes[Int(node.parent)]
        guard !outer.leavesTraces else { return false }
        switch way(of: outer, node.ending) {
        case .leads(let target):
          point = target
          continue
        case .acts, .none: return false
        }
      case .check where node.condition != noIndex:
        switch linked.look.guards[Int(node.condition)].test(state.memory) {
        case .isTrue: taken = .success
        case .isFalse: taken = .failure
        case .unknown: return false
        }
      default: return false
      }
      guard case .leads(let target) = way(of: node, taken) else { return false }
      point = target
    }
    return false
  }

  /// What a row would do.
  private enum Look {
    /// It only leads on.
    case leads(NodeIndex)
    /// It does something.
    case acts
    /// There is none.
    case none
  }

  /// The watch of a branch that would be taken.
  private func watch(of node: TreeLook.Node) -> Look {
    var index = node.firstRow
    while index < node.endRow {
      defer { index += 1 }
      let row = linked.look.rows[Int(index)]
      guard row.event == .changed, linked.watches[Int(index)] & tree.written != 0,
        passesTests(row)
      else { continue }
      switch test(row) {
      case .isTrue: return row.domainStart < row.domainEnd ? .acts : quiet(row)
      case .isFalse, .unknown: continue
      }
    }
    return .none
  }

  /// The first open row of a node for an event.
  @inline(__always)
  private func way(of node: TreeLook.Node, _ event: EventClass) -> Look {
    var index = node.firstRow
    while index < node.endRow {
      let row = linked.look.rows[Int(index)]
      index += 1
      guard row.event == event, passesTests(row) else { continue }
      switch test(row) {
      case .isTrue: return quiet(row)
      case .isFalse: continue
      case .unknown: return .acts
      }
    }
    return .none
  }

  @inline(__always)
  private func test(_ row: TreeLook.Row) -> GuardReference.Outcome {
    guard row.guardIndex != noIndex else { return .isTrue }
    switch linked.look.guards[Int(row.guardIndex)].test(state.memory) {
    case .isTrue: return row.isNegated ? .isFalse : .isTrue
    case .isFalse: return row.isNegated ? .isTrue : .isFalse
    case .unknown: return .unknown
    }
  }

  @inline(__always)
  private func passesTests(_ row: TreeLook.Row) -> Bool {
    var position = Int(row.testStart)
    while position < Int(row.testEnd) {
      if state.registers[Int(linked.table.lists[position + 1])]
        >= Int64(linked.table.lists[position + 2])
      {
        return false
      }
      position += 3
    }
    return true
  }

  /// Where a row leads if that is all it does now.
  private func quiet(_ row: TreeLook.Row) -> Look {
    if row.acts { return .acts }
    var register = row.resetStart
    while register < row.resetEnd {
      if state.registers[Int(register)] != 0 { return .acts }
      register += 1
    }
    guard row.domainStart < row.domainEnd else { return .leads(row.target) }
    let kept = row.keepsTarget ? linked.look.nodes[Int(row.target)].subtreeEnd : row.target
    for token in state.tokens
    where token.frame == currentFrame && token.place >= row.domainStart
      && token.place < row.domainEnd && !(token.place >= row.target && token.place < kept)
    {
      return .acts
    }
    return .leads(row.target)
  }

  private func lookedAtChild(of point: NodeIndex, _ node: TreeLook.Node) -> NodeIndex? {
    for token in state.tokens
    where token.frame == currentFrame && token.place > point && token.place < node.subtreeEnd {
      var child = token.place
      while linked.look.nodes[Int(child)].parent != point {
        child = linked.look.nodes[Int(child)].parent
      }
      return child
    }
    return nil
  }

  /// Whether the parts under way of a parallel node stay as they are.
  private func partsStayAsTheyAre(_ owner: NodeIndex) -> Bool {
    for part in linked.partsOfNode[owner] ?? [] where isActive(part, currentFrame) {
      guard staysAsItIs(part) else { return false }
    }
    return true
  }

  /// Whether nothing around what runs takes that as an ending, or halts others for it.
  private func passesQuietly(from point: NodeIndex, to region: NodeIndex) -> Bool {
    var child = point
    while child != region {
      let inside = linked.look.nodes[Int(child)]
      let node = linked.look.nodes[Int(inside.parent)]
      if node.hasRunningRows { return false }
      if node.isReactive, state.tokens.count > 1 {
        for token in state.tokens
        where token.frame == currentFrame && token.place > inside.parent
          && token.place < node.subtreeEnd
          && !(token.place >= child && token.place < inside.subtreeEnd)
        {
          return false
        }
      }
      child = inside.parent
    }
    return true
  }
}
