import Table

/// What is going on at a position.
public enum PositionPhase: UInt8, Sendable, CaseIterable, Hashable {
  /// The node was entered; a leaf, or what a host runs, is under way or rests there.
  case entry
  /// A compound is entered together with a node inside it, and may refuse or skip.
  case door
  /// Something inside a compound or branch is under way.
  case inside
  /// A compound has succeeded or was skipped.
  case succeeded
  /// A compound has failed.
  case failed
  /// The thread has ended well.
  case threadSucceeded
  /// The thread has ended as skipped.
  case threadSkipped
  /// The thread has failed.
  case threadFailed
}

/// One place where control can be within its thread.
public struct Position: Sendable, Hashable {
  /// The node; of a thread's end the thread's root.
  public var node: NodeIndex
  /// What is going on there.
  public var phase: PositionPhase
  /// The thread.
  public var thread: Int32
  /// Whether the host's threads may start elsewhere than by default: a row led inside.
  public var isEnteredInside: Bool
}

/// One way on from a position.
public struct Move: Sendable, Hashable {
  /// Where it starts.
  public var source: Int32
  /// Where it leads: a position of the same thread, or of one around it.
  public var target: Int32
  /// The row that is taken; `noIndex`: the executor's own rule.
  public var row: RowIndex
  /// Why.
  public var cause: MoveCause
  /// Whether it starts inside what the source hosts: a row that crosses a border.
  public var isFromInside: Bool
}
