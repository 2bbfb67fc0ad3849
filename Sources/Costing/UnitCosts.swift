import Relation
import Table
import Verifier

/// Prices each step of a table.
struct UnitCosts {
  /// By node; nil where nothing is called.
  let units: [UnitCost?]

  init(_ table: TransitionTable, _ prices: PriceBook) {
    let names = PathNames(table)
    units = table.nodes.indices.map { place in
      let node = table.nodes[place]
      guard node.effect != noIndex else { return nil }
      let performer = table.effects[Int(node.effect)].performer
      var unit = UnitCost(
        place: NodeIndex(place),
        name: names[NodeIndex(place)],
        performer: performer,
        basis: .undeclared,
        tries: Int64(table.attempts(of: place)),
        promptTokens: 0,
        outputTokens: 0,
        tryPicodollars: 0,
        visitMilliseconds: Figure(table.longestMilliseconds(of: place)),
        hasTokenLimits: true
      )
      Self.price(&unit, table.performers[Int(performer)], prices)
      if node.kind == .plan { Self.pricePlan(&unit, table) }
      unit.callPicodollars = unit.tryPicodollars
      unit.tryPicodollars = Picodollars.sum(
        unit.tryPicodollars,
        table.performers[Int(performer)].worstToolPicodollars(among: table.performers)
      )
      return unit
    }
  }

  /// A plan costs at most what the planner lets it: it is refused otherwise.
  private static func pricePlan(_ unit: inout UnitCost, _ table: TransitionTable) {
    guard let planner = table.planner(at: unit.place) else { return }
    unit.hasTokenLimits = planner.tokens >= 0
    unit.promptTokens = max(0, planner.tokens)
    if planner.hardPicodollars < 0 { unit.basis = .unknown("the planner has no `plan_budget`") }
  }

  private static func price(_ unit: inout UnitCost, _ performer: Performer, _ prices: PriceBook) {
    let usesModel = performer.kind == .model || !performer.model.isEmpty
    if usesModel {
      let turns = Int64(max(1, performer.turns))
      unit.promptTokens = Saturating.product(performer.promptTokens, turns)
      unit.outputTokens = Saturating.product(performer.outputTokens, turns)
      unit.hasTokenLimits = performer.promptTokens > 0 && performer.outputTokens > 0
    }
    if performer.costPerCallPicodollars >= 0 {
      unit.basis = .declared
      unit.tryPicodollars = performer.costPerCallPicodollars
      return
    }
    if performer.kind == .human {
      unit.basis = .people
      return
    }
    guard usesModel else { return }
    guard !performer.model.isEmpty else {
      unit.basis = .unknown("`\(performer.id)` names no model")
      return
    }
    guard let price = prices.price(ofModel: performer.model, provider: performer.provider) else {
      unit.basis = .unknown("no price of model `\(performer.model)`")
      return
    }
    guard unit.hasTokenLimits else {
      let missing =
        performer.promptTokens > 0
        ? "output_tokens" : performer.outputTokens > 0 ? "prompt_tokens" : "limits"
      unit.basis = .unknown("`\(performer.id)` has no `\(missing)`")
      return
    }
    unit.basis = .model(performer.model)
    unit.tryPicodollars = Picodollars.sum(
      Picodollars.product(price.inputPicodollars, unit.promptTokens),
      Picodollars.product(price.outputPicodollars, unit.outputTokens)
    )
  }

  /// The sums that the analysis adds, by node and for "the run fails".
  func weights(_ relation: FlowRelation, used: Double) -> CostWeights {
    let table = relation.table
    let count = units.count + 1
    var weights = CostWeights(count: count)
    for place in units.indices {
      let node = table.nodes[place]
      guard relation.roles[place] != .copy, relation.roles[place] != .host else { continue }
      let time = relation.longestMilliseconds(of: place)
      let people = table.isPeople(place)
      weights.elapsed[place] = time
      weights.work[place] = people ? 0 : time
      weights.expectedElapsed[place] =
        node.effect == noIndex || time == Saturating.unbounded
        ? (time == Saturating.unbounded ? 0 : Double(time))
        : Double(max(0, node.deadlineMilliseconds)) * used
      weights.expectedWork[place] = people ? 0 : weights.expectedElapsed[place]
      if node.kind == .wait, node.when == noIndex {
        weights.leastElapsed[place] = node.waitMilliseconds
      }
      guard let unit = units[place] else { continue }
      weights.money[place] = unit.visitPicodollars
      weights.tokens[place] = unit.visitTokens
      weights.isUnknown[place] = !unit.isKnown
      weights.lacksLimits[place] = !unit.hasTokenLimits
      weights.expectedTokens[place] = Double(unit.visitTokens) / Double(unit.tries) * used
      if node.kind == .plan {
        weights.expectedMoney[place] = Double(unit.tryPicodollars) * used
        if node.deadlineMilliseconds < 0 {
          weights.expectedElapsed[place] = 0
          weights.expectedWork[place] = 0
        }
      } else if case .declared = unit.basis {
        let tools = unit.tryPicodollars - min(unit.tryPicodollars, unit.callPicodollars)
        weights.expectedMoney[place] = Double(unit.callPicodollars) + Double(tools) * used
        // A success has had one call at least, answered in its first turn.
        if node.when == noIndex { weights.leastMoney[place] = unit.callPicodollars }
      } else {
        weights.expectedMoney[place] = Double(unit.tryPicodollars) * used
      }
    }
    return weights
  }
}

/// What entering each place adds, by node and, last, for "the run fails".
struct CostWeights {
  var money: [Int64]
  var tokens: [Int64]
  var work: [Int64]
  var elapsed: [Int64]
  var leastMoney: [Int64]
  var leastElapsed: [Int64]
  var expectedMoney: [Double]
  var expectedTokens: [Double]
  var expectedWork: [Double]
  var expectedElapsed: [Double]
  var isUnknown: [Bool]
  var lacksLimits: [Bool]

  init(count: Int) {
    let zeros = [Int64](repeating: 0, count: count)
    let nothing = [Double](repeating: 0, count: count)
    money = zeros
    tokens = zeros
    work = zeros
    elapsed = zeros
    leastMoney = zeros
    leastElapsed = zeros
    expectedMoney = nothing
    expectedTokens = nothing
    expectedWork = nothing
    expectedElapsed = nothing
    isUnknown = [Bool](repeating: false, count: count)
    lacksLimits = isUnknown
  }
}
