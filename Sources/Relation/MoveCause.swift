/// Why control goes on from one position to another: everything that the executor may do to a
/// token.
///
/// A closed set: the relation's tests drop one cause after the other and must notice each.
public enum MoveCause: UInt8, Sendable, CaseIterable, Hashable {
  /// A node with others inside was entered, and its first ones are.
  case began
  /// What a place does, or what lies inside it, succeeded.
  case succeeded
  /// The node's `when` was false, or all of its parts were skipped.
  case skipped
  /// It failed, with any kind but `max_visits`.
  case failed
  /// It was entered more often than `max_visits` allows.
  case refused
  /// A final node inside has ended the node around it.
  case completed
  /// A named event from outside or raised inside.
  case event
  /// A delay since the entry of a node has passed.
  case after
  /// An eventless row.
  case always
  /// The run is being cancelled.
  case cancelled
  /// A path read by a watch of a tree changed.
  case changed
  /// What lies inside a node of a tree is still under way after it was looked at.
  case running
  /// A node of a tree is halted and cleans up.
  case halted
  /// A node of a tree has switched once too often.
  case switched
  /// The flow's timeout has passed: its target is entered.
  case overdue
  /// Nothing happened: what is under way in a node is under way in the node around it.
  case underWay

  /// Whether it waits for something to happen outside, so that a cycle through it takes time.
  package var awaitsOccasion: Bool {
    switch self {
    case .event, .after, .cancelled, .changed, .overdue: true
    default: false
    }
  }
}
