import Table
import Values

extension Performer {
  /// The tools that this agent may call by itself, within its turns: those granted to it.
  ///
  /// Linear in the product of grants and performers.
  public func offeredTools(among performers: [Performer]) -> [Performer] {
    guard role == .agent, kind == .model, turns > 1 else { return [] }
    return grantedTools.compactMap { name in
      performers.first { performer in
        performer.role == .tool && performer.action.isEmpty && performer.id.sameScalars(as: name)
      }
    }
  }

  /// What the tools of one call of this agent may cost: one in each turn but the last, which only
  /// answers.
  public func worstToolPicodollars(among performers: [Performer]) -> Int64 {
    let dearest = offeredTools(among: performers).map(\.costPerCallPicodollars).max() ?? 0
    return dearest <= 0 ? 0 : Picodollars.product(dearest, Int64(turns - 1))
  }
}
