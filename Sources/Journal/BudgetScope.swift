import Table
import Values

/// A budget that a run's calls count against: its own, a step's, or that of a run around it.
public struct BudgetScope: Sendable, Hashable {
  /// Whose budget it is: `run:r-01`, `flow:support-triage`, `agent:writer`.
  public var name: String
  /// The period after which it starts anew.
  public var period: RunLimits.Period
  /// The limit in pico-dollars; -1: none, the spending is only counted.
  public var limitPicodollars: Int64

  /// A budget.
  public init(name: String, period: RunLimits.Period = .run, limitPicodollars: Int64) {
    self.name = name
    self.period = period
    self.limitPicodollars = limitPicodollars
  }
}

extension BinaryWriter {
  mutating func write(budget: BudgetScope) {
    write(text: budget.name)
    write(byte: budget.period.rawValue)
    write(signed: budget.limitPicodollars)
  }
}

extension BinaryReader {
  mutating func readBudget() throws(BinaryError) -> BudgetScope {
    let name = try readText()
    let period = try readCase(RunLimits.Period.self)
    return BudgetScope(name: name, period: period, limitPicodollars: try readSigned())
  }
}
