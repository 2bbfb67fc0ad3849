import Table
import Values

/// One tick of a tree, as engines that poll know it: what happened outside, and how the calls that
/// the tick makes are answered, each at once.
///
/// It drives the same table as everything else; only the watches are looked at whether or not
/// anything they read has changed. A tree that has ended starts again at the next tick.
public struct TreeTick: Sendable {
  /// An answer given at once.
  public enum Answer: UInt8, Sendable, CaseIterable {
    /// The call succeeded.
    case success
    /// It failed.
    case failure
    /// It is still under way, and is asked again at the next occasion.
    case running
  }

  /// State fields written before the tick.
  public var writes: ValueMap
  /// Answers by the leaf's name, one for each time it is asked; the last repeats.
  public var answers: [(leaf: String, answers: [Answer])]
  /// Whether the whole tree is halted instead.
  public var isHalt: Bool

  /// A tick.
  public init(
    writes: ValueMap = [:],
    answers: [(leaf: String, answers: [Answer])] = [],
    isHalt: Bool = false
  ) {
    self.writes = writes
    self.answers = answers
    self.isHalt = isHalt
  }
}

/// What a tick showed at the root.
public enum TreeStatus: UInt8, Sendable, CaseIterable {
  /// It succeeded.
  case success
  /// It failed.
  case failure
  /// It is under way.
  case running
  /// It was skipped.
  case skipped
  /// It was halted.
  case halted
}
