import Table
import Values

/// A run of its own to be started: a detached flow, or an accepted plan.
///
/// It has its own id, journal and budget, is pinned to its own table and knows its parent. A caller
/// that awaits it learns its end as the success or failure of the effect; else it goes on at once.
public struct ChildIntent: Sendable {
  /// Which table the child is pinned to.
  public enum Source: Sendable, Hashable {
    /// The table that the caller's table holds for a frame template.
    case template(PoolIndex)
    /// A table that the store holds.
    case stored(Digest)
  }

  /// The effect's number in its run.
  public var id: EffectID
  /// The place that starts it.
  public var place: NodeIndex
  /// The frame of the place.
  public var frame: Int32
  /// The table.
  public var source: Source
  /// What tells the children of a run apart in their ids; unique in the run.
  public var label: String
  /// The input, rendered; the child completes it with its own defaults.
  public var input: Value
  /// Whether the caller waits for the child's end.
  public var isAwaited: Bool
  /// The most that the child may spend; -1: what its own flow and its callers say.
  public var limitPicodollars: Int64
  /// Whether its caller holds back what it may spend; else it counts against the caller's budgets.
  public var isPrepaid = false

  /// A child to be started; its label is the effect's number unless given.
  public init(
    id: EffectID,
    place: NodeIndex,
    frame: Int32,
    source: Source,
    label: String? = nil,
    input: Value,
    isAwaited: Bool,
    limitPicodollars: Int64 = -1
  ) {
    self.id = id
    self.place = place
    self.frame = frame
    self.source = source
    self.label = label ?? "\(id)"
    self.input = input
    self.isAwaited = isAwaited
    self.limitPicodollars = limitPicodollars
  }

  /// The child's id: that of its parent, a dot, its label.
  public func runID(parent: String) -> String { "\(parent).\(label)" }
}
