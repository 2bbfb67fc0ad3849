import Costing
import Execution
import Table

/// What calls cost, by the price book that a run is pinned to.
public struct CallPricer: Sendable {
  /// The most that one call may cost, in pico-dollars; `Int64.max` when nothing bounds it.
  public var worstPicodollars: @Sendable (Performer) -> Int64
  /// What a call with this usage costs, in pico-dollars.
  public var costPicodollars: @Sendable (Performer, Usage) -> Int64

  /// A pricer of two rules.
  public init(
    worstPicodollars: @escaping @Sendable (Performer) -> Int64,
    costPicodollars: @escaping @Sendable (Performer, Usage) -> Int64
  ) {
    self.worstPicodollars = worstPicodollars
    self.costPicodollars = costPicodollars
  }

  /// Charges what performers declare as `cost_per_call` and nothing else.
  public static let declaredOnly = CallPricer(
    worstPicodollars: { max(0, $0.costPerCallPicodollars) },
    costPicodollars: { performer, _ in max(0, performer.costPerCallPicodollars) }
  )
}

extension CallPricer {
  /// Prices by a book: tokens of models times their prices, declared costs of everything else.
  ///
  /// The worst of a model without a price or without token limits is unbounded.
  public init(prices: PriceBook) {
    self.init(
      worstPicodollars: { Self.worst(of: $0, prices) },
      costPicodollars: { Self.cost(of: $1, $0, prices) }
    )
  }

  private static func worst(of performer: Performer, _ prices: PriceBook) -> Int64 {
    if performer.costPerCallPicodollars >= 0 { return performer.costPerCallPicodollars }
    guard performer.kind == .model || !performer.model.isEmpty, performer.kind != .human else {
      return 0
    }
    guard performer.promptTokens > 0, performer.outputTokens > 0,
      let price = prices.price(ofModel: performer.model, provider: performer.provider)
    else { return .max }
    let once = Picodollars.sum(
      Picodollars.product(price.inputPicodollars, performer.promptTokens),
      Picodollars.product(price.outputPicodollars, performer.outputTokens)
    )
    return Picodollars.product(once, Int64(max(1, performer.turns)))
  }

  private static func cost(
    of usage: Usage,
    _ performer: Performer,
    _ prices: PriceBook
  ) -> Int64 {
    if performer.costPerCallPicodollars >= 0 { return performer.costPerCallPicodollars }
    guard let price = prices.price(ofModel: performer.model, provider: performer.provider) else {
      return 0
    }
    return Picodollars.sum(
      Picodollars.product(price.inputPicodollars, usage.promptTokens),
      Picodollars.product(price.outputPicodollars, usage.outputTokens)
    )
  }
}
