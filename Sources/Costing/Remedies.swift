import Table
import Verifier

/// One edit of a flow that lowers its worst case, with the price it would give.
public struct Remedy: Sendable, Hashable {
  /// The edit: `write.max_visits 1`.
  public var edit: String
  /// The worst case after it, in pico-dollars.
  public var worstPicodollars: Int64

  /// Up to `maximum` edits of the dearest steps that lower the worst case, to `goal` if given.
  ///
  /// Each is found by pricing the edited table; of visits the most that meet the goal are kept.
  static func find(_ report: CostReport, goal: Int64?, maximum: Int = 3) -> [Remedy] {
    guard let worst = report.worst.picodollars.value, worst > 0 else { return [] }
    var found: [Remedy] = []
    let steps = report.steps.filter { $0.visits > 0 && $0.worstPicodollars > 0 }
      .sorted {
        ($0.worstPicodollars, $1.unit.place) > ($1.worstPicodollars, $0.unit.place)
      }
    for step in steps.prefix(4) {
      found += visits(step, report, goal)
      found += models(step, report)
      found += tries(step, report)
    }
    var unique: [Remedy] = []
    // What saves less than a twentieth is no remedy.
    for remedy in found where remedy.worstPicodollars < worst - worst / 20 {
      if let goal, remedy.worstPicodollars > goal { continue }
      if !unique.contains(where: { $0.edit == remedy.edit }) { unique.append(remedy) }
    }
    return Array(unique.prefix(maximum))
  }

  private static func worst(_ table: TransitionTable, _ report: CostReport) -> Int64? {
    CostAnalysis.analyse(table, prices: report.prices, unfoldedStates: 10_000)
      .worst.picodollars.value
  }

  private static func visits(_ step: StepCost, _ report: CostReport, _ goal: Int64?) -> [Remedy] {
    let place = Int(step.unit.place)
    let limit = report.table.nodes[place].maxVisits
    guard limit > 1, step.visits > 1 else { return [] }
    var low: Int32 = 1
    var high = limit - 1
    var best: Remedy?
    // The largest number of visits that meets the goal; without a goal, one visit.
    while low <= high {
      let middle = goal == nil ? 1 : (low + high) / 2
      var table = report.table
      table.nodes[place].maxVisits = middle
      guard let price = worst(table, report) else { return [] }
      if let goal, price > goal {
        high = middle - 1
        continue
      }
      best = Remedy(edit: "\(step.unit.name).max_visits \(middle)", worstPicodollars: price)
      if goal == nil { break }
      low = middle + 1
    }
    return best.map { [$0] } ?? []
  }

  private static func models(_ step: StepCost, _ report: CostReport) -> [Remedy] {
    guard case .model(let model) = step.unit.basis else { return [] }
    let own = report.table.performers[Int(step.unit.performer)]
    var seen: Set<String> = [model]
    var remedies: [Remedy] = []
    for other in report.table.performers where !other.model.isEmpty {
      guard seen.insert(other.model).inserted,
        report.prices.price(ofModel: other.model, provider: other.provider) != nil
      else { continue }
      var table = report.table
      table.performers[Int(step.unit.performer)].model = other.model
      table.performers[Int(step.unit.performer)].provider = other.provider
      guard let price = worst(table, report) else { continue }
      remedies.append(Remedy(edit: "\(own.id).model \(other.model)", worstPicodollars: price))
    }
    return remedies
  }

  private static func tries(_ step: StepCost, _ report: CostReport) -> [Remedy] {
    let node = report.table.nodes[Int(step.unit.place)]
    guard step.unit.tries > 1, node.retry != noIndex else { return [] }
    var table = report.table
    table.retries.append(RetryPolicy(maxAttempts: 1, backoffMilliseconds: 0))
    table.nodes[Int(step.unit.place)].retry = PoolIndex(table.retries.count - 1)
    guard let price = worst(table, report) else { return [] }
    return [Remedy(edit: "\(step.unit.name).retry.max_attempts 1", worstPicodollars: price)]
  }
}
