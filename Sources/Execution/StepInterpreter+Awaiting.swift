import Table
import Values

// Tasks that depend on others: the gates before them.
extension StepInterpreter {
  /// How a gate stands.
  private enum Gate {
    /// Something that it awaits has not ended.
    case closed
    /// All of it has succeeded or was skipped.
    case open
    /// Some of it has ended in another way.
    case barred(RunError)
  }

  /// A gate opens once everything that it awaits has succeeded or was skipped (TASK-2).
  mutating func startJoin(_ place: NodeIndex) {
    guard let position = token(place, currentFrame) else { return }
    state.tokens[position].phase = .hosting
    passGate(place)
  }

  /// Goes on from a gate of the current frame as it stands now.
  ///
  /// A gate that can never open fails, so that the list comes to its verdict whatever its `join`.
  mutating func passGate(_ place: NodeIndex) {
    guard let position = token(place, currentFrame), state.tokens[position].phase == .hosting
    else { return }
    switch gate(place) {
    case .closed: return
    case .open: succeed(place, answer: nil)
    case .barred(let error): fail(place, error)
    }
  }

  private func gate(_ place: NodeIndex) -> Gate {
    var isOpen = true
    for awaited in list(table.nodes[Int(place)].awaited) {
      var ended = awaited
      // A task behind a gate that failed was never entered: its part has ended without it.
      if state.steps[Int(ended)].status == .pending { ended = part(around: awaited) }
      let record = state.steps[Int(ended)]
      switch record.status {
      case .pending: isOpen = false
      case .success, .skipped: continue
      case .failure, .cancelled, .unknown:
        let name = partName(part(around: place))
        return .barred(
          RunError(
            kind: record.error?.kind ?? record.status.kind,
            message: Messages.dependencyFailed(
              of: name,
              on: table.nodes[Int(awaited)].name,
              status: ended == awaited ? record.status : .pending
            ),
            step: name
          )
        )
      }
    }
    return isOpen ? .open : .closed
  }

  /// The part of a parallel node that a node lies in; without one the node itself.
  private func part(around node: NodeIndex) -> NodeIndex {
    var part = node
    while part > 0 {
      let parent = table.nodes[Int(part)].parent
      if parent >= 0, table.nodes[Int(parent)].kind == .parallel { return part }
      part = parent
    }
    return node
  }

  /// Lets the gates of the current frame look again: a node has just ended.
  ///
  /// They look in their turn, at what is then the case: what has ended may be done anew before.
  mutating func wakeJoins() {
    guard state.tokens.count > 1 else { return }
    let frame = currentFrame
    for token in state.tokens where token.frame == frame && token.phase == .hosting {
      guard table.nodes[Int(token.place)].kind == .join else { continue }
      if case .closed = gate(token.place) { continue }
      agenda.append(.awaited(place: token.place, frame: frame))
    }
  }
}

extension StepStatus {
  /// The kind of failure that a step ended with, where nothing says more.
  fileprivate var kind: ErrorKind {
    switch self {
    case .cancelled: .cancelled
    case .unknown: .unknown
    case .pending, .success, .failure, .skipped: .failed
    }
  }
}
