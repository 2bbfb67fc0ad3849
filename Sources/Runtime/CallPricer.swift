public import Costing
import Execution
import Table

/// What calls cost, by the price book that a run is pinned to.
public struct CallPricer: Sendable {
  /// The most that one call may cost, in pico-dollars; `Int64.max` when nothing bounds it.
  public var worstPicodollars: @Sendable (Performer) -> Int64
  /// What a call with this usage costs, in pico-dollars.
  public var costPicodollars: @Sendable (Performer, Usage) -> Int64

  /// The prices that plans are judged with.
  public var prices: PriceBook

  /// A pricer of two rules.
  public init(
    prices: PriceBook = .standard,
    worstPicodollars: @escaping @Sendable (Performer) -> Int64,
    costPicodollars: @escaping @Sendable (Performer, Usage) -> Int64
  ) {
    self.prices = prices
    self.worstPicodollars = worstPicodollars
    self.costPicodollars = costPicodollars
  }

  /// Charges what performers declare as `cost_per_call` and nothing else.
  public static let declaredOnly = CallPricer(
    worstPicodollars: { max(0, $0.costPerCallPicodollars) },
    costPicodollars: { performer, _ in max(0, performer.costPerCallPicodollars) }
  )
}
