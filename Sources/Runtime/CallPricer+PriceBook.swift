import Costing
import Execution
import Table
import Values

extension CallPricer {
  /// Charges models by a price book and everything else by its declared `cost_per_call`.
  ///
  /// A model without a price or without limits on its tokens has no worst cost; what it used cannot
  /// be charged, which is why a hard budget refuses it before a run.
  public init(prices: PriceBook) {
    self.init(
      prices: prices,
      worstPicodollars: { performer in
        if performer.costPerCallPicodollars >= 0 { return performer.costPerCallPicodollars }
        guard performer.kind == .model else { return 0 }
        guard let price = prices.price(ofModel: performer.model, provider: performer.provider),
          performer.promptTokens > 0, performer.outputTokens > 0
        else { return .max }
        let turn = Picodollars.sum(
          Picodollars.product(price.inputPicodollars, performer.promptTokens),
          Picodollars.product(price.outputPicodollars, performer.outputTokens)
        )
        return Picodollars.product(turn, Int64(max(1, performer.turns)))
      },
      costPicodollars: { performer, usage in
        if performer.costPerCallPicodollars >= 0 { return performer.costPerCallPicodollars }
        guard performer.kind == .model,
          let price = prices.price(ofModel: performer.model, provider: performer.provider)
        else { return 0 }
        return Picodollars.sum(
          Picodollars.product(price.inputPicodollars, max(0, usage.promptTokens)),
          Picodollars.product(price.outputPicodollars, max(0, usage.outputTokens))
        )
      }
    )
  }
}
