import Journal
import Table
import Values

/// The budgets that a run's calls count against.
struct RunBudgets {
  let header: RunHeader
  let table: TransitionTable

  static func scope(ofRun runID: String) -> String { "run:\(runID)" }

  /// The run's own account.
  var runScope: String { Self.scope(ofRun: header.runID) }

  /// The budgets that what a place does counts against: the run's own, the flow's period if it
  /// has one, those of the steps around the place and of the agent, and those of the runs around
  /// this one.
  func budgets(at place: NodeIndex, of performer: Performer? = nil) -> [BudgetScope] {
    let limits = table.runLimits
    let hard = limits.hardPicodollars
    var own = [
      BudgetScope(name: runScope, limitPicodollars: limits.period == .run ? hard : -1)
    ]
    if limits.period != .run {
      own.append(
        BudgetScope(
          name: "flow:\(header.flowName)",
          period: limits.period,
          limitPicodollars: hard
        )
      )
    }
    for cap in table.caps(at: place, of: performer) {
      own.append(
        BudgetScope(
          name: cap.period == .run ? "\(runScope):\(Self.name(of: cap.owner))" : cap.account,
          period: cap.period,
          limitPicodollars: cap.hardPicodollars
        )
      )
    }
    return own + header.budgets
  }

  private static func name(of owner: BudgetCap.Owner) -> String {
    switch owner {
    case .node(let node): "step:\(node)"
    case .agent(let id): "agent:\(id)"
    }
  }

  /// The accounts of what a place does, at a time; of two budgets of one account the lower counts.
  func limits(
    at place: NodeIndex,
    of performer: Performer,
    atMilliseconds now: Int64
  ) -> [LedgerLimit] {
    let date = CalendarDate(atMilliseconds: now)
    var limits: [LedgerLimit] = []
    for budget in budgets(at: place, of: performer) {
      let scope =
        switch budget.period {
        case .run: budget.name
        case .day: "\(budget.name):\(date.day)"
        case .month: "\(budget.name):\(date.month)"
        }
      guard let index = limits.firstIndex(where: { $0.scope.sameScalars(as: scope) }) else {
        limits.append(LedgerLimit(scope: scope, limitPicodollars: budget.limitPicodollars))
        continue
      }
      let (one, other) = (limits[index].limitPicodollars, budget.limitPicodollars)
      limits[index].limitPicodollars = one < 0 ? other : other < 0 ? one : min(one, other)
    }
    return limits
  }
}
