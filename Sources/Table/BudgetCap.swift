import Values

/// A limit on what a step, a child flow or an agent may spend, below the run's own.
public struct BudgetCap: Sendable, Hashable {
  /// Whose spending is limited.
  public enum Owner: Sendable, Hashable {
    /// Everything that the node and the nodes inside it call.
    case node(NodeIndex)
    /// Every call of the agent, by its id.
    case agent(String)
  }

  /// Whose spending is limited.
  public var owner: Owner
  /// The account of a day's or month's spending; of a run's, each run has its own.
  public var account: String
  /// The period after which it starts anew.
  public var period: RunLimits.Period
  /// The limit in pico-dollars.
  public var hardPicodollars: Int64

  /// A limit.
  public init(
    owner: Owner,
    account: String,
    period: RunLimits.Period,
    hardPicodollars: Int64
  ) {
    self.owner = owner
    self.account = account
    self.period = period
    self.hardPicodollars = hardPicodollars
  }
}

extension TransitionTable {
  /// The limits that a call at a place counts against besides the run's.
  ///
  /// O(limits × depth of the place).
  public func caps(at place: NodeIndex, of performer: Performer?) -> [BudgetCap] {
    guard !caps.isEmpty else { return [] }
    return caps.filter { cap in
      switch cap.owner {
      case .node(let node): return place >= node && place < nodes[Int(node)].subtreeEnd
      case .agent(let id):
        return performer.map { $0.role == .agent && $0.id.sameScalars(as: id) } ?? false
      }
    }
  }
}
