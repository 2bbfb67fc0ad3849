import Table

extension Performer {
  /// What the tools of one call of this agent may cost: one in each turn but the last, which only
  /// answers.
  public func worstToolPicodollars(among performers: [Performer]) -> Int64 {
    let dearest = offeredTools(among: performers).map(\.costPerCallPicodollars).max() ?? 0
    return dearest <= 0 ? 0 : Picodollars.product(dearest, Int64(turns - 1))
  }
}
